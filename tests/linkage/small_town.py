"""A town of made-up people for tests of linkage, and a list leaked from it with known truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from breachscope.linkage import inventory
from breachscope.resolve.comparison import VALUES
from breachscope.resolve.keys import record_keys
from breachscope.resolve.lookup import Held, gone_through

if TYPE_CHECKING:
    from breachscope.resolve.blocking import Wanted

_FIRST = (
    "石イシ",
    "青アオ",
    "赤アカ",
    "白シラ",
    "黒クロ",
    "松マツ",
    "竹タケ",
    "梅ウメ",
    "柳ヤナギ",
)
_LAST = ("川カワ", "山ヤマ", "田タ", "野ノ", "原ハラ", "村ムラ", "井イ", "沢サワ")
_BEGIN = ("一カズ", "正マサ", "和ワ", "義ヨシ", "直ナオ", "真マ", "明アキ", "光ミツ", "春ハル")
_END = ("男オ", "子コ", "美ミ", "夫オット", "樹キ", "香カ", "人ト", "代ヨ")


def _joined(first: tuple[str, ...], last: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(a[0] + b[0], a[1:] + b[1:]) for a in first for b in last]


FAMILIES, GIVEN = _joined(_FIRST, _LAST), _joined(_BEGIN, _END)


@dataclass(frozen=True)
class Town:
    """People in households; `people` has one row a person, text columns as lists hold them."""

    people: pl.DataFrame  # person, household, RECORD_FIELDS

    def leak(self, seed: int, members: int, relatives: int, outsiders: Town) -> pl.DataFrame:
        """Rows of listed people with errors, of unlisted relatives, and of strangers; shuffled."""
        dice = np.random.default_rng(seed)
        chosen = dice.permutation(self.people.height)[:members]
        rows = [_noisy(self.people[chosen], dice).with_columns(kind=pl.lit("member"))]
        kin = self.people[dice.permutation(self.people.height)[:relatives]]
        rows.append(_relatives(kin, dice).with_columns(kind=pl.lit("relative")))
        rows.append(outsiders.people.with_columns(kind=pl.lit("outsider")))
        whole = pl.concat(rows, how="diagonal_relaxed")
        return whole[dice.permutation(whole.height)]


def town(seed: int, households: int) -> Town:
    """Households of one to four, one family name, address and landline each."""
    dice = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for household in range(households):
        family, family_kana = FAMILIES[int(dice.zipf(1.3)) % len(FAMILIES)]
        block, lot, house = dice.integers([1, 1, 1], [9, 40, 30])
        place = f"緑野原市{'東西南北中'[household % 5]}町{block}-{lot}-{house}"
        landline = f"0{dice.integers(200_000_000, 899_999_999)}"
        for _ in range(int(dice.integers(1, 5))):
            given, given_kana = GIVEN[int(dice.integers(0, len(GIVEN)))]
            year, month, day = dice.integers([1940, 1, 1], [2010, 13, 28])
            rows.append(
                {
                    "person": seed * 10_000_000 + len(rows),
                    "household": seed * 10_000_000 + household,
                    "name": f"{family} {given}",
                    "kana": f"{family_kana} {given_kana}",
                    "phone": landline,
                    "phone2": f"090{dice.integers(10_000_000, 99_999_999)}",
                    "address": place,
                    "birth_date": f"{year}-{month:02}-{day:02}",
                }
            )
    return Town(pl.DataFrame(rows))


def _noisy(people: pl.DataFrame, dice: np.random.Generator) -> pl.DataFrame:
    """Some cells lost, some telephones replaced, some people moved."""

    def some(share: float) -> pl.Series:
        return pl.Series(dice.random(people.height) < share)

    numbers = dice.integers(10_000_000, 99_999_999, people.height)
    return people.with_columns(
        kana=pl.when(some(0.3)).then(None).otherwise("kana"),
        phone2=pl.when(some(0.15))
        .then(pl.Series([f"080{number}" for number in numbers]))
        .otherwise("phone2"),
        address=pl.when(some(0.1)).then(pl.lit("青葉市中町5-5-5")).otherwise("address"),
        birth_date=pl.when(some(0.4)).then(None).otherwise("birth_date"),
    )


def _relatives(people: pl.DataFrame, dice: np.random.Generator) -> pl.DataFrame:
    """Someone else of the same household, whom no list holds."""
    made = []
    for row in people.iter_rows(named=True):
        given, kana = GIVEN[int(dice.integers(0, len(GIVEN)))]
        changed = {
            "person": None,
            "name": row["name"].split(" ")[0] + " " + given + "郎",
            "kana": row["kana"].split(" ")[0] + " " + kana + "ロウ",
            "phone2": None,
            "birth_date": f"{dice.integers(1940, 2010)}-11-{dice.integers(10, 28)}",
        }
        made.append(row | changed)
    return pl.DataFrame(made, schema=people.schema)


class TownInventory:
    """`linkage.matching.Inventory` in memory: some parties, each with part of the town."""

    def __init__(self, parties: list[pl.DataFrame]) -> None:
        self._keys = [keys_of(people) for people in parties]
        self.person = np.concatenate([p["person"].to_numpy() for p in parties]).astype(np.uint32)
        self.size = self.person.size
        self.persons = int(np.unique(self.person).size)
        self.starts = np.cumsum([0, *(p.height for p in parties)])
        self._values = pl.concat([inventory.values(keys) for keys in self._keys])

    def held(self, wanted: Wanted) -> Held:
        return gone_through((inventory.blocks(keys) for keys in self._keys), wanted)

    def sample(self) -> tuple[pl.DataFrame, np.ndarray]:
        return self._values, np.ones(self._values.height)

    def values(self, records: np.ndarray) -> pl.DataFrame:
        assert (np.diff(records.astype(np.int64)) > 0).all()
        return self._values[records].select(VALUES.names())

    def spelt_names(self, records: np.ndarray) -> np.ndarray:
        return np.zeros(records.size, np.uint64)

    def places(self, records: np.ndarray) -> pl.DataFrame:
        party = np.searchsorted(self.starts, records, side="right") - 1
        names = [f"P{n + 1}" for n in range(len(self._keys))]
        own = pl.Series("distinct", records - self.starts[party], dtype=pl.UInt32)
        return pl.DataFrame([pl.Series("party_id", names).gather(party), own])


def keys_of(people: pl.DataFrame) -> pl.DataFrame:
    """RECORD_KEYS of people as they come."""
    return record_keys(people.lazy()).collect()

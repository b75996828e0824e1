"""A second model of error, for validation only: its mishaps come together.

Whoever keyed a row was careful, hurried or careless, and a careless one errs several times in
one row. Slips are of eye (look-alike signs, as of a scanned form), of ear (a name taken over the
telephone), of line (a value of the row above) and of the field (cut off where it was full).
Nothing is shared with `noise` but the way rows are put back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from edits import both_ways, confused, each
from facts import places
from noise import Land, put
from wordlists import words

Longs = npt.NDArray[np.intp]
Change = Callable[[pl.DataFrame, np.random.Generator], pl.DataFrame]

LOOK_ALIKE: Final = both_ways(
    *words(
        "口ロ回 日目白 大太犬 土士上 未末木本 千干于 己巳已 川Ⅲ三 田由甲 人入八 力カ刀 夕タ 二ニ "
        "工エ 卜ト 間問聞 幸辛 宮官 佐左 治冶 裕祐 雅稚 郎朗 浩活 沢択 崎埼 島鳥 村材 林材 池地 "
        "石右 北比 恵惠 美実"
    )
)
KANA_LOOK_ALIKE: Final = both_ways(
    *words("シツ ソンリ クワタケ コユヨ アマ ナメ チテ ヌス ラヲ ウワ")
)
KANA_HEARD: Final = both_ways(
    *words("シヒ イエ ミニ ダラ バマ ゼデ ジズ オウ カガ タダ コゴ サザ ムン")
)
DIGITS: Final = both_ways("17", "38", "69", "08", "56", "49", "25")
CARE: Final = ((0.6, 0.6), (0.28, 2.5), (0.12, 6.0))
"""Share of rows, and how many slips are expected in one, by how careful the clerk was."""
CARE_HARD: Final = ((0.35, 1.2), (0.37, 4.0), (0.28, 8.0))


@dataclass(frozen=True, slots=True)
class Slip:
    """One sort, and how often it is chosen against the others."""

    name: str
    weight: float
    change: Change


def _signs(column: str, alike: Mapping[str, str]) -> Change:
    edit = confused(alike)
    return lambda rows, dice: pl.DataFrame([each(rows[column], edit, dice)])


def _number(column: str) -> Change:
    """A digit of a number misread."""
    edit = confused(DIGITS)

    def change(rows: pl.DataFrame, dice: np.random.Generator) -> pl.DataFrame:
        read = each(rows[column].cast(pl.String), edit, dice).cast(pl.Int32)
        return pl.DataFrame([read.set(rows[column] == 0, 0)])

    return change


def _birth(rows: pl.DataFrame, dice: np.random.Generator) -> pl.DataFrame:
    """A digit of the day as it would be written in its era's years."""
    text = each(rows["birth"].dt.to_string("%y%m%d"), confused(DIGITS), dice)
    century = rows["birth"].dt.to_string("%Y").str.head(2)
    read = pl.DataFrame([century.alias("c"), text.alias("t"), rows["birth"].alias("b")])
    return read.select(
        birth=pl.coalesce(pl.concat_str("c", "t").str.to_date("%Y%m%d", strict=False), "b")
    )


def _cut(column: str, low: int, high: int) -> Change:
    def change(rows: pl.DataFrame, dice: np.random.Generator) -> pl.DataFrame:
        length = pl.Series(dice.integers(low, high, rows.height))
        return rows.select(pl.col(column).str.head(length))

    return change


def _gone(*columns: str) -> Change:
    return lambda rows, dice: rows.select(columns).clear(rows.height)


def _address_cut(rows: pl.DataFrame, dice: np.random.Generator) -> pl.DataFrame:
    """The field was full: no building, often no house number."""
    short = pl.Series(dice.random(rows.height) < 0.3)
    return rows.with_columns(
        building=pl.lit(None, pl.String),
        room=pl.lit(0, pl.Int32),
        go=pl.when(short).then(0).otherwise("go"),
    ).select("building", "room", "go")


def _extra_digit(rows: pl.DataFrame, dice: np.random.Generator) -> pl.DataFrame:
    """A digit struck twice or not at all: no telephone number any more."""

    def edit(text: str, dice: np.random.Generator) -> str:
        at = int(dice.integers(3, len(text)))
        return (
            text[:at] + text[at] + text[at:] if dice.random() < 0.5 else text[:at] + text[at + 1 :]
        )

    return pl.DataFrame([each(rows[column], edit, dice) for column in ("mobile", "landline")])


def _hyphenless(rows: pl.DataFrame, dice: np.random.Generator) -> pl.DataFrame:
    """House numbers run together: 12-3 is keyed as 123."""
    whole = pl.concat_str(pl.col("ban").cast(pl.String), pl.col("go").cast(pl.String))
    joined = pl.when((pl.col("go") > 0) & (pl.col("ban") < 1000)).then(whole.cast(pl.Int32))
    return rows.select(
        ban=joined.otherwise("ban"), go=pl.when(joined.is_null()).then("go").otherwise(0)
    )


def _nickname(rows: pl.DataFrame, dice: np.random.Generator) -> pl.DataFrame:
    """The reading for the writing, as taken over the telephone."""
    return rows.select(
        given=pl.coalesce("given_kana", "given"),
        family=pl.when(pl.Series(dice.random(rows.height) < 0.4)).then(
            pl.coalesce("family_kana", "family")).otherwise("family"),
    )  # fmt: skip


def _old_card(rows: pl.DataFrame, land: Land, dice: np.random.Generator) -> pl.DataFrame:
    home = dice.integers(0, land.people.homes.town.size, rows.height).astype(np.int32)
    return places(land.people, home, land.tables).with_columns(
        postal=pl.when(rows["postal"].is_not_null()).then("postal"),
        mobile=pl.lit(None, pl.String),
        landline=pl.lit(None, pl.String),
    )


def _swapped(rows: pl.DataFrame, dice: np.random.Generator) -> pl.DataFrame:
    return rows.select(
        family="given", given="family", family_kana="given_kana", given_kana="family_kana"
    )


SLIPS: Final = (
    Slip("family name misread", 1.0, _signs("family", LOOK_ALIKE)),
    Slip("given name misread", 1.4, _signs("given", LOOK_ALIKE)),
    Slip("family kana misread", 0.7, _signs("family_kana", KANA_LOOK_ALIKE)),
    Slip("given kana misread", 0.7, _signs("given_kana", KANA_LOOK_ALIKE)),
    Slip("family kana misheard", 0.8, _signs("family_kana", KANA_HEARD)),
    Slip("given kana misheard", 0.8, _signs("given_kana", KANA_HEARD)),
    Slip("name taken by ear", 0.35, _nickname),
    Slip("family and given name swapped", 0.15, _swapped),
    Slip("given name cut", 0.3, _cut("given", 1, 2)),
    Slip("kana cut", 0.4, _cut("given_kana", 1, 3)),
    Slip("mobile misread", 1.0, _signs("mobile", DIGITS)),
    Slip("landline misread", 0.7, _signs("landline", DIGITS)),
    Slip("telephone of a wrong length", 0.5, _extra_digit),
    Slip("no telephone", 0.5, _gone("mobile", "landline")),
    Slip("post code misread", 0.6, _signs("postal", DIGITS)),
    Slip("town misread", 0.6, _signs("town", LOOK_ALIKE)),
    Slip("city left out", 0.3, _gone("prefecture")),
    Slip("lot misread", 0.6, _number("ban")),
    Slip("house number misread", 0.6, _number("go")),
    Slip("house numbers run together", 0.3, _hyphenless),
    Slip("address cut", 1.2, _address_cut),
    Slip("birth misread", 0.8, _birth),
    Slip("no birth", 0.6, _gone("birth")),
    Slip("no kana", 0.7, _gone("family_kana", "given_kana")),
    Slip("e-mail misread", 0.5, _signs("email", both_ways("1l7", "0o8", "mn", "kh", "ae"))),
)  # fmt: skip
LINE_SLIPS: Final = {
    "telephone of the row above": ("mobile", "landline"),
    "birth of the row above": ("birth",),
    "house of the row above": ("chome", "ban", "go", "building", "room"),
}
LINE_SLIP: Final = 0.0015
STALE: Final = {"default": 0.05, "hard": 0.15}
"""Share of rows copied from an old card: another address, no telephone that still is."""
TWICE: Final = 0.015


def noisy(facts: pl.DataFrame, land: Land, dice: np.random.Generator, level: str) -> pl.DataFrame:
    """The rows of a clerk's copy: FACTS, person, source, operations (as `noise.noisy`)."""
    again = np.flatnonzero(dice.random(facts.height) < TWICE)
    source = np.concatenate([np.arange(facts.height), again])
    rows, done = facts[source], [""] * source.size
    for name, columns in LINE_SLIPS.items():
        hit = 1 + np.flatnonzero(dice.random(rows.height - 1) < LINE_SLIP)
        rows = put(rows, hit, rows[hit - 1].select(columns))
        _note(done, hit, name)
    old = np.flatnonzero(dice.random(rows.height) < STALE.get(level, STALE["default"]))
    rows = put(rows, old, _old_card(rows[old], land, dice))
    _note(done, old, "old card")
    for row, slip in _occasions(dice, source.size, CARE_HARD if level == "hard" else CARE):
        rows = put(rows, row, SLIPS[slip].change(rows[row], dice))
        _note(done, row, SLIPS[slip].name)
    return rows.with_columns(
        pl.Series("operations", done), source=pl.Series(source, dtype=pl.UInt32)
    )


def _occasions(
    dice: np.random.Generator, rows: int, care: tuple[tuple[float, float], ...]
) -> list[tuple[Longs, int]]:
    """Which rows each sort of slip hits: as many in a row as its clerk's carelessness gives."""
    kind = dice.choice(len(care), rows, p=[share for share, _ in care])
    count = dice.poisson(np.array([expected for _, expected in care])[kind])
    row = np.repeat(np.arange(rows), count)
    weights = np.array([slip.weight for slip in SLIPS])
    slip = dice.choice(len(SLIPS), row.size, p=weights / weights.sum())
    return [(np.unique(row[slip == at]), at) for at in range(len(SLIPS))]


def _note(done: list[str], rows: Longs, name: str) -> None:
    for at in rows.tolist():
        done[at] = f"{done[at]}, {name}" if done[at] else name

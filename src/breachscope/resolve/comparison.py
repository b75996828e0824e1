"""How alike a leaked row and a record are: one level a field, worked out on distinct values.

Kanji and kana of a name are two renderings of one fact, hence one nested comparison; scored
apart they count the same evidence twice (measured: pair precision .43 at a probability of .9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from breachscope.japanese.phones import is_mobile

Levels = npt.NDArray[np.uint8]
MISSING: Final = np.uint8(255)

NAME: Final = ("else", "surname", "given", "edit", "reading", "kanji", "both")
"""Levels of a name: nothing, family name only, given name only, one edit, the same reading in
other kanji, the same kanji (the reading lacking or other), kanji and reading. One edit counts
only where no second rendering differs too: brothers are often one sign apart in both."""
MOBILE: Final = ("else", "edit", "same")
LANDLINE: Final = ("else", "edit", "same")
ADDRESS: Final = ("else", "town", "near", "same")
"""`near`: one edit, the same post code and house number, or a room behind the house number on one
side; `same`: town and house number."""
BIRTH: Final = ("else", "near", "same")
"""`near`: one digit or two neighbouring ones differ, or day and month are swapped."""
EMAIL: Final = ("else", "same")
CUSTOMER: Final = ("else", "same")
SEX: Final = ("else", "same")

FIELDS: Final = {
    "name": NAME,
    "mobile": MOBILE,
    "landline": LANDLINE,
    "address": ADDRESS,
    "birth": BIRTH,
    "email": EMAIL,
    "customer": CUSTOMER,
    "sex": SEX,
}
"""Fields compared, with their levels from unlike to alike."""

VALUES: Final = pl.Schema(
    {
        "name_key": pl.String(),
        "kana_key": pl.String(),
        "given_key": pl.String(),
        "mobile": pl.String(),
        "landline": pl.String(),
        "mobile2": pl.String(),
        "landline2": pl.String(),
        "postal_key": pl.String(),
        "address_key": pl.String(),
        "birth": pl.String(),  # YYYYMMDD
        "email_key": pl.String(),
        "customer_key": pl.String(),
        "sex_key": pl.String(),
    }
)
"""What is compared, one row a leaked row or record."""


@dataclass(frozen=True, slots=True)
class _Side:
    """One field of both sides of every pair."""

    left: pl.Series
    right: pl.Series

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        return (self.left.is_null() | self.right.is_null()).to_numpy()

    def equal(self) -> npt.NDArray[np.bool_]:
        return (self.left == self.right).fill_null(value=False).to_numpy()


def compared_values(keys: pl.LazyFrame) -> pl.LazyFrame:
    """VALUES of RECORD_KEYS, row for row: telephones told apart into mobiles and landlines."""
    first, second = pl.col("phone_key"), pl.col("phone2_key")
    mobile1, mobile2 = is_mobile("phone_key"), is_mobile("phone2_key")
    return keys.select(
        "name_key",
        "kana_key",
        "given_key",
        mobile=pl.when(mobile1).then(first).when(mobile2).then(second),
        landline=pl.when(~mobile1).then(first).when(~mobile2).then(second),
        mobile2=pl.when(mobile1 & mobile2 & (first != second)).then(second),
        landline2=pl.when(~mobile1 & ~mobile2 & (first != second)).then(second),
        postal_key="postal_key",
        address_key="address_key",
        birth=pl.col("birth_date").dt.strftime("%Y%m%d"),
        email_key="email_key",
        customer_key="customer_key",
        sex_key="sex_key",
    ).select(VALUES.names())


def levels(left: pl.DataFrame, right: pl.DataFrame) -> dict[str, Levels]:
    """The level of every field for every pair; MISSING where a side has none.

    Args:
        left: VALUES of the leaked row of each pair.
        right: VALUES of the record of each pair, row for row.
    """

    def side(column: str) -> _Side:
        return _Side(left[column], right[column])

    return {
        "name": _name(side("name_key"), side("kana_key"), side("given_key")),
        "mobile": _phone(left, right, "mobile"),
        "landline": _phone(left, right, "landline"),
        "address": _address(side("address_key"), side("postal_key")),
        "birth": _birth(side("birth")),
        "email": _plain(side("email_key")),
        "customer": _customer(side("customer_key")),
        "sex": _plain(side("sex_key")),
    }


def edits(left: pl.Series, right: pl.Series, most: int) -> Levels:
    """Edit distance with neighbouring letters swapped (OSA), `most` + 1 where it is more.

    Each distinct pair of values is measured once. Nulls count as far apart.
    """
    far = np.uint8(most + 1)
    pairs = pl.DataFrame({"a": left, "b": right}).with_row_index("at")
    unlike = pairs.filter(pl.col("a") != pl.col("b"))  # null where either is
    equal = (left == right).fill_null(value=False).to_numpy()
    found = np.where(equal, np.uint8(0), far)
    distinct = unlike.select("a", "b").unique(maintain_order=True)
    close = distinct.filter(
        (pl.col("a").str.len_chars().cast(pl.Int32) - pl.col("b").str.len_chars().cast(pl.Int32))
        .abs()
        .le(most)
    )
    measured = cpdist(
        close["a"].to_list(),
        close["b"].to_list(),
        scorer=OSA.distance,
        score_cutoff=most,
        dtype=np.uint8,
        workers=1,
    )
    known = close.with_columns(edits=pl.Series(measured, dtype=pl.UInt8))
    back = unlike.join(known, on=["a", "b"], how="left", validate="m:1", maintain_order="left")
    found[back["at"].to_numpy()] = back["edits"].fill_null(int(far)).to_numpy()
    return found


def _name(kanji: _Side, kana: _Side, given: _Side) -> Levels:
    """The nested level of a name; MISSING where the two hold no rendering in common."""
    same_kanji, same_kana = kanji.equal(), kana.equal()
    kanji_near = (edits(kanji.left, kanji.right, 1) <= 1) & (_shortest(kanji) >= 3)
    kana_near = (edits(kana.left, kana.right, 1) <= 1) & (_shortest(kana) >= 5)
    # Where both renderings are held and both differ, it is a brother (一郎, 二郎), not an error.
    near = (kanji_near & kana.missing) | (kana_near & kanji.missing)
    level = np.zeros(same_kanji.size, np.uint8)
    level[_same_start(kanji, kana)] = 1
    level[_same_end(kanji, kana, given) & (level != 1)] = 2
    level[near] = 3
    level[same_kana & ~same_kanji] = 4
    level[same_kanji] = 5
    level[same_kanji & same_kana] = 6
    level[kanji.missing & kana.missing] = MISSING
    return level


def _shortest(side: _Side) -> npt.NDArray[np.int32]:
    lengths = (side.left.str.len_chars(), side.right.str.len_chars())
    both = pl.DataFrame({"a": lengths[0], "b": lengths[1]}).select(pl.min_horizontal("a", "b"))
    return both.to_series().fill_null(0).cast(pl.Int32).to_numpy()


def _same_start(kanji: _Side, kana: _Side) -> npt.NDArray[np.bool_]:
    """Two kanji or three kana at the beginning: the family name, as a rule."""
    return _alike(kanji, 0, 2) | _alike(kana, 0, 3)


def _same_end(kanji: _Side, kana: _Side, given: _Side) -> npt.NDArray[np.bool_]:
    """The given name, where told; else two kanji, or three kana, at the end."""
    return given.equal() | _alike(kanji, -2, 2) | _alike(kana, -3, 3)


def _alike(side: _Side, start: int, count: int) -> npt.NDArray[np.bool_]:
    part = _Side(side.left.str.slice(start, count), side.right.str.slice(start, count))
    return part.equal() & (_shortest(side) > count)


def _phone(left: pl.DataFrame, right: pl.DataFrame, kind: str) -> Levels:
    """The best of the telephones of one kind that each side has."""
    best = np.zeros(left.height, np.uint8)
    first = _Side(left[kind], right[kind])
    for mine in (kind, f"{kind}2"):
        for theirs in (kind, f"{kind}2"):
            if left[mine].null_count() == left.height or right[theirs].null_count() == left.height:
                continue
            apart = edits(left[mine], right[theirs], 1)
            best = np.maximum(best, np.uint8(2) - np.minimum(apart, 2))
    best[first.missing] = MISSING
    return best.astype(np.uint8)


def _address(whole: _Side, postal: _Side) -> Levels:
    """Town and house number; without a house number on both sides, at most the town."""
    number = r"([0-9][0-9-]*)$"
    house = _Side(whole.left.str.extract(number), whole.right.str.extract(number))
    town = r"^([^0-9]+)"
    place = _Side(whole.left.str.extract(town), whole.right.str.extract(town))
    housed = ~house.missing
    level = np.zeros(whole.left.len(), np.uint8)
    level[place.equal()] = 1
    near = (edits(whole.left, whole.right, 1) <= 1) | (house.equal() & postal.equal())
    near |= _is_within(whole.left, whole.right) | _is_within(whole.right, whole.left)
    level[near & housed] = 2
    level[whole.equal() & housed] = 3
    level[whole.missing] = MISSING
    return level


def _is_within(short: pl.Series, long: pl.Series) -> npt.NDArray[np.bool_]:
    """One address goes on behind a dash where the other ends: some systems write the room so."""
    both = pl.DataFrame({"short": short, "long": long})
    within = pl.col("long").str.starts_with(pl.col("short") + "-").fill_null(value=False)
    return both.select(within).to_series().to_numpy()


def _birth(side: _Side) -> Levels:
    def swapped(dates: pl.Series) -> pl.Series:
        return dates.str.slice(0, 4) + dates.str.slice(6, 2) + dates.str.slice(4, 2)

    level = np.zeros(side.left.len(), np.uint8)
    turned = _Side(swapped(side.left), side.right).equal()
    level[(edits(side.left, side.right, 1) <= 1) | turned] = 1
    level[side.equal()] = 2
    level[side.missing] = MISSING
    return level


def _plain(side: _Side) -> Levels:
    level = side.equal().astype(np.uint8)
    level[side.missing] = MISSING
    return level


def _customer(side: _Side) -> Levels:
    """Numbers of two parties differ by nature: only equality tells anything."""
    level = side.equal().astype(np.uint8)
    level[level == 0] = MISSING
    return level

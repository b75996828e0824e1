"""How alike a leaked row and a record are: one level a field, worked out on distinct values.

Kanji and kana of a name are two renderings of one fact, hence one nested comparison; scored
apart they count the same evidence twice (measured: pair precision .43 at a probability of .9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from breachscope.japanese.phones import is_mobile
from breachscope.resolve.features import ENDS, Features

if TYPE_CHECKING:
    from breachscope.resolve.features import Codes, Lengths

    Mask = npt.NDArray[np.bool_]

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
class Pairs:
    """Pairs of a leaked row and a record, by their places in two sets of features."""

    left: Features
    row: npt.NDArray[np.unsignedinteger]
    right: Features
    record: npt.NDArray[np.unsignedinteger]

    def side(self, name: str) -> _Side:
        """One feature of both sides; nothing where a set is empty of it."""
        none = np.zeros(1, np.uint64)
        left, right = self.left.codes.get(name), self.right.codes.get(name)
        return _Side(
            none.repeat(self.row.size) if left is None else left[self.row],
            none.repeat(self.row.size) if right is None else right[self.record],
        )

    def shortest(self, name: str) -> Lengths:
        """The fewer letters of the two; 0 where a side has none."""
        left, right = self.left.lengths.get(name), self.right.lengths.get(name)
        if left is None or right is None:
            return np.zeros(self.row.size, np.uint8)
        fewer: Lengths = np.minimum(left[self.row], right[self.record])
        return fewer


@dataclass(frozen=True, slots=True)
class _Side:
    """One feature of both sides of every pair: hashes, 0 where there is none."""

    left: Codes
    right: Codes

    @property
    def missing(self) -> Mask:
        nothing: Mask = (self.left == 0) | (self.right == 0)
        return nothing

    def equal(self) -> Mask:
        equal: Mask = (self.left == self.right) & (self.left != 0)
        return equal


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
    """`levels_of` of two frames of VALUES, row for row."""
    rows = np.arange(left.height, dtype=np.uint32)
    return levels_of(Pairs(Features.of(left), rows, Features.of(right), rows))


def levels_of(pairs: Pairs) -> dict[str, Levels]:
    """The level of every field for every pair; MISSING where a side has none."""
    return {
        "name": _name(pairs),
        "mobile": _phone(pairs, "mobile"),
        "landline": _phone(pairs, "landline"),
        "address": _address(pairs),
        "birth": _birth(pairs.side("birth")),
        "email": _plain(pairs.side("email_key")),
        "customer": _customer(pairs.side("customer_key")),
        "sex": _plain(pairs.side("sex_key")),
    }


def _one_edit(pairs: Pairs, mine: str, theirs: str, among: Mask) -> Mask:
    """Which of these pairs one edit makes equal, neighbouring letters swapped included (OSA).

    Pairs without an end in common are passed over (`features.ENDS`); of the others each
    distinct pair of values is measured once.

    Args:
        pairs: all of them.
        mine: the column of the leaked row.
        theirs: the column of the record, of the same ENDS.
        among: pairs to look at: both values there, and not equal.
    """
    found = np.zeros(among.size, bool)
    at = np.flatnonzero(among)
    row, record = pairs.row[at], pairs.record[at]
    lengths = (
        pairs.left.lengths[mine][row].astype(np.int16),
        pairs.right.lengths[theirs][record].astype(np.int16),
    )
    close = np.abs(lengths[0] - lengths[1]) <= 1
    end = np.minimum(*lengths) < 2 * ENDS[mine] + 1
    for which in ("first", "last"):
        marks = pairs.left.marks[f"{mine}:{which}"], pairs.right.marks[f"{theirs}:{which}"]
        end |= marks[0][row] == marks[1][record]
    kept = np.flatnonzero(close & end)
    at, row, record = at[kept], row[kept], record[kept]
    codes = pl.DataFrame(
        {"a": pairs.left.codes[mine][row], "b": pairs.right.codes[theirs][record]}
    ).with_row_index("at")
    distinct = codes.unique(["a", "b"], keep="first", maintain_order=True)
    first = distinct["at"].to_numpy()
    measured = cpdist(
        pairs.left.values[mine].gather(row[first]).to_list(),
        pairs.right.values[theirs].gather(record[first]).to_list(),
        scorer=OSA.distance,
        score_cutoff=1,
        dtype=np.uint8,
        workers=1,
    )
    near = distinct.filter(pl.Series(measured <= 1)).select("a", "b")
    hit = codes.join(near, on=["a", "b"], how="semi")["at"].to_numpy()
    found[at[hit]] = True
    return found


def _name(pairs: Pairs) -> Levels:
    """The nested level of a name; MISSING where the two hold no rendering in common."""
    kanji, kana = pairs.side("name_key"), pairs.side("kana_key")
    same_kanji, same_kana = kanji.equal(), kana.equal()
    letters = {"name": pairs.shortest("name_key"), "kana": pairs.shortest("kana_key")}
    # Where both renderings are held and both differ, it is a brother (一郎, 二郎), not an error.
    kanji_alone = kana.missing & ~kanji.missing & ~same_kanji & (letters["name"] >= 3)
    kana_alone = kanji.missing & ~kana.missing & ~same_kana & (letters["kana"] >= 5)

    def alike(part: str, least: int) -> Mask:
        return pairs.side(part).equal() & (letters[part[:4]] > least)

    level = np.zeros(same_kanji.size, np.uint8)
    level[alike("name_start", 2) | alike("kana_start", 3)] = 1  # the family name, as a rule
    end = pairs.side("given_key").equal() | alike("name_end", 2) | alike("kana_end", 3)
    level[end & (level != 1)] = 2
    level[_near(pairs, "name_key", kanji_alone) | _near(pairs, "kana_key", kana_alone)] = 3
    level[same_kana & ~same_kanji] = 4
    level[same_kanji] = 5
    level[same_kanji & same_kana] = 6
    level[kanji.missing & kana.missing] = MISSING
    return level


def _near(pairs: Pairs, column: str, among: Mask) -> Mask:
    return _one_edit(pairs, column, column, among) if among.any() else among


def _phone(pairs: Pairs, kind: str) -> Levels:
    """The best of the telephones of one kind that each side has."""
    best = np.zeros(pairs.row.size, np.uint8)
    for mine in (kind, f"{kind}2"):
        for theirs in (kind, f"{kind}2"):
            if mine not in pairs.left.codes or theirs not in pairs.right.codes:
                continue
            left = pairs.left.codes[mine][pairs.row]
            right = pairs.right.codes[theirs][pairs.record]
            side = _Side(left, right)
            same = side.equal()
            best[same] = 2
            apart = ~side.missing & (best == 0)
            best[_one_edit(pairs, mine, theirs, apart)] = 1
    best[pairs.side(kind).missing] = MISSING
    return best


def _address(pairs: Pairs) -> Levels:
    """Town and house number; without a house number on both sides, at most the town."""
    whole, house = pairs.side("address_key"), pairs.side("house")
    same, housed = whole.equal(), ~house.missing
    level = np.zeros(pairs.row.size, np.uint8)
    level[pairs.side("town").equal()] = 1
    open_ = housed & ~same
    near = house.equal() & pairs.side("postal_key").equal() & housed
    near |= _near(pairs, "address_key", open_ & ~near)
    near |= _with_room(pairs, open_ & ~near & pairs.side("lot").equal())
    level[near] = 2
    level[same & housed] = 3
    level[whole.missing] = MISSING
    return level


def _with_room(pairs: Pairs, among: Mask) -> Mask:
    """One address goes on behind a dash where the other ends: some systems write the room so."""
    found = np.zeros(among.size, bool)
    at = np.flatnonzero(among)
    if at.size:
        left = pairs.left.values["address_key"].gather(pairs.row[at])
        right = pairs.right.values["address_key"].gather(pairs.record[at])
        both = pl.DataFrame({"a": left, "b": right})
        a, b = pl.col("a"), pl.col("b")
        within = b.str.starts_with(a + "-") | a.str.starts_with(b + "-")
        found[at] = both.select(within).to_series().to_numpy()
    return found


_LOW: Final = np.uint64(0x7F7F7F7F7F7F7F7F)
_HIGH: Final = np.uint64(0x8080808080808080)


def _birth(side: _Side) -> Levels:
    """Dates as eight digits, a byte each, the day lowest."""
    left, right = side.left, side.right
    apart = left ^ right
    digits = np.bitwise_count((((apart & _LOW) + _LOW) | apart) & _HIGH)
    level = np.zeros(left.size, np.uint8)
    level[(digits <= 1) | (_turned(left) == right)] = 1
    two = np.flatnonzero(digits == 2)
    level[two[_swapped(left[two], right[two])]] = 1
    level[apart == 0] = 2
    level[side.missing] = MISSING
    return level


def _turned(dates: Codes) -> Codes:
    """Day and month in each other's place."""
    year, rest = dates >> np.uint64(32), dates & np.uint64(0xFFFFFFFF)
    day, month = rest & np.uint64(0xFFFF), rest >> np.uint64(16)
    turned: Codes = (year << np.uint64(32)) | (day << np.uint64(16)) | month
    return turned


def _swapped(left: Codes, right: Codes) -> Mask:
    """Two neighbouring digits stand in each other's place, and all others are equal."""
    found = np.zeros(left.size, bool)
    for place in range(7):
        low, high = np.uint64(8 * place), np.uint64(8 * place + 8)
        byte = np.uint64(0xFF)
        mask = (byte << low) | (byte << high)
        pair = ((left >> low) & byte) << high | ((left >> high) & byte) << low
        found |= ((left & ~mask) | pair) == right
    return found


def _plain(side: _Side) -> Levels:
    level = side.equal().astype(np.uint8)
    level[side.missing] = MISSING
    return level


def _customer(side: _Side) -> Levels:
    """Numbers of two parties differ by nature: only equality tells anything."""
    level = side.equal().astype(np.uint8)
    level[level == 0] = MISSING
    return level

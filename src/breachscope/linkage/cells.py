"""A list of unknown make as records: its columns by role, merged cells taken apart.

Text is not touched but for being taken apart or joined; its canonical form is made by
`resolve.keys.record_keys`. Every row of the list is one row here, in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.schema import RECORD_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from breachscope.linkage.columns import ColumnRole

_KANA: Final = r"\p{Hiragana}\p{Katakana}ーｰ゛゜ﾞﾟ・･"
_BRACKETED: Final = (
    rf"^(.*?)[\s　]*[(（\[［【<＜〈〔「/／]([{_KANA}\s　]+)[)）\]］】>＞〉〕」]?[\s　]*$"
)
_AFTER: Final = rf"^(.*[^{_KANA}\s　])[\s　/／]+([{_KANA}]+(?:[\s　]+[{_KANA}]+)?)[\s　]*$"
_DIGIT: Final = "[0-9０-９]"
_CODE_FIRST: Final = (
    rf"^[\s　]*(〒?[\s　]*{_DIGIT}{{3}}[-‐‑–—―−ー－]?{_DIGIT}{{4}})[\s　,、]*([^0-9０-９\s　-].*)$"
)
_NAME_PARTS: Final = ("family_name", "given_name", "family_kana", "given_kana")
_PLACE: Final = ("prefecture", "city", "town", "lot")
_BIRTH: Final = ("birth_era", "birth_year", "birth_month", "birth_day")


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a list by role; the closest to the person first."""

    roles: Sequence[ColumnRole]

    def of(self, *roles: str) -> list[str]:
        """Columns of these roles: ruled on, canonical, not another's; then in file order."""
        found = [role for role in self.roles if role.role in roles]
        found.sort(key=lambda role: (role.by != "ruling", role.of_another, -_is_canonical(role)))
        return [role.column for role in found]

    def first(self, *roles: str) -> pl.Expr | None:
        """The first of them as an expression."""
        names = self.of(*roles)
        return pl.col(names[0]) if names else None


def _is_canonical(role: ColumnRole) -> int:
    return int(role.column in RECORD_FIELDS)


def as_records(cells: pl.DataFrame, roles: Sequence[ColumnRole]) -> pl.DataFrame:
    """row_no (UInt32) and the columns of `schema.RECORD_FIELDS` the list has, as text.

    A list with two names a row (a child's and a guardian's) gives the one that its header does
    not call another's. Of more than two telephone columns the later fill what is empty.

    Args:
        cells: the taken list.
        roles: `columns.column_roles` of it.
    """
    columns = _Columns([role for role in roles if role.column in cells.columns])
    fields = {
        **_names(columns),
        **_phones(columns),
        **_places(columns),
        **_births(columns),
        **{field: columns.first(field) for field in ("sex", "email", "customer_no")},
    }
    held = {field: fields[field] for field in RECORD_FIELDS if fields.get(field) is not None}
    counted = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32())
    number = pl.col("row_no").cast(pl.UInt32) if "row_no" in cells.columns else counted
    return cells.select(number.alias("row_no"), **{f: e for f, e in held.items() if e is not None})


Fields = dict[str, pl.Expr | None]


def _names(columns: _Columns) -> Fields:
    """Names and readings; a cell that holds both is taken apart."""
    name, kana = columns.first("name"), columns.first("kana")
    merged = columns.first("name_kana")
    if merged is not None:
        groups = merged.str.extract_groups(_BRACKETED)
        after = merged.str.extract_groups(_AFTER)
        alone, reading = (
            pl.coalesce(groups.struct.field(part), after.struct.field(part)) for part in ("1", "2")
        )
        name = _filled_by([name, pl.coalesce(alone, merged)])
        kana = _filled_by([kana, reading])
    halves = {part: columns.first(part) for part in _NAME_PARTS}
    return {"name": name, "kana": kana, **halves}


def _phones(columns: _Columns) -> Fields:
    """`phone` and `phone2`: where they stood if the list said so, else in order."""
    names = columns.of("phone", "phones", "mobile")
    canonical = [name for name in ("phone", "phone2") if name in names]
    others = [name for name in names if name not in canonical]
    places: dict[str, list[str]] = {name: [name] for name in canonical}
    free = [place for place in ("phone", "phone2") if place not in places]
    for place, name in zip(free, others, strict=False):
        places[place] = [name]
    for name in others[len(free) :]:
        places["phone2"].append(name)
    return {
        place: _filled_by(pl.col(name) for name in columns_) for place, columns_ in places.items()
    }


def _places(columns: _Columns) -> Fields:
    """The post code and the whole address, from its parts where it stands in several columns."""
    code, address = columns.first("postal_code"), columns.first("address")
    merged = columns.first("postal_address")
    if merged is not None:
        groups = merged.str.extract_groups(_CODE_FIRST)
        code = _filled_by([code, groups.struct.field("1")])
        rest = pl.coalesce(groups.struct.field("2"), merged)
        address = _filled_by([address, rest])
    parts = [part for role in _PLACE for part in columns.of(role)]
    buildings = columns.of("building")
    if not parts and not buildings:
        return {"postal_code": code, "address": address}
    return {"postal_code": code, "address": _joined_place(address, parts, buildings)}


def _joined_place(
    address: pl.Expr | None, parts: Sequence[str], buildings: Sequence[str]
) -> pl.Expr:
    """Prefecture to house number as one word, the building after a space.

    What the address begins with already is not put before it again.
    """
    if address is None:
        place = _glued([_text(part) for part in parts], "") if parts else pl.lit("")
    else:
        place = _before(parts, address.fill_null(""))
    text = _glued([place, *(_text(name) for name in buildings[:2])], "　")
    return pl.when(text.str.len_bytes() > 0).then(text)


def _before(parts: Sequence[str], whole: pl.Expr) -> pl.Expr:
    for part in reversed(parts):
        held = whole.str.contains(_text(part), literal=True)
        whole = pl.when(held | (whole == "")).then(whole).otherwise(_text(part) + whole)
    return whole


def _births(columns: _Columns) -> Fields:
    """The whole date; else year, month and day with their signs."""
    date = columns.first("birth_date")
    held = {role: columns.of(role)[:1] for role in _BIRTH}
    if date is not None or not all(held[role] for role in _BIRTH[1:]):
        return {"birth_date": date}
    era = _text(held["birth_era"][0]) if held["birth_era"] else pl.lit("")
    parts = [era]
    for role, sign in zip(_BIRTH[1:], "年月日", strict=True):
        parts.append(_text(held[role][0]).str.strip_suffix(sign) + sign)
    filled = pl.all_horizontal(_text(held[role][0]).str.len_bytes() > 0 for role in _BIRTH[1:])
    return {"birth_date": pl.when(filled).then(pl.concat_str(parts))}


def _text(column: str) -> pl.Expr:
    return pl.col(column).fill_null("").str.strip_chars()


def _glued(parts: Sequence[pl.Expr], gap: str) -> pl.Expr:
    """The parts that are filled, with this between them."""
    filled = [pl.when(part.str.len_bytes() > 0).then(part) for part in parts]
    return pl.concat_str(filled, separator=gap, ignore_nulls=True)


def _filled_by(columns: Iterable[pl.Expr | None]) -> pl.Expr | None:
    """The first column; where it is blank, the next."""
    given = [column for column in columns if column is not None]
    if len(given) < 2:
        return given[0] if given else None
    first, *rest = given
    blank = ~first.str.contains(r"[^\s　]").fill_null(value=False)
    return pl.when(blank & pl.coalesce(rest).is_not_null()).then(pl.coalesce(rest)).otherwise(first)

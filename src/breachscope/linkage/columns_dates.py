"""Which column of a list is the birth: one of several dates, or three columns that make one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from breachscope.linkage.columns_claims import LEAST, Claim
from breachscope.linkage.columns_headers import DATE
from breachscope.linkage.columns_judged import NAMES, Columns, instead, with_claim

if TYPE_CHECKING:
    from collections.abc import Mapping

MANY: Final = 50
"""Without a word of the headers, three columns make a date only if so many cells say so."""


def births(columns: Columns) -> Columns:
    """Of several dates one is the birth: the header's, else the one that spans a generation.

    Else, in a list of names, the earliest. All others are dates of something.
    """
    dates = {n: c for n, c in columns.items() if (d := c.claim("birth_date")) and d.share >= LEAST}
    said = {name for name, column in dates.items() if column.hint.role == "birth_date"}
    open_ = {n: c for n, c in dates.items() if c.hint.role != DATE and n not in said}
    birth = said or _birth_among(open_, has_names=_have_names(columns))
    changed = dict(columns)
    for name in dates.keys() - birth:
        changed[name] = instead(dates[name], "birth_date", "other", ", and not births")
    return changed


def _birth_among(dates: Columns, *, has_names: bool) -> set[str]:
    sure = {name: column for name, column in dates.items() if column.is_surely("birth_date")}
    among = sure or (dates if has_names else {})
    if not among:
        return set()
    return {min(among, key=lambda name: (among[name].facts.year_at(0.5) or 0, name))}


def _have_names(columns: Columns) -> bool:
    return any(c.is_surely(*NAMES, "kana", "family_kana") for c in columns.values())


def births_in_parts(columns: Columns) -> Columns:
    """A year, a month and a day, each in one column, if no column holds the whole date."""
    if any(column.is_surely("birth_date") for column in columns.values()):
        return columns
    parts = {role: _part(columns, role) for role in _PARTS}
    if not all(parts.values()):
        return columns
    changed = dict(columns)
    for role, name in parts.items():
        share = max(columns[name].facts.share(test) for test in _PARTS[role][0])
        why = f"are the {role.removeprefix('birth_')} of a date beside its other parts"
        changed[name] = with_claim(columns[name], Claim(role, share, strong=True, why=why))
    return changed


_PARTS: Final[Mapping[str, tuple[tuple[str, ...], range]]] = {
    "birth_year": (("year", "era_year"), range(15, 130)),
    "birth_month": (("month",), range(12, 13)),
    "birth_day": (("day",), range(26, 32)),
}
"""Part of a date -> its tests, and how many different ones a list of many has."""


def _part(columns: Columns, role: str) -> str:
    """The only column that can be this part of a date; empty if there is none or several."""
    tests, different = _PARTS[role]
    found = [
        name
        for name, column in columns.items()
        if sum(column.facts.share(test) for test in tests) >= 0.95
        and column.facts.filled >= MANY
        and column.facts.distinct in different
        and column.hint.role in (None, role)
    ]
    return found[0] if len(found) == 1 else ""

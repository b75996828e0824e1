"""What each column of a list of unknown make holds, told from its cells and not its header alone.

A list that was sold and sold again has lost its header, or got another's. What the cells show
and the header says is weighed by `columns_deciding`; where the two disagree, it is said.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.errors import ConfigError
from breachscope.linkage.columns_claims import LEAST, ROLES, claims
from breachscope.linkage.columns_deciding import ADDRESSES, PHONES, ColumnRole, decided, ruled
from breachscope.linkage.columns_facts import Facts, facts, looked_at, own_columns
from breachscope.linkage.columns_headers import AMOUNT, hint, is_nameless, own_name
from breachscope.linkage.columns_judged import Judged
from breachscope.linkage.columns_together import together
from breachscope.schema import RECORD_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ColumnRole", "about_people", "column_roles"]

_COUNTED: Final = ("customer_no", "age", "postal_code", "birth_date")
"""What numbers under the header of an amount are not."""
_NO_OVERRIDES: Final[Mapping[str, str]] = MappingProxyType({})


def column_roles(
    cells: pl.DataFrame,
    overrides: Mapping[str, str] = _NO_OVERRIDES,
    headers: Mapping[str, str] = _NO_OVERRIDES,
) -> list[ColumnRole]:
    """The role of every text column, in the order of the columns.

    Args:
        cells: the taken list; canonical names where the header was known, `attr:NAME` else.
        overrides: column -> role, as a person ruled.
        headers: canonical column -> the file's own name for it, to be shown.

    Raises:
        ConfigError: a ruling names a column or a role there is none of.
    """
    names = own_columns(cells)
    _check(overrides, names)
    sample = looked_at(cells)
    found = facts(sample)
    shown = _shown_headers(names, found, headers)
    judged = {name: _judged(found[name], shown[name]) for name in names}
    judged = together(judged, cells, sample)
    filled = _filled(cells, names)
    return [
        ruled(decided(judged[name], shown[name], filled[name]), judged[name], overrides)
        for name in names
    ]


def about_people(roles: Sequence[ColumnRole]) -> str | None:
    """None for a list of people; else why it is none.

    A list of people has names or readings, or mobiles or e-mail addresses of its own. A
    column that only its header calls names, in which no name is known, needs something else
    that people have beside it.
    """
    filled = [role for role in roles if role.filled and role.role != "other"]
    if any(role.by == "ruling" or _is_sure(role, _OF_ONE) for role in filled):
        return None
    have = {role.role for role in filled}
    if have & {*_NAMES, *_OF_ONE} and len(have & {*_OF_PEOPLE, *PHONES, *ADDRESSES}) >= 2:
        return None
    if "organisation" in have:
        return "the names are those of organisations, not of people"
    if have & set(_NAMES):
        return "what its header calls names are no names known, and nothing else is a person's"
    if have & {*PHONES, *ADDRESSES}:
        return "it holds addresses or telephones, but no names: places rather than people"
    return "no column holds names, readings, telephones, addresses or e-mail addresses of people"


_NAMES: Final = ("name", "name_kana", "family_name", "given_name", "kana", "family_kana")
_OF_ONE: Final = (*_NAMES, "mobile", "email")
_OF_PEOPLE: Final = ("birth_date", "birth_year", "age", "sex", "email", "postal_code")


def _is_sure(role: ColumnRole, wanted: Sequence[str]) -> bool:
    return role.role in wanted and role.by == "content" and role.share >= LEAST


def _check(overrides: Mapping[str, str], names: Sequence[str]) -> None:
    if wrong := sorted(set(overrides.values()) - set(ROLES)):
        raise ConfigError(f"no such role: {', '.join(wrong)}", hint="known: " + ", ".join(ROLES))
    if unknown := len(set(overrides) - set(names)):
        raise ConfigError(f"{unknown} of the columns ruled on are not in the list")


def _filled(cells: pl.DataFrame, names: Sequence[str]) -> dict[str, int]:
    if not names:
        return {}
    counts = cells.select(pl.col(name).str.contains(r"[^\s　]").sum() for name in names)
    return counts.row(0, named=True)


def _shown_headers(
    names: Sequence[str], found: Mapping[str, Facts], headers: Mapping[str, str]
) -> dict[str, str]:
    """Each column's header: its own, else one met among the rows; never a row's cell."""
    own = {name: headers.get(name) or own_name(name) for name in names}
    nameless = {n for n in names if n not in RECORD_FIELDS and is_nameless(own[n])}
    hidden = nameless | _hidden({n: own[n] for n in names if n not in {*RECORD_FIELDS, *nameless}})
    return own | {name: found[name].word for name in hidden}


def _hidden(own: Mapping[str, str]) -> set[str]:
    """The columns whose names are cells of a row: with two of them, all that say nothing else."""
    if not own:
        return set()
    read = facts(pl.DataFrame({name: [header] for name, header in own.items()}))
    data = {name for name, header in read.items() if _is_datum(header)}
    silent = {name for name, header in own.items() if hint(header).role is None}
    return data | silent if len(data) >= 2 else data


def _is_datum(header: Facts) -> bool:
    """A name of a column that is someone's name, address, number or date."""
    whole = ("phone", "postal_sure", "postal_address", "address", "email", "date", "prefecture")
    if any(header.share(test) for test in whole):
        return True
    name = header.share("name") and header.share("family_start") and header.share("given_end")
    return bool(name or header.share("family_exact") or header.share("reading_start"))


def _judged(found: Facts, header: str) -> Judged:
    said = hint(header, found.column)
    without = _COUNTED if said.role == AMOUNT else ()
    return Judged(found, said, tuple(c for c in claims(found) if c.role not in without))

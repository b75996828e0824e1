"""The contact desk's question: is this person in the list? Without the list.

A person is entered under every pair of name (or reading), telephone and birth date that their
records hold, in canonical form. One detail alone is never looked up: a telephone alone tells
a household, a name alone tells nobody.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.errors import ConfigError
from breachscope.resolve.keys import record_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from breachscope.sealing.guessing import Table

FIELDS: Final = ("name", "kana", "phone", "birth_date")
PAIRS: Final = (
    ("name_key", "birth_date"),
    ("name_key", "phone_key"),
    ("kana_key", "birth_date"),
    ("kana_key", "phone_key"),
    ("birth_date", "phone_key"),
)
NAMELESS: Final = len(PAIRS) - 1
_SEPARATOR: Final = "\x1f"


class Answer(StrEnum):
    """What the desk may say."""

    AFFECTED = "affected"
    NOT_IN_LIST = "not in this list"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer and, where it is not plain, why and what else to ask."""

    answer: Answer
    why: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """What goes into a table: identifiers, and how many persons can be found by which pairs."""

    identifiers: dict[bytes, bool]  # true: of somebody who perhaps left, and nobody who surely did
    reach: dict[int, int]  # bits of PAIRS -> persons


def entered(surely: Iterable[pl.DataFrame], perhaps: Iterable[pl.DataFrame]) -> Entered:
    """The identifiers of those who surely left, and of those who may have.

    Args:
        surely: person_key and the fields of records as the source spells them.
        perhaps: the same, of persons nobody can rule out.

    """
    identifiers: dict[bytes, bool] = {}
    masks: dict[str, int] = {}
    for doubtful, frames in ((False, surely), (True, perhaps)):
        for frame in frames:
            for person, mask, found in _of_records(frame):
                for one in found:
                    identifiers.setdefault(one, doubtful)
                masks[person] = masks.get(person, 0) | mask
    return Entered(identifiers, dict(sorted(Counter(masks.values()).items())))


def asked(table: Table, details: Mapping[str, str]) -> Said:
    """What the table says of a person with these details (name, kana, phone, birth_date).

    Raises:
        ConfigError: a detail of another kind.

    """
    if unknown := sorted(details.keys() - set(FIELDS)):
        raise ConfigError(f"no such detail: {', '.join(unknown)}")
    given = {field: details.get(field) or None for field in FIELDS}
    frame = pl.DataFrame([given], schema=dict.fromkeys(FIELDS, pl.String()))
    keys = record_keys(frame.lazy()).collect().row(0, named=True)
    unread = [f for f, k in zip(FIELDS, _READ_AS, strict=True) if given[f] and not keys[k]]
    pairs = dict(_pairs(keys))
    if not pairs:
        return Said(Answer.CANNOT_TELL, _too_little(unread))
    named = bool(keys["name_key"] or keys["kana_key"])
    marks = {place: table.mark(value) for place, value in pairs.items()}
    if met := {place: mark for place, mark in marks.items() if mark is not None}:
        return _met(met, named=named)
    return _unmet(table.told, pairs, unread)


_READ_AS: Final = ("name_key", "kana_key", "phone_key", "birth_date")


def _met(met: Mapping[int, bool], *, named: bool) -> Said:
    if named and met.keys() == {NAMELESS}:
        why = "birth date and telephone agree, the name does not: look into it by hand"
        return Said(Answer.CANNOT_TELL, why)
    if all(met.values()):
        why = "part of a list with this person left, and nobody knows which part"
        return Said(Answer.CANNOT_TELL, why)
    return Said(Answer.AFFECTED)


def _unmet(told: Mapping[str, Any], pairs: Mapping[int, bytes], unread: list[str]) -> Said:
    tried = sum(1 << place for place in pairs)
    blind = sum(n for mask, n in told["reach"].items() if not int(mask) & tried)
    if told["unnamed"]:
        return Said(Answer.CANNOT_TELL, told["unnamed"])
    if blind:
        why = f"{blind:,} persons of the list cannot be found by these details"
        better = _better(told["reach"], tried)
        return Said(Answer.CANNOT_TELL, f"{why}{better}")
    if unread:
        return Said(Answer.CANNOT_TELL, f"could not be read: {', '.join(unread)}")
    return Said(Answer.NOT_IN_LIST)


def _better(reach: Mapping[str, int], tried: int) -> str:
    """Which further detail would find some of those the given ones cannot."""
    lacking = Counter[str]()
    for mask, persons in reach.items():
        if not int(mask) & tried:
            for place, pair in enumerate(PAIRS):
                if int(mask) & (1 << place):
                    lacking.update(dict.fromkeys(pair, persons))
    if not lacking:
        return "; no detail would help"
    named = {"name_key": "name", "kana_key": "reading", "phone_key": "telephone"}
    told = [named.get(key, "birth date") for key, _ in lacking.most_common()]
    return f"; ask also for: {', '.join(dict.fromkeys(told))}"


def _too_little(unread: list[str]) -> str:
    told = "give two of name (or reading), telephone and birth date"
    return f"{told}; could not be read: {', '.join(unread)}" if unread else told


def _of_records(frame: pl.DataFrame) -> Iterator[tuple[str, int, list[bytes]]]:
    """Person, bits of the pairs a record has, and their identifiers."""
    people = frame["person_key"].to_list()
    keys = record_keys(frame.lazy().drop("row_no", strict=False)).collect()
    for person, row in zip(people, keys.iter_rows(named=True), strict=True):
        phones = {row["phone_key"], row["phone2_key"]} - {None}
        found: dict[int, list[bytes]] = {}
        for phone in sorted(phones) or [None]:
            for place, value in _pairs({**row, "phone_key": phone}):
                found.setdefault(place, []).append(value)
        mask = sum(1 << place for place in found)
        yield person, mask, [one for values in found.values() for one in values]


def _pairs(row: Mapping[str, Any]) -> Iterator[tuple[int, bytes]]:
    for place, (one, other) in enumerate(PAIRS):
        if row[one] and row[other]:
            text = _SEPARATOR.join((str(place), str(row[one]), str(row[other])))
            yield place, text.encode()

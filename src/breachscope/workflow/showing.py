"""What `show` calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breachscope import __version__
from breachscope.case import folder, ledger
from breachscope.errors import ConfigError
from breachscope.workflow import (
    clocks,
    device_table,
    due,
    showing_actors,
    sources,
    tables,
    timelines,
    varied,
)
from breachscope.workflow.context import now, opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def shown(
    case: Path | None,
    name: str,
    number: int | None,
    party: str | None,
    as_of: str | None = None,
) -> tables.Shown:
    """One table by name; `as_of` is of obligations.

    Raises:
        ConfigError: `people` without a party, or there is no such run.

    """
    context = opened(case)
    if name == "people":
        if party is None:
            raise ConfigError("say whose people", hint="breachscope show people --party PARTY")
        return tables.people(context, number, party)
    if name == "obligations":
        return due.obligations(context, number, due.day_of(as_of), party)
    if name == "items":
        return due.items(context, number, party)
    if name == "sensitivity":
        found = varied.sensitivity(case, quiet=True)
        return tables.Shown(name, found.document, found.table)
    if name == "evidence":
        return tables.evidence(context)
    return _TABLES[name](context, number)


_TABLES = {
    "scope": tables.scope,
    "acts": tables.acts,
    "actors": showing_actors.actors,
    "extractions": tables.extractions,
    "coverage": tables.coverage_table,
    "sources": sources.sources,
    "timelines": timelines.timelines,
    "clocks": clocks.shown,
    "devices": device_table.devices,
}


def csv(table: tables.Shown) -> str:
    """The table as CSV, times in ISO 8601 with their offset."""
    return table.frame.with_columns(tables.iso_times()).write_csv()


def write_ical(case: Path | None, number: int | None, as_of: str | None, path: Path) -> int:
    """Write what is still owed to a calendar file; how many duties have no due date."""
    return due.write_ical(opened(case), number, due.day_of(as_of), path)


def reveal(
    case: Path | None,
    number: int | None,
    party: str | None,
    person_key: str,
    *,
    command: Sequence[str],
) -> dict[str, Any]:
    """One person's records; the ledger tells that they were shown before they are.

    Raises:
        ConfigError: no party is given, or there is no such person.

    """
    if party is None:
        raise ConfigError("say of which party", hint="--party PARTY --reveal PERSON_KEY")
    context = opened(case)
    records = tables.reveal(context, number, party, person_key)
    entry = {
        "action": "person revealed",
        "at": now(),
        "command": list(command),
        "version": __version__,
        "party_id": party,
        "person_key": person_key,
    }
    with folder.exclusive(context.case):
        ledger.append(context.case.ledger, entry)
    return {"party_id": party, "person_key": person_key, "records": records}

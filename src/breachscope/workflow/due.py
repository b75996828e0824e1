"""Obligations and data items as people and programs read them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope import __version__
from breachscope.errors import ConfigError
from breachscope.notify.duties import ical
from breachscope.notify.duties.standing import order, standing
from breachscope.schema import Answer
from breachscope.workflow.tables import Shown, iso_times, run_folder

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.workflow.context import Context

DISCLAIMER = "Not legal advice. / 法的助言ではありません。"


def day_of(text: str | None) -> date | None:
    """A day as given.

    Raises:
        ConfigError: it is none.

    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{text!r} is no day", hint="write 2023-10-05") from error


def obligations(
    context: Context, number: int | None, as_of: date | None = None, party: str | None = None
) -> Shown:
    """Who must be told what, by when: what falls due first comes first, what is done last.

    Args:
        context: the case.
        number: of the run; None: the last.
        as_of: the day from which days left are counted; None: they are not.
        party: only what this party or organisation owes or is owed, or what concerns its persons.

    Raises:
        ConfigError: nothing is owed by, to or about that party.

    """
    chosen, place = run_folder(context, number)
    table = _of(pl.read_parquet(_there(place, "obligations")), party).with_columns(*standing(as_of))
    shown = table.sort(*order(), nulls_last=True)
    document = {
        "schema": "breachscope/obligations/1",
        "run": chosen,
        "as_of": as_of.isoformat() if as_of else None,
        "disclaimer": DISCLAIMER,
        "obligations": _rows(shown),
    }
    return Shown("obligations", document, _flat(shown))


def _there(place: Path, name: str) -> Path:
    path = place / f"{name}.parquet"
    if not path.is_file():
        raise ConfigError(
            f"run {place.name} has no {name}: an earlier version of breachscope made it",
            hint="breachscope run",
        )
    return path


def _of(table: pl.DataFrame, party: str | None) -> pl.DataFrame:
    if party is None:
        return table
    found = table.filter(
        (pl.col("subject") == party)
        | (pl.col("party_id") == party)
        | (pl.col("recipient") == party)
    )
    if found.is_empty():
        raise ConfigError(f"no obligation concerns {party}", hint="breachscope show obligations")
    return found


def _rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    return table.with_columns(iso_times(), pl.selectors.date().cast(pl.String)).to_dicts()


def _flat(table: pl.DataFrame) -> pl.DataFrame:
    """Lists as text, for spreadsheets."""
    return table.with_columns(pl.selectors.list().list.join("; "))


def write_ical(context: Context, number: int | None, as_of: date | None, path: Path) -> int:
    """Export what is still owed to a calendar file; how many of it have no due date."""
    _, place = run_folder(context, number)
    table = pl.read_parquet(_there(place, "obligations")).with_columns(*standing(as_of))
    owed = table.filter(
        (pl.col("status") != Answer.NO) & (pl.col("state") != "done").fill_null(value=True)
    ).sort(*order(), nulls_last=True)
    text = ical.calendar(owed.iter_rows(named=True), context.settings.name, __version__)
    path.write_bytes(text.encode())
    return owed["due"].null_count()


def items(context: Context, number: int | None, party: str | None = None) -> Shown:
    """What the columns of each version hold; never a value.

    Raises:
        ConfigError: there is no such party, or no such run.

    """
    chosen, place = run_folder(context, number)
    table = pl.read_parquet(_there(place, "items"))
    if party is not None:
        if party not in pl.read_parquet(place / "counts.parquet")["party_id"]:
            raise ConfigError(f"there is no party {party}", hint="breachscope show scope")
        table = table.filter(pl.col("party_id") == party)
    document = {
        "schema": "breachscope/items/1",
        "run": chosen,
        "disclaimer": DISCLAIMER,
        "items": table.to_dicts(),
    }
    return Shown("items", document, table)

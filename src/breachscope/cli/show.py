"""`show`: the tables of a run."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from breachscope.cli import output
from breachscope.cli.options import AsJson, CaseOption, RunNumber, command_line


class TableName(StrEnum):
    """The tables there are."""

    SCOPE = "scope"
    ACTS = "acts"
    ACTORS = "actors"
    EXTRACTIONS = "extractions"
    COVERAGE = "coverage"
    PEOPLE = "people"
    SOURCES = "sources"
    ITEMS = "items"
    OBLIGATIONS = "obligations"
    DEVICES = "devices"
    EVIDENCE = "evidence"
    SENSITIVITY = "sensitivity"
    TIMELINES = "timelines"
    CLOCKS = "clocks"


def show(
    table: Annotated[TableName, typer.Argument(help="Which table.")],
    case: CaseOption = None,
    run: RunNumber = None,
    party: Annotated[
        str | None, typer.Option(help="Of people, items, obligations: the party.")
    ] = None,
    reveal: Annotated[
        str | None,
        typer.Option(help="Of people: show one person_key's records; entered in the ledger."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Of obligations: the day from which days left are counted.")
    ] = None,
    ical: Annotated[
        Path | None, typer.Option(help="Of obligations: write due dates to this calendar file.")
    ] = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    parquet: Annotated[Path | None, typer.Option(help="Write Parquet to this file.")] = None,
) -> None:
    """Show a table of a run: for people on a terminal, or --json, --csv, --parquet."""
    from breachscope.workflow import showing

    if reveal:
        output.print_json(showing.reveal(case, run, party, reveal, command=command_line()))
        return
    if ical:
        undated = showing.write_ical(case, run, as_of, ical)
        output.say(f"{ical}: written; {undated} duties have no due date and are not in it")
        return
    shown = showing.shown(case, table.value, run, party, as_of)
    if as_json:
        output.print_json(shown.document)
    elif as_csv:
        print(showing.csv(shown), end="")
    elif parquet:
        shown.frame.write_parquet(parquet)
    else:
        _print(table, shown.document)


def _print(table: TableName, document: dict[str, Any]) -> None:
    from breachscope.cli import views

    views.VIEWS[table.value](document)

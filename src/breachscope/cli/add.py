"""`add`: take evidence in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from breachscope.cli import output
from breachscope.cli.options import CaseOption, Quiet, command_line


def add(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Evidence files.", metavar="FILE...")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--as", help="Kind of evidence, as in downloads, lists, records."),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(help="CSV of many files: kind, file and any option as a column."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping file, where columns cannot be found by name.")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="Zone of times without an offset.")] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding, if the one found is wrong.")
    ] = None,
    clock_offset: Annotated[str, typer.Option(help="Seconds to add to every time.")] = "0",
    copy_of: Annotated[
        str | None, typer.Option(help="Evidence id or file this is a copy of.")
    ] = None,
    version: Annotated[str | None, typer.Option(help="Of records: the version they are.")] = None,
    party: Annotated[str | None, typer.Option(help="Party, where the file names none.")] = None,
    host: Annotated[str | None, typer.Option(help="Host, where the file names none.")] = None,
    leak: Annotated[str | None, typer.Option(help="Id of a list found outside.")] = None,
    found_at: Annotated[str | None, typer.Option(help="When the leak was found.")] = None,
    found_from: Annotated[
        str | None, typer.Option("--from", help="Broker the leak is from.")
    ] = None,
    ended_by: Annotated[
        str | None,
        typer.Option(help="Of logs without years: a day by which the log had ended."),
    ] = None,
    exhibit: Annotated[str | None, typer.Option(help="Exhibit number.")] = None,
    received_from: Annotated[str | None, typer.Option(help="Who handed it over.")] = None,
    acquired_at: Annotated[
        str | None, typer.Option(help="When it was acquired, with offset.")
    ] = None,
    authority: Annotated[str | None, typer.Option(help="On what authority.")] = None,
    tool: Annotated[str | None, typer.Option(help="What it was acquired with.")] = None,
    sha256: Annotated[str | None, typer.Option(help="Digest it must have.")] = None,
    copy: Annotated[
        bool, typer.Option("--copy", help="Keep the original in the case too.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a file with quarantined rows (exit 3).")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Only say what columns are found.")
    ] = False,
    case: CaseOption = None,
    quiet: Quiet = False,
) -> None:
    """Take evidence files in: read once, hashed, entered in the ledger; never changed."""
    from breachscope.case import register
    from breachscope.workflow import adding

    given = adding.Given(
        files=tuple(files or ()),
        kind=kind,
        manifest=manifest,
        mapping=mapping,
        options=register.Options(
            zone=zone,
            encoding=encoding,
            clock_offset=clock_offset,
            copy_of=copy_of,
            version=version,
            party=party,
            host=host,
            leak=leak,
            found_at=found_at,
            found_from=found_from,
            ended_by=ended_by,
        ),
        custody=register.Custody(exhibit, received_from, acquired_at, authority, tool, sha256),
    )
    if dry_run:
        for line in adding.describe(case, given):
            print(line)
        return
    outcomes = adding.take_in(
        case, given, command=command_line(), copy=copy, strict=strict, quiet=quiet
    )
    for line in adding.told(outcomes):
        output.say(line, quiet=quiet)
    adding.raise_problems(outcomes)

"""`run` and `plan`: compute what changed."""

from __future__ import annotations

from typing import Annotated

import typer

from breachscope.cli import output
from breachscope.cli.options import AsJson, CaseOption, Quiet, command_line

EventsUntil = Annotated[str | None, typer.Option(help="Only events up to this day or time.")]
AcquiredUntil = Annotated[
    str | None, typer.Option(help="Only evidence the inquiry had by this day or time.")
]


def run(
    case: CaseOption = None,
    events_until: EventsUntil = None,
    acquired_until: AcquiredUntil = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 6 while conflicts wait for a ruling.")
    ] = False,
    sensitivity: Annotated[
        bool,
        typer.Option("--sensitivity", help="Report what the counts hang on; takes longer."),
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Reconstruct and count: a new numbered run, and its report."""
    from breachscope.workflow import running

    document = running.run(
        case,
        events_until=events_until,
        acquired_until=acquired_until,
        command=command_line(),
        quiet=quiet,
        sensitivity=sensitivity,
    )
    if as_json:
        output.print_json(document)
    else:
        for line in running.told(document):
            print(line)
    if strict:
        running.raise_open(document)


def plan(
    case: CaseOption = None,
    events_until: EventsUntil = None,
    acquired_until: AcquiredUntil = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 7 if a run is due.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a run would compute, and why."""
    from breachscope.workflow import running

    due = running.plan(case, events_until=events_until, acquired_until=acquired_until)
    if as_json:
        output.print_json({"schema": "breachscope/plan/1", "due": due})
    else:
        for entry in due or [{"stage": "nothing is due", "part": "", "reasons": []}]:
            print(
                f"{entry['stage']} {entry['part']}".strip()
                + ("" if not entry["reasons"] else ": " + "; ".join(entry["reasons"]))
            )
    if due and exit_code:
        raise typer.Exit(7)

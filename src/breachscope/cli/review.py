"""`review`: what needs a person, as a table, a file to fill in, or asked one by one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from breachscope.cli import output
from breachscope.cli.options import AsJson, CaseOption, RunNumber, command_line


def review(
    case: CaseOption = None,
    run: RunNumber = None,
    export: Annotated[
        Path | None,
        typer.Option(help="Write the open questions to this CSV file, to be filled in."),
    ] = None,
    import_: Annotated[
        Path | None, typer.Option("--import", help="Enter the rulings of a filled-in file.")
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask each open question; on a terminal only.")
    ] = False,
    who: Annotated[str | None, typer.Option(help="Who rules.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 6 while anything is open.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what needs a person, worst first; take in rulings."""
    from breachscope.workflow import reviewing
    from breachscope.workflow.context import opened

    if import_:
        made = reviewing.imported(case, import_, who, command=command_line())
        output.say(f"{len(made)} rulings entered; the next run takes them up")
    elif export:
        count = reviewing.export(case, run, export)
        output.say(f"{count} questions written to {export}: fill in ruling, why and who")
    elif ask:
        count = reviewing.asked(case, _who(who), _asked, command=command_line())
        output.say(f"{count} rulings entered; the next run takes them up")
    else:
        _show(reviewing.review(opened(case), run).document, as_json=as_json)
    if strict:
        reviewing.raise_open(reviewing.review(opened(case), run).document)


def _show(document: dict[str, Any], *, as_json: bool) -> None:
    from breachscope.cli import duty_views

    if as_json:
        output.print_json(document)
    else:
        duty_views.review(document)


def _who(who: str | None) -> str:
    from breachscope.errors import ConfigError

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfigError("there is no terminal to ask on", hint="review --export FILE")
    if not who:
        raise ConfigError("say who rules", hint="--who NAME")
    return who


def _asked(row: dict[str, Any], place: int, of: int) -> tuple[str, str] | None:
    """Ask one question on the terminal; an answer that may not be is asked for again."""
    output.say(f"\n[{place}/{of}] {row['topic']} {row['question_id']}: {row['people']:,} people")
    output.say(f"  {row['question']}\n  hangs on it: {row['hangs_on']}")
    output.say(f"  evidence: {row['evidence']}")
    if row["state"] == "changed":
        output.say(f"  ruled {row['ruled']} in {row['ruling']}, but its ground has changed since")
    output.say(f"  {' | '.join(row['allowed'])}; empty: later; q: stop")
    while True:
        said = typer.prompt("ruling", default="", show_default=False, err=True).strip()
        if said == "q":
            return None
        if not said or said in row["allowed"]:
            break
        output.say("  not one of those")
    return (said, typer.prompt("why", err=True).strip()) if said else ("", "")

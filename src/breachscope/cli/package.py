"""`package`: what each recipient gets."""

from __future__ import annotations

from typing import Annotated

import typer

from breachscope.cli import output
from breachscope.cli.options import CaseOption, Quiet, RunNumber, command_line


def package(
    party: Annotated[
        list[str] | None,
        typer.Argument(help="Parties; else all with anything to tell.", metavar="PARTY..."),
    ] = None,
    case: CaseOption = None,
    run: RunNumber = None,
    check: Annotated[
        bool, typer.Option("--check", help="Check written packages; exit 5 if one is wrong.")
    ] = False,
    final: Annotated[
        bool, typer.Option("--final", help="Mark the documents final; else every page says draft.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write the first package of each party: notice, counts, affected people, manifest."""
    from breachscope.workflow import packaging

    if check:
        problems = packaging.check(case, run)
        for problem in problems:
            print(problem)
        if problems:
            raise typer.Exit(5)
        output.say("every package is as it was sealed and holds its own party alone", quiet=quiet)
        return
    written = packaging.package(
        case, run, party or [], command=command_line(), final=final, quiet=quiet
    )
    for folder in written:
        print(folder)

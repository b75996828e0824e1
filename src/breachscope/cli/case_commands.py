"""`init`, `verify`, `status`: the case as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from breachscope.cli import output
from breachscope.cli.options import AsJson, CaseOption, command_line


def init(
    case: Annotated[Path, typer.Argument(help="Folder to make.", metavar="CASE")],
    name: Annotated[str | None, typer.Option(help="Name of the case; else the folder's.")] = None,
    zone: Annotated[str, typer.Option(help="Zone of evidence that declares none.")] = "Asia/Tokyo",
    playbook: Annotated[
        str, typer.Option(help="Playbook, by name or path.")
    ] = "insider-list-theft",
    account: Annotated[
        list[str] | None, typer.Option(help="Account under inquiry; may be repeated.")
    ] = None,
    host: Annotated[
        list[str] | None, typer.Option(help="Host under inquiry; may be repeated.")
    ] = None,
    from_day: Annotated[str | None, typer.Option("--from", help="First day under inquiry.")] = None,
    to_day: Annotated[str | None, typer.Option("--to", help="Last day under inquiry.")] = None,
) -> None:
    """Make a new case folder."""
    from breachscope.workflow import start

    made = start.init(
        case,
        name=name or case.name,
        zone=zone,
        playbook=playbook,
        accounts=account or [],
        hosts=host or [],
        days=(from_day, to_day),
        command=command_line(),
    )
    output.say(f"made {made.root}; what is under inquiry stands in case.toml")
    output.say("next: breachscope add --as KIND FILE, from inside it or with --case")


def verify(
    case: CaseOption = None,
    head: Annotated[str | None, typer.Option(help="SEQ:DIGEST kept outside the case.")] = None,
    signers: Annotated[
        Path | None, typer.Option(help="Allowed-signers file; one of them must have signed.")
    ] = None,
    trust: Annotated[
        Path | None, typer.Option(help="Certificates (PEM) every time stamp must hold under.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the ledger's chain, every evidence file and every run. Exit 4 if anything changed."""
    from dataclasses import asdict

    from breachscope.case import folder
    from breachscope.workflow import verify as checking

    verdict = checking.verify(folder.find(case), head, signers, trust)
    if as_json:
        output.print_json({"schema": "breachscope/verify/1", **asdict(verdict)})
    else:
        for line in [*verdict.problems, *verdict.notes]:
            print(line)
        if not verdict.problems:
            print(
                f"unchanged: {verdict.entries} ledger entries, {verdict.evidence} evidence files, "
                f"{verdict.runs} runs"
            )
            print(f"head {verdict.head}")
    if verdict.problems:
        raise typer.Exit(4)


def status(case: CaseOption = None, as_json: AsJson = False) -> None:
    """List the evidence: where it came from, how it was read, what was quarantined."""
    from breachscope.cli import views
    from breachscope.workflow import context, tables

    shown = tables.evidence(context.opened(case))
    if as_json:
        output.print_json(shown.document)
        return
    views.evidence(shown.document)

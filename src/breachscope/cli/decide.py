"""`decide`: enter a person's ruling."""

from __future__ import annotations

from typing import Annotated

import typer

from breachscope.cli import output
from breachscope.cli.options import CaseOption, command_line


def decide(
    action: Annotated[
        str, typer.Argument(help="accept, reject, reclassify, original, classify, met or withdraw.")
    ],
    subject: Annotated[
        str,
        typer.Argument(
            help="Download, evidence, LEAK/PART, item:LIST/COLUMN, merge:PARTY/RUNG, "
            "obligation:, question:, done:ID",
            metavar="ID",
        ),
    ],
    who: Annotated[str, typer.Option(help="Who rules.")],
    why: Annotated[str, typer.Option(help="On what ground.")],
    tier: Annotated[str | None, typer.Option(help="Of reclassify: the tier.")] = None,
    item_class: Annotated[
        str | None, typer.Option("--class", help="Of classify: the class.")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", help="Of met: the day.")] = None,
    case: CaseOption = None,
) -> None:
    """Enter a ruling in decisions.jsonl; every later run replays it."""
    from breachscope.workflow import deciding

    decision = deciding.decide(
        case,
        action=action,
        subject=subject,
        who=who,
        why=why,
        tier=tier,
        value=item_class or on,
        command=command_line(),
    )
    output.say(f"{decision.id} entered; the next run takes it up")

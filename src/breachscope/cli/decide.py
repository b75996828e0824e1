"""`decide`: enter a person's ruling."""

from __future__ import annotations

from typing import Annotated

import typer

from breachscope.cli import output
from breachscope.cli.options import CaseOption, command_line


def decide(
    action: Annotated[
        str, typer.Argument(help="accept, reject, reclassify, original or withdraw.")
    ],
    subject: Annotated[
        str,
        typer.Argument(
            help="Download (event_id), evidence id, or LEAK/PART of a leak.", metavar="ID"
        ),
    ],
    who: Annotated[str, typer.Option(help="Who rules.")],
    why: Annotated[str, typer.Option(help="On what ground.")],
    tier: Annotated[str | None, typer.Option(help="Of reclassify: the tier.")] = None,
    case: CaseOption = None,
) -> None:
    """Enter a ruling in decisions.jsonl; every later run replays it."""
    from breachscope.workflow import deciding

    decision = deciding.decide(
        case, action=action, subject=subject, who=who, why=why, tier=tier, command=command_line()
    )
    output.say(f"{decision.id} entered; the next run takes it up")

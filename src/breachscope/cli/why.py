"""`why`: from a figure to the lines behind it."""

from __future__ import annotations

from typing import Annotated

import typer

from breachscope.cli import output
from breachscope.cli.options import AsJson, CaseOption, RunNumber


def why(
    subject: Annotated[
        str,
        typer.Argument(
            help="Party, PARTY:TIER, act, download, version, LEAK, LEAK/PART, LEAK:ROW or "
            "person_key; event:ID, party:ID.",
            metavar="ID",
        ),
    ],
    case: CaseOption = None,
    run: RunNumber = None,
    as_json: AsJson = False,
) -> None:
    """Walk a figure back to evidence file, line and byte."""
    from breachscope.workflow import context
    from breachscope.workflow import why as walking

    document = walking.why(context.opened(case), run, subject)
    if as_json:
        output.print_json(document)
        return
    for step in document["steps"]:
        place = f"  [{step['file']}" if step["file"] else ""
        place += f" line {step['line']}" if step["line"] is not None else ""
        place += f" byte {step['byte']}" if step["byte"] is not None else ""
        print(f"{step['what']}: {step['says']}{place + ']' if place else ''}")

"""`diff`: what changed between two runs."""

from __future__ import annotations

from typing import Annotated

import typer

from breachscope.cli import output
from breachscope.cli.options import AsJson, CaseOption


def diff(
    before: Annotated[int, typer.Argument(help="Earlier run.", metavar="A")],
    after: Annotated[int, typer.Argument(help="Later run.", metavar="B")],
    case: CaseOption = None,
    as_json: AsJson = False,
) -> None:
    """Compare two runs, party by party, with the reasons."""
    from breachscope.workflow import context
    from breachscope.workflow import diff as comparing

    document = comparing.diff(context.opened(case), before, after)
    if as_json:
        output.print_json(document)
        return
    if not document["parties"]:
        print(f"nothing changed between run {before} and run {after}")
    for party in document["parties"]:
        print(
            f"{party['party_id']}: {party['before']:,} → {party['after']:,} persons "
            f"(+{party['added']:,} −{party['removed']:,})"
        )
        for tier, persons in sorted(party["moved"].items()):
            print(f"  {persons:,} moved to {tier}")
        for reason in party["reasons"]:
            print(f"  {reason['kind']}: {reason['what']}")

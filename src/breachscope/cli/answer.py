"""`answer`: did data of a party leave in a stretch of time."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from breachscope.cli import output
from breachscope.cli.options import AsJson, CaseOption, command_line

WORDS = {"found": "FOUND", "not_found_within": "NOT FOUND WITHIN", "cannot_tell": "CANNOT TELL"}


def answer(
    party: Annotated[str, typer.Option(help="Whose data: the party's id.")],
    first: Annotated[str, typer.Option("--from", help="First day (or time), included.")],
    last: Annotated[str, typer.Option("--to", help="Last day, included (or time).")],
    case: CaseOption = None,
    acquired_until: Annotated[
        str | None,
        typer.Option(help="Answer from the evidence the inquiry had by this day or time."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether data of a party left between two days, within what bounds."""
    from breachscope.workflow import answering

    document = answering.answer(
        case,
        party=party,
        first=first,
        last=last,
        acquired_until=acquired_until,
        command=command_line(),
    )
    if as_json:
        output.print_json(document)
        return
    for told in document["variants"] or [document]:
        if document["variants"]:
            print(f"== {told['name']}")
        _print(told)
    print("findings, stretches, queries: --json; the question is entered in the ledger")


def _print(told: dict[str, Any]) -> None:
    print(f"{WORDS[told['statement']]}: {told['sentence']}")
    for reason in told["reasons"]:
        print(f"  why: {reason['text']}")
    for stretch in told["coverage"]["unseen"]:
        print(f"  not seen: {stretch['from'][:16]} to {stretch['to'][:16]} ({stretch['why']})")
    for source in told["searched"]:
        inside = ""
        if "events" in source:
            inside = f", {source['events']:,} in the period, covered {source['covered_share']:.1%}"
        files = len(source["evidence_ids"])
        rows = f"{files:,} file{'s' if files != 1 else ''}, {source['rows']:,} rows"
        print(f"  searched: {source['kind']}: {rows}{inside}")
    for bound in told["bounds"]:
        print(f"  bound: {bound}")

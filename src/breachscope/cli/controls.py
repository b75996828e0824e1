"""`controls`: did each control hold in the logs after its date."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from breachscope.cli import output
from breachscope.cli.options import AsJson, CaseOption, command_line

WORDS = {"held": "held", "broken": "BROKEN", "cannot_tell": "cannot tell"}


def controls(
    case: CaseOption = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="As of this day, such as a regulator's deadline; else the last event."),
    ] = None,
    contracts: Annotated[
        bool, typer.Option("--contracts", help="Show what contracts asked for and did not get.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Keep no record of this check.")
    ] = False,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Hold each control against the logs before and after its date."""
    from breachscope.workflow import controlling

    checked = controlling.check(case, as_of=as_of, command=command_line(), record=not dry_run)
    if as_json:
        output.print_json(checked.document)
    elif as_csv:
        table = checked.contracts if contracts else checked.controls
        print(controlling.csv(table), end="")
    elif contracts:
        _print_contracts(checked.document)
    else:
        _print(checked.document)


def _print(document: dict[str, Any]) -> None:
    rows = [
        [
            row["control_id"],
            row["check"],
            row["in_force_from"],
            WORDS[row["verdict"]],
            row["lines_before"],
            row["lines"],
        ]
        for row in document["controls"]
    ]
    columns = ["control", "check", "in force", "verdict", "before", "after"]
    output.print_table(columns, rows, right=("before", "after"), whole=columns[:4])
    for row in document["controls"]:
        if row["verdict"] != "held":
            print(f"{row['control_id']}: {WORDS[row['verdict']]}: {row['reason']}")
        for line in row["against"][:3]:
            print(f"  {_line(line)}")
        if len(row["against"]) > 3:
            print(f"  … and {row['lines'] - 3:,} more: --json")
    _print_end(document)


def _line(line: dict[str, Any]) -> str:
    """A line against a control, or a stretch in which it was not done, in a few words."""
    place = f"{line['evidence_id']}:{line['line']} " if line["line"] is not None else ""
    lasts = f" to {line['until'][:16]}" if line["until"] and line["until"] != line["at"] else ""
    return f"{line['at'][:16]}{lasts} {place}{line['what']}"


def _print_end(document: dict[str, Any]) -> None:
    parties = document["exposure"]
    kept = sum(1 for party in parties if party["versions_kept"])
    passed = sum(1 for party in parties if party["links_unapproved"])
    print(
        f"contracts: lists of {kept} parties kept past their disposal date; data of {passed} "
        "parties passed on without the approval asked for (--contracts)"
    )
    for change in document.get("changed", []):
        before = WORDS.get(change["before"], "not there")
        print(f"changed: {change['control_id']}: {before}, now {WORDS[change['after']]}")
    record = document.get("record")
    kept_as = f"record {record}" if record else "not recorded"
    print(f"as of {document['as_of'][:16]}; {kept_as}")


def _print_contracts(document: dict[str, Any]) -> None:
    rows = [
        [
            party["party_id"],
            party["versions_kept"],
            party["rows_kept"],
            party["days_kept_most"],
            party["downloads_of_kept"],
            party["links_unapproved"],
            party["downloads_while_unapproved"],
            party.get("persons"),
        ]
        for party in document["exposure"]
    ]
    columns = ["party", "kept", "rows", "days", "dl", "passed on", "dl while", "persons"]
    output.print_table(columns, rows, right=columns[1:], whole=["party"])
    print("kept: versions on the server past the disposal date, dl: downloads of them since")
    print("passed on: links without the approval asked for, dl while: downloads in that time")
    print("persons: of the party in the last run, in all; each finding: --json, --csv")

"""`sensitivity`: what the counts hang on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from breachscope.cli import output
from breachscope.cli.options import AsJson, CaseOption, Quiet

WORDS = {
    "as_it_is": "as it is",
    "limit_halved": "½",
    "limit_doubled": "2×",
    "withheld": "no",
}


def sensitivity(
    case: CaseOption = None,
    svg: Annotated[Path | None, typer.Option(help="Write the picture to this file.")] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, party by party.")] = False,
) -> None:
    """Count again with each limit halved and doubled, and each source withheld."""
    from breachscope.workflow import varied

    found = varied.sensitivity(case, quiet=quiet)
    if svg:
        varied.write_picture(found, svg)
    if as_json:
        output.print_json(found.document)
    elif as_csv:
        print(found.table.write_csv(), end="")
    else:
        printed(found.document)


def printed(document: dict[str, Any]) -> None:
    """One line a variation, within 80 columns."""
    told = document["variations"]
    first = told[0]["persons_over_parties"]["all"]["count"]
    rows = [
        [
            f"{WORDS[v['sort']]} {v['what']}".strip(),
            *(v["persons_over_parties"][t]["count"] for t in ("confirmed", "probable", "possible")),
            f"{v['persons_over_parties']['all']['count'] - first:+,}" if v["what"] else "–",
            len(v["parties"]),
        ]
        for v in told
    ]
    columns = ["variation", "confirmed", "probable", "possible", "in all", "moved"]
    output.print_table(columns, rows, right=columns[1:], whole=columns[:1])
    print(f"persons counted once over all parties, {first:,} in all as it is")
    print("½, 2×: a limit of the playbook halved, doubled; no: a kind of evidence withheld")
    print("in all: by how many more or fewer; moved: parties of which any figure differs")
    print("each party, bounds: --json, --csv; the picture: --svg FILE")

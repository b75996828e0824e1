"""`export`: a case in forms other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from breachscope.cli.options import CaseOption, RunNumber, command_line


def export(
    bagit: Annotated[
        Path, typer.Option(help="Make this folder a BagIt bag: ledger, evidence, run, report.")
    ],
    case: CaseOption = None,
    run: RunNumber = None,
    key: Annotated[
        Path | None, typer.Option(help="Private Ed25519 key to sign the bag's manifest with.")
    ] = None,
) -> None:
    """Write the case in a form others can check without breachscope."""
    from breachscope.workflow import bagging

    print(bagging.export_bag(case, bagit, run, key, command=command_line()))

"""`export`: a case in forms other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from breachscope.cli.options import CaseOption, RunNumber, command_line


def export(
    bagit: Annotated[
        Optional[Path],
        typer.Option(help="Make this folder a BagIt bag: ledger, evidence, run, report."),
    ] = None,
    timesketch: Annotated[
        Optional[Path],
        typer.Option(help="Write the events as timeline.csv and timeline.jsonl to this folder."),
    ] = None,
    graphml: Annotated[
        Optional[Path], typer.Option(help="Write the lineage of the downloads to this file.")
    ] = None,
    case_uco: Annotated[
        Optional[Path], typer.Option(help="Write the custody as CASE/UCO JSON-LD to this file.")
    ] = None,
    case: CaseOption = None,
    run: RunNumber = None,
    key: Annotated[
        Optional[Path],
        typer.Option(help="Private Ed25519 key to sign the bag's manifest with."),
    ] = None,
) -> None:
    """Write the case in forms others can read, or check, without breachscope."""
    from breachscope.errors import ConfigError
    from breachscope.workflow import bagging, exporting

    asked = {"timesketch": timesketch, "graphml": graphml, "case-uco": case_uco}
    targets = {form: place for form, place in asked.items() if place is not None}
    if bagit is None and not targets:
        raise ConfigError("say what to write", hint="--bagit, --timesketch, --graphml, --case-uco")
    if key and bagit is None:
        raise ConfigError("--key signs a bag's manifest", hint="give it with --bagit")
    if targets:
        for written in exporting.export(case, targets, run, command=command_line()):
            print(f"{written.path}: {written.says}")
    if bagit is not None:
        print(bagging.export_bag(case, bagit, run, key, command=command_line()))

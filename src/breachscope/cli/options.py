"""Options several commands share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

CaseOption = Annotated[
    Path | None,
    typer.Option("--case", envvar="BREACHSCOPE_CASE", help="Case folder; else found above here."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but results and errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
RunNumber = Annotated[int | None, typer.Option("--run", help="Run number; else the last.")]


def command_line() -> list[str]:
    """The command as it was typed, for the ledger; paths and ids only, never a person's value."""
    return ["breachscope", *sys.argv[1:]]

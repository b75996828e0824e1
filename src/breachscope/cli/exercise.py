"""`exercise`: a synthetic case's evidence, its truth apart."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from breachscope.cli import output
from breachscope.cli.options import Quiet


class Scale(StrEnum):
    """How large."""

    TINY = "tiny"
    SMALL = "small"
    FULL = "full"


def exercise(
    folder: Annotated[Path, typer.Argument(help="Folder to write into.", metavar="DIR")],
    scale: Annotated[
        Scale, typer.Option(help="About 3,000, 100,000 or 9.28 million people.")
    ] = Scale.TINY,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    quiet: Quiet = False,
) -> None:
    """Write a synthetic case: evidence/, and apart from it truth/."""
    from breachscope.workflow import exercising

    exercising.exercise(folder, scale.value, seed, quiet=quiet)
    output.say(
        f"wrote {folder}/evidence (with manifest.csv), {folder}/mandate.toml, {folder}/truth",
        quiet=quiet,
    )

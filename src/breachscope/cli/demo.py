"""`demo`: a synthetic case from end to end, scored against its truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from breachscope.cli.exercise import Scale
from breachscope.cli.options import Quiet, command_line


def demo(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to keep it; else ./demo-case.", metavar="DIR")
    ] = None,
    scale: Annotated[Scale, typer.Option(help="tiny, small or full.")] = Scale.TINY,
    seed: Annotated[int, typer.Option(help="Seed of the synthetic case.")] = 1,
    quiet: Quiet = False,
) -> None:
    """Make a synthetic case, take it in, run, package, and score against the truth."""
    from breachscope.workflow import demonstrating

    target = folder or Path("demo-case")
    for line in demonstrating.demo(target, scale.value, seed, command=command_line(), quiet=quiet):
        print(line)

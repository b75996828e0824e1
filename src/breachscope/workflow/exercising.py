"""What `exercise` calls: a synthetic case written, with nothing of the engine read in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal, cast

from tqdm import tqdm

from breachscope.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.exercise import ExercisePaths

Scale = Literal["tiny", "small", "full"]


def exercise(target: Path, scale: str, seed: int, *, quiet: bool = False) -> ExercisePaths:
    """Write a synthetic case's evidence and, apart, its truth.

    Raises:
        ConfigError: the folder is there already and is not empty.

    """
    from breachscope.exercise import write_exercise

    if target.exists() and any(target.iterdir()):
        raise ConfigError(f"{target} is there already and is not empty")
    with tqdm(desc=f"exercise {scale}", disable=quiet or not sys.stderr.isatty()) as bar:
        return write_exercise(target, cast("Scale", scale), seed, progress=lambda _: bar.update())

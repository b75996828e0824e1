"""Real log files beside the project; a test that needs one is skipped where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(
    os.environ.get(
        "BREACHSCOPE_REAL", str(Path(__file__).resolve().parents[2].parent / "shared" / "real")
    )
)


def real(name: str) -> Path:
    """The file, where it is there."""
    for folder in (FOLDER, Path(__file__).resolve().parents[3].parent / "shared" / "real"):
        if (folder / name).is_file():
            return folder / name
    pytest.skip(f"{name} is not here")

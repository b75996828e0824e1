from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from breachscope.exercise import ExercisePaths, write_exercise

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> ExercisePaths:
    folder: Path = tmp_path_factory.mktemp("exercise")
    return write_exercise(folder / "tiny", "tiny", 7)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> ExercisePaths:
    folder: Path = tmp_path_factory.mktemp("exercise")
    return write_exercise(folder / "small", "small", 5)

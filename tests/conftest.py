"""What all tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pathlib import Path

# The first call of an expression builds its tables: property tests are not timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden case, taken in and run once. To be read only: work on a `golden_copy`."""
    from golden import golden_case

    case = golden_case.make(tmp_path_factory.mktemp("golden"))
    golden_case.done(golden_case.breachscope("run", "--case", case))
    return case


@pytest.fixture
def golden_copy(golden: Path, tmp_path: Path) -> Path:
    """A copy of the golden case, with its evidence beside it, to be changed at will."""
    from golden import golden_case

    return golden_case.copied(golden, tmp_path / "copy")

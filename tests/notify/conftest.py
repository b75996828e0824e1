"""One press for all tests that use the shipped templates: its process is slow to start."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from notify_cases import TEMPLATES

from breachscope.notify import packages
from breachscope.notify.documents.press import Press

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def press() -> Iterator[Press]:
    with Press(TEMPLATES, datetime(2000, 1, 1, tzinfo=UTC)) as shared:
        yield shared


@pytest.fixture(autouse=True)
def _shared(press: Press) -> Iterator[None]:
    def pressed(templates: Path, created: datetime) -> Any:
        return nullcontext(press) if templates == TEMPLATES else Press(templates, created)

    with mock.patch.object(packages, "Press", pressed):
        yield

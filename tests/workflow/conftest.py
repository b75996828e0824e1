"""Cases that many tests begin from, each made once; to be read only: work on a copy."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from unittest import mock

import package_cases as cases
import pytest

from breachscope import playbook
from breachscope.notify.documents.press import Press
from breachscope.workflow import checking, packaging
from golden import golden_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path


@pytest.fixture(scope="session")
def two_parties(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case of `package_cases`, run once, without packages."""
    return cases.make(tmp_path_factory.mktemp("two_parties"))


@pytest.fixture(scope="session")
def drafted(two_parties: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with its packages, drafts all."""
    case = golden_case.copied(two_parties, tmp_path_factory.mktemp("drafted") / "copy")
    cases.packed(case)
    return case


@pytest.fixture(scope="session")
def finished(two_parties: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with final packages, none of them issued."""
    case = golden_case.copied(two_parties, tmp_path_factory.mktemp("finished") / "copy")
    cases.packed(case, "--final")
    return case


@pytest.fixture(scope="session")
def press() -> Iterator[Press]:
    with Press(playbook.shipped() / playbook.DEFAULT / "templates", packaging.CREATED) as shared:
        yield shared


@pytest.fixture(autouse=True, scope="session")
def _one_press(press: Press) -> Iterator[None]:
    """One press for all packages made in this process: its own processes are slow to start.

    Commands in a process of their own start theirs.
    """

    def pressed(templates: Path, created: datetime) -> Any:
        shared = (templates, created) == (press.folder.parent, press.created)
        return nullcontext(press) if shared else Press(templates, created)

    with (
        mock.patch.object(packaging, "Press", pressed),
        mock.patch.object(checking, "Press", pressed),
    ):
        yield

"""Cases that many tests begin from, each made once; to be read only: work on a copy."""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from itertools import cycle
from typing import TYPE_CHECKING, Any
from unittest import mock

import package_cases as cases
import pytest

from breachscope import playbook
from breachscope.notify.documents.press import Press
from breachscope.workflow import beside, checking, packaging, workshop
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
def presses() -> Iterator[list[Press]]:
    templates = playbook.shipped() / playbook.DEFAULT / "templates"
    with ExitStack() as stack:
        yield [
            stack.enter_context(Press(templates, workshop.CREATED, processes=1))
            for _ in range(beside.AT_ONCE)
        ]


@pytest.fixture(scope="session")
def press(presses: list[Press]) -> Press:
    return presses[0]


@pytest.fixture(autouse=True, scope="session")
def _few_presses(presses: list[Press]) -> Iterator[None]:
    """The same presses for all packages made in this process: their own are slow to start.

    They are handed out in turn, so that those a command has at once differ. Commands in a
    process of their own start theirs.
    """
    given, turn = (presses[0].folder.parent, presses[0].created), cycle(presses)

    def pressed(templates: Path, created: datetime, **more: int) -> Any:
        if (templates, created) == given:
            return nullcontext(next(turn))
        return Press(templates, created, **more)

    with (
        mock.patch.object(packaging, "Press", pressed),
        mock.patch.object(checking, "Press", pressed),
    ):
        yield

"""What every command of a case starts from: folder, settings, playbook, evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from breachscope import playbook as playbooks
from breachscope.case import folder, ledger, register
from breachscope.case.fingerprint import digest_of
from breachscope.errors import TamperedEvidence

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.case.config import CaseSettings
    from breachscope.playbook import Playbook


@dataclass(frozen=True, slots=True)
class Context:
    """An opened case."""

    case: folder.CaseFolder
    settings: CaseSettings
    playbook: Playbook
    items: tuple[register.Item, ...]
    columns_digest: str  # what of the playbook decides how a file is read
    routes_digest: str  # ... and what events of a timeline are evidence of


def opened(given: Path | None) -> Context:
    """Open the case at `given`, or the nearest one.

    Raises:
        ConfigError: no case, or mistakes in case.toml or the playbook.
        TamperedEvidence: the ledger's chain does not hold.

    """
    case = folder.find(given)
    settings = case.settings()
    entries = checked_entries(case)
    playbook = playbooks.load(settings.playbook, near=case.root)
    return Context(
        case=case,
        settings=settings,
        playbook=playbook,
        items=tuple(register.items(entries)),
        columns_digest=digest_of(playbook.columns.model_dump(mode="json")),
        routes_digest=digest_of(playbook.routes.model_dump(mode="json")),
    )


def checked_entries(case: folder.CaseFolder) -> list[dict[str, object]]:
    """The ledger's entries, the chain checked first.

    Raises:
        TamperedEvidence: an entry was edited, removed or reordered.

    """
    found = [f for f in ledger.check(case.ledger) if f.wrong is not ledger.Wrong.TORN]
    if found:
        told = "\n  ".join(f"line {finding.line}: {finding.message}" for finding in found[:10])
        raise TamperedEvidence(
            f"the ledger was changed:\n  {told}", hint="breachscope verify tells the whole of it"
        )
    return ledger.entries(case.ledger)


def now() -> str:
    """The time, UTC, to the second: for the ledger and run.json only."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

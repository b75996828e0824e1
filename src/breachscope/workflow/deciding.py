"""What `decide` calls: a person's ruling, kept for every later run."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from breachscope import __version__
from breachscope.case import decisions, folder, ledger
from breachscope.workflow.context import now, opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def decide(
    case: Path | None,
    *,
    action: str,
    subject: str,
    who: str,
    why: str,
    tier: str | None,
    command: Sequence[str],
) -> decisions.Decision:
    """Enter a ruling in decisions.jsonl and in the ledger.

    Raises:
        ConfigError: the ruling is incomplete, or names no action there is.

    """
    with folder.exclusive(folder.find(case)):
        context = opened(case)
        moment = now()
        made = decisions.append(
            context.case.decisions,
            decisions.Decision(
                id="", at=moment, who=who, action=action, subject=subject, why=why, tier=tier
            ),
        )
        entry = {
            "action": "ruling",
            "at": moment,
            "command": list(command),
            "version": __version__,
            "decision": asdict(made),
        }
        ledger.append(context.case.ledger, entry)
    return made

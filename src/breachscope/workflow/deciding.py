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
    """Enter a ruling in the ledger, then in decisions.jsonl.

    A kill in between loses nothing: what the ledger tells of counts, and the next ruling
    writes it down first.

    Raises:
        ConfigError: the ruling is incomplete, or names no action there is.
        TamperedEvidence: the rulings there are, are not those of the ledger.

    """
    with folder.exclusive(folder.find(case)):
        here = opened(case).case
        entered = decisions.entered(here.decisions, ledger.entries(here.ledger))
        made = decisions.Decision(
            id=f"D{len(entered) + 1}",
            at=now(),
            who=who,
            action=action,
            subject=subject,
            why=why,
            tier=tier,
        )
        decisions.check(made)
        for missing in entered[len(decisions.load(here.decisions)) :]:
            decisions.append(here.decisions, missing)
        entry = {
            "action": decisions.ENTERED,
            "at": made.at,
            "command": list(command),
            "version": __version__,
            "decision": asdict(made),
        }
        ledger.append(here.ledger, entry)
        return decisions.append(here.decisions, made)

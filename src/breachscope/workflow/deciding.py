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

    from breachscope.workflow.context import Context


def decide(
    case: Path | None,
    *,
    action: str,
    subject: str,
    who: str,
    why: str,
    tier: str | None,
    value: str | None = None,
    command: Sequence[str],
) -> decisions.Decision:
    """Enter a ruling in the ledger, then in decisions.jsonl.

    Where the subject is a question of the last run, the ruling carries its ground, so that it
    comes back when that changes.

    Raises:
        ConfigError: the ruling is incomplete, or names no action there is.
        TamperedEvidence: the rulings there are, are not those of the ledger.

    """
    with folder.exclusive(folder.find(case)):
        context = opened(case)
        return enter(
            context.case,
            action=action,
            subject=subject,
            who=who,
            why=why,
            tier=tier,
            value=value,
            ground=_ground(context, subject),
            command=command,
        )


def _ground(context: Context, subject: str) -> str | None:
    """What a ruling on that subject rests on, as the last run has it."""
    from breachscope.workflow import reviewing

    numbers = context.case.run_numbers()
    if not numbers:
        return None
    place = context.case.run(numbers[-1])
    if not reviewing.has_questions(place):
        return None
    return reviewing.ground_of(context, place, subject)


def enter(
    here: folder.CaseFolder,
    *,
    action: str,
    subject: str,
    who: str,
    why: str,
    tier: str | None = None,
    value: str | None = None,
    ground: str | None = None,
    command: Sequence[str],
) -> decisions.Decision:
    """Enter a ruling; the case must be held.

    A kill in between loses nothing: what the ledger tells of counts, and the next ruling
    writes it down first.

    Raises:
        ConfigError: the ruling is incomplete, or names no action there is.
        TamperedEvidence: the rulings there are, are not those of the ledger.

    """
    entered = decisions.entered(here.decisions, ledger.entries(here.ledger))
    made = decisions.Decision(
        id=f"D{len(entered) + 1}",
        at=now(),
        who=who,
        action=action,
        subject=subject,
        why=why,
        tier=tier,
        value=value,
        ground=ground,
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

"""People's rulings, kept in `decisions.jsonl` and replayed on every run.

Nothing is changed or taken out: a later ruling on the same subject takes the place of an
earlier one. The ledger records each as well, by its digest.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from breachscope.case import appending, canonical_json
from breachscope.errors import ConfigError
from breachscope.schema import TIERS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ACTIONS: Final = ("accept", "reject", "reclassify", "original", "withdraw")


@dataclass(frozen=True, slots=True)
class Decision:
    """One ruling. `id` is D1, D2, … in the order of the file."""

    id: str
    at: str  # ISO 8601 with offset
    who: str
    action: str  # one of ACTIONS
    subject: str  # event_id, evidence_id, EVIDENCE:LINE, …
    why: str
    tier: str | None = None  # for reclassify


def append(path: Path, decision: Decision) -> Decision:
    """Add a ruling under the next free id, whatever id it came with, and give it back.

    Raises:
        ConfigError: it is incomplete; all mistakes at once.

    """
    if wrong := _mistakes(asdict(replace(decision, id="D0"))):
        raise ConfigError("the decision has mistakes:\n  " + "\n  ".join(wrong))
    with appending.locked(path) as descriptor:
        appending.mend(descriptor, path)
        taken = path.read_bytes().count(b"\n")
        numbered = replace(decision, id=f"D{taken + 1}")
        appending.write_line(descriptor, canonical_json.dumps(asdict(numbered)))
    return numbered


def load(path: Path) -> list[Decision]:
    """Every ruling, in the order given; none if there is no file.

    A piece of a line at the very end was never recorded (the writer was stopped) and is
    left out.

    Raises:
        ConfigError: lines have mistakes; all at once, by line.

    """
    *lines, _ = path.read_bytes().split(b"\n") if path.exists() else [b""]
    read = [_read(line) for line in lines]
    wrong = [
        f"{path.name}: line {number}: {mistake}"
        for number, value in enumerate(read, 1)
        for mistake in _mistakes(value, f"D{number}")
    ]
    if wrong:
        raise ConfigError("the decisions have mistakes:\n  " + "\n  ".join(wrong))
    return [Decision(**value) for value in read if value is not None]


def latest_by_subject(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """The ruling in force on each subject; a withdrawn one leaves none."""
    latest = {decision.subject: decision for decision in decisions}
    return {
        subject: decision
        for subject, decision in sorted(latest.items())
        if decision.action != "withdraw"
    }


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        value = canonical_json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _mistakes(value: dict[str, Any] | None, number: str | None = None) -> list[str]:
    """What is wrong with a ruling, never saying what it holds."""
    if value is None:
        return ["is not a line as breachscope writes it"]
    names = {field.name for field in fields(Decision)}
    if value.keys() != names:
        return [f"wants exactly these keys: {', '.join(sorted(names))}"]
    texts = sorted(names - {"tier"})
    wrong = [f"{n}: wants text" for n in texts if not isinstance(value[n], str) or not value[n]]
    if number and value["id"] != number:
        wrong.append(f"id: is not {number}: lines are gone or out of order")
    if value["action"] not in ACTIONS:
        wrong.append(f"action: wants one of {', '.join(ACTIONS)}")
    if (value["tier"] is not None) != (value["action"] == "reclassify"):
        wrong.append("tier: is for reclassify, and needed there")
    elif value["tier"] is not None and value["tier"] not in TIERS:
        wrong.append(f"tier: wants one of {', '.join(TIERS)}")
    if not _is_instant(value["at"]):
        wrong.append("at: wants a time with its offset, as 2024-01-31T09:00:00+09:00")
    return wrong


def _is_instant(text: object) -> bool:
    try:
        return datetime.fromisoformat(str(text)).tzinfo is not None
    except ValueError:
        return False

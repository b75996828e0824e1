"""People's rulings, kept in `decisions.jsonl` and replayed on every run.

Nothing is changed or taken out: a later ruling on the same subject takes the place of an
earlier one. The ledger records each first: a ruling it does not tell of is not obeyed, and the
last one it tells of counts even if its writer was stopped before it stood in the file.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from breachscope.case import appending, canonical_json
from breachscope.errors import ConfigError, TamperedEvidence
from breachscope.schema import TIERS, ItemClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

ENTERED: Final = "ruling"
"""The ledger's action for one ruling."""

ACTIONS: Final = ("accept", "reject", "reclassify", "original", "classify", "met", "withdraw")

ITEM: Final = "item:"
"""Begins the subject of a ruling on a data item: item:LIST/COLUMN, or item:*/COLUMN for all."""

DONE: Final = "done:"
"""Begins the subject that says on what day an obligation was met: done:OBLIGATION."""

DUTIES: Final = ("obligation:", "question:")
"""Begin the subjects of rulings on an obligation, or on what several hang on."""

MERGE: Final = "merge:"
"""Begins the subject of a ruling on persons joined: merge:PARTY/RUNG."""

OF_NO_DOWNLOAD: Final = (ITEM, DONE, *DUTIES, MERGE)
"""How subjects begin that are no download, evidence or part of a leak."""

OPTIONAL: Final = ("tier", "value", "ground")
"""Keys that may be null; the last two were not there in early files."""


CLASSES: Final = tuple(word.value for word in ItemClass)


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
    value: str | None = None  # for classify: the class; for met: the day
    ground: str | None = None  # digest of what it was decided on, where it was an open question


def append(path: Path, decision: Decision) -> Decision:
    """Add a ruling under the next free id, whatever id it came with, and give it back.

    Raises:
        ConfigError: it is incomplete; all mistakes at once.

    """
    check(decision)
    with appending.locked(path) as descriptor:
        appending.mend(descriptor, path)
        taken = path.read_bytes().count(b"\n")
        numbered = replace(decision, id=f"D{taken + 1}")
        appending.write_line(descriptor, canonical_json.dumps(asdict(numbered)))
    return numbered


def check(decision: Decision) -> None:
    """Nothing, if the ruling is complete; its id is not looked at.

    Raises:
        ConfigError: it is incomplete; all mistakes at once.

    """
    if wrong := _mistakes(asdict(replace(decision, id="D0"))):
        raise ConfigError("the decision has mistakes:\n  " + "\n  ".join(wrong))


def entered(path: Path, entries: Iterable[dict[str, Any]]) -> list[Decision]:
    """The rulings the ledger's entries tell of, in order, each held against the file.

    Raises:
        ConfigError: lines of the file have mistakes.
        TamperedEvidence: rulings in the file are not those of the ledger; all, by id.

    """
    told = [Decision(**e["decision"]) for e in entries if e.get("action") == ENTERED]
    if wrong := differing(told, load(path)):
        raise TamperedEvidence(
            "rulings are not those of the ledger:\n  " + "\n  ".join(wrong),
            hint=f"put {path.name} back as it was; enter rulings with breachscope decide",
        )
    return told


def differing(told: Sequence[Decision], kept: Sequence[Decision]) -> list[str]:
    """How the rulings kept differ from those told; the last one told need not be kept yet."""
    found = []
    for place in range(max(len(told), len(kept))):
        number = f"ruling D{place + 1}: "
        if place >= len(told):
            found.append(number + "is not in the ledger")
        elif place >= len(kept):
            if place + 1 < len(told):
                found.append(number + "is gone")
        elif told[place] != kept[place]:
            found.append(number + "is not as it was entered")
    return found


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
    if not names - {"value", "ground"} <= value.keys() <= names:
        return [f"wants exactly these keys: {', '.join(sorted(names))}"]
    texts = sorted(names - set(OPTIONAL))
    wrong = [f"{n}: wants text" for n in texts if not isinstance(value[n], str) or not value[n]]
    if number and value["id"] != number:
        wrong.append(f"id: is not {number}: lines are gone or out of order")
    if value["action"] not in ACTIONS:
        wrong.append(f"action: wants one of {', '.join(ACTIONS)}")
    if (value["tier"] is not None) != (value["action"] == "reclassify"):
        wrong.append("tier: is for reclassify, and needed there")
    elif value["tier"] is not None and value["tier"] not in TIERS:
        wrong.append(f"tier: wants one of {', '.join(TIERS)}")
    wrong += _value_mistakes(value)
    if not _is_instant(value["at"]):
        wrong.append("at: wants a time with its offset, as 2024-01-31T09:00:00+09:00")
    return wrong


def _value_mistakes(ruling: dict[str, Any]) -> list[str]:
    """What is wrong with the value, and with subjects that take one action only."""
    action, value, subject = ruling["action"], ruling.get("value"), str(ruling["subject"])
    wrong = []
    if (value is not None) != (action in ("classify", "met")):
        wrong.append("value: is for classify (a class) and met (a day), and needed there")
    elif action == "classify" and value not in CLASSES:
        wrong.append(f"value: wants one of {', '.join(CLASSES)}")
    elif action == "met" and not _is_day(value):
        wrong.append("value: wants a day, as 2024-01-31")
    for only, begins in (("classify", ITEM), ("met", DONE)):
        if action != "withdraw" and (action == only) != subject.startswith(begins):
            wrong.append(f"{only} is for subjects that begin with {begins}, and they take no other")
    return wrong


def _is_day(text: object) -> bool:
    try:
        return bool(date.fromisoformat(str(text)))
    except ValueError:
        return False


def _is_instant(text: object) -> bool:
    try:
        return datetime.fromisoformat(str(text)).tzinfo is not None
    except ValueError:
        return False

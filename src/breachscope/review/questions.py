"""One question, before it is known whether somebody ruled on it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from breachscope.schema import Topic


@dataclass(frozen=True, slots=True)
class Question:
    """What a person must decide. It names ids, columns and counts, never a person's value."""

    id: str
    topic: Topic
    question: str
    hangs_on: str
    people: int
    evidence: str
    allowed: tuple[str, ...]
    ground: str
    due: date | None = None
    subjects: tuple[str, ...] = ()  # of rulings that settle it, where these are not its id

    @property
    def names(self) -> tuple[str, ...]:
        """The subjects under which a ruling on it is kept."""
        return self.subjects or (self.id,)


def ground(*facts: object) -> str:
    """Digest of what a ruling rests on."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

"""The named tasks: how large, from which sources, how spoilt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

RICH: Final = frozenset({"kana", "postal_code", "birth_date", "sex", "email"})


@dataclass(frozen=True, slots=True)
class Task:
    """What is generated. Parties are numbered from 0, the largest first."""

    people: int = 3_200_000
    parties: int = 20
    versions: int = 12
    records: int = 1_000_000  # about
    leak_rows: int = 50_000
    sources: dict[int, float] = field(default_factory=lambda: {0: 1.0})
    outside: float = 0.2  # share of the leak's rows about nobody in the inventory
    relatives: float = 0.25  # share of those whose household is in it
    within: tuple[tuple[int, int, float], ...] = ()  # (a, b, share): of a's people, also in b
    columns: frozenset[str] = RICH  # of the sources' systems, beside name, address, telephone
    leak_columns: frozenset[str] = RICH | {"phone2"}  # of those, what the broker passed on
    level: str = "default"
    noise: str = "broker"
    version: int | None = None  # the leaked one; drawn where not given
    seed: int = 7


TASKS: Final = {
    "default": Task(),
    "hard": Task(
        sources={0: 0.85, 1: 0.05, 2: 0.05, 3: 0.05},
        outside=0.35,
        columns=RICH - {"birth_date", "email"},
        level="hard",
    ),
    "null": Task(sources={}, outside=1.0, relatives=0.3, leak_rows=20_000),
    "nested": Task(sources={4: 1.0}, within=((4, 0, 0.95),), leak_rows=20_000),
    "shared": Task(sources={3: 1.0}, within=((3, 0, 0.4), (3, 1, 0.4)), leak_rows=20_000),
    "full": Task(people=12_000_000, parties=69, records=9_300_000),
    "nap": Task(leak_columns=frozenset()),
}

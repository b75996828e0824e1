"""What duties are decided from: who handles whose data, who knew when, what left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from breachscope.schema import Answer, ItemClass


@dataclass(frozen=True, slots=True)
class Knowledge:
    """When a party or organisation knew, and what says so."""

    on: date
    at: datetime | None = None  # UTC; where the evidence gives the hour
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Handler:
    """Someone who handles the data: a party, or an organisation of the entrustments."""

    id: str
    sector: str | None = None
    knew: Knowledge | None = None
    jurisdictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Affected:
    """What left of one party, or of several taken together."""

    count: int | None  # None: of several parties whose persons overlap
    low: int
    high: int | None  # None: nothing bounds it
    first_on: date | None = None
    last_on: date | None = None
    sure: frozenset[ItemClass] = frozenset()
    unsure: frozenset[ItemClass] = frozenset()
    unknown_items: int = 0  # reached versions whose columns nobody knows
    blind: tuple[str, ...] = ()  # why nothing found need not be nothing left

    @property
    def nothing(self) -> bool:
        """Nothing of it is in the scope, not even perhaps."""
        return self.high == 0


@dataclass(frozen=True, slots=True)
class Edge:
    """One party or organisation entrusting data to another."""

    entruster: str
    entrustee: str
    basis: str = ""
    since: date | None = None
    until: date | None = None
    told: Knowledge | None = None  # the entruster, by the entrustee
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A person's ruling: the duty, or the trigger, holds or does not."""

    id: str
    holds: bool
    why: str


@dataclass(frozen=True, slots=True)
class Met:
    """A person's word that a duty was done, and when."""

    id: str  # of the ruling
    on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it."""

    parties: Mapping[str, Handler]
    organisations: Mapping[str, Handler]
    affected: Mapping[str, Affected]  # of each party
    together: Affected  # of all parties, each person once
    edges: tuple[Edge, ...]
    purpose: Answer  # is the act suspected of an improper purpose?
    purpose_why: str
    rulings: Mapping[str, Ruled] = field(default_factory=dict)  # by subject
    met: Mapping[str, Met] = field(default_factory=dict)  # by obligation

    def handler(self, who: str) -> Handler:
        """A party or organisation; one nobody described has neither sector nor knowledge."""
        return self.parties.get(who) or self.organisations.get(who) or Handler(who)

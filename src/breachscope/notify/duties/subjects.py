"""Who may owe a duty, for whose data, and under which rules of a jurisdiction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from breachscope.schema import Duty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from breachscope.jurisdictions import Applies, Jurisdiction, Regime, Role, Rule
    from breachscope.notify.duties.entrusting import Chain
    from breachscope.notify.duties.facts import Affected, Edge, Facts, Handler

PRESUMED = "private"
"""Sector of an organisation whose sector nobody told; everything it owes waits for review."""


@dataclass(frozen=True, slots=True)
class Duties:
    """A rule held against one subject, and, of a notice to an entruster, one edge."""

    jurisdiction: Jurisdiction
    regime: Regime
    rule: Rule
    applies: Applies | None  # None: the regime did not apply yet, or no more
    in_force: bool  # the rule itself
    who: Handler
    role: Role
    party: str | None
    affected: Affected
    edges: tuple[Edge, ...]  # by which data came to it
    edge: Edge | None = None
    circle: bool = False

    @property
    def place(self) -> str:
        """JURISDICTION/REGIME."""
        return f"{self.jurisdiction.name}/{self.regime.id}"

    @property
    def recipient(self) -> str:
        """Who is told."""
        return self.edge.entruster if self.edge else self.rule.recipient

    @property
    def id(self) -> str:
        """The obligation's id; the same in every run."""
        whom = [self.edge.entruster] if self.edge else []
        return "/".join([self.jurisdiction.name, self.rule.id, self.who.id, *whom])

    @property
    def sector(self) -> str:
        """The subject's sector, or the one presumed."""
        return self.who.sector or PRESUMED


def all_duties(facts: Facts, chain: Chain, jurisdiction: Jurisdiction) -> Iterator[Duties]:
    """Every rule of a jurisdiction held against everyone it may bind."""
    for party in sorted(facts.affected):
        who = facts.handler(party)
        if jurisdiction.name in who.jurisdictions:
            affected = facts.affected[party]
            yield from _of(jurisdiction, who, "controller", party, affected, ())
    for name in chain.entrustees():
        who = facts.handler(name)
        whose = chain.whose(name)
        if jurisdiction.name in who.jurisdictions and whose:
            yield from _of_processor(jurisdiction, chain, who, whose)


def _of_processor(
    jurisdiction: Jurisdiction, chain: Chain, who: Handler, whose: list[str]
) -> Iterator[Duties]:
    edges = tuple(chain.to(who.id))
    circle = chain.in_a_circle(who.id)
    party = whose[0] if len(whose) == 1 else None
    affected = chain.affected(whose)
    for duty in _of(jurisdiction, who, "processor", party, affected, edges, circle=circle):
        if duty.rule.kind is not Duty.ENTRUSTER_NOTICE:
            yield duty
            continue
        for edge in edges:
            through = chain.whose(edge.entruster)
            if through:
                one = through[0] if len(through) == 1 else None
                yield Duties(
                    jurisdiction, duty.regime, duty.rule, duty.applies, duty.in_force, who,
                    "processor", one, chain.affected(through), edges, edge, circle,
                )  # fmt: skip


def _of(
    jurisdiction: Jurisdiction,
    who: Handler,
    role: Role,
    party: str | None,
    affected: Affected,
    edges: tuple[Edge, ...],
    *,
    circle: bool = False,
) -> Iterator[Duties]:
    sector = who.sector or PRESUMED
    for regime in jurisdiction.regimes:
        if sector not in regime.sectors():
            continue
        day = known_on(who, jurisdiction)
        applies = regime.applying(sector, day or date.max)
        for rule, in_force in _rules(regime, role, day):
            yield Duties(
                jurisdiction, regime, rule, applies, in_force, who, role, party, affected, edges,
                circle=circle,
            )  # fmt: skip


def _rules(regime: Regime, role: Role, day: date | None) -> Iterator[tuple[Rule, bool]]:
    """Of each rule the version in force on the day, else the nearest; without a day the last."""
    versions: dict[str, list[Rule]] = {}
    for rule in regime.rules:
        if role in rule.roles:
            versions.setdefault(rule.id, []).append(rule)
    for found in versions.values():
        found.sort(key=lambda rule: rule.valid_from)
        if day is None:
            yield found[-1], True
            continue
        fitting = [rule for rule in found if rule.in_force(day)]
        before = [rule for rule in found if rule.valid_from <= day]
        yield (fitting or before[-1:] or found)[0], bool(fitting)


def known_on(who: Handler, jurisdiction: Jurisdiction) -> date | None:
    """The day of knowledge in the jurisdiction's zone."""
    knew = who.knew
    if knew is None:
        return None
    at: datetime | None = knew.at
    return at.astimezone(jurisdiction.zone).date() if at else knew.on

"""Obligations: each duty decided, its clock set, its row written."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.notify.duties import days
from breachscope.notify.duties.deciding import Decision, decided
from breachscope.notify.duties.entrusting import Chain
from breachscope.notify.duties.subjects import all_duties, known_on
from breachscope.notify.duties.triggers import NO, REVIEW, YES
from breachscope.schema import OBLIGATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from breachscope.jurisdictions import Clock, ClockChoice, Jurisdiction
    from breachscope.notify.duties.facts import Facts
    from breachscope.notify.duties.subjects import Duties


def obligations(facts: Facts, jurisdictions: Iterable[Jurisdiction]) -> pl.DataFrame:
    """OBLIGATIONS: every rule held against everyone it may bind.

    Args:
        facts: the case.
        jurisdictions: the rules; each binds the handlers that name it.

    """
    chain = Chain(facts)
    rows = [
        _row(duty, decided(duty, facts), facts)
        for jurisdiction in jurisdictions
        for duty in all_duties(facts, chain, jurisdiction)
    ]
    return pl.DataFrame(rows, schema=OBLIGATIONS).sort(
        "jurisdiction", "subject", "role", "regime", "rule_id", "recipient"
    )


def _row(duty: Duties, found: Decision, facts: Facts) -> dict[str, Any]:
    rule, affected, knew = duty.rule, duty.affected, duty.who.knew
    start = known_on(duty.who, duty.jurisdiction)
    choice, clock = _clock(duty, found)
    calendar = duty.jurisdiction.head.calendar
    due = days.Due()
    if start and knew and found.answer is not NO:
        due = days.due(clock, calendar, start, knew.at, duty.jurisdiction.zone)
    done = _done(duty, facts)
    doubts = [
        *_scope_doubts(duty),
        *rule.doubts(rule.id),
        *clock.doubts(clock.label),
        *_choice_doubts(choice, clock),
        *(calendar.doubts("days off") if due.rolled_from else []),
        *found.doubts,
    ]  # fmt: skip
    valid = [rule.valid_from, *([duty.applies.valid_from] if duty.applies else [])]
    return {
        "obligation_id": duty.id,
        "jurisdiction": duty.jurisdiction.name,
        "regime": duty.regime.id,
        "rule_id": rule.id,
        "subject": duty.who.id,
        "role": duty.role,
        "party_id": duty.party,
        "recipient": duty.recipient,
        "kind": rule.kind.value,
        "basis": ", ".join(rule.articles),
        "clock_start": start,
        "clock_start_at": knew.at if knew and clock.unit == "hour" else None,
        "due": due.day,
        "due_at": due.at,
        "due_earliest": due.earliest,
        "clock": _in_words(clock, due, hours_known=bool(knew and knew.at)),
        "binding": clock.binding.value,
        "status": found.answer.value,
        "reason": "; ".join(found.why) + _late(due, done),
        "triggers": [h.trigger.id for h in found.held if h.answer is YES],
        "open_triggers": [h.trigger.id for h in found.held if h.answer is REVIEW],
        "questions": list(dict.fromkeys(found.questions)),
        "settled": list(dict.fromkeys(found.settled)),
        "grounds": [
            f"{_ground(duty, subject)} {subject}"
            for subject in dict.fromkeys((*found.questions, *found.settled))
        ],
        "content": rule.content,
        "count": affected.count,
        "low": affected.low,
        "high": affected.high,
        "valid_from": max(valid),
        "valid_to": rule.valid_to,
        "unverified": list(dict.fromkeys(doubts)),
        "done_on": done,
        "ruling": found.ruling or (met.id if (met := facts.met.get(duty.id)) else None),
        "evidence": knew.evidence if knew else None,
    }


def _scope_doubts(duty: Duties) -> list[str]:
    if duty.applies is None:
        return []
    return duty.applies.doubts(f"that {duty.regime.article} applies to {duty.sector}")


def _ground(duty: Duties, subject: str) -> str:
    """Digest of what a ruling on that question rests on, of this duty.

    Of persons only the order of magnitude: a few more or fewer do not bring a ruling back.
    """
    affected, knew = duty.affected, duty.who.knew
    facts: list[object] = [duty.who.id, str(affected.last_on)]
    if not subject.endswith("/earlier"):
        most = "endless" if affected.high is None else len(str(affected.high))
        facts += [most, affected.unknown_items > 0, affected.blind]
        facts += [sorted(affected.sure), sorted(affected.unsure)]
    if subject.startswith("obligation:"):
        facts += [str(knew.on) if knew else None, duty.who.sector, len(duty.edges)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _clock(duty: Duties, found: Decision) -> tuple[ClockChoice, Clock]:
    """The first clock whose trigger surely holds, else the one that always fits."""
    yes = {h.trigger.id for h in found.held if h.answer is YES}
    choice = next(c for c in duty.rule.clocks if not c.when or yes & set(c.when))
    return choice, duty.jurisdiction.head.clocks[choice.clock]


def _choice_doubts(choice: ClockChoice, clock: Clock) -> list[str]:
    return [] if choice.mark == "verified" else [f"{clock.label} ({choice.mark}: {choice.source})"]


def _in_words(clock: Clock, due: days.Due, *, hours_known: bool) -> str:
    if due.rolled_from:
        return f"{clock.label}; day {clock.n} is {due.rolled_from:%a %Y-%m-%d}"
    if due.at and not hours_known:
        return f"{clock.label}; the hour is not known: from the start of the day"
    return clock.label


def _done(duty: Duties, facts: Facts) -> date | None:
    """The day a person says it was met, else the day the evidence shows the notice was given."""
    if met := facts.met.get(duty.id):
        return met.on
    return duty.edge.told.on if duty.edge and duty.edge.told else None


def _late(due: days.Due, done: date | None) -> str:
    if done is None or due.day is None:
        return ""
    late = (done - due.day).days
    return f"; done {done}" + (f", {late} day{'s' * (late > 1)} late" if late > 0 else "")

"""Obligations: each duty decided yes, no or review, with its reason, and its clock set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.notify.duties import days
from breachscope.notify.duties.entrusting import Chain
from breachscope.notify.duties.subjects import all_duties, known_on
from breachscope.notify.duties.triggers import NO, REVIEW, YES, Held, judged
from breachscope.schema import OBLIGATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from breachscope.jurisdictions import Clock, ClockChoice, Exemption, Jurisdiction, Trigger
    from breachscope.notify.duties.facts import Edge, Facts, Ruled
    from breachscope.notify.duties.subjects import Duties
    from breachscope.schema import Answer


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a duty holds, why, and what would settle it if nobody can tell."""

    answer: Answer
    why: tuple[str, ...]
    held: tuple[Held, ...] = ()
    questions: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    ruling: str | None = None

    def turned(
        self, answer: Answer, why: str, *questions: str, doubts: Iterable[str] = ()
    ) -> Decision:
        """The same with another answer, its reason first."""
        return replace(
            self,
            answer=answer,
            why=(why, *self.why),
            questions=(*self.questions, *questions) if answer is REVIEW else (),
            doubts=(*self.doubts, *doubts),
        )


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


def decided(duty: Duties, facts: Facts) -> Decision:
    """Whether a duty holds: each step may turn the answer of the one before."""
    found = _by_triggers(duty, facts)
    for step in _STEPS:
        if found.ruling is None:
            found = step(duty, found, facts)
    return found


def _by_triggers(duty: Duties, facts: Facts) -> Decision:
    by_id = {trigger.id: trigger for trigger in duty.regime.triggers}
    held = tuple(
        judged(by_id[name], duty.affected, facts, duty.place, duty.who.id)
        for name in duty.rule.triggers
        if _concerns(by_id[name], duty)
    )
    yes = [h for h in held if h.answer is YES]
    waiting = [h for h in held if h.answer is REVIEW]
    told = yes or waiting or held
    answer = YES if yes else REVIEW if waiting else NO
    questions = tuple(h.question for h in waiting if h.question) if answer is REVIEW else ()
    why = tuple(dict.fromkeys(f"{h.trigger.article}: {h.why}" for h in told))
    if answer is NO and duty.affected.nothing:
        why = ("nothing of it is in the scope of this run",)
    doubts = tuple(d for h in (yes or waiting) for d in h.trigger.doubts(h.trigger.label))
    return Decision(answer, why, held, questions, doubts)


def _concerns(trigger: Trigger, duty: Duties) -> bool:
    return trigger.sectors is None or duty.sector in trigger.sectors


def _nothing_found(duty: Duties, found: Decision, _: Facts) -> Decision:
    """Nothing found is no "no" where the evidence is blind."""
    if found.answer is NO and duty.affected.nothing and duty.affected.blind:
        why = "the evidence cannot tell: " + "; ".join(duty.affected.blind)
        return found.turned(REVIEW, why, f"obligation:{duty.id}")
    if found.answer is NO and duty.rule.below and not duty.affected.nothing:
        return replace(found, why=(*found.why, duty.rule.below))
    return found


def _needs(duty: Duties, found: Decision, _: Facts) -> Decision:
    """A regime for certain data holds only where the lists hold such."""
    needs, affected = set(duty.regime.needs), duty.affected
    if not needs or found.answer is NO or needs & affected.sure:
        return found
    names = ", ".join(sorted(needs))
    if needs & affected.unsure:
        return found.turned(REVIEW, f"whether the lists hold {names} waits for a ruling")
    if affected.unknown_items:
        return found.turned(
            REVIEW,
            f"of {affected.unknown_items} versions nobody knows whether they hold {names}",
            f"obligation:{duty.id}",
        )
    return replace(found, answer=NO, why=(f"no list holds {names}",), questions=(), doubts=())


def _exempt(duty: Duties, found: Decision, facts: Facts) -> Decision:
    """What releases: by a person's ruling, or by notices given to entrusters."""
    for exemption in _exemptions(duty, "ruling"):
        if (ruled := _question(duty, facts, exemption.id)) and ruled.holds:
            said = f"exempt, {exemption.article}: {exemption.label}: ruling {ruled.id}: {ruled.why}"
            doubts = exemption.doubts(exemption.label)
            return replace(found.turned(NO, said, doubts=doubts), ruling=ruled.id)
    for exemption in _exemptions(duty, "edges") if found.answer is not NO else ():
        doubts = exemption.doubts(exemption.label)
        waiting = [edge for edge in duty.edges if edge.told is None]
        if duty.edges and not waiting:
            why = f"released, {exemption.article}: {_notified(duty)}"
            return found.turned(NO, why, doubts=doubts)
        said = f"not released: {len(waiting)} of {len(duty.edges)} entrusters were not notified"
        return replace(found, why=(*found.why, said))
    return found


def _exemptions(duty: Duties, test: str) -> list[Exemption]:
    return [
        exemption
        for exemption in duty.regime.exemptions
        if exemption.id in duty.rule.exemptions
        and exemption.test == test
        and duty.role in exemption.roles
    ]


def _question(duty: Duties, facts: Facts, name: str) -> Ruled | None:
    question = f"question:{duty.place}/{name}"
    return facts.rulings.get(f"{question}/{duty.who.id}") or facts.rulings.get(question)


def _notified(duty: Duties) -> str:
    told = sorted(edge.told.on for edge in duty.edges if edge.told)
    many = f"all {len(told)} entrusters were" if len(told) > 1 else "the entruster was"
    return f"{many} notified, the last on {told[-1]}"


def _earlier(duty: Duties, found: Decision, facts: Facts) -> Decision:
    """Removals from before the law, known after it: nobody verified that it covers them."""
    since = _began(duty)
    last = duty.affected.last_on
    if found.answer is NO or duty.applies is None or last is None or last >= since:
        return found
    said = f"the last removal found, {last}, is earlier than the rule, {since}"
    ruled = _question(duty, facts, "earlier")
    if ruled:
        why = f"{said}: ruling {ruled.id}: {ruled.why}"
        return replace(found, why=(*found.why, why)) if ruled.holds else found.turned(NO, why)
    why = f"{said}; whether it covers such is not verified"
    doubts = duty.regime.earlier.doubt()
    return found.turned(REVIEW, why, f"question:{duty.place}/earlier", doubts=doubts)


def _began(duty: Duties) -> Any:
    """The day the regime began for the sector."""
    return min(a.valid_from for a in duty.regime.applies if duty.sector in a.sectors)


def _not_in_force(duty: Duties, found: Decision, _: Facts) -> Decision:
    if found.answer is NO or (duty.applies and duty.in_force):
        return found
    day = known_on(duty.who, duty.jurisdiction)
    why = f"known on {day}, when {duty.regime.article} was not in force: {duty.regime.earlier.text}"
    return found.turned(REVIEW, why, f"obligation:{duty.id}", doubts=duty.regime.earlier.doubt())


def _who_it_is(duty: Duties, found: Decision, _: Facts) -> Decision:
    """A sector nobody told, a contract that may entrust nothing, entrustments in a circle."""
    if found.answer is NO:
        return found
    if duty.who.sector is None:
        why = f"the sector of {duty.who.id} is not known; taken as {duty.sector}"
        found = found.turned(REVIEW, why, f"obligation:{duty.id}")
    for edge in [duty.edge] if duty.edge else duty.edges:
        if word := _doubtful(edge, duty):
            whose = f"{edge.entruster} with {edge.entrustee}"
            why = f"the contract ({word}) of {whose} may entrust no data"
            found = found.turned(REVIEW, why, f"obligation:{duty.id}")
    if duty.circle:
        found = found.turned(REVIEW, "the entrustments run in a circle", f"obligation:{duty.id}")
    return found


def _doubtful(edge: Edge, duty: Duties) -> str | None:
    words = duty.jurisdiction.head.edges.doubtful_basis
    return edge.basis if any(word in edge.basis for word in words) else None


def _unknown_knowledge(duty: Duties, found: Decision, _: Facts) -> Decision:
    if found.answer is NO or duty.who.knew:
        return found
    told = sorted(edge.told.on for edge in duty.edges if edge.told)
    latest = f"; at the latest on {told[0]}, when it told an entruster" if told else ""
    return found.turned(REVIEW, f"no knowledge date of {duty.who.id}{latest}: no due date")


def _ruled(duty: Duties, found: Decision, facts: Facts) -> Decision:
    ruled = facts.rulings.get(f"obligation:{duty.id}")
    if ruled is None:
        return found
    answer = YES if ruled.holds else NO
    return replace(found.turned(answer, f"ruling {ruled.id}: {ruled.why}"), ruling=ruled.id)


_STEPS: tuple[Callable[[Duties, Decision, Facts], Decision], ...] = (
    _ruled,
    _nothing_found,
    _needs,
    _exempt,
    _earlier,
    _not_in_force,
    _who_it_is,
    _unknown_knowledge,
)


def _row(duty: Duties, found: Decision, facts: Facts) -> dict[str, Any]:
    rule, affected, knew = duty.rule, duty.affected, duty.who.knew
    start = known_on(duty.who, duty.jurisdiction)
    choice, clock = _clock(duty, found)
    calendar = duty.jurisdiction.head.calendar
    due = days.Due()
    if start and knew and found.answer is not NO:
        due = days.due(clock, calendar, start, knew.at, duty.jurisdiction.zone)
    told = duty.edge.told if duty.edge else None
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
        "reason": "; ".join(found.why) + _late(due, told.on if told else None),
        "triggers": [h.trigger.id for h in found.held if h.answer is YES],
        "open_triggers": [h.trigger.id for h in found.held if h.answer is REVIEW],
        "questions": list(dict.fromkeys(found.questions)),
        "content": rule.content,
        "count": affected.count,
        "low": affected.low,
        "high": affected.high,
        "valid_from": max(valid),
        "valid_to": rule.valid_to,
        "unverified": list(dict.fromkeys(doubts)),
        "done_on": told.on if told else None,
        "ruling": found.ruling,
        "evidence": knew.evidence if knew else None,
    }


def _scope_doubts(duty: Duties) -> list[str]:
    if duty.applies is None:
        return []
    return duty.applies.doubts(f"that {duty.regime.article} applies to {duty.sector}")


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


def _late(due: days.Due, done: Any) -> str:
    if done is None or due.day is None:
        return ""
    late = (done - due.day).days
    return f"; done {done}" + (f", {late} days late" if late > 0 else "")

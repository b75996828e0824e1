"""Obligations: each duty decided yes, no or review, with its reason, and its clock set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from breachscope.notify.duties.subjects import known_on
from breachscope.notify.duties.triggers import NO, REVIEW, YES, Held, judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from breachscope.jurisdictions import Exemption, Trigger
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
    settled: tuple[str, ...] = ()  # subjects of the rulings that decided something of it
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
    settled = tuple(h.question for h in held if h.question and h.answer is not REVIEW)
    why = tuple(dict.fromkeys(f"{h.trigger.article}: {h.why}" for h in told))
    if answer is NO and duty.affected.nothing:
        why = ("nothing of it is in the scope of this run",)
    doubts = tuple(d for h in (yes or waiting) for d in h.trigger.doubts(h.trigger.label))
    return Decision(answer, why, held, questions, settled, doubts)


def _concerns(trigger: Trigger, duty: Duties) -> bool:
    return trigger.sectors is None or duty.sector in trigger.sectors


def _nothing_found(duty: Duties, found: Decision, facts: Facts) -> Decision:
    """Nothing found is no "no" where the evidence is blind."""
    if found.answer is NO and duty.affected.nothing and duty.affected.blind:
        why = "the evidence cannot tell: " + "; ".join(duty.affected.blind)
        return _waits(found, facts, _names(duty, "blind"), why, holds=YES)
    if found.answer is NO and duty.rule.below and not duty.affected.nothing:
        return replace(found, why=(*found.why, duty.rule.below))
    return found


def _names(duty: Duties, name: str) -> tuple[str, str]:
    """A question's subjects: for this subject alone, for the whole case."""
    question = f"question:{duty.place}/{name}"
    return f"{question}/{duty.who.id}", question


def _waits(
    found: Decision,
    facts: Facts,
    names: tuple[str, ...],
    why: str,
    *,
    holds: Answer | None = None,
    doubts: Iterable[str] = (),
) -> Decision:
    """Review, unless somebody ruled; the first name is the one that is asked.

    A ruling that it holds leaves the answer, or makes it `holds`; one that it does not makes it no.
    """
    for subject in names:
        if ruled := facts.rulings.get(subject):
            said = f"{why}: ruling {ruled.id}: {ruled.why}"
            found = replace(found, settled=(*found.settled, subject))
            return found.turned((holds or found.answer) if ruled.holds else NO, said)
    return found.turned(REVIEW, why, names[0], doubts=doubts)


def _needs(duty: Duties, found: Decision, facts: Facts) -> Decision:
    """A regime for certain data holds only where the lists hold such."""
    needs, affected = set(duty.regime.needs), duty.affected
    if not needs or found.answer is NO or needs & affected.sure:
        return found
    names = ", ".join(sorted(needs))
    if needs & affected.unsure:
        return found.turned(REVIEW, f"whether the lists hold {names} waits for a ruling")
    if affected.unknown_items:
        why = f"of {affected.unknown_items} versions nobody knows whether they hold {names}"
        return _waits(found, facts, _names(duty, "needs"), why)
    return replace(found, answer=NO, why=(f"no list holds {names}",), questions=(), doubts=())


def _exempt(duty: Duties, found: Decision, facts: Facts) -> Decision:
    """What releases: by a person's ruling, or by notices given to entrusters."""
    for exemption in _exemptions(duty, "ruling"):
        asked = [name for name in _names(duty, exemption.id) if name in facts.rulings]
        subject = asked[0] if asked else ""
        ruled = facts.rulings.get(subject)
        if ruled and ruled.holds:
            found = replace(found, settled=(*found.settled, subject))
            said = f"exempt, {exemption.article}: {exemption.label}: ruling {ruled.id}: {ruled.why}"
            doubts = exemption.doubts(exemption.label)
            return replace(found.turned(NO, said, doubts=doubts), ruling=ruled.id)
    for exemption in _exemptions(duty, "edges") if found.answer is not NO else ():
        doubts = exemption.doubts(exemption.label)
        edges = [edge for edge in duty.edges if not _is_denied(edge, duty, facts)]
        waiting = [edge for edge in edges if edge.told is None]
        if edges and not waiting:
            why = f"released, {exemption.article}: {_notified(edges)}"
            return found.turned(NO, why, doubts=doubts)
        said = f"not released: {len(waiting)} of {len(edges)} entrusters were not notified"
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


def _notified(edges: Iterable[Edge]) -> str:
    told = sorted(edge.told.on for edge in edges if edge.told)
    many = f"all {len(told)} entrusters were" if len(told) > 1 else "the entruster was"
    return f"{many} notified, the last on {told[-1]}"


def _earlier(duty: Duties, found: Decision, facts: Facts) -> Decision:
    """Removals from before the law, known after it: nobody verified that it covers them."""
    since = _began(duty)
    last = duty.affected.last_on
    if found.answer is NO or duty.applies is None or last is None or last >= since:
        return found
    said = f"the last removal found, {last}, is earlier than the rule, {since}"
    why = f"{said}; whether it covers such is not verified"
    names = _names(duty, "earlier")[::-1]  # asked once for the whole case
    return _waits(found, facts, names, why, doubts=duty.regime.earlier.doubt())


def _began(duty: Duties) -> date:
    """The day the regime began for the sector."""
    return min(a.valid_from for a in duty.regime.applies if duty.sector in a.sectors)


def _not_in_force(duty: Duties, found: Decision, facts: Facts) -> Decision:
    if found.answer is NO or (duty.applies and duty.in_force):
        return found
    day = known_on(duty.who, duty.jurisdiction)
    earlier = duty.regime.earlier
    why = f"known on {day}, when {duty.regime.article} was not in force: {earlier.text}"
    return _waits(found, facts, _names(duty, "not_in_force"), why, doubts=earlier.doubt())


def _who_it_is(duty: Duties, found: Decision, facts: Facts) -> Decision:
    """A sector nobody told, a contract that may entrust nothing, entrustments in a circle."""
    if found.answer is not NO and duty.who.sector is None:
        why = f"the sector of {duty.who.id} is not known; taken as {duty.sector}"
        found = found.turned(REVIEW, why, f"sector:{duty.who.id}")
    found = _edges_stand(duty, found, facts)
    if found.answer is not NO and duty.circle:
        why = "the entrustments run in a circle"
        found = found.turned(REVIEW, why, f"entrustments:{duty.who.id}")
    return found


def _edges_stand(duty: Duties, found: Decision, facts: Facts) -> Decision:
    """A duty stands on the edges nobody doubts; only without any do the doubtful ones decide."""
    doubted = _doubted(duty)
    if found.answer is NO or not doubted or len(doubted) < len(_edges(duty)):
        return found
    name = min(doubted, key=lambda name: _weight(facts.rulings.get(name)))
    return _waits(found, facts, (name,), doubted[name])


def _weight(ruled: Ruled | None) -> int:
    """An edge that was said to entrust data goes before an open one, that before a denied one."""
    return 1 if ruled is None else 0 if ruled.holds else 2


def _edges(duty: Duties) -> tuple[Edge, ...]:
    return (duty.edge,) if duty.edge else duty.edges


def _doubted(duty: Duties) -> dict[str, str]:
    """The edges that may entrust nothing, or surely do not: subject of the ruling -> why."""
    found = {}
    for edge in _edges(duty):
        name = _edge_name(edge, duty)
        why = _doubtful(edge, duty) or _other_time(edge, duty)
        if why:
            found[name] = why
    return found


def _edge_name(edge: Edge, duty: Duties) -> str:
    return f"question:{duty.jurisdiction.name}/edge/{edge.entruster}/{edge.entrustee}"


def _is_denied(edge: Edge, duty: Duties, facts: Facts) -> bool:
    """A person ruled that it entrusts no data."""
    ruled = facts.rulings.get(_edge_name(edge, duty))
    return ruled is not None and not ruled.holds


def _other_time(edge: Edge, duty: Duties) -> str | None:
    """An entrustment that was not in force while anything left."""
    first, last = duty.affected.first_on, duty.affected.last_on
    whose = f"{edge.entruster} entrusted to {edge.entrustee}"
    if edge.until and first and edge.until < first:
        return f"{whose} until {edge.until}, before the first removal, {first}"
    if edge.since and last and edge.since > last:
        return f"{whose} from {edge.since}, after the last removal, {last}"
    return None


def _doubtful(edge: Edge, duty: Duties) -> str | None:
    if not any(word in edge.basis for word in duty.jurisdiction.head.edges.doubtful_basis):
        return None
    whose = f"{edge.entruster} with {edge.entrustee}"
    return f"the contract ({edge.basis}) of {whose} may entrust no data"


def _unknown_knowledge(duty: Duties, found: Decision, _: Facts) -> Decision:
    if found.answer is NO or duty.who.knew:
        return found
    told = sorted(edge.told.on for edge in duty.edges if edge.told)
    latest = f"; at the latest on {told[0]}, when it told an entruster" if told else ""
    why = f"no knowledge date of {duty.who.id}{latest}: no due date"
    return found.turned(REVIEW, why, f"knowledge:{duty.who.id}")


def _ruled(duty: Duties, found: Decision, facts: Facts) -> Decision:
    ruled = facts.rulings.get(f"obligation:{duty.id}")
    if ruled is None:
        return found
    answer = YES if ruled.holds else NO
    settled = (*found.settled, f"obligation:{duty.id}")
    turned = found.turned(answer, f"ruling {ruled.id}: {ruled.why}")
    return replace(turned, ruling=ruled.id, settled=settled)


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

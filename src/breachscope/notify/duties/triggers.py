"""Whether a trigger holds: yes, no, or nobody can tell yet, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from breachscope.schema import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from breachscope.jurisdictions import Trigger
    from breachscope.notify.duties.facts import Affected, Facts

YES, NO, REVIEW = Answer.YES, Answer.NO, Answer.REVIEW


@dataclass(frozen=True, slots=True)
class Held:
    """A trigger judged."""

    trigger: Trigger
    answer: Answer
    why: str
    question: str | None = None  # subject of the ruling that would settle it, or did
    # (a column that may hold something is asked about by itself)


def judged(trigger: Trigger, affected: Affected, facts: Facts, place: str, who: str) -> Held:
    """Judge a trigger for one subject.

    Args:
        trigger: of a regime.
        affected: what left of whose data the subject handles.
        facts: the case.
        place: JURISDICTION/REGIME, for the names of questions.
        who: the subject.

    """
    question = f"question:{place}/{trigger.id}"
    for subject in (f"{question}/{who}", question):
        if ruled := facts.rulings.get(subject):
            said = f"ruling {ruled.id}: {ruled.why}"
            return Held(trigger, YES if ruled.holds else NO, said, subject)
    if affected.nothing:
        return Held(trigger, NO, "nothing of it is in the scope")
    answer, why = _TESTS[trigger.test](trigger, affected, facts)
    asked = answer is REVIEW and not set(trigger.classes) & affected.unsure
    return Held(trigger, answer, why, f"{question}/{who}" if asked else None)


def _any(_: Trigger, affected: Affected, __: Facts) -> tuple[Answer, str]:
    if affected.count is None or affected.count > 0:
        return YES, "records left"
    return REVIEW, "no record surely left, some may have"


def _items(trigger: Trigger, affected: Affected, _: Facts) -> tuple[Answer, str]:
    wanted = set(trigger.classes)
    if found := sorted(wanted & affected.sure):
        return YES, f"the lists hold {', '.join(found)}"
    if found := sorted(wanted & affected.unsure):
        return REVIEW, f"the lists may hold {', '.join(found)}"
    if affected.unknown_items:
        return REVIEW, f"of {affected.unknown_items} versions nobody knows the columns"
    return NO, f"no list holds {', '.join(sorted(wanted))}"


def _purpose(_: Trigger, affected: Affected, facts: Facts) -> tuple[Answer, str]:
    if facts.purpose is YES and affected.count == 0:
        return REVIEW, "no record surely left; those that may have wait for a ruling"
    return facts.purpose, facts.purpose_why


def _persons(trigger: Trigger, affected: Affected, _: Facts) -> tuple[Answer, str]:
    """The most possible decides: where the number cannot be fixed, it is taken."""
    limit = trigger.more_than or 0
    most = affected.high
    if most is None:
        if affected.low > limit:
            return YES, f"at least {affected.low:,} persons, over {limit:,}"
        return REVIEW, f"nothing bounds the number of persons; at least {affected.low:,}"
    if most > limit:
        return YES, f"up to {most:,} persons, over {limit:,}"
    return NO, f"up to {most:,} persons, not over {limit:,}"


def _judgement(trigger: Trigger, _: Affected, __: Facts) -> tuple[Answer, str]:
    return REVIEW, trigger.question or trigger.label


_TESTS: dict[str, Callable[[Trigger, Affected, Facts], tuple[Answer, str]]] = {
    "any": _any,
    "items": _items,
    "purpose": _purpose,
    "persons": _persons,
    "judgement": _judgement,
}

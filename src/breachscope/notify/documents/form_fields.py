"""The regulator's form as an ordered list of its fields: what a clerk types in, one after another.

Order and names follow Rule 8(1) and the guideline's list of what each item asks for. What nobody
knows is null, never left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from breachscope.schema import ItemClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from breachscope.notify.documents.forms import RegulatorReport
    from breachscope.notify.documents.items import DataItem

YES, NO, REVIEW = "yes", "no", "review"

BOXES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("氏名", ("name", "family_name", "given_name", "kana", "family_kana", "given_kana")),
    ("生年月日", ("birth_date",)),
    ("性別", ("sex",)),
    ("住所", ("address", "postal_code")),
    ("電話番号", ("phone", "phone2")),
    ("メールアドレス", ("email",)),
)
"""Boxes of the form that known columns answer."""
CLASS_BOXES: Final = (
    ("クレジットカード情報等", ItemClass.FINANCIAL),
    ("パスワード等", ItemClass.ACCOUNT),
    ("要配慮個人情報", ItemClass.SPECIAL_CARE),
    ("個人番号", ItemClass.MY_NUMBER),
)


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the form: yes, no, review; None where nothing is known of the items."""

    label: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: the item it belongs to (routing, reporter, i to ix), and what goes there."""

    item: str
    field: str
    value: Any


def boxes(items: tuple[DataItem, ...], *, open_ends: bool) -> tuple[Box, ...]:
    """The form's boxes of data items.

    Args:
        items: those of the scope; none of a run that has no items.
        open_ends: there are items or versions nobody could classify, so that none is a firm no.

    """
    found: list[tuple[str, str | None]] = []
    for label, fields in BOXES:
        there = any(item.field in fields for item in items)
        found.append((label, YES if there else _none(items, open_ends=open_ends)))
    for label, item_class in CLASS_BOXES:
        own = [item.sure for item in items if item.item_class == item_class]
        said = YES if any(own) else REVIEW if own else _none(items, open_ends=open_ends)
        found.append((label, said))
    return tuple(Box(label, answer) for label, answer in found)


def _none(items: tuple[DataItem, ...], *, open_ends: bool) -> str | None:
    return (REVIEW if open_ends else NO) if items else None


def form_fields(form: RegulatorReport) -> Iterator[FormField]:
    """Every field in the form's order."""
    yield from (FormField("routing", *pair) for pair in _routing(form))
    yield from (FormField("reporter", *pair) for pair in _reporter(form))
    for number, pairs in (
        ("i", _outline(form)),
        ("ii", _items(form)),
        ("iii", _number(form)),
        ("iv", [("arose_at", form.arose_at), ("cause", form.stated.cause)]),
        ("v", [("found", form.stated.secondary_damage_found),
               ("content", form.stated.secondary_damage)]),
        ("vi", [("status", form.stated.response_status), ("measures", form.stated.response)]),
        ("vii", [("status", form.stated.publication_status), ("on", form.stated.publication_on),
                 ("by", form.stated.publication_by), ("text", form.stated.publication)]),
        ("viii", [("done", form.stated.prevention_done),
                  ("planned", form.stated.prevention_planned)]),
        ("ix", [("other", form.stated.other)]),
    ):  # fmt: skip
        yield from (FormField(number, *pair) for pair in pairs)


def _routing(form: RegulatorReport) -> list[tuple[str, Any]]:
    answers = {box.label: box.answer for box in form.boxes}
    return [
        ("contains_my_number", answers.get("個人番号")),
        ("administrative_organ", form.public),
        ("delegated_sector", None),  # by industry: nobody tells
    ]


def _reporter(form: RegulatorReport) -> list[tuple[str, Any]]:
    who = form.reporter
    return [
        ("report", form.report),
        ("new_or_continued", "new" if form.head.issue == "1" else "continued"),
        ("name", who.name),
        ("corporate_number", who.corporate_number),
        ("industry", who.industry),
        ("address", who.address),
        ("representative", who.representative),
        ("contact", who.contact),
        ("known_on", form.knowledge),
        ("due", [one.due for one in form.deadlines]),
    ]


def _outline(form: RegulatorReport) -> list[tuple[str, Any]]:
    return [
        ("occurred_first", form.scope.period.first),
        ("occurred_last", form.scope.period.last),
        ("discovered", form.stated.discovered),
        ("kind_of_event", "漏えい（そのおそれを含む）"),
        ("discoverer", form.stated.discoverer),
        ("triggers", list(form.triggers)),
        ("triggers_in_review", list(form.open_triggers)),
        ("entrustment", form.entrustment),
        ("course_of_events", form.stated.outline),
    ]


def _items(form: RegulatorReport) -> list[tuple[str, Any]]:
    said = {each.item_class: each.said for each in form.scope.marked}
    return [
        ("medium", "電磁的記録"),
        ("subjects", form.stated.subjects),
        ("boxes", {box.label: box.answer for box in form.boxes}),
        ("items", list(form.scope.fields)),
        *((name.value, said.get(name.value)) for _, name in CLASS_BOXES if name.value in said),
        ("unclassified", list(form.scope.unsorted)),
        ("versions_of_unknown_items", form.scope.unknown_versions),
        ("stated", form.stated.items),
    ]


def _number(form: RegulatorReport) -> list[tuple[str, Any]]:
    whole = form.scope.total
    return [
        ("persons", whole.count),
        ("low", whole.low),
        ("high", whole.high),
        ("of_these_card_holders", None),  # no evidence tells it apart
    ]

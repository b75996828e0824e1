"""What is sent after a notice was issued: what changed, or that it no longer holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from breachscope.notify.documents.views import head_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from breachscope.notify.documents.views import Head
    from breachscope.notify.documents.words import Words
    from breachscope.notify.package import Change, FigureChange, Package, Recipient, Sender


@dataclass(frozen=True, slots=True)
class ChangedFigure:
    """One figure as it was told, and as it is now."""

    figure: str
    tier: str
    measure: str
    label: str
    before: int
    after: int
    change: int
    signed: str


@dataclass(frozen=True, slots=True)
class ChangedText:
    """What else a notice told, as it was and as it is now."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """A later notice: previous figure, new figure, why; or that nothing holds any more."""

    head: Head
    recipient: Recipient
    sender: Sender
    withdrawal: bool
    wholly: bool
    previous_issue: str
    previous_run: str
    added: int
    withdrawn: int
    moved: int
    period_changed: bool
    figures: tuple[ChangedFigure, ...]
    others: tuple[ChangedText, ...]
    reasons: tuple[str, ...]
    limits: tuple[str, ...]


def notice_of(package: Package, change: Change, words: Words) -> ChangeNotice:
    """The supplement to an issued notice, or its withdrawal."""
    return ChangeNotice(
        head=head_of(package, words),
        recipient=package.recipient,
        sender=package.sender,
        withdrawal=change.kind == "withdrawal",
        wholly=change.withdrawn_wholly,
        previous_issue=str(change.previous_issue),
        previous_run=str(change.previous_run),
        added=change.added,
        withdrawn=change.withdrawn,
        moved=change.moved,
        period_changed=change.period_changed,
        figures=tuple(figure(one, words) for one in change.figures),
        others=tuple(others(change, package.zone, words)),
        reasons=tuple(reason(told, words) for told in change.reasons),
        limits=package.limits,
    )


def figure(told: FigureChange, words: Words) -> ChangedFigure:
    """One figure in the documents' words."""
    change = told.after - told.before
    return ChangedFigure(
        figure=told.figure,
        tier=told.tier,
        measure=told.measure,
        label=_label(told, words),
        before=told.before,
        after=told.after,
        change=change,
        signed=f"{change:+,}" if change else "±0",
    )


def _label(told: FigureChange, words: Words) -> str:
    name = words.figures.get(told.figure, told.figure)
    tier = f"・{words.tiers.get(told.tier, told.tier)}" if told.tier else ""
    return f"{name}{tier}{words.measures.get(told.measure, told.measure)}"


def others(change: Change, zone: str, words: Words) -> Iterator[ChangedText]:
    """First and last download where they changed, then the data items that did."""
    for label, before, after in zip(
        ("最初のダウンロード", "最後のダウンロード"),
        change.period_before, change.period_after, strict=True,
    ):  # fmt: skip
        if before != after:
            yield ChangedText(label, _day(before, zone), _day(after, zone))
    told = change.period_before != change.period_after or change.items
    if change.period_changed and not told:  # of a package issued before items were recorded
        yield ChangedText("項目", "前回の通知書のとおり", "今回の通知書のとおり")
    for item in change.items if not change.withdrawn_wholly else ():  # of nothing, no items
        kind = words.item_classes.get(item.item_class, item.item_class)
        was, now = (words.item_status.get(s, NOWHERE) for s in (item.before, item.after))
        yield ChangedText(f"項目「{item.column}」（{kind}）", was, now)


NOWHERE: Final = "なし"


def _day(told: str, zone: str) -> str:
    if not told:
        return NOWHERE
    at = datetime.fromisoformat(told).astimezone(ZoneInfo(zone))
    return f"{at.year}年{at.month}月{at.day}日"


def reason(told: str, words: Words) -> str:
    """`evidence: …` as `diff` says it, in the documents' words; as it stands where it has none."""
    kind, colon, what = told.partition(": ")
    return f"{words.change_kinds.get(kind, kind)}: {_in_japanese(what)}" if colon else told


def _in_japanese(what: str) -> str:
    for pattern, said in SAID:
        if found := pattern.fullmatch(what):
            return found.expand(said)
    return what


SAID: Final = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"(\S+) \((.+)\): (\d+) downloads new or changed",
         r"\2（\1）のダウンロード\3件が新たに加わり、又は変わった"),
        (r"(\d+) downloads new or changed", r"ダウンロード\1件が新たに加わり、又は変わった"),
        (r"case\.toml or the playbook changed", "設定（case.toml）又は規則集が変わった"),
        (r"as of another moment", "基準とする時点が変わった"),
        (r"version (\S+) → (\S+)", r"プログラムの版が\1から\2に変わった"),
        (r"records: never computed", "リストの内容を初めて用いた"),
        (r"records: new: (.+)", r"新たなリストの内容 \1"),
        (r"records: gone: (.+)", r"用いなくなったリストの内容 \1"),
        (r"records: changed: (.+)", r"変わったリストの内容 \1"),
        (r"records: settings or playbook changed",
         "リストの内容の扱い（設定又は規則集）が変わった"),
        (r"records: the method of this version of breachscope differs",
         "リストの内容の扱い（プログラムの版）が変わった"),
    )
)  # fmt: skip
"""What `diff` says, and how documents say it."""

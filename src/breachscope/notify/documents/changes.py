"""What is sent after a notice was issued: what changed, or that it no longer holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from breachscope.notify.documents.views import head_of

if TYPE_CHECKING:
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
        figures=tuple(_figure(figure, words) for figure in change.figures),
        reasons=tuple(_reason(reason, words) for reason in change.reasons),
        limits=package.limits,
    )


def _figure(told: FigureChange, words: Words) -> ChangedFigure:
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


def _reason(told: str, words: Words) -> str:
    """`evidence: …` as `diff` says it, with its kind in the documents' words."""
    kind, colon, what = told.partition(": ")
    return f"{words.change_kinds.get(kind, kind)}: {what}" if colon else told

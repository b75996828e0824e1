"""The regulator's form, preliminary and final: the items of Rule 8(1) as fields."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from breachscope.notify.documents.deadlines import deadlines, triggers_of
from breachscope.notify.documents.form_fields import boxes, form_fields
from breachscope.notify.documents.items import are_open
from breachscope.notify.documents.jinja import NOT_CONFIRMED
from breachscope.notify.documents.views import head_of, stated_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from breachscope.notify.documents.deadlines import Deadline
    from breachscope.notify.documents.form_fields import Box, FormField
    from breachscope.notify.documents.views import Head, Scope, Stated
    from breachscope.notify.documents.words import Words
    from breachscope.notify.package import Package, Sender

PRELIMINARY: Final = "preliminary"
FINAL: Final = "final"
NAMES: Final = {PRELIMINARY: "報告書_速報", FINAL: "報告書_確報"}
"""What the files are called."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """The organisation that reports; never a clerk."""

    name: str | None
    sector: str | None
    corporate_number: str | None = None
    industry: str | None = None
    address: str | None = None
    representative: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class RegulatorReport:
    """A draft of the form's fields; the form itself is the regulator's web page."""

    head: Head
    report: str  # preliminary, final
    final_report: bool
    public: bool
    reporter: Reporter
    entrustee: Sender
    arose_at_entrustee: bool
    knowledge: str | None  # the day the reporter knew
    deadlines: tuple[Deadline, ...]  # of this very report
    stated: Stated
    scope: Scope
    limits: tuple[str, ...]
    triggers: tuple[str, ...] = ()  # what the duty rests on
    open_triggers: tuple[str, ...] = ()  # what may besides, and waits
    boxes: tuple[Box, ...] = ()
    fields: tuple[FormField, ...] = ()  # all of it in the form's order

    @property
    def arose_at(self) -> str:
        """Where it arose: the reporter, or whom it entrusted."""
        return "委託先" if self.arose_at_entrustee else "報告者（再委託先を含む）"

    @property
    def entrustment(self) -> str:
        """Whether the data were entrusted, and by or to whom."""
        if self.arose_at_entrustee:
            return f"あり。委託先: {self.entrustee.name or NOT_CONFIRMED}"
        return "委託元から取扱いの委託を受けている"


def completed(form: RegulatorReport) -> RegulatorReport:
    """The form with what follows from its parts: triggers, boxes, the list of its fields."""
    scope = form.scope
    open_ends = are_open(scope.unsorted, scope.unknown_versions, unbound=scope.unbound)
    whole = replace(
        form,
        triggers=triggers_of(form.deadlines),
        open_triggers=triggers_of(form.deadlines, still_open=True),
        boxes=boxes(scope.items, open_ends=open_ends),
    )
    return replace(whole, fields=tuple(form_fields(whole)))


def party_report(package: Package, scope: Scope, words: Words, report: str) -> RegulatorReport:
    """The draft for an entrusting party: the data arose at its entrustee."""
    recipient = package.recipient
    form = RegulatorReport(
        head=head_of(package, words),
        report=report,
        final_report=report == FINAL,
        public=recipient.sector in words.public,
        reporter=Reporter(
            recipient.name,
            words.sectors.get(recipient.sector, recipient.sector),
            contact=recipient.contact,
        ),
        entrustee=package.sender,
        arose_at_entrustee=True,
        knowledge=recipient.told_on,
        deadlines=due(deadlines(package.obligations, recipient.party_id, words), report),
        stated=stated_of(package.statements),
        scope=scope,
        limits=package.limits,
    )
    return completed(form)


def due(known: Iterable[Deadline], report: str) -> tuple[Deadline, ...]:
    """The deadlines of the preliminary or the final report."""
    return tuple(one for one in known if one.duty in (f"{report}_report", "report"))

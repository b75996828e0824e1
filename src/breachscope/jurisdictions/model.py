"""The models of a jurisdiction's files: calendar, clocks, regimes, triggers, exemptions, rules."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from breachscope.schema import Binding, Duty, ItemClass

Mark = Literal["verified", "secondary", "unverified"]
Sector = Literal["private", "iaa", "iaa_schedule2", "local", "local_iaa", "national"]
Role = Literal["controller", "processor"]

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Note(_Strict):
    """A single fact with its mark."""

    text: str
    mark: Mark
    source: str

    def doubt(self) -> list[str]:
        """What to say of it where nobody read it in its source."""
        if self.mark == "verified":
            return []
        how = "not verified" if self.mark == "unverified" else "secondary source"
        return [f"{self.text} ({how}: {self.source})"]


class _Fact(_Strict):
    mark: Mark
    source: str
    notes: list[Note] = []

    def doubts(self, text: str) -> list[str]:
        """What of this fact nobody read in its source."""
        own = Note(text=text, mark=self.mark, source=self.source).doubt()
        return own + [doubt for note in self.notes for doubt in note.doubt()]


class Calendar(_Fact):
    """Days on which no office is open."""

    national_holidays: Literal["jp"] | None = None
    weekend: list[Weekday] = []
    closed: list[Annotated[str, Field(pattern=r"^\d\d-\d\d$")]] = []  # month-day, every year


class Recipient(_Strict):
    """Who is told."""

    name: str
    note: str | None = None


class Clock(_Fact):
    """How a due date follows from the day or hour of knowledge."""

    label: str
    unit: Literal["day", "hour"]
    n: Annotated[int, Field(gt=0)] | None = None  # none: promptly
    earliest: Annotated[int, Field(gt=0)] | None = None  # of a range, the first day
    first_day_counts: bool
    roll: bool
    binding: Binding


class Content(_Strict):
    """One point of what a report or notice says."""

    code: str
    label: str
    english: str


class Edges(_Fact):
    """How edges of entrustment are read."""

    doubtful_basis: list[str] = []  # words of a contract's title


class Applies(_Fact):
    """To whom a regime applies, and when."""

    sectors: list[Sector]
    valid_from: date
    valid_to: date | None = None

    def holds(self, sector: str, on: date) -> bool:
        """It applies to that sector on that day; both ends included."""
        return sector in self.sectors and _in_force(self, on)


class Trigger(_Fact):
    """A situation that brings a duty about."""

    id: str
    article: str
    label: str
    test: Literal["items", "purpose", "persons", "any", "judgement"]
    classes: list[ItemClass] = []
    more_than: int | None = None
    question: str | None = None
    sectors: list[Sector] | None = None  # else all of the regime

    @model_validator(mode="after")
    def _test_has_what_it_needs(self) -> Trigger:
        needs = {"items": "classes", "persons": "more_than", "judgement": "question"}
        name = needs.get(self.test)
        if name and not getattr(self, name) and getattr(self, name) != 0:
            raise ValueError(f"test {self.test} needs {name}")
        return self


class Exemption(_Fact):
    """What releases from a duty."""

    id: str
    article: str
    label: str
    test: Literal["edges", "ruling"]
    roles: list[Role] = ["controller", "processor"]


class ClockChoice(_Strict):
    """A clock a rule uses if one of `when` holds; without `when`, always."""

    clock: str
    when: list[str] = []
    mark: Mark = "verified"
    source: str = ""


class Rule(_Fact):
    """One duty: who owes it to whom, on what triggers, by when."""

    id: str
    kind: Duty
    roles: list[Role]
    recipient: str
    articles: list[str]
    triggers: list[str]
    exemptions: list[str]
    clocks: Annotated[list[ClockChoice], Field(min_length=1)]
    content: list[str]
    valid_from: date
    valid_to: date | None = None
    below: str | None = None  # what is done all the same where no trigger holds

    @model_validator(mode="after")
    def _some_clock_always_fits(self) -> Rule:
        if self.clocks[-1].when:
            raise ValueError("the last clock must have no `when`, so that one always fits")
        return self

    def in_force(self, on: date) -> bool:
        """It is in force on that day; both ends included."""
        return _in_force(self, on)


class Regime(_Strict):
    """A body of rules for some sectors."""

    id: str
    title: str
    article: str
    needs: list[ItemClass] = []  # applies only where the data hold one of these
    applies: list[Applies]
    earlier: Note
    triggers: list[Trigger]
    exemptions: list[Exemption]
    rules: list[Rule]

    @model_validator(mode="after")
    def _names_are_known(self) -> Regime:
        triggers = {trigger.id for trigger in self.triggers}
        exemptions = {exemption.id for exemption in self.exemptions}
        wrong = []
        for rule in self.rules:
            named = {*rule.triggers, *(name for clock in rule.clocks for name in clock.when)}
            wrong += [f"{rule.id}: no trigger {name}" for name in sorted(named - triggers)]
            unknown = sorted(set(rule.exemptions) - exemptions)
            wrong += [f"{rule.id}: no exemption {name}" for name in unknown]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def sectors(self) -> set[str]:
        """Every sector it ever applies to."""
        return {sector for applies in self.applies for sector in applies.sectors}

    def applying(self, sector: str, on: date) -> Applies | None:
        """Under what it applies to a sector on a day."""
        return next((a for a in self.applies if a.holds(sector, on)), None)


class Head(_Strict):
    """`jurisdiction.toml`."""

    name: str
    title: str
    zone: str
    disclaimer: str
    calendar: Calendar
    recipients: dict[str, Recipient]
    clocks: dict[str, Clock]
    edges: Edges
    content: list[Content]

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        ZoneInfo(zone)
        return zone


class Jurisdiction(_Strict):
    """A whole jurisdiction, and the digest of its files."""

    head: Head
    regimes: list[Regime]
    digest: str

    @property
    def name(self) -> str:
        """Its name."""
        return self.head.name

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which its days begin and end."""
        return ZoneInfo(self.head.zone)

    def labels(self) -> dict[str, str]:
        """Code of what a report says -> its words."""
        return {content.code: content.label for content in self.head.content}


def _in_force(fact: Applies | Rule, on: date) -> bool:
    return fact.valid_from <= on and (fact.valid_to is None or on <= fact.valid_to)

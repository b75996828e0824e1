"""What one entrusting party's package is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    import polars as pl

    Frame: TypeAlias = pl.DataFrame | pl.LazyFrame


@dataclass(frozen=True, slots=True)
class Recipient:
    """The entrusting party the package is for."""

    party_id: str
    name: str
    sector: str
    contact: str | None = None
    told_on: str | None = None  # the day it was told, which is when it knew at the latest


@dataclass(frozen=True, slots=True)
class Sender:
    """Who gives the notice, and where questions go."""

    name: str | None = None
    contact: str | None = None
    representative: str | None = None
    address: str | None = None
    corporate_number: str | None = None
    industry: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where persons can ask whether they are affected."""

    name: str | None = None
    phone: str | None = None
    hours: str | None = None
    mail: str | None = None
    url: str | None = None


class IssueKind(StrEnum):
    """What a package is to its recipient."""

    NOTICE = "notice"  # the first
    SUPPLEMENT = "supplement"  # more, or other, than was told
    WITHDRAWAL = "withdrawal"  # less, and nothing more


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure as it was told and as it is now; `figure` as in counts.csv, with its tier."""

    figure: str
    tier: str  # empty if the figure has none
    measure: str  # count, low, high
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ItemChange:
    """A data item as it was told and as it is now: sure, unsure, or empty where it was not."""

    column: str
    item_class: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a package changes of the one issued before it to the same recipient.

    `people` has party_id, person_key, change (added, withdrawn, moved), tier_before and
    tier_after: one row a person whose standing changed. `withdrawn_wholly` if nothing of
    the party's data is held to have left any longer.
    """

    kind: IssueKind
    previous_issue: int
    previous_run: int
    previous_package: str  # SHA-256 of its manifest
    figures: tuple[FigureChange, ...]
    period_changed: bool
    added: int
    withdrawn: int
    moved: int
    withdrawn_wholly: bool
    reasons: tuple[str, ...]
    people: pl.DataFrame
    period_before: tuple[str, str] = ("", "")  # first and last download; empty where none
    period_after: tuple[str, str] = ("", "")
    items: tuple[ItemChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Mailing:
    """How persons are written to; `printed` makes all letters as PDF."""

    order: tuple[str, ...] = ("post", "mail", "phone")
    stale_before: date | None = None
    printed: bool = False


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One evidence file under the number documents cite it by."""

    mark: str
    evidence_id: str
    file: str
    kind: str
    sha256: str
    rows: int
    received_from: str | None = None
    acquired_at: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of evidence: how much of it there is, and how long a silence it would show."""

    kind: str
    files: int
    events: int
    first: datetime | None
    last: datetime | None
    detectable_hours: float | None


@dataclass(frozen=True, slots=True)
class Reached:
    """The data items of the versions that left.

    `table` has ITEMS of them, and `of_title`: the row is of the list's title, not of a column.
    """

    table: pl.DataFrame
    unknown_versions: int  # versions whose columns nobody knows


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What the investigation report is made from: tables over all parties."""

    counts: pl.DataFrame
    over_parties: pl.DataFrame
    acts: pl.DataFrame
    zone: str
    sender: Sender = Sender()
    known_on: str | None = None  # the day the organisation under inquiry itself knew
    told_on: Mapping[str, str] = field(default_factory=dict)
    statements: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    limits: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    items: Reached | None = None  # of all parties; none of runs that have none
    unbound: int = 0  # downloads that count and are tied to no version
    obligations: pl.DataFrame | None = None  # OBLIGATIONS of the run
    organisation: str = ""  # the one under inquiry, as obligations name it


@dataclass(frozen=True, slots=True)
class Package:
    """Everything in one package; nothing of any other party.

    `counts` has one row of COUNTS, `extractions` the party's counted rows of EGRESS.
    `people` gives frames of party_id, person_key, tier, first_at, versions (text or list),
    row_no and the record's fields as the source spells them: one row a person, who must not
    come twice. It is read once. `created` is the date the files carry.
    """

    recipient: Recipient
    counts: Frame
    extractions: Frame
    people: Iterable[pl.DataFrame]
    case: str
    run: int
    program_version: str
    playbook_digest: str
    zone: str
    created: datetime
    issue: int = 1  # the notice's own number: 2 and more are supplements
    prepared_on: str | None = None
    sender: Sender = Sender()
    desk: Desk = Desk()
    files: Mapping[str, str] = field(default_factory=dict)  # evidence_id -> file name
    limits: tuple[str, ...] = ()  # what the evidence cannot tell, in sentences
    statements: Mapping[str, str] = field(default_factory=dict)  # what people state, by kind
    draft: bool = True  # every page says so
    exhibits: tuple[Exhibit, ...] = ()
    sources: tuple[Source, ...] = ()
    obligations: pl.DataFrame | None = None  # OBLIGATIONS of the run
    addressees: pl.DataFrame | None = None  # WRITTEN_TO; the records' fields as the source spells
    items: Reached | None = None  # none of runs that have none
    held: pl.DataFrame | None = None  # HELD: who must not be written to
    mailing: Mailing = Mailing()
    change: Change | None = None  # against what was issued before; none at the first
    run_digest: str = ""  # of all tables of the run
    stated_digest: str = ""  # of what people state in it

    @property
    def kind(self) -> IssueKind:
        """Notice, supplement or withdrawal."""
        return self.change.kind if self.change else IssueKind.NOTICE

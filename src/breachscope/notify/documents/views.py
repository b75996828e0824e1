"""What each document says, as plain data made from a run's tables and what people stated.

A number is an int (the templates write it with separators), a day is text in the case's zone,
and what nobody knows is None, which is printed as not confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.errors import ConfigError
from breachscope.notify.documents.deadlines import Deadline, deadlines, triggers_of
from breachscope.notify.documents.items import item_list
from breachscope.schema import LADDER_TIERS, UTC_TIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from breachscope.notify.documents.items import DataItem, MarkedItems
    from breachscope.notify.documents.words import Words
    from breachscope.notify.package import Package, Reached, Recipient, Sender

Row = dict[str, Any]

DAY: Final = "%Y年%-m月%-d日"


@dataclass(frozen=True, slots=True)
class Head:
    """What every page of every document shows, and how it came to be."""

    mark: str
    draft: bool
    issue: str
    run: str
    case: str
    prepared_on: str | None
    program_version: str
    playbook_digest: str
    zone: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What people state; nothing of it can be worked out from the evidence."""

    outline: str | None = None
    discovered: str | None = None
    discoverer: str | None = None
    items: str | None = None
    subjects: str | None = None  # whose data: customers, employees, …
    cause: str | None = None
    secondary_damage_found: str | None = None  # yes or no
    secondary_damage: str | None = None
    response_status: str | None = None  # done, in progress, planned, none
    response: str | None = None
    publication_status: str | None = None
    publication_on: str | None = None
    publication_by: str | None = None  # web, press conference, …
    publication: str | None = None
    prevention_done: str | None = None
    prevention_planned: str | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class TierCount:
    """Persons of one tier, with their bounds."""

    tier: str
    label: str
    count: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that left: fetched, with bounds, and distinct."""

    gross: int
    low: int
    high: int
    distinct: int


@dataclass(frozen=True, slots=True)
class Period:
    """First and last download, as days."""

    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class TakenList:
    """One list of a party: how often it was fetched, and when."""

    list_id: str
    versions: int
    downloads: int
    first: str
    last: str
    lost: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """What left of one party's data."""

    fields: tuple[str, ...]  # the items' titles with their marks
    persons: tuple[TierCount, ...]
    total: TierCount
    rows: Rows
    period: Period
    downloads: int
    listed: int | None
    all_listed: bool
    lists: tuple[TakenList, ...]
    items: tuple[DataItem, ...] = ()
    marked: tuple[MarkedItems, ...] = ()  # special care, payment, My Number
    unsorted: tuple[str, ...] = ()  # items no rule knows
    unknown_versions: int = 0  # versions that left whose columns nobody knows
    unbound: bool = False  # a download that counts is tied to no version


@dataclass(frozen=True, slots=True)
class EntrustingNotice:
    """The notice to the entrusting party: Rule 9, items of Rule 8(1)."""

    head: Head
    recipient: Recipient
    sender: Sender
    public: bool
    stated: Stated
    scope: Scope
    deadlines: tuple[Deadline, ...]
    triggers: tuple[str, ...]
    open_triggers: tuple[str, ...]
    limits: tuple[str, ...]


def head_of(package: Package, words: Words) -> Head:
    """The head of every document of a package."""
    return Head(
        mark=words.marks["draft" if package.draft else "final"],
        draft=package.draft,
        issue=str(package.issue),
        run=str(package.run),
        case=package.case,
        prepared_on=package.prepared_on,
        program_version=package.program_version,
        playbook_digest=package.playbook_digest,
        zone=package.zone,
    )


def stated_of(statements: Mapping[str, str]) -> Stated:
    """What people stated.

    Raises:
        ConfigError: a statement of a kind no document knows.
    """
    if unknown := sorted(statements.keys() - {field.name for field in fields(Stated)}):
        raise ConfigError(f"statements: no such kind: {', '.join(unknown)}")
    return Stated(**{kind: text or None for kind, text in statements.items()})


def scope_of(
    counts: Row,
    extractions: pl.DataFrame,
    listed: int,
    zone: str,
    words: Words,
    reached: Reached | None = None,
) -> Scope:
    """What left of a party.

    Args:
        counts: the party's row of COUNTS.
        extractions: its counted rows of EGRESS.
        listed: the persons in its list of people.
        zone: the case's zone.
        words: the playbook's words.
        reached: the data items of the versions that left.
    """
    persons = ladder(counts, words)
    unbound = extractions["version_id"].null_count() > 0
    items = item_list(reached, counts["fields"] or (), words, unbound=unbound)
    return Scope(
        fields=items.names,
        persons=persons,
        total=persons[-1],
        rows=Rows(
            counts["rows_gross"], counts["rows_gross_low"], counts["rows_gross_high"],
            counts["rows_distinct"],
        ),
        period=Period(*days([counts["first_at"], counts["last_at"]], zone)),
        downloads=counts["downloads"],
        listed=listed,
        all_listed=listed == counts["all_count"],
        lists=tuple(TakenList(**row) for row in _lists(extractions, zone).iter_rows(named=True)),
        items=items.items,
        marked=items.marked,
        unsorted=items.unsorted,
        unknown_versions=items.unknown_versions,
        unbound=unbound,
    )  # fmt: skip


def entrusting_notice(
    package: Package, scope: Scope, words: Words
) -> EntrustingNotice:  # fmt: skip
    """The notice to the entrusting party."""
    owed = deadlines(package.obligations, package.recipient.party_id, words)
    return EntrustingNotice(
        head=head_of(package, words),
        recipient=package.recipient,
        sender=package.sender,
        public=package.recipient.sector in words.public,
        stated=stated_of(package.statements),
        scope=scope,
        deadlines=owed,
        triggers=triggers_of(owed),
        open_triggers=triggers_of(owed, still_open=True),
        limits=package.limits,
    )


def days(times: Iterable[Any], zone: str) -> list[str | None]:
    """Instants as days of the zone, as Japanese documents write them."""
    column = pl.Series(list(times), dtype=UTC_TIME)
    return column.dt.convert_time_zone(zone).dt.strftime(DAY).to_list()


def ladder(counts: Row, words: Words) -> tuple[TierCount, ...]:
    """Persons by tier, the whole last; `counts` has the ladder's columns."""
    return tuple(_tier(counts, tier, words) for tier in LADDER_TIERS)


def _tier(counts: Row, tier: str, words: Words) -> TierCount:
    numbers = (counts[f"{tier}_{measure}"] for measure in ("count", "low", "high"))
    return TierCount(tier, words.tiers[tier], *numbers)


def _lists(extractions: pl.DataFrame, zone: str) -> pl.DataFrame:
    """One row a list: how often, when first and last, whether its content is lost."""
    local = pl.col("at").dt.convert_time_zone(zone)
    return (
        extractions.group_by("list_id")
        .agg(
            versions=pl.col("version_id").n_unique(),
            downloads=pl.len(),
            first=local.min(),
            last=local.max(),
            lost=(pl.col("content") == "lost").any(),
        )
        .sort("list_id")
        .with_columns(pl.col("first", "last").dt.strftime(DAY))
    )

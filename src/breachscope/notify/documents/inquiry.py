"""The investigation report for boards and regulators, with numbered exhibits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.notify.documents.deadlines import deadlines
from breachscope.notify.documents.evidence import MOMENT, Covered, covered, labelled
from breachscope.notify.documents.forms import FINAL, RegulatorReport, Reporter, completed, due
from breachscope.notify.documents.items import item_list
from breachscope.notify.documents.views import (
    Head,
    Period,
    Rows,
    Scope,
    TierCount,
    days,
    ladder,
    stated_of,
)
from breachscope.schema import LADDER_TIERS, MEASURES

if TYPE_CHECKING:
    from breachscope.notify.documents.views import Stated
    from breachscope.notify.documents.words import Words
    from breachscope.notify.package import Exhibit, Inquiry, Sender


@dataclass(frozen=True, slots=True)
class PartyLine:
    """One party in the table of parties."""

    party_id: str
    name: str
    sector: str
    downloads: int
    count: int
    low: int
    high: int
    told_on: str | None


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act."""

    act_id: str
    started: str
    ended: str
    account: str | None
    host: str | None
    route: str
    downloads: int
    rows: int | None


@dataclass(frozen=True, slots=True)
class InvestigationReport:
    """The whole inquiry for people who decide."""

    head: Head
    sender: Sender
    stated: Stated
    period: Period
    persons: tuple[TierCount, ...]  # by party, added
    over_parties: tuple[TierCount, ...]  # each person once
    rows: Rows
    downloads: int
    parties: tuple[PartyLine, ...]
    parties_affected: int
    parties_all: int
    acts: tuple[ActLine, ...]
    coverage: tuple[Covered, ...]
    limits: tuple[str, ...]
    exhibits: tuple[Exhibit, ...]
    changes: tuple[str, ...]


def report(inquiry: Inquiry, head: Head, words: Words) -> InvestigationReport:
    """The report; the parties are those with anything to tell, in order of their id."""
    counts = inquiry.counts
    totals = counts.select(pl.selectors.integer().sum()).row(0, named=True)
    over = inquiry.over_parties.row(0, named=True)
    affected = counts.filter((pl.col("downloads") > 0) | (pl.col("all_high") > 0))
    first, last = days([counts["first_at"].min(), counts["last_at"].max()], inquiry.zone)
    return InvestigationReport(
        head=head,
        sender=inquiry.sender,
        stated=stated_of(inquiry.statements),
        period=Period(first, last),
        persons=ladder(totals, words),
        over_parties=ladder({f"{t}_{m}": over[f"{t}_{m}"] for t in LADDER_TIERS for m in MEASURES},
                            words),
        rows=_rows(totals),
        downloads=totals["downloads"],
        parties=tuple(_party(row, inquiry, words) for row in affected.iter_rows(named=True)),
        parties_affected=affected.height,
        parties_all=counts.height,
        acts=tuple(_acts(inquiry, words)),
        coverage=tuple(covered(source, inquiry.zone, words) for source in inquiry.sources),
        limits=inquiry.limits,
        exhibits=tuple(labelled(exhibit, words) for exhibit in inquiry.exhibits),
        changes=inquiry.changes,
    )  # fmt: skip


def own_report(inquiry: Inquiry, head: Head, words: Words, report: str) -> RegulatorReport:
    """The draft for the organisation under inquiry itself, entrusted by all parties.

    Its persons are counted once over all parties.
    """
    sender, counts = inquiry.sender, inquiry.counts
    totals = counts.select(pl.selectors.integer().sum()).row(0, named=True)
    persons = ladder(inquiry.over_parties.row(0, named=True), words)
    fields = counts["fields"].explode().drop_nulls().unique().sort()
    items = item_list(inquiry.items, fields, words, unbound=inquiry.unbound > 0)
    first, last = days([counts["first_at"].min(), counts["last_at"].max()], inquiry.zone)
    scope = Scope(
        fields=items.names,
        persons=persons,
        total=persons[-1],
        rows=_rows(totals),
        period=Period(first, last),
        downloads=totals["downloads"],
        listed=None,
        all_listed=False,
        lists=(),
        items=items.items,
        marked=items.marked,
        unsorted=items.unsorted,
        unknown_versions=items.unknown_versions,
        unbound=inquiry.unbound > 0,
    )
    form = RegulatorReport(
        head=head,
        report=report,
        final_report=report == FINAL,
        public=False,
        reporter=Reporter(
            sender.name, None, sender.corporate_number, sender.industry, sender.address,
            sender.representative, sender.contact,
        ),
        entrustee=sender,
        arose_at_entrustee=False,
        knowledge=inquiry.known_on,
        deadlines=due(deadlines(inquiry.obligations, inquiry.organisation, words), report),
        stated=stated_of(inquiry.statements),
        scope=scope,
        limits=inquiry.limits,
    )  # fmt: skip
    return completed(form)


def _rows(totals: dict[str, Any]) -> Rows:
    return Rows(
        totals["rows_gross"],
        totals["rows_gross_low"],
        totals["rows_gross_high"],
        totals["rows_distinct"],
    )


def _party(row: dict[str, Any], inquiry: Inquiry, words: Words) -> PartyLine:
    return PartyLine(
        row["party_id"],
        row["name"] or row["party_id"],
        words.sectors.get(row["sector"], row["sector"] or ""),
        row["downloads"],
        row["all_count"],
        row["all_low"],
        row["all_high"],
        inquiry.told_on.get(row["party_id"]),
    )


def _acts(inquiry: Inquiry, words: Words) -> list[ActLine]:
    local = pl.col("started_at", "ended_at").dt.convert_time_zone(inquiry.zone)
    table = inquiry.acts.sort("started_at", "act_id").with_columns(local.dt.strftime(MOMENT))
    return [
        ActLine(
            row["act_id"],
            row["started_at"],
            row["ended_at"],
            row["account"],
            row["host"],
            words.routes.get(row["route"], row["route"] or ""),
            row["downloads"],
            row["rows"],
        )
        for row in table.iter_rows(named=True)
    ]

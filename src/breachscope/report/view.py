"""Everything the report shows, as text and pictures ready to be set: no clock, no reading.

The only dates are those of the evidence and of the settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from breachscope.report import (
    actors,
    charts,
    coverage,
    duties,
    leaks,
    lineage,
    routes,
    sensitivity,
    tables,
    unknowns,
    words,
)
from breachscope.report.words import Said, local, number, say, span
from breachscope.schema import COUNTS, LADDER_TIERS, OVER_PARTIES, SENSITIVITY, UTC_TIME, conform

if TYPE_CHECKING:
    from datetime import datetime

    from markupsafe import Markup

    from breachscope.report.inputs import ReportInputs, Settings
    from breachscope.report.tables import Table
    from breachscope.report.unknowns import Unknown


@dataclass(frozen=True, slots=True)
class Figure:
    """A count with its bounds, as text; `share` of the whole, 0 to 100, for a bar."""

    tier: str
    name: str
    count: str
    bounds: str
    share: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The first screen: how many people, whose, when."""

    once: tuple[Figure, ...]  # over all parties, each person once: the whole first
    by_party: tuple[Figure, ...]  # sums of the parties' counts, the whole first
    parties: str
    parties_all: str
    sectors: tuple[tuple[str, str], ...]
    first: str
    last: str
    acts: str
    downloads: str
    rows_gross: str
    rows_gross_bounds: str
    rows_distinct: str


@dataclass(frozen=True, slots=True)
class Section:
    """A chart with its title, and the tables below it."""

    picture: Markup | None
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Gallery:
    """Several charts, and the tables below them."""

    pictures: tuple[tuple[Said, Markup], ...]  # caption, picture
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """What the template reads."""

    settings: Settings
    as_of: tuple[str, ...]
    answer: Answer
    unknowns: tuple[Unknown, ...]
    notes: tuple[str, ...]
    parties: Table
    months: Section
    coverage: Section
    route: Section
    leaks: Gallery | None
    acts: Table
    actors: Section | None
    sensitivity: Section | None
    conflicts: Table
    duties: Section | None
    rules: Table
    limits: Table
    rungs: Table
    quarantine: Table
    evidence: Table
    changes: Table | None


def view(inputs: ReportInputs) -> ReportView:
    """Turn a run's frames and facts into what the report says.

    Raises:
        EvidenceError: `counts` or `over_parties` is not of its schema.
    """
    settings, zone = inputs.settings, inputs.settings.zone
    counts = conform(inputs.counts.lazy(), COUNTS).collect()
    return ReportView(
        settings=settings,
        as_of=_as_of(settings),
        answer=_answer(inputs, counts),
        unknowns=unknowns.unknowns(inputs),
        notes=tuple(words.of_the_run(note) for note in inputs.notes),
        parties=tables.parties(counts, zone),
        months=_months(inputs),
        coverage=_coverage(inputs),
        route=_route(inputs, counts),
        leaks=_leaks(inputs),
        acts=tables.acts(inputs.acts, zone),
        actors=_actors(inputs),
        sensitivity=_sensitivity(inputs),
        conflicts=tables.conflicts(inputs.egress, zone),
        duties=_duties(inputs),
        rules=tables.rules(settings),
        limits=tables.limits(settings),
        rungs=tables.rungs(settings),
        quarantine=tables.quarantine(inputs.evidence),
        evidence=tables.evidence(inputs.evidence, zone),
        changes=None if inputs.changes is None else tables.changes(inputs.changes),
    )


def _as_of(settings: Settings) -> tuple[str, ...]:
    told = (
        (say("up_to"), settings.events_until),
        (say("acquired"), settings.acquired_until),
    )
    return tuple(say("as_of", said=said, at=_moment(at, settings.zone)) for said, at in told if at)


def _moment(at: datetime | None, zone: str) -> str:
    frame = pl.DataFrame({"at": [at]}, schema={"at": UTC_TIME})
    return frame.select(local("at", zone)).item() or words.UNKNOWN


def _answer(inputs: ReportInputs, counts: pl.DataFrame) -> Answer:
    over = conform(inputs.over_parties.lazy(), OVER_PARTIES).collect().row(0, named=True)
    sums = counts.select(pl.col(pl.UInt64, pl.UInt32).sum()).row(0, named=True)
    hit = counts.filter((pl.col("all_high") > 0) | (pl.col("downloads") > 0))
    zone = inputs.settings.zone
    period = counts.select(pl.col("first_at").min(), pl.col("last_at").max())
    first, last = period.select(
        local("first_at", zone, "%Y-%m-%d"), local("last_at", zone, "%Y-%m-%d")
    ).row(0)
    return Answer(
        once=_figures(over),
        by_party=_figures(sums),
        parties=number(hit.height),
        parties_all=number(counts.height),
        sectors=_sectors(hit),
        first=first or words.NONE,
        last=last or words.NONE,
        acts=number(inputs.acts.lazy().select(pl.len()).collect().item()),
        downloads=number(sums["downloads"]),
        rows_gross=number(sums["rows_gross"]),
        rows_gross_bounds=span(sums["rows_gross_low"], sums["rows_gross_high"]),
        rows_distinct=number(sums["rows_distinct"]),
    )


def _sectors(hit: pl.DataFrame) -> tuple[tuple[str, str], ...]:
    found = dict(hit.group_by("sector").agg(n=pl.len()).iter_rows())
    return tuple((said, number(found[s])) for s, said in words.SECTORS.items() if s in found)


def _figures(row: dict[str, int]) -> tuple[Figure, ...]:
    whole = max(row["all_count"], 1)
    return tuple(
        Figure(
            tier,
            words.TIERS[tier],
            number(row[f"{tier}_count"]),
            span(row[f"{tier}_low"], row[f"{tier}_high"]),
            round(100 * row[f"{tier}_count"] / whole, 1),
        )
        for tier in (LADDER_TIERS[-1], *LADDER_TIERS[:-1])
    )


def _months(inputs: ReportInputs) -> Section:
    rows = coverage.months(inputs.egress, inputs.settings.zone)
    return Section(charts.monthly(rows) if rows else None, (coverage.month_table(rows),))


def _coverage(inputs: ReportInputs) -> Section:
    zone = inputs.settings.zone
    rows, months = coverage.calendar_rows(inputs.sources_seen, inputs.silences, zone)
    return Section(
        charts.calendar(rows, months) if rows else None,
        (
            coverage.rhythm_table(inputs.rhythms, zone),
            coverage.silence_table(inputs.silences, zone),
            coverage.copy_table(inputs.copy_lines),
            coverage.clock_table(inputs.backward_steps, zone),
            coverage.offset_table(inputs.clocks),
        ),
    )


def _actors(inputs: ReportInputs) -> Section | None:
    if inputs.actors is None:
        return None
    return Section(*actors.section(inputs.actors, inputs.acts, inputs.settings.zone))


def _sensitivity(inputs: ReportInputs) -> Section | None:
    if inputs.sensitivity is None:
        return None
    bars = sensitivity.bars(conform(inputs.sensitivity.lazy(), SENSITIVITY).collect())
    return Section(sensitivity.drawn(bars), (sensitivity.table(bars),))


def _duties(inputs: ReportInputs) -> Section | None:
    if inputs.obligations is None:
        return None
    days = duties.by_day(inputs.obligations)
    return Section(duties.calendar(days) if days else None, (duties.table(inputs.obligations),))


def _leaks(inputs: ReportInputs) -> Gallery | None:
    if inputs.leaks is None or inputs.leaks.leaks.is_empty():
        return None
    told = (
        leaks.table(inputs.leaks, inputs.settings.zone),
        leaks.rows_table(inputs.leaks),
        leaks.sensitivity_table(inputs.leaks),
    )
    return Gallery(leaks.pictures(inputs.leaks), told)


def _route(inputs: ReportInputs, counts: pl.DataFrame) -> Section:
    names = dict(counts.select("party_id", "name").iter_rows())
    found = lineage.aggregate(lineage.graph(inputs.egress, inputs.versions, names))
    rows = tuple(
        (what, start, end, number(downloads), number(n))
        for start, end, what, downloads, n in routes.flows(found)
    )
    heads = tables.columns("段|step", "から|from|c", "へ|to|c", "回数|downloads|n", "行数|rows|n")
    table = tables.Table(say("t_flows"), heads, rows, len(rows))
    return Section(routes.draw(found) if found.boxes else None, (table,))

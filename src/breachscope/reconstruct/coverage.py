"""What each source saw, and the stretches in which it is silent against its own rhythm.

Frames in, frames out; a source is all evidence of one kind. Nothing is collected here:
the rhythm is fitted on the events' times, so that these functions take frames in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.reconstruct import rhythm
from breachscope.reconstruct.timeline import EVENT_TIME
from breachscope.schema import RHYTHMS, SILENCES, SOURCES_SEEN, Kind, conform

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from breachscope.playbook import Expected
    from breachscope.reconstruct.rhythm import Fit, Floats, Ints

LIMIT: Final = 20.0

BACKED_EVENTS: Final = 10
"""A stretch is judged only if so many events stand near it on either side."""

NEIGHBOURS: Final = 8
"""The same hours of so many weeks before and after are looked at before a silence is told."""

PLAUSIBLE_YEARS: Final = (1990, 2090)

LONGEST: Final = 100
"""So many of the longest gaps are judged in any case."""

_RAW: Final = (pl.String(), pl.Int64(), pl.Int64(), pl.Float64())


@dataclass(frozen=True, slots=True)
class Coverage:
    """One source judged: SILENCES, and RHYTHMS of one row (none if it has no events)."""

    silences: pl.DataFrame
    rhythm: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Silence:
    begin: int
    end: int
    expected: float


def plausible(time_column: str) -> pl.Expr:
    """The time can be a log's: an unset or broken clock dates lines centuries away.

    Such lines are events all the same; they only tell nothing of the source's rhythm.
    """
    return pl.col(time_column).dt.year().is_between(*PLAUSIBLE_YEARS)


def months(events: pl.LazyFrame, kind: Kind, zone: str) -> pl.LazyFrame:
    """SOURCES_SEEN: one row a file and month (of `zone`) from its first event to its last.

    A month without events has a row too. The longest silence is that within the month.
    """
    at, month = pl.col("at"), pl.col("month")
    seen = _dated(events, kind).with_columns(is_event=pl.lit(True))
    spans = seen.group_by("evidence_id").agg(
        month=pl.date_range(_local(at.min(), zone), _local(at.max(), zone), "1mo")
    )
    starts = spans.explode("month", empty_as_null=True, keep_nulls=True).select(
        "evidence_id", at=_midnight(month, zone), is_event=pl.lit(False)
    )
    first, last = at.filter("is_event").min(), at.filter("is_event").max()
    marks = pl.concat([starts, seen]).sort("evidence_id", "at", "is_event")
    gaps = marks.with_columns(
        month=_local(at, zone),
        hours=(at.shift(-1).over("evidence_id") - at).dt.total_microseconds() / rhythm.HOUR,
        # Before the first event of all there is no silence, but nothing yet.
        begun=pl.col("is_event").cum_sum().over("evidence_id") > 0,
    )
    return (
        gaps.group_by("evidence_id", "month")
        .agg(
            kind=pl.lit(kind.value),
            events=pl.col("is_event").sum().cast(pl.UInt32),
            first=first,
            last=last,
            longest_silence_hours=pl.col("hours").filter("begun").max(),
        )
        .sort("evidence_id", "month")
        .pipe(conform, SOURCES_SEEN)
    )


def judged(events: pl.DataFrame, kind: Kind, zone: str, limit: float = LIMIT) -> Coverage:
    """Fit the rhythm of one source and find where it is silent.

    `events` needs evidence_id and the kind's time. A silence is a stretch between two
    consecutive events in which the rhythm, the stretch itself left out, expects `limit` events
    or more. Events per week leave silences out. False alarms are the silences chance would give
    over the whole period, by the tail of the gaps seen, and as they would be for Poisson.
    """
    times = events[EVENT_TIME[kind]].drop_nulls().sort().to_physical().to_numpy()
    if len(times) < 2 or times[0] == times[-1]:
        return Coverage(_silence_rows([], kind), _rhythm_row(events, kind, {}))
    fitted, spread, found = _settled(times, zone, limit)
    silent = [silence.begin for silence in found]
    gaps = np.diff(rhythm.expected_before(fitted, times))[~np.isin(times[:-1], silent)]
    least, most = rhythm.shortest_hours(fitted, limit)
    told = {
        "events_per_week": float(fitted.counted[-1] / fitted.weight.sum() * rhythm.WEEK_HOURS),
        "detectable_hours": least,
        "detectable_hours_most": most,
        "dispersion": spread,
        "false_alarms": rhythm.chance_silences(gaps, limit),
        "false_alarms_poisson": len(times) * exp(-limit),
    }
    known = {name: figure for name, figure in told.items() if isfinite(figure)}
    return Coverage(_silence_rows(found, kind), _rhythm_row(events, kind, known))


def silences(events: pl.DataFrame, kind: Kind, zone: str, limit: float = LIMIT) -> pl.DataFrame:
    """SILENCES of one source; see `judged`, which gives its rhythm as well."""
    return judged(events, kind, zone, limit).silences


def missing_sources(present: Collection[Kind], expected: Iterable[Expected]) -> list[Expected]:
    """The sources a case of this sort should have and this one was never given."""
    return [source for source in expected if source.kind not in present]


def _settled(times: Ints, zone: str, limit: float) -> tuple[Fit, float, list[_Silence]]:
    """Fit, find silences, leave them out and fit again, until no more are found."""
    hours = rhythm.by_hour(times, zone)
    fitted = rhythm.fit(hours)
    left_out: set[tuple[int, int]] = set()
    while True:
        spread = rhythm.dispersion(fitted, times, limit)
        found = _found(fitted, times, spread, limit)
        new = {(silence.begin, silence.end) for silence in found} - left_out
        # Stretches once left out stay so: the set only grows, and this ends.
        if not new:
            return fitted, spread, found
        left_out |= new
        weight = fitted.weight
        for begin, end in sorted(new):
            weight = rhythm.without(weight, hours.start, begin, end)
        fitted = rhythm.fit(hours, weight)


def _found(fitted: Fit, times: Ints, spread: float, limit: float) -> list[_Silence]:
    begins, ends = _candidates(fitted, times, limit)
    if not len(begins):
        return []
    expected = np.array(
        [rhythm.expected_between(fitted, int(b), int(e)) for b, e in zip(begins, ends, strict=True)]
    )
    expected = expected * _backing(fitted, times, begins, ends, spread)
    return [
        _Silence(int(begin), int(end), float(value))
        for begin, end, value in zip(begins, ends, expected, strict=True)
        if value >= limit
    ]


def _candidates(fitted: Fit, times: Ints, limit: float) -> tuple[Ints, Ints]:
    """Gaps worth a closer look: half the limit by the fit that includes them, or very long."""
    gaps = np.diff(times)
    expected = np.diff(rhythm.expected_before(fitted, times))
    longest = np.partition(gaps, -LONGEST)[-LONGEST] if len(gaps) > LONGEST else 0
    chosen = np.flatnonzero((expected >= limit / 2) | ((gaps >= longest) & (gaps > rhythm.HOUR)))
    return times[chosen], times[chosen + 1]


def _backing(fitted: Fit, times: Ints, begins: Ints, ends: Ints, spread: float) -> Floats:
    """How far the events around each gap bear out the fit: 1, less, or 0 if too few to tell.

    Where the source began, ended, or changed its pace or its hours at the gap, one side has
    far fewer events than fitted; that side is then believed.
    """
    first = (begins - fitted.hours.start) // rhythm.HOUR
    stop = -((fitted.hours.start - ends) // rhythm.HOUR)
    level = rhythm.level_around(fitted.counted, fitted.scaled, first, stop)
    backing = np.ones(len(begins))
    for events, units in rhythm.sides(fitted.counted, fitted.scaled, first, stop):
        told = (events >= BACKED_EVENTS) & (level * units >= BACKED_EVENTS / 2)
        backing = np.where(told, np.minimum(backing, _share(events, level * units, spread)), 0.0)
    for direction in (-1, 1):
        seen, expected = _same_hours(fitted, times, begins, ends, direction)
        backing = np.minimum(backing, _share(seen, expected, spread))
    return backing


def _share(seen: Floats, expected: Floats, spread: float) -> Floats:
    """Seen over expected where that is far below what chance allows (3 sigma), else 1."""
    far_below = expected - seen > 3 * np.sqrt(spread * expected)
    return np.divide(seen, expected, out=np.ones(len(seen)), where=far_below & (expected > 0))


def _same_hours(
    fitted: Fit, times: Ints, begins: Ints, ends: Ints, direction: int
) -> tuple[Floats, Floats]:
    """Events seen and expected in the same hours of the weeks before (-1) or after (1) each gap."""
    week = rhythm.WEEK_HOURS * rhythm.HOUR
    own = -((begins - ends) // week)  # whole weeks the gap takes
    shift = direction * (own[:, None] + np.arange(NEIGHBOURS)) * week
    begin, end = begins[:, None] + shift, ends[:, None] + shift
    inside = (begin >= times[0]) & (end <= times[-1])
    seen = np.searchsorted(times, end) - np.searchsorted(times, begin)
    before = [
        rhythm.expected_before(fitted, edge.ravel(), only_counted=True).reshape(edge.shape)
        for edge in (begin, end)
    ]
    return (seen * inside).sum(axis=1), ((before[1] - before[0]) * inside).sum(axis=1)


def _silence_rows(found: list[_Silence], kind: Kind) -> pl.DataFrame:
    rows = [(kind.value, silence.begin, silence.end, silence.expected) for silence in found]
    raw = pl.Schema(dict(zip(SILENCES.names(), _RAW, strict=True)))
    return pl.DataFrame(rows, schema=raw, orient="row").cast(SILENCES).sort("from")


def _rhythm_row(events: pl.DataFrame, kind: Kind, told: dict[str, float]) -> pl.DataFrame:
    """One row of RHYTHMS; what the few events cannot tell is null."""
    at = pl.col(EVENT_TIME[kind])
    dated = events.filter(at.is_not_null())
    figures = [name for name, dtype in RHYTHMS.items() if dtype == pl.Float64]
    row = dated.select(
        kind=pl.lit(kind.value),
        evidence_ids=pl.col("evidence_id").unique().sort().implode(),
        events=pl.len().cast(pl.UInt64),
        first=at.min(),
        last=at.max(),
    ).with_columns(**{name: pl.lit(told.get(name), dtype=pl.Float64) for name in figures})
    return row.select(RHYTHMS.names()).filter(pl.col("events") > 0)


def _dated(events: pl.LazyFrame, kind: Kind) -> pl.LazyFrame:
    at = pl.col(EVENT_TIME[kind])
    return events.select("evidence_id", at=at).filter(pl.col("at").is_not_null())


def _local(at: pl.Expr, zone: str) -> pl.Expr:
    """The first day of the local month of a time."""
    return at.dt.convert_time_zone(zone).dt.date().dt.month_start()


def _midnight(day: pl.Expr, zone: str) -> pl.Expr:
    """When a local day begins. A zone that skips midnight begins it an hour later."""
    local = day.cast(pl.Datetime("us"))
    whole = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    later = local.dt.offset_by("1h").dt.replace_time_zone(
        zone, ambiguous="earliest", non_existent="null"
    )
    return pl.coalesce(whole, later).dt.convert_time_zone("UTC")

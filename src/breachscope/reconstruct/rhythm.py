"""A source's own rhythm: how many events it would have had in any stretch of time.

Events of a source are taken to come as a Poisson process whose rate is

    level (slow: the weeks around)  x  profile (hour of the week, holidays apart).

Both are fitted on hourly counts. `weight` is the share of each hour that counts for the
fit: a stretch that is judged, or was found silent, is left out. Everything here is arrays;
times are microseconds since 1970, UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final

import jpholiday
import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HOUR: Final = 3_600_000_000
WEEK_HOURS: Final = 168

LEVEL_WEEKS: Final = 6
LEVEL_EVENTS: Final = 100
"""The level at a place is that of so many weeks on either side, or of more if they hold few."""

TAIL_GAPS: Final = 50

SUNDAY, HOLIDAY, YEAR_END, MID_AUGUST, YEAR_END_WEEKEND, DAYS = 6, 7, 8, 9, 10, 11
"""Sorts of day after Monday (0) to Saturday (5). A sort never seen is taken for its nearest.

A holiday on a weekend is a day of the weekend: many sources work on the one, not the other.
"""

FIRST_HOLIDAYS: Final = 1948  # the year of the law; looking further back takes seconds

_JAPAN: Final = ("Asia/Tokyo", "Japan")


@dataclass(frozen=True, slots=True)
class Hours:
    """A source by the hour: `start` of the first one, `counts` and `sort` (day x 24 + hour)."""

    start: int
    counts: Floats
    sort: Ints


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted rhythm; `counted` and `scaled` are running sums of events and of profile."""

    hours: Hours
    weight: Floats
    level: Floats  # events an hour where the profile is 1, by hour
    rates: Floats  # the profile, by sort of hour
    seen: Floats  # events by sort
    exposure: Floats  # what the level alone expects, by sort
    occasions: Floats  # hours that count, by sort
    counted: Floats
    scaled: Floats


def by_hour(times: Ints, zone: str) -> Hours:
    """Count sorted times by the hour and say of what sort each hour is in the case's zone."""
    start = int(times[0]) // HOUR * HOUR
    index = (times - start) // HOUR
    counts = np.bincount(index).astype(np.float64)
    return Hours(start, counts, sorts_of_hours(start, len(counts), zone))


def sorts_of_hours(start: int, hours: int, zone: str) -> Ints:
    """Day x 24 + hour, local; Japan's holidays, year end and mid-August are days of their own."""
    first = datetime.fromtimestamp(start // 1_000_000, UTC)
    last = first + timedelta(hours=hours - 1)
    local = pl.datetime_range(first, last, "1h", time_unit="us", eager=True).dt.convert_time_zone(
        zone
    )
    day = (local.dt.weekday() - 1).cast(pl.Int64)
    if zone in _JAPAN:
        day = _special_days(local.dt.date(), day)
    return (day * 24 + local.dt.hour()).to_numpy().astype(np.int64)


def fit(hours: Hours, weight: Floats | None = None) -> Fit:
    """Fit level and profile in turn; three rounds settle them."""
    weight = np.ones(len(hours.counts)) if weight is None else weight
    seen = _by_sort(hours.sort, hours.counts)
    occasions = _by_sort(hours.sort, weight)
    counted = _running(hours.counts)
    rates, places = np.ones(DAYS * 24), np.arange(len(hours.counts))
    for _ in range(3):
        scaled = _running(weight * rates[hours.sort])
        level = level_around(counted, scaled, places, places + 1, itself=True)
        exposure = _by_sort(hours.sort, weight * level)
        rates = hourly_rates(seen, exposure, occasions)
    scaled = _running(weight * rates[hours.sort])
    level = level_around(counted, scaled, places, places + 1, itself=True)
    return Fit(hours, weight, level, rates, seen, exposure, occasions, counted, scaled)


def level_around(
    counted: Floats, scaled: Floats, begin: Ints, end: Ints, *, itself: bool = False
) -> Floats:
    """Events per unit of profile in the weeks before hour `begin` and from hour `end` on."""
    before, after = sides(counted, scaled, begin, end)
    events, units = before[0] + after[0], before[1] + after[1]
    if itself:
        events = events + counted[end] - counted[begin]
        units = units + scaled[end] - scaled[begin]
    return np.divide(events, units, out=np.zeros(len(begin)), where=units > 0)


def sides(
    counted: Floats, scaled: Floats, begin: Ints, end: Ints
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Events and units of profile in the weeks before `begin`, and in those from `end` on."""
    low, high = reach(counted, scaled, begin, end)
    before = (counted[begin] - counted[low], scaled[begin] - scaled[low])
    return before, (counted[high] - counted[end], scaled[high] - scaled[end])


def reach(counted: Floats, scaled: Floats, begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """The hours where the weeks before `begin` begin, and where those from `end` on end."""
    last = len(counted) - 1
    weeks = LEVEL_WEEKS * WEEK_HOURS * scaled[-1] / max(last, 1)
    low = np.minimum(
        np.searchsorted(scaled, scaled[begin] - weeks),
        np.searchsorted(counted, counted[begin] - LEVEL_EVENTS, side="right") - 1,
    )
    high = np.maximum(
        np.searchsorted(scaled, scaled[end] + weeks),
        np.searchsorted(counted, counted[end] + LEVEL_EVENTS),
    )
    return low.clip(0), high.clip(max=last)


def hourly_rates(seen: Floats, exposure: Floats, occasions: Floats) -> Floats:
    """Events per unit of level, by sort of hour; a sort without an occasion takes its nearest's."""
    known = ((occasions > 0.5) & (exposure > 0)).reshape(DAYS, 24)
    rate = np.divide(seen, exposure, out=np.zeros(len(seen)), where=exposure > 0)
    rates = rate.reshape(DAYS, 24)
    week = _mean_of_known(rates[:7], known[:7])
    nearest = dict.fromkeys(range(7), week)
    nearest[MID_AUGUST] = _mean_of_known(rates[:5], known[:5])
    for day in (*range(7), MID_AUGUST):
        rates[day] = np.where(known[day], rates[day], nearest[day])
    rates[HOLIDAY] = np.where(known[HOLIDAY], rates[HOLIDAY], rates[SUNDAY])
    rates[YEAR_END] = np.where(known[YEAR_END], rates[YEAR_END], rates[HOLIDAY])
    weekend = np.minimum(rates[YEAR_END], rates[SUNDAY])
    rates[YEAR_END_WEEKEND] = np.where(known[YEAR_END_WEEKEND], rates[YEAR_END_WEEKEND], weekend)
    return rate


def expected_before(fitted: Fit, times: Ints, *, only_counted: bool = False) -> Floats:
    """Events expected from the first hour up to each time; differences are what is wanted.

    With `only_counted`, hours left out of the fit expect nothing.
    """
    rate = fitted.level * fitted.rates[fitted.hours.sort]
    running = _running(rate * fitted.weight if only_counted else rate)
    return at_times(running, fitted.hours.start, times)


def at_times(running: Floats, start: int, times: Ints) -> Floats:
    """A running sum by the hour, read between the hours and held at both ends."""
    index = ((times - start) // HOUR).clip(0, len(running) - 2)
    part = ((times - start - index * HOUR) / HOUR).clip(0.0, 1.0)
    read: Floats = running[index] + part * (running[index + 1] - running[index])
    return read


def expected_between(fitted: Fit, begin: int, end: int) -> float:
    """Events the rhythm expects from `begin` to `end`, that stretch itself left out of the fit."""
    first = (begin - fitted.hours.start) // HOUR
    stop = (end - fitted.hours.start + HOUR - 1) // HOUR
    share = _shares(fitted.hours.start, first, stop, begin, end)
    sort = fitted.hours.sort[first:stop]
    hidden = share * fitted.weight[first:stop]
    rates = hourly_rates(
        fitted.seen,
        fitted.exposure - _by_sort(sort, hidden * fitted.level[first:stop]),
        fitted.occasions - _by_sort(sort, hidden),
    )
    before, after = reach(fitted.counted, fitted.scaled, np.array([first]), np.array([stop]))
    around = np.r_[before[0] : first, stop : after[0]]
    units = float((fitted.weight[around] * rates[fitted.hours.sort[around]]).sum())
    pace = float(fitted.hours.counts[around].sum()) / units if units > 0 else 0.0
    return pace * float((share * rates[sort]).sum())


def without(weight: Floats, start: int, begin: int, end: int) -> Floats:
    """The weights with the stretch from `begin` to `end` taken out."""
    first, stop = (begin - start) // HOUR, (end - start + HOUR - 1) // HOUR
    rest = weight.copy()
    rest[first:stop] = (rest[first:stop] - _shares(start, first, stop, begin, end)).clip(0.0)
    return rest


def dispersion(fitted: Fit, times: Ints, block: float) -> float:
    """Variance over mean of the events in stretches that expect `block` each: 1 if Poisson.

    Events that come in sittings give more. Fewer than ten stretches tell nothing: 1.
    """
    index = (expected_before(fitted, times, only_counted=True) / block).astype(np.int64)
    counts = np.bincount(index)[:-1]
    return max(1.0, float(counts.var(ddof=1) / counts.mean())) if len(counts) >= 10 else 1.0


def chance_silences(gaps: Floats, limit: float) -> float:
    """How many stretches without events chance gives that expect `limit` or more.

    `gaps` are the events expected between consecutive events, silences found left out. Their
    tail is taken to be exponential; its mean is 1 for a Poisson source (then this is near
    N * exp(-limit)) and larger where events come in sittings.
    """
    inner = np.sort(gaps[gaps < limit])
    if not len(inner):
        return 0.0
    tail = inner[-max(TAIL_GAPS, len(inner) // 50) :]
    tail = inner[np.searchsorted(inner, min(float(tail[0]), limit / 2)) :]
    room = limit - float(tail[0])
    seen = float((tail - tail[0]).mean())
    mean = seen
    for _ in range(100):  # what lies beyond the limit was left out: put its share back
        mean = min(seen + room / float(np.expm1(min(room / max(mean, 1e-9), 700.0))), 10 * room)
    return len(tail) / float(np.expm1(min(room / max(mean, 1e-9), 700.0)))


def shortest_hours(fitted: Fit, events: float) -> tuple[float, float]:
    """Hours in which so many events are expected in a typical week: least and most over starts.

    Infinite where a typical week expects none: all events fell on holidays.
    """
    pace = fitted.counted[-1] / fitted.scaled[-1]
    week = pace * fitted.rates[: 7 * 24]
    if not week.any():
        return float("inf"), float("inf")
    weeks, rest = divmod(events, float(week.sum()))
    running = _running(np.tile(week, 2))
    starts = np.arange(WEEK_HOURS)
    # Where nothing is expected for hours the curve is flat: the first hour that reaches it counts.
    reach = np.searchsorted(running, running[starts] + rest).clip(1)
    step = running[reach] - running[reach - 1]
    lacking = running[reach] - running[starts] - rest
    hours = reach - np.divide(lacking, step, out=np.zeros(WEEK_HOURS), where=step > 0) - starts
    whole = weeks * WEEK_HOURS
    return float(whole + hours.min()), float(whole + hours.max())


def _special_days(dates: pl.Series, day: pl.Series) -> pl.Series:
    years = range(max(dates[0].year, FIRST_HOLIDAYS), dates[-1].year + 1)
    holidays = [day for year in years for day in _holidays(year)]
    month_day = dates.dt.month().cast(pl.Int64) * 100 + dates.dt.day()
    frame = pl.DataFrame({"date": dates, "day": day, "month_day": month_day})
    month, working = pl.col("month_day"), pl.col("day") < 5
    special = (
        pl.when((month >= 1229) | (month <= 103))
        .then(pl.when(working).then(YEAR_END).otherwise(YEAR_END_WEEKEND))
        .when(working & pl.col("date").is_in(pl.Series(holidays, dtype=pl.Date).implode()))
        .then(HOLIDAY)
        .when(working & month.is_between(813, 816))
        .then(MID_AUGUST)
        .otherwise(pl.col("day"))
    )
    return frame.select(special.cast(pl.Int64).alias("day")).to_series()


@cache
def _holidays(year: int) -> tuple[date, ...]:
    return tuple(holiday[0] for holiday in jpholiday.year_holidays(year))


def _shares(start: int, first: int, stop: int, begin: int, end: int) -> Floats:
    """How much of each hour from `first` to `stop` lies between `begin` and `end`."""
    edges = start + np.arange(first, stop + 1) * HOUR
    inside: Floats = np.diff(edges.clip(begin, end)) / HOUR
    return inside


def _mean_of_known(rates: Floats, known: NDArray[np.bool_]) -> Floats:
    number = known.sum(axis=0)
    total = np.where(known, rates, 0.0).sum(axis=0)
    mean: Floats = np.divide(total, number, out=np.zeros(24), where=number > 0)
    return mean


def _by_sort(sort: Ints, weights: Floats) -> Floats:
    return np.bincount(sort, weights=weights, minlength=DAYS * 24).astype(np.float64)


def _running(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])

"""Due dates: days counted, days off rolled over, hours added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import jpholiday

from breachscope.schema import Binding

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from breachscope.jurisdictions import Calendar, Clock

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Due:
    """When a duty falls due; all None: promptly."""

    day: date | None = None
    at: datetime | None = None  # UTC; of clocks that run in hours
    earliest: date | None = None
    rolled_from: date | None = None  # the day counted, where it was a day off


def is_off(day: date, calendar: Calendar) -> bool:
    """No office is open on that day."""
    if WEEKDAYS[day.weekday()] in calendar.weekend or f"{day:%m-%d}" in calendar.closed:
        return True
    return calendar.national_holidays == "jp" and bool(jpholiday.is_holiday(day))


def rolled(day: date, calendar: Calendar) -> date:
    """The day itself, or the next on which offices are open."""
    while is_off(day, calendar):
        day += DAY
    return day


def due(
    clock: Clock, calendar: Calendar, knew_on: date, knew_at: datetime | None, zone: ZoneInfo
) -> Due:
    """When a duty falls due that began on the day, or at the moment, of knowledge.

    A clock in hours whose moment is not known runs from the first instant of the day in
    `zone`: the earliest it can be.
    """
    if clock.n is None or clock.binding is Binding.PROMPT:
        return Due()
    if clock.unit == "hour":
        began = knew_at or datetime.combine(knew_on, time(), zone)
        end = began.astimezone(UTC) + clock.n * HOUR
        return Due(day=end.astimezone(zone).date(), at=end)
    counted = _counted(clock, knew_on, clock.n)
    day = rolled(counted, calendar) if clock.roll else counted
    earliest = _counted(clock, knew_on, clock.earliest) if clock.earliest else None
    return Due(day, earliest=earliest, rolled_from=counted if day != counted else None)


def _counted(clock: Clock, start: date, n: int) -> date:
    return start + (n - clock.first_day_counts) * DAY

"""The years of a log whose lines carry none.

Lines are numbered in turns: each time the months begin anew, a turn ends. One line that does
carry its year, or a day by which the log had ended, gives every turn its year.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HALF_A_YEAR: Final = 183
NEW_YEAR: Final = 2
"""So many days around New Year lines may stand out of order without a year passing."""

LEAP: Final = 2000
TRIED: Final = 12
LATE: Final = timedelta(days=1)  # a log's zone may be ahead of that of the day it had ended by


@dataclass(slots=True)
class Years:
    """Follows the days of a log's lines; afterwards says which year each turn is of."""

    turn: int = 0
    last: tuple[int, int] | None = None  # month and day of the last line without a year
    boundaries: list[int] = field(default_factory=list)  # the lines that begin a year
    leap_turns: set[int] = field(default_factory=set)
    anchors: list[tuple[int, int]] = field(default_factory=list)  # turn, year

    def day(self, month: int, day: int, line: int) -> int:
        """The turn of a line without a year."""
        if self.last is not None:
            step = _ordinal(month, day) - _ordinal(*self.last)
            if step < -HALF_A_YEAR:
                self.turn += 1
                self.boundaries.append(line)
            elif step > HALF_A_YEAR and self._is_late(month, day):
                self.turn -= 1
        self.last = (month, day)
        if (month, day) == (2, 29):
            self.leap_turns.add(self.turn)
        return self.turn

    def dated(self, year: int, month: int, day: int, line: int) -> None:
        """A line with its year."""
        self.anchors.append((self.day(month, day, line), year))
        del self.anchors[100:]

    def _is_late(self, month: int, day: int) -> bool:
        """A line of the old year behind one of the new."""
        assert self.last is not None
        new = _ordinal(*self.last) - _ordinal(1, 1) < NEW_YEAR
        return new and _ordinal(12, 31) - _ordinal(month, day) < NEW_YEAR

    def first_year(self, ended_by: date | None) -> tuple[int, str] | None:
        """The year of turn 0 and how it was found; None if nothing tells it."""
        if self.anchors:
            turn, year = self.anchors[0]
            return year - turn, "from lines of the log that carry their year"
        if ended_by is None or self.last is None:
            return None
        before = range(ended_by.year, ended_by.year - TRIED, -1)
        fit = (year for year in before if self._ended(year, ended_by) and self._has_leap_days(year))
        year = next(fit, ended_by.year if self._ended(ended_by.year, ended_by) else before[1])
        return year - self.turn, f"so that the log had ended by {ended_by}"

    def _has_leap_days(self, year: int) -> bool:
        """Were the last line of this year, each 29 February would be in a leap year."""
        return all(_is_leap(year - self.turn + turn) for turn in self.leap_turns)

    def _ended(self, year: int, ended_by: date) -> bool:
        """Were the last line of this year, it would not be later than the day given."""
        assert self.last is not None
        month, day = self.last
        last = date(year, month, min(day, 28) if month == 2 else day)
        return last <= ended_by + LATE

    @property
    def contradicts(self) -> bool:
        """Lines with years do not agree on where the years pass."""
        return len({year - turn for turn, year in self.anchors}) > 1


def _ordinal(month: int, day: int) -> int:
    return date(LEAP, month, day).toordinal()


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)

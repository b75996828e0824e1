"""The report's charts: downloads by month, and the calendar of what the sources cover.

Plain SVG, the same bytes for the same numbers. Every figure also stands in a table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from breachscope.report.svg import element, label, picture, shortened, text_width
from breachscope.report.words import TIERS, joined, number, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

WIDTH: Final = 960.0
TIER_COLOURS: Final = {
    "confirmed": "#7a1420",
    "probable": "#d1592b",
    "possible": "#f2b84b",
    "explained": "#8aa3b5",
}
INK: Final = "#1c2733"
QUIET: Final = "#55626f"
GRID: Final = "#dde3e8"
COVER: Final = ("#cfe3e6", "#7fb5bb", "#2f7f88")  # few, fewer than usual, as usual
SILENT: Final = "#a11a2b"


@dataclass(frozen=True, slots=True)
class Month:
    """One month and its downloads by tier."""

    month: str  # YYYY-MM
    tiers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One source: events of each month, and the months with a silence in them."""

    name: str
    events: Mapping[str, int]
    silent: frozenset[str]


def months_between(first: str, last: str) -> list[str]:
    """Every month from first to last, both included, as YYYY-MM."""
    start, end = (int(m[:4]) * 12 + int(m[5:7]) - 1 for m in (first, last))
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(start, end + 1)]


def steps(highest: int, wanted: int = 4) -> list[int]:
    """Round whole numbers for an axis from 0 to at least `highest`."""
    highest = max(highest, 1)
    rough = highest / wanted
    power = 10 ** math.floor(math.log10(rough)) if rough >= 1 else 1
    size = next(int(power * f) for f in (1, 2, 5, 10) if power * f >= rough)
    return list(range(0, highest + size, size))


def monthly(months: Sequence[Month]) -> Markup:
    """Bars of downloads by month, stacked by tier, the worst tier at the bottom."""
    left, top, height, bottom = 52.0, 34.0, 190.0, 26.0
    shown = list(TIER_COLOURS)
    ticks = steps(max((sum(m.tiers.get(t, 0) for t in shown) for m in months), default=0))
    step = (WIDTH - left) / max(len(months), 1)
    return picture(
        say("t_months"),
        say("c_months", n=len(months)),
        WIDTH,
        top + height + bottom,
        _legend([(TIERS[t], c) for t, c in TIER_COLOURS.items()], left),
        *(_tick(value, ticks[-1], left, top, height) for value in ticks),
        *(_bar(m, left + i * step, step, ticks[-1], top + height, height) for i, m in
          enumerate(months)),
        *_years([m.month for m in months], left, step, top + height + 17),
    )  # fmt: skip


def calendar(rows: Sequence[CoverageRow], months: Sequence[str]) -> Markup:
    """One line a source, one cell a month: darker is nearer to its usual number of events."""
    left, top, line = 132.0, 52.0, 22.0
    step = (WIDTH - left) / max(len(months), 1)
    words: list[tuple[str, str]] = [
        (say("c_nothing"), "#ffffff"), (say("c_few"), COVER[0]), (say("c_fewer"), COVER[1]),
        (say("c_usual"), COVER[2]), (say("c_silent"), SILENT),
    ]  # fmt: skip
    return picture(
        say("c_calendar"),
        say("c_calendar_text", kinds=len(rows), months=len(months)),
        WIDTH,
        top + line * len(rows) + 4,
        _legend(words, 0),
        *_years(list(months), left, step, top - 8),
        *(_source(row, months, left, top + line * i, step) for i, row in enumerate(rows)),
    )


def _tick(value: int, highest: int, left: float, top: float, height: float) -> Markup:
    y = top + height * (1 - value / highest)
    return element(
        "g",
        element("line", x1=left, x2=WIDTH, y1=y, y2=y, stroke=INK if value == 0 else GRID),
        label(number(value), left - 8, y + 4, 11, text_anchor="end", fill=QUIET),
    )


def _bar(
    month: Month, x: float, step: float, highest: int, base: float, height: float
) -> Markup:  # fmt: skip
    parts, y = [], base
    for tier, colour in TIER_COLOURS.items():
        if tall := height * month.tiers.get(tier, 0) / highest:
            y -= tall
            parts.append(
                element("rect", x=x + 0.5, y=y, width=max(step - 1, 0.8), height=tall, fill=colour)
            )
    told = joined(
        say("c_bar_part", tier=TIERS[t], n=number(n)) for t, n in month.tiers.items() if n
    )
    said = say("c_bar", month=month.month, told=told or say("absent"))
    return element("g", element("title", said), *parts)


def _years(months: Sequence[str], left: float, step: float, y: float) -> list[Markup]:
    """The year below (or above) each January, and below the first month if there is room."""
    wide = text_width("2000", 11) + 6
    starts = [i for i, month in enumerate(months) if month.endswith("-01")]
    if months and (not starts or starts[0] * step >= wide):
        starts.insert(0, 0)
    found, free = [], 0.0
    for i in starts:
        x = left + i * step
        if free <= x <= WIDTH - wide:
            found.append(label(months[i][:4], x, y, 11, fill=QUIET))
            free = x + wide
    return found


def _legend(words: Sequence[tuple[str, str]], x: float) -> Markup:
    parts = []
    for text, colour in words:
        parts.append(
            element("rect", x=x, y=5, width=12, height=12, fill=colour, stroke=QUIET,
                    stroke_width=0.6)
        )  # fmt: skip
        parts.append(label(text, x + 17, 15.5, 12, fill=INK))
        x += 17 + text_width(text, 12) + 18
    return element("g", *parts)


def _source(
    row: CoverageRow, months: Sequence[str], left: float, y: float, step: float
) -> Markup:  # fmt: skip
    usual = median([n for n in row.events.values() if n] or [1])
    cells = [_cell(row, m, left + i * step, y, step, usual) for i, m in enumerate(months)]
    name = label(shortened(row.name, left - 10, 12), left - 8, y + 13, 12, text_anchor="end")
    return element("g", name, *cells)


def _cell(
    row: CoverageRow, month: str, x: float, y: float, step: float, usual: float
) -> Markup:  # fmt: skip
    events, silent = row.events.get(month, 0), month in row.silent
    share = events / usual
    fill = "#ffffff" if not events else COVER[0 if share < 0.25 else 1 if share < 0.75 else 2]
    told = say("c_cell_silent" if silent else "c_cell", name=row.name, month=month,
               n=number(events))  # fmt: skip
    parts = [element("title", told)]
    parts.append(
        element("rect", x=x + 0.4, y=y, width=step - 0.8, height=17, fill=fill,
                stroke=GRID, stroke_width=0.6)
    )  # fmt: skip
    if silent:
        parts.append(element("rect", x=x + 0.4, y=y + 10, width=step - 0.8, height=7, fill=SILENT))
    return element("g", *parts)

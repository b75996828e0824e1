"""The picture of what the counts hang on: one bar a variation, beside the case as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.report import words
from breachscope.report.charts import GRID, INK, QUIET, TIER_COLOURS, WIDTH, steps
from breachscope.report.svg import element, label, picture, shortened
from breachscope.report.tables import Table, columns
from breachscope.report.words import number, say, span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

ROW: Final = 22.0
LEFT: Final = 270.0
RIGHT: Final = 110.0
TOP: Final = 56.0
TIERS: Final = ("confirmed", "probable", "possible")


@dataclass(frozen=True, slots=True)
class Bar:
    """One variation: persons by tier over all parties, and the high bound of all."""

    sort: str
    what: str
    persons: Mapping[str, int]
    low: int
    high: int

    @property
    def name(self) -> str:
        """What was changed, in words."""
        sort = words.VARIATIONS[self.sort]
        return say("c_variation", sort=sort, what=self._changed) if self.what else sort

    @property
    def _changed(self) -> str:
        """The limit or the kind of evidence."""
        known = words.KINDS if self.sort == "withheld" else words.LIMITS
        return known.get(self.what, self.what)


def bars(table: pl.DataFrame) -> list[Bar]:
    """The case as it is first, then every variation by how far it moves the tiers."""
    once = table.filter(pl.col("party_id").is_null()).sort("variation")
    found = [
        Bar(
            row["sort"],
            row["what"],
            {tier: row[f"{tier}_count"] for tier in TIERS},
            row["all_low"],
            row["all_high"],
        )
        for row in once.iter_rows(named=True)
    ]
    first = found[0].persons

    def moves(bar: Bar) -> tuple[int, str, str]:
        moved = sum(abs(bar.persons[tier] - first[tier]) for tier in TIERS)
        return -moved, bar.what, bar.sort

    return [found[0], *sorted(found[1:], key=moves)]


def table(bars: Sequence[Bar]) -> Table:
    """The figures of the picture."""
    first = sum(bars[0].persons.values())
    rows = tuple(
        (bar.name, *(number(bar.persons[tier]) for tier in TIERS),
         f"{sum(bar.persons.values()) - first:+,}", span(bar.low, bar.high))
        for bar in bars
    )  # fmt: skip
    heads = columns(
        "条件|variation|l", *(f"{words.TIERS[tier]}|{tier}|n" for tier in TIERS),
        "計の差|difference|n", "下限と上限|bounds|n",
    )  # fmt: skip
    return Table(say("t_sensitivity"), heads, rows, len(rows))


def drawn(bars: Sequence[Bar]) -> Markup:
    """Bars of persons counted once over all parties; the line is the case as it is."""
    highest = max((max(sum(bar.persons.values()), bar.high) for bar in bars), default=0)
    ticks = steps(highest)
    scale = (WIDTH - LEFT - RIGHT) / ticks[-1]
    bottom = TOP + ROW * len(bars)
    first = sum(bars[0].persons.values()) if bars else 0
    return picture(
        say("sensitivity_head"),
        say("c_sensitivity"),
        WIDTH,
        bottom + 24,
        element(
            "g",
            *_legend(),
            *(_tick(value, scale, bottom) for value in ticks),
            *(_row(bar, TOP + i * ROW, scale, first) for i, bar in enumerate(bars)),
            element("line", x1=LEFT + first * scale, x2=LEFT + first * scale, y1=TOP - 6,
                    y2=bottom, stroke=INK, stroke_width=1, stroke_dasharray="3 3"),
            font_family="sans-serif",
        ),
    )  # fmt: skip


def _legend() -> list[Markup]:
    parts: list[Markup] = []
    for i, tier in enumerate(TIERS):
        x = LEFT + i * 120
        parts.append(element("rect", x=x, y=8, width=12, height=12, fill=TIER_COLOURS[tier]))
        parts.append(label(words.TIERS[tier], x + 18, 18, fill=INK))
    parts.append(label(say("c_high"), LEFT + 3 * 120, 18, fill=QUIET))
    return parts


def _tick(value: int, scale: float, bottom: float) -> Markup:
    x = LEFT + value * scale
    line = element("line", x1=x, x2=x, y1=TOP - 6, y2=bottom, stroke=GRID)
    return line + label(f"{value:,}", x, TOP - 12, 11, text_anchor="middle", fill=QUIET)


def _row(bar: Bar, y: float, scale: float, first: int) -> Markup:
    total = sum(bar.persons.values())
    change = "" if bar.sort == "as_it_is" else f"{total - first:+,}"
    parts = [label(shortened(bar.name, LEFT - 12, 12), 4, y + 15, fill=INK)]
    x = LEFT
    for tier in TIERS:
        width = bar.persons[tier] * scale
        colour = TIER_COLOURS[tier]
        parts.append(element("rect", x=x, y=y + 3, width=width, height=ROW - 7, fill=colour))
        x += width
    end = LEFT + bar.high * scale
    parts.append(element("line", x1=x, x2=end, y1=y + 11, y2=y + 11, stroke=QUIET))
    parts.append(element("line", x1=end, x2=end, y1=y + 6, y2=y + 16, stroke=QUIET))
    parts.append(label(change or f"{total:,}", WIDTH - RIGHT + 10, y + 15, fill=INK))
    return element("g", *parts)

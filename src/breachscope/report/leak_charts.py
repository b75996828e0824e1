"""Pictures of leaked lists: their make-up, exclusive rows beside decoys, versions in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from breachscope.report.charts import GRID, INK, QUIET, WIDTH
from breachscope.report.svg import element, label, picture, shortened, text_width
from breachscope.report.words import number, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from markupsafe import Markup

PARTS: Final = ("#1f5f7a", "#7a1420", "#4d7c3a", "#8a5a12", "#5b3b8c", "#a0456b")
UNTOLD: Final = "#c9ced3"  # about people of the inventory, source not told
HOUSEHOLD: Final = "#e3d7b8"
NOBODY: Final = "#ffffff"
DECOY: Final = "#b9bfc6"

LEFT: Final = 150.0
LINE: Final = 24.0
TOP: Final = 34.0


@dataclass(frozen=True, slots=True)
class Share:
    """One stretch of a leak's bar."""

    name: str
    rows: int
    colour: str


@dataclass(frozen=True, slots=True)
class Mix:
    """One leak: its stretches from left to right, together all its rows."""

    leak: str
    shares: tuple[Share, ...]

    @property
    def rows(self) -> int:
        """All rows of the leak."""
        return sum(share.rows for share in self.shares)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Rows of a leak that are about one party's people alone, and as many as decoys give."""

    name: str
    rows: int
    exclusive: int
    expected: float
    named: bool


@dataclass(frozen=True, slots=True)
class Dating:
    """A part's versions: when each was uploaded, and how likely it is the source."""

    name: str
    versions: tuple[tuple[datetime, str, float], ...]


def mixture(mixes: Sequence[Mix]) -> Markup:
    """One bar a leak, all of the same length: from which party so many of its rows come."""
    wide = WIDTH - LEFT - 70
    legend: list[tuple[str, str]] = [
        (say("c_told"), PARTS[0]), (say("c_untold"), UNTOLD), (say("c_household"), HOUSEHOLD),
        (say("c_not_known"), NOBODY),
    ]  # fmt: skip
    return picture(
        say("c_mix_title"),
        say("c_mix_text", n=len(mixes)),
        WIDTH,
        TOP + LINE * len(mixes) + 6,
        _legend(legend),
        *(_mix(mix, TOP + LINE * place, wide) for place, mix in enumerate(mixes)),
    )


def _mix(mix: Mix, y: float, wide: float) -> Markup:
    parts, x = [_name(mix.leak, y)], LEFT
    for share in mix.shares:
        width = wide * share.rows / max(mix.rows, 1)
        if not share.rows:
            continue
        told = say("c_share", leak=mix.leak, name=share.name, n=number(share.rows))
        box = element("rect", x=x, y=y, width=max(width, 0.5), height=LINE - 7, fill=share.colour,
                      stroke=QUIET, stroke_width=0.5)  # fmt: skip
        parts.append(element("g", element("title", told), box))
        if share.colour in PARTS and text_width(share.name, 11) + 8 < width:
            parts.append(label(share.name, x + 4, y + 13, 11, fill="#ffffff"))
        x += width
    parts.append(label(say("c_rows", n=number(mix.rows)), LEFT + wide + 8, y + 13, 11, fill=QUIET))
    return element("g", *parts)


def overlaps(rows: Sequence[Overlap]) -> Markup:
    """Exclusive rows of each party as a share of the leak, over what false matches would give."""
    wide = WIDTH - LEFT - 190
    marks = [
        element(
            "g",
            element("line", x1=LEFT + wide * share, x2=LEFT + wide * share, y1=TOP - 2,
                    y2=TOP + LINE * len(rows), stroke=GRID),
            label(f"{share:.0%}", LEFT + wide * share, TOP - 6, 11, text_anchor="middle",
                  fill=QUIET),
        )
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]  # fmt: skip
    return picture(
        say("c_overlap_title"),
        say("c_overlap_text", n=len(rows)),
        WIDTH,
        TOP + LINE * len(rows) + 6,
        *marks,
        *(_overlap(row, TOP + LINE * place, wide) for place, row in enumerate(rows)),
    )


def _overlap(row: Overlap, y: float, wide: float) -> Markup:
    whole = max(row.rows, 1)
    width, band = wide * row.exclusive / whole, wide * min(row.expected / whole, 1.0)
    figures = {"n": number(row.exclusive), "expected": f"{row.expected:.1f}"}
    told = say("c_overlap_one", name=row.name, **figures)
    return element(
        "g",
        element("title", told),
        _name(row.name, y),
        element("rect", x=LEFT, y=y, width=max(band, 0.5), height=LINE - 7, fill=DECOY),
        element("rect", x=LEFT, y=y + 4, width=max(width, 0.5), height=LINE - 15,
                fill=PARTS[0] if row.named else UNTOLD, stroke=INK, stroke_width=0.5),
        label(say("c_overlap_figures", **figures), LEFT + wide + 10, y + 13, 11, fill=QUIET),
    )  # fmt: skip


def versions(rows: Sequence[Dating]) -> Markup:
    """One line a part: a ring at each version's upload, filled by how likely it is the source."""
    wide = WIDTH - LEFT - 30
    times = [at for row in rows for at, _, _ in row.versions]
    first, last = min(times), max(times)
    span = max((last - first).total_seconds(), 1.0)

    def place(at: datetime) -> float:
        return LEFT + 10 + wide * (at - first).total_seconds() / span

    years = [
        label(str(year), place(first.replace(year=year, month=1, day=1)), TOP - 6, 11, fill=QUIET)
        for year in range(first.year + 1, last.year + 1)
    ]
    return picture(
        say("c_versions_title"),
        say("c_versions_text", n=len(rows)),
        WIDTH,
        TOP + LINE * len(rows) + 6,
        *years,
        *(
            element(
                "g",
                _name(row.name, TOP + LINE * i),
                element("line", x1=LEFT, x2=LEFT + wide + 20, y1=TOP + LINE * i + 9,
                        y2=TOP + LINE * i + 9, stroke=GRID),
                *(_ring(at, version, chance, place(at), TOP + LINE * i + 9)
                  for at, version, chance in row.versions),
            )
            for i, row in enumerate(rows)
        ),
    )  # fmt: skip


def _ring(at: datetime, version: str, chance: float, x: float, y: float) -> Markup:
    told = say("c_version", version=version, day=f"{at:%Y-%m-%d}", chance=f"{chance:.1%}")
    size = 2.5 + 6.5 * chance
    return element(
        "g",
        element("title", told),
        element("circle", cx=x, cy=y, r=size, fill=PARTS[0], stroke=INK, stroke_width=0.6),
    )


def _name(text: str, y: float) -> Markup:
    return label(shortened(text, LEFT - 12, 12), LEFT - 8, y + 13, 12, text_anchor="end", fill=INK)


def _legend(words: Sequence[tuple[str, str]]) -> Markup:
    parts, x = [], 0.0
    for text, colour in words:
        parts.append(element("rect", x=x, y=5, width=12, height=12, fill=colour, stroke=QUIET,
                             stroke_width=0.6))  # fmt: skip
        parts.append(label(text, x + 17, 15.5, 12, fill=INK))
        x += 17 + text_width(text, 12) + 18
    return element("g", *parts)

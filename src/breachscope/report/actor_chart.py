"""The picture of who could have used the account: acts by persons. Plain SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from breachscope.report.charts import GRID, INK, QUIET, WIDTH
from breachscope.report.svg import element, label, picture, shortened, text_width
from breachscope.report.words import VERDICTS, plain, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

IDENTIFIED: Final = "#7a1420"
POSSIBLE: Final = ("#cfe3e6", "#7fb5bb", "#2f7f88")
"""Still possible, with a posterior under a third, under two thirds, or more."""
EXCLUDED: Final = "#55626f"
VERDICT_COLOURS: Final = {
    "identified": IDENTIFIED,
    "narrowed": "#f2b84b",
    "not_attributable": "#c9d3db",
}
LEFT: Final = 118.0
TOP: Final = 86.0
LINE: Final = 20.0


@dataclass(frozen=True, slots=True)
class Column:
    """One act: its year, verdict, and of each candidate (None: unknown) state and posterior."""

    act_id: str
    year: str
    verdict: str
    candidates: Mapping[str | None, tuple[str, float]]


def draw(
    acts: Sequence[Column],
    persons: Sequence[tuple[str | None, str]],
    verdicts: Mapping[str, str],
) -> Markup:
    """Acts from left to right, a line a person; the top line is the verdict."""
    step = (WIDTH - LEFT) / max(len(acts), 1)
    return picture(
        say("c_actors"),
        say("c_actors_text", acts=len(acts), persons=len(persons)),
        WIDTH,
        TOP + LINE * (len(persons) + 1) + 6,
        _keys([(verdicts[v], c) for v, c in VERDICT_COLOURS.items()], say("c_verdict"), 5),
        _keys(_states(), say("c_candidate"), 27),
        *_years(acts, step),
        _name(say("c_verdict"), 0),
        *(_verdict(act, i, step, verdicts) for i, act in enumerate(acts)),
        *(_line(acts, who, said, n, step) for n, (who, said) in enumerate(persons, start=1)),
    )


def _states() -> list[tuple[str, str]]:
    return [
        (VERDICTS["identified"], IDENTIFIED),
        (say("c_third"), POSSIBLE[0]),
        (say("c_two_thirds"), POSSIBLE[1]),
        (say("c_more"), POSSIBLE[2]),
        (say("c_excluded"), EXCLUDED),
        (say("c_unlikely"), "#ffffff"),
    ]


def _keys(told: Sequence[tuple[str, str]], title: str, y: float) -> Markup:
    parts, x = [label(title, 0, y + 10.5, 12, fill=QUIET)], 66.0
    for text, colour in told:
        parts.append(element("rect", x=x, y=y, width=12, height=12, fill=colour, stroke=QUIET,
                             stroke_width=0.6))  # fmt: skip
        parts.append(label(text, x + 17, y + 10.5, 12, fill=INK))
        x += 17 + text_width(text, 12) + 16
    return element("g", *parts)


def _years(acts: Sequence[Column], step: float) -> list[Markup]:
    """The year above its first act, where there is room."""
    found, free, last = [], 0.0, ""
    for i, act in enumerate(acts):
        x = LEFT + i * step
        if act.year != last and x >= free:
            found.append(
                element(
                    "g",
                    element("line", x1=x, x2=x, y1=TOP - 12, y2=TOP - 4, stroke=GRID),
                    label(act.year, x, TOP - 14, 11, fill=QUIET),
                )
            )
            free = x + text_width("2000", 11) + 4
        last = act.year
    return found


def _name(text: str, n: int) -> Markup:
    said = shortened(text, LEFT - 10, 12)
    return label(said, LEFT - 8, TOP + LINE * n + 13, 12, text_anchor="end")


def _verdict(act: Column, i: int, step: float, verdicts: Mapping[str, str]) -> Markup:
    told = verdicts.get(act.verdict, act.verdict)
    return element(
        "g",
        element("title", f"{act.act_id}: {plain(told)}"),
        _cell(LEFT + i * step, TOP, step, VERDICT_COLOURS.get(act.verdict, "#ffffff")),
    )


def _cell(x: float, y: float, step: float, fill: str, height: float = LINE - 4) -> Markup:
    gap = 0.6 if step > 3 else 0.2
    width = max(step - gap, 0.6)
    return element("rect", x=x + gap / 2, y=y, width=width, height=height, fill=fill)


def _line(acts: Sequence[Column], who: str | None, said: str, n: int, step: float) -> Markup:
    y = TOP + LINE * n
    frame = element("rect", x=LEFT, y=y - 1, width=WIDTH - LEFT, height=LINE - 2, fill="none",
                    stroke=GRID, stroke_width=0.6)  # fmt: skip
    cells = [
        _state(act, act.candidates[who], said, LEFT + i * step, y, step)
        for i, act in enumerate(acts)
        if who in act.candidates and act.candidates[who][0] != "unlikely"
    ]
    return element("g", _name(said, n), frame, *cells)


def _state(
    act: Column, told: tuple[str, float], said: str, x: float, y: float, step: float
) -> Markup:
    state, posterior = told
    if state == "excluded":
        return element(
            "g",
            element("title", _titled(act, said, say("c_excluded"))),
            _cell(x, y + LINE / 2 - 3.5, step, EXCLUDED, 3),
        )
    third = 0 if posterior < 1 / 3 else 1 if posterior < 2 / 3 else 2
    fill = IDENTIFIED if state == "identified" else POSSIBLE[third]
    return element(
        "g", element("title", _titled(act, said, f"{posterior:.3f}")), _cell(x, y, step, fill)
    )


def _titled(act: Column, who: str, said: str) -> str:
    """`A-1 W2: 0.987`; both languages only where they differ, as there are thousands."""
    return f"{act.act_id} {plain(who)}: {plain(said)}"

"""The route picture: from whose data, through which account and machine, to which device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from breachscope.report.charts import INK, QUIET
from breachscope.report.lineage import NOWHERE, REST
from breachscope.report.svg import element, label, picture, shortened
from breachscope.report.words import ROUTES, Said, number, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from breachscope.report.lineage import Box, Link, Picture

HEADS: Final = tuple(
    say(key) for key in ("c_party", "c_lists", "c_account", "c_by", "c_device", "c_file")
)
XS: Final = (1.0, 171.0, 319.0, 527.0, 681.0, 835.0)
WIDTHS: Final = (138.0, 116.0, 176.0, 122.0, 122.0, 123.0)
WIDTH: Final = 960.0
TOP, TALL, GAP = 46.0, 38.0, 7.0
BAND: Final = "#4d7c8a"
NOBODY: Final = (
    say("c_no_list"), say("c_no_list"), "", "", say("c_no_record"), say("none"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A box and its upper left corner."""

    box: Box
    x: float
    y: float


def draw(found: Picture) -> Markup:
    """The aggregated lineage as bands between boxes; a band is wider for more rows."""
    places = _laid_out(found.boxes)
    highest = max((place.y for place in places), default=TOP) + TALL
    most = max((link.rows for link in found.links), default=1)
    return picture(
        say("c_route"),
        say("c_route_text"),
        WIDTH,
        highest + 4,
        *(_head(i) for i in range(len(HEADS))),
        *(_band(link, places, most) for link in sorted(found.links, key=lambda link: link.rows)),
        *(_box(place) for place in places),
    )


def named(box: Box) -> str:
    """What a box is called in the picture and in the table below it."""
    if box.name.startswith(REST):
        return say("c_rest", n=number(int(box.name.removeprefix(REST))))
    if box.name == NOWHERE:
        return NOBODY[box.column]
    special: dict[int, dict[str, Said]] = {
        3: ROUTES,
        4: {"remote": say("c_remote_end")},
        5: {"file": say("c_match")},
    }
    return special.get(box.column, {}).get(box.name, box.name)


def _laid_out(boxes: Sequence[Box]) -> list[Place]:
    """Boxes of a column one below the other, the column in the middle of the height."""
    number_in = [sum(box.column == i for box in boxes) for i in range(len(HEADS))]
    tallest, seen, places = max(number_in, default=0), [0] * len(HEADS), []
    for box in boxes:
        start = (tallest - number_in[box.column]) / 2
        y = TOP + (start + seen[box.column]) * (TALL + GAP)
        seen[box.column] += 1
        places.append(Place(box, XS[box.column], y))
    return places


def _head(column: int) -> Markup:
    return label(HEADS[column], XS[column], 26, 13, fill=INK, font_weight="bold")


def _band(link: Link, places: Sequence[Place], most: int) -> Markup:
    start, end = places[link.start], places[link.end]
    x1, x2 = start.x + WIDTHS[start.box.column], end.x
    y1, y2 = start.y + TALL / 2, end.y + TALL / 2
    middle = (x1 + x2) / 2
    return element(
        "path",
        element("title", say("c_band", start=named(start.box), end=named(end.box),
                             downloads=number(link.downloads), rows=number(link.rows))),
        d=f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}",
        fill="none", stroke=BAND, stroke_opacity=0.42,
        stroke_width=1 + 15 * (link.rows / max(most, 1)) ** 0.5,
    )  # fmt: skip


def _box(place: Place) -> Markup:
    box, wide = place.box, WIDTHS[place.box.column]
    name = (
        say("c_box_lists", lists=box.lists[0], versions=box.lists[1]) if box.lists else named(box)
    )
    figures = {"downloads": number(box.downloads), "rows": number(box.rows)}
    return element(
        "g",
        element("title", say("c_box", name=name, **figures)),
        element("rect", x=place.x, y=place.y, width=wide, height=TALL, rx=3, fill="#fbfcfd",
                stroke=QUIET, stroke_width=0.8),
        label(shortened(name, wide - 14, 12), place.x + 7, place.y + 15.5, 12, fill=INK),
        label(shortened(say("c_figures", **figures), wide - 12, 10.5), place.x + 7, place.y + 31,
              10.5, fill=QUIET),
    )  # fmt: skip


def flows(found: Picture) -> list[tuple[str, str, str, int, int]]:
    """The bands from account to device, for the table: from, to, what, downloads, rows."""
    wanted: Mapping[int, str] = {2: HEADS[3], 3: HEADS[4], 4: HEADS[5]}
    return [
        (named(found.boxes[link.start]), named(found.boxes[link.end]),
         wanted[found.boxes[link.start].column], link.downloads, link.rows)
        for link in found.links
        if found.boxes[link.start].column in wanted
    ]  # fmt: skip

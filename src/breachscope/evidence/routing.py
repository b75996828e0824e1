"""What events of a timeline are evidence of, by the playbook's routes.

Pure functions from frame to frame. An event is taken by the first route whose condition holds; it
then has the canonical columns of that kind, and stays in the timeline beside. An event that no
route takes, or that lacks what its kind requires, is kept in the timeline alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

import polars as pl

from breachscope.evidence.headers import Layout
from breachscope.evidence.mapping import Pattern, part_of
from breachscope.evidence.shape import PLACES, conformed
from breachscope.routes import event_time
from breachscope.schema import ATTRIBUTE_PREFIX, ROUTED_TO, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone
    from breachscope.routes import Route

_NOBODY: Final = "-"
_LIST_KEYS: Final = ("list", "list_id", "listid")
_FILE_KEYS: Final = ("file", "filename", "file_name", "path")


@dataclass(frozen=True, slots=True)
class Routed:
    """The timeline with ROUTED_TO, and by kind the rows it gives."""

    events: pl.DataFrame
    rows: dict[Kind, pl.DataFrame]


def routed(events: pl.DataFrame, routes: Sequence[Route], spec: ReadSpec, zone: Zone) -> Routed:
    """Route one stretch of a timeline.

    Args:
        events: canonical timeline of one member, with attributes.
        routes: the playbook's, in order.
        spec: how the timeline is read; its clock offset holds for every time of an event.
        zone: for times among the attributes that carry no offset.
    """
    text = _text(events, routes)
    number = _first_that_holds(routes)
    chosen = text.select("line", route=number)
    rows: dict[Kind, list[pl.DataFrame]] = {}
    told = [pl.DataFrame(schema=_TOLD)]
    for place in chosen["route"].drop_nulls().unique().sort().to_list():
        route = routes[place]
        mine = text.filter(chosen["route"] == place)
        taken, broken = _rows(mine, events, route, spec, zone)
        rows.setdefault(route.kind, []).append(taken)
        told += [_taken(taken, route), _broken(broken, route)]
    marks = pl.concat(told)
    marked = events.drop(ROUTED_TO.names(), strict=False).join(
        marks, on="line", how="left", maintain_order="left", validate="m:1"
    )
    return Routed(
        marked.select(list(dict.fromkeys([*events.columns, *ROUTED_TO]))),
        {kind: pl.concat(found).sort("line") for kind, found in rows.items() if found},
    )


_TOLD: Final = {"line": pl.UInt64(), **ROUTED_TO}


def _taken(rows: pl.DataFrame, route: Route) -> pl.DataFrame:
    return rows.select(
        "line",
        routed_to=pl.lit(route.kind.value),
        route=pl.lit(route.name),
        unfit=pl.lit(None, pl.String),
    )


def _broken(asides: pl.DataFrame, route: Route) -> pl.DataFrame:
    return asides.select(
        "line", routed_to=pl.lit(None, pl.String), route=pl.lit(route.name), unfit="reason"
    )


def _text(events: pl.DataFrame, routes: Sequence[Route]) -> pl.DataFrame:
    """The attributes under their own names, as text; those routes read and none has are null."""
    own = {
        name.removeprefix(ATTRIBUTE_PREFIX): pl.col(name)
        for name in events.columns
        if name.startswith(ATTRIBUTE_PREFIX)
    }
    own |= {name: pl.col(name) for name in ("message", "timestamp_desc", "line", "member")}
    read = {name for route in routes for name in route.reads}
    absent = {name: pl.lit(None, pl.String) for name in sorted(read - own.keys())}
    wanted = {name: column for name, column in own.items() if name in read or name == "line"}
    return events.select(**wanted, **absent)


def _first_that_holds(routes: Sequence[Route]) -> pl.Expr:
    chosen = pl.lit(None, pl.Int32)
    for place, route in reversed(list(enumerate(routes))):
        holds = pl.sql_expr(route.when).fill_null(value=False)
        chosen = pl.when(holds).then(pl.lit(place, pl.Int32)).otherwise(chosen)
    return chosen


def _rows(
    text: pl.DataFrame, events: pl.DataFrame, route: Route, spec: ReadSpec, zone: Zone
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The events of one route as rows of its kind, and those that do not fit (SET_ASIDE)."""
    time = event_time(route.kind)
    assert time is not None
    own = events.filter(pl.col("line").is_in(text["line"].implode()))
    shift = pl.duration(microseconds=(pl.col("clock_offset") * 1_000_000).round())
    at = (pl.col("datetime") - shift).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00")
    columns = {**_columns(text, route), time: own.select(at).to_series()}
    if route.kind is Kind.DOWNLOADS:  # web servers log requests of nobody
        account = columns.get("account", pl.Series([None] * text.height, dtype=pl.String))
        columns["account"] = account.fill_null(_NOBODY)
    layout = Layout(tuple(columns), {name: i for i, name in enumerate(columns)}, {})
    cells = [column.alias(str(i)) for i, column in enumerate(columns.values())]
    places = own.select("line", "byte", byte_end="byte", row_no=pl.lit(0))
    frame = pl.DataFrame(cells).hstack(places.select(PLACES).cast(pl.Int64))
    how = replace(spec, kind=route.kind, mapping=None)
    member = own["member"].first()
    taken, broken = conformed(frame, layout, how, zone, member if isinstance(member, str) else None)
    read = own.select("line", _raw="datetime_raw", _zone="zone", _from="zone_from")
    taken = taken.join(read, on="line", how="left", maintain_order="left", validate="m:1")
    taken = taken.with_columns(
        pl.col("_raw").alias(f"{time}_raw"), zone=pl.col("_zone"), zone_from=pl.col("_from")
    ).drop("_raw", "_zone", "_from")
    if route.kind is Kind.DOWNLOADS:
        taken = taken.with_columns(pl.col("account").replace(_NOBODY, None))
    return taken, broken


def _columns(text: pl.DataFrame, route: Route) -> dict[str, pl.Series]:
    """The canonical columns a route fills, as text."""
    made: dict[str, pl.Expr] = {}
    for name, sources in route.columns.items():
        names = [sources] if isinstance(sources, str) else sources
        made[name] = pl.coalesce(_filled(pl.col(source)) for source in names)
    for name, cut in route.patterns.items():
        made[name] = part_of(pl.col(cut.column), name, Pattern(column=cut.column, regex=cut.regex))
    for name, told in route.sql.items():
        made[name] = pl.sql_expr(told).cast(pl.String)
    for name, value in route.fixed.items():
        made[name] = pl.lit(value)
    found = text.select("line", **made)
    columns = {name: found[name] for name in made}
    if route.url:
        parts = [columns.get(name, text[name]).alias(str(i)) for i, name in enumerate(route.url)]
        columns |= _from_url(pl.DataFrame(parts))
    return columns


def _filled(column: pl.Expr) -> pl.Expr:
    return pl.when(~column.str.strip_chars().is_in(["", "-"])).then(column)


def _from_url(parts: pl.DataFrame) -> dict[str, pl.Series]:
    """Path, title and list id of each request, every distinct one read once."""
    rows = parts.rows()
    known = {row: _named(*row) for row in set(rows)}
    found = [known[row] for row in rows]
    return {
        name: pl.Series([row[i] for row in found], dtype=pl.String)
        for i, name in enumerate(("path", "title", "list_id"))
    }


def _named(stem: str | None, query: str | None = None) -> tuple[str | None, str | None, str | None]:
    """Path, title and list id of one request: `/a?b`, `GET /a?b HTTP/1.1`, or path and query."""
    if not stem or stem == "-":
        return None, None, None
    asked = stem.split(" ")[1] if stem.count(" ") == 2 and " HTTP/" in stem else stem
    path, _, own = asked.partition("?") if query is None else (asked, "", query)
    values: dict[str, str] = {}
    for part in own.split("&"):
        key, is_set, value = part.partition("=")
        if is_set:
            values[_unescaped(key).lower()] = _unescaped(value.replace("+", " "))
    file = next((values[key] for key in _FILE_KEYS if values.get(key)), None)
    path = _unescaped(path)
    title = PurePosixPath((file or path).replace("\\", "/")).stem
    return path or None, title or None, next((values[k] for k in _LIST_KEYS if values.get(k)), None)


def _unescaped(value: str) -> str:
    if "%" not in value:
        return value
    raw = unquote_to_bytes(value)
    for codec in ("utf-8", "cp932"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("ascii", errors="backslashreplace")

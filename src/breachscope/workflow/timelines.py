"""What became of the events of timelines: routed, told already, or by no route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.schema import ATTRIBUTE_PREFIX, Kind
from breachscope.workflow import frames, intake
from breachscope.workflow.tables import Shown, run_folder, run_items

if TYPE_CHECKING:
    from breachscope.case.register import Item
    from breachscope.workflow.context import Context

NAMED = 50
"""Sorts of events, and differing lines, that are named one by one."""

_SORTS = ("data_type", "parser", "sourcetype")


def timelines(context: Context, number: int | None) -> Shown:
    """Every timeline of a run: its events by kind, those told already, those no route took."""
    chosen, place = run_folder(context, number)
    told = pl.read_parquet(place / "retold.parquet")
    rows = [
        _timeline(context, intake.current(context, item), told)
        for item in run_items(context, chosen)
        if item.kind is Kind.TIMELINE
    ]
    document = {"schema": "breachscope/timelines/1", "run": chosen, "timelines": rows}
    flat = [
        {"evidence_id": row["evidence_id"], "file": row["file"], **routed}
        for row in rows
        for routed in row["routed"]
    ]
    return Shown("timelines", document, pl.DataFrame(flat, schema=_FLAT))


_FLAT = {
    "evidence_id": pl.String(),
    "file": pl.String(),
    "kind": pl.String(),
    "rows": pl.Int64(),
    "same": pl.Int64(),
    "differs": pl.Int64(),
    "events": pl.Int64(),
}


def _timeline(context: Context, item: Item, told: pl.DataFrame) -> dict[str, Any]:
    own = told.filter(pl.col("evidence_id") == item.evidence_id)
    events = frames.scan(context.case, item)
    unrouted = events.filter(pl.col("routed_to").is_null())
    differing = own.filter(pl.col("fate") == "differs").sort("line")
    return {
        "evidence_id": item.evidence_id,
        "file": item.file,
        "format": item.format,
        "rows": item.rows_taken,
        "routed": [_routed(kind, rows, own) for kind, rows in item.routed.items()],
        "unrouted": item.rows_taken - sum(item.routed.values()),
        "unrouted_sorts": _sorts(unrouted),
        "unfit": _counted(unrouted.filter(pl.col("unfit").is_not_null()), ["route", "unfit"]),
        "differing": differing.head(NAMED)
        .select("kind", "line", "of_evidence_id", "of_line")
        .to_dicts(),
    }


def _routed(kind: str, rows: int, own: pl.DataFrame) -> dict[str, Any]:
    """Rows = told already + differing from what is told (held back) + events of their own."""
    mine = own.filter(pl.col("kind") == kind)["fate"].to_list()
    same, differs = mine.count("same"), mine.count("differs")
    return {
        "kind": kind,
        "rows": rows,
        "same": same,
        "differs": differs,
        "events": rows - same - differs,
    }


def _sorts(events: pl.LazyFrame) -> list[dict[str, Any]]:
    """What the events no route took are, by the timeline's own words for it."""
    held = events.collect_schema().names()
    names = [ATTRIBUTE_PREFIX + name for name in _SORTS if ATTRIBUTE_PREFIX + name in held]
    sort = pl.coalesce([*(pl.col(name) for name in names), pl.lit("-")])
    return _counted(events.with_columns(sort=sort), ["sort", "timestamp_desc"])


def _counted(events: pl.LazyFrame, columns: list[str]) -> list[dict[str, Any]]:
    counted = events.group_by(columns).agg(events=pl.len())
    return (
        counted.sort(pl.col("events"), *columns, descending=[True] + [False] * len(columns))
        .head(NAMED)
        .collect()
        .to_dicts()
    )

"""A case's events as Timesketch reads them: one row an event, CSV and JSON Lines alike.

Timesketch wants `message`, `datetime` and `timestamp_desc`. Here `datetime` carries six decimals
and `+00:00`, `timestamp` is the same instant in whole microseconds, no name is one Timesketch
keeps for itself, and no text is longer than its index takes. Beside them stand the canonical
columns of the event's kind under their own names, so that the export can be read back, where the
line stands in the evidence, and of a download what was made of it. Pure: frames in, frames out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.schema import KINDS, ColumnType, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA_TYPE: Final = "breachscope:"
RESERVED: Final = ("_id", "_type", "_index", "_source", "__ts_timeline_id")
MOST_BYTES: Final = 32_000
"""Timesketch's index takes a text of at most 32,766 bytes."""

YEARS: Final = (1700, 9999)
"""Events of other years are dropped by Timesketch without a word."""

FIRST: Final = ("message", "datetime", "timestamp", "timestamp_desc", "tag", "data_type")

TIMES: Final[dict[Kind, tuple[str, str]]] = {
    Kind.DOWNLOADS: ("at", "Download"),
    Kind.LOGINS: ("at", "Login event"),
    Kind.REMOTE: ("started_at", "Remote session started"),
    Kind.MEDIA: ("at", "Device event"),
    Kind.PRESENCE: ("entered_at", "Entered"),
}
"""The kinds that are events: the column that dates them, and what that time is."""

_ISO: Final = "%Y-%m-%dT%H:%M:%S%.6f+00:00"
_PLACE: Final = ("evidence_id", "member", "line", "byte", "zone", "clock_offset")
_JUDGED: Final = ("event_id", "tier", "conflict", "act_id", "bound_list_id", "bound_version_id")


def events(tables: Mapping[Kind, pl.DataFrame], judged: pl.DataFrame) -> pl.DataFrame:
    """Every event of these tables, in total order: time, evidence, member, line.

    Args:
        tables: canonical rows in use, of the kinds in TIMES.
        judged: EGRESS of the run, for what was made of each download.

    Returns:
        Columns all text but `timestamp`, `line`, `byte` and `clock_offset`; FIRST stand first.

    """
    rows = [_rows(kind, table, judged) for kind, table in tables.items() if kind in TIMES]
    found = pl.concat([_NOTHING, *rows], how="diagonal")
    ordered = found.sort("timestamp", "evidence_id", "member", "line", nulls_last=False)
    rest = [name for name in ordered.columns if name not in FIRST]
    return ordered.select(*FIRST, *rest)


_NOTHING: Final = pl.DataFrame(
    schema={
        **dict.fromkeys(FIRST, pl.String()),
        "timestamp": pl.Int64(),
        "evidence_id": pl.String(),
        "member": pl.String(),
        "line": pl.UInt64(),
        "byte": pl.UInt64(),
    }
)


def outside_years(found: pl.DataFrame) -> int:
    """How many events Timesketch would drop for their year."""
    return int((~found["datetime"].str.slice(0, 4).cast(pl.Int32).is_between(*YEARS)).sum())


def shortened(found: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The events with texts that are too long cut, and how many were."""
    texts = [name for name in found.columns if found[name].dtype == pl.String]
    long = {name: pl.col(name).str.len_bytes() > MOST_BYTES for name in texts}
    cut = int(sum(found.select(where.sum()).item() for where in long.values()))
    if not cut:
        return found, 0
    short = [
        pl.when(where).then(pl.col(name).str.slice(0, MOST_BYTES // 4)).otherwise(name).alias(name)
        for name, where in long.items()
    ]
    return found.with_columns(short), cut


def _rows(kind: Kind, table: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    time, meaning = TIMES[kind]
    columns = [c for c in KINDS[kind] if c.name != time]
    kept = [
        pl.col(c.name).dt.strftime(_ISO)
        if c.type is ColumnType.TIME
        else pl.col(c.name).cast(pl.String)
        for c in columns
    ]
    at = pl.col(time)
    rows = table.filter(at.is_not_null())
    if kind is Kind.DOWNLOADS:
        rows = rows.join(_made_of(judged), on=_PLACE[:3], how="left", nulls_equal=True)
    else:
        rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in _JUDGED)
    return rows.select(
        _message(kind).alias("message"),
        at.dt.strftime(_ISO).alias("datetime"),
        at.dt.timestamp("us").alias("timestamp"),
        pl.lit(meaning).alias("timestamp_desc"),
        _tag(),
        pl.lit(DATA_TYPE + kind.value).alias("data_type"),
        *kept,
        *_PLACE,
        *_JUDGED,
    )


def _made_of(judged: pl.DataFrame) -> pl.DataFrame:
    """What was made of each download, by its place."""
    return judged.select(
        *_PLACE[:3],
        "event_id",
        pl.col("tier", "conflict").cast(pl.String),
        "act_id",
        bound_list_id="list_id",
        bound_version_id="version_id",
    )


def _tag() -> pl.Expr:
    """Tier and conflict as a JSON list, which Timesketch takes for tags; null where neither is."""
    names = [
        pl.when(pl.col("tier").is_not_null()).then(pl.format('"{}"', "tier")),
        pl.when(pl.col("conflict") == "true").then(pl.lit('"conflict"')),
    ]
    told = pl.concat_str(names, separator=", ", ignore_nulls=True)
    return pl.when(told != "").then(pl.format("[{}]", told)).alias("tag")


_MESSAGES: Final[dict[Kind, tuple[tuple[str, str], ...]]] = {
    Kind.DOWNLOADS: (
        ("", "account"), ("@", "host"), (" from ", "source_ip"), (" fetched ", "path"),
        (" list ", "list_id"), (": ", "status"), (", rows ", "rows"), (", bytes ", "bytes"),
    ),
    Kind.LOGINS: (
        ("", "action"), (" ", "account"), ("@", "host"), (" from ", "source_ip"),
        (" session ", "session_id"),
    ),
    Kind.REMOTE: (
        ("remote session of ", "account"), (" from ", "source_ip"), (" as ", "assigned_ip"),
        (" by ", "gateway"), (", until ", "ended_at"),
    ),
    Kind.MEDIA: (
        ("", "action"), (" ", "vendor"), (" ", "product"), (" serial ", "serial"),
        (" in ", "host"), (" file ", "file_name"),
    ),
    Kind.PRESENCE: (("", "person_id"), (" in ", "area"), (", until ", "left_at")),
}  # fmt: skip


def _message(kind: Kind) -> pl.Expr:
    parts = [
        pl.when(pl.col(name).is_not_null()).then(pl.format(before.replace("{", "") + "{}", name))
        for before, name in _MESSAGES[kind]
    ]
    told = pl.concat_str(parts, separator="", ignore_nulls=True)
    return pl.format("{}: {}", pl.lit(kind.value), told)

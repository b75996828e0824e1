"""What work records, devices and remote sessions say about each download under inquiry.

Pure functions from frame to frame: each gives at most one row a download.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Focus:
    """What is under inquiry; nothing named means everything."""

    accounts: tuple[str, ...] = ()  # as account_key
    hosts: tuple[str, ...] = ()  # as host_key
    start: datetime | None = None  # UTC, included
    end: datetime | None = None  # UTC, excluded


def in_focus(focus: Focus) -> pl.Expr:
    """The download is of an account, host and time under inquiry."""
    conditions = [pl.lit(value=True)]
    if focus.accounts:
        conditions.append(pl.col("account_key").is_in(focus.accounts))
    if focus.hosts:
        conditions.append(pl.col("host_key").is_in(focus.hosts).fill_null(value=False))
    if focus.start:
        conditions.append(pl.col("at") >= focus.start)
    if focus.end:
        conditions.append(pl.col("at") < focus.end)
    return pl.all_horizontal(conditions)


def asked_about(extractions: pl.LazyFrame, focus: Focus) -> pl.LazyFrame:
    """The downloads under inquiry that fetched something: those evidence is joined to."""
    return extractions.filter(in_focus(focus) & (pl.col("row_scope") != "none"))


def work_facts(asked: pl.LazyFrame, work: pl.LazyFrame) -> pl.LazyFrame:
    """The work record that best covers each download.

    A record covers it when it names the list, names the host or the account, each of them
    that is filled in is the download's, and its time spans the download.

    Args:
        asked: EXTRACTIONS.
        work: canonical work with account_key and host_key.

    Returns:
        event_id, work_id, work_covers, work_approved_before, work_evidence_id, work_line; one
        row a covered download. Approved ones first, then the earlier approved, then by id.

    """
    either = pl.col("work_account").is_not_null() | pl.col("work_host").is_not_null()
    return (
        asked.select("event_id", "at", "list_id", "account_key", "host_key")
        .join(_named_lists(work), on="list_id")
        .filter(
            either
            & (pl.col("work_account") == pl.col("account_key")).fill_null(
                pl.col("work_account").is_null()
            )
            & (pl.col("work_host") == pl.col("host_key")).fill_null(pl.col("work_host").is_null())
            & (pl.col("started_at") <= pl.col("at"))
            & (pl.col("at") <= pl.col("ended_at"))
        )
        .with_columns(
            work_covers=pl.lit(value=True),
            work_approved_before=(pl.col("approved_at") <= pl.col("at")).fill_null(value=False),
        )
        .sort(
            "event_id",
            "work_approved_before",
            "approved_at",
            "work_id",
            "work_line",
            descending=[False, True, False, False, False],
            nulls_last=True,
        )
        .unique("event_id", keep="first", maintain_order=True)
        .select(
            "event_id",
            "work_id",
            "work_covers",
            "work_approved_before",
            "work_evidence_id",
            "work_line",
        )
    )


def _named_lists(work: pl.LazyFrame) -> pl.LazyFrame:
    """Work records, one row for each list they name (`;`, `|` and `、` separate)."""
    return (
        work.select(
            "work_id",
            "started_at",
            "ended_at",
            "approved_at",
            list_id=pl.col("list_id").str.replace_all("[|、]", ";").str.split(";"),
            work_account="account_key",
            work_host="host_key",
            work_evidence_id="evidence_id",
            work_line="line",
        )
        .explode("list_id")
        .with_columns(pl.col("list_id").str.strip_chars())
        .filter(pl.col("list_id").is_not_null() & pl.col("started_at").is_not_null())
    )


def connections(media: pl.LazyFrame, longest: timedelta) -> pl.LazyFrame:
    """When each device was in each host: from a connect to its disconnect.

    A missing disconnect closes at the next connect of that device in that host, or after
    `longest`, and is flagged. A write without a connection is a moment of its own.

    Args:
        media: canonical media with host_key.
        longest: what a connection without an end is taken to last at most.

    Returns:
        host_key, serial, registered, start, end, assumed_end, media_evidence_id, media_line;
        sorted by host, start, serial, line.

    """
    device = ["host_key", "serial"]
    order = ["at", "media_evidence_id", "media_line"]
    said = pl.col("registered")
    known = pl.when(said.min().over("serial") == said.max().over("serial")).then(
        said.min().over("serial")
    )
    events = media.select(
        *device,
        "at",
        "action",
        registered=pl.coalesce(said, pl.when(pl.col("serial").is_not_null()).then(known)),
        media_evidence_id="evidence_id",
        media_line="line",
    ).sort(*device, *order, nulls_last=True)
    plugs = events.filter(pl.col("action") != "write").with_columns(
        next_at=pl.col("at").shift(-1).over(device, order_by=order),
        next_action=pl.col("action").shift(-1).over(device, order_by=order),
    )
    limit = pl.col("at") + longest
    closed = pl.col("next_action") == "disconnect"
    spans = plugs.filter(pl.col("action") == "connect").with_columns(
        start="at",
        end=pl.when(closed.fill_null(value=False))
        .then(pl.col("next_at"))
        .otherwise(pl.min_horizontal("next_at", limit)),
        assumed_end=~closed.fill_null(value=False),
    )
    writes = events.filter(pl.col("action") == "write").with_columns(
        start="at", end="at", assumed_end=pl.lit(value=False)
    )
    columns = [
        *device,
        "registered",
        "start",
        "end",
        "assumed_end",
        "media_evidence_id",
        "media_line",
    ]
    return pl.concat([spans.select(columns), writes.select(columns)]).sort(
        "host_key", "start", "serial", "media_line", nulls_last=True
    )


def media_facts(asked: pl.LazyFrame, spans: pl.LazyFrame, window: timedelta) -> pl.LazyFrame:
    """The unregistered device nearest after, or already in at, each download.

    Returns:
        event_id, media_serial, unregistered_device, device_minutes, device_assumed_end,
        media_evidence_id, media_line; one row a download that has one.

    """
    return (
        asked.select("event_id", "at", "host_key")
        .join(spans.filter(~pl.col("registered")), on="host_key")
        .filter((pl.col("start") <= pl.col("at") + window) & (pl.col("end") >= pl.col("at")))
        .with_columns(
            device_minutes=(pl.col("start") - pl.col("at")).dt.total_seconds().clip(0) / 60,
            unregistered_device=pl.lit(value=True),
        )
        .sort("event_id", "assumed_end", "device_minutes", "serial", "media_line", nulls_last=True)
        .unique("event_id", keep="first", maintain_order=True)
        .select(
            "event_id",
            "unregistered_device",
            "device_minutes",
            "media_evidence_id",
            "media_line",
            media_serial="serial",
            device_assumed_end="assumed_end",
        )
    )


def remote_facts(asked: pl.LazyFrame, remote: pl.LazyFrame, longest: timedelta) -> pl.LazyFrame:
    """The remote session whose assigned address made each download.

    A session without an end is taken to last `longest` at most, or until its address is
    assigned again.

    Returns:
        event_id, remote_assigned, remote_evidence_id, remote_line.

    """
    again = pl.col("started_at").shift(-1).over("assigned_ip", order_by="started_at")
    sessions = remote.filter(pl.col("assigned_ip").is_not_null()).select(
        "assigned_ip",
        "started_at",
        closes=pl.coalesce("ended_at", pl.min_horizontal(pl.col("started_at") + longest, again)),
        remote_evidence_id="evidence_id",
        remote_line="line",
    )
    return (
        asked.select("event_id", "at", assigned_ip="source_ip")
        .join(sessions, on="assigned_ip")
        .filter((pl.col("started_at") <= pl.col("at")) & (pl.col("at") <= pl.col("closes")))
        .sort(
            "event_id",
            "started_at",
            "remote_evidence_id",
            "remote_line",
            descending=[False, True, False, False],
        )
        .unique("event_id", keep="first", maintain_order=True)
        .select(
            "event_id",
            "remote_evidence_id",
            "remote_line",
            remote_assigned=pl.lit(value=True),
        )
    )

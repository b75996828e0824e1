"""Versions, extractions, egress, acts, and coverage of the logs."""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.schema.columns import UTC_TIME
from breachscope.schema.evidence import LOG_MARKS, PROVENANCE

TIERS: Final = ("confirmed", "probable", "possible", "explained", "failed", "outside_focus")
COUNTED_TIERS: Final = ("confirmed", "probable", "possible")
TIER: Final = pl.Enum(TIERS)
ROW_SCOPES: Final = ("range", "none", "prefix", "all", "count")
ROW_SCOPE: Final = pl.Enum(ROW_SCOPES)
ROUTE: Final = pl.Enum(["site", "remote", "unknown"])
CONTENT: Final = pl.Enum(["kept", "lost"])
BINDS: Final = ("version_id", "list_id", "path", "title", "nearest", "unbound")
BIND: Final = pl.Enum(BINDS)

VERSIONS: Final = pl.Schema(
    {
        "version_id": pl.String(),
        "list_id": pl.String(),
        "party_id": pl.String(),
        "title": pl.String(),
        "path": pl.String(),
        "uploaded_at": UTC_TIME,
        "until": UTC_TIME,  # exclusive; null while still in force
        "removed_at": UTC_TIME,
        "rows": pl.Int64(),  # as the inventory says, else as the kept content has
        "bytes": pl.Int64(),
        "sha256": pl.String(),
        "columns": pl.String(),
        "content": CONTENT,
        "content_rows": pl.Int64(),  # rows of the kept content; null where lost
        "records_evidence_id": pl.String(),
        "is_original": pl.Boolean(),  # the kept content is that very file, byte for byte
        **PROVENANCE,
    }
)
"""One row a version: a list's content between its upload and its replacement or removal."""

EXTRACTIONS: Final = pl.Schema(
    {
        "event_id": pl.String(),
        "evidence_id": pl.String(),
        "member": pl.String(),
        "line": pl.UInt64(),
        "byte": pl.UInt64(),
        "at": UTC_TIME,
        "account": pl.String(),
        "account_key": pl.String(),
        "host": pl.String(),
        "host_key": pl.String(),
        "host_inferred": pl.Boolean(),  # not logged: the only host its address ever belonged to
        "source_ip": pl.String(),
        "session_id": pl.String(),
        "status": pl.String(),
        "sent_rows": pl.Int64(),  # as logged
        "sent_bytes": pl.Int64(),
        "party_id": pl.String(),
        "list_id": pl.String(),
        "version_id": pl.String(),
        "bind": BIND,
        "outside_interval": pl.Boolean(),
        "content": CONTENT,
        "version_rows": pl.Int64(),
        "row_scope": ROW_SCOPE,
        "row_from": pl.Int64(),  # the rows surely fetched, both included; null for count and none
        "row_to": pl.Int64(),
        "row_to_high": pl.Int64(),  # the last row that may have been fetched
        "rows": pl.Int64(),
        "rows_low": pl.Int64(),
        "rows_high": pl.Int64(),
        "contradicted": pl.Boolean(),  # rows and bytes cannot both be true
    }
)
"""One row a download, tied to a version, before the playbook's rules are read."""

EGRESS: Final = pl.Schema(
    {
        **EXTRACTIONS,
        "in_focus": pl.Boolean(),
        "route": ROUTE,
        "remote_assigned": pl.Boolean(),
        "remote_line": pl.UInt64(),
        "remote_evidence_id": pl.String(),
        "work_id": pl.String(),
        "work_covers": pl.Boolean(),  # names the list and the host or account, and spans the time
        "work_approved_before": pl.Boolean(),
        "work_evidence_id": pl.String(),
        "work_line": pl.UInt64(),
        "media_serial": pl.String(),
        "unregistered_device": pl.Boolean(),
        "device_minutes": pl.Float64(),  # from the download to the connection; 0 if already in
        "device_assumed_end": pl.Boolean(),  # no disconnect was logged
        "media_evidence_id": pl.String(),
        "media_line": pl.UInt64(),
        "file_id": pl.String(),
        "file_fits": pl.UInt32(),  # how many unexplained downloads fit that file
        "file_only_this": pl.Boolean(),
        "file_evidence_id": pl.String(),
        "file_line": pl.UInt64(),
        "leak_id": pl.String(),  # `LEAK/PART`
        "leak_fits": pl.UInt32(),  # how many unexplained downloads fit that part
        "leak_only_this": pl.Boolean(),
        "tier": TIER,
        "reason": pl.String(),
        "conflict": pl.Boolean(),
        "conflict_tier": TIER,  # the tier it would have were the work record rejected
        "ruling": pl.String(),  # id of the person's decision that set the tier, if any
        "act_id": pl.String(),
    }
)
"""One row a download: what stands for and against it, the tier the playbook gives, its act."""

ACTS: Final = pl.Schema(
    {
        "act_id": pl.String(),
        "started_at": UTC_TIME,
        "ended_at": UTC_TIME,
        "account": pl.String(),
        "host": pl.String(),
        "route": ROUTE,
        "downloads": pl.UInt32(),
        "rows": pl.Int64(),
        "confirmed": pl.UInt32(),
        "probable": pl.UInt32(),
        "possible": pl.UInt32(),
        "media_serial": pl.String(),
    }
)

SOURCES_SEEN: Final = pl.Schema(
    {
        "kind": pl.String(),
        "evidence_id": pl.String(),
        "month": pl.Date(),
        "events": pl.UInt32(),
        "first": UTC_TIME,
        "last": UTC_TIME,
        "longest_silence_hours": pl.Float64(),
    }
)
"""Coverage: one row a source and month."""

SILENCES: Final = pl.Schema(
    {
        "kind": pl.String(),
        "from": UTC_TIME,
        "to": UTC_TIME,
        "expected": pl.Float64(),  # events its own rhythm would have had in that stretch
    }
)

RHYTHMS: Final = pl.Schema(
    {
        "kind": pl.String(),
        "evidence_ids": pl.List(pl.String()),
        "events": pl.UInt64(),
        "first": UTC_TIME,
        "last": UTC_TIME,
        "events_per_week": pl.Float64(),
        "detectable_hours": pl.Float64(),  # shortest stretch in which 20 events are expected
        "detectable_hours_most": pl.Float64(),  # the same, begun at the slowest hour of a week
        "false_alarms": pl.Float64(),  # silences chance gives over the period, by the gaps seen
        "false_alarms_poisson": pl.Float64(),  # the same, were the source Poisson
        "dispersion": pl.Float64(),  # variance over mean of its counts: 1 if Poisson
    }
)
"""Coverage: one row a source (all evidence of one kind)."""

BACKWARD_STEPS: Final = pl.Schema(
    {
        "kind": pl.String(),
        "evidence_id": pl.String(),
        "line": pl.UInt64(),
        "at": UTC_TIME,
        "seconds": pl.Float64(),  # how far back the clock went
    }
)

MARKS_OF_LOGS: Final = pl.Schema(
    {"kind": pl.String(), "evidence_id": pl.String(), **LOG_MARKS},
)
"""Coverage: what each log tells of its own wholeness, see LOG_MARKS."""

CLOCKS: Final = pl.Schema(
    {
        "kind": pl.String(),  # of the source whose clock is in question
        "evidence_id": pl.String(),
        "declared_seconds": pl.Float64(),  # what --clock-offset added to its times
        "against": pl.String(),  # the kind whose clock it is held against
        "pairs_of": pl.String(),
        "candidates": pl.UInt32(),  # events that have a partner within 26 hours
        "pairs": pl.UInt32(),  # pairs taken to be one
        "offset_seconds": pl.Float64(),  # how far ahead it is still; null if it cannot be told
        "spread_seconds": pl.Float64(),  # of the pairs; of bounds, half their width
        "low_seconds": pl.Float64(),
        "high_seconds": pl.Float64(),
        "basis": pl.String(),
        "verdict": pl.Enum(["offset", "none_seen", "too_few"]),
        "tiers_if_corrected": pl.UInt32(),  # downloads of another tier, were it corrected
        "tiers_within_spread": pl.UInt32(),  # ... at most, anywhere within low to high
    }
)
"""How far the clock of a source is off, estimated; never applied unless declared."""

RETOLD: Final = pl.Schema(
    {
        "kind": pl.String(),
        "evidence_id": pl.String(),  # of the timeline
        "member": pl.String(),
        "line": pl.UInt64(),
        "fate": pl.Enum(["same", "differs"]),
        "of_evidence_id": pl.String(),  # the line that tells it already
        "of_line": pl.UInt64(),
    }
)
"""Events of timelines that the case has already: they make no event a second time."""

COPY_LINES: Final = pl.Schema(
    {
        "original": pl.String(),
        "copy": pl.String(),
        "change": pl.Enum(["missing", "altered", "added"]),
        "line": pl.UInt64(),  # in the original; null for added
        "copy_line": pl.UInt64(),  # in the copy; null for missing
        "columns": pl.List(pl.String()),  # what differs, for altered
    }
)
"""Two copies of one log: the lines in which they differ."""

DEVICE_VALUES: Final = pl.Schema(
    {
        "device_id": pl.String(),
        "field": pl.String(),  # see DEVICE_FACTS; connect, disconnect, write of events
        "value": pl.String(),  # empty where `at` is the whole of it
        "at": UTC_TIME,
        "source": pl.String(),  # registry, an event's number, or the form of the file
        "host": pl.String(),
        "evidence_id": pl.String(),
        "member": pl.String(),
        "line": pl.UInt64(),
    }
)
"""What evidence says of each device: one row a distinct value of a file, with its place.

Of events of one action, the first and the last of each file and host stand here.
"""

DEVICES: Final = pl.Schema(
    {
        "device_id": pl.String(),  # the serial number, in capitals; HOST|PATH where it has none
        "serials": pl.List(pl.String()),  # as its disk and as its USB function tell it
        "own_serial": pl.Boolean(),  # false where Windows made a number up for its socket
        "bus": pl.String(),
        "registered": pl.List(pl.String()),  # yes, no; both where the evidence says both
        "vendor": pl.String(),
        "product": pl.String(),
        "volume_serials": pl.List(pl.String()),
        "drives": pl.List(pl.String()),
        "hosts": pl.List(pl.String()),
        "users": pl.List(pl.String()),
        "first": UTC_TIME,
        "last": UTC_TIME,  # last seen in a host
        "removed": UTC_TIME,  # last removal
        "sources": pl.List(pl.String()),
        "contradictions": pl.List(pl.String()),  # in words
    }
)
"""One row a device, whichever of registry, setup log and events saw it."""

NUMBER_GAPS: Final = pl.Schema(
    {
        "kind": pl.String(),
        "first": pl.String(),  # numbers that should be there and are not, both included
        "last": pl.String(),
        "missing": pl.UInt64(),
        "from": UTC_TIME,  # of the last line before the gap
        "to": UTC_TIME,  # of the first line after it
        "evidence_id": pl.String(),  # where the line before stands
        "line": pl.UInt64(),
        "next_evidence_id": pl.String(),
        "next_line": pl.UInt64(),
    }
)
"""Coverage: where the running numbers of a log's own events leave some out."""

COPY_EVENTS: Final = pl.Schema(
    {
        "original": pl.String(),
        "copy": pl.String(),
        "change": pl.Enum(["missing", "altered", "added"]),
        "side": pl.Enum(["original", "copy"]),
        "line": pl.UInt64(),
        "event_id": pl.String(),
        "at": UTC_TIME,
        "account_key": pl.String(),
        "party_id": pl.String(),
        "list_id": pl.String(),
        "version_id": pl.String(),
        "rows": pl.Int64(),
        "tier": TIER,  # null on the copy's side: such a line makes no event
    }
)
"""Copies of download logs: which download hangs on each line that differs, as either tells it."""

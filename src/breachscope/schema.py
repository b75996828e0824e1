"""The tables that pass between stages: every column name, type and word, nowhere else.

Times are UTC, microseconds. Byte offsets count from 0 in the file as received (inside
the member, for archives); lines are physical and count from 1; row numbers count from 1.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

import polars as pl

from breachscope.errors import EvidenceError

UTC_TIME: Final = pl.Datetime("us", "UTC")


class Kind(StrEnum):
    """The kinds of evidence."""

    PARTIES = "parties"
    LISTS = "lists"
    RECORDS = "records"
    DOWNLOADS = "downloads"
    LOGINS = "logins"
    REMOTE = "remote"
    MEDIA = "media"
    PRESENCE = "presence"
    PEOPLE = "people"
    HOSTS = "hosts"
    WORK = "work"
    FILES = "files"
    ROSTER = "roster"
    ENTRUSTMENTS = "entrustments"
    CONTROLS = "controls"
    HOLDS = "holds"
    LEAK = "leak"
    TIMELINE = "timeline"


class ColumnType(StrEnum):
    """How the text of a column is read at intake."""

    TEXT = "text"
    TIME = "time"  # an instant, kept as UTC beside its raw text
    DATE = "date"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    WORD = "word"  # one of a closed set of words


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column of a kind of evidence."""

    name: str
    type: ColumnType = ColumnType.TEXT
    required: bool = False
    words: tuple[str, ...] = ()
    identifies: bool = False  # may hold a person's value: never printed


SECTORS: Final = ("private", "iaa", "iaa_schedule2", "local", "local_iaa", "national")
STATUSES: Final = ("ok", "partial", "failed")
LOGIN_ACTIONS: Final = ("login", "logout", "fail")
MEDIA_ACTIONS: Final = ("connect", "disconnect", "write")


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _need(name: str, type_: ColumnType = ColumnType.TEXT, words: tuple[str, ...] = ()) -> Column:
    return Column(name, type_, required=True, words=words)


def _typed(type_: ColumnType, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, type_) for name in names)


def _person(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, identifies=True) for name in names)


_TIME, _DATE, _INT = ColumnType.TIME, ColumnType.DATE, ColumnType.INTEGER
_BOOL, _WORD = ColumnType.BOOLEAN, ColumnType.WORD

RECORD_FIELDS: Final = (
    "name",
    "family_name",
    "given_name",
    "kana",
    "family_kana",
    "given_kana",
    "phone",
    "phone2",
    "postal_code",
    "address",
    "birth_date",
    "sex",
    "email",
    "customer_no",
)
"""The columns of a record that can tell who it is; others are kept as attributes."""

KINDS: Final[dict[Kind, tuple[Column, ...]]] = {
    Kind.PARTIES: (
        _need("party_id"),
        _need("name"),
        _need("sector", _WORD, SECTORS),
        *_typed(_DATE, "contract_start", "contract_end", "disposal_due"),
        Column("reentrustment_approved_at", _TIME),
        Column("contact"),
        Column("told_at", _TIME),
    ),
    Kind.LISTS: (
        _need("list_id"),
        _need("party_id"),
        _need("uploaded_at", _TIME),
        *_text("version_id", "title", "path"),
        Column("removed_at", _TIME),
        *_typed(_INT, "rows", "bytes"),
        *_text("sha256", "columns"),
    ),
    Kind.RECORDS: (
        Column("version_id"),
        Column("row_no", _INT),
        *_person(*RECORD_FIELDS),
    ),
    Kind.DOWNLOADS: (
        _need("at", _TIME),
        _need("account"),
        *_text("download_id", "host", "source_ip", "version_id", "list_id", "path", "title"),
        *_typed(_INT, "rows", "bytes"),
        Column("status", _WORD, words=STATUSES),
        *_typed(_INT, "row_from", "row_to"),
        Column("session_id"),
    ),
    Kind.LOGINS: (
        _need("at", _TIME),
        _need("account"),
        _need("action", _WORD, LOGIN_ACTIONS),
        *_text("host", "source_ip", "session_id"),
    ),
    Kind.REMOTE: (
        _need("started_at", _TIME),
        Column("ended_at", _TIME),
        _need("account"),
        *_text("source_ip", "assigned_ip", "gateway"),
        Column("bytes_out", _INT),
    ),
    Kind.MEDIA: (
        _need("at", _TIME),
        _need("host"),
        _need("action", _WORD, MEDIA_ACTIONS),
        *_text("serial", "vendor", "product", "volume_serial", "drive"),
        Column("registered", _BOOL),
        Column("file_name"),
        Column("bytes", _INT),
    ),
    Kind.PRESENCE: (
        _need("person_id"),
        _need("area"),
        _need("entered_at", _TIME),
        Column("left_at", _TIME),
    ),
    Kind.PEOPLE: (
        _need("person_id"),
        Column("name", required=True, identifies=True),
        *_text("employer", "role"),
        *_typed(_DATE, "from", "to"),
        *_text("accounts", "remote_account", "hosts"),
    ),
    Kind.HOSTS: (_need("host"), *_text("area", "role"), *_typed(_DATE, "from", "to")),
    Kind.WORK: (
        _need("work_id"),
        _need("started_at", _TIME),
        Column("ended_at", _TIME),
        *_text("person_id", "account", "host", "list_id", "purpose", "approved_by"),
        Column("approved_at", _TIME),
    ),
    Kind.FILES: (
        _need("file_id"),
        *_text("media_serial", "path"),
        Column("bytes", _INT),
        Column("modified_at", _TIME),
        Column("sha256"),
        Column("rows", _INT),
    ),
    Kind.ROSTER: (
        _need("person_id"),
        _need("starts_at", _TIME),
        _need("ends_at", _TIME),
        Column("area"),
    ),
    Kind.ENTRUSTMENTS: (
        _need("from_party"),
        _need("to_party"),
        Column("basis"),
        *_typed(_DATE, "since", "until"),
        Column("approval_required", _BOOL),
        *_typed(_TIME, "approved_at", "told_at"),
    ),
    Kind.CONTROLS: (
        _need("control_id"),
        _need("check"),
        _need("in_force_from", _DATE),
        *_text("description", "guideline", "owner"),
    ),
    Kind.HOLDS: (
        Column("party_id"),
        *_person(*RECORD_FIELDS),
        _need("hold"),
        Column("instruction"),
    ),
    Kind.LEAK: _person(*RECORD_FIELDS),
    Kind.TIMELINE: (
        _need("datetime", _TIME),
        Column("message", required=True, identifies=True),
        _need("timestamp_desc"),
    ),
}

ONE_OF: Final[dict[Kind, tuple[tuple[str, ...], ...]]] = {
    Kind.DOWNLOADS: (("version_id", "list_id", "path", "title"),),
    Kind.RECORDS: (("name", "family_name", "kana", "phone", "address", "customer_no", "email"),),
}
"""Of each group, at least one column must be found."""

PROVENANCE: Final = pl.Schema(
    {
        "evidence_id": pl.String(),
        "member": pl.String(),  # member of an archive or sheet of a book; null for a plain file
        "line": pl.UInt64(),  # physical line where the record begins, from 1
        "byte": pl.UInt64(),  # where that line begins; null where the format has no lines
    }
)

_DTYPES: Final[dict[ColumnType, pl.DataType]] = {
    ColumnType.TEXT: pl.String(),
    ColumnType.TIME: UTC_TIME,
    ColumnType.DATE: pl.Date(),
    ColumnType.INTEGER: pl.Int64(),
    ColumnType.BOOLEAN: pl.Boolean(),
    ColumnType.WORD: pl.String(),
}


def time_columns(kind: Kind) -> list[str]:
    """The columns of a kind that hold an instant."""
    return [column.name for column in KINDS[kind] if column.type is ColumnType.TIME]


def canonical(kind: Kind) -> pl.Schema:
    """The canonical table of one kind: its columns, then provenance.

    Each time column X has X_raw, the text as it stood. `zone` is the zone or offset that
    was applied, `zone_from` says where it came from, `clock_offset` the seconds added.
    Records have `byte_end` (exclusive, the line's end mark not counted).
    """
    columns: dict[str, pl.DataType] = {}
    for column in KINDS[kind]:
        columns[column.name] = _DTYPES[column.type]
        if column.type is ColumnType.TIME:
            columns[f"{column.name}_raw"] = pl.String()
    if time_columns(kind):
        columns |= {"zone": pl.String(), "zone_from": ZONE_FROM, "clock_offset": pl.Float64()}
    columns |= {name: dtype for name, dtype in PROVENANCE.items() if isinstance(dtype, pl.DataType)}
    if kind is Kind.RECORDS:
        columns |= {"byte_end": pl.UInt64()}
    return pl.Schema(columns)


ZONE_FROM: Final = pl.Enum(["value", "option", "format", "case"])

ATTRIBUTE_PREFIX: Final = "attr:"
"""Columns the kind does not know are kept as text under this prefix and their own name."""

SET_ASIDE: Final = pl.Schema(
    {
        "member": pl.String(),
        "line": pl.UInt64(),
        "byte": pl.UInt64(),
        "reason": pl.String(),  # never a value
        "column": pl.String(),  # null where the whole line is at fault
    }
)
"""Lines that made no row: quarantined (broken) or skipped (blank, comment, header, footer)."""

# --------------------------------------------------------------------------- reconstruct

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

# ------------------------------------------------------------------------------- people

RECORD_KEYS: Final = pl.Schema(
    {
        "row_no": pl.UInt32(),
        "name_key": pl.String(),
        "kana_key": pl.String(),
        "phone_key": pl.String(),
        "phone2_key": pl.String(),
        "postal_key": pl.String(),
        "address_key": pl.String(),
        "birth_date": pl.Date(),
        "sex_key": pl.String(),
        "email_key": pl.String(),
        "customer_key": pl.String(),
        "given_key": pl.String(),  # where the source parts it from the family name
    }
)
"""One row a record of one version, in row_no order: canonical values, null where there is none."""

KEY_COLUMNS: Final = tuple(name for name in RECORD_KEYS if name != "row_no")

VALUE_COLUMNS: Final = tuple(name for name in KEY_COLUMNS if name != "given_key")
"""What tells two records apart: the given name is part of the name already."""

RECORD_INDEX: Final = pl.Schema(
    {
        "version_id": pl.Categorical(),
        "row_no": pl.UInt32(),
        "distinct": pl.UInt32(),
    }
)
"""Of one party: which distinct record (0-based, dense) each row of each version is."""

POLICIES: Final = ("strict", "standard", "loose")

PERSONS: Final = pl.Schema(
    {
        "distinct": pl.UInt32(),
        "strict": pl.UInt32(),
        "standard": pl.UInt32(),
        "loose": pl.UInt32(),
        "person_key": pl.String(),  # stable while its earliest record is
        "reason": pl.String(),  # the rung of the policy that joined it; "alone" if none did
        "times": pl.UInt32(),  # people its rows of one version may be: 1 unless it tells little
    }
)
"""Of one party: one row a distinct record, the person it is under each policy."""

SEGMENTS: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "version_id": pl.String(),
        "event_id": pl.String(),
        "at": UTC_TIME,
        "tier": TIER,
        "sure": pl.Boolean(),  # false: these rows may have left (count scope, conflict, bounds)
        "content": CONTENT,
        "row_from": pl.UInt32(),
        "row_to": pl.UInt32(),
        "at_least": pl.UInt32(),  # of a count: rows that left for certain, though not which
        "version_rows": pl.UInt32(),
    }
)
"""What counting starts from: stretches of rows of a version, each reached by one download."""

SCOPE: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "person_key": pl.String(),
        "tier": TIER,
        "first_at": UTC_TIME,
        "event_id": pl.String(),
    }
)
"""One row a person whose record surely left, in the highest tier that reaches them."""

PEOPLE: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "person_key": pl.String(),
        "version_id": pl.String(),
        "row_no": pl.UInt32(),
        "reason": pl.String(),
    }
)

MEASURES: Final = ("count", "low", "high")
LADDER_TIERS: Final = (*COUNTED_TIERS, "all")


def person_columns(prefix: str = "") -> dict[str, pl.DataType]:
    """Columns `{prefix}{tier}_{measure}` of the ladder, all UInt64."""
    return {f"{prefix}{tier}_{m}": pl.UInt64() for tier in LADDER_TIERS for m in MEASURES}


COUNTS: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "name": pl.String(),
        "sector": pl.String(),
        "rows_gross": pl.UInt64(),
        "rows_gross_low": pl.UInt64(),
        "rows_gross_high": pl.UInt64(),
        "rows_distinct": pl.UInt64(),
        "first_at": UTC_TIME,
        "last_at": UTC_TIME,
        "downloads": pl.UInt32(),
        "fields": pl.List(pl.String()),
        **person_columns(),
    }
)
"""The ladder: one row a party, also of parties nothing of which left (all zero)."""

OVER_PARTIES: Final = pl.Schema(person_columns())
"""One row: persons counted once over all parties."""


# ------------------------------------------------------- places of the next pieces

MATCH_VERDICT: Final = pl.Enum(["person", "household", "none", "ambiguous"])

LEAK_ROWS: Final = pl.Schema(
    {
        "leak_row": pl.UInt32(),  # data row from 1
        "verdict": MATCH_VERDICT,
        "person": pl.UInt32(),  # over all parties; null unless the verdict is `person`
        "probability": pl.Float64(),  # of that person; else of the likeliest
        "p_household": pl.Float64(),  # someone else of a household in the inventory
        "p_none": pl.Float64(),  # nobody the inventory knows
    }
)
"""Linkage: one row a leaked row, what came of it."""

CLAIMS: Final = pl.Schema(
    {
        "leak_row": pl.UInt32(),
        "person": pl.UInt32(),  # over all parties
        "party_id": pl.String(),
        "distinct": pl.UInt32(),  # the party's record
        "probability": pl.Float64(),  # that the row is about this person: equal on all its records
        # The leaked cell is spelt as in this very record, but for width and spaces; null where
        # one of them has none.
        "name_same": pl.Boolean(),
        "kana_same": pl.Boolean(),
        "phone_same": pl.Boolean(),
        "address_same": pl.Boolean(),
        "birth_same": pl.Boolean(),
        "email_same": pl.Boolean(),
        "customer_same": pl.Boolean(),
    }
)
"""Linkage: one row a leaked row and a record of a person it may be about."""

SPELT_ALIKE: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "field": pl.String(),  # a column `…_same` of CLAIMS
        "told": pl.UInt32(),  # pairs in which both hold the field
        "same": pl.UInt32(),
    }
)
"""How often a party's records and another party's, of one person, are spelt alike."""

STANDS: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "distinct": pl.UInt32(),
        "version_id": pl.String(),
    }
)
"""In which versions a party's record stands."""

MATCHES: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "leak_row": pl.UInt32(),  # data row from 1
        "party_id": pl.String(),
        "person_key": pl.String(),
        "probability": pl.Float64(),
        "verdict": MATCH_VERDICT,
        "part": pl.UInt32(),
    }
)
"""Linkage: whom each row of a leak is about."""

LEAKS: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "evidence_id": pl.String(),
        "found_at": UTC_TIME,  # null where unknown
        "rows": pl.UInt32(),
        "person": pl.UInt32(),  # rows of each verdict
        "household": pl.UInt32(),
        "ambiguous": pl.UInt32(),
        "none": pl.UInt32(),
        "refused": pl.String(),  # why nothing may be said of it; null where it was linked
        "blocking_recall": pl.Float64(),
        "decoy_independent": pl.Float64(),  # share of decoys taken for a person
        "decoy_household": pl.Float64(),
        "share_in": pl.Float64(),  # of its rows, whose person is in the inventory, as fitted
        "linked": pl.String(),  # digest of its part in the store, with the weights of every row
    }
)
"""One row a leaked list: what linkage made of it."""

LEAK_PARTS: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "part": pl.UInt32(),  # from 1
        "party_id": pl.String(),  # null if it cannot be told
        "list_id": pl.String(),
        "version_id": pl.String(),  # null where several fit
        "versions": pl.List(pl.String()),  # those that fit, by likelihood: the 95 % set
        "event_id": pl.String(),
        "events": pl.List(pl.String()),
        "rows": pl.UInt32(),
        "exclusive": pl.UInt32(),  # rows about people no other party holds
        "exclusive_expected": pl.Float64(),  # as many false matches would give
        "verdict": pl.Enum(["attributed", "cannot_tell"]),
        "depth": pl.Enum(["content", "trace", "form"]),  # which carried it
        "weight": pl.Float64(),  # share of the leak's rows, by the mixture
        "weight_low": pl.Float64(),
        "weight_high": pl.Float64(),
        "posterior": pl.Float64(),
        "log10_lr": pl.Float64(),  # against the best explanation without this party
        "reason": pl.String(),
    }
)
"""Linkage: the rows of a leak that have one source."""

LEAK_PARTIES: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "party_id": pl.String(),
        "weight": pl.Float64(),  # share of the leak's rows, by the mixture
        "weight_low": pl.Float64(),
        "weight_high": pl.Float64(),
        "rows": pl.UInt32(),  # rows that are surely about its people, other holders' among them
        "exclusive": pl.UInt32(),
        "exclusive_expected": pl.Float64(),
        "p_value": pl.Float64(),
        "q_value": pl.Float64(),  # adjusted for all parties asked
        "by_place_expected": pl.Float64(),  # exclusive rows, were labels exchanged within towns
        "by_place_p": pl.Float64(),
        "log10_lr": pl.Float64(),  # against the best mixture without it
        "spelt_as_its": pl.Float64(),  # cells that agree with it and not with another holder
        "spelt_otherwise": pl.Float64(),
        "log10_spelling": pl.Float64(),
        "log10_history": pl.Float64(),  # its rows stand in one version, as a copy's do
        "named": pl.Boolean(),
        "reason": pl.String(),  # why not; empty where it is named
    }
)
"""Linkage: what speaks for each party that any row of a leak may be about."""

LEAK_VERSIONS: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "part": pl.UInt32(),
        "version_id": pl.String(),
        "uploaded_at": UTC_TIME,
        "probability": pl.Float64(),
        "standing": pl.UInt32(),  # rows of the part that stand in it
    }
)
"""Linkage: every kept version of a part's party, and how likely the part comes from it."""

LEAK_SENSITIVITY: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "kind": pl.Enum(
            ["as it is", "setting", "threshold", "field", "half of the households",
             "without a party"]
        ),
        "what": pl.String(),
        "rows": pl.UInt32(),
        "named": pl.List(pl.String()),
        "strongest": pl.String(),
        "weight": pl.Float64(),
        "more": pl.List(pl.String()),  # named here and not as it is
        "fewer": pl.List(pl.String()),
    }
)  # fmt: skip
"""Linkage: the source of a leak under other assumptions; one row a variation."""

LEAK_TRACES: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "version_id": pl.String(),
        "party_id": pl.String(),
        "by": pl.Enum(["sha256", "bytes and rows", "rows"]),
        "by_chance": pl.Float64(),  # chance that any version would fit so well by coincidence
    }
)
"""Linkage: versions whose file is the leak's, or as long: by the inventory, whatever is kept."""

LEAK_FORMS: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "party_id": pl.String(),
        "likeness": pl.Float64(),  # mean of those below that are known, 0 to 1
        "headers": pl.Float64(),
        "order": pl.Float64(),
        "notation": pl.Float64(),
        "regions": pl.Float64(),
        "ages": pl.Float64(),
    }
)
"""Linkage: how alike the form of a leak is to each party's latest list."""

LEAK_KIN: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "other_leak_id": pl.String(),
        "rows_shared": pl.UInt32(),  # rows about the same person, telephone or address as well
        "share": pl.Float64(),  # of this leak's rows
        "rows_expected": pl.Float64(),  # as many as decoys of this leak share
    }
)
"""Linkage: leaks that share people: one may be made from the other, or both from one list."""

ACTORS: Final = pl.Schema(
    {
        "act_id": pl.String(),
        "person_id": pl.String(),  # null is someone unknown
        "posterior": pl.Float64(),
        "excluded_by": pl.String(),
        "supported_by": pl.List(pl.String()),
        "verdict": pl.Enum(["identified", "narrowed", "not_attributable"]),
    }
)
"""Actors: everyone who could have used the account for an act."""

OBLIGATIONS: Final = pl.Schema(
    {
        "recipient": pl.String(),
        "kind": pl.String(),
        "basis": pl.String(),
        "clock_start": pl.Date(),
        "due": pl.Date(),
        "status": pl.Enum(["yes", "no", "review"]),
        "evidence": pl.String(),
    }
)
"""Obligations: who must be told what, by when."""


def conform(frame: pl.LazyFrame, schema: pl.Schema) -> pl.LazyFrame:
    """Hold a frame to a schema: these columns, these types, this order.

    Only the plan is read, never a row, so the message cannot repeat anyone's data.

    Raises:
        EvidenceError: a column is missing or of another type.
    """
    found = frame.collect_schema()
    wrong = [
        f"{name}: wants {wanted}, has {found.get(name, 'nothing')}"
        for name, wanted in schema.items()
        if found.get(name) != wanted
    ]
    if wrong:
        raise EvidenceError("columns do not fit:\n  " + "\n  ".join(wrong))
    return frame.select(schema.names())


@cache
def digest() -> str:
    """A short name for all tables of this module: parts made under other tables are not reused."""
    tables = {name: value for name, value in globals().items() if isinstance(value, pl.Schema)}
    told = [f"{name}: {dict(table)}" for name, table in sorted(tables.items())]
    told += [f"{kind}: {dict(canonical(kind))}" for kind in Kind]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def empty(schema: pl.Schema) -> pl.LazyFrame:
    """A frame of this schema without rows."""
    return pl.LazyFrame(schema=schema)

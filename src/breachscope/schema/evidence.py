"""Kinds of evidence, their canonical columns, and where each row stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import polars as pl

from breachscope.schema.columns import UTC_TIME


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
    Records have `byte_end` (exclusive, the line's end mark not counted), timelines ROUTED_TO.
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
    if kind is Kind.TIMELINE:
        columns |= {name: pl.String() for name in ROUTED_TO}
    return pl.Schema(columns)


ZONE_FROM: Final = pl.Enum(["value", "option", "format", "case"])

ATTRIBUTE_PREFIX: Final = "attr:"
"""Columns the kind does not know are kept as text under this prefix and their own name."""

ROUTED_TO: Final = pl.Schema(
    {
        "routed_to": pl.String(),  # the kind it is evidence of; null where no route took it
        "route": pl.String(),  # the playbook's route
        "unfit": pl.String(),  # why a route did not take it after all; never a value
    }
)
"""What became of an event of a timeline; kept beside its own columns."""

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

LOG_MARKS: Final = pl.Schema(
    {
        "member": pl.String(),
        "line": pl.UInt64(),  # record number of the event, or of the last one before a gap
        "byte": pl.UInt64(),  # where the record or the damaged stretch begins
        "mark": pl.Enum(["cleared", "gap", "damaged", "clock_back"]),
        "log": pl.String(),  # the log's own name, as "Security"
        "host": pl.String(),
        "account": pl.String(),  # who cleared it, as logged
        "at": UTC_TIME,  # null for gaps and damage
        "seconds": pl.Float64(),  # how far back the clock went from the record numbered one less
        "first": pl.UInt64(),  # numbers that should be there and are not, both included
        "last": pl.UInt64(),
        "records": pl.UInt64(),  # how many are missing or unreadable; null if it cannot be told
        "why": pl.String(),  # in words, never a value
    }
)
"""What a log tells of its own wholeness: "log cleared", gaps in its numbering, damage, its clock.

The clock is judged on every record of the log, also on those that are no rows of the kind."""

DEVICE_FACTS: Final = pl.Schema(
    {
        "member": pl.String(),
        "line": pl.UInt64(),
        "byte": pl.UInt64(),
        "source": pl.String(),  # registry, or the event or file that tells it
        "host": pl.String(),
        "path": pl.String(),  # the device's instance path, as written
        "serial": pl.String(),  # its own serial number; null where Windows made one up
        "link": pl.String(),  # a volume's GUID or disk signature, where no device is named
        "field": pl.String(),  # vendor, product, name, drive, volume, bus, user, last removal, …
        "value": pl.String(),  # empty where `at` is the whole of it
        "at": UTC_TIME,
    }
)
"""What evidence says of a device beside its events, one row a value."""

SIDE_TABLES: Final = {"log_marks": LOG_MARKS, "device_facts": DEVICE_FACTS}
"""Tables a reader may give besides rows, by name; kept with the evidence's own."""

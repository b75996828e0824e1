"""The evidence of a case: what the ledger says was taken in, under which id, and where it lies."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breachscope.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from breachscope.case.folder import CaseFolder

ADDED = "evidence added"
"""The ledger's action for one evidence file taken in."""

READ_AGAIN = "evidence read again"
"""Its action for one whose tables were lost and, read again, are not the same bytes."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a file was taken in: what the command line or the manifest said of it."""

    mapping: str | None = None  # the mapping file's text, so that a run needs nothing else
    zone: str | None = None
    encoding: str | None = None
    clock_offset: str = "0"  # seconds, as text: the ledger holds no floating-point numbers
    copy_of: str | None = None
    version: str | None = None
    party: str | None = None
    host: str | None = None  # the machine a log is of, where it names none
    leak: str | None = None
    found_at: str | None = None
    found_from: str | None = None
    ended_by: str | None = None  # of logs without years: a day by which the log had ended


@dataclass(frozen=True, slots=True)
class Custody:
    """Where a file came from and under what authority; unknown is said, never filled in."""

    exhibit: str | None = None
    received_from: str | None = None
    acquired_at: str | None = None  # ISO 8601 with offset
    authority: str | None = None
    tool: str | None = None
    expected_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One evidence file."""

    evidence_id: str
    kind: Kind
    path: str  # as stored: relative to the case where it lies beside it, else absolute
    sha256: str
    bytes: int
    added_at: str
    options: Options
    custody: Custody
    copied: bool
    format: str
    encoding: str | None
    zone: str | None
    plain: bool  # not compressed: byte offsets are those of the file itself
    rows_read: int
    rows_taken: int
    rows_quarantined: int
    rows_skipped: int
    store: str  # digest under which its tables lie
    versions: dict[str, int] = field(default_factory=dict)  # of records: version -> data rows
    routed: dict[str, int] = field(default_factory=dict)  # of a timeline: kind -> rows it gives
    columns: dict[str, str] = field(default_factory=dict)  # canonical -> column in the file
    attributes: list[str] = field(default_factory=list)  # columns the kind does not know
    notes: list[str] = field(default_factory=list)
    tables: dict[str, str] = field(default_factory=dict)  # file in the store -> its SHA-256

    @property
    def file(self) -> str:
        """The file's name."""
        return Path(self.path).name

    @property
    def kinds(self) -> list[Kind]:
        """What it is evidence of: its kind, and of a timeline those its events are routed to."""
        return [self.kind, *(Kind(kind) for kind in self.routed if kind != self.kind)]

    @property
    def is_view(self) -> bool:
        """It is a timeline, looked at as one of the kinds its events are routed to."""
        return self.kind.value in self.routed

    def viewed(self, kind: Kind) -> Item:
        """A timeline as evidence of one of the kinds its events are routed to."""
        return replace(self, kind=kind, rows_taken=self.routed[kind.value])

    @property
    def known_at(self) -> str:
        """When the inquiry had it: acquired, or where that is unknown, added."""
        return self.custody.acquired_at or self.added_at

    def located(self, case: CaseFolder) -> Path:
        """Where the bytes are now: the case's own copy, else where it was added from."""
        return case.originals / self.sha256 if self.copied else case.root / self.path

    def entry(self) -> dict[str, Any]:
        """The ledger's payload."""
        return asdict(self)


def from_entry(payload: dict[str, Any]) -> Item:
    """An item as the ledger holds it."""
    known = {
        **payload,
        "kind": Kind(payload["kind"]),
        "options": Options(**payload["options"]),
        "custody": Custody(**payload["custody"]),
    }
    return Item(**known)


def items(entries: Iterable[dict[str, Any]]) -> list[Item]:
    """Every evidence file the ledger's entries tell of, in order of evidence id."""
    found: dict[str, Item] = {}
    for entry in entries:
        if entry.get("action") == ADDED:
            item = from_entry(entry["evidence"])
            found[item.evidence_id] = item
        elif entry.get("action") == READ_AGAIN:
            known = found[entry["evidence_id"]]
            found[known.evidence_id] = replace(known, tables=entry["tables"])
    return [found[evidence_id] for evidence_id in sorted(found)]


def differing(one: Options, other: Options) -> list[str]:
    """The options by name in which two ways to take a file in differ."""
    names = [option.name for option in fields(Options)]
    return [name for name in names if _plain(one, name) != _plain(other, name)]


def _plain(options: Options, name: str) -> object:
    value: object = getattr(options, name)
    return float(str(value)) if name == "clock_offset" else value


def evidence_id(sha256: str, kind: Kind, options: Options) -> str:
    """An id from the content's hash and the role it was given.

    The role is part of it because one content may serve twice: as two versions of a list, or
    as downloads and as logins.
    """
    role = f"{sha256}\0{kind.value}\0{options.version or ''}\0{options.leak or ''}"
    return "E" + hashlib.sha256(role.encode()).hexdigest()[:12]


def stored_path(case: CaseFolder, path: Path) -> str:
    """How a path is kept: relative where it lies under the case's parent, so both can move."""
    whole = path.resolve()
    parent = case.root.parent
    if parent != Path(parent.anchor) and whole.is_relative_to(parent):
        return Path(os.path.relpath(whole, case.root)).as_posix()
    return whole.as_posix()

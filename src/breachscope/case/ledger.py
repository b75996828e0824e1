"""The ledger: every act on the case, each entry sealed by the digest of the one before.

`ledger.jsonl` holds one canonical JSON object a line. Each has `seq` (from 1), `at` (UTC, as
told by the caller), `prev` (SHA-256 of the line before, without its end; 64 zeros for the
first) and what the caller recorded. `ledger.head` beside it holds SEQ:DIGEST of the last
line and shows a ledger cut short carelessly; only a head kept elsewhere shows one cut short,
or written anew, with care.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from breachscope.case import appending, canonical_json
from breachscope.errors import ConfigError, TamperedEvidence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NOTHING: Final = "0" * 64
"""The digest before the first line."""

_HEAD: Final = re.compile(r"(\d+):([0-9a-f]{64})")
_AT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a ledger: its number and the SHA-256 of its bytes."""

    seq: int = 0
    digest: str = NOTHING

    def __str__(self) -> str:
        """As people note it down: SEQ:DIGEST."""
        return f"{self.seq}:{self.digest}"


class Wrong(StrEnum):
    """What can be wrong with a ledger."""

    EDITED = "edited"
    REMOVED = "removed"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    MISSING = "missing"
    TORN = "torn"  # a kill while writing; not an attack


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: which entry, on which line (0 if it is on none), and in words."""

    wrong: Wrong
    seq: int
    line: int
    message: str


def append(path: Path, entry: Mapping[str, object]) -> Head:
    """Add an entry, see it on disk, and give the new head. Writers wait for one another.

    `entry` has `at` (UTC, ISO 8601) and anything canonical JSON can hold but `seq`, `prev`
    and `torn`, which are the ledger's own.

    Raises:
        TamperedEvidence: the ledger does not end where it was left.
        ValueError: the entry has no UTC time, or a name of the ledger's own.

    """
    if {"seq", "prev", "torn"} & entry.keys() or not _AT.fullmatch(str(entry.get("at"))):
        raise ValueError("an entry needs `at` in UTC and may not set `seq`, `prev` or `torn`")
    with appending.locked(path) as descriptor:
        torn = appending.mend(descriptor, path)
        last = _trusted_head(path, appending.last_line(descriptor))
        sealed: dict[str, object] = {**entry, "seq": last.seq + 1, "prev": last.digest}
        if torn:
            sealed["torn"] = asdict(torn)
        line = canonical_json.dumps(sealed)
        appending.write_line(descriptor, line)
        new = Head(last.seq + 1, _digest(line))
        appending.write_new(_head_file(path), f"{new}\n".encode())
        return new


def head(path: Path) -> Head:
    """The head of a ledger as it stands; seq 0 if it has no entry.

    Raises:
        TamperedEvidence: its last line cannot be read.

    """
    lines = _lines(path)[0] if path.exists() else []
    return _head_of(lines[-1] if lines else None)


def heads(path: Path) -> list[Head]:
    """The head after each entry, in order. Check the ledger first.

    Raises:
        TamperedEvidence: a line cannot be read.

    """
    return [_head_of(line) for line in _lines(path)[0]] if path.exists() else []


def entries(path: Path) -> list[dict[str, Any]]:
    """Every entry, in order. Check the ledger first.

    Raises:
        TamperedEvidence: a line cannot be read.

    """
    read = [_read(line) for line in _lines(path)[0]] if path.exists() else []
    for number, entry in enumerate(read, 1):
        if entry is None:
            raise TamperedEvidence(f"{path.name}: line {number} cannot be read")
    return [entry for entry in read if entry is not None]


def check(path: Path, expected_head: str | None = None) -> list[Finding]:
    """Everything wrong with a ledger, by line; none if it stands as it was written.

    `expected_head` is a SEQ:DIGEST kept elsewhere: that entry must still be there as it was.

    Raises:
        ConfigError: the expected head is not of that form.

    """
    kept = [_stated(expected_head)] if expected_head else []
    if not path.exists():
        lost = max((known.seq for known in kept), default=0)
        return [Finding(Wrong.MISSING, lost, 0, f"{path.name} is not there")]
    lines, torn = _lines(path)
    read = [_read(line) for line in lines]
    found = _misplaced(read) + _unsealed(lines, read) + _head_findings(path, lines, read, kept)
    if torn:
        message = "a piece of a line at the end: the writer was stopped"
        found.append(Finding(Wrong.TORN, 0, len(lines) + 1, message))
    return sorted(set(found), key=lambda finding: (finding.line, finding.seq, finding.wrong))


def _misplaced(read: list[dict[str, Any] | None]) -> list[Finding]:
    """Lines that cannot be read, entries that are gone, and entries out of their order."""
    found, before = [], 0
    numbers = {entry["seq"] for entry in read if entry}
    edited = sum(entry is None for entry in read)
    for line, entry in enumerate(read, 1):
        if entry is None:
            found.append(Finding(Wrong.EDITED, line, line, "is not an entry as it was written"))
            continue
        if entry["seq"] <= before:
            message = f"entry {entry['seq']} stands after entry {before}"
            found.append(Finding(Wrong.REORDERED, entry["seq"], line, message))
        before = max(before, entry["seq"])
    gone = sorted(set(range(1, before)) - numbers)
    # An entry that cannot be read is edited, not gone.
    for seq in gone if len(gone) > edited else []:
        line = sum(number < seq for number in numbers) + 1
        found.append(Finding(Wrong.REMOVED, seq, line, f"entry {seq} is not there"))
    return found


def _unsealed(lines: list[bytes], read: list[dict[str, Any] | None]) -> list[Finding]:
    """Entries whose bytes are not those the next entry sealed."""
    at = {entry["seq"]: line for line, entry in enumerate(read) if entry}
    digest = {seq: _digest(lines[line]) for seq, line in at.items()} | {0: NOTHING}
    broken = {
        seq
        for seq, line in at.items()
        if seq - 1 in digest and (read[line] or {})["prev"] != digest[seq - 1]
    }
    found = []
    for seq in sorted(broken):
        # If the next entry still seals this one, it is the one before that was changed.
        sealed = seq + 1 in at and seq + 1 not in broken
        blame = seq - 1 if sealed and seq > 1 else seq
        message = f"entry {seq - 1} and the seal in entry {seq} do not fit"
        found.append(Finding(Wrong.EDITED, blame, at[blame] + 1, message))
    return found


def _head_findings(
    path: Path, lines: list[bytes], read: list[dict[str, Any] | None], kept: list[Head]
) -> list[Finding]:
    """Entries that a head noted beside or elsewhere knows, and that are gone or other."""
    beside = _beside(path)
    if beside is None:
        found = [
            Finding(Wrong.MISSING, 0, 0, f"{_head_file(path).name} is not there or unreadable")
        ]
    else:
        found = []
        kept = [beside, *kept]
    at = {entry["seq"]: line for line, entry in enumerate(read) if entry} | {0: -1}
    last = max(at)
    for known in kept:
        if known.seq in at:
            digest = _digest(lines[at[known.seq]]) if known.seq else NOTHING
            if digest != known.digest:
                message = f"entry {known.seq} is not the one whose digest was kept"
                found.append(Finding(Wrong.EDITED, known.seq, at[known.seq] + 1, message))
        elif known.seq > last:
            message = f"entries {last + 1} to {known.seq} are not there"
            found.append(Finding(Wrong.TRUNCATED, known.seq, 0, message))
    return found


def _trusted_head(path: Path, line: bytes | None) -> Head:
    """The head to go on from, if it is where the last writer left it (or was stopped after it)."""
    last, beside = _head_of(line), _beside(path)
    previous = (_read(line) or {}).get("prev") if line else None
    left_here = beside == last
    stopped = beside is not None and beside == Head(last.seq - 1, str(previous))
    just_begun = beside is None and last.seq <= 1
    if not (left_here or stopped or just_begun):
        raise TamperedEvidence(
            f"{path.name} does not end where it was left", hint="see `breachscope verify`"
        )
    return last


def _head_of(line: bytes | None) -> Head:
    if line is None:
        return Head()
    entry = _read(line)
    if entry is None:
        raise TamperedEvidence("the last line of the ledger cannot be read")
    return Head(entry["seq"], _digest(line))


def _read(line: bytes) -> dict[str, Any] | None:
    """An entry, or none if the bytes are not one."""
    try:
        entry = canonical_json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or not isinstance(entry.get("prev"), str):
        return None
    seq = entry.get("seq")
    return entry if isinstance(seq, int) and not isinstance(seq, bool) and seq > 0 else None


def _lines(path: Path) -> tuple[list[bytes], bool]:
    """The whole lines, without their ends, and whether a piece of one follows."""
    *lines, rest = path.read_bytes().split(b"\n")
    return lines, bool(rest)


def _beside(path: Path) -> Head | None:
    try:
        text = _head_file(path).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    found = _HEAD.fullmatch(text)
    return Head(int(found[1]), found[2]) if found else None


def _stated(expected: str) -> Head:
    found = _HEAD.fullmatch(expected.strip())
    if not found:
        raise ConfigError("the expected head is not of the form SEQ:DIGEST")
    return Head(int(found[1]), found[2])


def _head_file(path: Path) -> Path:
    return path.with_suffix(".head")


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()

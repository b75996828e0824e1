"""Files of lines that only grow: one writer at a time, each line whole and on disk.

A kill may leave a last line without its end. The next writer puts that piece aside in
`NAME.torn-N` and goes on; nothing is ever thrown away.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWNER_ONLY: Final = 0o600
_BLOCK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Torn:
    """A piece of a line put aside: the file it is in now, its bytes and their digest."""

    file: str
    bytes: int
    sha256: str


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Open for appending, alone: other writers wait. Gives the file descriptor."""
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if new:
            sync_folder(path)
        yield descriptor
    finally:
        os.close(descriptor)


def mend(descriptor: int, path: Path) -> Torn | None:
    """Put a last line without its end aside; none if the last line is whole."""
    size = os.fstat(descriptor).st_size
    kept = _end_of_lines(descriptor, size)
    if kept == size:
        return None
    piece = os.pread(descriptor, size - kept, kept)
    aside = _new_name(path)
    write_new(aside, piece)
    os.ftruncate(descriptor, kept)
    os.fsync(descriptor)
    return Torn(aside.name, len(piece), hashlib.sha256(piece).hexdigest())


def last_line(descriptor: int) -> bytes | None:
    """The last whole line, without its end; none if there is no line."""
    size = os.fstat(descriptor).st_size
    end = _end_of_lines(descriptor, size)
    if end == 0:
        return None
    begin = _end_of_lines(descriptor, end - 1)
    return os.pread(descriptor, end - 1 - begin, begin)


def write_line(descriptor: int, line: bytes) -> None:
    """Append a line and its end, and see it on disk."""
    rest = line + b"\n"
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


def write_new(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it: it is there whole or not at all."""
    temporary = path.with_name(f".tmp-{path.name}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    temporary.replace(path)
    sync_folder(path)


def sync_folder(path: Path) -> None:
    """See a new or renamed file's entry on disk."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _end_of_lines(descriptor: int, size: int) -> int:
    """The offset just after the last line end before `size`; 0 if there is none."""
    end = size
    while end > 0:
        begin = max(0, end - _BLOCK)
        found = os.pread(descriptor, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def _new_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.torn-{number}")).exists():
        number += 1
    return aside

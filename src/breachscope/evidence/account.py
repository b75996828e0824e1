"""What came of every line of one evidence file: the batches, and the sum they must make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from breachscope.schema import SET_ASIDE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breachscope.schema import Kind


@dataclass(frozen=True, slots=True)
class Aside:
    """One line that made no row: where it begins, and why (never a value)."""

    line: int
    byte: int | None
    reason: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A stretch of one member, in file order.

    `taken` has the canonical columns of the kind and `attr:` columns; `quarantined` and
    `skipped` are `schema.SET_ASIDE`. `rows` is counted before any line is judged.
    `beside` holds what a format tells besides its events: frames of `schema.SIDE_TABLES`.
    Of a timeline, `routed` has the rows that are evidence of another kind too, in that kind's
    columns.
    """

    taken: pl.DataFrame
    quarantined: pl.DataFrame
    skipped: pl.DataFrame
    rows: int
    beside: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    routed: Mapping[Kind, pl.DataFrame] = field(default_factory=dict)


@dataclass(slots=True)
class Account:
    """The sums of one file, whole once its batches are exhausted.

    `size` and `sha256` are of the file as received; `sha256` is empty until then.
    """

    rows_read: int = 0
    taken: int = 0
    quarantined: int = 0
    skipped: int = 0
    size: int = 0
    sha256: str = ""
    undecodable: int = 0
    replaced: int = 0  # U+FFFD already in the file: an earlier conversion lost something
    gaiji: int = 0  # user-defined characters
    gaiji_seen: set[str] = field(default_factory=set)  # as "U+E000"

    def add(self, batch: Batch) -> None:
        """Count one batch.

        Raises:
            AssertionError: a row is unaccounted for; nothing may be built on such a file.
        """
        sums = (batch.taken.height, batch.quarantined.height, batch.skipped.height)
        if batch.rows != sum(sums):
            raise AssertionError(f"{batch.rows} rows read, {sum(sums)} accounted for")
        self.rows_read += batch.rows
        self.taken += sums[0]
        self.quarantined += sums[1]
        self.skipped += sums[2]

    def note_text(self, utf8: bytes, codec: str) -> None:
        """Count the characters of a stretch that stand for something lost or local."""
        if codec.startswith("utf"):  # no other encoding has it
            self.replaced += utf8.count(b"\xef\xbf\xbd")
        if b"\xee" not in utf8:  # the lead byte of U+E000 to U+EFFF, and of nothing else
            return
        found = [c for c in utf8.decode(errors="ignore") if "\ue000" <= c <= "\uefff"]
        self.gaiji += len(found)
        self.gaiji_seen.update(f"U+{ord(c):04X}" for c in set(found))


def set_aside(asides: list[Aside], member: str | None) -> pl.DataFrame:
    """Those lines as a `SET_ASIDE` table."""
    rows = [(member, a.line, a.byte, a.reason, a.column) for a in asides]
    return pl.DataFrame(rows, schema=SET_ASIDE, orient="row")

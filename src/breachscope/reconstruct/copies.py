"""Two copies of one log: found or declared, compared, and the second kept from making events.

Two files are copies of one log if, in the period both cover, nine in ten lines (of the file
with fewer) are equal as a multiset. The fuller is taken for the original, unless a person
ruled otherwise. Frames in memory, of one kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.reconstruct.copy_lines import content_columns, differences
from breachscope.reconstruct.copy_pairs import Rulings, found_pairs
from breachscope.reconstruct.timeline import EVENT_TIME
from breachscope.schema import ATTRIBUTE_PREFIX, COPY_LINES, UTC_TIME, Kind

if TYPE_CHECKING:
    from breachscope.reconstruct.copy_pairs import Frames, Pair

__all__ = ["PAIRS", "SUPERSEDED", "Copies", "Rulings", "compared", "in_use"]

PAIRS: Final = pl.Schema(
    {
        "original": pl.String(),
        "copy": pl.String(),
        "declared": pl.Boolean(),
        "by": pl.String(),  # why that one is the original: ruling, fuller, acquired, id
        "from": UTC_TIME,  # the period compared, both included; null if they share none
        "to": UTC_TIME,
        "original_lines": pl.UInt32(),
        "copy_lines": pl.UInt32(),
        "equal": pl.UInt32(),
    }
)
"""Two copies of one log: what was compared, and how much of it is equal."""

SUPERSEDED: Final = pl.Schema(
    {
        "evidence_id": pl.String(),
        "member": pl.String(),
        "line": pl.UInt64(),
        "alone": pl.Boolean(),  # stands in the copy only: shown, and waits for a ruling
    }
)
"""The lines of copies: they make no events."""


@dataclass(frozen=True, slots=True)
class Copies:
    """PAIRS compared, COPY_LINES in which they differ, and SUPERSEDED lines."""

    pairs: pl.DataFrame
    lines: pl.DataFrame
    superseded: pl.DataFrame


def compared(events: pl.DataFrame, kind: Kind, rulings: Rulings, share: float = 0.9) -> Copies:
    """Find the copies among the files of one kind of log and compare them line by line.

    `events` is canonical(kind), attributes allowed, from all files. Lines of a declared copy
    make no events at all; of a copy that was recognised, those in the common period.
    """
    files = _files(events, kind)
    return _gathered(found_pairs(files, kind, rulings, share), files, kind)


def in_use(events: pl.LazyFrame, superseded: pl.LazyFrame) -> pl.LazyFrame:
    """The events without the lines of copies. Take accepted lines out of `superseded` first."""
    keys = ["evidence_id", "member", "line"]
    return events.join(superseded, on=keys, how="anti", nulls_equal=True)


def _files(events: pl.DataFrame, kind: Kind) -> Frames:
    """Each file's lines in order, with `row` (its place) and `time`."""
    attributes = [name for name in events.columns if name.startswith(ATTRIBUTE_PREFIX)]
    names = ["evidence_id", "member", "line", *content_columns(kind), *attributes]
    rows = events.select(names).sort("evidence_id", "member", "line")
    rows = rows.with_columns(time=pl.col(EVENT_TIME[kind]))
    parts = rows.partition_by("evidence_id", as_dict=True, maintain_order=True)
    return {str(name[0]): part.with_row_index("row") for name, part in parts.items()}


def _gathered(pairs: list[Pair], files: Frames, kind: Kind) -> Copies:
    """Compare every pair and put the results into one table each."""
    told, lines, superseded = [], [], []
    for pair in pairs:
        original = files[pair.original].filter(pair.within())
        copy = files[pair.copy] if pair.whole else files[pair.copy].filter(pair.within())
        changes = differences(original, copy, pair.columns, kind)
        told.append(_told(pair, original, copy, changes))
        lines.append(_lines(pair, original, copy, changes))
        superseded.append(_superseded(copy, changes))
    return Copies(
        pl.DataFrame(told, schema=PAIRS, orient="row"),
        pl.concat([pl.DataFrame(schema=COPY_LINES), *lines]),
        _once(pl.concat([pl.DataFrame(schema=SUPERSEDED), *superseded])),
    )


def _told(
    pair: Pair, original: pl.DataFrame, copy: pl.DataFrame, changes: pl.DataFrame
) -> tuple[object, ...]:
    equal = original.height - changes["row"].count()
    who = (pair.original, pair.copy, pair.declared, pair.by)
    return (*who, pair.begin, pair.end, original.height, copy.height, equal)


def _lines(
    pair: Pair, original: pl.DataFrame, copy: pl.DataFrame, changes: pl.DataFrame
) -> pl.DataFrame:
    """COPY_LINES of one pair, in the order of the original, then of the copy."""
    placed = changes.join(original.select("row", "line"), on="row", how="left").join(
        copy.select(copy_row="row", copy_line="line"), on="copy_row", how="left"
    )
    return placed.sort("row", "copy_row", nulls_last=True).select(
        original=pl.lit(pair.original),
        copy=pl.lit(pair.copy),
        change="change",
        line="line",
        copy_line="copy_line",
        columns=pl.col("columns").fill_null([]),
    )


def _superseded(copy: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    added = changes.filter(pl.col("change") == "added")["copy_row"]
    return copy.select("evidence_id", "member", "line", alone=pl.col("row").is_in(added.implode()))


def _once(superseded: pl.DataFrame) -> pl.DataFrame:
    """A line that is a copy of two files stands alone only if it does in both."""
    keys = ["evidence_id", "member", "line"]
    return superseded.group_by(keys).agg(pl.col("alone").all()).sort(keys)

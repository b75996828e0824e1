"""What a leaked file tells by its hash and its length alone, whatever became of the contents.

An inventory that noted a version's hash, bytes or rows lets a file be tied to a version whose
content was destroyed. That lengths agree may be coincidence: how often it would be, is reckoned
from how closely the versions of the case lie in length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.schema import LEAK_TRACES

if TYPE_CHECKING:
    from datetime import datetime

NEAR: Final = 0.1
"""Versions this much longer or shorter tell how closely lengths lie there."""
SURE: Final = 0.001
"""A coincidence no likelier than this may carry an attribution by itself."""
FEWEST: Final = 20
"""Shorter files are as long as many."""
BY_HASH: Final = 2.0**-128


@dataclass(frozen=True, slots=True)
class LeakFile:
    """A leaked file from the outside."""

    leak_id: str
    sha256: str
    bytes: int
    rows: int
    found_at: datetime | None


def traced(file: LeakFile, versions: pl.DataFrame) -> pl.DataFrame:
    """LEAK_TRACES of one leak: the versions it may be the very file of.

    Args:
        file: the leak.
        versions: VERSIONS; those uploaded after the leak was found are left out.
    """
    known = versions.filter(pl.col("party_id").is_not_null())
    if file.found_at is not None:
        known = known.filter(pl.col("uploaded_at") <= file.found_at)
    same_hash = pl.col("sha256") == file.sha256
    same_rows = (pl.col("rows") == file.rows) & (file.rows >= FEWEST)
    same_bytes = pl.col("bytes") == file.bytes
    no_other = (pl.col("sha256").is_null() | same_hash).fill_null(value=True)
    by = (
        pl.when(same_hash)
        .then(pl.lit("sha256"))
        .when(same_rows & same_bytes & no_other)
        .then(pl.lit("bytes and rows"))
        .when(same_rows)
        .then(pl.lit("rows"))
    )
    rows = _by_chance(known["rows"], file.rows)
    both = rows * _by_chance(known["bytes"], file.bytes)
    chances = {"sha256": BY_HASH, "bytes and rows": both, "rows": rows}
    return (
        known.with_columns(by=by)
        .drop_nulls("by")
        .with_columns(
            leak_id=pl.lit(file.leak_id),
            by_chance=pl.col("by").replace_strict(chances, return_dtype=pl.Float64),
        )
        .select(LEAK_TRACES.names())
        .cast(LEAK_TRACES)
        .sort("by", "party_id", "version_id")
    )


def _by_chance(lengths: pl.Series, length: int) -> float:
    """How likely some version is exactly so long by coincidence.

    Lengths near this one are taken to lie as thick as the others within NEAR of it; those that
    are equal are what is to be explained and do not count.
    """
    known = lengths.drop_nulls().cast(pl.Float64).to_numpy()
    near = (np.abs(known - length) <= NEAR * length) & (known != length)
    expected = (int(near.sum()) + 0.5) / max(2 * NEAR * length, 1.0)
    return float(-np.expm1(-expected))


def carried(traces: pl.DataFrame, kept: set[str]) -> pl.DataFrame:
    """The traces that name a party by themselves: all of one party, beyond coincidence.

    Of a version whose content is kept, rows alone name nobody: the content itself would have.

    Args:
        traces: LEAK_TRACES.
        kept: versions whose content the case has.
    """
    for by in ("sha256", "bytes and rows", "rows"):
        found = traces.filter((pl.col("by") == by) & (pl.col("by_chance") <= SURE))
        if by != "sha256":
            found = found.filter(~pl.col("version_id").is_in(sorted(kept)))
        if found.height:
            return found if found["party_id"].n_unique() == 1 else found.clear()
    return traces.clear()

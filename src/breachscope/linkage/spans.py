"""Where the rows of a part stand in the versions it may come from.

A download that fetched other rows of a version than those leaked is not the leak's source, even
if it is of the right version.
"""

from __future__ import annotations

from typing import Final

import polars as pl

EDGE: Final = 0.02
"""Share of the rows at either end that does not count: some are mislinked."""

SPANS: Final = pl.Schema(
    {
        "part": pl.UInt32(),
        "version_id": pl.String(),
        "standing": pl.UInt32(),
        "row_low": pl.UInt32(),  # all but EDGE of the standing rows lie from here
        "row_high": pl.UInt32(),  # to here
    }
)
"""Of one leak: the stretch of a version in which a part's rows stand."""


def spans(part_records: pl.DataFrame, index: pl.DataFrame) -> pl.DataFrame:
    """SPANS, by part and version.

    Args:
        part_records: part, leak_row, party_id, distinct: the records spelt most like each row.
        index: party_id, distinct, version_id, row_no of those records.
    """
    return (
        part_records.join(index, on=["party_id", "distinct"])
        .group_by("part", "version_id", "leak_row")
        .agg(pl.col("row_no").min())
        .group_by("part", "version_id")
        .agg(
            standing=pl.len(),
            row_low=pl.col("row_no").quantile(EDGE, "lower"),
            row_high=pl.col("row_no").quantile(1 - EDGE, "higher"),
        )
        .cast(SPANS)
        .select(SPANS.names())
        .sort("part", "version_id")
    )

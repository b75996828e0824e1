"""What a leak with a known source adds to the scope: the people it is about left for certain.

They count as confirmed, whether or not a single download can be named: the rows of these people
in the likeliest version of the source, as stretches on a ground `LEAK:LEAK/PART`.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.schema import CONTENT, SEGMENTS, TIER, conform

PREFIX: Final = "LEAK:"


def leak_grounds(
    parts: pl.LazyFrame,
    matches: pl.LazyFrame,
    index: pl.LazyFrame,
    versions: pl.LazyFrame,
    found_at: pl.LazyFrame,
) -> pl.LazyFrame:
    """SEGMENTS of every attributed part.

    Args:
        parts: LEAK_PARTS.
        matches: leak_id, part, party_id, distinct: the records of the people each part is about,
            the parts' own parties' only.
        index: party_id and RECORD_INDEX of those parties.
        versions: VERSIONS.
        found_at: leak_id, found_at (null where unknown).
    """
    known = versions.select(
        "version_id", "content", "until", "uploaded_at",
        version_rows=pl.coalesce("rows", "content_rows"),
    )  # fmt: skip
    sourced = (
        parts.filter(pl.col("verdict") == "attributed")
        .with_columns(chosen=pl.coalesce("version_id", pl.col("versions").list.first()))
        .select("leak_id", "part", "party_id", version_id="chosen")
        .drop_nulls("version_id")
        .join(known, on="version_id", validate="m:1")
        .join(found_at, on="leak_id", how="left", validate="m:1")
    )
    rows = (
        matches.join(sourced, on=["leak_id", "part", "party_id"], validate="m:1")
        .join(
            index.with_columns(pl.col("version_id").cast(pl.String)),
            on=["party_id", "distinct", "version_id"],
        )
        .select(
            "leak_id", "part", "party_id", "version_id", "row_no", "content", "version_rows",
            at=pl.coalesce("found_at", "until", "uploaded_at"),
        )
        .unique(["leak_id", "part", "version_id", "row_no"])
        .sort("leak_id", "part", "version_id", "row_no")
    )  # fmt: skip
    return _stretches(rows)


def _stretches(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows that follow one another are one stretch."""
    of = ["leak_id", "part", "version_id"]
    begins = (pl.col("row_no").cast(pl.Int64).diff() != 1).fill_null(value=True)
    return (
        rows.with_columns(run=begins.over(of).cast(pl.UInt32).cum_sum().over(of))
        .group_by(*of, "run", maintain_order=True)
        .agg(
            pl.col("party_id", "content", "version_rows", "at").first(),
            row_from=pl.col("row_no").min(),
            row_to=pl.col("row_no").max(),
        )
        .select(
            "party_id",
            "version_id",
            "at",
            event_id=pl.concat_str(
                pl.lit(PREFIX), "leak_id", pl.lit("/"), pl.col("part").cast(pl.String)
            ),
            tier=pl.lit("confirmed", TIER),
            sure=pl.lit(value=True),
            content=pl.col("content").cast(CONTENT),
            row_from=pl.col("row_from").cast(pl.UInt32),
            row_to=pl.col("row_to").cast(pl.UInt32),
            at_least=pl.lit(0, pl.UInt32),
            version_rows=pl.coalesce("version_rows", "row_to").cast(pl.UInt32),
        )
        .pipe(conform, SEGMENTS)
        .sort("event_id", "version_id", "row_from")
    )

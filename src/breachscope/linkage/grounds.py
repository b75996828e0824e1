"""What a leak with a known source adds to the scope: the people it is about left for certain.

They count as confirmed, whether or not a single download can be named: the rows of these people
in the likeliest version of the source, as stretches on a ground `LEAK:LEAK/PART`.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.schema import CONTENT, SEGMENTS, TIER, conform

PREFIX: Final = "LEAK:"


def standing_rows(people: pl.DataFrame, index: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """part, party_id, version_id, row_no: one row for each person a part is about.

    Of the versions a person stands in, the likeliest source; of one that stands in none of those
    that fit (a stale row, a later correction), the one last uploaded.

    Args:
        people: part, party_id, person, distinct: every record of these people in the part's party.
        index: party_id, distinct, version_id, row_no, uploaded_at of those records.
        parts: LEAK_PARTS of one leak.
    """
    likely = (
        parts.select("part", version_id="versions")
        .with_columns(rank=pl.int_ranges(pl.col("version_id").list.len(), dtype=pl.UInt32))
        .explode("version_id", "rank")
        .drop_nulls("version_id")
    )
    return (
        people.join(index, on=["party_id", "distinct"])
        .join(likely, on=["part", "version_id"], how="left", validate="m:1")
        .sort(
            "part", "person", "rank", "uploaded_at", "version_id", "row_no",
            descending=[False, False, False, True, False, False], nulls_last=True,
        )
        .unique(["part", "person"], keep="first", maintain_order=True)
        .select("part", "party_id", "version_id", "row_no")
    )  # fmt: skip


def leak_grounds(
    rows: pl.LazyFrame, versions: pl.LazyFrame, found_at: pl.LazyFrame
) -> pl.LazyFrame:
    """SEGMENTS of the people of attributed parts.

    Args:
        rows: leak_id and `standing_rows` of every leak.
        versions: VERSIONS.
        found_at: leak_id, found_at (null where unknown).
    """
    known = versions.select(
        "version_id", "content", "until", "uploaded_at",
        version_rows=pl.coalesce("rows", "content_rows"),
    )  # fmt: skip
    placed = (
        rows.join(known, on="version_id", validate="m:1")
        .join(found_at, on="leak_id", how="left", validate="m:1")
        .select(
            "leak_id", "part", "party_id", "version_id", "row_no", "content", "version_rows",
            at=pl.coalesce("found_at", "until", "uploaded_at"),
        )
        .unique(["leak_id", "part", "version_id", "row_no"])
        .sort("leak_id", "part", "version_id", "row_no")
    )  # fmt: skip
    return _stretches(placed)


def lost_grounds(
    parts: pl.LazyFrame, versions: pl.LazyFrame, found_at: pl.LazyFrame
) -> pl.LazyFrame:
    """SEGMENTS of versions whose very file was found but whose content is lost: rows, no people.

    Args:
        parts: LEAK_PARTS.
        versions: VERSIONS.
        found_at: leak_id, found_at (null where unknown).
    """
    carried = parts.filter(
        (pl.col("verdict") == "attributed")
        & (pl.col("depth") == "trace")
        & pl.col("version_id").is_not_null()
    ).select("leak_id", "part", "party_id", "version_id")
    lost = versions.filter(pl.col("content") == "lost", pl.col("rows") > 0).select(
        "version_id", "content", "until", "uploaded_at", "rows"
    )
    return (
        carried.join(lost, on="version_id", validate="m:1")
        .join(found_at, on="leak_id", how="left", validate="m:1")
        .select(
            "party_id",
            "version_id",
            at=pl.coalesce("found_at", "until", "uploaded_at"),
            event_id=_ground(),
            tier=pl.lit("confirmed", TIER),
            sure=pl.lit(value=True),
            content=pl.col("content").cast(CONTENT),
            row_from=pl.lit(1, pl.UInt32),
            row_to=pl.col("rows").cast(pl.UInt32),
            at_least=pl.lit(0, pl.UInt32),
            version_rows=pl.col("rows").cast(pl.UInt32),
        )
        .pipe(conform, SEGMENTS)
        .sort("event_id", "version_id")
    )


def _ground() -> pl.Expr:
    return pl.concat_str(pl.lit(PREFIX), "leak_id", pl.lit("/"), pl.col("part").cast(pl.String))


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
            event_id=_ground(),
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

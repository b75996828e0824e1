"""Leaks tied to downloads: a part whose source is known can only come from a fetch of it.

A part fits every download of one of the versions it may come from, before it was found, whose
rows hold the part's. As with seized files, explained downloads yield to the unexplained, and
what remains must be one. What the leak is and where from was decided elsewhere; here it is one
more trace.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.reconstruct.seized import contested

LEAK_SOURCES: Final = pl.Schema(
    {
        "leak_id": pl.String(),
        "part": pl.UInt32(),
        "version_id": pl.String(),  # one row for each version the part may come from
        "standing": pl.UInt32(),  # rows of the part that stand in it; null where it is lost
        "row_low": pl.UInt32(),  # all but a few of them lie from here
        "row_high": pl.UInt32(),  # to here
        "found_at": pl.Datetime("us", "UTC"),  # null where unknown
    }
)
"""The parts of leaks that were attributed."""

MISLINKED: Final = 0.05
"""Share of a part's rows that may be mislinked: so many may lie beyond what was fetched."""


def leak_pairs(extractions: pl.LazyFrame, sources: pl.LazyFrame) -> pl.LazyFrame:
    """leak_part (`LEAK/PART`), event_id: every part and download that fits it.

    Args:
        extractions: of any tier.
        sources: LEAK_SOURCES.
    """
    fetched = extractions.filter(pl.col("row_scope") != "none").select(
        "event_id", "version_id", "at", "row_from", "row_to_high", "rows_high"
    )
    in_time = (pl.col("at") <= pl.col("found_at")).fill_null(value=True)
    covers = (pl.col("row_from") <= pl.col("row_low")) & (
        pl.col("row_to_high") >= pl.col("row_high")
    )
    enough = pl.col("rows_high") >= (1 - MISLINKED) * pl.col("standing")
    return (
        sources.with_columns(leak_part=leak_part())
        .join(fetched, on="version_id", how="inner")
        .filter(in_time, covers.fill_null(value=True), enough.fill_null(value=True))
        .select("leak_part", "event_id")
        .unique()
        .sort("leak_part", "event_id")
    )


def leak_part() -> pl.Expr:
    """The name of a part: `LEAK/PART`."""
    return pl.concat_str("leak_id", pl.lit("/"), pl.col("part").cast(pl.String))


def leak_facts(pairs: pl.LazyFrame, standing: pl.LazyFrame) -> pl.LazyFrame:
    """What each download's leak says.

    Args:
        pairs: `leak_pairs` of the downloads under inquiry.
        standing: event_id, unexplained.

    Returns:
        event_id, leak_id (`LEAK/PART`), leak_fits (unexplained downloads that fit it),
        leak_only_this (no other download could be its source); one row a download.
    """
    return (
        contested(pairs, standing, "leak_part")
        .sort("event_id", "only_this", "leak_part", descending=[False, True, False])
        .unique("event_id", keep="first", maintain_order=True)
        .select(
            "event_id",
            leak_id="leak_part",
            leak_fits=pl.col("unexplained_fits").cast(pl.UInt32),
            leak_only_this="only_this",
        )
    )

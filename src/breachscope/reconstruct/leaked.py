"""Leaks tied to downloads: a part whose source is known can only come from a fetch of it.

A part fits every download that fetched rows of one of the versions it may come from, before it
was found. As with seized files, explained downloads yield to the unexplained, and what remains
must be one. What the leak is and where from was decided elsewhere; here it is one more trace.
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
        "found_at": pl.Datetime("us", "UTC"),  # null where unknown
    }
)
"""The parts of leaks that were attributed."""


def leak_pairs(extractions: pl.LazyFrame, sources: pl.LazyFrame) -> pl.LazyFrame:
    """leak_part (`LEAK/PART`), event_id: every part and download that fits it.

    Args:
        extractions: of any tier.
        sources: LEAK_SOURCES.
    """
    fetched = extractions.filter(pl.col("row_scope") != "none").select(
        "event_id", "version_id", "at"
    )
    in_time = (pl.col("at") <= pl.col("found_at")).fill_null(value=True)
    return (
        sources.with_columns(leak_part=leak_part())
        .join(fetched, on="version_id", how="inner")
        .filter(in_time)
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

"""Whose rows were sent: stretches of rows, joined over each version, and the persons in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence


def stretches(downloads: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """version_id, first, last: rows sent by any of the downloads, overlaps joined, per `by`."""
    keys = [*by, "version_id"]
    sent = downloads.filter(pl.col("first_row").is_not_null()).select(
        *keys, first="first_row", last="last_row"
    )
    ordered = sent.sort(*keys, "first", "last")
    before = pl.col("last").cum_max().shift(1).over(keys)
    apart = (pl.col("first") > before + 1).fill_null(True)
    return (
        ordered.with_columns(group=apart.cum_sum().over(keys))
        .group_by(*keys, "group")
        .agg(pl.col("first").min(), pl.col("last").max())
        .drop("group")
        .sort(*keys, "first")
    )


def persons(records: pl.LazyFrame, sent: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Distinct persons whose rows lie in the stretches, counted per `by` (party_id first)."""
    return (
        _reached(records, sent)
        .select(*by, "person")
        .unique()
        .group_by(by)
        .agg(persons=pl.len().cast(pl.Int64))
        .sort(by)
        .collect(engine="streaming")
    )


def over_all(records: pl.LazyFrame, sent: pl.DataFrame) -> int:
    """Distinct persons in the stretches, each once over all parties."""
    people = _reached(records, sent).select(pl.col("person").n_unique())
    return int(people.collect(engine="streaming").item())


def _reached(records: pl.LazyFrame, sent: pl.DataFrame) -> pl.LazyFrame:
    inside = pl.col("row_no").cast(pl.Int64).is_between(pl.col("first"), pl.col("last"))
    return records.join(sent.lazy(), on="version_id", how="inner").filter(inside)

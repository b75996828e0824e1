"""The data items of the versions that left: of one party, or of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from breachscope.notify.package import Reached
from breachscope.workflow import counting

if TYPE_CHECKING:
    from pathlib import Path


def sureness(held: Reached) -> dict[tuple[str, str], bool]:
    """Column and class of every data item -> whether one of its versions is sure of it."""
    item_class = pl.col("item_class").cast(pl.String)
    of = held.table.group_by("item", item_class).agg(pl.col("sure").any())
    return {(item, said): sure for item, said, sure in of.sort("item", "item_class").iter_rows()}


def reached(place: Path, party: str | None = None) -> Reached | None:
    """ITEMS of the versions reached by the stretches of rows that count, or may.

    They are the versions duties are decided from. None of a run that has no items.

    Args:
        place: the run's folder.
        party: one party; else all.

    """
    held = place / "items.parquet"
    if not held.is_file():
        return None
    segments = counting.segments_of_run(place)
    own = segments if party is None else segments.filter(pl.col("party_id") == party)
    versions = own.select("version_id").drop_nulls().unique()
    titles = pl.scan_parquet(place / "versions.parquet").select("version_id", "title")
    table = (
        pl.scan_parquet(held)
        .join(versions.lazy(), on="version_id", how="semi")
        .join(titles, on="version_id", how="left", validate="m:1")
        .with_columns(of_title=(pl.col("item") == pl.col("title")).fill_null(value=False))
        .sort("party_id", "list_id", "version_id", "place", "item_class")
        .collect()
    )
    known = table.select("version_id").unique()
    return Reached(table, versions.join(known, on="version_id", how="anti").height)

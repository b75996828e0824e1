"""How what is told of altered and silent logs holds against the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KIND = "downloads"


def integrity_scores(
    tables: Mapping[str, pl.DataFrame], files: pl.DataFrame, truth: Path
) -> list[str]:
    """For a terminal of 80 columns: lines altered, stretches lost.

    Args:
        tables: COPY_LINES, SILENCES, RHYTHMS and NUMBER_GAPS of the run, by name.
        files: evidence_id, file (relative to the evidence folder).
        truth: the truth's folder.

    """
    found, meant = _told(tables["copy_lines"], files), _meant(truth)
    lost = pl.read_parquet(truth / "gaps.parquet").filter(
        pl.col("kind") == KIND, pl.col("what") == "lost"
    )
    silences = tables["silences"].filter(pl.col("kind") == KIND)
    hours = tables["rhythms"].filter(pl.col("kind") == KIND)["detectable_hours_most"]
    detectable = _as_long_as(lost, float(hours[0])) if len(hours) else lost.clear()
    seen, missed = _overlapping(detectable, silences), _overlapping(silences, lost)
    numbered = _overlapping(tables["number_gaps"], lost)
    return [
        "Integrity against the truth",
        f"  lines altered, missing, added in copies {len(found & meant):>7,} of {len(meant)}   "
        f"wrong {len(found - meant)}",
        f"  lost stretches its rhythm can show      {seen:>7,} of {detectable.height}   "
        f"planted {lost.height}, wrong {silences.height - missed}",
        f"  gaps in the numbers of downloads        {numbered:>7,} of "
        f"{tables['number_gaps'].height} in lost stretches",
    ]


def _told(lines: pl.DataFrame, files: pl.DataFrame) -> set[tuple[object, ...]]:
    named = lines.join(files.rename({"evidence_id": "original"}), on="original", how="left")
    both = named.join(
        files.rename({"evidence_id": "copy", "file": "copy_file"}), on="copy", how="left"
    )
    told = both.select("file", "copy_file", pl.col("change").cast(pl.String), "line", "copy_line")
    return set(told.iter_rows())


def _meant(truth: Path) -> set[tuple[object, ...]]:
    tampering = pl.read_parquet(truth / "tampering.parquet")
    return set(tampering.select("file", "copy", "change", "line", "copy_line").iter_rows())


def _as_long_as(stretches: pl.DataFrame, hours: float) -> pl.DataFrame:
    length = (pl.col("to") - pl.col("from")).dt.total_seconds() / 3600
    return stretches.filter(length >= hours)


def _overlapping(stretches: pl.DataFrame, others: pl.DataFrame) -> int:
    """How many of the stretches touch one of the others."""
    spans = list(others.select("from", "to").iter_rows())
    return sum(
        any(begin < other_end and end > other_begin for other_begin, other_end in spans)
        for begin, end in stretches.select("from", "to").iter_rows()
    )

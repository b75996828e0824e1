"""How the checks of controls hold against the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path


def control_scores(
    controls: pl.DataFrame, lines: pl.DataFrame, files: pl.DataFrame, truth: Path
) -> list[str]:
    """For a terminal of 80 columns: verdicts, and the lines told against controls.

    Args:
        controls: CONTROLS as of the last event.
        lines: CONTROL_LINES; those before a control's date are not looked at.
        files: evidence_id, file (relative to the evidence folder).
        truth: the truth's folder.

    """
    meant = pl.read_parquet(truth / "controls.parquet")
    said = controls.select("control_id", said=pl.col("verdict").cast(pl.String))
    both = meant.join(said, on="control_id", how="left", validate="1:1")
    right = both.filter(pl.col("verdict") == pl.col("said")).height
    held = both.filter(pl.col("said") == "held", pl.col("verdict") != "held").height
    told = lines.filter("in_force").join(files, on="evidence_id", how="left", validate="m:1")
    named = set(told.select("control_id", "file", "line").iter_rows())
    true = set(pl.read_parquet(truth / "control_lines.parquet").iter_rows())
    return [
        "Controls against the truth",
        f"  verdicts right                          {right:>7,} of {meant.height}   held though "
        f"not so {held}",
        f"  lines against controls                  {len(named & true):>7,} of {len(true)}   "
        f"wrong {len(named - true)}",
    ]

"""`show sources` and `why LEAK:ROW`: where the leaked lists of a run come from, as kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.schema import LEAK_PARTS
from breachscope.workflow.tables import Shown, run_folder

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.workflow.context import Context


def sources(context: Context, number: int | None) -> Shown:
    """Every leak of a run with its parts; none where the case has no leak."""
    chosen, place = run_folder(context, number)
    leaks, parts = _tables(place)
    by_leak = parts.partition_by("leak_id", as_dict=True)
    told = [_leak(row, by_leak.get((row["leak_id"],))) for row in leaks.iter_rows(named=True)]
    document = {"schema": "breachscope/sources/1", "run": chosen, "leaks": told}
    flat = parts.with_columns(pl.col("versions", "events").list.join(";"))
    return Shown("sources", document, flat)


def _tables(place: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    if not (place / "leaks.parquet").is_file():
        return pl.DataFrame(), pl.DataFrame(schema=LEAK_PARTS)
    return pl.read_parquet(place / "leaks.parquet"), pl.read_parquet(place / "leak_parts.parquet")


def _leak(row: dict[str, Any], parts: pl.DataFrame | None) -> dict[str, Any]:
    told = [] if parts is None else [_part(part) for part in parts.iter_rows(named=True)]
    attributed = sum(part["rows"] for part in told if part["verdict"] == "attributed")
    return {
        "leak_id": row["leak_id"],
        "evidence_id": row["evidence_id"],
        "rows": row["rows"],
        "rows_attributed": attributed,
        "rows_unattributed": row["rows"] - attributed,
        "verdicts": {name: row[name] for name in ("person", "household", "ambiguous", "none")},
        "refused": row["refused"],
        "blocking_recall": row["blocking_recall"],
        "decoys": {
            "independent": row["decoy_independent"],
            "household": row["decoy_household"],
        },
        "parts": told,
    }


def _part(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != "leak_id"}

"""`show sources`: where the leaked lists of a run come from, as kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.linkage.kinship import passed_along
from breachscope.schema import (
    LEAK_FORMS,
    LEAK_KIN,
    LEAK_PARTIES,
    LEAK_PARTS,
    LEAK_SENSITIVITY,
    LEAK_TRACES,
    LEAK_VERSIONS,
    LEAKS,
)
from breachscope.workflow.tables import Shown, iso, run_folder

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.workflow.context import Context

ALIKE: Final = 5
"""So many parties are told whose lists are written most like a leak."""

TABLES: Final = {
    "leaks": LEAKS,
    "leak_parts": LEAK_PARTS,
    "leak_parties": LEAK_PARTIES,
    "leak_versions": LEAK_VERSIONS,
    "leak_traces": LEAK_TRACES,
    "leak_kin": LEAK_KIN,
    "leak_sensitivity": LEAK_SENSITIVITY,
    "leak_forms": LEAK_FORMS,
}


def tables(place: Path) -> dict[str, pl.DataFrame]:
    """The tables of a run about its leaks; empty where it has none."""
    return {
        name: pl.read_parquet(place / f"{name}.parquet")
        if (place / f"{name}.parquet").is_file()
        else pl.DataFrame(schema=schema)
        for name, schema in TABLES.items()
    }


def sources(context: Context, number: int | None) -> Shown:
    """Every leak of a run with its parts; none where the case has no leak."""
    chosen, place = run_folder(context, number)
    held = tables(place)
    passed = passed_along(held["leak_kin"], held["leak_parts"])
    told = [
        _leak(row, {name: _of(table, row["leak_id"]) for name, table in held.items()},
              _of(passed, row["leak_id"]))
        for row in held["leaks"].iter_rows(named=True)
    ]  # fmt: skip
    document = {"schema": "breachscope/sources/1", "run": chosen, "leaks": told}
    flat = held["leak_parts"].with_columns(pl.col("versions", "events").list.join(";"))
    return Shown("sources", document, flat)


def _of(table: pl.DataFrame, leak: str) -> pl.DataFrame:
    return table.filter(pl.col("leak_id") == leak)


def _leak(
    row: dict[str, Any], held: dict[str, pl.DataFrame], passed: pl.DataFrame
) -> dict[str, Any]:
    parts = held["leak_parts"]
    attributed = int(parts.filter(pl.col("verdict") == "attributed")["rows"].sum())
    return {
        "leak_id": row["leak_id"],
        "evidence_id": row["evidence_id"],
        "found_at": iso(row["found_at"]),
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
        "traces": _plain(held["leak_traces"]),
        "kin": _plain(held["leak_kin"]),
        "forms": _plain(held["leak_forms"].head(ALIKE)),
        "sensitivity": _plain(held["leak_sensitivity"]),
        "parts": [_part(part, held, passed) for part in parts.iter_rows(named=True)],
    }


def _part(
    part: dict[str, Any], held: dict[str, pl.DataFrame], passed: pl.DataFrame
) -> dict[str, Any]:
    told = {name: value for name, value in part.items() if name != "leak_id"}
    told["version_probabilities"] = [
        {"version_id": version, "uploaded_at": iso(uploaded), "probability": probability}
        for version, uploaded, probability in held["leak_versions"]
        .filter(pl.col("part") == part["part"])
        .select("version_id", "uploaded_at", "probability")
        .iter_rows()
    ]
    told["alternatives"] = _alternatives(part, held["leak_parties"], passed)
    return told


def _alternatives(
    part: dict[str, Any], parties: pl.DataFrame, passed: pl.DataFrame
) -> list[dict[str, Any]]:
    """Parties that are not named but explain rows; of what cannot be told, also through kin."""
    others = parties.filter(~pl.col("named") & (pl.col("rows") > 0) & (pl.col("weight") >= 0.01))
    told = [
        {"party_id": row["party_id"], "by": "content", "weight": row["weight"],
         "log10_lr": row["log10_lr"], "exclusive": row["exclusive"], "reason": row["reason"]}
        for row in others.iter_rows(named=True)
    ]  # fmt: skip
    if part["verdict"] == "attributed":
        return told
    return told + [
        {"party_id": row["party_id"], "by": f"kin: {row['through']}", "weight": row["share"],
         "log10_lr": row["log10_lr"], "exclusive": None,
         "reason": "shares people with a leak of that source"}
        for row in passed.iter_rows(named=True)
    ]  # fmt: skip


def _plain(table: pl.DataFrame) -> list[dict[str, Any]]:
    return table.drop("leak_id").to_dicts()

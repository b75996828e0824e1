"""From a verdict on who was at the keyboard back to the lines of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Mark(NamedTuple):
    """One step: what it is, what it says, and where it stands."""

    what: str
    says: str
    evidence_id: str | None = None
    line: int | None = None
    byte: int | None = None


def steps(place: Path, act_id: str) -> Iterator[Mark]:
    """The verdict, then of each candidate the posterior and every mark, likeliest first."""
    mine = pl.col("act_id") == act_id
    said = pl.scan_parquet(place / "act_verdicts.parquet").filter(mine).collect()
    candidates = pl.scan_parquet(place / "actors.parquet").filter(mine).collect()
    marks = pl.scan_parquet(place / "actor_marks.parquet").filter(mine).collect()
    for row in said.iter_rows(named=True):
        yield Mark("verdict", _verdict(row))
    for one in candidates.iter_rows(named=True):
        who = one["person_id"] or "someone unknown"
        state = (
            "excluded"
            if one["excluded_by"]
            else "possible"
            if one["possible"]
            else "far less likely"
        )
        yield Mark(
            "candidate",
            f"{who}: {state}, posterior {one['posterior']:.2g}, log10 LR against the likeliest "
            f"{one['log10_lr']:.2f}",
        )
        own = marks.filter(pl.col("person_id").eq_missing(pl.lit(one["person_id"], pl.String())))
        for mark in own.iter_rows(named=True):
            yield Mark(
                "excludes" if mark["excludes"] and one["excluded_by"] else "mark",
                f"{mark['channel']}: {mark['says']} (log10 LR {mark['log10_lr']:+.2f})",
                mark["evidence_id"],
                mark["line"],
                mark["byte"],
            )


def _verdict(row: dict[str, object]) -> str:
    named = f" {row['person_id']}" if row["person_id"] else ""
    doubled = "" if row["holds_doubled"] else "; not so were every source twice as often wrong"
    settles = row["settles"]
    more = (
        f"; would settle it: {'; '.join(map(str, settles))}"
        if isinstance(settles, list) and settles
        else ""
    )
    return f"{row['verdict']}{named}: {row['reason']}{doubled}{more}"

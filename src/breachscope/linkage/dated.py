"""Which versions of a party's lists a leak can come from.

Under version v each row is one of v's rows, so that a version explains the rows that stand in it,
the better the fewer it has; rows that do not stand in it are stale, mislinked or added, at a rate
fitted for each version. All versions are equally likely before. The set that holds 95 % of the
probability is told, and what bounds it in counts: rows that stand in no earlier version, rows
that stand in no later one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

COVERED: Final = 0.95
COMPLETE: Final = 0.98
"""A list that holds so much of a version, and little else, is a whole version."""


@dataclass(frozen=True, slots=True)
class Dated:
    """Versions by probability, the likeliest first."""

    versions: tuple[str, ...]  # the 95 % set
    probabilities: tuple[float, ...]
    standing: int  # rows that stand in the likeliest
    rows: int
    not_before: int  # rows that stand in no version before the likeliest
    not_after: int
    is_whole: bool  # the leak is the likeliest version, all but entire

    def told(self) -> str:
        """In words."""
        if self.is_whole:
            return f"all but the whole of {self.versions[0]}: the easy case"
        return (
            f"{self.standing:,} of {self.rows:,} rows stand in {self.versions[0]}; "
            f"{self.not_before:,} of them in none before, {self.not_after:,} in none after"
        )


def dated(rows: pl.DataFrame, stands: pl.DataFrame, versions: pl.DataFrame) -> Dated | None:
    """Date the rows of one part.

    Args:
        rows: leak_row, distinct: the party's records spelt most like each row (several where
            they are equally alike).
        stands: distinct, version_id of the party.
        versions: version_id, uploaded_at, rows (of the content) of the party, kept ones only.

    Returns:
        None where no row stands in any kept version.
    """
    count = rows["leak_row"].n_unique()
    present = rows.join(stands, on="distinct").select("leak_row", "version_id").unique()
    if present.is_empty():
        return None
    counted = (
        versions.join(
            present.group_by("version_id").agg(standing=pl.len()), on="version_id", how="left"
        )
        .with_columns(pl.col("standing").fill_null(0))
        .sort("uploaded_at", "version_id")
    )
    standing = counted["standing"].to_numpy().astype(float)
    sizes = np.maximum(counted["rows"].to_numpy().astype(float), 1.0)
    stale = (count - standing + 0.5) / (count + 1.0)
    log = standing * np.log((1 - stale) / sizes) + (count - standing) * np.log(stale / sizes.sum())
    chance = np.exp(log - log.max())
    chance /= chance.sum()
    order = sorted(range(len(chance)), key=lambda i: (-chance[i], i))
    cut = int(np.searchsorted(np.cumsum(chance[order]), COVERED)) + 1
    names = counted["version_id"].to_list()
    best = order[0]
    before, after = _bounds(present, names, best)
    whole = standing[best] >= COMPLETE * max(sizes[best], count)
    return Dated(
        tuple(names[i] for i in order[:cut]),
        tuple(round(float(chance[i]), 6) for i in order[:cut]),
        int(standing[best]),
        count,
        before,
        after,
        bool(whole),
    )


def _bounds(present: pl.DataFrame, names: list[str], best: int) -> tuple[int, int]:
    """Rows that stand in the version and in none before it; in none after it."""
    place = {name: i for i, name in enumerate(names)}
    span = (
        present.filter(pl.col("version_id").is_in(names))
        .with_columns(at=pl.col("version_id").replace_strict(place, return_dtype=pl.Int64))
        .group_by("leak_row")
        .agg(first=pl.col("at").min(), last=pl.col("at").max(), here=(pl.col("at") == best).any())
        .filter("here")
    )
    return int((span["first"] == best).sum()), int((span["last"] == best).sum())

"""In which versions each leaked row can have stood, those whose content is lost among them.

A lost version lies between two that were kept: who stands in both stood in it as well; who stands
in the earlier alone was removed at some time between the two, and who stands in the later alone
joined then, at any time as likely as at another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import polars as pl

if TYPE_CHECKING:
    from breachscope.linkage.origins import Floats

TURNOVER: Final = 0.1
"""Share of a list's people that go in a year, or have come in it, where versions are kept on one
side only. Stated, and drawn to what the rows show (`dated.TURNOVER_ROWS`)."""
_YEAR: Final = 365.25 * 86_400e6  # microseconds


@dataclass(frozen=True, slots=True)
class Standing:
    """Chances that rows stood in versions; versions in order of upload."""

    leak_rows: npt.NDArray[np.uint32]
    versions: tuple[str, ...]
    sizes: Floats  # rows of each version
    lost: npt.NDArray[np.bool_]
    possible: npt.NDArray[np.bool_]  # not uploaded too late
    survives: Floats  # of a version known from one side only: share of its rows found there; else 1
    chance: Floats  # rows by versions

    @property
    def counted(self) -> Floats:
        """Rows that may have stood in each version."""
        found: Floats = (self.chance > 0).sum(axis=0).astype(float)
        return found


def standing(rows: pl.DataFrame, stands: pl.DataFrame, versions: pl.DataFrame) -> Standing:
    """The chances for the rows of one part.

    Args:
        rows: leak_row, distinct: the party's records spelt most like each row.
        stands: distinct, version_id of the party.
        versions: version_id, uploaded_at, rows; list_id and content (`kept`, `lost`) where some
            content is lost; possible (false for versions that can be no source, but tell of
            others) where some are not.
    """
    known = _complete(versions).sort("uploaded_at", "version_id")
    leak_rows = rows["leak_row"].unique().sort().to_numpy()
    present = rows.join(stands, on="distinct").select("leak_row", "version_id").unique()
    place = {name: i for i, name in enumerate(known["version_id"])}
    met = present.filter(pl.col("version_id").is_in(list(place)))
    chance = np.zeros((leak_rows.size, known.height))
    at = np.searchsorted(leak_rows, met["leak_row"].to_numpy())
    column = met["version_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
    chance[at, column] = 1.0
    lost = (known["content"] == "lost").to_numpy()
    sizes = known["rows"].cast(pl.Float64).to_numpy().copy()
    survives = np.ones(known.height)
    for own in known["list_id"].unique(maintain_order=True):
        _fill(chance, sizes, survives, lost, np.flatnonzero((known["list_id"] == own).to_numpy()),
              known["uploaded_at"].dt.epoch("us").to_numpy())  # fmt: skip
    return Standing(
        leak_rows,
        tuple(known["version_id"]),
        np.maximum(np.nan_to_num(sizes), 1.0),
        lost,
        known["possible"].to_numpy(),
        survives,
        chance,
    )


def _complete(versions: pl.DataFrame) -> pl.DataFrame:
    """With a list and a content: all of one list and kept, where nothing else is said."""
    if "content" not in versions.columns:
        versions = versions.with_columns(content=pl.lit("kept"))
    if "possible" not in versions.columns:
        versions = versions.with_columns(possible=pl.lit(value=True))
    if "list_id" not in versions.columns:
        versions = versions.with_columns(list_id=pl.lit(""))
    return versions.with_columns(pl.col("content").cast(pl.String))


def _fill(
    chance: Floats, sizes: Floats, survives: Floats, lost: npt.NDArray[np.bool_],
    own: npt.NDArray[np.intp], uploaded: npt.NDArray[np.int64],
) -> None:  # fmt: skip
    """The columns of one list's lost versions, from those kept before and after each."""
    kept = own[~lost[own]]
    for v in own[lost[own]]:
        before, after = kept[kept < v], kept[kept > v]
        if before.size and after.size:
            a, b = int(before[-1]), int(after[0])
            share = (uploaded[v] - uploaded[a]) / max(uploaded[b] - uploaded[a], 1)
            one_side = chance[:, a] * (1.0 - share) + chance[:, b] * share
            chance[:, v] = np.where(chance[:, a] * chance[:, b] > 0, 1.0, one_side)
            if not sizes[v] > 0:
                sizes[v] = sizes[a if share < 0.5 else b]
        elif before.size or after.size:
            nearest = int(before[-1]) if before.size else int(after[0])
            years = abs(int(uploaded[v] - uploaded[nearest])) / _YEAR
            survives[v] = (1.0 - TURNOVER) ** years
            chance[:, v] = chance[:, nearest]
            # A row that is found on the other side is one of that version's rows.
            sizes[v] = sizes[nearest]

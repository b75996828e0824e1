"""Whether a party's rows stand in one of its versions, as those of a copy must.

A list of somebody else's that shares customers with a party meets its people of all times: those
removed long ago and those who joined last, and of all its lists. A copy of one version holds that
version's people alone. So many more of the rows standing in one version than it has of all the
party's people is evidence of a copy, whatever the spelling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

MOST_STALE: Final = 0.1
"""Of a copy's rows at most so many do not stand in its version: corrected since, or mislinked."""
DEPENDENCE: Final = 1.5
"""Rows of one household come and go together: so many rows tell as much as one. Besides, lists of
one time share more of their people than lists of different times."""
SURE: Final = 0.9


@dataclass(frozen=True, slots=True)
class History:
    """The versions of all parties whose content is kept."""

    stands: pl.DataFrame  # STANDS of the claimed records
    versions: pl.DataFrame  # party_id, version_id, rows


def of_one_version(
    claims: pl.DataFrame, leak_rows: npt.NDArray[np.uint32], party: str, persons: int,
    history: History,
) -> float:  # fmt: skip
    """log10 of how much likelier so many rows in one version are for a copy of it; 0 at least.

    The best version counts, less what the choice among all of them may have helped.

    Args:
        claims: CLAIMS.
        leak_rows: those the mixture gives the party.
        party: the party.
        persons: all its persons, of all versions.
        history: of all parties.
    """
    mine = claims.filter(
        (pl.col("party_id") == party)
        & (pl.col("probability") >= SURE)
        & pl.col("leak_row").is_in(leak_rows.tolist())
    ).select("leak_row", "distinct")
    count = mine["leak_row"].n_unique()
    sizes: Mapping[str, int] = dict(
        history.versions.filter(pl.col("party_id") == party)
        .select("version_id", "rows")
        .drop_nulls()
        .iter_rows()
    )
    if not count or not sizes:
        return 0.0
    stands = history.stands.filter(pl.col("party_id") == party).select("distinct", "version_id")
    standing = (
        mine.join(stands, on="distinct")
        .group_by("version_id")
        .agg(rows=pl.col("leak_row").n_unique())
    )
    best = max(
        (
            _nats(held, count, sizes[version] / max(persons, 1))
            for version, held in standing.iter_rows()
            if version in sizes
        ),
        default=0.0,
    )
    return max(best / DEPENDENCE / float(np.log(10)) - float(np.log10(len(sizes))), 0.0)


def _nats(held: int, count: int, share: float) -> float:
    """A copy against people of all times, of whom the version has this share."""
    if share >= 1.0:
        return 0.0
    stale = min((count - held + 0.5) / (count + 1.0), MOST_STALE)
    copy = held * np.log(1 - stale) + (count - held) * np.log(stale)
    chance = held * np.log(share) + (count - held) * np.log(1 - share)
    return float(copy - chance)

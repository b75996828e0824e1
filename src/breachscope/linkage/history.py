"""Whether a party's rows stand in one or two of its versions, as those of a copy must.

A list of somebody else's that shares customers with a party meets its people of all times: those
removed long ago and those who joined last, and of all its lists. A copy of one version holds that
version's people alone; a list may be put together from two. So many more of the rows standing
there than it has of all the party's people is evidence of a copy, whatever the spelling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.floating[Any]]

MOST_STALE: Final = 0.1
"""Of a copy's rows at most so many do not stand in its version: corrected since, or mislinked."""
DEPENDENCE: Final = 1.5
"""Rows of one household come and go together: so many rows tell as much as one. Besides, lists of
one time share more of their people than lists of different times."""
SURE: Final = 0.9
ONE: Final = 0.9
"""How likely a copy is, before any row is seen, to be of one version; else of two."""
_LEAST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class History:
    """The versions of all parties whose content is kept."""

    stands: pl.DataFrame  # STANDS of the claimed records
    versions: pl.DataFrame  # party_id, version_id, rows
    lost: frozenset[str] = frozenset()  # parties some of whose versions are not kept


def of_a_copy(
    claims: pl.DataFrame, leak_rows: npt.NDArray[np.uint32], party: str, persons: int,
    history: History,
) -> float:  # fmt: skip
    """log10 of how much likelier rows that stand so are for a copy than for people of all times.

    The mean over the versions counts, for before any row is seen each is as likely to have been
    copied (a Bayes factor; Kass and Raftery, JASA 90, 1995); over the pairs of versions likewise.
    Below 0 the rows are of all times. So may be those of a version that is not kept: of a party
    that has lost any, nothing below 0 is told.

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
    kept = (
        history.versions.filter(pl.col("party_id") == party)
        .select("version_id", "rows")
        .drop_nulls()
        .sort("version_id")
    )
    if mine.is_empty() or kept.is_empty():
        return 0.0
    stands = _stands(mine, history.stands.filter(pl.col("party_id") == party), kept["version_id"])
    log10 = _factor(stands, kept["rows"].to_numpy() / max(persons, 1)) / float(np.log(10))
    return max(log10, 0.0) if party in history.lost else log10


def _stands(mine: pl.DataFrame, stands: pl.DataFrame, versions: pl.Series) -> Floats:
    """1 where a leaked row stands in a version: rows by versions."""
    row = {number: at for at, number in enumerate(mine["leak_row"].unique().sort().to_list())}
    column = {version: at for at, version in enumerate(versions.to_list())}
    found = mine.join(stands, on="distinct").filter(pl.col("version_id").is_in(versions.to_list()))
    made = np.zeros((len(row), len(column)), np.float32)
    made[
        found["leak_row"].replace_strict(row, return_dtype=pl.Int64).to_numpy(),
        found["version_id"].replace_strict(column, return_dtype=pl.Int64).to_numpy(),
    ] = 1
    return made


def _factor(stands: Floats, share: Floats) -> float:
    """Nats of a copy against people of all times.

    Args:
        stands: rows by versions.
        share: of each version, of all the party's people.
    """
    count, held = len(stands), stands.sum(axis=0)
    of_one = _mean(_nats(held, count, share, share) / DEPENDENCE)
    if share.size < 2:
        return of_one
    first, second = np.triu_indices(share.size, 1)
    either = held[first] + held[second] - (stands.T @ stands)[first, second]
    least, most = np.maximum(share[first], share[second]), share[first] + share[second]
    of_two = _mean(_nats(either, count, least, most) / DEPENDENCE)
    return float(np.logaddexp(np.log(ONE) + of_one, np.log(1 - ONE) + of_two))


def _mean(nats: Floats) -> float:
    """Of ratios told in nats the mean, in nats."""
    return float(np.logaddexp.reduce(nats) - np.log(nats.size))


def _nats(held: Floats, count: int, least: Floats, most: Floats) -> Floats:
    """A copy against people of all times, of whom the versions have a share within these bounds.

    Of the bounds the share counts by which people of all times explain the rows best.
    """
    held = held.astype(np.float64)
    stale = np.minimum((count - held + 0.5) / (count + 1.0), MOST_STALE)
    copy = held * np.log(1 - stale) + (count - held) * np.log(stale)
    share = np.clip(held / count, least, np.minimum(most, 1.0))
    within = np.clip(share, _LEAST, 1 - _LEAST)
    chance = held * np.log(within) + (count - held) * np.log(1 - within)
    return np.where(share >= 1.0, 0.0, copy - chance)

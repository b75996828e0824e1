"""Which versions of a party's lists a leak can come from.

Under version v each row is one of v's rows, so that a version explains the rows that stand in it,
the better the fewer it has; rows that do not stand in it are stale, mislinked or added, at a rate
fitted for each version. All versions are equally likely before. The set that holds 95 % of the
probability is told, and what bounds it in counts: rows that stand in no earlier version, rows
that stand in no later one. Versions whose content is lost take part through those kept on either
side (`standing`). Where one version leaves many rows unexplained and a second explains them, the
part was put together from several.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from breachscope.linkage.standing import Standing, standing

if TYPE_CHECKING:
    import polars as pl

    from breachscope.linkage.origins import Floats

COVERED: Final = 0.95
COMPLETE: Final = 0.98
"""A list that holds so much of a version, and little else, is a whole version."""
MORE_THAN_STALE: Final = 0.05
"""Share of the rows that must stand in no version named before another is looked for."""
FEW_STALE: Final = 5.0
MOST_TOGETHER: Final = 6
TURNOVER_ROWS: Final = 20.0
"""So many rows weighs what is stated of a list's turnover beside what a part's rows show."""
ROUNDS: Final = 200
_LEAST: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Dated:
    """Versions by probability, the likeliest first."""

    versions: tuple[str, ...]  # the 95 % set; of several together all of them
    probabilities: tuple[float, ...]  # of several together their shares of the rows
    standing: int  # rows that stand in the likeliest, or in any of those together
    rows: int
    not_before: int  # rows that stand in no version before the likeliest
    not_after: int
    is_whole: bool  # the leak is the likeliest version, all but entire
    together: bool = False  # put together from several versions
    is_lost: bool = False  # the likeliest's content is lost: what is told of it is reckoned
    unseen: tuple[str, ...] = ()  # of `versions`: lists of which nothing is kept may be it as well

    def told(self) -> str:
        """In words."""
        if self.unseen:
            return f"{self._stand()}; or from {', '.join(self.unseen)}, of which nothing is kept"
        return self._stand()

    def _stand(self) -> str:
        if self.is_whole:
            return f"all but the whole of {self.versions[0]}: the easy case"
        if self.together:
            kept = len(self.versions) - len(self.unseen)
            return (
                f"put together from {kept} versions: {self.standing:,} of "
                f"{self.rows:,} rows stand in one of them"
            )
        may = "can have stood" if self.is_lost else "stand"
        lost = ", whose content is lost" if self.is_lost else ""
        return (
            f"{self.standing:,} of {self.rows:,} rows {may} in {self.versions[0]}{lost}; "
            f"{self.not_before:,} of them in none before, {self.not_after:,} in none after"
        )


def dated(rows: pl.DataFrame, stands: pl.DataFrame, versions: pl.DataFrame) -> Dated | None:
    """Date the rows of one part.

    Args:
        rows: leak_row, distinct: the party's records spelt most like each row (several where
            they are equally alike).
        stands: distinct, version_id of the party.
        versions: version_id, uploaded_at, rows of the party's versions; list_id and content
            (`kept`, `lost`) where some content is lost.

    Returns:
        None where no row stands in any kept version.
    """
    found = standing(rows, stands, versions)
    if not (found.chance[:, found.possible] > 0).any():
        return None
    chances = _single(found)
    order = sorted(range(len(chances)), key=lambda i: (-chances[i], i))
    best = order[0]
    together = _together(found, best)
    if len(together) > 1:
        return _with_unseen(_several(found, together), found)
    cut = int(np.searchsorted(np.cumsum(chances[order]), COVERED)) + 1
    before, after = _bounds(found.chance > 0, best)
    count, size = int(found.counted[best]), found.sizes[best]
    whole = not found.lost[best] and count >= COMPLETE * max(size, len(found.leak_rows))
    told = Dated(
        tuple(found.versions[i] for i in order[:cut]),
        tuple(round(float(chances[i]), 6) for i in order[:cut]),
        count,
        len(found.leak_rows),
        before,
        after,
        bool(whole),
        is_lost=bool(found.lost[best]),
    )
    stale = len(found.leak_rows) - count
    few = stale <= max(MORE_THAN_STALE * len(found.leak_rows), FEW_STALE)
    return told if few else _with_unseen(told, found)


def _with_unseen(told: Dated, found: Standing) -> Dated:
    """Where no version explains the rows by itself: lists of which nothing is kept may.

    Nothing is known of their content, so that no probability is told of them.
    """
    unseen = found.lost & found.possible & ~(found.chance > 0).any(axis=0)
    names = tuple(v for v, is_unseen in zip(found.versions, unseen, strict=True) if is_unseen)
    return replace(
        told,
        versions=told.versions + names,
        probabilities=told.probabilities + (0.0,) * len(names),
        unseen=names,
    )


def _single(found: Standing) -> Floats:
    """The probability of each version, if all rows come from one."""
    count = float(len(found.leak_rows))
    gone = TURNOVER_ROWS * (1.0 - found.survives)
    one_sided = found.survives < 1.0
    stale = np.where(
        one_sided,
        (count - found.counted + np.maximum(gone, 0.5)) / (count + TURNOVER_ROWS),
        (count - found.counted + 0.5) / (count + 1.0),
    )
    can = np.log(np.where(found.chance > 0, found.chance, 1.0)).sum(axis=0)
    log = (
        found.counted * np.log((1 - stale) / found.sizes)
        + can
        + (count - found.counted) * np.log(stale / found.sizes.sum())
    )
    log[~found.possible] = -np.inf
    chance = np.exp(log - log.max())
    shares: Floats = chance / chance.sum()
    return shares


def _together(found: Standing, best: int) -> list[int]:
    """The versions a part was put together from, the first the likeliest; mostly one.

    One more is taken while it explains enough rows that no other does, by the information
    criterion of Schwarz (Annals of Statistics 6, 1978).
    """
    chosen, whole = [best], _fit(found, [best])[1]
    least = max(MORE_THAN_STALE * len(found.leak_rows), FEW_STALE)
    while len(chosen) < MOST_TOGETHER:
        left = found.chance[:, chosen].max(axis=1) <= 0
        if left.sum() < least:
            break
        gains = (found.chance[left] / found.sizes).sum(axis=0)
        gains[chosen] = 0.0
        gains[~found.possible] = 0.0
        more = [*chosen, int(gains.argmax())]
        better = _fit(found, more)[1]
        if gains.max() <= 0 or better - whole < np.log(len(found.leak_rows)):
            break
        chosen, whole = more, better
    return chosen


def _fit(found: Standing, chosen: list[int]) -> tuple[Floats, float]:
    """Shares of the rows by version, stale rows last, and the log-likelihood; by EM."""
    density = found.chance[:, chosen] / found.sizes[chosen]
    density = np.column_stack([density, np.full(len(density), 1.0 / found.sizes.sum())])
    patterns, count = np.unique(density, axis=0, return_counts=True)
    weights = np.full(len(chosen) + 1, 1.0 / (len(chosen) + 1))
    for _ in range(ROUNDS):
        joint = patterns * weights
        shares = joint / np.maximum(joint.sum(axis=1, keepdims=True), _LEAST)
        moved = (shares * count[:, None]).sum(axis=0) / count.sum()
        if float(np.abs(moved - weights).max()) < 1e-7:
            break
        weights = moved
    whole = np.maximum((patterns * weights).sum(axis=1), _LEAST)
    return weights, float(count @ np.log(whole))


def _several(found: Standing, chosen: list[int]) -> Dated:
    weights, _ = _fit(found, chosen)
    order = sorted(range(len(chosen)), key=lambda i: (-weights[i], chosen[i]))
    held = found.chance[:, chosen].max(axis=1) > 0
    return Dated(
        tuple(found.versions[chosen[i]] for i in order),
        tuple(round(float(weights[i]), 6) for i in order),
        int(held.sum()),
        len(found.leak_rows),
        0,
        0,
        is_whole=False,
        together=True,
    )


def _bounds(present: np.ndarray[tuple[int, int], np.dtype[np.bool_]], best: int) -> tuple[int, int]:
    """Rows that stand in the version and in none before it; in none after it."""
    here = present[:, best]
    before = present[:, :best].any(axis=1)
    after = present[:, best + 1 :].any(axis=1)
    return int((here & ~before).sum()), int((here & ~after).sum())

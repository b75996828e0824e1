"""Which distinct records the stretches of rows reach."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from breachscope.people.ladder import NOT_SURELY, Minimum, Reached, Unread
from breachscope.resolve.components import Labels, how_many
from breachscope.schema import COUNTED_TIERS, POLICIES

Ranks: TypeAlias = npt.NDArray[np.int64]


_NOBODY: Final = np.empty(0, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class VersionRows:
    """The kept records of one version: which distinct record each row is."""

    row_no: npt.NDArray[np.uint32]
    distinct: Labels


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch, with the records found in it."""

    distinct: Labels
    tier: int
    maybe: int
    unread: int
    """Rows of the stretch that hold no readable record."""
    beyond: Labels
    """Kept records after the last row the version is said to have, if the stretch ends there."""


def version_rows(index: pl.DataFrame) -> dict[str, VersionRows]:
    """Cut a RECORD_INDEX, whose versions stand side by side, into its versions."""
    runs = index.select(pl.col("version_id").rle()).unnest("version_id")
    stops = runs["len"].cum_sum()
    spans = zip(runs["value"].cast(pl.String()), stops - runs["len"], stops, strict=True)
    row_no, distinct = index["row_no"].to_numpy(), index["distinct"].to_numpy()
    return {
        version: VersionRows(row_no[start:stop], distinct[start:stop])
        for version, start, stop in spans
    }


def places(stretches: pl.DataFrame, versions: Mapping[str, VersionRows]) -> list[Place]:
    """The records of each of the STRETCHES, in their order; after these, what may be beyond.

    Content may be kept that is longer than the list is said to have been: the rows beyond may
    have left, but did not surely.
    """
    columns = ("version_id", "row_from", "row_to", "version_rows", "tier", "maybe")
    numbered = stretches.select(columns).with_columns(
        pl.col("tier").to_physical().fill_null(NOT_SURELY)
    )
    found = [
        _place(versions.get(version), row_from, row_to, rows, tier, maybe)
        for version, row_from, row_to, rows, tier, maybe in numbered.iter_rows()
    ]
    beyond = (
        Place(place.beyond, NOT_SURELY, _all_tiers(place), 0, _NOBODY)
        for place in found
        if place.beyond.size
    )
    return [*found, *beyond]


def _all_tiers(place: Place) -> int:
    return place.maybe | (1 << place.tier) & ((1 << NOT_SURELY) - 1)


def _place(
    kept: VersionRows | None, row_from: int, row_to: int, rows: int | None, tier: int, maybe: int
) -> Place:
    """To the version's last row means to the last record kept, however its rows are numbered.

    Never are more records surely found than the stretch has rows.
    """
    last = row_to if rows is None else min(row_to, rows)
    spanned = max(0, last - row_from + 1)
    if kept is None:
        return Place(_NOBODY, tier, maybe, spanned, _NOBODY)
    start = _before(kept.row_no, row_from)
    to_the_end = rows is not None and row_to >= rows
    stop = kept.row_no.size if to_the_end else _before(kept.row_no, row_to + 1)
    surely = min(stop, start + spanned)
    found, beyond = kept.distinct[start:surely], kept.distinct[surely:stop]
    return Place(found, tier, maybe, spanned - found.size, beyond)


def _before(row_no: npt.NDArray[np.uint32], row: int) -> int:
    """How many of the ascending row numbers are less than `row`.

    A Python integer would be an int64 to NumPy, which then converts all rows at each search.
    """
    if row_no.size == 0 or row > int(row_no[-1]):
        return row_no.size
    return int(np.searchsorted(row_no, np.uint32(max(row, 0))))


def best_places(found: Sequence[Place], size: int) -> Ranks:
    """For each distinct record the first place that surely reaches it; len(found) if none does."""
    best = np.full(size, len(found), dtype=np.int64)
    for rank in reversed(range(len(found))):  # the best is written last
        if found[rank].tier < NOT_SURELY:
            best[found[rank].distinct] = rank
    return best


def reached(found: Sequence[Place], best: Ranks) -> Reached:
    """The records reached, with their best tier and the tiers that may have reached them."""
    tiers = np.array([*(place.tier for place in found), NOT_SURELY], dtype=np.uint8)
    tier, maybe = tiers[best], np.zeros(best.size, dtype=np.uint8)
    for place in found:
        if place.maybe:
            maybe[place.distinct] |= np.uint8(place.maybe)
    nodes = np.flatnonzero((tier < NOT_SURELY) | (maybe > 0)).astype(np.uint32)
    return Reached(nodes, tier[nodes], maybe[nodes])


def unread_rows(found: Sequence[Place], times: Labels) -> Unread:
    """Rows that count for the high bound only, once each in every tier they may stand in.

    Args:
        found: the places.
        times: for each distinct record, how many people its rows may be (PERSONS).
    """
    standing = [[p for p in found if _may_stand_in(p, tier)] for tier in range(NOT_SURELY)]
    a, b, c = (sum(place.unread for place in part) for part in standing)
    more_a, more_b, more_c, more = _repeats([*standing, found], times)
    whole = sum(place.unread for place in found) + more
    return Unread((a, b, c), whole, (more_a, more_b, more_c))


def _repeats(parts: Sequence[Sequence[Place]], times: Labels) -> Iterator[int]:
    """For each part, the people its repeated records may be, beyond one for each record."""
    thin = times > 1
    for part in parts:
        rows = [place.distinct[thin[place.distinct]] for place in part] if thin.any() else []
        left = np.bincount(np.concatenate([_NOBODY, *rows]), minlength=times.size)
        yield int(np.maximum(np.minimum(left, times.astype(np.int64)) - 1, 0).sum())


def _may_stand_in(place: Place, tier: int) -> bool:
    return place.tier == tier or (place.tier > tier and bool(place.maybe >> tier & 1))


def largest_minimum(
    segments: pl.DataFrame, versions: Mapping[str, VersionRows], persons: pl.DataFrame
) -> Minimum:
    """The `count` download that must have reached the most persons; minima never add up."""
    counts = segments.filter((pl.col("at_least") > 0) & pl.col("version_id").is_in(list(versions)))
    if counts.is_empty():
        return Minimum()
    standard, loose = (persons[policy].to_numpy() for policy in POLICIES[1:])
    ranked = counts.sort("tier", "at", "event_id", "version_id", nulls_last=True)
    minima = _minima(ranked, versions, {"standard": standard, "loose": loose})
    return max(minima, key=lambda minimum: (minimum.standard, minimum.loose))


def _minima(
    counts: pl.DataFrame, versions: Mapping[str, VersionRows], labels: Mapping[str, Labels]
) -> Iterator[Minimum]:
    people = {
        (version, policy): how_many(whose[versions[version].distinct])
        for version in counts["version_id"].unique()
        for policy, whose in labels.items()
    }
    columns = ("version_id", "tier", "at_least", "version_rows")
    for version, tier, taken, rows in counts.select(columns).iter_rows():
        left_behind = max(0, max(rows or 0, versions[version].row_no.size) - taken)
        yield Minimum(
            COUNTED_TIERS.index(tier),
            _at_least(people[version, "standard"], left_behind),
            _at_least(people[version, "loose"], left_behind),
        )


def _at_least(people: int, left_behind: int) -> int:
    """Each row left behind can spare one person at most; some row did leave."""
    return min(people, max(1, people - left_behind))

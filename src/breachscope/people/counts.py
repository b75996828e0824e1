"""The count ladder: rows, distinct rows, persons of a party, persons over all parties.

`count` takes the standard identity, `low` the loose one, `high` the strict one and everybody
who may have been reached. Counts add over tiers and parties, bounds over parties only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from breachscope.errors import ReconciliationError
from breachscope.people.ladder import NOT_SURELY, Minimum, Reached, Unread, ladder
from breachscope.people.reach import (
    Ranks,
    best_places,
    largest_minimum,
    places,
    reached,
    unread_rows,
    version_rows,
)
from breachscope.people.scope import best_rows
from breachscope.resolve.components import Labels
from breachscope.schema import (
    COUNTED_TIERS,
    COUNTS,
    LADDER_TIERS,
    MEASURES,
    OVER_PARTIES,
    POLICIES,
    RECORD_FIELDS,
    SCOPE,
)

PARTY_COUNTS: Final = pl.Schema(
    {name: dtype for name, dtype in COUNTS.items() if name not in {"name", "sector"}}
)
"""COUNTS less what the list of parties says."""


@dataclass(frozen=True, slots=True)
class PartyReach:
    """What left of one party, and what the step over parties needs of it."""

    party_id: str
    counts: pl.DataFrame
    """PARTY_COUNTS, one row."""
    scope: pl.DataFrame
    """SCOPE, in the order in which the persons first appear in the party's records."""
    reached: Reached
    minimum: Minimum
    unread: Unread
    endless: tuple[str, ...]
    """Downloads of lost content whose rows nothing bounds: they are missing in every high."""
    seized: int = 0
    """Rows that left by files found without a download: rows_gross does not have them."""


def party_reach(
    party_id: str,
    segments: pl.DataFrame,
    downloads: pl.DataFrame,
    index: pl.DataFrame,
    persons: pl.DataFrame,
    fields: Mapping[str, Sequence[str]],
) -> PartyReach:
    """Count what left of one party.

    Args:
        party_id: the party; rows of others in `segments` and `downloads` are passed over.
        segments: SEGMENTS.
        downloads: EGRESS; gives rows_gross, downloads, first and last.
        index: RECORD_INDEX of the party, rows of one version side by side in row_no order.
        persons: PERSONS of the party.
        fields: for each version, which of RECORD_FIELDS it holds.
    """
    own = segments.filter(pl.col("party_id") == party_id)
    stretches, versions = best_rows(own), version_rows(index)
    found = places(stretches, versions)
    best = best_places(found, persons.height)
    records, unread = reached(found, best), unread_rows(found, persons["times"].to_numpy())
    minimum = largest_minimum(own, versions, persons)
    row = {
        "party_id": party_id,
        **_gross(downloads.filter(pl.col("party_id") == party_id), fields),
        "rows_distinct": int(np.count_nonzero(best < len(found))),
        **ladder(records, _labels(persons), minimum, unread),
    }
    counts = pl.DataFrame([row], schema=PARTY_COUNTS)
    scope = _scope(party_id, best, stretches, persons)
    seized = _seized_rows(own, downloads)
    return PartyReach(party_id, counts, scope, records, minimum, unread, _endless(own), seized)


def over_parties_counts(reaches: Sequence[PartyReach], labels: pl.DataFrame) -> pl.DataFrame:
    """OVER_PARTIES: persons counted once over all parties.

    Args:
        reaches: one a party, in the order in which `over_parties` was given them.
        labels: OVER_LABELS.
    """
    party = labels["party"].to_numpy()
    starts = np.searchsorted(party, np.arange(len(reaches))).astype(np.uint32)
    nodes = [reach.reached.nodes + start for reach, start in zip(reaches, starts, strict=True)]
    records = Reached(
        np.concatenate([np.empty(0, np.uint32), *nodes]),
        np.concatenate([np.empty(0, np.uint8), *(reach.reached.tier for reach in reaches)]),
        np.concatenate([np.empty(0, np.uint8), *(reach.reached.maybe for reach in reaches)]),
    )
    unread = [reach.unread for reach in reaches]
    tiers = range(NOT_SURELY)
    a, b, c = (sum(rows.tiers[tier] for rows in unread) for tier in tiers)
    more_a, more_b, more_c = (sum(rows.repeats[tier] for rows in unread) for tier in tiers)
    minimum = max((reach.minimum for reach in reaches), key=_size, default=Minimum())
    total = Unread((a, b, c), sum(rows.all for rows in unread), (more_a, more_b, more_c))
    return pl.DataFrame([ladder(records, _labels(labels), minimum, total)], schema=OVER_PARTIES)


def _size(minimum: Minimum) -> tuple[int, int, int]:
    """Of two equal minima the one of the better tier."""
    return minimum.standard, minimum.loose, -minimum.tier


def _labels(frame: pl.DataFrame) -> dict[str, Labels]:
    return {policy: frame[policy].to_numpy() for policy in POLICIES}


def reconciled(
    counts: pl.DataFrame, over: pl.DataFrame, seized: Mapping[str, int] | None = None
) -> None:
    """Check that the figures agree with one another.

    Args:
        counts: COUNTS or PARTY_COUNTS, one row a party.
        over: OVER_PARTIES.
        seized: for each party, rows that left but are not in rows_gross.

    Raises:
        ReconciliationError: naming each party and the figures that disagree.
    """
    rows = {f"party {row['party_id']}": row for row in counts.iter_rows(named=True)}
    whole = over.row(0, named=True)
    wrong = [f"{who}: {said}" for who, row in rows.items() for said in _amiss(row)]
    wrong += _fewer_rows(counts, seized or {})
    wrong += [f"over all parties: {said}" for said in _amiss(whole)]
    for figure in (f"all_{measure}" for measure in MEASURES):
        total = sum(row[figure] for row in rows.values())
        if whole[figure] > total:
            wrong.append(f"over all parties: {figure} {whole[figure]} above the sum {total}")
    if wrong:
        raise ReconciliationError("totals disagree:\n  " + "\n  ".join(wrong))


def _fewer_rows(counts: pl.DataFrame, seized: Mapping[str, int]) -> Iterator[str]:
    """Parties with more persons, at least, than rows of them left at most."""
    for party, low, rows in counts.select("party_id", "all_low", "rows_gross_high").iter_rows():
        most = rows + seized.get(party, 0)
        if low > most:
            yield f"party {party}: all_low {low} above the {most} rows that left at most"


def _amiss(row: Mapping[str, int]) -> list[str]:
    """What does not add up in one row of the ladder."""
    tiers = sum(row[f"{tier}_count"] for tier in COUNTED_TIERS)
    wrong = [] if tiers == row["all_count"] else [f"tiers give {tiers}, all {row['all_count']}"]
    ranges = [
        tuple(f"{tier}_{measure}" for measure in ("low", "count", "high")) for tier in LADDER_TIERS
    ]
    if "rows_gross" in row:
        ranges.append(("rows_gross_low", "rows_gross", "rows_gross_high"))
    for names in ranges:
        low, count, high = (row[name] for name in names)
        if not low <= count <= high:
            wrong.append(f"{names[1]} {count} not between {low} and {high}")
    return wrong


def _gross(downloads: pl.DataFrame, fields: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """Rows fetched, repeats and all, over the counted tiers."""
    counted = downloads.filter(pl.col("tier").is_in(COUNTED_TIERS))
    rows = pl.coalesce("rows", "rows_low", 0)
    figures = counted.select(
        rows_gross=rows.sum(),
        rows_gross_low=pl.coalesce("rows_low", rows).sum(),
        rows_gross_high=pl.coalesce("rows_high", rows).sum(),
        first_at=pl.col("at").min(),
        last_at=pl.col("at").max(),
        downloads=pl.len(),
    )
    held = {name for version in counted["version_id"].unique() for name in fields.get(version, ())}
    return {
        **figures.row(0, named=True),
        "fields": [name for name in RECORD_FIELDS if name in held],
    }


def _scope(
    party_id: str, best: Ranks, stretches: pl.DataFrame, persons: pl.DataFrame
) -> pl.DataFrame:
    """SCOPE: of each person the best stretch that surely reaches one of the records."""
    labels = persons["standard"].to_numpy()
    taken = np.flatnonzero(best < stretches.height)
    worst_first = taken[np.argsort(-best[taken], kind="stable")]
    rank = np.full(labels.size, stretches.height, dtype=np.int64)
    rank[labels[worst_first]] = best[worst_first]  # the best is written last
    who = np.flatnonzero(rank < stretches.height)
    how = stretches.select("tier", "first_at", "event_id")[rank[who]]
    whose = persons["person_key"].gather(who)
    return how.with_columns(whose, party_id=pl.lit(party_id)).select(SCOPE.names())


def _seized_rows(segments: pl.DataFrame, downloads: pl.DataFrame) -> int:
    """Rows of segments that no download made."""
    alone = segments.join(downloads.select("event_id"), on="event_id", how="anti")
    rows = alone.select(pl.col("row_to").cast(pl.Int64()) - pl.col("row_from") + 1)
    return int(rows.to_series().sum())


def _endless(segments: pl.DataFrame) -> tuple[str, ...]:
    events = segments.filter(pl.col("row_to").is_null()).get_column("event_id")
    return tuple(events.drop_nulls().unique().sort())

"""Which records are one person, within one party and over all parties."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from breachscope.people.distinct import KEY_HASHES, Distinct, distinct_records
from breachscope.playbook import Identity
from breachscope.resolve.components import Labels
from breachscope.resolve.policies import Resolved, resolved
from breachscope.resolve.rungs import Hashes
from breachscope.schema import PEOPLE, PERSONS, POLICIES, RECORD_INDEX, conform

OVER_LABELS: Final = pl.Schema(
    {"party": pl.UInt32(), "distinct": pl.UInt32(), **{p: pl.UInt32() for p in POLICIES}}
)
"""The person over all parties of each distinct record; `party` counts the parties from 0."""


@dataclass(frozen=True, slots=True)
class PartyIdentity:
    """Who is who in the records of one party."""

    party_id: str
    index: pl.DataFrame
    """RECORD_INDEX: rows of one version side by side, versions in the order given."""
    persons: pl.DataFrame
    """PERSONS: row i is distinct record i."""
    keys: pl.DataFrame
    """KEY_HASHES: row i is distinct record i; for `over_parties` only."""


def party_identity(
    party_id: str, versions: Iterable[tuple[str, pl.DataFrame]], policy: Identity
) -> PartyIdentity:
    """Find the persons of one party.

    Args:
        party_id: the party.
        versions: (version_id, frame of RECORD_KEYS) in order of upload; each frame is let go
            before the next is asked for.
        policy: the rungs.
    """
    distinct = distinct_records(versions)
    keys = distinct.records.select(KEY_HASHES.names())
    found = resolved(_arrays(keys), policy)
    persons = pl.DataFrame(
        {
            "distinct": np.arange(keys.height, dtype=np.uint32),
            **found.labels,
            "person_key": _person_keys(party_id, distinct, found.labels["standard"]),
            "reason": _reasons(found, policy),
            "times": _times(distinct.index, found.certain),
        },
        schema=PERSONS,
    )
    names = pl.Series(distinct.version_ids, dtype=pl.String()).cast(pl.Categorical())
    index = distinct.index.with_columns(version_id=names.gather(distinct.index["version"]))
    return PartyIdentity(party_id, index.select(RECORD_INDEX.names()), persons, keys)


def people(party_id: str, index: pl.DataFrame, persons: pl.DataFrame) -> pl.LazyFrame:
    """PEOPLE: which record of a party is which person, in the order of the index."""
    whose = pl.col("distinct")
    return conform(
        index.lazy().select(
            party_id=pl.lit(party_id),
            person_key=pl.lit(persons["person_key"]).gather(whose),
            version_id=pl.col("version_id").cast(pl.String()),
            row_no="row_no",
            reason=pl.lit(persons["reason"]).gather(whose),
        ),
        PEOPLE,
    )


def over_parties(
    parts: Sequence[tuple[str, pl.DataFrame, pl.DataFrame]],
    policy: Identity,
    rejected: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> pl.DataFrame:
    """OVER_LABELS: persons over all parties, by the rungs that hold across them.

    Args:
        parts: (party_id, keys, persons) of every party, in the order that gives each its
            number; what a party has joined stays joined. One party alone stays as it is.
        policy: the rungs; those with `across_parties = false` are left out.
        rejected: name of a rung -> parties of whom it joins nobody (`merge_rulings`).
    """
    heights = [persons.height for _, _, persons in parts]
    starts = [0, *accumulate(heights)][: len(heights)]
    across = [rung for rung in policy.rungs if rung.across_parties]
    keys = {column: _gathered([keys[column] for _, keys, _ in parts]) for column in KEY_HASHES}
    bases = {policy_: _stacked(parts, starts, policy_) for policy_ in POLICIES}
    one_alone = sum(height > 0 for height in heights) < 2
    labels = (
        bases
        if one_alone
        else resolved(
            keys,
            policy.model_copy(update={"rungs": across}),
            bases,
            _outside([party for party, _, _ in parts], heights, rejected),
        ).labels
    )
    return pl.DataFrame(
        {
            "party": np.repeat(np.arange(len(parts), dtype=np.uint32), heights),
            "distinct": _gathered([persons["distinct"] for _, _, persons in parts], np.uint32),
            **labels,
        },
        schema=OVER_LABELS,
    )


def _outside(
    names: Sequence[str], heights: Sequence[int], rejected: Mapping[str, frozenset[str]]
) -> Mapping[str, npt.NDArray[np.bool_]]:
    """Name of a rung -> the records of the parties of whom it joins nobody."""
    return {
        rung: np.repeat(np.array([name in parties for name in names], np.bool_), heights)
        for rung, parties in rejected.items()
    }


def _gathered(columns: list[pl.Series], dtype: npt.DTypeLike = np.uint64) -> npt.NDArray[np.uint64]:
    whole = [np.empty(0, dtype=dtype), *(column.to_numpy() for column in columns)]
    return np.concatenate(whole)


def _stacked(
    parts: Sequence[tuple[str, pl.DataFrame, pl.DataFrame]], starts: Sequence[int], policy: str
) -> Labels:
    """The parties' own labels one after the other, moved to where each party begins."""
    moved = [
        persons[policy].to_numpy() + np.uint32(start)
        for (_, _, persons), start in zip(parts, starts, strict=True)
    ]
    return np.concatenate([np.empty(0, dtype=np.uint32), *moved])


def _arrays(keys: pl.DataFrame) -> Mapping[str, Hashes]:
    return {column: keys[column].to_numpy() for column in keys.columns}


def _person_keys(party_id: str, distinct: Distinct, labels: Labels) -> pl.Series:
    """For each distinct record its person's key: made from where that person stood first."""
    first = np.flatnonzero(labels == np.arange(labels.size))
    stood = distinct.records.select("version", "row_no")[first]
    prefixes = [f"{party_id}\n{version_id}\n" for version_id in distinct.version_ids]
    prefix = pl.lit(pl.Series(prefixes, dtype=pl.String())).gather("version")
    where = stood.select(pl.concat_str(prefix, "row_no")).to_series().to_list()
    digests = [sha256(text.encode()).hexdigest() for text in where]
    keys = pl.Series(digests, dtype=pl.String()).str.head(16)
    place = np.empty(labels.size, dtype=np.uint32)
    place[first] = np.arange(first.size, dtype=np.uint32)
    return keys.gather(place[labels])


def _times(index: pl.DataFrame, certain: npt.NDArray[np.bool_]) -> Labels:
    """How many rows of one version each record is, at most; 1 where these are one person.

    Rows of other versions do not add: they may be the same people again.
    """
    times = np.ones(certain.size, dtype=np.uint32)
    thin = index.filter(pl.lit(pl.Series(~certain)).gather("distinct"))
    rows = thin.group_by("version", "distinct").len()
    most = rows.group_by("distinct").agg(pl.col("len").max())
    times[most["distinct"].to_numpy()] = most["len"].to_numpy()
    return times


def _reasons(found: Resolved, policy: Identity) -> pl.Series:
    names = pl.Series([*(rung.name for rung in policy.rungs), "alone"], dtype=pl.String())
    alone = len(policy.rungs)
    return names.gather(np.where(found.rung < 0, alone, found.rung).astype(np.uint32))

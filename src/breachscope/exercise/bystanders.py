"""Whom rows not stolen are about: relatives of the listed, strangers, shared customers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise.dice import Bools, Ids, pick
from breachscope.exercise.population import Codes, codes, households
from breachscope.exercise.tables import CITIES

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.exercise.world import Party, World

_LARGEST_HOUSEHOLD: Final = 5
_NUMBERS: Final = 10_000_000  # beyond so many people, telephone numbers begin to repeat


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everyone, and who of them stands in some list; strangers have the numbers beyond."""

    world: World
    records: Path  # the truth's
    listed: Bools
    strangers: int

    def about(self, ids: Ids) -> Codes:
        """Everything about these people; strangers live anywhere."""
        people = codes(ids, self.world)
        anywhere = pick(people.household, 26, len(CITIES))
        city = np.where(ids >= self.world.people, anywhere, people.city)
        return replace(people, city=city, area=city)

    def some_strangers(self, rng: np.random.Generator, count: int) -> Ids:
        """People who stand in no list, and nobody of their household either."""
        count = min(count, self.strangers)
        chosen = rng.choice(self.strangers, count, replace=False).astype(np.uint64)
        return chosen + np.uint64(self.world.people)

    def some_relatives(self, rng: np.random.Generator, count: int) -> Ids:
        """People who stand in no list, but someone of their household does; at most so many."""
        unlisted = rng.permutation(np.flatnonzero(~self.listed).astype(np.uint64))
        ids = unlisted[: 3 * count + 24]
        home = households(ids)
        found = np.zeros(len(ids), dtype=bool)
        for place in range(_LARGEST_HOUSEHOLD):
            other = np.minimum(home + np.uint64(place), np.uint64(self.world.people - 1))
            found |= self.listed[other] & (households(other) == home)
        return ids[found][:count]

    def customers(self, *parties: Party) -> Ids:
        """Everyone who stands in lists of all these parties."""
        return reduce(np.intersect1d, [_persons(self.records, party) for party in parties])


def crowd(world: World, records: Path) -> Crowd:
    """From the truth's records."""
    listed = np.zeros(world.people, dtype=bool)
    for party in world.parties:
        listed[_persons(records, party)] = True
    strangers = min(4 * world.scale.leak_rows[1], _NUMBERS - world.people)
    return Crowd(world, records, listed, strangers)


def _persons(records: Path, party: Party) -> Ids:
    frame = pl.read_parquet(records / f"{party.party_id}.parquet", columns=["person"])
    ids: Ids = frame["person"].unique().sort().to_numpy().astype(np.uint64)
    return ids

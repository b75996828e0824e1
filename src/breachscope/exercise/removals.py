"""Removals: what the thief truly carried out, download by download, to be sold later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import numpy as np

    from breachscope.exercise.facts import Shelf
    from breachscope.exercise.records import Version


@dataclass(frozen=True, slots=True)
class Removal:
    """Rows of a version that truly left by one download."""

    number: int  # among all removals
    at: int
    version: Version
    first: int
    last: int
    file: str | None  # where the download stands in the log, if it does
    line: int | None
    event_id: str | None

    @property
    def rows(self) -> int:
        """How many rows left."""
        return self.last - self.first + 1

    @property
    def whole(self) -> bool:
        """Every row of the version left."""
        return (self.first, self.last) == (1, self.version.rows)

    @property
    def party(self) -> int:
        """The party whose list it was, by its number."""
        return self.version.one.party.index

    @property
    def kept(self) -> bool:
        """The version's content was kept."""
        return self.version.file is not None


@dataclass(slots=True)
class Loot:
    """All removals, and which versions have been sold already."""

    removals: list[Removal]
    kept_lists: set[str]  # lists of which some version's content was kept
    sold: set[int] = field(default_factory=set)

    def choose(
        self,
        rng: np.random.Generator,
        count: int,
        fits: Callable[[Removal], bool],
        apart: Callable[[Removal], Hashable],
    ) -> list[Removal]:
        """Up to `count` that fit, no two the same by `apart`, those not yet sold first."""
        shuffled = [self.removals[i] for i in rng.permutation(len(self.removals))]
        shuffled.sort(key=lambda removal: removal.version.plan.index in self.sold)
        chosen: dict[Hashable, Removal] = {}
        for removal in shuffled:
            if len(chosen) < count and fits(removal):
                chosen.setdefault(apart(removal), removal)
        self.sold |= {removal.version.plan.index for removal in chosen.values()}
        return list(chosen.values())

    def determinable(self, removal: Removal) -> bool:
        """The content of that version, or of another of its list, was kept."""
        return removal.version.one.list_id in self.kept_lists


def loot(done: pl.DataFrame, shelf: Shelf) -> Loot:
    """Everything carried out, from the truth's downloads."""
    by_id = {version.plan.version_id: version for version in shelf.versions}
    columns = ("at_utc", "version_id", "first_row", "last_row", "file", "line", "event_id")
    taken = done.filter("carried_out").with_columns(pl.col("at_utc").dt.epoch("s"))
    return Loot(
        [
            Removal(number, at, by_id[version], first, last, file, line, event)
            for number, (at, version, first, last, file, line, event) in enumerate(
                taken.select(columns).iter_rows()
            )
        ],
        {version.one.list_id for version in shelf.versions if version.file is not None},
    )


def version_of(removal: Removal) -> int:
    """Its version, by number: to choose removals of different ones."""
    return removal.version.plan.index


def party_of(removal: Removal) -> int:
    """Its party, by number: to choose removals of different ones."""
    return removal.party

"""The lists: which there are, their versions, who stands in each, and the files kept of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from breachscope.exercise.days import DAY, day, instant, iso
from breachscope.exercise.dice import Ids, Ints, unit
from breachscope.exercise.population import households, own_order
from breachscope.exercise.styles import Style, draw
from breachscope.exercise.tables import JOBS
from breachscope.exercise.world import SITES, Party, World

if TYPE_CHECKING:
    from collections.abc import Iterator

CHURN: Final = 0.10
EXTRA_SHARE: Final = 0.08
END: Final = instant(day("2023-11-01"), 0)
"""Nothing is known beyond: the last evidence was taken then."""
_FIRST_UPLOAD, _LAST_UPLOAD = "2013-04-01", "2022-06-01"


@dataclass(frozen=True, slots=True)
class FilePlan:
    """The form a list's uploads had, and the form in which they were handed over."""

    encoding: str
    newline: str
    separator: str
    container: str  # plain, gz, zst, zip, xlsx, reencoded
    title: bool
    footer: bool


@dataclass(frozen=True, slots=True)
class VersionPlan:
    """One version: when it was in force, and what is left of it."""

    index: int  # over all versions of the exercise
    number: int  # within the list, from 0
    version_id: str
    explicit_id: bool  # the inventory gives the id; else it follows from list and time
    path: str
    uploaded: int
    until: int  # removal or next upload
    removed: int | None
    kept: bool
    style: Style
    file: FilePlan
    inventory: tuple[bool, bool, bool]  # rows, bytes, sha256 stand in the inventory


@dataclass(frozen=True, slots=True)
class ListPlan:
    """A list of one party: one job for which people were to be called."""

    list_id: str
    party: Party
    title: str
    site: int
    share: float
    by_household: bool
    ordered: bool  # stands in the order of the people's numbers
    salt: int
    versions: tuple[VersionPlan, ...]


def plan(world: World) -> tuple[ListPlan, ...]:
    """All lists of all parties, with their versions numbered through."""
    lists: list[ListPlan] = []
    count = 0
    for party in world.parties:
        rng = np.random.default_rng([world.seed, 2, party.index])
        for share, versions in _shares(rng, world.scale.rows_per_person):
            one = _list(rng, party, len(lists) + 1, share, versions, count)
            count += versions
            lists.append(one)
    return tuple(lists)


def _shares(rng: np.random.Generator, wanted: float) -> Iterator[tuple[float, int]]:
    """Lists until about enough rows a person are reached."""
    total = 0.0
    while total < wanted:
        share, versions = float(rng.uniform(0.4, 0.9)), int(rng.integers(1, 5))
        total += share * versions
        yield share, versions


def _list(
    rng: np.random.Generator, party: Party, number: int, share: float, versions: int, count: int
) -> ListPlan:
    list_id = f"L{number:04d}"
    file = _file_plan(rng, party)
    system = _system(rng, party, file)
    newer = _system(rng, party, file) if rng.random() < 0.3 else system
    times = _times(rng, versions)
    removed = times[-1] if rng.random() < 0.8 and times[-1] < END else None
    times[-1] = removed or END
    job = JOBS[party.sector][int(rng.integers(0, len(JOBS[party.sector])))]
    short = party.name.removeprefix("株式会社").removeprefix("独立行政法人 ")
    plans = []
    for i in range(versions):
        explicit = party.index % 2 == 0
        version_id = f"V{count + i + 1:06d}" if explicit else f"{list_id}@{iso(times[i])}"
        plans.append(
            VersionPlan(
                count + i, i, version_id, explicit,
                f"/pds/data/{party.party_id}/{list_id}_{i + 1:02d}.csv", times[i], times[i + 1],
                removed if i == versions - 1 else None, bool(rng.random() > 0.08),
                newer if i * 2 > versions else system, file,
                (bool(rng.random() < 0.85), bool(rng.random() < 0.9), bool(rng.random() < 0.6)),
            )
        )  # fmt: skip
    return ListPlan(
        list_id, party, f"{short}_{job}_第{number}期", int(rng.integers(1, SITES + 1)), share,
        bool(rng.random() < 0.4), bool(rng.random() < 0.5), 100 + number * 10, tuple(plans),
    )  # fmt: skip


def _system(rng: np.random.Generator, party: Party, file: FilePlan) -> Style:
    variants = file.encoding != "euc_jp" and bool(rng.random() < 0.6)
    return draw(rng, party, file.separator, variants)


def _file_plan(rng: np.random.Generator, party: Party) -> FilePlan:
    encoding = str(
        rng.choice(["cp932", "utf-8-sig", "euc_jp", "utf-16"], p=[0.76, 0.12, 0.07, 0.05])
    )
    container = str(
        rng.choice(["plain", "gz", "zst", "zip", "xlsx", "reencoded"],
                   p=[0.74, 0.05, 0.04, 0.05, 0.06, 0.06])
    )  # fmt: skip
    if party.index == 0:
        encoding, container = "cp932", "plain"
    if container == "xlsx" and party.index < 30:
        container = "plain"  # a sheet is for the small ones
    return FilePlan(
        encoding, "\n" if rng.random() < 0.1 else "\r\n", "\t" if rng.random() < 0.07 else ",",
        container, bool(rng.random() < 0.12), bool(rng.random() < 0.15),
    )  # fmt: skip


def _times(rng: np.random.Generator, versions: int) -> list[int]:
    """Upload times of the versions, and the end of the last one."""
    first, last = day(_FIRST_UPLOAD), day(_LAST_UPLOAD)
    start = int(rng.integers(first, last - 200)) if rng.random() < 0.75 else first
    lengths = rng.integers(240, 700, versions)
    days = start + np.concatenate([[0], np.cumsum(lengths)])
    minutes = rng.integers(0, 500, versions + 1)
    return [instant(int(d), 9) + 60 * int(m) for d, m in zip(days, minutes, strict=True)]


def members(world: World, party: Party) -> Ids:
    """Everyone the party knows: its own people, and some who are first another's."""
    own = np.arange(party.first, party.first + party.size, dtype=np.uint64)
    rng = np.random.default_rng([world.seed, 3, party.index])
    picked = rng.integers(0, world.people, int(party.size * EXTRA_SHARE), dtype=np.uint64)
    picked = picked[(picked < own[0]) | (picked > own[-1])]
    return np.concatenate([own, np.unique(picked)])


def in_list(everyone: Ids, one: ListPlan) -> Ids:
    """All who stand in any version of a list, in its order."""
    chance, window = _chance(everyone, one), one.share + CHURN * (len(one.versions) - 1)
    chosen = everyone[chance < window]
    if not len(chosen):
        return everyone[:1]
    if one.ordered:
        return chosen
    joined = np.maximum(np.ceil((chance[chance < window] - one.share) / CHURN), 0)
    order = own_order(chosen, one.salt) >> np.uint64(8)
    return chosen[np.argsort(joined.astype(np.uint64) << np.uint64(56) | order, kind="stable")]


def _chance(people: Ids, one: ListPlan) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return unit(households(people) if one.by_household else people, one.salt)


def in_version(chosen: Ids, one: ListPlan, number: int) -> Ints:
    """Places (in the list's order) of those who stand in that version.

    A window slides over the people: with each version a tenth leaves and a tenth joins.
    """
    chance, start = _chance(chosen, one), CHURN * number
    inside = (chance >= start) & (chance < start + one.share)
    places: Ints = np.flatnonzero(inside).astype(np.int64)
    return places if len(places) else np.zeros(1, dtype=np.int64)  # no upload is quite empty


def day_of(version: VersionPlan) -> int:
    """The day it was uploaded, for what had changed by then."""
    return version.uploaded // DAY

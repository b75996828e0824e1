"""The people: households, names, births, dwellings, telephones, and what changes in ten years.

Nobody is kept in memory. Twelve people in a row are a block; a block is cut into
households by one of a few patterns; whatever else is asked follows from the number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from breachscope.exercise.dice import Bools, Ids, Ints, mixed, pick, unit
from breachscope.exercise.tables import (
    BUILDINGS,
    CITIES,
    GIVEN_FIRST,
    GIVEN_SECOND,
    RURAL_TOWNS,
    SURNAMES,
    TOWNS,
)

if TYPE_CHECKING:
    from breachscope.exercise.world import World

BLOCK: Final = 12
_PATTERNS = ((4, 3, 2, 2, 1), (5, 3, 2, 1, 1), (3, 3, 2, 2, 1, 1), (4, 4, 2, 1, 1), (2,) * 6)
MOVED, NEW_PHONE, MARRIED = 1, 2, 3
MOVED_SHARE, NEW_PHONE_SHARE, MARRIED_SHARE = 0.03, 0.02, 0.02  # the last: of young women
_FIRST_DAY, _LAST_DAY = 15_900, 19_400  # days since 1970 between which people change: 2013 … 2023


def _starts() -> tuple[Ints, Ints]:
    starts, sizes = [], []
    for pattern in _PATTERNS:
        ends = np.cumsum(pattern)
        starts.append(np.repeat(ends - pattern, pattern))
        sizes.append(np.repeat(pattern, pattern))
    return np.array(starts, dtype=np.int64), np.array(sizes, dtype=np.int64)


_START, _SIZE = _starts()


@dataclass(frozen=True, slots=True)
class Codes:
    """What is true of some people, as numbers into the tables; one entry a person."""

    person: Ids
    household: Ids
    surname: Ints
    variant: Bools  # the family writes its name with the variant character
    given: Ints
    female: Bools
    birth: Ints  # days since 1970-01-01
    city: Ints
    town: Ints
    rural: Bools
    lot: tuple[Ints, Ints, Ints]
    building: Ints  # -1: a house
    room: Ints
    mobile: Ints  # 0 … 9,999,999; -1: has none
    second_block: Bools  # the number lies in the second block of numbers
    landline: Ints  # -1: has none
    area: Ints  # city of the landline's area code
    change: Ints  # 0, MOVED, NEW_PHONE or MARRIED
    change_day: Ints
    poor: Bools  # one list knows hardly anything of them
    customer: Ints


def codes(ids: Ids, world: World) -> Codes:
    """Everything about these people, as it was before whatever change they go through."""
    block, place = ids // np.uint64(BLOCK), (ids % np.uint64(BLOCK)).astype(np.int64)
    pattern = pick(block, 11, len(_PATTERNS))
    role = place - _START[pattern, place]
    size = _SIZE[pattern, place]
    household = ids - role.astype(np.uint64)
    female = _female(ids, household, role)
    birth = _births(ids, household, role, size)
    city, town, rural, lot, building, room = _dwelling(household, world)
    # never a number that is assigned: both blocks begin with 0 after the prefix
    mobile = ((ids * np.uint64(7_654_321) + np.uint64(world.seed)) % np.uint64(10_000_000)).astype(
        np.int64
    )
    child = birth > _LAST_DAY - 13 * 365
    mobile = np.where(child | (unit(ids, 23) < 0.1), -1, mobile)
    line = ((household * np.uint64(3_456_789)) % np.uint64(10_000_000)).astype(np.int64)
    line = np.where((unit(household, 24) < 0.25) & (mobile >= 0), -1, line)
    change, day = _changes(ids, female & (role >= 1) & (birth > 5_500) & (birth < 11_000), mobile)
    return Codes(
        ids, household, _surname(household), unit(household, 12) < 0.6,
        _given(ids, household, role, female), female, birth, city, town, rural, lot, building,
        room, mobile, np.zeros(len(ids), dtype=bool), line, city, change, day,
        (unit(ids, 25) < 0.0003) & (change == 0), (ids % np.uint64(100_000_000)).astype(np.int64),
    )  # fmt: skip


def after(before: Codes) -> Codes:
    """The same people once their change has happened (those without one stay as they are)."""
    ids = before.person
    moved, phone, married = (before.change == kind for kind in (MOVED, NEW_PHONE, MARRIED))
    lot = tuple(
        np.where(moved, pick(ids, 40 + i, n) + 1, old)
        for i, (old, n) in enumerate(zip(before.lot, (9, 40, 30), strict=True))
    )
    town = pick(ids, 44, len(TOWNS))
    other = (before.surname + 1 + pick(ids, 45, len(SURNAMES) - 1)) % len(SURNAMES)
    return replace(
        before,
        lot=(lot[0], lot[1], lot[2]),
        town=np.where(moved, town, before.town),
        rural=before.rural & ~moved,
        building=np.where(moved, -1, before.building),
        second_block=phone,
        landline=np.where(moved, -1, before.landline),
        surname=np.where(married, other, before.surname),
    )


def some_of(people: Codes, which: Bools) -> Codes:
    """Only the people for whom it holds."""
    first, second, third = people.lot
    return replace(
        people,
        lot=(first[which], second[which], third[which]),
        **{name: getattr(people, name)[which] for name in _SINGLE},
    )


def together(some: Codes, others: Codes) -> Codes:
    """The one, then the others."""
    lot = [np.concatenate(pair) for pair in zip(some.lot, others.lot, strict=True)]
    return Codes(
        lot=(lot[0], lot[1], lot[2]),
        **{name: np.concatenate([getattr(some, name), getattr(others, name)]) for name in _SINGLE},
    )


_SINGLE: Final = tuple(name for name in Codes.__dataclass_fields__ if name != "lot")


def households(ids: Ids) -> Ids:
    """The household of each person: the number of its first member."""
    place = (ids % np.uint64(BLOCK)).astype(np.int64)
    pattern = pick(ids // np.uint64(BLOCK), 11, len(_PATTERNS))
    return ids - (place - _START[pattern, place]).astype(np.uint64)


def _surname(household: Ids) -> Ints:
    """Few names are very common, many are rare (weights 1 / (rank + 12))."""
    weights = np.cumsum(1 / (np.arange(len(SURNAMES)) + 12.0))
    found: Ints = np.searchsorted(weights / weights[-1], unit(household, 13)).astype(np.int64)
    return found


def _female(ids: Ids, household: Ids, role: Ints) -> Bools:
    head = unit(household, 14) < 0.3
    return np.where(role == 0, head, np.where(role == 1, ~head, unit(ids, 15) < 0.5)).astype(bool)


def _given(ids: Ids, household: Ids, role: Ints, female: Bools) -> Ints:
    """Two of one household never have the same name; sons often share a sign with the father."""
    own = pick(ids, 16, GIVEN_FIRST)
    fathers = pick(household, 16, GIVEN_FIRST)
    shared = (role >= 2) & (unit(ids, 17) < 0.3)
    first = np.where(shared, fathers, own)
    second = (pick(household, 18, GIVEN_SECOND) + role * 7) % GIVEN_SECOND
    index: Ints = female * (GIVEN_FIRST * GIVEN_SECOND) + first * GIVEN_SECOND + second
    return index


def _births(ids: Ids, household: Ids, role: Ints, size: Ints) -> Ints:
    """Couples of one age, children a generation later, some of them twins."""
    year = np.where(size >= 3, 1952 + pick(household, 19, 32), 1930 + pick(household, 19, 60))
    head = (year - 1970) * 365.2425 + pick(household, 20, 365)
    own = pick(ids, 21, 3_000)
    twin = (unit(household, 22) < 0.02) & (role == 3)
    sibling = household + np.uint64(2)
    child = np.where(twin, pick(sibling, 21, 3_000), own) + 24 * 365
    days = np.where(role == 0, 0, np.where(role == 1, own - 1_500, child))
    return (head + days).astype(np.int64)


def _dwelling(
    household: Ids, world: World
) -> tuple[Ints, Ints, Bools, tuple[Ints, Ints, Ints], Ints, Ints]:
    starts = np.array([party.first for party in world.parties], dtype=np.uint64)
    own_city = np.array([party.city for party in world.parties], dtype=np.int64)
    city = own_city[np.searchsorted(starts, household, side="right") - 1]
    city = np.where(city < 0, pick(household, 26, len(CITIES)), city)
    rural = unit(household, 27) < 0.12
    town = np.where(rural, pick(household, 28, len(RURAL_TOWNS)), pick(household, 28, len(TOWNS)))
    lot = (pick(household, 29, 9) + 1, pick(household, 30, 40) + 1, pick(household, 31, 30) + 1)
    flat = (unit(household, 32) < 0.35) & ~rural
    building = np.where(flat, pick(household, 33, len(BUILDINGS)), -1)
    room = (pick(household, 34, 9) + 1) * 100 + pick(household, 35, 12) + 1
    return city, town, rural, lot, building, room


def _changes(ids: Ids, young_woman: Bools, mobile: Ints) -> tuple[Ints, Ints]:
    """At most one change each; only people with a mobile telephone change anything."""
    chance = unit(ids, 36)
    change = np.where(chance < MOVED_SHARE, MOVED, 0)
    change = np.where(
        (chance >= MOVED_SHARE) & (chance < MOVED_SHARE + NEW_PHONE_SHARE), NEW_PHONE, change
    )
    married = young_woman & (chance >= 1 - MARRIED_SHARE)
    change = np.where(married, MARRIED, change)
    day = _FIRST_DAY + pick(ids, 37, _LAST_DAY - _FIRST_DAY)
    return np.where(mobile < 0, 0, change), day


def own_order(ids: Ids, salt: int) -> Ids:
    """A number to sort people by, so that they stand in no order at all."""
    return mixed(ids, salt)

"""Everybody of the invented land: households, and what is true of a person before and after.

A person is a place in these arrays; the people of a household stand side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from tables import COHORTS, Bools, Floats, Given, Ints, Longs, Tables, drawn

NONE: Final = 0
HOUSEHOLD_MOVED, MOVED, NEW_MOBILE, MARRIED = 1, 2, 3, 4
LONG_AGO: Final = -1
"""Version of a change from before the first version: some lists never learned of it."""
TODAY: Final = 19_000  # days since 1970: January 2022
SHARES: Final = (0.27, 0.28, 0.20, 0.16, 0.06, 0.03)
_MOBILES: Final = 270_000_000
_STEP: Final = 7_654_321  # has no divisor in common with either block of numbers
_LOCAL: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Homes:
    """Dwellings, by number."""

    town: Ints
    chome: Ints
    ban: Ints
    go: Ints
    building: Ints  # -1: a house
    room: Ints


@dataclass(frozen=True, slots=True)
class State:
    """What a change alters; one entry a person."""

    surname: Ints
    home: Ints
    mobile: Longs  # national number; -1: none
    landline: Longs


@dataclass(frozen=True, slots=True)
class People:
    """All people."""

    household: Ints
    role: Ints
    head: Ints  # the first person of the household
    female: Bools
    birth: Ints  # days since 1970
    given: Ints
    email: Longs  # -1: none
    homes: Homes
    before: State
    after: State
    change: Ints
    change_version: Ints
    listable: Bools  # may be in the inventory
    size: int
    households: int


def people(size: int, versions: int, tables: Tables, seed: int) -> People:
    """About `size` people (whole households)."""
    dice = np.random.default_rng([seed, 1])
    members = drawn(dice, np.cumsum(SHARES) / sum(SHARES), int(size / 2.4)) + 1
    households = members.size
    starts = np.cumsum(members) - members
    household = np.repeat(np.arange(households, dtype=np.int32), members)
    role = (np.arange(household.size) - starts[household]).astype(np.int32)
    head = starts[household].astype(np.int32)
    female = np.where(role < 2, (role == 1) ^ (dice.random(households) < 0.25)[household],
                      dice.random(household.size) < 0.5)  # fmt: skip
    birth = _births(dice, role, head, members[household])
    given = _given(dice, tables, female, birth, role, head)
    surname = _surnames(dice, tables, household, role, households)
    change, change_version = _changes(dice, household, role, female, birth, versions)
    homes, home, home_after = _homes(dice, tables, members, household, change)
    landline = _landlines(dice, tables, homes.town, birth[starts], home[starts])[household]
    mobile = _mobiles(dice, birth, role, head)
    before = State(surname, home, mobile, landline)
    return People(
        household, role, head, female, birth, given, _emails(dice, birth), homes, before,
        _after(dice, tables, before, home_after, change), change, change_version,
        (dice.random(household.size) < 0.7) & (dice.random(households) < 0.9)[household],
        household.size, households,
    )  # fmt: skip


def _births(dice: np.random.Generator, role: Ints, head: Ints, members: Ints) -> Ints:
    """A head of 20 to 90, a spouse near in age, children 20 to 38 younger, a few twins."""
    alone = members == 1
    age = np.where(alone, dice.triangular(20, 45, 92, role.size), dice.normal(52, 14, role.size))
    age = np.clip(age, 21, 94)
    own = TODAY - (age * 365.25).astype(np.int32) - dice.integers(0, 366, role.size)
    gap = np.where(
        role == 1,
        dice.normal(1.5, 4, role.size),
        np.clip(dice.normal(28, 4, role.size) + 2.5 * (role - 2), 18, 45),
    )
    grandparent = (role >= 3) & (dice.random(role.size) < 0.25)
    gap = np.where(grandparent, -dice.normal(28, 4, role.size), gap)
    birth = np.where(role == 0, own, own[head] + (gap * 365.25).astype(np.int32))
    birth = np.clip(birth, -20_000, TODAY - 30).astype(np.int32)
    twin = np.flatnonzero((role >= 3) & ~grandparent & (dice.random(role.size) < 0.015))
    birth[twin] = birth[twin - 1]
    return birth


def _given(
    dice: np.random.Generator, tables: Tables, female: Bools, birth: Ints, role: Ints, head: Ints
) -> Ints:
    """By sex and cohort; one child in eight takes a sign of the head of its sex."""
    cohort = np.digitize(birth, [-9_131, -1_826, 5_479]).astype(np.int32)
    first, second = np.zeros(birth.size, np.int32), np.zeros(birth.size, np.int32)
    for of_sex, names in ((False, tables.male), (True, tables.female)):
        for at in range(COHORTS):
            chosen = np.flatnonzero((female == of_sex) & (cohort == at))
            first[chosen] = drawn(dice, names.first_odds[at], chosen.size)
            second[chosen] = drawn(dice, names.second_odds[at], chosen.size)
    heir = (role >= 2) & (female == female[head]) & (dice.random(birth.size) < 0.12)
    first = np.where(heir, first[head], first)
    return _numbers(dice, tables, female, first, second, cohort)


def _numbers(
    dice: np.random.Generator, tables: Tables, female: Bools, first: Ints, second: Ints,
    cohort: Ints,
) -> Ints:  # fmt: skip
    """Numbers in the joint table; some women write theirs in hiragana."""
    hiragana = female & (cohort < 3) & (dice.random(female.size) < 0.07)
    number = np.where(female, _number(tables.female, first, second),
                      _number(tables.male, first, second))  # fmt: skip
    in_hiragana = number + hiragana * (len(tables.female.names.kanji) // 2)
    return np.asarray(in_hiragana, dtype=np.int32)


def _number(names: Given, first: Ints, second: Ints) -> Ints:
    return names.offset + first * np.int32(names.seconds) + second


def _surnames(
    dice: np.random.Generator, tables: Tables, household: Ints, role: Ints, households: int
) -> Ints:
    """One a household, a third of families in the older writing; one relative in 25 has another."""
    family = drawn(dice, tables.surname_odds, households)
    family = np.where(dice.random(households) < 0.3, tables.surnames.variant[family], family)
    other = drawn(dice, tables.surname_odds, household.size)
    differs = (role > 0) & (dice.random(household.size) < 0.04)
    return np.where(differs, other, family[household]).astype(np.int32)


def _changes(
    dice: np.random.Generator, household: Ints, role: Ints, female: Bools, birth: Ints,
    versions: int,
) -> tuple[Ints, Ints]:  # fmt: skip
    """At most one change a person, half of them from before the first version."""
    age = (TODAY - birth) / 365.25
    luck = dice.random(household.size)
    marriage = female & (age > 21) & (age < 40) & (luck < 0.07)
    leaving = (age > 18) & (age < 32) & (luck > 0.93)
    change = np.select(
        [marriage, leaving, (luck > 0.5) & (luck < 0.59)], [MARRIED, MOVED, NEW_MOBILE], NONE
    )
    when = dice.integers(-versions, versions, household.size)
    moving = dice.random(int(household[-1]) + 1) < 0.07
    moving_when = dice.integers(-versions, versions, moving.size)
    change = np.where(moving[household], HOUSEHOLD_MOVED, change)
    when = np.where(moving[household], moving_when[household], when)
    return change.astype(np.int32), np.maximum(when, LONG_AGO).astype(np.int32)


def _homes(
    dice: np.random.Generator, tables: Tables, members: Ints, household: Ints, change: Ints
) -> tuple[Homes, Ints, Ints]:
    """Dwellings of households, then those people and households move to."""
    households = members.size
    moved_people = np.flatnonzero((change == MOVED) | (change == MARRIED))
    moved = np.unique(household[change == HOUSEHOLD_MOVED])
    size = households + moved_people.size + moved.size
    flat = dice.random(size) < np.where(np.arange(size) < households, 0.33, 0.6)
    homes = _dwellings(dice, tables, flat)
    _care_homes(dice, homes, np.flatnonzero(members == 1))
    after = household.copy()
    after[moved_people] = households + np.arange(moved_people.size)
    new = np.full(households, -1, np.int32)
    new[moved] = households + moved_people.size + np.arange(moved.size)
    after = np.where(new[household] >= 0, new[household], after).astype(np.int32)
    return homes, household, after


def _dwellings(dice: np.random.Generator, tables: Tables, flat: Bools) -> Homes:
    """Houses stand alone, a dozen flats share a building and its lot."""
    size = flat.size
    block = np.full(size, -1, np.int32)
    flats = np.flatnonzero(flat)
    blocks = max(flats.size // 12, 1)
    block[flats] = dice.integers(0, blocks, flats.size)
    lot = np.where(flat, block, blocks + np.arange(size))
    lots = blocks + size
    town = drawn(dice, tables.towns.odds, lots)
    districts = tables.towns.chome[town]
    chome = np.where(districts > 0, 1 + (dice.random(lots) * districts).astype(np.int32), 0)
    ban = np.where(chome > 0, dice.integers(1, 41, lots), (1 + dice.random(lots) ** 2 * 2400))
    go = np.where(chome > 0, dice.integers(1, 31, lots), dice.integers(-3, 15, lots))
    name = dice.integers(0, len(tables.buildings), lots)
    room = 100 * dice.integers(1, 10, size) + dice.integers(1, 13, size)
    ints = [a.astype(np.int32)[lot] for a in (town, chome, ban, np.maximum(go, 0))]
    return Homes(
        ints[0], ints[1], ints[2], ints[3],
        np.where(flat, name[lot], -1).astype(np.int32),
        np.where(flat, room, 0).astype(np.int32),
    )  # fmt: skip


def _care_homes(dice: np.random.Generator, homes: Homes, singles: npt.NDArray[np.intp]) -> None:
    """Groups of sixty who live alone at one address, one household in 400."""
    chosen = dice.permutation(singles)[: singles.size // 100]
    lead = chosen[np.arange(chosen.size) // 60 * 60]
    for values in (homes.town, homes.chome, homes.ban, homes.go):
        values[chosen] = values[lead]
    homes.building[chosen] = lead % 7
    homes.room[chosen] = 101 + np.arange(chosen.size) % 60


def _landlines(
    dice: np.random.Generator, tables: Tables, town: Ints, birth: Ints, home: Ints
) -> Longs:
    """One a household, seldom among the young; a care home's is everybody's there."""
    number = np.arange(birth.size, dtype=np.int64)
    local = (number * _STEP) % _LOCAL + 2_000_000
    line = tables.towns.area[town[home]].astype(np.int64) * 10_000_000 + local
    age = (TODAY - birth) / 365.25
    has: Floats = dice.random(birth.size)
    return np.where(has < np.clip((age - 20) / 50, 0.1, 0.9), line, -1)


def _mobiles(dice: np.random.Generator, birth: Ints, role: Ints, head: Ints) -> Longs:
    """One's own; some spouses have the next number, half of the children a parent's."""
    number = _mobile_numbers(np.arange(birth.size, dtype=np.int64))
    age = (TODAY - birth) / 365.25
    luck = dice.random(birth.size)
    number = np.where((role == 1) & (luck < 0.04), number[head] + 1, number)
    shared = ((age < 14) & (luck < 0.5)) | ((role > 0) & (luck > 0.985))
    number = np.where(shared, number[head], number)
    lacks = ((age < 11) & ~shared) | ((luck > 0.6) & (luck < np.where(age > 75, 0.85, 0.65)))
    return np.where(lacks, -1, number)


def _mobile_numbers(index: Longs) -> Longs:
    """090, 080, 070 and eight digits, the first not 0; no number twice."""
    place = (index * _STEP) % _MOBILES
    prefix, rest = 9 - place // 90_000_000, place % 90_000_000
    return prefix * 1_000_000_000 + 10_000_000 + rest


def _emails(dice: np.random.Generator, birth: Ints) -> Longs:
    number = dice.integers(0, 4_000_000_000, birth.size)
    age = (TODAY - birth) / 365.25
    return np.where((age > 14) & (dice.random(birth.size) < 0.95 - age / 100), number, -1)


def _after(
    dice: np.random.Generator, tables: Tables, before: State, home: Ints, change: Ints
) -> State:
    size = change.size
    mobile = np.where(
        (change == NEW_MOBILE) & (before.mobile >= 0),
        _mobile_numbers(size + np.arange(size, dtype=np.int64)),
        before.mobile,
    )
    surname = np.where(
        change == MARRIED, drawn(dice, tables.surname_odds, size), before.surname
    ).astype(np.int32)
    gone = np.isin(change, (HOUSEHOLD_MOVED, MOVED, MARRIED))
    return State(surname, home, mobile, np.where(gone, -1, before.landline))

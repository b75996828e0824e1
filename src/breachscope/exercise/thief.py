"""What the thief did: over a hundred sittings in ten years, by two routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from breachscope.exercise.days import DAY, JAPAN, day, instant, working_days
from breachscope.exercise.facts import (
    LOST_WEEKS,
    TAMPERED_MONTH,
    Happenings,
    Plugged,
    Session,
    Shelf,
)
from breachscope.exercise.innocent import pool_address, shift, sitting
from breachscope.exercise.world import (
    MAINTENANCE_HOSTS,
    REMOTE_HOSTS,
    World,
)

if TYPE_CHECKING:
    from breachscope.exercise.dice import Ints

PERSON: Final = 2  # among the maintainers
FIRST, LAST = "2013-07-08", "2023-02-10"
STICKS: Final = (("7F21A0C4", "SANWEI", "Blade 16G"), ("00E4B19D", "TRANSEA", "JF 32G"),
                 ("A1B2777E", "KIOSEN", "TM 64G"))  # fmt: skip
_ACCOUNTS: Final = ("op-9003", "op-4999")  # his own, and one he issued to nobody


@dataclass(slots=True)
class _Greed:
    """Which parties were visited how often: the least visited comes first."""

    visits: Ints

    def choose(self, rng: np.random.Generator, shelf: Shelf, at: int, count: int) -> list[int]:
        """Up to `count` versions in force at that time."""
        open_now = shelf.in_force(at)
        open_now = open_now[~shelf.untouched[open_now]]
        chosen: list[int] = []
        for i in range(min(count, len(open_now))):
            if i == 0 or rng.random() < 0.7:
                weight = self.visits[shelf.party[open_now]] + rng.random(len(open_now))
            else:
                weight = rng.random(len(open_now)) / np.sqrt(shelf.rows[open_now] + 1.0)
            version = int(open_now[np.argmin(weight)])
            self.visits[shelf.party[version]] += 1
            chosen.append(version)
        if chosen and rng.random() < 0.08:
            chosen.append(chosen[-1])  # the same again
        return chosen


def steal(world: World, shelf: Shelf, events: Happenings) -> None:
    """All acts, in time order, with the devices, sessions and stays that go with them."""
    rng = np.random.default_rng([world.seed, 11])
    greed = _Greed(np.zeros(len(world.parties), dtype=np.int64))
    for act, chosen in enumerate(_days(rng, world.scale.acts), start=1):
        remote = rng.random() < (0.5 if chosen > day("2020-04-01") else 0.25)
        count = 5 if _is_told(chosen) else int(1 + rng.poisson(2.6))
        if remote:
            _from_afar(world, shelf, events, greed, rng, act, chosen, count)
        else:
            _on_site(world, shelf, events, greed, rng, act, chosen, count)
        if rng.random() < 0.4 or chosen == day(LOST_WEEKS[0][0]) + 1:
            events.seized_acts[act] = STICKS[_stick(chosen)][0]


def _days(rng: np.random.Generator, acts: int) -> list[int]:
    """Days at least two apart; one in a week whose log is lost, two in the month later altered."""
    told = [day(LOST_WEEKS[0][0]) + 1, day(LOST_WEEKS[1][0]) + 3, day(f"{TAMPERED_MONTH}-05"),
            day(f"{TAMPERED_MONTH}-19")]  # fmt: skip
    days = working_days(FIRST, LAST)
    free = rng.permutation(days[~np.isin(days, [t + i for t in told for i in (-1, 0, 1)])])
    chosen: list[int] = list(told)
    for candidate in free:
        if len(chosen) == acts:
            break
        if all(abs(int(candidate) - other) > 1 for other in chosen):
            chosen.append(int(candidate))
    return sorted(chosen)


def _is_told(chosen: int) -> bool:
    return any(day(f"{TAMPERED_MONTH}-{d}") == chosen for d in ("05", "19"))


def _stick(chosen: int) -> int:
    return 0 if chosen < day("2016-10-01") else 1 if chosen < day("2020-02-01") else 2


def _on_site(
    world: World, shelf: Shelf, events: Happenings, greed: _Greed, rng: np.random.Generator,
    act: int, chosen: int, count: int,
) -> None:  # fmt: skip
    """At a maintenance terminal, by day or when the others have gone."""
    come, go = shift(world, PERSON, chosen) or (instant(chosen, 8.8), instant(chosen, 18.0))
    evening = rng.random() < 0.5
    at = instant(chosen, float(rng.uniform(18.4, 19.9))) if evening else int(
        rng.integers(come + 1_800, go - 5_400)
    )  # fmt: skip
    host = MAINTENANCE_HOSTS[int(rng.integers(0, 3))]
    versions = greed.choose(rng, shelf, at, count)
    last = sitting(world, events, PERSON, host, at, versions, rng, "theft", act)
    stick = _plugged(rng, host, at, last, chosen, act)
    events.plugged.append(stick)
    events.stays[world.maintainers[PERSON].person_id, chosen] = (come, max(go, stick.end + 900))


def _plugged(
    rng: np.random.Generator, host: str, first: int, last: int, chosen: int, act: int
) -> Plugged:
    """His stick: in before, soon after, or (seldom) much later from the terminal's own disk."""
    how = rng.random()
    if how < 0.55:
        start = first - int(rng.integers(60, 900))
    elif how < 0.9:
        start = last + int(rng.integers(30, 1_500))
    else:
        start = last + int(rng.integers(4_200, 9_000))
    end = max(start, last) + int(rng.integers(120, 900))
    serial, vendor, product = STICKS[_stick(chosen)]
    return Plugged(host, serial, vendor, product, False, start, end, bool(rng.random() > 0.1), act)


def _from_afar(
    world: World, shelf: Shelf, events: Happenings, greed: _Greed, rng: np.random.Generator,
    act: int, chosen: int, count: int,
) -> None:  # fmt: skip
    """By the operators' remote access, in the evening; what happened at home leaves no trace."""
    at = instant(chosen, float(rng.uniform(20.6, 22.6)))
    address = next_address(events, chosen)
    versions = greed.choose(rng, shelf, at, count)
    host = REMOTE_HOSTS[int(rng.integers(0, 4))]
    last = sitting(world, events, PERSON, host, at, versions, rng, "theft", act, address)
    account = _ACCOUNTS[int(rng.random() < 0.4)]
    start, end = at - int(rng.integers(90, 600)), last + int(rng.integers(120, 1_200))
    who = world.maintainers[PERSON].person_id
    events.sessions.append(Session(account, "198.51.100.77", address, start, end, who, act))


def next_address(events: Happenings, chosen: int) -> str:
    """The next address of that day's pool."""
    same = sum((s.start + JAPAN) // DAY == chosen for s in events.sessions)
    return pool_address(same)

"""Who was where: nights, visitors, swapped shifts, doors passed unread, lines and lent accounts.

None of it changes who did what; all of it is what people leave behind, or fail to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from breachscope.exercise.days import DAY, JAPAN, day, instant, working_days
from breachscope.exercise.facts import INQUIRY, Happenings, Session, Stay
from breachscope.exercise.innocent import (
    FIRST_DAY,
    LAST_DAY,
    employed,
    pool_address,
    present,
    shift,
)
from breachscope.exercise.world import SITES, World, host_address, manager_host

if TYPE_CHECKING:
    from collections.abc import Iterator

DOOR_LOST: Final = (("2015-06-01", "2015-06-15"), ("2020-11-09", "2020-11-23"))
"""Days on which the door kept no log; the second is the first day that exists again."""
HOME_LINES: Final = ("198.51.100.21", "198.51.100.34", "198.51.100.77", "198.51.100.102")
"""The address each maintainer has at home."""
ON_CALL_DAYS: Final = 45
"""A maintainer works from home about once in so many working days."""
NIGHT_DAYS: Final = 40
VISIT_DAYS: Final = 15
_UNREAD, _UNREAD_ACT, _NO_EXIT, _SWAPPED = 0.003, 0.03, 0.01, 0.02
_LENT, _FROM_SITE = 0.08, 0.05


def attend(world: World, events: Happenings) -> None:
    """Everyone's stays in the maintenance room, and what the door has of them."""
    events.attended = sorted(
        [*_shifts(world, events), *_nights(world, events), *_visits(world)],
        key=lambda stay: (stay.came, stay.person),
    )
    _read_by_the_door(world, events)


def stay_late(world: World, events: Happenings) -> None:
    """Some who stayed for something of their own stayed beyond midnight."""
    rng = np.random.default_rng([world.seed, 31])
    for key in sorted(events.stays):
        came, went = events.stays[key]
        if rng.random() < 0.1:
            after_midnight = instant(key[1] + 1, float(rng.uniform(0.2, 2)))
            events.stays[key] = (came, max(went, after_midnight))


def _shifts(world: World, events: Happenings) -> Iterator[Stay]:
    for person, staff in enumerate(world.maintainers):
        for chosen in working_days(FIRST_DAY, LAST_DAY):
            number = int(chosen)
            if not employed(world, person, number):
                continue
            own = events.stays.get((staff.person_id, number))
            due = shift(world, person, number)
            times = own or due
            if times:
                private = own is not None
                yield Stay(staff.person_id, *times, planned=due is not None, own_business=private)


def _nights(world: World, events: Happenings) -> Iterator[Stay]:
    """Planned work by night, from the evening into the next day; nobody is in two places."""
    rng = np.random.default_rng([world.seed, 32])
    days = working_days(FIRST_DAY, LAST_DAY)
    away = {(s.person, (s.start + JAPAN) // DAY) for s in events.sessions if s.person}
    away |= set(events.stays)
    for chosen in days[::NIGHT_DAYS]:
        person, number = int(rng.integers(0, 4)), int(chosen) + int(rng.integers(0, 4))
        who = world.maintainers[person].person_id
        if employed(world, person, number) and (who, number) not in away:
            came = instant(number, float(rng.uniform(21.0, 21.8)))
            went = instant(number + 1, float(rng.uniform(1.0, 4.5)))
            yield Stay(who, came, went, planned=True)


def _visits(world: World) -> Iterator[Stay]:
    """People of other firms, in no list, who look after the machines for an hour or three."""
    rng = np.random.default_rng([world.seed, 33])
    for chosen in working_days(FIRST_DAY, LAST_DAY)[::VISIT_DAYS]:
        came = instant(int(chosen) + int(rng.integers(0, 3)), float(rng.uniform(9.5, 16.5)))
        who = f"V-{int(rng.integers(1, 13)):03d}"
        yield Stay(who, came, came + int(rng.integers(3_000, 12_000)))


def _read_by_the_door(world: World, events: Happenings) -> None:
    """The door misses entries, more of those who come for something of their own; and exits."""
    rng = np.random.default_rng([world.seed, 15])
    lost = [(instant(day(first), 0), instant(day(after), 0)) for first, after in DOOR_LOST]
    chances = rng.random((len(events.attended), 2)).tolist()
    read = []
    for stay, (unread, exit_unread) in zip(events.attended, chances, strict=True):
        missed = unread < (_UNREAD_ACT if stay.own_business else _UNREAD)
        missed = missed or any(first <= stay.came < after for first, after in lost)
        open_end = exit_unread < _NO_EXIT
        plain = not missed and not open_end
        read.append(stay if plain else replace(stay, read=not missed, exit_read=not open_end))
    events.attended = read


def planned(world: World, events: Happenings) -> list[tuple[str, int, int]]:
    """The roster: who was to work from when to when; some shifts were swapped and not noted.

    Those who were to come and did not stand in it too.
    """
    rng = np.random.default_rng([world.seed, 34])
    staff = [s.person_id for s in world.maintainers]
    rows = []
    for chosen in working_days(FIRST_DAY, LAST_DAY):
        number = int(chosen)
        due = [
            i for i in range(len(staff))
            if employed(world, i, number) and (shift(world, i, number) or number % 3 == 0)
        ]  # fmt: skip
        free = [i for i in range(len(staff)) if employed(world, i, number) and i not in due]
        if due and free and rng.random() < _SWAPPED * 4:
            due[int(rng.integers(0, len(due)))] = free[int(rng.integers(0, len(free)))]
        rows += [(staff[i], instant(number, 8.75), instant(number, 17.75)) for i in sorted(due)]
    nights = [s for s in events.attended if s.planned and (s.came + JAPAN) % DAY > 20 * 3600]
    rows += [(s.person, (s.came + JAPAN) // DAY * DAY - JAPAN + 21 * 3600,
              (s.came + JAPAN) // DAY * DAY - JAPAN + 29 * 3600) for s in nights]  # fmt: skip
    return sorted(rows, key=lambda row: (row[1], row[0]))


def from_home(world: World, events: Happenings) -> None:
    """Maintainers on call work over their own lines, by their own accounts, and fetch nothing."""
    rng = np.random.default_rng([world.seed, 35])
    days = working_days(*INQUIRY)
    taken: dict[int, int] = {}
    for session in events.sessions:
        number = (session.start + JAPAN) // DAY
        taken[number] = taken.get(number, 0) + 1
    for _ in range(len(days) * 4 // ON_CALL_DAYS):
        person, chosen, _, _ = present(world, rng, days)
        start = instant(chosen, float(rng.uniform(20.0, 22.5)))
        if (world.maintainers[person].person_id, chosen) in events.stays:
            continue  # busy with something else that evening
        address = pool_address(taken.get(chosen, 0))
        taken[chosen] = taken.get(chosen, 0) + 1
        staff = world.maintainers[person]
        events.sessions.append(
            Session(staff.remote_account or "", HOME_LINES[person], address, start,
                    start + int(rng.integers(1_200, 7_200)), staff.person_id)
        )  # fmt: skip


def lend(world: World, events: Happenings) -> None:
    """Now and then the thief came by a colleague's account, or from a desk at a site."""
    rng = np.random.default_rng([world.seed, 36])
    colleagues = [s for s in world.maintainers if s.person_id != world.thief]
    for place, session in enumerate(events.sessions):
        if session.act is None:
            continue
        chance, which = rng.random(), int(rng.integers(0, 2))
        desk = manager_host(int(rng.integers(1, SITES + 1)), 1)
        if chance < _LENT:
            session = replace(session, account=colleagues[which].remote_account or "")
        elif chance < _LENT + _FROM_SITE:
            session = replace(session, source_ip=host_address(desk))
        events.sessions[place] = session

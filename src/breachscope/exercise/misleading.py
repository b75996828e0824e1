"""What looks like something else: sticks beside lawful work, orders that do not fit, cover."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from breachscope.exercise.days import instant, working_days
from breachscope.exercise.facts import (
    INQUIRY,
    Fetch,
    Happenings,
    Order,
    Plugged,
    Session,
    Shelf,
)
from breachscope.exercise.innocent import order, present, sitting
from breachscope.exercise.thief import next_address
from breachscope.exercise.world import MAINTENANCE_HOSTS, REMOTE_HOSTS, World

if TYPE_CHECKING:
    from collections.abc import Iterator

BESIDE, REMOTE_LAWFUL, WITHOUT, UNRELATED = 5, 3, 3, 8
_LATE, _ELSEWHERE, _NEVER, _COVER = 6, 6, 4, 2
_OWN: Final = (("PRV90001", "GENERIC", "Music Player"), ("PRV90002", "GENERIC", "Flash Disk"))


def mislead(world: World, shelf: Shelf, events: Happenings) -> None:
    """Add every misleading thing; none of them changes who stole."""
    rng = np.random.default_rng([world.seed, 12])
    stolen = [fetch for fetch in events.fetches if fetch.purpose == "theft"]
    lawful = [fetch for fetch in events.fetches if fetch.purpose == "maintenance"]
    _misfit_orders(world, shelf, events, rng, stolen, lawful)
    for place in range(BESIDE + REMOTE_LAWFUL + WITHOUT):
        _unusual_work(world, shelf, events, rng, place)
    _unrelated_devices(world, events, rng)


def _misfit_orders(
    world: World, shelf: Shelf, events: Happenings, rng: np.random.Generator, stolen: list[Fetch],
    lawful: list[Fetch],
) -> None:  # fmt: skip
    """Approved afterwards, for another list or machine, never approved; and two that do cover."""
    chosen = [stolen[i] for i in rng.permutation(len(stolen))]
    others = [lawful[i] for i in rng.permutation(len(lawful))]
    mixed = _alternate(chosen, others)
    for number in range(_LATE + _ELSEWHERE + _NEVER + _COVER):
        fetch = chosen[-1 - number] if number >= _LATE + _ELSEWHERE + _NEVER else next(mixed)
        person = next(i for i, who in enumerate(world.maintainers) if who.person_id == fetch.actor)
        true = order(rng, world, events, shelf, person, fetch.at, fetch.version, fetch.host)
        events.orders.append(_spoiled(rng, true, fetch, number))


def _alternate(a: list[Fetch], b: list[Fetch]) -> Iterator[Fetch]:
    for pair in zip(a, b, strict=False):
        yield from pair


def _spoiled(rng: np.random.Generator, true: Order, fetch: Fetch, number: int) -> Order:
    if number < _LATE:
        return replace(true, approved_at=fetch.at // 60 * 60 + 60 * int(rng.integers(30, 2_000)))
    if number < _LATE + _ELSEWHERE:
        if number % 2:
            return replace(true, list_id="L9901", account=fetch.account.lower())
        return replace(true, host="MNT-09")
    if number < _LATE + _ELSEWHERE + _NEVER:
        return replace(true, approved_at=None, approved_by=None)
    return true


def _unusual_work(
    world: World, shelf: Shelf, events: Happenings, rng: np.random.Generator, place: int
) -> None:
    """Approved work with a private stick in, approved work from afar, own work with a stick in."""
    person, chosen, come, go = present(world, rng, working_days(*INQUIRY))
    remote = BESIDE <= place < BESIDE + REMOTE_LAWFUL
    at = instant(chosen, 20.5) if remote else int(rng.integers(come + 1_800, go - 3_600))
    hosts = REMOTE_HOSTS if remote else MAINTENANCE_HOSTS
    host = hosts[int(rng.integers(0, 3))]
    versions = shelf.in_force(at)
    version = int(versions[rng.integers(0, len(versions))])
    address = next_address(events, chosen) if remote else None
    last = sitting(world, events, person, host, at, [version], rng, source_ip=address)
    if place < BESIDE + REMOTE_LAWFUL:
        events.orders.append(order(rng, world, events, shelf, person, at, version, host))
    if address:
        account = world.maintainers[person].remote_account or ""
        who = world.maintainers[person].person_id
        events.sessions.append(Session(account, "192.0.2.15", address, at - 300, last + 900, who))
    else:
        serial, vendor, product = _OWN[place % 2]
        events.plugged.append(Plugged(host, serial, vendor, product, False, at - 120, last + 600))


def _unrelated_devices(world: World, events: Happenings, rng: np.random.Generator) -> None:
    """Own devices in the maintenance terminals, when someone charged or listened."""
    days = working_days(*INQUIRY)
    for i in range(UNRELATED):
        _, _, come, go = present(world, rng, days)
        start = int(rng.integers(come, go - 1_800))
        serial, vendor, product = _OWN[i % 2]
        host = MAINTENANCE_HOSTS[int(rng.integers(0, 3))]
        events.plugged.append(
            Plugged(host, serial, vendor, product, False, start, start + 1_500, i % 4 != 0)
        )

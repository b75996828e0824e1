"""Ordinary days: managers, operators, maintenance, devices and entries."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise.days import DAY, day, instant, working_days
from breachscope.exercise.dice import Bools, Floats, Ints, one
from breachscope.exercise.facts import INQUIRY, Fetch, Happenings, Order, Plugged, Session, Shelf
from breachscope.exercise.world import (
    ADMIN,
    MAINTENANCE_HOSTS,
    World,
    host_address,
    manager_host,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_DAY, LAST_DAY = "2013-07-01", "2023-07-31"
SHARED_UNTIL: Final = "2023-08-09"
APPROVERS: Final = ("保守課長", "運用責任者", "システム部長")
PURPOSES: Final = (
    "文字化け調査",
    "取込エラー調査",
    "件数不一致調査",
    "バックアップ確認",
    "移行検証",
)


def office_hours(rng: np.random.Generator, n: int) -> Floats:
    """Hours of the day at which people work."""
    return 8.8 + 9.6 * rng.beta(2.0, 2.0, n)


def manager_downloads(world: World, shelf: Shelf) -> pl.DataFrame:
    """Managers fetch the lists of their own site, on working days, with their own accounts."""
    rng = np.random.default_rng([world.seed, 6])
    days = working_days(FIRST_DAY, LAST_DAY)
    midnight = days * DAY - 9 * 3600
    held = (shelf.uploaded[None, :] < midnight[:, None]) & (
        shelf.until[None, :] >= midnight[:, None] + DAY
    )
    which_day, which_version = np.nonzero(held)
    starts = np.searchsorted(which_day, np.arange(len(days)))
    counts = held.sum(axis=1)
    drawn = rng.integers(0, len(days), world.scale.manager_downloads)
    drawn = drawn[counts[drawn] > 0]
    n = len(drawn)
    version = which_version[starts[drawn] + (rng.random(n) * counts[drawn]).astype(np.int64)]
    at = midnight[drawn] + (office_hours(rng, n) * 3600).astype(np.int64)
    return _managers(at, version, shelf.site[version], rng.integers(1, 3, n))


def _managers(at: Ints, version: Ints, site: Ints, which: Ints) -> pl.DataFrame:
    desk = (site - 1) * 2 + which - 1
    desks = [(s, n) for s in range(1, 41) for n in (1, 2)]
    hosts = [manager_host(s, n) for s, n in desks]
    tables = {
        "account": [f"mgr{s:02d}{n}" for s, n in desks],
        "host": hosts,
        "source_ip": [host_address(host) for host in hosts],
        "actor": [f"CC-{s:02d}{n}" for s, n in desks],
    }
    index = pl.Series(desk, dtype=pl.UInt32)
    columns = {name: pl.Series(table).gather(index) for name, table in tables.items()}
    frame = pl.DataFrame({"at": at, **columns, "version": version})
    days = (pl.col("at") + 9 * 3600) // DAY
    return frame.select(
        "at", "account", "host", "source_ip", "actor", pl.lit("manager").alias("purpose"),
        "version", pl.concat_str(pl.lit("D"), days, pl.lit("-"), "account").alias("session"),
        pl.lit(None, dtype=pl.Int64).alias("act"),
    )  # fmt: skip


def shift(world: World, person: int, day_number: int) -> tuple[int, int] | None:
    """When maintainer number `person` (0 …) came and went on a working day; None if away."""
    return _shift(world.seed, person, day_number)


@cache
def _shift(seed: int, person: int, day_number: int) -> tuple[int, int] | None:
    key = (seed * 100_003 + day_number) * 8 + person
    if one(key, 51) >= 0.86:
        return None
    come, go = one(key, 52), one(key, 53)
    return instant(day_number, 8.5 + come * 0.6), instant(day_number, 17.4 + go * 2.2)


def employed(world: World, person: int, day_number: int) -> bool:
    """That maintainer worked there on that day."""
    staff = world.maintainers[person]
    first, last = _employment(staff.since, staff.until)
    return first <= day_number <= last


@cache
def _employment(since: str, until: str | None) -> tuple[int, int]:
    return day(since), day(until) if until else 10**6


def present(world: World, rng: np.random.Generator, days: Ints) -> tuple[int, int, int, int]:
    """Some maintainer at work on some day: (person, day, came, went)."""
    while True:
        person, chosen = int(rng.integers(0, 4)), int(days[rng.integers(0, len(days))])
        times = shift(world, person, chosen)
        if times and employed(world, person, chosen):
            return person, chosen, *times


def maintenance(world: World, shelf: Shelf, events: Happenings) -> None:
    """Lawful work with the shared account: three times in four with an approved order."""
    rng = np.random.default_rng([world.seed, 7])
    days = working_days("2013-05-01", SHARED_UNTIL)
    while len(events.fetches) < world.scale.lawful:
        person, _, come, go = present(world, rng, days)
        at = int(rng.integers(come + 1_800, go - 3_600))
        versions = shelf.in_force(at)
        if not len(versions):
            continue
        version = int(versions[rng.integers(0, len(versions))])
        host = MAINTENANCE_HOSTS[int(rng.integers(0, 3))]
        sitting(world, events, person, host, at, [version] * int(1 + (rng.random() < 0.25)), rng)
        if rng.random() < 0.75:
            events.orders.append(order(rng, world, events, shelf, person, at, version, host))
        if rng.random() < 0.2:
            events.plugged.append(registered_stick(rng, host, at))


def sitting(
    world: World, events: Happenings, person: int, host: str, at: int, versions: Sequence[int],
    rng: np.random.Generator, purpose: str = "maintenance", act: int | None = None,
    source_ip: str | None = None,
) -> int:  # fmt: skip
    """Fetch these versions one after the other; returns when the last was fetched."""
    session, who = events.session_name(), world.maintainers[person].person_id
    for i, version in enumerate(versions):
        at += int(rng.integers(70, 540)) if i else 0
        account = ADMIN.upper() if rng.random() < 0.03 else ADMIN
        events.fetches.append(
            Fetch(at, account, host, source_ip or host_address(host), who, purpose, version,
                  session, act)
        )  # fmt: skip
    return at


def order(
    rng: np.random.Generator, world: World, events: Happenings, shelf: Shelf, person: int, at: int,
    version: int, host: str,
) -> Order:  # fmt: skip
    """An order for that list, approved before it began, and lasting long enough."""
    start = at - int(rng.integers(300, 3_600))
    shown = rng.random()
    return Order(
        events.order_name(), start // 60 * 60, (at + int(rng.integers(3_600, 10_800))) // 60 * 60,
        world.maintainers[person].person_id, ADMIN if shown < 0.8 else None,
        host if shown > 0.2 else None, shelf.versions[version].one.list_id,
        PURPOSES[int(rng.integers(0, len(PURPOSES)))], APPROVERS[int(rng.integers(0, 3))],
        (start - int(rng.integers(600, 200_000))) // 60 * 60,
    )  # fmt: skip


def registered_stick(rng: np.random.Generator, host: str, at: int) -> Plugged:
    """One of the company's own sticks, opened by fingerprint."""
    start = at + int(rng.integers(60, 1_500))
    serial = f"FP{int(rng.integers(1, 7)):04d}"
    end = start + int(rng.integers(120, 2_400))
    return Plugged(
        host, serial, "KEYLOCK", "Finger 8G", True, start, end, bool(rng.random() > 0.05)
    )


def other_work(world: World, events: Happenings) -> None:
    """Orders that have nothing to do with lists."""
    rng = np.random.default_rng([world.seed, 8])
    days = working_days(*INQUIRY)
    for _ in range(world.scale.lawful // 2):
        person, _, come, _ = present(world, rng, days)
        start = (come + int(rng.integers(0, 14_400))) // 60 * 60
        who, host = world.maintainers[person].person_id, MAINTENANCE_HOSTS[int(rng.integers(0, 3))]
        events.orders.append(
            Order(events.order_name(), start, start + 7_200, who, None, host, None,
                  "更新プログラム適用", APPROVERS[0], start - 86_400)
        )  # fmt: skip


def operators_from_home(world: World, events: Happenings) -> None:
    """Operators work from home; each session has an address of its own for the day."""
    rng = np.random.default_rng([world.seed, 9])
    days = np.arange(day(INQUIRY[0]), day("2023-07-31"))
    chosen = np.sort(days[rng.integers(0, len(days), world.scale.remote_sessions)])
    place = np.arange(len(chosen)) - np.searchsorted(chosen, chosen)
    starts = chosen * DAY + (rng.random(len(chosen)) * 9 * 3600).astype(np.int64)
    lengths = rng.integers(1_800, 18_000, len(chosen))
    who = rng.integers(1_000, 1_400, len(chosen))
    home = rng.integers(1, 255, (len(chosen), 2))
    for i, start in enumerate(starts):
        events.sessions.append(
            Session(f"op-{who[i]}", f"203.0.{home[i, 0]}.{home[i, 1]}",
                    pool_address(int(place[i])), int(start), int(start + lengths[i]))
        )  # fmt: skip


def pool_address(place: int) -> str:
    """The address of the day's session number `place`."""
    return f"10.99.{place // 200}.{20 + place % 200}"


def site_devices(world: World, events: Happenings) -> None:
    """Registered sticks at the sites, and now and then someone's own device."""
    rng = np.random.default_rng([world.seed, 10])
    days = working_days(*INQUIRY)
    n = world.scale.site_media
    at = days[rng.integers(0, len(days), n)] * DAY + (office_hours(rng, n) * 3600).astype(int)
    site, which, length = rng.integers(1, 41, n), rng.integers(1, 3, n), rng.integers(60, 5_400, n)
    own: Bools = rng.random(n) < 0.03
    for i in range(n):
        host, start = manager_host(int(site[i]), int(which[i])), int(at[i]) - 9 * 3600
        serial = f"PRV{i % 97:05d}" if own[i] else f"FPS{site[i]:03d}"
        events.plugged.append(
            Plugged(host, serial, "GENERIC" if own[i] else "KEYLOCK",
                    "Flash Disk" if own[i] else "Finger 4G", not own[i], start,
                    start + int(length[i]), i % 31 != 0)
        )  # fmt: skip

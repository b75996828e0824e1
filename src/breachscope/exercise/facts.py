"""What happened: downloads, devices, remote sessions, work orders, and how transfers ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise.days import DAY, JAPAN, day, instant
from breachscope.exercise.records import CUTS, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from breachscope.exercise.dice import Bools, Ints

PERIODS: Final = (
    "2013-04-01",
    "2016-01-01",
    "2017-07-01",
    "2017-10-01",
    "2020-01-01",
    "2023-11-01",
)
"""The server's log changed its form on these days; the third form is a web server's log."""
BY_LIST, BY_TITLE, WEB, BY_PATH, BY_VERSION = range(5)
LOST_WEEKS: Final = (
    ("2014-09-08", "2014-09-15"),
    ("2019-02-04", "2019-02-18"),
    ("2021-03-15", "2021-03-22"),
)
"""Days whose download log is lost; the second is the first day that exists again."""
TAMPERED_MONTH: Final = "2021-11"
INQUIRY: Final = ("2013-07-01", "2023-02-28")


@dataclass(frozen=True, slots=True)
class Fetch:
    """Someone asked the server for a list."""

    at: int
    account: str
    host: str
    source_ip: str
    actor: str
    purpose: str
    version: int
    session: str
    act: int | None = None


@dataclass(frozen=True, slots=True)
class Plugged:
    """A device was in a machine from `start` to `end`."""

    host: str
    serial: str
    vendor: str
    product: str
    registered: bool
    start: int
    end: int
    end_logged: bool = True
    act: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A remote session, and the address it was given from the pool."""

    account: str
    source_ip: str
    assigned_ip: str
    start: int
    end: int
    person: str | None = None  # who sat there, where that is not an operator
    act: int | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """Someone in the maintenance room, and what the door read of it."""

    person: str
    came: int
    went: int
    planned: bool = False
    own_business: bool = False
    read: bool = True
    exit_read: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """A line of the work ledger."""

    work_id: str
    start: int
    end: int
    person: str
    account: str | None
    host: str | None
    list_id: str | None
    purpose: str
    approved_by: str | None
    approved_at: int | None


@dataclass(slots=True)
class Happenings:
    """Everything the administrators' account and its people did, as it is made up."""

    fetches: list[Fetch] = field(default_factory=list)
    plugged: list[Plugged] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    stays: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    attended: list[Stay] = field(default_factory=list)  # all stays, in time order
    seized_acts: dict[int, str] = field(default_factory=dict)  # act -> stick
    sittings: int = 0

    def session_name(self) -> str:
        """A new name for a sitting at the server."""
        self.sittings += 1
        return f"A{self.sittings:05d}"

    def order_name(self) -> str:
        """A new number in the work ledger."""
        return f"W-{len(self.orders) + 1:05d}"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The versions as arrays, to ask many questions at once."""

    versions: Sequence[Version]
    rows: Ints
    bytes: Ints
    uploaded: Ints
    until: Ints
    site: Ints
    party: Ints
    untouched: Bools
    cuts: Ints  # (versions, CUTS, 3)
    cut_count: Ints
    rows_known: Bools
    bytes_known: Bools
    original_known: Bools

    def in_force(self, at: int) -> Ints:
        """Numbers of the versions in force at that time."""
        found: Ints = np.flatnonzero((self.uploaded <= at) & (at < self.until)).astype(np.int64)
        return found


def shelf(versions: Sequence[Version]) -> Shelf:
    """All versions, in the order of their numbers."""
    cuts = np.zeros((len(versions), CUTS, 3), dtype=np.int64)
    for i, version in enumerate(versions):
        for j, cut in enumerate(version.cuts):
            cuts[i, j] = cut
    inventory = np.array([v.plan.inventory for v in versions], dtype=bool)
    kept = np.array([v.file is not None for v in versions], dtype=bool)
    original = np.array([v.original_kept for v in versions], dtype=bool)
    about = {name: _numbers([get(v) for v in versions]) for name, get in _ABOUT.items()}
    return Shelf(
        versions, about["rows"], about["bytes"], about["uploaded"], about["until"], about["site"],
        about["party"], np.array([v.one.party.untouched for v in versions], dtype=bool), cuts,
        _numbers([len(v.cuts) for v in versions]), inventory[:, 0] | kept,
        inventory[:, 1] | original, original & (inventory[:, 1] | inventory[:, 2]),
    )  # fmt: skip


_ABOUT: Final[dict[str, Callable[[Version], int]]] = {
    "rows": lambda v: v.rows,
    "bytes": lambda v: v.bytes,
    "uploaded": lambda v: v.plan.uploaded,
    "until": lambda v: v.plan.until,
    "site": lambda v: v.one.site,
    "party": lambda v: v.one.party.index,
}


def _numbers(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def period(at: Ints) -> Ints:
    """Which form the server's log had then: BY_LIST … BY_VERSION."""
    starts = np.array([instant(day(text), 0) for text in PERIODS[1:-1]], dtype=np.int64)
    found: Ints = np.searchsorted(starts, at, side="right").astype(np.int64)
    return found


def lost(at: Ints) -> Bools:
    """The log of that day no longer exists."""
    gone = np.zeros(len(at), dtype=bool)
    for first, after in LOST_WEEKS:
        gone |= (at >= instant(day(first), 0)) & (at < instant(day(after), 0))
    return gone


def in_inquiry_time(at: Ints) -> Bools:
    """Within the days the mandate names."""
    start, end = instant(day(INQUIRY[0]), 0), instant(day(INQUIRY[1]), 0) + DAY
    within: Bools = (at >= start) & (at < end)
    return within


def month(at: pl.Expr) -> pl.Expr:
    """`YYYY-MM` in Japan of an instant."""
    return pl.from_epoch(at + JAPAN, time_unit="s").dt.to_string("%Y-%m")


def frame(fetches: Sequence[Fetch]) -> pl.DataFrame:
    """Fetches as a table, one row each."""
    names = list(Fetch.__dataclass_fields__)
    types = dict.fromkeys(names, pl.String) | dict.fromkeys(("at", "version", "act"), pl.Int64)
    return pl.DataFrame(
        {name: [getattr(fetch, name) for fetch in fetches] for name in names}, schema=types
    )

"""The organisation: whose lists it holds, its sites, its machines and its staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from breachscope.exercise.tables import CITIES, COMPANY_HEADS, COMPANY_TAILS

if TYPE_CHECKING:
    from breachscope.exercise.scales import Scale

ADMIN: Final = "pds-admin"
"""The account the maintainers share."""
SITES: Final = 40
PRIVATE, LOCAL = 30, 38
LARGEST_SHARE: Final = 0.40
MAINTENANCE_AREA: Final = "保守室"
MAINTENANCE_HOSTS: Final = ("MNT-01", "MNT-02", "MNT-03")
REMOTE_HOSTS: Final = ("VDI-01", "VDI-02", "VDI-03", "VDI-04")
UNTOUCHED_PARTIES: Final = 5


@dataclass(frozen=True, slots=True)
class Party:
    """An entrusting party and the block of people who are first of all its own."""

    index: int
    party_id: str
    name: str
    sector: str
    city: int  # of a local government; -1 where people live anywhere
    first: int  # people [first, first + size) are its own
    size: int
    has_birth: bool
    has_customer_no: bool
    untouched: bool  # nothing of it was ever carried out


@dataclass(frozen=True, slots=True)
class Staff:
    """Someone who works there."""

    person_id: str
    name: str
    employer: str
    role: str
    accounts: tuple[str, ...]
    remote_account: str | None
    hosts: tuple[str, ...]
    since: str  # ISO dates
    until: str | None


@dataclass(frozen=True, slots=True)
class World:
    """Everything that does not change over the years."""

    seed: int
    scale: Scale
    parties: tuple[Party, ...]
    maintainers: tuple[Staff, ...]
    managers: tuple[Staff, ...]
    thief: str

    @property
    def people(self) -> int:
        """How many people there are."""
        return self.parties[-1].first + self.parties[-1].size


def build(seed: int, scale: Scale) -> World:
    """The same world for the same seed and scale."""
    rng = np.random.default_rng([seed, 1])
    return World(seed, scale, _parties(rng, scale), _maintainers(), _managers(rng), "BS-0103")


def _sizes(rng: np.random.Generator, scale: Scale, count: int) -> list[int]:
    """Very unequal: one party has two people in five, the smallest a handful."""
    slope = np.exp(np.linspace(0.0, -5.6, count - 1)) * rng.uniform(0.8, 1.25, count - 1)
    shares = np.sort(slope / slope.sum() * (1 - LARGEST_SHARE))[::-1]
    sizes = [int(scale.people * LARGEST_SHARE)]
    sizes += [max(int(scale.people * share), scale.smallest_party) for share in shares]
    return [-(-size // 12) * 12 for size in sizes]  # whole blocks of households


def _parties(rng: np.random.Generator, scale: Scale) -> tuple[Party, ...]:
    rest = ["private"] * (PRIVATE - 1) + ["iaa"] + ["local"] * LOCAL
    sectors = ["private", *(rest[i] for i in rng.permutation(len(rest)))]
    sizes = _sizes(rng, scale, len(sectors))
    untouched = set(rng.choice(np.arange(20, len(sectors)), UNTOUCHED_PARTIES, replace=False))
    names = iter(_company_names(rng))
    parties: list[Party] = []
    first, cities = 0, iter(range(LOCAL))
    for index, (sector, size) in enumerate(zip(sectors, sizes, strict=True)):
        city = next(cities) if sector == "local" else -1
        name = CITIES[city] if city >= 0 else next(names)
        if sector == "iaa":
            name = "独立行政法人 生活支援機構"
        anchors = rng.random(2)
        parties.append(
            Party(index, f"P{index + 1:03d}", name, sector, city, first, size,
                  bool(anchors[0] < 0.65), bool(anchors[1] < 0.45), index in untouched)
        )  # fmt: skip
        first += size
    return tuple(parties)


def _company_names(rng: np.random.Generator) -> list[str]:
    tails = [COMPANY_TAILS[i] for i in rng.integers(0, len(COMPANY_TAILS), len(COMPANY_HEADS) + 1)]
    heads = [*COMPANY_HEADS, "青空"]
    return [f"株式会社{head}{tail}" for head, tail in zip(heads, tails, strict=True)]


def _maintainers() -> tuple[Staff, ...]:
    employer, agency = "ビジネスシステム保守株式会社", "派遣会社あすか"
    rows = (
        ("BS-0101", "保守 一郎", employer, "op-9001", "2011-04-01", None),
        ("BS-0102", "保守 二葉", employer, "op-9002", "2012-10-01", None),
        ("BS-0103", "保守 三樹", agency, "op-9003", "2008-06-01", "2023-07-10"),
        ("BS-0104", "保守 四季", employer, "op-9004", "2016-07-01", None),
    )
    return tuple(
        Staff(
            person, name, who, "保守運用担当者", (ADMIN,), remote, MAINTENANCE_HOSTS, since, until
        )
        for person, name, who, remote, since, until in rows
    )


def _managers(rng: np.random.Generator) -> tuple[Staff, ...]:
    return tuple(
        Staff(f"CC-{site:02d}{n}", f"管理 {site:02d}-{n}", "コールセンター運営株式会社",
              "コールセンター管理者", (f"mgr{site:02d}{n}",), None,
              (manager_host(site, n),), f"20{rng.integers(8, 13):02d}-04-01", None)
        for site in range(1, SITES + 1)
        for n in (1, 2)
    )  # fmt: skip


def manager_host(site: int, n: int) -> str:
    """The terminal of manager `n` (1 or 2) at a site (1 … 40)."""
    return f"S{site:02d}-MGR{n}"


def host_address(host: str) -> str:
    """The fixed address of a machine."""
    if host.startswith("MNT"):
        return f"10.10.0.{10 + int(host[-2:])}"
    if host.startswith("VDI"):
        return f"10.20.0.{10 + int(host[-2:])}"
    return f"10.{100 + int(host[1:3])}.0.{10 + int(host[-1])}"

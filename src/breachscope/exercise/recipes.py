"""How each kind of leak comes about: out of which removals, and what else is put into it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise.days import DAY, day, instant
from breachscope.exercise.goods import (
    MEMBER,
    OUTSIDER,
    POISON,
    RELATIVE,
    Notation,
    draw_notation,
    stolen,
    told,
    uploaded,
    written_down,
)
from breachscope.exercise.removals import Loot, Removal, party_of, version_of
from breachscope.exercise.styles import Style, draw

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from breachscope.exercise.bystanders import Crowd
    from breachscope.exercise.dice import Ids, Ints
    from breachscope.exercise.world import World

KINDS: Final = (
    "whole", "sample", "mixture", "lost", "nowhere", "poisoned",
    "merged", "bare", "few", "sample", "resold", "shared", "mixture", "few", "lost", "sample",
    "whole", "merged", "mixture", "resold", "few", "nowhere", "sample", "poisoned",
)  # fmt: skip
"""A small exercise has the first of these leaks, a full one all; one resold is the one before."""
_ELSEWHERE_SALT: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Ware:
    """A list put together, before a broker works on it."""

    rows: pl.DataFrame
    since: int  # not earlier
    deduplicated: bool = False
    mixed: bool = False  # in no order that tells its parts
    framed: str | None = None  # party to whom it is meant to point
    upload: Removal | None = None  # handed on just as it was uploaded


@dataclass(slots=True)
class Market:
    """What there is to sell, and how much of it is sold at once."""

    world: World
    crowd: Crowd
    loot: Loot
    damaged: Mapping[str, int]
    before: Ware | None = None  # what was sold last
    leaks: int = 0

    @property
    def least(self) -> int:
        """Rows of a small leak."""
        return self.world.scale.leak_rows[0]

    def size(self, rng: np.random.Generator) -> int:
        """Rows of one leak, as often near the least as near the most."""
        low, high = np.log(self.world.scale.leak_rows)
        return int(np.exp(rng.uniform(low, high)))

    def stolen(
        self, rng: np.random.Generator, removal: Removal, count: int, notation: Notation | None
    ) -> pl.DataFrame:
        """Some rows of a removal: a stretch of it, or here and there."""
        rows = _some_rows(rng, removal, count)
        return stolen(self.world, self.crowd.records, removal, rows, notation)

    def elsewhere(
        self, rng: np.random.Generator, ids: Ids, kind: str, at: int, style: Style
    ) -> pl.DataFrame:
        """Rows about these people from some other business's list."""
        salt = _ELSEWHERE_SALT + 10 * self.leaks
        frame = written_down(ids, style, salt, at // DAY, self.crowd.about)
        return told(frame, kind, None if kind == OUTSIDER else ids)

    def outside(
        self, rng: np.random.Generator, count: int, relatives: float, at: int, style: Style
    ) -> pl.DataFrame:
        """People who stand in no list, a share of them relatives of listed ones."""
        kin = self.crowd.some_relatives(rng, int(count * relatives))
        others = self.crowd.some_strangers(rng, count - len(kin))
        return pl.concat(
            self.elsewhere(rng, ids, kind, at, style)
            for ids, kind in ((kin, RELATIVE), (others, OUTSIDER))
        )


def put_together(kind: str, market: Market, rng: np.random.Generator) -> Ware | None:
    """A list of that kind; none where there is nothing to make it of."""
    return _RECIPES[kind](market, rng)


def _some_rows(rng: np.random.Generator, removal: Removal, count: int) -> Ints:
    count = min(count, removal.rows)
    if rng.random() < 0.5:
        start = removal.first + int(rng.integers(0, removal.rows - count + 1))
        return np.arange(start, start + count, dtype=np.int64)
    chosen: Ints = np.sort(rng.choice(removal.rows, count, replace=False)) + removal.first
    return chosen


def _business(rng: np.random.Generator, market: Market) -> Style:
    """How a business that has nothing to do with the case writes its customers down."""
    party = replace(market.world.parties[0], has_birth=bool(rng.random() < 0.7),
                    has_customer_no=False)  # fmt: skip
    return draw(rng, party, ",", variants=bool(rng.random() < 0.5))


def _written(rng: np.random.Generator, share: float) -> Notation | None:
    """A notation of the broker's own, or that of the sources."""
    return draw_notation(rng) if rng.random() < share else None


def _whole(market: Market, rng: np.random.Generator) -> Ware | None:
    def fits(removal: Removal) -> bool:
        version = removal.version
        plain = version.original_kept and version.file not in market.damaged
        fair = market.least <= removal.rows <= 2 * market.world.scale.leak_rows[1]
        encoded = version.plan.file.encoding in ("cp932", "utf-8-sig")
        return removal.whole and plain and fair and encoded

    for removal in market.loot.choose(rng, 1, fits, version_of):
        return Ware(uploaded(market.crowd.records, removal), removal.at, upload=removal)
    return None


def _one_list(
    market: Market, rng: np.random.Generator, fits: Callable[[Removal], bool], count: int,
    notation: Notation | None,
) -> Ware | None:  # fmt: skip
    """Rows of one removal: of one with more than `count` rows, or of the largest there is."""
    most = max((removal.rows for removal in market.loot.removals if fits(removal)), default=0)
    enough = min(1.2 * count, most)
    for removal in market.loot.choose(rng, 1, lambda r: fits(r) and r.rows >= enough, version_of):
        share = float(rng.uniform(0.5, 0.9))
        count = min(count, max(int(removal.rows * share), market.least // 4))
        rows = market.stolen(rng, removal, count, notation)
        return Ware(rows, removal.at, deduplicated=bool(rng.random() < 0.6))
    return None


def _sample(market: Market, rng: np.random.Generator) -> Ware | None:
    count = market.size(rng)
    return _one_list(market, rng, lambda removal: removal.kept, count, _written(rng, 0.8))


def _few(market: Market, rng: np.random.Generator) -> Ware | None:
    count = int(rng.integers(20, 101))
    return _one_list(market, rng, lambda removal: removal.kept, count, _written(rng, 0.8))


def _lost(market: Market, rng: np.random.Generator) -> Ware | None:
    """Of a list whose content is lost: by turns with another version kept, and with none."""
    wanted = market.leaks % 2 == 1

    def fits(removal: Removal) -> bool:
        return not removal.kept and market.loot.determinable(removal) == wanted

    count, notation = market.size(rng), _written(rng, 0.8)
    return _one_list(market, rng, fits, count, notation) or _one_list(
        market, rng, lambda removal: not removal.kept, count, notation
    )


def _merged(market: Market, rng: np.random.Generator) -> Ware | None:
    """Several versions of one party, one after another, without who stands there twice."""
    versions: dict[int, set[int]] = {}
    for removal in market.loot.removals:
        if removal.kept and removal.rows >= market.least // 4:
            versions.setdefault(removal.party, set()).add(version_of(removal))
    first = market.loot.choose(rng, 1, lambda r: len(versions.get(r.party, ())) > 1, party_of)
    if not first:
        return None
    party = first[0].party
    parts = market.loot.choose(
        rng, int(rng.integers(2, 5)), lambda r: r.party == party and r.kept, version_of
    )
    return _of_parts(market, rng, parts, market.size(rng), draw_notation(rng))


def _of_parts(
    market: Market, rng: np.random.Generator, parts: list[Removal], count: int,
    notation: Notation | None,
) -> Ware:  # fmt: skip
    weights = rng.uniform(0.5, 1.5, len(parts))
    shares = weights / weights.sum() * count
    rows = pl.concat(
        market.stolen(rng, removal, max(int(share), 5), notation)
        for removal, share in zip(parts, shares, strict=True)
    )
    return Ware(rows, max(part.at for part in parts), deduplicated=True, mixed=True)


def _mixture(market: Market, rng: np.random.Generator) -> Ware | None:
    """Lists of four parties in one, and some rows bought elsewhere."""
    count, notation = market.size(rng), _written(rng, 0.75)
    parts = market.loot.choose(
        rng, 4, lambda r: r.kept and r.rows >= max(market.least // 8, count // 20), party_of
    )
    if len(parts) < 4:
        return None
    ware = _of_parts(market, rng, parts, count, notation)
    bought = float(rng.uniform(0.10, 0.35))
    more = int(len(ware.rows) * bought / (1 - bought))
    style = _business(rng, market)
    style = notation.of(style) if notation else style
    rows = market.outside(rng, more, 0.15, ware.since, style)
    return replace(ware, rows=pl.concat([ware.rows, rows]))


def _nowhere(market: Market, rng: np.random.Generator) -> Ware | None:
    at = _some_day(rng)
    rows = market.outside(rng, market.size(rng), 0.3, at, _business(rng, market))
    return Ware(rows, at, mixed=True)


def _shared(market: Market, rng: np.random.Generator) -> Ware | None:
    """Another business's customers, of whom many are also those of two parties."""
    largest = sorted(market.world.parties, key=lambda party: -party.size)[:8]
    chosen = [largest[0], largest[int(rng.integers(1, len(largest)))]]
    both = rng.permutation(market.crowd.customers(*chosen))[: market.size(rng)]
    at, style = _some_day(rng), _business(rng, market)
    return Ware(
        pl.concat([
            market.elsewhere(rng, both, MEMBER, at, style),
            market.outside(rng, int(len(both) * rng.uniform(0.3, 0.8)), 0.1, at, style),
        ]),
        at, mixed=True,
    )  # fmt: skip


def _resold(market: Market, rng: np.random.Generator) -> Ware | None:
    """Some of what was sold before, as it was worked on then."""
    if market.before is None or market.before.upload is not None:
        return None
    rows, share = market.before.rows, float(rng.uniform(0.3, 0.8))
    chosen = np.sort(rng.choice(len(rows), max(int(len(rows) * share), 5), replace=False))
    return Ware(rows[chosen], market.before.since, deduplicated=True)


def _poisoned(market: Market, rng: np.random.Generator) -> Ware | None:
    """A stolen list, and names with addresses of people of a party from which nothing left."""
    notation = draw_notation(rng)
    ware = _one_list(market, rng, lambda removal: removal.kept, market.size(rng), notation)
    innocent = max((p for p in market.world.parties if p.untouched), key=lambda party: party.size)
    if ware is None:
        return None
    people = rng.permutation(market.crowd.customers(innocent))
    people = people[: max(int(len(ware.rows) * rng.uniform(0.05, 0.2)), 3)]
    style = replace(notation.of(_business(rng, market)), columns=("name", "postal_code", "address"))
    added = market.elsewhere(rng, people, POISON, ware.since, style)
    return replace(
        ware, rows=pl.concat([_unreachable(rng, ware.rows), added]), mixed=True,
        deduplicated=True, framed=innocent.party_id,
    )  # fmt: skip


def _unreachable(rng: np.random.Generator, rows: pl.DataFrame) -> pl.DataFrame:
    """A fifth of the rows without telephone and birth, as added ones are too."""
    lost = pl.lit(pl.Series(rng.random(len(rows)) < 0.2)) & (pl.col("address") != "")
    cells = ("phone", "phone2", "birth_date", "sex", "kana", "email", "note")
    return rows.with_columns(pl.when(lost).then(pl.lit("")).otherwise(n).alias(n) for n in cells)


def _some_day(rng: np.random.Generator) -> int:
    return instant(int(rng.integers(day("2015-01-01"), day("2023-02-01"))), 12)


_RECIPES: Final[Mapping[str, Callable[[Market, np.random.Generator], Ware | None]]] = {
    "whole": _whole,
    "sample": _sample,
    "bare": _sample,
    "few": _few,
    "lost": _lost,
    "merged": _merged,
    "mixture": _mixture,
    "nowhere": _nowhere,
    "shared": _shared,
    "resold": _resold,
    "poisoned": _poisoned,
}

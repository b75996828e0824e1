"""Names and towns as numbered tables, the same for every task; people are numbers into them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from wordlists import (
    BUILDING_FIRST,
    BUILDING_SECOND,
    CITY_FIRST,
    CITY_SECOND,
    CROWDED,
    FEMALE_FIRST,
    FEMALE_SECOND,
    MALE_FIRST,
    MALE_SECOND,
    PREFECTURES,
    SURNAME_FIRST,
    SURNAME_SECOND,
    TOWN_FIRST,
    TOWN_SECOND,
    VARIANTS,
    Part,
)

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

COHORTS: Final = 4
CITIES_PER_PREFECTURE: Final = 21
TOWNS_PER_CITY: Final = 30
_FIXED: Final = 20_130_701  # the tables are no part of a task's seed
_HIRAGANA: Final = {chr(code): chr(code - 0x60) for code in range(0x30A1, 0x30F7)}


@dataclass(frozen=True, slots=True)
class Names:
    """Forms of a name, by number."""

    kanji: pl.Series
    kana: pl.Series
    variant: Ints  # the form with an older sign; itself where there is none
    alike: Ints  # another form of the same reading
    reading: Ints  # the same kanji read otherwise


@dataclass(frozen=True, slots=True)
class Given:
    """Given names of one sex: first sign × second sign, then the same in hiragana."""

    names: Names
    seconds: int
    first_odds: tuple[Floats, ...]  # cumulative, by cohort
    second_odds: tuple[Floats, ...]
    offset: int  # of this sex in the joint table


@dataclass(frozen=True, slots=True)
class Towns:
    """Every town of the invented land."""

    prefecture: pl.Series
    city: pl.Series
    name: pl.Series
    postal: pl.Series
    region: Ints  # place of the prefecture
    area: Ints  # two digits of the area code
    chome: Ints  # how many; 0: lots are numbered through
    odds: Floats  # cumulative


@dataclass(frozen=True, slots=True)
class Tables:
    """All of them."""

    surnames: Names
    surname_odds: Floats
    given: Names
    male: Given
    female: Given
    towns: Towns
    buildings: pl.Series


@cache
def tables() -> Tables:
    """Made once a process."""
    dice = np.random.default_rng(_FIXED)
    surnames, odds = _surnames(dice)
    male = _given(dice, MALE_FIRST, MALE_SECOND, 0)
    female = _given(dice, FEMALE_FIRST, FEMALE_SECOND, len(male.names.kanji))
    buildings = pl.Series(
        [
            f"{a}{b}{c}"
            for a, b, c in product(BUILDING_FIRST, BUILDING_SECOND, ("", "緑", "Ⅱ", "南"))
        ]
    )
    both = _joined(male.names, female.names)
    return Tables(surnames, odds, both, male, female, _towns(dice), buildings)


def drawn(dice: np.random.Generator, odds: Floats, size: int) -> Ints:
    """Places by cumulative odds."""
    return np.searchsorted(odds, dice.random(size)).astype(np.int32)


def cumulative(weights: npt.NDArray[np.floating]) -> Floats:
    """Odds that end at exactly 1."""
    sums = np.cumsum(weights, dtype=np.float64)
    sums /= sums[-1]
    sums[-1] = 1.0
    return sums


def _surnames(dice: np.random.Generator) -> tuple[Names, Floats]:
    """Few are very common, most are rare; a second reading takes an eighth of its name."""
    pairs = [(a, b) for a, b in product(SURNAME_FIRST, SURNAME_SECOND) if a.kanji != b.kanji]
    kanji = [a.kanji + b.kanji for a, b in pairs]
    kana = [a.kana + b.kana for a, b in pairs]
    common: dict[str, int] = {}
    order = dice.permutation(len(pairs))
    ranks = [common.setdefault(text, int(order[at])) for at, text in enumerate(kanji)]
    rest = np.array([0.14 if a.rank or b.rank else 1.0 for a, b in pairs])
    weights = rest / (np.argsort(np.argsort(ranks)) + 14.0) ** 1.05
    names = _with_variants(kanji, kana)
    return names, cumulative(np.concatenate([weights, np.zeros(len(names.kanji) - len(pairs))]))


def _given(
    dice: np.random.Generator, first: tuple[Part, ...], second: tuple[Part, ...], offset: int
) -> Given:
    pairs = list(product(first, second))
    kanji = [a.kanji + (b.kanji if a.kanji != b.kanji else "") for a, b in pairs]
    kana = [a.kana + (b.kana if a.kanji != b.kanji else "") for a, b in pairs]
    written = ["".join(_HIRAGANA.get(sign, sign) for sign in text) for text in kana]
    names = _numbered(kanji + written, kana + kana)
    return Given(
        names,
        len(second),
        tuple(_part_odds(dice, first, cohort) for cohort in range(COHORTS)),
        tuple(_part_odds(dice, second, cohort) for cohort in range(COHORTS)),
        offset,
    )


def _part_odds(dice: np.random.Generator, parts: tuple[Part, ...], cohort: int) -> Floats:
    suits = np.array([str(cohort) in part.cohorts for part in parts])
    usual = np.array([1.0 if part.rank == 0 else 0.3 for part in parts])
    return cumulative(suits * usual / (dice.permutation(len(parts)) + 4.0))


def _with_variants(kanji: list[str], kana: list[str]) -> Names:
    """Every form with a sign that has an older form a second time, in that form."""
    at = [i for i, text in enumerate(kanji) if set(text) & VARIANTS.keys()]
    old = ["".join(VARIANTS.get(sign, sign) for sign in kanji[i]) for i in at]
    names = _numbered(kanji + old, kana + [kana[i] for i in at])
    names.variant[at] = np.arange(len(kanji), len(kanji) + len(at), dtype=np.int32)
    return names


def _numbered(kanji: list[str], kana: list[str]) -> Names:
    itself = np.arange(len(kanji), dtype=np.int32)
    return Names(
        pl.Series("kanji", kanji),
        pl.Series("kana", kana),
        itself,
        _next_alike(kana),
        _next_alike(kanji),
    )


def _next_alike(texts: list[str]) -> Ints:
    """For each place the next with the same text, round in a ring."""
    rings: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        rings.setdefault(text, []).append(at)
    following = list(range(len(texts)))
    for ring in rings.values():
        for at, after in zip(ring, ring[1:] + ring[:1], strict=True):
            following[at] = after
    return np.array(following, dtype=np.int32)


def _joined(one: Names, two: Names) -> Names:
    shift = len(one.kanji)
    return Names(
        pl.concat([one.kanji, two.kanji]),
        pl.concat([one.kana, two.kana]),
        np.concatenate([one.variant, two.variant + shift]),
        np.concatenate([one.alike, two.alike + shift]),
        np.concatenate([one.reading, two.reading + shift]),
    )


def _towns(dice: np.random.Generator) -> Towns:
    cities = len(PREFECTURES) * CITIES_PER_PREFECTURE
    pairs = list(product(CITY_FIRST, CITY_SECOND))
    called = [pairs[i][0] + pairs[i][1] for i in dice.permutation(len(pairs))[:cities]]
    kinds = dice.choice(["市", "市", "市", "区", "町"], cities)
    city = [
        f"{CITY_FIRST[i % 50]}郡{name}町" if kind == "町" else name + kind
        for i, (name, kind) in enumerate(zip(called, kinds, strict=True))
    ]
    of_city = np.repeat(np.arange(cities), TOWNS_PER_CITY)
    region = of_city // CITIES_PER_PREFECTURE
    names = [a + b for a, b in product(TOWN_FIRST, dict.fromkeys(TOWN_SECOND))]
    picked = [dice.permutation(len(names))[:TOWNS_PER_CITY] for _ in range(cities)]
    number = np.arange(of_city.size)
    code = (region + 10) * 100_000 + (number % 630) * 140 + number % 97
    weights = dice.pareto(1.6, of_city.size) + 0.3
    weights *= np.where(np.isin(region, CROWDED), 3.0, 1.0) * np.repeat(
        dice.pareto(1.8, cities) + 0.4, TOWNS_PER_CITY
    )
    chome = np.where(dice.random(of_city.size) < 0.55, dice.integers(1, 7, of_city.size), 0)
    return Towns(
        pl.Series(PREFECTURES)[region],
        pl.Series(city)[of_city],
        pl.Series(names)[np.concatenate(picked)],
        pl.Series(code).cast(pl.String),
        region.astype(np.int32),
        _area_codes(of_city),
        chome.astype(np.int32),
        cumulative(weights),
    )


def _area_codes(city: npt.NDArray[np.int64]) -> Ints:
    """Two digits without zeros; neither the toll-free prefix nor a mobile's."""
    codes = [10 * a + b for a, b in product(range(1, 10), range(1, 10)) if 10 * a + b != 12]
    return np.array(codes, dtype=np.int32)[city // 13 % len(codes)]

"""From records reached to persons counted: one step of the ladder, whoever the records belong to.

The same code counts the persons of a party and the persons over all parties; only the labels
differ. Tiers are numbers here: 0 confirmed, 1 probable, 2 possible, 3 not surely reached.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from breachscope.resolve.components import Labels
from breachscope.schema import COUNTED_TIERS

Bytes: TypeAlias = npt.NDArray[np.uint8]

NOT_SURELY: Final = len(COUNTED_TIERS)


@dataclass(frozen=True, slots=True)
class Reached:
    """Distinct records some download reached."""

    nodes: Labels
    tier: Bytes
    """The best tier that surely reached the record."""
    maybe: Bytes
    """Bit t: a download of tier t may have reached it."""


@dataclass(frozen=True, slots=True)
class Minimum:
    """The largest number of persons a single `count` download must have reached."""

    tier: int = NOT_SURELY
    standard: int = 0
    loose: int = 0


@dataclass(frozen=True, slots=True)
class Unread:
    """Rows that left and hold nobody we can name: content lost, or a line not readable."""

    tiers: tuple[int, int, int] = (0, 0, 0)
    all: int = 0
    """Of every tier, and the repeats."""
    repeats: tuple[int, int, int] = (0, 0, 0)
    """Rows that repeat a record which tells too little to say that they are one person."""


@dataclass(frozen=True, slots=True)
class _Tally:
    """Persons under one policy."""

    sure: list[int]  # in each tier
    settled: list[int]  # of these: whom no doubtful download of a higher tier may move up
    most: list[int]  # who may stand in each tier
    above: list[int]  # who may stand in a tier higher than this one
    reached: int  # surely or not


def ladder(
    reached: Reached, labels: Mapping[str, Labels], minimum: Minimum, unread: Unread
) -> dict[str, int]:
    """The columns `{tier}_{measure}` of the ladder.

    Args:
        reached: the records.
        labels: policy -> label of every record; `reached.nodes` points into it.
        minimum: the largest single minimum.
        unread: rows that count for the high bound only, repeats among them.
    """
    tally = {policy: _tally(reached, whose) for policy, whose in labels.items()}
    found: dict[str, int] = {}
    for tier, name in enumerate(COUNTED_TIERS):
        found |= _in_tier(tier, name, tally, minimum, unread)
    sure, least = sum(tally["standard"].sure), sum(tally["loose"].sure)
    count = max(sure, minimum.standard)
    found["all_count"] = count
    found["all_low"] = min(count, max(least, minimum.loose))
    found["all_high"] = max(count, tally["strict"].reached) + unread.all
    return found


def _in_tier(
    tier: int, name: str, tally: Mapping[str, _Tally], minimum: Minimum, unread: Unread
) -> dict[str, int]:
    standard, loose, strict = tally["standard"], tally["loose"], tally["strict"]
    count, least = standard.sure[tier], loose.settled[tier]
    if tier == minimum.tier:
        count += max(0, minimum.standard - sum(standard.sure))
        least = max(least, minimum.loose - strict.above[tier])
    # whoever stands in an unread row of a higher tier may be someone counted in this one
    least = max(0, least - sum(unread.tiers[:tier]))
    most = max(count, strict.most[tier]) + unread.tiers[tier] + unread.repeats[tier]
    return {f"{name}_count": count, f"{name}_low": min(count, least), f"{name}_high": most}


def _tally(reached: Reached, labels: Labels) -> _Tally:
    tier, maybe = _persons(reached, labels)
    tiers = range(NOT_SURELY)
    return _Tally(
        sure=[_how_many(tier == t) for t in tiers],
        settled=[_how_many((tier == t) & (maybe & _higher(t) == 0)) for t in tiers],
        most=[_how_many((tier == t) | ((maybe & _bit(t) > 0) & (tier > t))) for t in tiers],
        above=[_how_many((tier < t) | (maybe & _higher(t) > 0)) for t in tiers],
        reached=_how_many((tier < NOT_SURELY) | (maybe > 0)),
    )


def _persons(reached: Reached, labels: Labels) -> tuple[Bytes, Bytes]:
    """Each person's best tier and doubtful tiers, at the place of the person's label."""
    whose = labels[reached.nodes]
    tier = np.full(labels.size, NOT_SURELY, dtype=np.uint8)
    maybe = np.zeros(labels.size, dtype=np.uint8)
    for t in reversed(range(NOT_SURELY)):  # the best tier is written last
        tier[whose[reached.tier == t]] = t
        maybe[whose[reached.maybe & _bit(t) > 0]] |= _bit(t)
    return tier, maybe


def _bit(tier: int) -> np.uint8:
    return np.uint8(1 << tier)


def _higher(tier: int) -> np.uint8:
    """The bits of all tiers higher than this one."""
    return np.uint8((1 << tier) - 1)


def _how_many(condition: npt.NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(condition))

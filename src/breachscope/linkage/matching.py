"""A leak's rows against the whole inventory: block, compare, weigh, decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import polars as pl

from breachscope.linkage.deciding import Decided, Odds, decided
from breachscope.resolve import blocking, comparison, frequency, weights
from breachscope.resolve.blocking import Candidates, Caps, Wanted
from breachscope.resolve.comparison import Pairs
from breachscope.resolve.features import Features

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from breachscope.resolve.comparison import Levels
    from breachscope.resolve.lookup import Held
    from breachscope.resolve.weights import Chances, Fit, Floats

RANDOM_PAIRS: Final = 300_000
FEWER_PAIRS: Final = 60
"""Of a short leak so many random pairs a row, but at least a fifth of RANDOM_PAIRS: more would
repeat the same few rows."""
_AT_ONCE: Final = 400_000  # pairs compared together: bounds memory


class Inventory(Protocol):
    """The records of all parties, numbered over them from 0 in order of party and record."""

    size: int
    persons: int
    person: npt.NDArray[np.uint32]
    """Record -> its person over all parties."""

    def held(self, wanted: Wanted) -> Held:
        """The records that hold a key of the leak."""
        ...

    def sample(self) -> tuple[pl.DataFrame, Floats]:
        """comparison.VALUES of some records, and for how many each stands."""
        ...

    def values(self, records: npt.NDArray[np.uint32]) -> pl.DataFrame:
        """comparison.VALUES of these records, which ascend and do not repeat, in this order."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """How rows are matched; frozen, and hashed, before a leak is opened."""

    caps: Caps = field(default_factory=Caps)
    least: float = 0.9
    random_pairs: int = RANDOM_PAIRS


@dataclass(frozen=True, slots=True)
class Reached:
    """What of the inventory shares a key with the leak."""

    candidates: Candidates
    present: dict[str, int]
    records: npt.NDArray[np.uint32]
    """The records of the pairs, and maybe others, ascending."""
    features: Features  # of these


@dataclass(frozen=True, slots=True)
class Compared:
    """Every compared pair with its levels."""

    row: npt.NDArray[np.uint32]
    record: npt.NDArray[np.uint32]
    levels: dict[str, Levels]
    log_unrelated: Floats


@dataclass(frozen=True, slots=True)
class Matched:
    """A leak matched: decisions, and all that they rest on."""

    decided: Decided
    compared: Compared
    fit: Fit
    rare: frequency.Frequencies
    reached: Reached
    blocking_recall: float


def matched(
    keys: pl.DataFrame,
    inventory: Inventory,
    settings: Settings,
    fit: Fit | None = None,
    shares: tuple[float, float] | None = None,
    reached: Reached | None = None,
) -> Matched:
    """Match a leak.

    Args:
        keys: RECORD_KEYS of the leak in row order.
        inventory: of the case.
        settings: how.
        fit: weights fitted before; fitted to this leak where there are none.
        shares: of rows in the inventory, and of their relatives, as found in a leak before;
            for its decoys.
        reached: what of the inventory shares a key with it, where that is known.

    Raises:
        EvidenceError: there is nothing to fit the weights to.
    """
    values = comparison.compared_values(keys.lazy()).collect()
    reached = reached or reach(keys, inventory, settings.caps)
    rare = frequency.frequencies(values, reached.candidates.held, reached.present)
    count = _pairs(settings, keys.height)
    unrelated = fit.unrelated if fit else chance_agreement(values, inventory, count)
    compared = compare(values, reached, rare, unrelated)
    fit = fit or weights.fitted(
        compared.levels, compared.log_unrelated, unrelated, keys.height, inventory.size
    )
    odds = odds_of(compared, fit, inventory.person)
    found = decided(odds, keys.height, inventory.persons, settings.least, shares)
    return Matched(found, compared, fit, rare, reached, _recall(found, reached.candidates.pairs))


def _pairs(settings: Settings, rows: int) -> int:
    return min(settings.random_pairs, max(settings.random_pairs // 5, FEWER_PAIRS * rows))


def reach(keys: pl.DataFrame, inventory: Inventory, caps: Caps) -> Reached:
    """The candidate pairs, and how many records hold each kind of value."""
    return reaches([keys], inventory, caps)[0]


def reaches(many: Sequence[pl.DataFrame], inventory: Inventory, caps: Caps) -> list[Reached]:
    """`reach` of several lists at once: the inventory is asked a single time."""
    asked = [blocking.block_keys(keys.lazy()).collect() for keys in many]
    held = inventory.held(Wanted.of(pl.concat(asked)))
    found = [blocking.candidates(leak, held.hits, caps) for leak in asked]
    met = np.unique(np.concatenate([one.pairs["record"].to_numpy() for one in found]))
    features = Features.of(inventory.values(met))
    return [Reached(candidates, held.present, met, features) for candidates in found]


def chance_agreement(values: pl.DataFrame, inventory: Inventory, count: int) -> Chances:
    """How often random pairs of a leaked row and a record agree: nearly all are unrelated.

    The draw is the same for the same sizes, so that a run repeats.
    """
    records, weight = inventory.sample()
    dice = np.random.default_rng([values.height, records.height])
    chance = weight / weight.sum()
    rows, drawn = [], []
    for begin in range(0, count, _AT_ONCE):
        size = min(_AT_ONCE, count - begin)
        rows.append(dice.integers(0, values.height, size))
        drawn.append(dice.choice(records.height, size, p=chance))
    left, right = Features.of(values), Features.of(records)
    return weights.shares(_levels(left, np.concatenate(rows), right, np.concatenate(drawn)))


def compare(
    values: pl.DataFrame, reached: Reached, rare: frequency.Frequencies, unrelated: Chances
) -> Compared:
    """The levels of every pair, a stretch of pairs at a time."""
    pairs = reached.candidates.pairs
    row, record = pairs["row"].to_numpy(), pairs["record"].to_numpy()
    place = np.searchsorted(reached.records, record)
    levels = _levels(Features.of(values), row, reached.features, place)
    return Compared(row, record, levels, rare.log_unrelated(levels, row, unrelated))


def _levels(
    left: Features, row: npt.NDArray[Any], right: Features, record: npt.NDArray[Any]
) -> dict[str, Levels]:
    """`comparison.levels_of` these pairs, a stretch at a time."""
    parts = [
        comparison.levels_of(
            Pairs(left, row[begin : begin + _AT_ONCE], right, record[begin : begin + _AT_ONCE])
        )
        for begin in range(0, row.size, _AT_ONCE)
    ]
    return {
        name: np.concatenate([np.zeros(0, np.uint8), *(part[name] for part in parts)])
        for name in comparison.FIELDS
    }


def odds_of(compared: Compared, fit: Fit, person: npt.NDArray[np.uint32]) -> Odds:
    """Likelihood ratios of every pair against two unrelated people."""
    return Odds(
        compared.row,
        compared.record,
        person[compared.record],
        fit.log_person(compared.levels) - compared.log_unrelated,
        fit.log_household(compared.levels) - compared.log_unrelated,
    )


def _recall(found: Decided, pairs: pl.DataFrame) -> float:
    """The share of true pairs that blocking reaches, estimated from those found."""
    sure = found.posteriors.filter(pl.col("probability") >= 0.9).select("row", "record")
    true = pairs.join(sure, on=["row", "record"], how="semi")
    contact = blocking.is_by(true, blocking.CONTACT)
    identity = blocking.is_by(true, blocking.IDENTITY)
    return blocking.recall(
        float(contact.sum()), float(identity.sum()), float((contact & identity).sum())
    )

"""What each level of agreement is worth, fitted without labels: three classes of pairs.

A pair of a leaked row and a record is of one person (P), of two people of one household (H), or
of two unrelated people (U). Within a class, fields are taken as independent (Fellegi and Sunter,
JASA 64, 1969). How often U agrees is known from how common the values are, so that only P and H
are fitted, by EM (Dempster, Laird and Rubin, 1977; Winkler, 2000) on counts of patterns. The third
class is needed because relatives share family name, address and telephone: with two classes a
relative is the likeliest wrong answer (measured in docs/method.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from breachscope.errors import EvidenceError
from breachscope.resolve.comparison import FIELDS, MISSING, Levels

Floats = npt.NDArray[np.float64]
Chances = dict[str, Floats]
"""Field -> chance of each of its levels, where both sides hold the field."""

PERSON: Final[Chances] = {
    "name": np.array([0.02, 0.03, 0.03, 0.06, 0.04, 0.32, 0.50]),
    "mobile": np.array([0.15, 0.05, 0.80]),
    "landline": np.array([0.15, 0.05, 0.80]),
    "address": np.array([0.12, 0.08, 0.10, 0.70]),
    "birth": np.array([0.02, 0.05, 0.93]),
    "email": np.array([0.20, 0.80]),
    "customer": np.array([0.70, 0.30]),
    "sex": np.array([0.02, 0.98]),
}
HOUSEHOLD: Final[Chances] = {
    "name": np.array([0.18, 0.70, 0.005, 0.08, 0.01, 0.02, 0.005]),
    "mobile": np.array([0.97, 0.01, 0.02]),
    "landline": np.array([0.10, 0.05, 0.85]),
    "address": np.array([0.08, 0.04, 0.08, 0.80]),
    "birth": np.array([0.96, 0.03, 0.01]),
    "email": np.array([0.95, 0.05]),
    "customer": np.array([0.98, 0.02]),
    "sex": np.array([0.55, 0.45]),
}
"""Where fitting begins, and what it is drawn to where there is little to see."""

FIXED: Final = frozenset({"customer"})
"""Only its agreement is seen: its chances are stated, not fitted."""

STRENGTH: Final = {"P": 30.0, "H": 60.0}
"""How many pairs the starting values weigh (a Dirichlet prior): the fit moves on data alone."""

LEAST_OF_PRIOR: Final = 0.25
"""No chance of H falls below so much of where it began: that a mother's mobile stands for her
child is seldom seen in one leak, and does harm when it is held to be impossible."""

OTHER_NAME: Final = (0, 1)
"""Levels of a name at which the given name is another's. No chance of P rises there above where it
began: where relatives share both telephone and address, and births lack, the fit would take them
for persons who changed their given name."""

ROUNDS: Final = 60
_ENOUGH: Final = 1e-6
_SMALLEST: Final = 1e-12
_U_STEP: Final = 0.25  # log-chances are binned so finely, in nats
NAME_AGREES: Final = 3  # from one edit on
LEAST_NAME: Final = 0.7


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted weights: a fingerprinted input of the case, never refitted by the way."""

    person: Chances
    household: Chances
    unrelated: Chances
    persons_a_row: float  # records of the row's own person, on average
    relatives_a_row: float
    rounds: int = 0
    notes: tuple[str, ...] = field(default=())

    def refused(self) -> str | None:
        """Why nothing may be built on this fit; None where it is sound."""
        agrees = float(self.person["name"][NAME_AGREES:].sum())
        if agrees < LEAST_NAME:
            return f"of pairs taken for one person only {agrees:.0%} agree in name"
        if float(self.household["name"][NAME_AGREES:].sum()) > agrees:
            return "the classes of persons and of households have changed places"
        return None

    def log_person(self, levels: dict[str, Levels]) -> Floats:
        """Log-chance of each pair's levels if it is one person; fields that lack count nothing."""
        return log_chance(levels, self.person)

    def log_household(self, levels: dict[str, Levels]) -> Floats:
        """The same if they are two people of one household."""
        return log_chance(levels, self.household)


def log_chance(levels: dict[str, Levels], chances: Chances) -> Floats:
    """Sum over fields of the log-chance of each level, in nats."""
    total = np.zeros(next(iter(levels.values())).size)
    for name, level in levels.items():
        table = np.zeros(256)
        table[: chances[name].size] = np.log(np.maximum(chances[name], _SMALLEST))
        total += table[level]
    return total


def shares(levels: dict[str, Levels], smoothing: float = 0.5) -> Chances:
    """How often each level is met among pairs that hold the field: of random pairs, U."""
    found = {}
    for name, level in levels.items():
        size = len(FIELDS[name])
        counts = np.bincount(level[level != MISSING], minlength=size)[:size].astype(float)
        found[name] = (counts + smoothing) / (counts.sum() + smoothing * size)
    return found


def fitted(
    levels: dict[str, Levels],
    log_unrelated: Floats,
    unrelated: Chances,
    rows: int,
    records: int,
) -> Fit:
    """Fit P and H to the compared pairs.

    Args:
        levels: of every compared pair.
        log_unrelated: log-chance of each pair's agreement among unrelated people, by how common
            its very values are.
        unrelated: the same by level, kept with the fit.
        rows: of the leak.
        records: of the inventory.

    Raises:
        EvidenceError: no pair was compared: there is nothing to fit.
    """
    if not log_unrelated.size:
        raise EvidenceError("no leaked row shares a key with any record: weights cannot be fitted")
    patterns = _patterns(levels, log_unrelated)
    fit = Fit(dict(PERSON), dict(HOUSEHOLD), unrelated, 0.5, 0.3)
    for count in range(1, ROUNDS + 1):
        better = _round(fit, patterns, rows, records)
        moved = abs(better.persons_a_row - fit.persons_a_row) + max(
            float(np.abs(better.person[name] - fit.person[name]).max()) for name in FIELDS
        )
        fit = replace(better, rounds=count)
        if moved < _ENOUGH:
            break
    return fit


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Pairs of one pattern and one chance under U, counted."""

    levels: dict[str, Levels]
    log_u: Floats
    count: Floats


def _patterns(levels: dict[str, Levels], log_unrelated: Floats) -> _Patterns:
    code = np.zeros(log_unrelated.size, np.int64)
    for name, level in levels.items():
        size = len(FIELDS[name]) + 1
        code = code * size + np.where(level == MISSING, size - 1, level)
    step = np.round((log_unrelated - log_unrelated.min()) / _U_STEP).astype(np.int64)
    code = code * (int(step.max()) + 1) + step
    _, first, count = np.unique(code, return_index=True, return_counts=True)
    return _Patterns(
        {name: level[first] for name, level in levels.items()},
        log_unrelated[first],
        count.astype(float),
    )


def _round(fit: Fit, patterns: _Patterns, rows: int, records: int) -> Fit:
    """One round of EM. U's intensity is known: records times its chance, for each row."""
    person = fit.persons_a_row * np.exp(log_chance(patterns.levels, fit.person))
    household = fit.relatives_a_row * np.exp(log_chance(patterns.levels, fit.household))
    whole = person + household + records * np.exp(patterns.log_u)
    is_person = patterns.count * person / whole
    is_household = patterns.count * household / whole
    return replace(
        fit,
        person=_own_name(_chances(patterns.levels, is_person, PERSON, STRENGTH["P"])),
        household=_floored(
            _chances(patterns.levels, is_household, HOUSEHOLD, STRENGTH["H"]), HOUSEHOLD
        ),
        persons_a_row=float(is_person.sum() / rows),
        relatives_a_row=float(is_household.sum() / rows),
    )


def _own_name(chances: Chances) -> Chances:
    name = chances["name"].copy()
    other = list(OTHER_NAME)
    name[other] = np.minimum(name[other], PERSON["name"][other])
    return {**chances, "name": name / name.sum()}


def _floored(chances: Chances, prior: Chances) -> Chances:
    found = {}
    for name, fitted_ in chances.items():
        raised = np.maximum(fitted_, LEAST_OF_PRIOR * prior[name])
        found[name] = raised / raised.sum()
    return found


def _chances(levels: dict[str, Levels], weight: Floats, prior: Chances, strength: float) -> Chances:
    found = {}
    for name, level in levels.items():
        if name in FIXED:
            found[name] = prior[name]
            continue
        held = level != MISSING
        size = len(FIELDS[name])
        met = np.bincount(level[held], weight[held], size)[:size].astype(np.float64)
        drawn = met + strength * prior[name]
        found[name] = drawn / drawn.sum()
    return found

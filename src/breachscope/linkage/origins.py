"""From which parties a leak's rows were drawn, as a mixture with a class for "elsewhere".

A row of source p is one of p's persons, each as likely as another; a row bought elsewhere is
about a listed person only by chance. So a party explains a row the better the fewer people it
has beside the one the row is about, and a party that holds few of the rows explains little
(Papadimitriou and Garcia-Molina, IEEE TKDE 23(1), 2011, who ask the same of exact copies).
Weights are fitted by EM; a likelihood ratio is told against the best mixture without the party.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BY_CHANCE: Final = 0.1
"""How much of a list bought elsewhere is about people of the inventory by chance: about its share
of the population. Stated, and varied on the page of sensitivity."""
MISS: Final = 0.02
"""Share of a source's own rows that linkage does not find."""
ROUNDS: Final = 300
_LEAST: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Rows:
    """What the mixture is fitted to.

    `held` has a row a leaked row and a column a party: the probability, summed over the persons
    the row may be about, of those the party holds. `matched` is the same over all parties.
    """

    held: Floats
    matched: Floats
    persons: Floats  # of each party
    all_persons: int


@dataclass(frozen=True, slots=True)
class Origins:
    """Fitted weights; the last is that of "elsewhere"."""

    weights: Floats
    log_likelihood: float
    responsibilities: Floats  # rows by parties and elsewhere


def likelihoods(rows: Rows, by_chance: float = BY_CHANCE) -> Floats:
    """Of each row under each party, and under "elsewhere" in the last column."""
    unmatched = np.clip(1.0 - rows.matched, 0.0, 1.0)
    space = float(rows.all_persons)
    party = (1 - MISS) * rows.held / rows.persons + MISS * unmatched[:, None] / space
    elsewhere = by_chance * rows.matched / space + (1 - by_chance) * unmatched / space
    return np.column_stack([party, elsewhere])


def fitted(chances: Floats, allowed: npt.NDArray[np.bool_] | None = None) -> Origins:
    """The likeliest weights, of the allowed parties and elsewhere.

    Args:
        chances: `likelihoods`, rows by parties and elsewhere.
        allowed: which columns may have weight; all, where not given.
    """
    size = chances.shape[1]
    allowed = np.ones(size, bool) if allowed is None else allowed
    weights = np.where(allowed, 1.0, 0.0)
    weights /= weights.sum()
    before = -np.inf
    for _ in range(ROUNDS):
        joint = chances * weights
        whole = np.maximum(joint.sum(axis=1), _LEAST)
        now = float(np.log(whole).sum())
        weights = (joint / whole[:, None]).mean(axis=0)
        if now - before < 1e-7 * max(abs(now), 1.0):
            break
        before = now
    joint = chances * weights
    whole = np.maximum(joint.sum(axis=1), _LEAST)
    return Origins(weights, float(np.log(whole).sum()), joint / whole[:, None])


def log10_lr_without(chances: Floats, whole: Origins, party: int) -> float:
    """How much better the mixture is than the best one without this party, in powers of ten."""
    allowed = np.ones(chances.shape[1], bool)
    allowed[party] = False
    without = fitted(chances, allowed)
    return (whole.log_likelihood - without.log_likelihood) / float(np.log(10))


def interval(weight: float, rows: int, dependence: float = 1.5) -> tuple[float, float]:
    """95 % interval of a weight by Wilson's score (JASA 22, 1927).

    Args:
        weight: the fitted share.
        rows: of the leak.
        dependence: rows of one household come together: so many rows tell as much as one.
    """
    n = max(rows / dependence, 1.0)
    z = 1.96
    middle = (weight + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(weight * (1 - weight) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)

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
CONTACTS: Final = ("phone_same", "address_same", "birth_same", "email_same")
"""Cells by one of which, beside the name, a row is found."""
CONTACT_BEFORE: Final = (4.0, 5.0)
"""Rows whose contact agrees, of so many, that are taken to be there: a prior for short leaks."""
TOGETHER: Final = 3.0
"""How much more often a row's contacts fail all at once than if each failed by itself: an old card,
a careless clerk. Measured under two models of error: 2.7 in the middle, nine in ten tasks from 1.1
to 5.6 (docs/linkage/calibration.md)."""
MISS_WITHIN: Final = 2.0
"""The share that linkage misses may be so many times smaller or larger than estimated."""
MOST_MISSED: Final = 0.5
MISS: Final = 0.02
"""Share of a source's own rows that linkage does not find, where nothing is known of the leak."""
ROUNDS: Final = 300
Z: Final = 1.96
DEPENDENCE: Final = 1.5
"""Rows of one household come together: so many rows tell as much as one."""
LEAST_ROWS: Final = 1.0
"""A weight of fewer rows is none."""
_LEAST: Final = 1e-300
_STILL: Final = 1e-9
_FIRST: Final = 1e-4  # a weight of none could not rise


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


@dataclass(frozen=True, slots=True)
class Missed:
    """Share of a source's own rows that linkage does not find, and between which bounds."""

    share: float
    low: float
    high: float


def missed(contacts: npt.NDArray[np.bool_]) -> Missed:
    """The share missed, by how often the contacts of found rows fail.

    A contact fails if it does not agree to the sign, or one side lacks it. How often it does is
    seen in rows that another contact found (Lincoln and Petersen's capture and recapture); a row
    is missed where all fail. Contacts of one row fail together (Chao, Biometrics 43, 1987, on
    captures of unequal chance), hence `TOGETHER`.

    Args:
        contacts: a row a leaked row that was found, a column a contact the leak holds: it agrees.
    """
    count = contacts.sum(axis=1, keepdims=True)
    by_another = (count - contacts) > 0
    agree = (contacts & by_another).sum(axis=0) + CONTACT_BEFORE[0]
    fails = 1.0 - agree / (by_another.sum(axis=0) + CONTACT_BEFORE[1])
    share = min(TOGETHER * float(np.prod(fails)), MOST_MISSED)
    return Missed(share, share / MISS_WITHIN, min(share * MISS_WITHIN, MOST_MISSED))


def likelihoods(rows: Rows, by_chance: float = BY_CHANCE, miss: float = MISS) -> Floats:
    """Of each row under each party, and under "elsewhere" in the last column."""
    unmatched = np.clip(1.0 - rows.matched, 0.0, 1.0)
    space = float(rows.all_persons)
    party = (1 - miss) * rows.held / rows.persons + miss * unmatched[:, None] / space
    elsewhere = by_chance * rows.matched / space + (1 - by_chance) * unmatched / space
    return np.column_stack([party, elsewhere])


def fitted(
    chances: Floats,
    allowed: npt.NDArray[np.bool_] | None = None,
    start: Floats | None = None,
) -> Origins:
    """The likeliest weights, of the allowed parties and elsewhere.

    Args:
        chances: `likelihoods`, rows by parties and elsewhere.
        allowed: which columns may have weight; all, where not given.
        start: weights to begin with; equal ones, where not given.
    """
    size = chances.shape[1]
    allowed = np.ones(size, bool) if allowed is None else allowed
    weights = np.where(allowed, 1.0 if start is None else np.maximum(start, _FIRST), 0.0)
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


def expected(chances: Floats, persons: Floats) -> Floats:
    """The share each party may be expected to have, elsewhere last.

    The likeliest weights of few rows are a corner: of two parties that hold the same people all
    goes to the smaller. Here each row is given by what the others say (collapsed variational
    Bayes of zeroth order: Asuncion, Welling, Smyth and Teh, UAI 2009). Beforehand there is one
    row of elsewhere and one of the parties, as likely of each person that a party has: nobody's
    record is likelier to be carried out than another's. With many rows both agree.

    Args:
        chances: `likelihoods`.
        persons: of each party.
    """
    before = np.append(persons / max(float(persons.sum()), 1.0), 1.0)
    joint = chances / np.maximum(chances.sum(axis=1), _LEAST)[:, None]
    for _ in range(ROUNDS):
        others = joint.sum(axis=0) - joint + before
        found = chances * others
        found /= np.maximum(found.sum(axis=1), _LEAST)[:, None]
        moved = float(np.abs(found - joint).max(initial=0.0))
        joint = found
        if moved < _STILL:
            break
    rows: Floats = joint.sum(axis=0) + before
    shares: Floats = rows / rows.sum()
    return shares


def log10_lr_without(chances: Floats, whole: Origins, party: int) -> float:
    """How much better the mixture is than the best one without this party, in powers of ten."""
    allowed = np.ones(chances.shape[1], bool)
    allowed[party] = False
    without = fitted(chances, allowed)
    return (whole.log_likelihood - without.log_likelihood) / float(np.log(10))


def interval(weight: float, rows: float, dependence: float = DEPENDENCE) -> tuple[float, float]:
    """95 % interval of a share by Wilson's score (JASA 22, 1927).

    Args:
        weight: the fitted share.
        rows: that tell of it.
        dependence: so many of them tell as much as one.
    """
    n = max(rows / dependence, 1.0)
    middle = (weight + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * np.sqrt(weight * (1 - weight) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def intervals(rows: Rows, whole: Origins, by_chance: float, miss: Missed) -> Floats:
    """95 % bounds of every weight (low, high), a row a party and one for elsewhere.

    Two doubts are added as independent errors are (Zou and Donner, Statistics in Medicine 27,
    2008): that the leak's rows are few, or could be of several parties, and that it is not known
    how many of a source's rows were missed.
    """
    chances = likelihoods(rows, by_chance, miss.share)
    scores = chances / np.maximum(chances @ whole.weights, _LEAST)[:, None]
    least = min(LEAST_ROWS / len(scores), float(whole.weights.max()))
    active = whole.weights >= least
    telling = _telling(scores, whole.weights, active)
    moved = np.where(active, 0.0, _moved(scores, whole.weights, active))
    fewer, more = (
        fitted(likelihoods(rows, by_chance, share), start=whole.weights).weights
        for share in (miss.low, miss.high)
    )
    bounds = np.zeros((whole.weights.size, 2))
    for k, weight in enumerate(whole.weights):
        low, high = interval(float(weight), telling[k])
        high = max(high, moved[k])
        least, most = min(fewer[k], more[k], weight), max(fewer[k], more[k], weight)
        bounds[k] = (
            max(weight - np.hypot(weight - low, weight - least), 0.0),
            min(weight + np.hypot(high - weight, most - weight), 1.0),
        )
    return bounds


def _telling(scores: Floats, weights: Floats, active: npt.NDArray[np.bool_]) -> Floats:
    """Of each weight: how many rows of known source would tell as much of it.

    Rows that may be of several parties tell less (Louis, JRSS B 44, 1982): the variance of a
    weight is had from the information of the scores, and from it that number.
    """
    size = scores.shape[0]
    inverse = np.linalg.pinv(scores[:, active].T @ scores[:, active], hermitian=True)
    share = weights[active]
    variance = np.diag(inverse) - share * share / size
    known = share * (1 - share)
    rows = np.full(weights.size, float(size))
    rows[active] = np.where(variance > known / size, known / np.maximum(variance, _LEAST), size)
    return rows


def _moved(scores: Floats, weights: Floats, active: npt.NDArray[np.bool_]) -> Floats:
    """How much weight each party that has none may have, and the whole be no less credible.

    As much as may be moved from one other before the log-likelihood, to the second order, falls
    by half of chi-square's 95 % point; from the other that can spare most.
    """
    most = Z * Z / 2 * DEPENDENCE
    summed, products = scores.sum(axis=0), scores.T @ scores
    first = summed[:, None] - summed[active]
    own = np.diag(products)
    second = np.maximum(own[:, None] - 2 * products[:, active] + own[active], _LEAST)
    to_spare = (first + np.sqrt(first * first + 2 * most * second)) / second
    spared: Floats = np.minimum(to_spare, weights[active]).max(axis=1)
    return spared

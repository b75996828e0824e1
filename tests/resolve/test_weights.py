"""Fitting the three classes of pairs to patterns whose truth is known."""

import numpy as np
import pytest

from breachscope.errors import EvidenceError
from breachscope.resolve.comparison import FIELDS, MISSING, Levels
from breachscope.resolve.weights import HOUSEHOLD, PERSON, Chances, Fit, fitted, log_chance

ROWS, RECORDS = 4_000, 100_000
UNRELATED: Chances = {
    "name": np.array([0.97, 0.02, 0.004, 0.003, 0.001, 0.001, 0.001]),
    "mobile": np.array([0.9998, 0.0001, 0.0001]),
    "landline": np.array([0.9998, 0.0001, 0.0001]),
    "address": np.array([0.9968, 0.003, 0.0001, 0.0001]),
    "birth": np.array([0.9979, 0.002, 0.0001]),
    "email": np.array([0.9999, 0.0001]),
    "customer": np.array([0.9999, 0.0001]),
    "sex": np.array([0.5, 0.5]),
}


def drawn(dice: np.random.Generator, chances: Chances, count: int) -> dict[str, Levels]:
    return {
        name: dice.choice(table.size, count, p=table / table.sum()).astype(np.uint8)
        for name, table in chances.items()
    }


def pairs(seed: int, moved: Chances) -> tuple[dict[str, Levels], int]:
    """True pairs, relatives, and chance agreements on a name; the customer number lacks."""
    dice = np.random.default_rng(seed)
    chance = dict(UNRELATED) | {"name": np.array([0, 0, 0, 0, 0, 1.0, 0])}
    groups = [
        drawn(dice, dict(PERSON) | moved, 2_500),
        drawn(dice, HOUSEHOLD, 3_000),
        drawn(dice, chance, int(ROWS * RECORDS * UNRELATED["name"][5] / 100)),
    ]
    whole = {name: np.concatenate([g[name] for g in groups]) for name in FIELDS}
    whole["customer"] = np.full(whole["name"].size, MISSING)
    return whole, 2_500


def fit_of(levels: dict[str, Levels]) -> Fit:
    return fitted(levels, log_chance(levels, UNRELATED), UNRELATED, ROWS, RECORDS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_chances_the_pairs_were_drawn_with_are_found_again(seed: int) -> None:
    moved = {"mobile": np.array([0.4, 0.1, 0.5]), "birth": np.array([0.1, 0.1, 0.8])}
    levels, persons = pairs(seed, moved)

    fit = fit_of(levels)

    assert abs(fit.person["mobile"][2] - 0.5) < 0.04
    assert abs(fit.person["birth"][2] - 0.8) < 0.04
    assert abs(fit.persons_a_row * ROWS / persons - 1) < 0.05
    assert fit.refused() is None


def test_relatives_are_a_class_of_their_own() -> None:
    levels, _ = pairs(7, {})
    fit = fit_of(levels)

    brother = {name: np.array([MISSING]) for name in FIELDS} | {
        "name": np.array([1], np.uint8),
        "landline": np.array([2], np.uint8),
        "address": np.array([3], np.uint8),
    }
    assert fit.log_household(brother)[0] > fit.log_person(brother)[0] + 2


def test_a_fit_whose_persons_do_not_agree_in_name_is_refused() -> None:
    bad = dict(PERSON) | {"name": np.array([0.5, 0.2, 0.1, 0.05, 0.05, 0.05, 0.05])}
    fit = Fit(bad, dict(HOUSEHOLD), UNRELATED, 0.5, 0.2)

    assert "agree in name" in (fit.refused() or "")


def test_nothing_is_fitted_to_nothing() -> None:
    nothing: dict[str, Levels] = {name: np.zeros(0, np.uint8) for name in FIELDS}
    with pytest.raises(EvidenceError, match="cannot be fitted"):
        fitted(nothing, np.zeros(0), UNRELATED, 10, 10)


def test_the_order_of_pairs_does_not_move_the_fit() -> None:
    levels, _ = pairs(3, {})
    turned = {name: level[::-1].copy() for name, level in levels.items()}

    one, two = fit_of(levels), fit_of(turned)

    for name in FIELDS:
        assert np.allclose(one.person[name], two.person[name], atol=1e-9)

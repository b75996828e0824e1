"""How much of one list lies within another, by hand and on lists in any order."""

from __future__ import annotations

import numpy as np
import pytest

from breachscope.linkage.overlap import MOST, contained, rarity


def lists(**people: list[int]) -> dict[str, float]:
    """`contained` of lists told by the persons of their records."""
    person = np.array([one for some in people.values() for one in some], np.uint32)
    starts = np.cumsum([0, *(len(some) for some in people.values())])
    return contained(person, starts, list(people))


def test_of_each_party_the_share_counts_that_one_other_holds_most_of() -> None:
    found = lists(A=[1, 2, 3, 4], B=[3, 4], C=[4, 5, 6, 7, 8])

    assert found == {"A": 0.5, "B": 1.0, "C": 0.2}


def test_several_records_of_one_person_are_one_person() -> None:
    assert lists(A=[1, 1, 1, 2], B=[1, 1]) == {"A": 0.5, "B": 1.0}


def test_a_party_alone_or_without_records_lies_within_nobody() -> None:
    assert lists(A=[1, 2]) == {"A": 0.0}
    assert lists(A=[1, 2], B=[]) == {"A": 0.0, "B": 0.0}
    assert lists() == {}


def test_of_nineteen_lists_one_lies_so_far_within_another() -> None:
    """By hand: two of twenty, the leak's own not among them."""
    within = {f"P{n}": 0.2 for n in range(18)} | {"NESTED": 0.94}

    assert rarity(0.6, within) == pytest.approx(np.log10(20 / 2))
    assert rarity(0.95, within) == MOST  # none of them does: 20 to 1, told as 10 to 1


def test_less_than_half_of_a_leak_is_no_list_within_another() -> None:
    assert rarity(0.49, {"A": 0.0, "B": 0.0, "C": 0.0}) == 0.0


def test_few_lists_tell_little_and_none_nothing() -> None:
    assert rarity(0.9, {"A": 0.1, "B": 0.1}) == pytest.approx(np.log10(3))
    assert rarity(0.9, {}) == 0.0


def test_where_every_list_lies_within_another_so_may_the_leak() -> None:
    assert rarity(0.9, {f"P{n}": 1.0 for n in range(20)}) == 0.0

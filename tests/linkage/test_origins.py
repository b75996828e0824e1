from math import log, log10

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachscope.linkage.origins import (
    Missed,
    Rows,
    expected,
    fitted,
    interval,
    intervals,
    likelihoods,
    log10_lr_without,
    missed,
)

Floats = npt.NDArray[np.float64]


def rows(held: list[list[float]], persons: list[float], everybody: int) -> Rows:
    """Rows about people of whom nobody is held by two of these parties."""
    chance = np.array(held)
    return Rows(chance, chance.sum(axis=1).clip(0, 1), np.array(persons), everybody)


FOUR = rows([[1, 0], [1, 0], [1, 0], [0, 1]], [4, 5], 8)
"""Three rows about people of A (4 persons) and one about B's (5); 8 persons over both."""


def test_a_row_is_one_of_a_partys_persons_each_as_likely() -> None:
    chances = likelihoods(FOUR, by_chance=0.1, miss=0.02)

    assert chances[0] == pytest.approx([0.98 / 4, 0, 0.1 / 8])
    assert chances[3] == pytest.approx([0, 0.98 / 5, 0.1 / 8])


def test_a_row_about_nobody_known_is_the_partys_only_if_it_was_missed() -> None:
    chances = likelihoods(rows([[0, 0]], [4, 5], 8), by_chance=0.1, miss=0.02)

    assert chances[0] == pytest.approx([0.02 / 8, 0.02 / 8, 0.9 / 8])


def test_weights_of_rows_that_only_one_party_explains_are_their_shares() -> None:
    chances = likelihoods(FOUR, by_chance=0.1, miss=0.02)

    found = fitted(chances)

    # A row more for elsewhere would cost more than it gives: the mean over rows of elsewhere's
    # chance over the mixture's is (3 * .0125 / (.75 * .245) + .0125 / (.25 * .196)) / 4 = .115 < 1.
    assert found.weights == pytest.approx([0.75, 0.25, 0], abs=1e-4)
    assert found.log_likelihood == pytest.approx(
        3 * log(0.75 * 0.245) + log(0.25 * 0.196), abs=1e-4
    )
    assert found.responsibilities == pytest.approx(
        np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0]]), abs=1e-3
    )


def test_the_likelihood_ratio_is_told_against_the_best_mixture_without_the_party() -> None:
    chances = likelihoods(FOUR, by_chance=0.1, miss=0.02)

    found = log10_lr_without(chances, fitted(chances), 0)

    # Without A its three rows come from elsewhere (e), the fourth from B or elsewhere:
    # 3 ln(.0125 e) + ln(.196 (1 - e) + .0125 e) is greatest where 3 / e = .1835 / (.196 - .1835 e),
    # that is at e = 3 * .196 / (4 * .1835).
    e = 3 * 0.196 / (4 * 0.1835)
    without = 3 * log10(0.0125 * e) + log10(0.196 * (1 - e) + 0.0125 * e)
    whole = 3 * log10(0.75 * 0.245) + log10(0.25 * 0.196)
    assert found == pytest.approx(whole - without, abs=1e-3)


def test_of_two_parties_that_hold_the_same_rows_the_smaller_explains_them() -> None:
    held = np.ones((30, 2))
    chances = likelihoods(Rows(held, np.ones(30), np.array([50.0, 5_000.0]), 5_000))

    found = fitted(chances)

    assert found.weights[0] > 0.999
    assert log10_lr_without(chances, found, 0) == pytest.approx(30 * 2, abs=0.01)
    assert log10_lr_without(chances, found, 1) == pytest.approx(0, abs=0.01)


def grid(columns: int, step: float) -> Floats:
    """All weights on a grid, of two or three columns."""
    first = np.arange(0, 1 + step / 2, step)
    if columns == 2:
        return np.column_stack([first, 1 - first])
    a, b = (part.ravel() for part in np.meshgrid(first, first))
    inside = a + b <= 1 + 1e-9
    return np.column_stack([a, b, 1 - a - b])[inside].clip(0, 1)


def best_on_grid(chances: Floats, columns: list[int]) -> float:
    """The greatest log-likelihood of these columns' mixtures, tried one by one."""
    tried = grid(len(columns), 0.005) @ chances[:, columns].T
    return float(np.log(np.maximum(tried, 1e-300)).sum(axis=1).max())


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_fit_is_at_least_as_good_as_any_weights_of_a_grid(seed: int) -> None:
    dice = np.random.default_rng(seed)
    held = (dice.random((25, 2)) < [0.6, 0.4]).astype(float)
    chances = likelihoods(Rows(held, held.max(axis=1), np.array([40.0, 70.0]), 100))

    whole = fitted(chances)
    tried = best_on_grid(chances, [0, 1, 2])

    assert tried - 1e-3 <= whole.log_likelihood <= tried + 0.05
    for party, others in ((0, [1, 2]), (1, [0, 2])):
        by_hand = (tried - best_on_grid(chances, others)) / log(10)
        assert log10_lr_without(chances, whole, party) == pytest.approx(by_hand, abs=0.03)


@pytest.mark.parametrize(
    ("count", "rows", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
     (1, 29, 0.0061, 0.1718)],
)  # fmt: skip
def test_the_interval_is_wilsons_as_published(
    count: int, rows: int, low: float, high: float
) -> None:
    """Newcombe, Statistics in Medicine 17, 1998, table I, method 3."""
    found = interval(count / rows, rows, dependence=1.0)

    assert found == pytest.approx((low, high), abs=6e-5)


def test_rows_of_one_household_count_for_fewer() -> None:
    assert interval(0.3, 300, dependence=1.5) == interval(0.3, 200, dependence=1.0)


def test_where_two_contacts_fail_independently_both_fail_at_the_product() -> None:
    # 1,000 rows, 800 found by either telephone or address: one in ten telephones fails, one in
    # five addresses; 20 rows in which both do are not here.
    agree = [[True, True]] * 720 + [[True, False]] * 180 + [[False, True]] * 80
    found = missed(np.array(agree))

    # Of 800 rows the address finds 720 have their telephone, of 900 the telephone finds 720
    # their address; four rows of five are taken to be there beside them.
    by_hand = (1 - 724 / 805) * (1 - 724 / 905)
    assert found.share == pytest.approx(3 * by_hand)
    assert (found.low, found.high) == pytest.approx((found.share / 2, found.share * 2))


def test_of_a_leak_with_one_contact_little_is_known_of_what_was_missed() -> None:
    found = missed(np.ones((500, 1), bool))

    assert (found.low, found.share, found.high) == pytest.approx((0.25, 0.5, 0.5))


def test_a_leak_of_which_nothing_was_found_is_no_error() -> None:
    assert missed(np.zeros((0, 0), bool)).high == 0.5


def bounds_of(data: Rows, miss: Missed) -> Floats:
    whole = fitted(likelihoods(data, 0.1, miss.share))
    return intervals(data, whole, 0.1, miss)


def test_with_nothing_missed_and_nothing_shared_the_bounds_are_wilsons() -> None:
    held = [[1.0, 0.0]] * 60 + [[0.0, 1.0]] * 40
    found = bounds_of(rows(held, [500, 500], 1_000), Missed(1e-9, 1e-9, 1e-9))

    assert found[0] == pytest.approx(interval(0.6, 100), abs=1e-3)


def test_bounds_widen_upwards_with_the_doubt_of_what_was_missed() -> None:
    held = [[1.0]] * 700 + [[0.0]] * 300
    data = rows(held, [5_000], 5_000)
    sure = bounds_of(data, Missed(0.01, 0.01, 0.01))
    doubtful = bounds_of(data, Missed(0.1, 0.05, 0.2))

    assert sure[0, 1] < 0.74
    assert doubtful[0, 1] > 0.85  # 700 rows found of 80 in a hundred would be 875
    assert doubtful[0, 1] - doubtful[0, 0] > 2 * (sure[0, 1] - sure[0, 0])


def test_bounds_of_parties_that_share_their_people_are_wider_than_of_those_that_do_not() -> None:
    apart = [[1.0, 0.0]] * 50 + [[0.0, 1.0]] * 50
    shared = [[1.0, 0.0]] * 10 + [[1.0, 1.0]] * 80 + [[0.0, 1.0]] * 10
    miss = Missed(0.01, 0.01, 0.01)
    persons, all_ones = np.array([500.0, 500.0]), np.ones(100)

    clear = bounds_of(Rows(np.array(apart), all_ones, persons, 1_000), miss)
    torn = bounds_of(Rows(np.array(shared), all_ones, persons, 600), miss)

    assert torn[0, 1] - torn[0, 0] > 1.5 * (clear[0, 1] - clear[0, 0])


def test_a_party_without_weight_may_have_what_the_other_holder_could_spare() -> None:
    """The second holds the same people, and a few more; of elsewhere's rows it holds none."""
    held = np.array([[1.0, 1.0]] * 80 + [[0.0, 0.0]] * 20)
    data = Rows(held, held[:, 0], np.array([500.0, 510.0]), 510)
    found = bounds_of(data, Missed(0.01, 0.01, 0.01))

    assert 0.5 < found[1, 1] < 0.9


shares = st.floats(0.0, 1.0)


@st.composite
def mixtures(draw: st.DrawFn) -> Rows:
    parties = draw(st.integers(1, 4))
    held = draw(
        st.lists(st.lists(shares, min_size=parties, max_size=parties), min_size=2, max_size=12)
    )
    persons = draw(st.lists(st.integers(1, 500), min_size=parties, max_size=parties))
    matched = np.array(held).max(axis=1)
    return Rows(np.array(held), matched, np.array(persons, float), sum(persons))


@given(mixtures(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_parties_does_not_change_the_weights(
    data: Rows, dice: object
) -> None:
    order = np.random.default_rng(dice.getrandbits(32))  # type: ignore[attr-defined]
    row, party = (order.permutation(size) for size in data.held.shape)
    turned = Rows(
        data.held[row][:, party], data.matched[row], data.persons[party], data.all_persons
    )

    first, second = fitted(likelihoods(data)), fitted(likelihoods(turned))

    assert second.weights[:-1] == pytest.approx(first.weights[party], abs=1e-9)
    assert second.log_likelihood == pytest.approx(first.log_likelihood, abs=1e-9)


@given(mixtures())
def test_weights_add_up_to_one_and_so_does_every_row(data: Rows) -> None:
    found = fitted(likelihoods(data))

    assert found.weights.sum() == pytest.approx(1)
    assert found.responsibilities.sum(axis=1) == pytest.approx(np.ones(len(data.held)))


@given(mixtures())
def test_every_weight_lies_within_its_bounds(data: Rows) -> None:
    miss = missed(np.ones((5, 2), bool))
    whole = fitted(likelihoods(data, 0.1, miss.share))
    found = intervals(data, whole, 0.1, miss)

    assert (found[:, 0] <= whole.weights + 1e-12).all()
    assert (whole.weights <= found[:, 1] + 1e-12).all()
    assert ((found >= 0) & (found <= 1)).all()


def of_two_holders(both: int, alone: int) -> Floats:
    """Rows about people whom A (200 persons) and B (100) hold, and about A's alone."""
    held = [[1, 1]] * both + [[1, 0]] * alone
    return likelihoods(Rows(np.array(held, float), np.ones(both + alone), SIZES, 280))


SIZES = np.array([200.0, 100.0])


def test_of_few_rows_one_that_the_larger_alone_explains_tells_more_than_the_likeliest_weights() -> (
    None
):
    chances = of_two_holders(both=4, alone=1)

    likeliest, shares = fitted(chances).weights, expected(chances, SIZES)

    assert likeliest[1] > likeliest[0]  # all that can be goes to the smaller
    assert shares[0] > shares[1]
    assert shares.sum() == pytest.approx(1)


def test_with_many_rows_the_expected_shares_are_the_likeliest() -> None:
    chances = of_two_holders(both=600, alone=400)

    assert expected(chances, SIZES) == pytest.approx(fitted(chances).weights, abs=0.005)


def test_where_rows_tell_nothing_the_party_with_more_people_is_likelier() -> None:
    shares = expected(np.ones((3, 3)), SIZES)

    assert shares[0] == pytest.approx(2 * shares[1])


def test_a_leak_without_rows_has_the_shares_of_before() -> None:
    assert expected(np.empty((0, 3)), SIZES) == pytest.approx([1 / 3, 1 / 6, 1 / 2])

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachscope.linkage.dated import Dated, dated
from linkage.told import stands_of, versions_of

STANDS = stands_of("P1", V1=[1, 2, 3, 4], V2=[1, 2, 3, 4, 5], V3=[1, 3, 4, 5])
"""Record 5 joined at V2; record 2 was removed before V3."""
VERSIONS = versions_of(P1=[4, 5, 4])


def leaked(*records: int) -> pl.DataFrame:
    """One row of the leak for each record."""
    return pl.DataFrame(
        {"leak_row": range(1, len(records) + 1), "distinct": records},
        schema={"leak_row": pl.UInt32, "distinct": pl.UInt32},
    )


def when(
    rows: pl.DataFrame, stands: pl.DataFrame = STANDS, versions: pl.DataFrame = VERSIONS
) -> Dated:
    found = dated(
        rows, stands.select("distinct", "version_id"), versions.drop("party_id", "list_id")
    )
    assert found is not None
    return found


def test_the_version_in_which_all_rows_stand_is_the_likeliest_and_by_how_much() -> None:
    """Of three rows two stand in V1 (rows 1, 2), three in V2, two in V3 (rows 1, 5)."""
    found = when(leaked(1, 2, 5))

    # A row that stands in a version is one of its rows; one that does not, one of all 13. The
    # share that does not is taken to be (misses + .5) / (rows + 1).
    v1 = (0.625 / 4) ** 2 * 0.375 / 13
    v2 = (0.875 / 5) ** 3
    v3 = (0.625 / 4) ** 2 * 0.375 / 13
    whole = v1 + v2 + v3
    assert found.versions == ("P1-V2", "P1-V1", "P1-V3")
    assert found.probabilities == pytest.approx((v2 / whole, v1 / whole, v3 / whole), abs=1e-6)


def test_the_bounds_are_told_in_counts_of_rows() -> None:
    found = when(leaked(1, 2, 5))

    assert (found.standing, found.rows) == (3, 3)
    assert found.not_before == 1  # record 5 stands in none before V2
    assert found.not_after == 1  # record 2 stands in none after it
    assert found.told() == ("3 of 3 rows stand in P1-V2; 1 of them in none before, 1 in none after")


def test_the_set_ends_where_95_percent_are_covered() -> None:
    """V2 has 98 in a hundred by itself, the other two one each."""
    many = list(range(10, 30))
    stands = stands_of("P1", V1=[*many, 2], V2=[*many, 2, 5], V3=[*many, 5])
    found = when(leaked(2, 5, 2, 5, 10), stands, versions_of(P1=[21, 22, 21]))

    one = 3 * np.log((1 - 2.5 / 6) / 21) + 2 * np.log(2.5 / 6 / 64)
    best = 5 * np.log((1 - 0.5 / 6) / 22)
    assert np.exp(best) / (np.exp(best) + 2 * np.exp(one)) > 0.95
    assert found.versions == ("P1-V2",)


def test_a_smaller_version_explains_the_same_rows_better() -> None:
    stands = stands_of("P1", V1=[1, 2], V2=[1, 2, 3, 4, 5, 6, 7, 8])
    found = when(leaked(1, 2), stands, versions_of(P1=[2, 8]))

    assert found.versions[0] == "P1-V1"
    # (both stand: the chances are as 1 / 2 and 1 / 8, squared)
    assert found.probabilities[0] == pytest.approx(16 / 17, abs=1e-6)


def test_two_versions_of_the_same_content_are_equally_likely() -> None:
    stands = stands_of("P1", V1=[1, 2, 3], V2=[1, 2, 3])
    found = when(leaked(1, 3), stands, versions_of(P1=[3, 3]))

    assert found.versions == ("P1-V1", "P1-V2")
    assert found.probabilities == (0.5, 0.5)


def test_a_row_that_stands_nowhere_does_not_rule_a_version_out() -> None:
    """A hundred rows of V1, and one that stands in no version: mislinked, or corrected since."""
    everybody = list(range(100, 200))
    stands = stands_of("P1", V1=everybody, V2=everybody[50:])
    found = when(leaked(*everybody, 999), stands, versions_of(P1=[100, 50]))

    assert found.versions == ("P1-V1",)
    assert (found.standing, found.rows) == (100, 101)


def test_a_leak_that_is_a_whole_version_is_the_easy_case() -> None:
    everybody = list(range(1, 101))
    stands = stands_of("P1", V1=everybody, V2=[*everybody, *range(101, 141)])
    found = when(leaked(*everybody), stands, versions_of(P1=[100, 140]))

    assert found.is_whole
    assert found.told() == "all but the whole of P1-V1: the easy case"


def test_nine_tenths_of_a_version_are_not_the_whole_of_it() -> None:
    everybody = list(range(1, 101))
    found = when(leaked(*everybody[:90]), stands_of("P1", V1=everybody), versions_of(P1=[100]))

    assert not found.is_whole


def test_the_whole_of_a_version_and_much_besides_is_not_the_easy_case() -> None:
    everybody = list(range(1, 101))
    rows = leaked(*everybody, *range(500, 540))

    assert not when(rows, stands_of("P1", V1=everybody), versions_of(P1=[100])).is_whole


def test_a_row_alike_to_two_records_stands_where_either_does() -> None:
    rows = pl.concat([leaked(2), leaked(5)])  # both are about row 1
    found = when(rows)

    assert found.rows == 1
    assert found.standing == 1
    assert set(found.versions) == {"P1-V1", "P1-V2", "P1-V3"}


def test_nothing_is_dated_where_no_row_stands_in_a_kept_version() -> None:
    nothing = dated(
        leaked(7, 8), STANDS.select("distinct", "version_id"), VERSIONS.drop("party_id", "list_id")
    )
    assert nothing is None


records = st.lists(st.integers(1, 5), min_size=1, max_size=12)


@given(records, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_versions_does_not_change_the_date(
    which: list[int], dice: object
) -> None:
    order = np.random.default_rng(dice.getrandbits(32))  # type: ignore[attr-defined]
    rows = leaked(*which)
    turned = rows[order.permutation(rows.height)]

    again = when(turned, STANDS[order.permutation(STANDS.height)], VERSIONS[order.permutation(3)])
    assert again == when(rows)


@given(records)
def test_the_set_holds_at_least_95_percent_and_no_more_than_it_needs(which: list[int]) -> None:
    found = when(leaked(*which))

    assert sum(found.probabilities) >= 0.95 - 1e-5
    assert sum(found.probabilities[:-1]) < 0.95
    assert list(found.probabilities) == sorted(found.probabilities, reverse=True)
    assert max(found.not_before, found.not_after) <= found.standing <= found.rows == len(which)

"""Rows that stand in one version, as a copy's do, or in versions of all times."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from breachscope.linkage.history import History, of_a_copy
from breachscope.schema import CLAIMS

SIZES = ["party_id", "version_id", "rows"]


def claims(count: int) -> pl.DataFrame:
    rows = [
        {"leak_row": n, "person": n, "party_id": "P1", "distinct": n, "probability": 0.99}
        for n in range(1, count + 1)
    ]
    return pl.DataFrame(rows, schema=CLAIMS)


def stands(version: str, *records: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"party_id": "P1", "distinct": records, "version_id": version},
        schema={"party_id": pl.String, "distinct": pl.UInt32, "version_id": pl.String},
    )


def told(
    count: int, held: pl.DataFrame, *sizes: tuple[str, str, int], persons: int = 1_000
) -> float:
    history = History(held, pl.DataFrame(sizes, schema=SIZES, orient="row"))
    rows = np.arange(1, count + 1, dtype=np.uint32)
    return of_a_copy(claims(count), rows, "P1", 1_000, history)


def test_rows_that_all_stand_in_half_of_the_people_are_no_accident() -> None:
    """Forty of forty in a version with half of all people: by hand."""
    found = told(40, stands("V1", *range(1, 41)), ("P1", "V1", 500))
    stale = 0.5 / 41

    assert found == pytest.approx(40 * np.log10((1 - stale) / 0.5) / 1.5)


def test_a_version_of_everybody_tells_nothing() -> None:
    assert told(40, stands("V1", *range(1, 41)), ("P1", "V1", 1_000)) == 0


def test_people_of_all_times_speak_against_a_copy_of_a_copy() -> None:
    """Twenty of forty in a version with half of all people: by hand."""
    found = told(40, stands("V1", *range(1, 21)), ("P1", "V1", 500))

    assert found == pytest.approx((20 * np.log10(0.9 * 0.1) - 40 * np.log10(0.5)) / 1.5)
    assert found < -5


def test_versions_that_hold_the_rows_equally_well_each_count() -> None:
    held = pl.concat([stands("V1", *range(1, 41)), stands("V2", *range(1, 41))])
    one = told(40, stands("V1", *range(1, 41)), ("P1", "V1", 500), ("P1", "V2", 500))
    both = told(40, held, ("P1", "V1", 500), ("P1", "V2", 500))

    assert both - one == pytest.approx(np.log10(2), abs=1e-3)


def test_a_list_put_together_from_two_versions_is_a_copy_as_well() -> None:
    """Forty rows in either of two that have a fifth of the people each: by hand."""
    held = pl.concat([stands("V1", *range(1, 21)), stands("V2", *range(21, 41))])
    found = told(40, held, ("P1", "V1", 200), ("P1", "V2", 200))
    of_two = 40 * np.log10((1 - 0.5 / 41) / 0.4) / 1.5

    assert found == pytest.approx(of_two + np.log10(0.1))


def test_two_versions_of_the_same_people_are_not_taken_for_twice_as_many() -> None:
    """Half of the rows stand in either, as of people of all times half do."""
    held = pl.concat([stands("V1", *range(1, 21)), stands("V2", *range(1, 21))])

    assert told(40, held, ("P1", "V1", 490), ("P1", "V2", 490)) < -5


def test_of_a_party_that_lost_a_version_rows_of_all_times_tell_nothing() -> None:
    sizes = pl.DataFrame([("P1", "V1", 500)], schema=SIZES, orient="row")
    held, rows = stands("V1", *range(1, 21)), np.arange(1, 41, dtype=np.uint32)

    assert of_a_copy(claims(40), rows, "P1", 1_000, History(held, sizes)) < -5
    assert of_a_copy(claims(40), rows, "P1", 1_000, History(held, sizes, frozenset({"P1"}))) == 0


def test_so_many_rows_that_their_chance_is_too_small_to_write_are_still_told() -> None:
    found = told(900, stands("V1", *range(1, 901)), ("P1", "V1", 1), ("P1", "V2", 999))

    assert 1_000 < found < np.inf


def test_many_versions_to_choose_from_take_away_what_the_choice_may_give() -> None:
    held = stands("V1", *range(1, 41))
    one = told(40, held, ("P1", "V1", 500))
    ten = told(40, held, *(("P1", f"V{n}", 500) for n in range(1, 11)))

    assert one - ten == pytest.approx(1.0 - np.log10(0.9))  # a tenth is kept for two versions


def test_a_party_without_kept_versions_has_no_history() -> None:
    assert told(40, stands("V1", *range(1, 41))) == 0

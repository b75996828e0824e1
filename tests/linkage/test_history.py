"""Rows that stand in one version, as a copy's do, or in versions of all times."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from breachscope.linkage.history import History, of_one_version
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
    return of_one_version(claims(count), rows, "P1", 1_000, history)


def test_rows_that_all_stand_in_half_of_the_people_are_no_accident() -> None:
    """Forty of forty in a version with half of all people: by hand."""
    found = told(40, stands("V1", *range(1, 41)), ("P1", "V1", 500))
    stale = 0.5 / 41

    assert found == pytest.approx(40 * np.log10((1 - stale) / 0.5) / 1.5)


def test_a_version_of_everybody_tells_nothing() -> None:
    assert told(40, stands("V1", *range(1, 41)), ("P1", "V1", 1_000)) == 0


def test_people_of_all_times_stand_in_a_version_as_often_as_it_has_them() -> None:
    assert told(40, stands("V1", *range(1, 21)), ("P1", "V1", 500)) == 0


def test_many_versions_to_choose_from_take_away_what_the_choice_may_give() -> None:
    held = stands("V1", *range(1, 41))
    one = told(40, held, ("P1", "V1", 500))
    ten = told(40, held, *(("P1", f"V{n}", 500) for n in range(1, 11)))

    assert one - ten == pytest.approx(1.0)


def test_a_party_without_kept_versions_has_no_history() -> None:
    assert told(40, stands("V1", *range(1, 41))) == 0

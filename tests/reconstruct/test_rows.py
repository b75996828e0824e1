"""Which rows of its version a download fetched."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from breachscope.reconstruct import rows
from breachscope.reconstruct.extraction import bound
from breachscope.schema import VERSIONS, Kind
from frames import at, frame, kind


def fetched(
    original: bool = True, version: dict[str, Any] | None = None, **logged: Any
) -> dict[str, Any]:
    known = frame(
        VERSIONS,
        {
            "version_id": "V",
            "list_id": "L",
            "party_id": "P",
            "uploaded_at": at("2014-01-01"),
            "rows": 100,
            "bytes": 1000,
            "content": "kept",
            "is_original": original,
            **(version or {}),
        },
    )
    event = {"account": "a", "at": at("2014-02-01"), "list_id": "L", **logged}
    downloads = kind(Kind.DOWNLOADS, event).with_columns(event_id=pl.lit("e1"))
    tied = rows.with_version_facts(bound(downloads, known), known)
    offsets = pl.DataFrame(  # of 100 rows, row 50 could not be read
        {
            "row_no": range(1, 101),
            "byte": [10 * (row - 1) for row in range(1, 101)],
            "byte_end": [10 * row - 2 for row in range(1, 101)],
        }
    )
    offsets = offsets.filter(pl.col("row_no") != 50)
    inside = rows.rows_inside([("V", offsets)], rows.needs_offsets(tied).collect())
    found = rows.extractions(tied, inside).collect()
    assert found.height == 1
    return found.row(0, named=True)


def bounds(found: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(found[n] for n in ("row_scope", "rows", "rows_low", "rows_high"))


def stretch(found: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(found[n] for n in ("row_from", "row_to", "row_to_high"))


def test_a_range_is_taken_as_logged() -> None:
    found = fetched(row_from=11, row_to=20, rows=10, bytes=100, status="ok")

    assert bounds(found) == ("range", 10, 10, 10)
    assert stretch(found) == (11, 20, 20)


def test_a_failed_download_that_sent_nothing_fetched_nothing() -> None:
    assert bounds(fetched(status="failed")) == ("none", 0, 0, 0)
    assert bounds(fetched(status="failed", rows=0, bytes=0, row_from=1, row_to=9))[0] == "none"


def test_a_download_broken_off_after_some_rows_is_a_prefix_of_so_many() -> None:
    found = fetched(status="partial", rows=30, bytes=300)

    assert bounds(found) == ("prefix", 30, 30, 30)
    assert stretch(found) == (1, 30, 30)


def test_a_prefix_by_bytes_counts_the_rows_wholly_inside_the_original() -> None:
    assert bounds(fetched(status="partial", bytes=308)) == ("prefix", 31, 31, 31)
    assert bounds(fetched(status="failed", bytes=307)) == ("prefix", 30, 30, 30)


def test_a_quarantined_row_is_inside_once_the_next_has_begun() -> None:
    assert bounds(fetched(status="partial", bytes=500))[1] == 50
    assert bounds(fetched(status="partial", bytes=497))[1] == 49


def test_a_prefix_of_another_file_than_the_original_has_bounds() -> None:
    found = fetched(original=False, status="partial", bytes=300)

    assert bounds(found) == ("prefix", 30, 25, 35)
    assert stretch(found) == (1, 25, 35)


def test_all_rows_or_all_bytes_mean_the_whole_version() -> None:
    assert bounds(fetched(rows=100, status="ok")) == ("all", 100, 100, 100)
    assert bounds(fetched(bytes=1000, status="ok")) == ("all", 100, 100, 100)
    assert stretch(fetched(rows=120, bytes=1200)) == (1, 100, 100)


def test_fewer_rows_tell_how_many_but_not_which() -> None:
    found = fetched(rows=40, bytes=400, status="ok")

    assert bounds(found) == ("count", 40, 40, 40)
    assert stretch(found) == (None, None, None)


def test_fewer_bytes_give_bounds_of_how_many() -> None:
    assert bounds(fetched(bytes=400)) == ("count", 40, 35, 45)


def test_nothing_logged_means_none_to_all() -> None:
    assert bounds(fetched()) == ("count", None, 0, 100)


@pytest.mark.parametrize("logged", [{"rows": 100, "bytes": 10}, {"rows": 5, "bytes": 1000}])
def test_rows_and_bytes_that_contradict_each_other_mean_none_to_all(logged: dict[str, int]) -> None:
    found = fetched(**logged)

    assert bounds(found) == ("count", None, 0, 100)
    assert found["contradicted"]


def test_a_range_beyond_the_version_contradicts_it() -> None:
    found = fetched(row_from=90, row_to=130)

    assert bounds(found) == ("count", None, 0, 100)
    assert found["contradicted"]


def test_a_version_of_unknown_size_leaves_the_upper_bound_open() -> None:
    found = fetched(version={"rows": None, "bytes": None, "content": "lost"})

    assert bounds(found) == ("count", None, 0, None)


def test_a_range_that_was_cut_off_sent_its_first_rows() -> None:
    found = fetched(row_from=11, row_to=30, rows=5, status="partial")

    assert bounds(found) == ("range", 5, 5, 5)
    assert stretch(found) == (11, 15, 15)


def test_a_range_that_was_cut_off_nobody_knows_where_may_have_sent_all_or_none() -> None:
    found = fetched(row_from=11, row_to=30, bytes=50, status="partial")

    assert bounds(found) == ("range", None, 0, 20)
    assert stretch(found) == (11, 10, 30)


@pytest.mark.parametrize("rows", [0, 10, 30])
def test_a_range_unlike_the_logged_rows_contradicts_them(rows: int) -> None:
    found = fetched(row_from=11, row_to=30, rows=rows, status="ok")

    assert (bounds(found), found["contradicted"]) == (("count", None, 0, 100), True)


def test_an_inventory_that_says_no_bytes_says_nothing() -> None:
    found = fetched(version={"bytes": 0}, status="failed", bytes=7, original=False)

    assert bounds(found) == ("prefix", None, 0, 100)

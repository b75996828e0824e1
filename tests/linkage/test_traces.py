"""A leaked file told by its hash and its length alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import expm1

import polars as pl
import pytest

from breachscope.linkage.traces import LeakFile, carried, traced
from breachscope.schema import VERSIONS

START = datetime(2015, 4, 1, tzinfo=UTC)


def versions(*rows: tuple[str, str, int, int, str | None]) -> pl.DataFrame:
    """version_id, party_id, rows, bytes, sha256; one uploaded a month after the other."""
    told = [
        {
            "version_id": version,
            "list_id": version,
            "party_id": party,
            "rows": count,
            "bytes": size,
            "sha256": sha,
            "uploaded_at": START + timedelta(days=30 * place),
            "content": "lost",
        }
        for place, (version, party, count, size, sha) in enumerate(rows)
    ]
    return pl.DataFrame(told, schema=VERSIONS)


MANY = versions(
    ("V1", "P1", 5_000, 400_000, "aa"),
    ("V2", "P2", 5_100, 410_000, None),
    ("V3", "P3", 4_800, 380_000, None),
    ("V4", "P4", 90_000, 7_000_000, None),
)


def file(rows: int, size: int = 1, sha: str = "ff", at: datetime | None = None) -> LeakFile:
    return LeakFile("K1", sha, size, rows, at)


def test_a_file_with_a_versions_hash_is_that_version() -> None:
    found = traced(file(7, 7, "aa"), MANY)

    assert found["version_id"].to_list() == ["V1"]
    assert found["by"].to_list() == ["sha256"]
    assert carried(found, kept={"V1"})["party_id"].to_list() == ["P1"]


def test_the_coincidence_of_a_row_count_is_reckoned_from_its_neighbours() -> None:
    """Of versions near 5,000 rows two others lie within a tenth: 2.5 in 1,000 lengths."""
    found = traced(file(5_000), MANY)

    assert found["by"].to_list() == ["rows"]
    assert found["by_chance"].item() == pytest.approx(-expm1(-2.5 / 1_000))
    assert carried(found, kept=set()).is_empty()  # one in 400 is no proof


def test_a_length_like_no_other_names_its_party_where_the_content_is_lost() -> None:
    found = traced(file(90_000), MANY)

    assert found["by_chance"].item() < 0.001
    assert carried(found, kept=set())["party_id"].to_list() == ["P4"]


def test_a_length_names_nobody_where_the_content_itself_could_have_told() -> None:
    assert carried(traced(file(90_000), MANY), kept={"V4"}).is_empty()


def test_two_parties_with_the_same_length_name_nobody() -> None:
    twins = versions(("V1", "P1", 90_000, 8, None), ("V2", "P2", 90_000, 9, None))
    assert carried(traced(file(90_000), twins), kept=set()).is_empty()


def test_bytes_and_rows_together_tell_more_than_rows() -> None:
    both = traced(file(5_000, 400_000), MANY)
    only = traced(file(5_000), MANY)

    assert both["by"].to_list() == ["rows"]  # V1 has another hash
    assert traced(file(5_100, 410_000), MANY)["by"].to_list() == ["bytes and rows"]
    assert traced(file(5_100, 410_000), MANY)["by_chance"].item() < only["by_chance"].item()


def test_a_version_uploaded_after_the_leak_was_found_is_none() -> None:
    early = START + timedelta(days=1)
    assert traced(file(90_000, at=early), MANY).is_empty()


def test_a_short_file_is_as_long_as_many() -> None:
    assert traced(file(10), versions(("V1", "P1", 10, 5, None))).is_empty()

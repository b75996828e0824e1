from datetime import UTC, datetime

import polars as pl
from polars.testing import assert_frame_equal

from breachscope.linkage.grounds import leak_grounds, lost_grounds, standing_rows
from breachscope.schema import LEAK_PARTS, SEGMENTS, VERSIONS
from frames import frame

FOUND, UPLOADED, UNTIL = (datetime(2023, month, 1, tzinfo=UTC) for month in (7, 2, 3))
KNOWN = {"leak_id": "L1", "part": 1, "party_id": "P1"}


def part(*versions: str, **more: object) -> pl.DataFrame:
    told = KNOWN | {"versions": list(versions), "verdict": "attributed", "depth": "content"} | more
    return frame(LEAK_PARTS, told).collect()


def people(*who: tuple[int, int]) -> pl.DataFrame:
    """part, party_id, person, distinct."""
    rows = [(1, "P1", person, distinct) for person, distinct in who]
    schema = {"part": pl.UInt32, "party_id": pl.String, "person": pl.UInt32, "distinct": pl.UInt32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def index(*rows: tuple[int, str, int, int]) -> pl.DataFrame:
    """distinct, version_id, row_no, month of upload."""
    told = [("P1", d, v, n, datetime(2023, month, 1, tzinfo=UTC)) for d, v, n, month in rows]
    schema = {"party_id": pl.String, "distinct": pl.UInt32, "version_id": pl.String,
              "row_no": pl.UInt32, "uploaded_at": pl.Datetime("us", "UTC")}  # fmt: skip
    return pl.DataFrame(told, schema=schema, orient="row")


def version(version_id: str, **more: object) -> dict[str, object]:
    return {"version_id": version_id, "party_id": "P1", "content": "kept", "rows": 500,
            "uploaded_at": UPLOADED, "until": UNTIL} | more  # fmt: skip


def found_at(when: datetime | None = FOUND) -> pl.LazyFrame:
    schema = {"leak_id": pl.String(), "found_at": pl.Datetime("us", "UTC")}
    return pl.LazyFrame({"leak_id": ["L1"], "found_at": [when]}, schema=schema)


def grounds(rows: list[tuple[str, int]], *versions: dict[str, object]) -> pl.DataFrame:
    """SEGMENTS of version_id, row_no."""
    told = [("L1", 1, "P1", version_id, row) for version_id, row in rows]
    schema = {"leak_id": pl.String, "part": pl.UInt32, "party_id": pl.String,
              "version_id": pl.String, "row_no": pl.UInt32}  # fmt: skip
    placed = pl.LazyFrame(told, schema=schema, orient="row")
    return leak_grounds(placed, frame(VERSIONS, *versions), found_at()).collect()


def test_of_the_versions_that_fit_a_person_stands_in_the_likeliest() -> None:
    stands = index((7, "V1", 10, 1), (7, "V2", 11, 2), (7, "V3", 12, 3))

    found = standing_rows(people((1, 7)), stands, part("V2", "V1"))

    assert found.rows() == [(1, "P1", "V2", 11)]


def test_a_person_who_stands_in_none_that_fit_stands_in_the_one_last_uploaded() -> None:
    stands = index((7, "V3", 10, 3), (7, "V5", 11, 5), (7, "V4", 12, 4))

    found = standing_rows(people((1, 7)), stands, part("V1", "V2"))

    assert found.rows() == [(1, "P1", "V5", 11)]


def test_a_person_with_two_records_stands_once() -> None:
    stands = index((7, "V1", 10, 1), (8, "V1", 4, 1), (8, "V2", 4, 2))

    found = standing_rows(people((1, 7), (1, 8)), stands, part("V1"))

    assert found.rows() == [(1, "P1", "V1", 4)]


def test_a_part_without_a_version_that_fits_still_has_its_people() -> None:
    found = standing_rows(people((1, 7), (2, 8)), index((7, "V1", 1, 1), (8, "V2", 9, 2)), part())

    assert found.select("version_id", "row_no").rows() == [("V1", 1), ("V2", 9)]


def test_rows_that_follow_one_another_are_one_stretch() -> None:
    found = grounds([("V1", 3), ("V1", 1), ("V1", 2), ("V1", 7)], version("V1"))

    assert found.select("row_from", "row_to").rows() == [(1, 3), (7, 7)]


def test_stretches_do_not_run_from_one_version_into_another() -> None:
    found = grounds([("V1", 1), ("V1", 2), ("V2", 3)], version("V1"), version("V2"))

    assert found.select("version_id", "row_from", "row_to").rows() == [("V1", 1, 2), ("V2", 3, 3)]


def test_a_ground_says_whose_rows_left_by_which_leak_when_and_for_certain() -> None:
    found = grounds([("V1", 5)], version("V1"))

    expected = {"party_id": "P1", "version_id": "V1", "event_id": "LEAK:L1/1", "at": FOUND,
                "tier": "confirmed", "sure": True, "content": "kept", "row_from": 5, "row_to": 5,
                "at_least": 0, "version_rows": 500}  # fmt: skip
    assert_frame_equal(found, frame(SEGMENTS, expected).collect())


def test_a_row_named_twice_is_one_row() -> None:
    assert grounds([("V1", 5), ("V1", 5)], version("V1"))["row_to"].to_list() == [5]


def test_a_leak_found_at_an_unknown_time_left_while_its_version_was_in_force() -> None:
    placed = pl.LazyFrame(
        {"leak_id": ["L1"], "part": [1], "party_id": ["P1"], "version_id": ["V1"], "row_no": [5]}
    ).with_columns(pl.col("row_no").cast(pl.UInt32))

    replaced = leak_grounds(placed, frame(VERSIONS, version("V1")), found_at(None)).collect()
    in_force = leak_grounds(
        placed, frame(VERSIONS, version("V1", until=None)), found_at(None)
    ).collect()

    assert replaced["at"].to_list() == [UNTIL]
    assert in_force["at"].to_list() == [UPLOADED]


def test_a_file_found_whole_whose_content_is_lost_gives_its_rows() -> None:
    parts = part("V1", version_id="V1", depth="trace").lazy()
    versions = frame(VERSIONS, version("V1", content="lost", rows=321))

    found = lost_grounds(parts, versions, found_at()).collect()

    assert found.select("event_id", "content", "row_from", "row_to", "at_least").rows() == [
        ("LEAK:L1/1", "lost", 1, 321, 0)
    ]


def test_a_version_that_was_not_found_whole_gives_no_lost_rows() -> None:
    lost = frame(VERSIONS, version("V1", content="lost"))
    by_content = part("V1", version_id="V1").lazy()
    several = part("V1", "V2", depth="trace").lazy()
    kept = frame(VERSIONS, version("V1"))
    whole = part("V1", version_id="V1", depth="trace").lazy()

    assert lost_grounds(by_content, lost, found_at()).collect().is_empty()
    assert lost_grounds(several, lost, found_at()).collect().is_empty()
    assert lost_grounds(whole, kept, found_at()).collect().is_empty()

"""What left, as stretches of rows."""

import polars as pl
from people_frames import at, download, egress, segment, segments, versions

from breachscope.people.scope import STRETCHES, best_rows
from breachscope.people.scope import segments as segments_of
from breachscope.schema import SEGMENTS


def made(*downloads: dict[str, object], inventory: pl.DataFrame | None = None) -> pl.DataFrame:
    known = versions() if inventory is None else inventory
    return segments_of(egress(*downloads).lazy(), known.lazy()).collect()


def rows(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return frame.select("tier", "sure", "row_from", "row_to", "at_least").rows()


def test_a_whole_download_is_surely_all_rows() -> None:
    found = made(download("V1", tier="confirmed"))

    assert rows(found) == [("confirmed", True, 1, 10, None)]
    assert found.schema == SEGMENTS


def test_an_uncertain_prefix_is_sure_up_to_its_low_bound_and_unsure_beyond() -> None:
    found = made(download("V1", row_scope="prefix", row_to=4, row_to_high=6))

    assert rows(found) == [("possible", True, 1, 4, None), ("possible", False, 5, 6, None)]


def test_a_prefix_that_may_be_empty_is_all_unsure() -> None:
    found = made(download("V1", row_scope="prefix", row_to=0, row_to_high=3))

    assert rows(found) == [("possible", False, 1, 3, None)]


def test_of_a_count_every_row_is_unsure_and_some_left_for_certain() -> None:
    found = made(
        download("V1", row_scope="count", row_from=None, row_to=None, rows_low=7, rows_high=7)
    )

    assert rows(found) == [("possible", False, 1, 10, 7)]


def test_a_conflict_is_unsure_in_the_tier_it_would_have_and_promises_nothing() -> None:
    conflict = {"tier": "explained", "conflict": True, "conflict_tier": "probable"}
    found = made(
        download("V1", **conflict),
        download("V2", row_scope="count", row_from=None, row_to=None, **conflict),
    )

    assert rows(found) == [("probable", False, 1, 10, None)] * 2


def test_explained_failed_and_unfocused_downloads_leave_nothing() -> None:
    found = made(
        download("V1", tier="explained"),
        download("V1", tier="failed", row_scope="none", row_from=None, row_to=None),
        download("V1", tier="outside_focus"),
        download("V1", row_scope="none", row_from=None, row_to=None),
    )

    assert found.is_empty()


def test_the_inventory_gives_the_rows_a_download_does_not_say() -> None:
    found = made(
        download("V1", row_scope="count", row_from=None, row_to=None, version_rows=None),
        inventory=versions({"version_id": "V1", "rows": 25}),
    )

    assert rows(found) == [("possible", False, 1, 25, 10)]
    assert list(found["version_rows"]) == [25]


def test_a_count_of_unknown_size_ends_where_its_own_high_bound_ends() -> None:
    lost = {"content": "lost", "version_rows": None, "row_from": None, "row_to": None}
    found = made(download("V1", row_scope="count", rows_high=40, **lost))

    assert rows(found) == [("possible", False, 1, 40, 10)]


def test_a_download_nothing_bounds_is_kept_without_an_end() -> None:
    lost = {"content": "lost", "version_rows": None, "row_from": None, "row_to": None}
    found = made(download("V1", row_scope="count", rows_high=None, rows_low=0, **lost))

    assert rows(found) == [("possible", False, 1, None, 0)]


def test_the_best_tier_takes_each_row_and_then_the_earliest() -> None:
    found = best_rows(
        segments(
            segment("V1", (1, 10), event_id="E1", at=at(1)),
            segment("V1", (1, 4), event_id="E2", at=at(3), tier="confirmed"),
            segment("V1", (3, 6), event_id="E3", at=at(2), tier="confirmed"),
        )
    )

    assert found.schema == STRETCHES
    assert found.select("tier", "row_from", "row_to", "event_id").rows() == [
        ("confirmed", 3, 6, "E3"),
        ("confirmed", 1, 2, "E2"),
        ("possible", 7, 10, "E1"),
    ]


def test_unsure_rows_keep_every_tier_that_may_have_taken_them() -> None:
    found = best_rows(
        segments(
            segment("V1", (1, 4)),
            segment("V1", (3, 6), sure=False, tier="probable"),
            segment("V1", (3, 6), sure=False, tier="confirmed"),
        )
    )

    assert found.select("tier", "row_from", "row_to", "maybe").rows() == [
        ("possible", 1, 2, 0b000),
        ("possible", 3, 4, 0b011),
        (None, 5, 6, 0b011),
    ]


def test_stretches_of_two_versions_are_kept_apart() -> None:
    found = best_rows(segments(segment("V2", (1, 3)), segment("V1", (2, 5))))

    assert found.select("version_id", "row_from", "row_to").rows() == [("V1", 2, 5), ("V2", 1, 3)]


def test_without_segments_there_are_no_stretches() -> None:
    assert best_rows(segments()).schema == STRETCHES

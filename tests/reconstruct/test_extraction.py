"""Which version a download fetched from."""

from __future__ import annotations

from typing import Any

import polars as pl

from breachscope.reconstruct.extraction import bound
from breachscope.reconstruct.versions import KEPT_CONTENT, contested, versions
from breachscope.schema import Kind
from frames import at, kind

NOTHING_KEPT = pl.LazyFrame(schema=KEPT_CONTENT)


def inventory() -> pl.LazyFrame:
    """List L1 was replaced on 1 May and removed on 1 July; L2 and L3 share a title."""
    return kind(
        Kind.LISTS,
        {"list_id": "L1", "party_id": "P1", "uploaded_at": at("2014-04-01"), "rows": 10},
        {
            "list_id": "L1",
            "party_id": "P1",
            "uploaded_at": at("2014-05-01"),
            "removed_at": at("2014-07-01"),
            "rows": 12,
            "path": "/lists/spring.csv",
            "title": "春の名簿",
        },
        {
            "list_id": "L2",
            "party_id": "P2",
            "uploaded_at": at("2014-04-01"),
            "rows": 7,
            "title": "督促",
        },
        {
            "list_id": "L3",
            "party_id": "P3",
            "uploaded_at": at("2014-04-01"),
            "rows": 9,
            "title": "督促",
        },
    )


def tie(**download: Any) -> dict[str, Any]:
    download = {"account": "a", "at": at("2014-05-10 12:00"), **download}
    downloads = kind(Kind.DOWNLOADS, download).with_columns(event_id=pl.lit("e1"))
    found = bound(downloads, versions(inventory(), NOTHING_KEPT)).collect()
    assert found.height == 1
    return found.row(0, named=True)


def test_a_version_ends_where_the_next_begins_or_it_is_removed() -> None:
    known = versions(inventory(), NOTHING_KEPT).collect()

    untils = dict(zip(known["version_id"], known["until"], strict=True))
    assert untils["L1@2014-04-01T00:00:00Z"] == at("2014-05-01")
    assert untils["L1@2014-05-01T00:00:00Z"] == at("2014-07-01")
    assert untils["L2@2014-04-01T00:00:00Z"] is None


def test_a_download_is_tied_to_the_version_in_force() -> None:
    assert tie(list_id="L1")["version_id"] == "L1@2014-05-01T00:00:00Z"
    assert tie(list_id="L1", at=at("2014-04-30 23:59"))["version_id"] == "L1@2014-04-01T00:00:00Z"


def test_an_upload_at_the_very_moment_is_already_in_force() -> None:
    found = tie(list_id="L1", at=at("2014-05-01"))

    assert (found["version_id"], found["outside_interval"]) == ("L1@2014-05-01T00:00:00Z", False)


def test_a_download_before_the_first_upload_is_tied_to_the_nearest_and_flagged() -> None:
    found = tie(list_id="L1", at=at("2014-03-01"))

    assert (found["version_id"], found["outside_interval"]) == ("L1@2014-04-01T00:00:00Z", True)


def test_a_download_after_the_removal_is_tied_to_the_nearest_and_flagged() -> None:
    found = tie(list_id="L1", at=at("2014-07-01"))

    assert (found["version_id"], found["outside_interval"]) == ("L1@2014-05-01T00:00:00Z", True)


def test_the_version_id_comes_before_the_list() -> None:
    found = tie(version_id="L1@2014-04-01T00:00:00Z", list_id="L1")

    assert (found["bind"], found["version_id"]) == ("version_id", "L1@2014-04-01T00:00:00Z")
    assert found["outside_interval"]


def test_a_path_and_a_full_width_title_are_recognised() -> None:
    assert tie(path="\\LISTS\\Spring.csv")["bind"] == "path"
    found = tie(title="春の　名簿.csv")
    assert (found["bind"], found["list_id"]) == ("title", "L1")


def test_a_title_of_two_lists_is_settled_by_the_row_count_or_not_at_all() -> None:
    assert tie(title="督促", rows=9)["list_id"] == "L3"
    unsettled = tie(title="督促", rows=8)
    assert (unsettled["bind"], unsettled["version_id"]) == ("unbound", None)


def test_a_misspelt_title_needs_the_row_count_too() -> None:
    found = kind(
        Kind.LISTS,
        {
            "list_id": "L9",
            "party_id": "P9",
            "uploaded_at": at("2014-04-01"),
            "rows": 5,
            "title": "2014年度 特定健診 未受診者一覧",
        },
    )
    known = versions(found, NOTHING_KEPT)
    asked = kind(
        Kind.DOWNLOADS,
        {
            "account": "a",
            "at": at("2014-05-10"),
            "title": "2014年度特定健診末受診者一覧",
            "rows": 5,
        },
        {
            "account": "a",
            "at": at("2014-05-10"),
            "title": "2014年度特定健診末受診者一覧",
            "rows": 6,
        },
    ).with_columns(event_id=pl.format("e{}", "line"))

    binds = bound(asked, known).collect()["bind"].to_list()

    assert binds == ["nearest", "unbound"]


def test_a_list_the_inventory_does_not_know_stays_unbound_and_is_not_lost() -> None:
    found = tie(list_id="L99")

    assert (found["bind"], found["list_id"], found["party_id"]) == ("unbound", "L99", None)


def test_two_lines_that_describe_one_version_differently_are_told() -> None:
    line = {"list_id": "L1", "version_id": "V1", "party_id": "P1", "uploaded_at": at("2014-04-01")}
    twice = kind(
        Kind.LISTS, {**line, "rows": 10}, {**line, "rows": 11}, {**line, "version_id": "V2"}
    )

    assert contested(twice).collect().rows() == [("V1", 1, "E1", 3)]


def test_versions_uploaded_at_one_moment_end_together() -> None:
    line = {"list_id": "L1", "party_id": "P1", "uploaded_at": at("2014-04-01")}
    later = {**line, "version_id": "C", "uploaded_at": at("2014-05-01")}
    listed = kind(Kind.LISTS, {**line, "version_id": "A"}, {**line, "version_id": "B"}, later)

    known = versions(listed, NOTHING_KEPT).collect()

    untils = dict(zip(known["version_id"], known["until"], strict=True))
    assert untils == {"A": at("2014-05-01"), "B": at("2014-05-01"), "C": None}


def test_a_list_nobody_knows_is_not_guessed_from_the_title() -> None:
    known = versions(inventory(), NOTHING_KEPT)
    lines = (
        {"account": "a", "at": at("2014-05-10"), "list_id": "L99", "title": "春の名薄", "rows": 12},
        {"account": "a", "at": at("2014-05-10"), "title": "春の名薄", "rows": 12},
    )
    asked = kind(Kind.DOWNLOADS, *lines).with_columns(event_id=pl.format("e{}", "line"))

    assert bound(asked, known).collect()["bind"][0] == "unbound"

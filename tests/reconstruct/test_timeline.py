from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from breachscope.reconstruct import timeline
from breachscope.schema import BACKWARD_STEPS, Kind, canonical
from frames import at, frame, kind


def test_events_are_ordered_by_time_then_evidence_member_and_line() -> None:
    noon = at("2014-05-01 12:00")
    events = kind(
        Kind.LOGINS,
        {"at": noon, "evidence_id": "E2", "line": 1},
        {"at": noon, "evidence_id": "E1", "member": "b", "line": 1},
        {"at": noon, "evidence_id": "E1", "member": "a", "line": 9},
        {"at": noon, "evidence_id": "E1", "line": 10},
        {"at": noon, "evidence_id": "E1", "line": 9},
        {"at": None, "evidence_id": "E0", "line": 1},
        {"at": at("2014-05-01 11:59"), "evidence_id": "E9", "line": 9},
    )

    found = timeline.ordered(events).select("evidence_id", "member", "line").collect()

    assert found.rows() == [
        ("E9", None, 9),
        ("E1", None, 9),
        ("E1", None, 10),
        ("E1", "a", 9),
        ("E1", "b", 1),
        ("E2", None, 1),
        ("E0", None, 1),
    ]


@given(st.permutations(range(8)))
def test_the_order_does_not_depend_on_the_order_given(order: list[int]) -> None:
    rows = [
        {"at": at("2014-05-01") + timedelta(hours=n // 4), "evidence_id": f"E{n % 2}", "line": n}
        for n in range(8)
    ]

    found = timeline.ordered(kind(Kind.LOGINS, *(rows[n] for n in order))).collect()

    assert_frame_equal(found, timeline.ordered(kind(Kind.LOGINS, *rows)).collect())


def test_until_keeps_the_moment_itself_and_rows_without_a_time() -> None:
    events = kind(
        Kind.FILES,
        {"file_id": "before", "modified_at": at("2014-05-01")},
        {"file_id": "at", "modified_at": at("2014-05-02")},
        {"file_id": "after", "modified_at": at("2014-05-02") + timedelta(microseconds=1)},
        {"file_id": "undated"},
    )

    found = timeline.until(events, at("2014-05-02"), "modified_at").collect()

    assert found["file_id"].to_list() == ["before", "at", "undated"]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("PDS-Admin", "pds-admin"),
        (" pds-admin\u3000", "pds-admin"),
        ("ＰＤＳ－ａｄｍｉｎ", "pds-admin"),
        ("CORP\\PDS-Admin", "corp\\pds-admin"),
        ("pds-admin@corp", "pds-admin@corp"),
        ("", None),
        (None, None),
    ],
)
def test_accounts_compare_without_case_and_width(written: str | None, key: str | None) -> None:
    events = frame({"account": pl.String()}, {"account": written})

    assert events.select(timeline.account_key()).collect().item() == key


@pytest.mark.parametrize("written", ["CORP\\PDS-Admin", "pds-admin@corp.example", "pds-admin"])
def test_domain_forms_are_one_account_only_if_the_playbook_says_so(written: str) -> None:
    events = frame({"account": pl.String()}, {"account": written})

    found = events.select(timeline.account_key(domain_forms_are_one=True)).collect().item()

    assert found == "pds-admin"


def test_an_account_that_is_nothing_but_a_domain_keeps_its_name() -> None:
    events = frame({"account": pl.String()}, {"account": "CORP\\"})

    found = events.select(timeline.account_key(domain_forms_are_one=True)).collect().item()

    assert found == "corp\\"


def test_hosts_compare_without_case_and_width() -> None:
    events = frame({"host": pl.String()}, {"host": "ＰＣ０１ "}, {"host": "pc01"})

    assert events.select(timeline.host_key()).collect()["host"].to_list() == ["pc01", "pc01"]


def test_an_event_is_named_by_its_download_id_or_else_by_its_place() -> None:
    downloads = kind(
        Kind.DOWNLOADS,
        {"download_id": "D1"},
        {"download_id": None},
        {"download_id": " "},
        {"download_id": None, "member": "May"},
    )

    found = timeline.event_id(downloads).collect()["event_id"].to_list()

    assert found == ["D1", "E1:3", "E1:4", "E1:5:May"]


def test_a_download_id_given_twice_gets_each_place_appended() -> None:
    downloads = kind(
        Kind.DOWNLOADS,
        {"download_id": "D1"},
        {"download_id": "D2"},
        {"download_id": "D1", "evidence_id": "E2"},
    )

    found = timeline.event_id(downloads).collect()["event_id"].to_list()

    assert found == ["D1:E1:2", "D2", "D1:E2:4"]


@given(st.lists(st.sampled_from([None, "", "A", "B", "E1:3"]), max_size=8))
def test_no_two_events_have_one_name(ids: list[str | None]) -> None:
    downloads = kind(Kind.DOWNLOADS, *({"download_id": each} for each in ids))

    found = timeline.event_id(downloads).collect()["event_id"]

    assert found.null_count() == 0
    assert found.n_unique() == len(ids)


def minutes(*offsets: float, evidence_id: str = "E1") -> pl.LazyFrame:
    start = at("2014-05-01 12:00")
    rows = [
        {"at": start + timedelta(minutes=m), "evidence_id": evidence_id, "line": line}
        for line, m in enumerate(offsets, start=1)
    ]
    return frame(canonical(Kind.LOGINS), *rows)


def test_a_clock_that_goes_back_is_flagged_where_it_does() -> None:
    found = timeline.backward_steps(minutes(0, 10, 5, 6), Kind.LOGINS).collect()

    expected = frame(
        BACKWARD_STEPS,
        {
            "kind": "logins",
            "evidence_id": "E1",
            "line": 3,
            "at": at("2014-05-01 12:05"),
            "seconds": 300.0,
        },
    )
    assert_frame_equal(found, expected.collect())


def test_a_second_back_is_no_step() -> None:
    assert timeline.backward_steps(minutes(0, 1, 1 - 1 / 60), Kind.LOGINS).collect().is_empty()


def test_each_file_has_a_clock_of_its_own() -> None:
    both = pl.concat([minutes(50, 60), minutes(0, 1, evidence_id="E2")])

    assert timeline.backward_steps(both, Kind.LOGINS).collect().is_empty()


def test_lines_are_read_in_the_order_of_the_file_whatever_the_order_of_the_rows() -> None:
    events = minutes(0, 10, 5, 6).sort("at")

    assert timeline.backward_steps(events, Kind.LOGINS).collect()["line"].to_list() == [3]


def test_a_file_kept_newest_first_is_read_from_its_end() -> None:
    newest_first = [*range(30, 10, -1), 15, *range(9, 0, -1)]

    found = timeline.backward_steps(minutes(*newest_first), Kind.LOGINS).collect()

    # Written as 9, 15, 11, 12, …: the clock went back from 15 to 11.
    assert found.select("line", "seconds").rows() == [(20, 240.0)]


def test_a_file_in_no_order_of_time_tells_nothing_of_its_clock() -> None:
    events = minutes(*(n * 7 % 20 for n in range(20)))

    assert timeline.backward_steps(events, Kind.LOGINS).collect().is_empty()
    assert timeline.file_orders(events).collect()["kept"].to_list() == ["unordered"]

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from breachscope.playbook import Limits
from breachscope.reconstruct import answer
from breachscope.reconstruct.facts import Focus
from breachscope.schema import ANSWERS, EGRESS, FINDINGS, QUESTIONS, SEGMENTS, SILENCES, UNSEEN
from frames import at, frame

TOKYO = "Asia/Tokyo"
CLEARED = pl.DataFrame(schema={"from": UNSEEN["from"], "to": UNSEEN["to"]})
JANUARY = {"party_id": "P1", "from": at("2020-01-01"), "to": at("2020-02-01")}
WORKED = (at("2013-01-01"), at("2023-01-01"))


def asked(*rows: dict[str, Any]) -> pl.LazyFrame:
    return frame(QUESTIONS, *(rows or (JANUARY,)))


def finding(sort: str, day: str, party: str | None = "P1", last: str | None = None) -> pl.LazyFrame:
    when = at(day)
    row = {"party_id": party, "first": when, "last": at(last) if last else when}
    return frame(FINDINGS, row | {"sort": sort, "event_id": f"{sort} {day}"})


NOTHING = frame(FINDINGS)


def dark(*stretches: tuple[str, str, str]) -> pl.LazyFrame:
    rows = [{"from": at(begin), "to": at(end), "why": why} for begin, end, why in stretches]
    return frame(UNSEEN, *rows)


def told(
    findings: pl.LazyFrame, unseen: pl.LazyFrame, never: tuple[str, ...] = ()
) -> dict[str, Any]:
    found = answer.answers(asked(), findings, unseen, never).collect()
    assert found.schema == ANSWERS
    return found.row(0, named=True)


def test_a_download_nothing_explains_is_found_and_its_tier_told() -> None:
    row = told(finding("possible", "2020-01-10"), dark())

    assert (row["statement"], row["strongest"], row["possible"]) == ("found", "possible", 1)


def test_nothing_found_in_a_whole_log_is_not_found_within_bounds() -> None:
    row = told(NOTHING, dark())

    assert row["statement"] == "not_found_within"
    assert row["detectable_share"] == 1.0
    assert row["reasons"] == []


def test_nothing_found_over_a_gap_cannot_be_told_and_the_share_seen_is_that_without_the_gap() -> (
    None
):
    row = told(NOTHING, dark(("2020-01-30", "2020-02-05", "silent")))

    assert row["statement"] == "cannot_tell"
    assert row["reasons"] == ["silent"]
    assert row["detectable_share"] == pytest.approx(29 / 31)


def test_gaps_that_overlap_are_taken_off_once() -> None:
    gaps = dark(
        ("2020-01-01", "2020-01-11", "silent"),
        ("2020-01-06", "2020-01-08", "no_line_in_month"),
        ("2020-01-10", "2020-01-16", "cleared"),
    )

    assert told(NOTHING, gaps)["detectable_share"] == pytest.approx(16 / 31)


def test_what_was_found_stays_found_over_a_gap() -> None:
    row = told(finding("probable", "2020-01-10"), dark(("2020-01-20", "2020-01-25", "silent")))

    assert row["statement"] == "found"
    assert row["reasons"] == ["silent"]


def test_the_day_after_the_stretch_and_another_party_are_not_asked_about() -> None:
    other = pl.concat([finding("possible", "2020-02-01"), finding("possible", "2020-01-10", "P2")])

    assert told(other, dark())["statement"] == "not_found_within"


def test_an_unexplained_download_of_no_known_party_may_be_anyones() -> None:
    row = told(finding("unbound", "2020-01-10", None), dark())

    assert (row["statement"], row["reasons"]) == ("cannot_tell", ["unbound"])


def test_a_leak_that_left_some_time_in_a_longer_stretch_cannot_be_dated() -> None:
    early = finding("open_ground", "2019-06-01", last="2020-01-15")
    whole = finding("open_ground", "2020-01-05", last="2020-01-15")

    assert told(early, dark())["statement"] == "cannot_tell"
    assert told(whole, dark())["statement"] == "found"
    assert told(finding("open_ground", "2018-01-01", last="2019-12-31"), dark())["reasons"] == []


def test_without_an_inventory_nothing_can_be_told() -> None:
    row = told(NOTHING, dark(), ("lists",))

    assert (row["statement"], row["detectable_share"]) == ("cannot_tell", 0.0)
    assert row["reasons"] == ["never_given:lists"]


def download(**values: Any) -> dict[str, Any]:
    base = {"event_id": "D1", "at": at("2020-01-10 10:00"), "party_id": "P1", "tier": "possible",
            "account_key": "adm", "host_key": "pc", "conflict": False}  # fmt: skip
    return base | values


def sorts(*rows: dict[str, Any], worked: Any = WORKED) -> list[str]:
    found = answer.download_findings(frame(EGRESS, *rows), worked, Limits())
    return found.collect().sort("event_id")["sort"].to_list()


def test_a_possible_download_no_work_record_could_explain_proves_nothing() -> None:
    assert sorts(download()) == ["possible"]
    assert sorts(download(), worked=None) == ["unweighed"]
    assert sorts(download(tier="probable"), worked=None) == ["probable"]


def test_an_explained_download_in_one_sitting_with_unexplained_ones_is_open() -> None:
    explained = download(event_id="D2", tier="explained", at=at("2020-01-10 10:20"))

    assert sorts(download(), explained) == ["possible", "beside"]
    assert sorts(download(), explained | {"host_key": "other"}) == ["possible", "explained"]
    assert sorts(download(), explained | {"at": at("2020-01-10 11:00")}) == [
        "possible",
        "explained",
    ]
    assert sorts(download(), explained | {"conflict": True}) == ["possible", "conflict"]


def hourly(days: int) -> pl.Series:
    begin = at("2020-01-01")
    return pl.Series(
        "at", [begin + timedelta(hours=n) for n in range(24 * days)], pl.Datetime("us", "UTC")
    )


def whys(unseen: pl.DataFrame) -> list[str]:
    return unseen["why"].cast(pl.String).to_list()


def test_before_the_first_line_and_after_the_last_nothing_is_seen() -> None:
    found = answer.unseen(hourly(3), pl.DataFrame(schema=SILENCES), CLEARED, Focus(), TOKYO)

    assert whys(found) == ["before_first", "after_last"]
    assert found["to"][0] == at("2019-12-31 23:00")  # the log's longest pause is an hour
    assert found["from"][1] == datetime(2020, 1, 4, tzinfo=UTC)


def test_a_month_without_a_line_is_not_seen_however_slow_the_log() -> None:
    times = pl.Series([at("2020-01-10"), at("2020-03-10")])
    found = answer.unseen(times, pl.DataFrame(schema=SILENCES), CLEARED, Focus(), TOKYO)
    empty = found.filter(pl.col("why") == "no_line_in_month")

    assert empty.select("from", "to").rows() == [(at("2020-01-31 15:00"), at("2020-02-29 15:00"))]


def test_outside_the_inquiry_nothing_was_searched() -> None:
    focus = Focus(start=at("2020-01-02"), end=at("2020-01-03"))
    found = answer.unseen(hourly(3), pl.DataFrame(schema=SILENCES), CLEARED, focus, TOKYO)

    assert whys(found).count("outside_focus") == 2


def test_a_seized_file_without_a_line_proves_the_pause_around_it_short() -> None:
    seized = frame(
        SEGMENTS,
        {"event_id": "FILE:F1", "version_id": "V1", "at": at("2020-01-02 10:30")},
        {"event_id": "FILE:F2", "version_id": "V2", "at": at("2020-01-02 15:30")},
    )
    lines = frame(EGRESS, {"version_id": "V2", "at": at("2020-01-02 15:00")})

    found = answer.proved_short(seized, lines, hourly(3), Limits())

    assert found.rows() == [(at("2020-01-02 10:00"), at("2020-01-02 11:00"), "proved_short")]

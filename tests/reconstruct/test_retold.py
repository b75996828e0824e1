from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

import frames
from breachscope.reconstruct.retold import retold
from breachscope.schema import RETOLD, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

AT = frames.at("2014-05-01 09:00")
FETCH: Mapping[str, Any] = {
    "at": AT, "account": "adm", "path": "/a.csv", "source_ip": "10.0.0.5", "clock_offset": 0.0,
}  # fmt: skip


def told(own: list[Mapping[str, Any]], **timelines: list[Mapping[str, Any]]) -> list[Any]:
    """(timeline, line, fate, line it is told by) of each event told already."""
    logs = frames.kind(Kind.DOWNLOADS, *own, evidence_id="LOG").collect()
    events = {
        name: frames.kind(Kind.DOWNLOADS, *rows, evidence_id=name).collect()
        for name, rows in timelines.items()
    }
    found = retold(logs, events, Kind.DOWNLOADS)
    assert found.schema == RETOLD
    return found.select("evidence_id", "line", pl.col("fate").cast(str), "of_line").rows()


def test_the_same_second_account_and_contents_are_one_event() -> None:
    later = {**FETCH, "at": AT + timedelta(milliseconds=900)}
    assert told([later], T=[FETCH]) == [("T", 2, "same", 2)]


def test_lines_are_matched_one_to_one() -> None:
    assert told([FETCH, FETCH], T=[FETCH, FETCH, FETCH]) == [
        ("T", 2, "same", 2),
        ("T", 3, "same", 3),
    ]


def test_another_second_or_account_is_an_event_of_its_own() -> None:
    second = {**FETCH, "at": AT + timedelta(seconds=1)}
    other = {**FETCH, "account": "someone"}
    assert told([FETCH], T=[second, other]) == []


def test_other_contents_in_that_second_are_held_back() -> None:
    assert told([FETCH], T=[{**FETCH, "path": "/b.csv"}]) == [("T", 2, "differs", 2)]
    # The log's own line is taken first: what is left over is new.
    assert told([FETCH], T=[FETCH, {**FETCH, "path": "/b.csv"}]) == [("T", 2, "same", 2)]


def test_a_tool_that_lost_the_name_does_not_double_the_log() -> None:
    nameless = {**FETCH, "account": None}
    assert told([FETCH], T=[nameless]) == [("T", 2, "differs", 2)]
    assert told([FETCH], T=[{**nameless, "path": "/b.csv"}]) == []


def test_clocks_are_compared_as_they_stood_whatever_was_declared_of_either() -> None:
    corrected = {**FETCH, "at": AT - timedelta(seconds=180), "clock_offset": -180.0}
    assert told([corrected], T=[FETCH]) == [("T", 2, "same", 2)]


def test_of_two_timelines_the_first_tells_and_the_second_repeats() -> None:
    assert told([], A=[FETCH], B=[FETCH, FETCH]) == [("B", 2, "same", 2)]

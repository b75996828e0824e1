"""The calendar file, parsed back."""

from __future__ import annotations

from typing import Any

from duty_cases import decided, one_party
from hypothesis import given
from hypothesis import strategies as st

from breachscope.notify.duties.ical import calendar, folded, uid


def parsed(text: str) -> list[dict[str, str]]:
    """Events of an iCalendar file, as RFC 5545 says to unfold and unescape."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    events: list[dict[str, str]] = []
    for line in lines[1:-1]:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and line != "END:VEVENT":
            events[-1][name] = unescaped(value)
    return events


def unescaped(value: str) -> str:
    found, rest = "", iter(value)
    for character in rest:
        if character == "\\":
            following = next(rest)
            found += "\n" if following.lower() == "n" else following
        else:
            found += character
    return found


def rows(**more: Any) -> list[dict[str, Any]]:
    return decided(one_party("2023-08-07", **more)).to_dicts()


def test_every_duty_with_a_due_date_is_one_event_and_reads_back() -> None:
    events = parsed(calendar(rows(), "事案; 第1号, その\\2", "0.1"))
    assert [event["DTSTART;VALUE=DATE"] for event in events] == ["20231005", "20230811"]
    assert [event["DTEND;VALUE=DATE"] for event in events] == ["20231006", "20230812"]
    assert events[0]["SUMMARY"] == "P1: final report to PPC"
    assert events[0]["STATUS"] == "CONFIRMED"
    assert "Rule 7(iii): no work explains it" in events[0]["DESCRIPTION"]
    assert events[0]["DESCRIPTION"].endswith("Not legal advice.")
    assert events[0]["UID"] == uid("事案; 第1号, その\\2", "jp-appi/private-final/P1")


def test_a_clock_in_hours_gives_a_moment() -> None:
    events = parsed(calendar(rows(law="eu-gdpr", hour=9), "case", "0.1"))
    assert [event["DTSTART"] for event in events] == ["20230810T090000Z"]


def test_what_waits_for_review_is_tentative() -> None:
    waiting = [row | {"status": "review"} for row in rows()]
    assert {event["STATUS"] for event in parsed(calendar(waiting, "c", "0"))} == {"TENTATIVE"}


def test_the_same_run_gives_the_same_bytes_and_a_case_of_another_name_other_ids() -> None:
    one, again, other = (calendar(rows(), name, "0.1") for name in ("a", "a", "b"))
    assert one == again
    ids = [{event["UID"] for event in parsed(text)} for text in (one, other)]
    assert not ids[0] & ids[1]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=300))
def test_folding_loses_nothing_and_cuts_no_character(text: str) -> None:
    pieces = list(folded(text))
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == text
    assert all(piece.startswith(" ") for piece in pieces[1:])

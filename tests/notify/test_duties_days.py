"""Due dates, worked by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from duty_cases import EU, JP
from hypothesis import given
from hypothesis import strategies as st

from breachscope.notify.duties import days

WORKED = [
    # known, 30 days, 60 days: the worked deadlines of the notes on the law
    ("2023-08-07", "2023-09-05", "2023-10-05"),
    ("2023-08-10", "2023-09-08", "2023-10-10"),
    ("2023-10-05", "2023-11-06", "2023-12-04"),
    ("2023-11-30", "2024-01-04", "2024-01-29"),
    ("2024-03-06", "2024-04-04", "2024-05-07"),
]


def due(clock: str, known: str) -> days.Due:
    day = date.fromisoformat(known)
    return days.due(JP.head.clocks[clock], JP.head.calendar, day, None, JP.zone)


@pytest.mark.parametrize(("known", "thirty", "sixty"), WORKED)
def test_the_worked_deadlines_come_out_exactly(known: str, thirty: str, sixty: str) -> None:
    assert due("days_30", known).day == date.fromisoformat(thirty)
    assert due("days_60", known).day == date.fromisoformat(sixty)


def test_the_first_report_is_due_on_days_three_to_five_and_never_rolls() -> None:
    found = due("prompt", "2023-08-07")
    assert (found.earliest, found.day) == (date(2023, 8, 9), date(2023, 8, 11))  # the 11th is off
    assert days.is_off(date(2023, 8, 11), JP.head.calendar)


@pytest.mark.parametrize(
    ("counted", "rolled"),
    [
        ("2023-12-28", "2023-12-28"),  # the last day before the year's end
        ("2023-12-29", "2024-01-04"),
        ("2024-01-03", "2024-01-04"),
        ("2024-05-03", "2024-05-07"),  # three holidays, then one for the Sunday
        ("2019-04-27", "2019-05-07"),  # ten days off for the accession
        ("2024-12-28", "2025-01-06"),  # a Saturday runs into the year's end, then a weekend
    ],
)
def test_a_day_off_rolls_to_the_next_working_day(counted: str, rolled: str) -> None:
    assert days.rolled(date.fromisoformat(counted), JP.head.calendar) == date.fromisoformat(rolled)


@given(st.dates(date(2022, 4, 1), date(2030, 12, 1)), st.sampled_from(["days_30", "days_60"]))
def test_a_rolled_day_is_open_and_every_day_passed_over_is_not(known: date, clock: str) -> None:
    rule = JP.head.clocks[clock]
    found = days.due(rule, JP.head.calendar, known, None, JP.zone)
    assert found.day is not None
    assert not days.is_off(found.day, JP.head.calendar)
    assert rule.n is not None
    day = known + timedelta(days=rule.n - 1)
    while day < found.day:
        assert days.is_off(day, JP.head.calendar)
        day += timedelta(days=1)


def test_seventy_two_hours_run_from_the_hour_of_knowledge_over_days_off() -> None:
    friday = datetime(2023, 8, 4, 15, 30, tzinfo=UTC)
    found = days.due(EU.head.clocks["hours_72"], EU.head.calendar, friday.date(), friday, EU.zone)
    assert found.at == datetime(2023, 8, 7, 15, 30, tzinfo=UTC)


def test_without_the_hour_the_clock_runs_from_the_start_of_the_day_where_the_law_holds() -> None:
    day = date(2023, 8, 4)  # summer time in Brussels: the day begins at 22:00 UTC before it
    found = days.due(EU.head.clocks["hours_72"], EU.head.calendar, day, None, EU.zone)
    assert found.at == datetime(2023, 8, 6, 22, 0, tzinfo=UTC)
    assert found.day == date(2023, 8, 7)


def test_hours_are_real_hours_where_the_clocks_change() -> None:
    day = date(2023, 10, 28)  # clocks go back on the 29th: 72 hours end an hour earlier by the wall
    found = days.due(EU.head.clocks["hours_72"], EU.head.calendar, day, None, EU.zone)
    assert found.at == datetime(2023, 10, 30, 22, 0, tzinfo=UTC)


def test_promptly_has_no_due_date() -> None:
    assert due("situation", "2023-08-07") == days.Due()

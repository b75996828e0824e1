from datetime import UTC, datetime

import numpy as np
import pytest

from breachscope.reconstruct import rhythm

MONDAY = int(datetime(2014, 6, 2, tzinfo=UTC).timestamp()) * 1_000_000


def sort_at(year: int, month: int, day: int, zone: str = "Asia/Tokyo") -> tuple[int, int]:
    """Sort of day, and hour, at 03:00 UTC (noon in Tokyo)."""
    start = int(datetime(year, month, day, 3, tzinfo=UTC).timestamp()) * 1_000_000
    return divmod(int(rhythm.sorts_of_hours(start, 1, zone)[0]), 24)


def test_hours_are_those_of_the_cases_zone() -> None:
    assert sort_at(2014, 6, 2) == (0, 12)
    assert sort_at(2014, 6, 2, "UTC") == (0, 3)


def test_japans_holidays_year_end_and_mid_august_are_days_of_their_own() -> None:
    assert sort_at(2014, 5, 5)[0] == rhythm.HOLIDAY
    assert sort_at(2014, 12, 31)[0] == rhythm.YEAR_END
    assert sort_at(2015, 1, 1)[0] == rhythm.YEAR_END
    assert sort_at(2014, 8, 14)[0] == rhythm.MID_AUGUST
    assert sort_at(2014, 8, 16)[0] == 5  # a Saturday as others


def test_a_holiday_on_a_weekend_is_a_day_of_the_weekend() -> None:
    assert sort_at(2014, 5, 3)[0] == 5
    assert sort_at(2014, 5, 4)[0] == rhythm.SUNDAY
    assert sort_at(2016, 1, 2)[0] == rhythm.YEAR_END_WEEKEND


def test_other_zones_have_no_japanese_holidays() -> None:
    assert sort_at(2014, 5, 5, "UTC")[0] == 0


def test_times_before_the_holiday_law_are_read_without_it() -> None:
    assert sort_at(1601, 1, 4)[0] == 3


def steady(weeks: int, an_hour: int) -> np.ndarray:
    """So many events in every hour, evenly."""
    return MONDAY + np.arange(weeks * 168 * an_hour) * (rhythm.HOUR // an_hour)


def expected_in_hole(weeks: int, begin: int, end: int) -> float:
    """What a source of four events an hour is expected to have where it has none."""
    times = steady(weeks, an_hour=4)
    holed = times[(times < begin) | (times >= end)]
    return rhythm.expected_between(rhythm.fit(rhythm.by_hour(holed, "UTC")), begin, end)


def test_a_steady_source_expects_in_a_hole_what_it_has_elsewhere() -> None:
    begin = MONDAY + 1000 * rhythm.HOUR

    assert expected_in_hole(20, begin, begin + 10 * rhythm.HOUR) == pytest.approx(40, rel=0.005)


def test_parts_of_hours_count_in_part() -> None:
    begin = MONDAY + 1000 * rhythm.HOUR + rhythm.HOUR // 4

    assert expected_in_hole(20, begin, begin + rhythm.HOUR * 3 // 2) == pytest.approx(6, rel=0.005)


def test_the_stretch_judged_is_left_out_of_the_fit() -> None:
    week = 168 * rhythm.HOUR

    assert expected_in_hole(4, MONDAY + week, MONDAY + 2 * week) == pytest.approx(672, rel=0.005)


def test_taking_a_stretch_out_takes_out_the_part_of_each_hour() -> None:
    begin = MONDAY + rhythm.HOUR // 2

    found = rhythm.without(np.ones(4), MONDAY, begin, MONDAY + 2 * rhythm.HOUR)

    assert found.tolist() == [0.5, 0.0, 1.0, 1.0]


def test_the_shortest_stretch_is_the_same_at_all_times_for_a_steady_source() -> None:
    fitted = rhythm.fit(rhythm.by_hour(steady(weeks=20, an_hour=4), "UTC"))

    assert rhythm.shortest_hours(fitted, 20) == pytest.approx((5, 5), rel=1e-6)
    assert rhythm.shortest_hours(fitted, 4 * 200) == pytest.approx((200, 200), rel=1e-6)


def test_the_shortest_stretch_of_a_source_silent_at_night_depends_on_when_it_begins() -> None:
    hours = np.arange(20 * 168)
    office = hours[(hours % 24 >= 9) & (hours % 24 < 19)]
    times = (MONDAY + (office[:, None] + np.arange(4) / 4) * rhythm.HOUR).astype(np.int64).ravel()
    fitted = rhythm.fit(rhythm.by_hour(times, "UTC"))

    least, most = rhythm.shortest_hours(fitted, 20)

    assert least == pytest.approx(5, abs=0.01)
    assert most == pytest.approx(5 + 14, abs=1.01)


def test_a_poisson_source_has_dispersion_near_one_and_one_in_sittings_more() -> None:
    rng = np.random.default_rng(5)
    times = np.sort(MONDAY + rng.integers(0, 52 * 168 * rhythm.HOUR, 20_000))
    sittings = np.repeat(rng.choice(times, 4_000), 5) + np.tile(np.arange(5) * 1_000_000, 4_000)
    spread = [
        rhythm.dispersion(rhythm.fit(rhythm.by_hour(np.sort(t), "UTC")), np.sort(t), 20)
        for t in (times, sittings)
    ]

    assert spread[0] == pytest.approx(1, abs=0.1)
    assert spread[1] == pytest.approx(5, rel=0.25)


@pytest.mark.parametrize("mean", [1.0, 3.0])
def test_chance_silences_follow_the_tail_of_the_gaps(mean: float) -> None:
    gaps = np.random.default_rng(7).exponential(mean, 40_000)
    stated = 40_000 * np.exp(-8 / mean)

    assert rhythm.chance_silences(gaps[gaps < 8], 8) == pytest.approx(stated, rel=0.3)

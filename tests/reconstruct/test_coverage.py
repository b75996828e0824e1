from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from breachscope.playbook import Expected
from breachscope.reconstruct import coverage, rhythm
from breachscope.schema import RHYTHMS, SILENCES, SOURCES_SEEN, Kind, canonical, conform
from frames import at, frame

TOKYO = "Asia/Tokyo"
HOUR = rhythm.HOUR
YEAR = 8766


def micros(text: str) -> int:
    return int(at(text).timestamp()) * 1_000_000


START = micros("2014-01-01")


def office(hours: int) -> np.ndarray:
    """1 in working hours (nine to six, Tokyo) of working days, else 0."""
    day, hour = np.divmod(rhythm.sorts_of_hours(START, hours, TOKYO), 24)
    working_day = (day < 5) | (day == rhythm.MID_AUGUST)
    return (working_day & (hour >= 9) & (hour < 18)).astype(float)


def poisson(rate: np.ndarray, seed: int) -> np.ndarray:
    """Sorted times of a Poisson source with so many events an hour."""
    rng = np.random.default_rng(seed)
    hours = np.repeat(np.arange(len(rate)), rng.poisson(rate))
    return np.sort(START + ((hours + rng.random(len(hours))) * HOUR).astype(np.int64))


def without(times: np.ndarray, begin: int, end: int) -> np.ndarray:
    return times[(times < begin) | (times >= end)]


def events(times: np.ndarray, evidence_id: str = "E1") -> pl.DataFrame:
    at = pl.Series("at", times, dtype=pl.Int64).cast(pl.Datetime("us", "UTC"))
    return pl.DataFrame({"at": at}).with_columns(evidence_id=pl.lit(evidence_id))


def silences(times: np.ndarray, limit: float = 20) -> pl.DataFrame:
    return coverage.silences(events(times), Kind.DOWNLOADS, TOKYO, limit)


@pytest.mark.parametrize("a_week", [30, 100, 1000])
def test_a_lost_week_is_found_between_the_events_around_it(a_week: int) -> None:
    begin = START + 60 * 168 * HOUR
    end = begin + 168 * HOUR
    times = without(poisson(office(3 * YEAR) * a_week / 45, seed=a_week), begin, end)

    found = silences(times)

    assert found.schema == SILENCES
    assert found.height == 1
    silence = found.row(0, named=True)
    assert silence["kind"] == "downloads"
    assert silence["from"] == datetime.fromtimestamp(times[times < begin][-1] / 1e6, UTC)
    assert silence["to"] == datetime.fromtimestamp(times[times >= end][0] / 1e6, UTC)
    assert silence["expected"] == pytest.approx(a_week, rel=0.25)


def test_nights_weekends_and_holidays_are_no_silences() -> None:
    assert silences(poisson(office(5 * YEAR) * 50, seed=1)).is_empty()


def test_a_source_that_works_on_holidays_but_not_on_weekends_is_not_silent() -> None:
    day, hour = np.divmod(rhythm.sorts_of_hours(START, 6 * YEAR, TOKYO), 24)
    weekend = (day == 5) | (day == rhythm.SUNDAY) | (day == rhythm.YEAR_END_WEEKEND)
    rate = np.where(~weekend & (hour >= 9) & (hour < 18), 8.0, 0.0)

    assert silences(poisson(rate, seed=16)).is_empty()


def test_a_lost_working_day_is_found_in_a_busy_source() -> None:
    begin = micros("2015-06-10 00:00")
    times = without(poisson(office(3 * YEAR) * 5, seed=2), begin, begin + 24 * HOUR)

    found = silences(times)

    assert found["expected"].to_list() == [pytest.approx(45, rel=0.2)]


def test_two_lost_months_are_both_found() -> None:
    times = poisson(office(4 * YEAR) * 3, seed=3)
    for lost in ("2015-03-01", "2015-06-01"):
        times = without(times, micros(lost), micros(lost) + 30 * 24 * HOUR)

    assert [day.month for day in silences(times)["from"]] == [2, 5]


def test_a_slow_source_is_silent_only_after_long() -> None:
    times = poisson(np.full(10 * YEAR, 1 / 168), seed=4)
    lost = without(times, micros("2018-01-01"), micros("2018-09-01"))

    assert silences(times).is_empty()
    assert silences(lost).height == 1


def test_a_source_that_grows_or_shrinks_is_not_silent() -> None:
    hours = np.arange(8 * YEAR)
    grows = office(8 * YEAR) * 0.05 * np.exp(hours / len(hours) * np.log(100))

    assert silences(poisson(grows, seed=5)).is_empty()
    assert silences(poisson(grows[::-1] * office(8 * YEAR), seed=6)).is_empty()


@pytest.mark.parametrize("pace", [(500, 5), (5, 500)])
def test_a_source_that_changes_its_pace_at_once_is_not_silent(pace: tuple[int, int]) -> None:
    rate = office(6 * YEAR) / 45
    rate[: 3 * YEAR] *= pace[0]
    rate[3 * YEAR :] *= pace[1]

    assert silences(poisson(rate, seed=7)).is_empty()


def test_a_source_that_gives_up_a_weekday_is_not_silent_on_it() -> None:
    rate = office(4 * YEAR) * 10
    day = rhythm.sorts_of_hours(START, 4 * YEAR, TOKYO) // 24
    rate[2 * YEAR :] *= (day != 2)[2 * YEAR :]  # no Wednesdays any more

    found = silences(poisson(rate, seed=8))

    # About a hundred Wednesdays; next to a holiday there is no week to compare with.
    hours = (found["to"] - found["from"]).dt.total_hours()
    assert found.height <= 6
    assert hours.min() > 40


def test_a_few_early_trials_do_not_make_a_silence_before_the_source_begins() -> None:
    trials = START - np.array([90, 89, 88]) * 24 * HOUR

    assert silences(np.concatenate([trials, poisson(office(YEAR) * 10, seed=9)])).is_empty()


def test_a_few_strays_do_not_make_a_silence_after_the_source_ended() -> None:
    times = poisson(office(YEAR) * 10, seed=10)
    strays = times[-1] + np.array([90, 91, 92]) * 24 * HOUR

    assert silences(np.concatenate([times, strays])).is_empty()


def test_lines_of_an_unset_clock_do_not_make_a_silence_of_centuries() -> None:
    unset = np.repeat(np.array([micros("1601-01-01"), micros("1970-01-01")]), 15)

    assert silences(np.concatenate([unset, poisson(office(YEAR) * 10, seed=11)])).is_empty()


def test_found_silences_are_as_many_as_stated_by_chance() -> None:
    limit = 6.0
    runs = [
        coverage.judged(events(poisson(office(4 * YEAR) * 2, seed)), Kind.DOWNLOADS, TOKYO, limit)
        for seed in range(6)
    ]
    found = sum(run.silences.height for run in runs)
    stated = sum(run.rhythm["false_alarms"].item() for run in runs)

    assert stated == pytest.approx(
        sum(r.rhythm["false_alarms_poisson"].item() for r in runs), rel=0.4
    )
    assert found == pytest.approx(stated, rel=0.25)


def test_a_source_in_sittings_says_that_chance_alone_gives_silences() -> None:
    rng = np.random.default_rng(12)
    sittings = poisson(office(6 * YEAR), seed=12)
    size = rng.geometric(1 / 5, len(sittings))
    times = np.sort(np.repeat(sittings, size) + rng.integers(0, HOUR // 6, size.sum()))

    found = coverage.judged(events(times), Kind.DOWNLOADS, TOKYO)
    told = found.rhythm.row(0, named=True)

    assert told["dispersion"] > 5
    assert told["false_alarms_poisson"] < 0.001
    assert told["false_alarms"] == pytest.approx(found.silences.height, rel=0.5)


def test_the_rhythm_tells_the_shortest_silence_that_can_be_found() -> None:
    told = coverage.judged(
        events(poisson(np.full(4 * YEAR, 10 / 168), seed=13)), Kind.DOWNLOADS, TOKYO
    ).rhythm

    assert told.schema == RHYTHMS
    assert conform(told.lazy(), RHYTHMS).collect().height == 1
    assert told["events_per_week"].item() == pytest.approx(10, rel=0.1)
    assert told["detectable_hours"].item() == pytest.approx(2 * 168, rel=0.1)


@pytest.mark.parametrize("number", [1, 2])
def test_a_source_of_one_moment_has_no_rhythm(number: int) -> None:
    found = coverage.judged(events(np.full(number, START)), Kind.DOWNLOADS, TOKYO)

    assert found.silences.schema == SILENCES
    assert found.silences.is_empty()
    assert found.rhythm["events"].item() == number
    assert found.rhythm["detectable_hours"].item() is None


def test_a_source_without_events_has_no_row() -> None:
    found = coverage.judged(events(np.array([], dtype=np.int64)), Kind.DOWNLOADS, TOKYO)

    assert found.rhythm.is_empty()
    assert found.rhythm.schema == RHYTHMS


def test_the_order_of_the_rows_does_not_matter() -> None:
    times = poisson(office(YEAR) * 2, seed=14)
    shuffled = np.random.default_rng(0).permutation(times)

    kept, mixed = (coverage.judged(events(t), Kind.DOWNLOADS, TOKYO) for t in (times, shuffled))

    assert mixed.rhythm.equals(kept.rhythm)
    assert mixed.silences.equals(kept.silences)


def logins(*times: str, evidence_id: str = "E1") -> pl.LazyFrame:
    rows = [
        {"at": at(text), "evidence_id": evidence_id, "line": line}
        for line, text in enumerate(times, start=1)
    ]
    return frame(canonical(Kind.LOGINS), *rows)


def test_each_month_of_a_file_has_a_row_also_where_it_has_no_events() -> None:
    found = coverage.months(
        logins("2014-01-30 00:00", "2014-01-30 06:00", "2014-03-02 00:00"), Kind.LOGINS, "UTC"
    ).collect()

    assert found.schema == SOURCES_SEEN
    assert found.select("month", "events", "first", "last", "longest_silence_hours").rows() == [
        (date(2014, 1, 1), 2, at("2014-01-30"), at("2014-01-30 06:00"), 42.0),
        (date(2014, 2, 1), 0, None, None, 28 * 24.0),
        (date(2014, 3, 1), 1, at("2014-03-02"), at("2014-03-02"), 24.0),
    ]


def test_months_are_those_of_the_cases_zone() -> None:
    found = coverage.months(logins("2014-01-31 15:00"), Kind.LOGINS, TOKYO).collect()

    assert found["month"].to_list() == [date(2014, 2, 1)]


def test_months_are_told_for_each_file() -> None:
    both = pl.concat([logins("2014-01-01"), logins("2014-05-01", evidence_id="E2")])

    found = coverage.months(both, Kind.LOGINS, "UTC").collect()

    assert found.select("evidence_id", "month").rows() == [
        ("E1", date(2014, 1, 1)),
        ("E2", date(2014, 5, 1)),
    ]


def test_events_of_all_months_add_up() -> None:
    times = events(poisson(office(YEAR), seed=15))

    found = coverage.months(times.lazy(), Kind.DOWNLOADS, TOKYO).collect()

    assert found["events"].sum() == times.height


def test_sources_that_should_exist_and_do_not_are_named() -> None:
    media = Expected(kind=Kind.MEDIA, why="a copy to a stick leaves no trace")
    logs = Expected(kind=Kind.DOWNLOADS, why="no removal can be seen")

    assert coverage.missing_sources({Kind.DOWNLOADS}, [logs, media]) == [media]


def test_of_a_source_seen_on_a_holiday_alone_no_detectable_length_is_told() -> None:
    holiday = [datetime(2014, 5, 6, 1, minute, tzinfo=UTC) for minute in (0, 1, 2)]
    events = pl.DataFrame({"evidence_id": ["E1"] * 3, "at": holiday}).cast(
        {"at": pl.Datetime("us", "UTC")}
    )

    row = coverage.judged(events, Kind.LOGINS, "Asia/Tokyo").rhythm.row(0, named=True)

    assert row["events"] == 3
    assert row["detectable_hours"] is None

"""The stated rate of false alarms, held against simulated logs that are whole."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from breachscope.reconstruct import coverage, rhythm
from breachscope.schema import Kind

LIMIT = 6.0
"""At the playbook's 20 no simulation would ever see a false alarm: the same rule, a lower limit."""

TWICE = 2
"""How far the alarms seen may be from those stated."""

SOURCES, WEEKS = 16, 40
START = 1_388_534_400_000_000  # 2014-01-01


def working_week(seed: int, sitting: int) -> np.ndarray:
    """A whole log: about 20 sittings a week, in office hours, each of so many lines."""
    rng = np.random.default_rng(seed)
    hours = np.arange(WEEKS * 168)
    day, hour = hours // 24 % 7, hours % 24
    rate = np.where((day < 5) & (hour >= 9) & (hour < 18), 20 / 45, 0.0)
    begun = np.repeat(hours, rng.poisson(rate))
    begun = begun + rng.random(len(begun))
    times = START + (np.repeat(begun, sitting) * rhythm.HOUR).astype(np.int64)
    spread = rng.integers(0, rhythm.HOUR // 4, len(times)) if sitting > 1 else 0
    return np.sort(times + spread)


def judged(times: np.ndarray, limit: float) -> coverage.Coverage:
    at = pl.Series("at", times, dtype=pl.Int64).cast(pl.Datetime("us", "UTC"))
    events = pl.DataFrame({"at": at}).with_columns(evidence_id=pl.lit("E1"))
    return coverage.judged(events, Kind.DOWNLOADS, "UTC", limit)


@pytest.fixture(scope="module")
def whole_logs() -> list[coverage.Coverage]:
    return [judged(working_week(seed, 1), LIMIT) for seed in range(SOURCES)]


def test_a_whole_poisson_log_alarms_about_as_often_as_is_stated(
    whole_logs: list[coverage.Coverage],
) -> None:
    alarms = sum(found.silences.height for found in whole_logs)
    by_gaps = sum(float(found.rhythm["false_alarms"][0]) for found in whole_logs)
    by_poisson = sum(float(found.rhythm["false_alarms_poisson"][0]) for found in whole_logs)

    assert by_poisson == pytest.approx(SOURCES * WEEKS * 20 * np.exp(-LIMIT), rel=0.1)
    assert by_gaps == pytest.approx(by_poisson, rel=0.6)
    # What is stated holds for a rhythm that is known; a fitted one errs, and alarms more often.
    assert by_poisson / TWICE <= alarms <= TWICE * by_poisson


def test_a_log_that_comes_in_sittings_alarms_about_as_often_as_its_gaps_state() -> None:
    logs = [judged(working_week(seed, 4), 4 * LIMIT) for seed in range(SOURCES)]
    alarms = sum(found.silences.height for found in logs)
    by_gaps = sum(float(found.rhythm["false_alarms"][0]) for found in logs)
    by_poisson = sum(float(found.rhythm["false_alarms_poisson"][0]) for found in logs)

    assert by_poisson < 1e-3  # what a Poisson log of as many lines would be said to give
    assert by_gaps / TWICE <= alarms <= TWICE * by_gaps


def test_at_the_playbooks_limit_no_whole_log_alarms() -> None:
    assert not sum(judged(working_week(seed, 1), 20).silences.height for seed in range(SOURCES))

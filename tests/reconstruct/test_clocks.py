from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachscope.reconstruct import clocks
from breachscope.schema import CLOCKS

BEGIN = datetime(2014, 4, 1, tzinfo=UTC)
ADDRESSES = 12


def sessions(
    offset: float, seed: int, number: int = 60, source: str = "GW", first: int = 0
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Sessions whose clock is `offset` seconds fast, and the logins 5 to 200 s after them."""
    rng = np.random.default_rng(seed)
    told, logins = [], []
    for n in range(number):
        start = BEGIN + timedelta(days=first + n, seconds=float(rng.integers(0, 80_000)))
        address = f"10.9.0.{rng.integers(ADDRESSES)}"
        delay = 5 + min(195.0, float(rng.exponential(45)))
        told.append(
            {
                "evidence_id": source,
                "started_at": start + timedelta(seconds=offset),
                "assigned_ip": address,
            }
        )
        login = {"evidence_id": "L", "at": start + timedelta(seconds=delay), "action": "login"}
        logins.append({**login, "source_ip": address})
    return told, logins


def estimated(*parts: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> dict[str, Any]:
    remote = pl.DataFrame([row for told, _ in parts for row in told])
    logins = pl.DataFrame([row for _, told in parts for row in told])
    found = clocks.estimates(clocks.session_pairs(remote, logins), clocks.SESSIONS)
    assert found.schema == CLOCKS
    return {row["evidence_id"]: row for row in found.iter_rows(named=True)}


@pytest.mark.parametrize("offset", [-32_400, -600, 180, 3_600, 32_400])
def test_a_planted_offset_is_recovered_against_the_usual_delay_of_another_source(
    offset: int,
) -> None:
    found = estimated(
        sessions(offset, 1, source="FAST"), sessions(0, 2, number=90, source="TRUE", first=200)
    )

    row = found["FAST"]
    assert row["verdict"] == "offset"
    assert row["low_seconds"] <= offset <= row["high_seconds"]
    assert abs(row["offset_seconds"] - offset) < 30
    assert row["pairs"] >= 55


def test_of_one_source_alone_only_bounds_are_told_and_they_hold_the_truth() -> None:
    slow, fast = estimated(sessions(-120, 3))["GW"], estimated(sessions(120, 3))["GW"]
    large = estimated(sessions(7_200, 4))["GW"]

    assert slow["verdict"] == "none_seen"  # two minutes more of delay explain it as well
    assert slow["low_seconds"] <= -120 <= slow["high_seconds"]
    assert fast["verdict"] == "offset"  # no login comes before its session
    assert fast["low_seconds"] <= 120 <= fast["high_seconds"]
    assert large["verdict"] == "offset"
    assert large["low_seconds"] <= 7_200 <= large["high_seconds"]
    assert large["basis"] == "bounds of the delay"


def test_right_clocks_are_rarely_called_wrong() -> None:
    wrong = 0
    for seed in range(40):
        found = estimated(
            sessions(0, 100 + seed, source="A"), sessions(0, 300 + seed, source="B", first=100)
        )
        wrong += found["A"]["verdict"] == "offset"
    assert wrong <= 6  # 5 in 100 are to be expected


def test_events_that_only_share_an_address_tell_nothing() -> None:
    rng = np.random.default_rng(5)
    told, _ = sessions(0, 6, number=200)
    _, logins = sessions(0, 7, number=200)
    for login in logins:
        login["at"] = BEGIN + timedelta(seconds=float(rng.uniform(0, 200 * 86_400)))

    assert estimated((told, logins))["GW"]["verdict"] == "too_few"


def test_false_pairs_among_true_ones_do_not_move_the_estimate() -> None:
    told, logins = sessions(900, 8, number=80)
    _, others = sessions(0, 9, number=80)
    usual = sessions(0, 10, number=80, source="TRUE", first=400)

    row = estimated((told, logins + others), usual)["GW"]

    assert abs(row["offset_seconds"] - 900) < 40


def test_a_device_log_is_held_against_another_source_and_not_against_itself() -> None:
    rng = np.random.default_rng(11)
    rows = []
    for n in range(30):
        at = BEGIN + timedelta(days=n, seconds=float(rng.integers(0, 80_000)))
        about = {"host_key": "pc1", "serial": "S1"}
        wrote = at + timedelta(seconds=7_200 + float(rng.integers(20, 60)))
        rows += [
            {"evidence_id": "REG", "at": at, "action": "connect", **about},
            {"evidence_id": "LOG", "at": at + timedelta(hours=2), "action": "connect", **about},
            {"evidence_id": "LOG", "at": wrote, "action": "write", **about},
        ]
    found = clocks.estimates(clocks.write_pairs(pl.DataFrame(rows)), clocks.WRITES)

    (row,) = found.iter_rows(named=True)
    assert row["evidence_id"] == "LOG"
    assert row["verdict"] == "offset"
    assert row["low_seconds"] <= 7_200 <= row["high_seconds"]


def test_seized_files_tell_the_clock_that_wrote_them() -> None:
    rng = np.random.default_rng(12)
    sizes = rng.permutation(100_000)[:40].tolist()
    at = [BEGIN + timedelta(days=n, seconds=float(rng.integers(80_000))) for n in range(40)]
    downloads = pl.DataFrame(
        {"evidence_id": ["D"] * 40, "at": at, "row_scope": ["all"] * 40, "sent_bytes": sizes}
    )
    late = [t + timedelta(hours=9, seconds=float(rng.integers(4, 240))) for t in at]
    files = pl.DataFrame({"evidence_id": ["F"] * 40, "modified_at": late, "bytes": sizes})

    found = clocks.estimates(clocks.file_pairs(downloads, files), clocks.FILES)

    (row,) = found.iter_rows(named=True)
    assert row["verdict"] == "offset"
    assert row["low_seconds"] <= 32_400 <= row["high_seconds"]
    assert row["high_seconds"] - row["low_seconds"] <= clocks.FILES.longest


def test_no_event_of_a_sort_gives_no_row() -> None:
    remote = pl.DataFrame(
        schema={
            "evidence_id": pl.String(),
            "started_at": pl.Datetime("us", "UTC"),
            "assigned_ip": pl.String(),
        }
    )
    logins = pl.DataFrame(
        schema={
            "evidence_id": pl.String(),
            "at": pl.Datetime("us", "UTC"),
            "action": pl.String(),
            "source_ip": pl.String(),
        }
    )
    assert clocks.estimates(clocks.session_pairs(remote, logins), clocks.SESSIONS).is_empty()


@settings(max_examples=25)
@given(st.integers(-80_000, 80_000), st.integers(0, 1_000))
def test_moving_a_clock_moves_its_bounds_by_as_much(offset: int, seed: int) -> None:
    still = estimated(sessions(0, seed))["GW"]
    moved = estimated(sessions(offset, seed))["GW"]

    assert moved["low_seconds"] - still["low_seconds"] == pytest.approx(offset, abs=0.01)
    assert moved["high_seconds"] - still["high_seconds"] == pytest.approx(offset, abs=0.01)

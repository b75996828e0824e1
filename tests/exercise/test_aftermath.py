"""The months after the remedies: what breaks a control stands on the line the truth names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from breachscope.exercise.aftermath import DIRECT_DAYS, VERDICTS, _one_in_force
from frames import at

if TYPE_CHECKING:
    from breachscope.exercise import ExercisePaths


def lines(tiny: ExercisePaths) -> dict[str, list[str]]:
    """By control, the lines of evidence the truth says break it."""
    told = pl.read_parquet(tiny.truth / "control_lines.parquet")
    found: dict[str, list[str]] = {}
    for control, file, line in told.iter_rows():
        data = (tiny.evidence / file).read_bytes()
        text = data.decode("utf-8-sig" if file.startswith("logins") else "cp932").splitlines()
        found.setdefault(control, []).append(text[line - 1])
    return found


def test_every_control_of_the_case_has_a_verdict(tiny: ExercisePaths) -> None:
    controls = pl.read_csv(tiny.evidence / "controls.csv")["control_id"].to_list()

    assert sorted(controls) == sorted(VERDICTS)


def test_what_breaks_a_control_is_on_the_line_the_truth_names(tiny: ExercisePaths) -> None:
    found = lines(tiny)

    assert [row for row in found["C08"] if "pds-admin" in row]
    assert [row for row in found["C10"] if "未登録" in row]
    assert [row for row in found["C03"] if "2023/12/27" in row]
    assert [day for day in DIRECT_DAYS for row in found["C09"] if day in row] == list(DIRECT_DAYS)
    assert not [row for row in found["C09"] if "RELAY" in row]


def test_nobody_under_inquiry_fetches_anything_afterwards(tiny: ExercisePaths) -> None:
    after = pl.read_parquet(tiny.truth / "downloads.parquet").filter(
        pl.col("at_utc") >= at("2023-08-01")
    )

    assert after.height > 50
    assert not after["in_inquiry"].any()
    assert not after["carried_out"].any()
    assert after["line"].null_count() == 0


def test_where_every_list_is_removed_the_last_to_go_is_still_fetched() -> None:
    shelf = SimpleNamespace(
        in_force=lambda at: np.array([], np.int64),
        uploaded=np.array([1, 5, 90]),
        until=np.array([40, 30, 200]),
    )

    assert _one_in_force(shelf, 50, np.random.default_rng(1)) == 0  # type: ignore[arg-type]

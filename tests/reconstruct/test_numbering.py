from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from breachscope.reconstruct.numbering import number_gaps
from breachscope.schema import EGRESS, NUMBER_GAPS, Kind
from frames import at, frame

BEGIN = at("2020-01-01")


def gaps(ids: list[str], hours: list[int] | None = None) -> list[dict[str, Any]]:
    times = hours or list(range(len(ids)))
    rows = [
        {"event_id": text, "at": BEGIN + timedelta(hours=hour), "evidence_id": "E1", "line": n}
        for n, (text, hour) in enumerate(zip(ids, times, strict=True), start=2)
    ]
    found = number_gaps(frame(EGRESS, *rows), Kind.DOWNLOADS).collect()
    assert found.schema == NUMBER_GAPS
    return found.rows(named=True)


def numbers(*left_out: int, of: int = 200, form: str = "DL{:08d}") -> list[str]:
    return [form.format(n) for n in range(of) if n not in left_out]


def test_numbers_that_run_on_leave_no_gap() -> None:
    assert not gaps(numbers())
    assert not gaps(numbers(form="{}"))


@pytest.mark.parametrize("form", ["DL{:08d}", "{}", "2020-{}"])
def test_numbers_left_out_are_named_with_the_lines_around_them(form: str) -> None:
    (gap,) = gaps(numbers(120, 121, 122, form=form))

    assert (gap["first"], gap["last"], gap["missing"]) == (form.format(120), form.format(122), 3)
    assert (gap["line"], gap["next_line"]) == (121, 122)
    assert (gap["from"], gap["to"]) == (
        BEGIN + timedelta(hours=119),
        BEGIN + timedelta(hours=120),
    )


def test_ids_that_are_no_running_numbers_tell_nothing() -> None:
    assert not gaps([f"X{n * n}" for n in range(200)])
    assert not gaps(numbers(5, of=40))
    assert not gaps(["E1:7"] * 60)


def test_a_place_in_the_evidence_is_no_number_of_the_log() -> None:
    assert not gaps(numbers(30, form="E1:{}"))  # line 30 was quarantined, and is not gone


def test_numbers_in_no_order_of_time_tell_nothing() -> None:
    mixed = [(n * 77) % 199 for n in range(199)]

    assert not gaps(numbers(120), mixed)

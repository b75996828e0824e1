"""What a log tells of its own wholeness, on its way to `show coverage`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.cli import views
from breachscope.schema import MARKS_OF_LOGS
from breachscope.workflow import tables

if TYPE_CHECKING:
    import pytest

PLACE = {"kind": "logins", "evidence_id": "E1", "line": 494, "log": "Security", "host": "PC7"}


def marks(*rows: dict[str, Any]) -> pl.DataFrame:
    whole = [dict.fromkeys(MARKS_OF_LOGS) | PLACE | row for row in rows]
    return pl.DataFrame(whole, schema=MARKS_OF_LOGS, orient="row")


CLEARED = {"mark": "cleared", "at": datetime(2018, 5, 4, 22, 14, tzinfo=UTC), "account": r"PC7\x"}
GAP = {"mark": "gap", "first": 495, "last": 500, "records": 6, "why": "between records of the file"}
DAMAGED = {"mark": "damaged", "line": None, "byte": 4096, "why": "the chunk has no header"}


def test_each_mark_stands_under_its_key_with_its_place() -> None:
    told = tables.wholeness(marks(CLEARED, GAP, DAMAGED))
    assert [row["at"] for row in told["cleared"]] == ["2018-05-04T22:14:00+00:00"]
    assert told["cleared"][0]["account"] == r"PC7\x"
    assert (told["record_gaps"][0]["first"], told["record_gaps"][0]["last"]) == (495, 500)
    assert told["damaged"][0]["byte"] == 4096


def test_a_log_that_holds_nothing_but_its_clearing_is_a_source_all_the_same() -> None:
    rhythms = pl.DataFrame({"kind": ["media"], "evidence_ids": [["E2"]], "events": [3]})
    assert tables.eventless(rhythms, marks(CLEARED)) == [
        {"kind": "logins", "evidence_ids": ["E1"], "events": 0}
    ]


def test_the_terminal_tells_them(capsys: pytest.CaptureFixture[str]) -> None:
    source = {
        "kind": "logins",
        "events": 0,
        "first": None,
        "last": None,
        "silences": [],
        "backward_steps": [],
        "copies": [],
        "number_gaps": [],
        **tables.wholeness(marks(CLEARED, GAP, DAMAGED)),
    }
    views.coverage({"sources": [source], "expected_missing": []})
    shown = capsys.readouterr().out
    assert r"Security of PC7 was cleared 2018-05-04 22:14 by PC7\x: E1:494" in shown
    assert "6 records missing, 495 to 500" in shown
    assert "damaged: the chunk has no header: E1 byte 4096" in shown

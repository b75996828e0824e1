from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.exercise.scoring import integrity_scores
from breachscope.schema import COPY_LINES, NUMBER_GAPS, RHYTHMS, SILENCES
from frames import at, frame

if TYPE_CHECKING:
    from pathlib import Path

FILES = pl.DataFrame({"evidence_id": ["E1", "E2"], "file": ["log.csv", "copy.csv"]})
MISSING = {"original": "E1", "copy": "E2", "change": "missing", "line": 7}
LOST = {"kind": "downloads", "what": "lost", "from": at("2020-01-06"), "to": at("2020-01-13")}
SILENCE = {"kind": "downloads", "from": at("2020-01-05"), "to": at("2020-01-14")}
GAP = {"kind": "downloads", "first": "D5", "last": "D9", "from": SILENCE["from"],
       "to": SILENCE["to"]}  # fmt: skip


def scored(
    truth: Path,
    lines: list[dict[str, Any]],
    silences: list[dict[str, Any]],
    gaps: list[dict[str, Any]],
    hours: float = 100.0,
) -> list[str]:
    meant = {"file": "log.csv", "copy": "copy.csv", "change": "missing", "line": 7}
    whole = pl.DataFrame([meant | {"copy_line": None}], schema_overrides={"line": pl.UInt64})
    whole.with_columns(pl.col("copy_line").cast(pl.UInt64)).write_parquet(
        truth / "tampering.parquet"
    )
    pl.DataFrame([LOST]).write_parquet(truth / "gaps.parquet")
    tables = {
        "copy_lines": frame(COPY_LINES, *lines),
        "silences": frame(SILENCES, *silences),
        "rhythms": frame(RHYTHMS, {"kind": "downloads", "detectable_hours_most": hours}),
        "number_gaps": frame(NUMBER_GAPS, *gaps),
    }
    return integrity_scores({name: t.collect() for name, t in tables.items()}, FILES, truth)


def test_what_was_altered_lost_and_left_out_is_counted_as_found(tmp_path: Path) -> None:
    page = scored(tmp_path, [MISSING], [SILENCE], [GAP])

    assert page[1].split()[-5:] == ["1", "of", "1", "wrong", "0"]
    assert page[2].split()[-7:] == ["1", "of", "1", "planted", "1,", "wrong", "0"]
    assert page[3].split()[-6:] == ["1", "of", "1", "in", "lost", "stretches"]


def test_a_line_told_wrongly_and_a_silence_that_was_none_are_counted(tmp_path: Path) -> None:
    elsewhere = {"from": at("2021-01-05"), "to": at("2021-01-14")}
    page = scored(tmp_path, [MISSING | {"line": 8}], [SILENCE | elsewhere], [GAP | elsewhere])

    assert page[1].split()[-5:] == ["0", "of", "1", "wrong", "1"]
    assert page[2].split()[-7:] == ["0", "of", "1", "planted", "1,", "wrong", "1"]
    assert page[3].split()[-6:] == ["0", "of", "1", "in", "lost", "stretches"]


def test_a_loss_its_rhythm_cannot_show_is_not_asked_for(tmp_path: Path) -> None:
    assert "0 of 0   planted 1" in scored(tmp_path, [], [], [], hours=1_000)[2]

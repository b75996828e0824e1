"""Nothing is obeyed that the ledger does not vouch for: stored tables, rulings, records of runs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import polars as pl
import pytest
from test_kills import STOPPED

from golden import golden_case
from golden.command import breachscope

if TYPE_CHECKING:
    from pathlib import Path

RULING = ("decide", "accept", "D08", "--who", "A", "--why", "B")
LOG = "日時,利用者ID,リストID\n2014-05-07 12:00:00,opsadm,L2\n"


def a_table(case: Path) -> Path:
    """A stored table of records."""
    tables = sorted((case / "store" / "intake").glob("*/taken-00000.parquet"))
    return next(path for path in tables if "version_id" in pl.read_parquet_schema(path))


def edit(table: Path) -> None:
    changed = pl.read_parquet(table).head(1)
    table.unlink()
    changed.write_parquet(table)


def test_an_edited_table_in_the_store_stops_a_run_and_is_told_by_verify(golden_copy: Path) -> None:
    table = a_table(golden_copy)
    edit(table)
    for command in ("verify", "run", "plan"):
        result = breachscope(command, "--case", golden_copy)
        assert result.code == 4, command
        assert f"{table.parent.name}" in result.said


def test_a_table_added_to_the_store_stops_a_run_and_is_told_by_verify(golden_copy: Path) -> None:
    table = a_table(golden_copy)
    shutil.copy(table, table.with_name("taken-00009.parquet"))
    for command in ("verify", "run"):
        result = breachscope(command, "--case", golden_copy)
        assert result.code == 4, command
        assert "taken-00009.parquet" in result.said


def test_an_edited_description_of_a_reading_changes_nothing(golden_copy: Path) -> None:
    described = a_table(golden_copy).with_name("reading.json")
    described.write_text(described.read_text().replace('"rows_read": ', '"rows_read": 9'))
    status = breachscope("status", "--case", golden_copy, "--json").json()
    assert max(item["rows_read"] for item in status["evidence"]) < 90
    golden_case.done(breachscope("run", "--case", golden_copy))


def test_a_store_that_was_removed_is_read_again_and_still_vouched_for(golden_copy: Path) -> None:
    edit(a_table(golden_copy))
    shutil.rmtree(golden_copy / "store")
    for command in ("run", "verify", "run"):
        golden_case.done(breachscope(command, "--case", golden_copy))


def test_tables_read_again_as_other_bytes_are_entered_in_the_ledger(
    golden_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(golden_copy / "store")
    monkeypatch.setattr("breachscope.workflow.intake_tables.COMPRESSION", "zstd")
    golden_case.done(breachscope("run", "--case", golden_copy))
    monkeypatch.undo()
    assert "evidence read again" in (golden_copy / "evidence" / "ledger.jsonl").read_text()
    for command in ("verify", "run"):
        golden_case.done(breachscope(command, "--case", golden_copy))


def test_verify_says_that_what_stages_computed_is_not_sealed(golden_copy: Path) -> None:
    told = golden_case.done(breachscope("verify", "--case", golden_copy))
    assert "not sealed" in told.said


def test_a_ruling_the_ledger_does_not_tell_of_is_not_obeyed(golden_copy: Path) -> None:
    other = golden_case.copied(golden_copy, golden_copy.parent / "other" / "copy")
    golden_case.done(breachscope(*RULING, "--case", other))
    shutil.copy(other / "decisions.jsonl", golden_copy / "decisions.jsonl")
    for command in ("verify", "run", "plan"):
        result = breachscope(command, "--case", golden_copy)
        assert result.code == 4, command
        assert "D1" in result.said
    assert breachscope(*RULING, "--case", golden_copy).code == 4


def test_a_ruling_that_was_edited_is_not_obeyed(golden_copy: Path) -> None:
    golden_case.done(breachscope(*RULING, "--case", golden_copy))
    rulings = golden_copy / "decisions.jsonl"
    rulings.write_text(rulings.read_text().replace("accept", "reject"))
    result = breachscope("run", "--case", golden_copy)
    assert result.code == 4
    assert "D1" in result.err


@pytest.mark.parametrize("times", [0, 1])
def test_decide_killed_at_a_write_leaves_a_ruling_recorded_or_none(
    golden_copy: Path, times: int
) -> None:
    program = STOPPED.format(module="appending", function="write_line")
    told = [sys.executable, "-c", program, *RULING, "--case", str(golden_copy), str(times)]
    subprocess.run(told, capture_output=True, check=False, timeout=60)
    entered = (golden_copy / "evidence" / "ledger.jsonl").read_text().count('"action":"ruling"')
    assert entered == times
    golden_case.done(breachscope("verify", "--case", golden_copy))
    golden_case.done(breachscope("run", "--case", golden_copy))
    golden_case.done(breachscope(*RULING, "--case", golden_copy))
    lines = (golden_copy / "decisions.jsonl").read_text().splitlines()
    assert len(lines) == times + 1
    golden_case.done(breachscope("verify", "--case", golden_copy))


@pytest.mark.parametrize(
    "name", ["runs/0001/run.json", "runs/0001/parts.json", "reports/0001/report.html"]
)
def test_an_edited_record_or_report_of_a_run_is_told_by_verify(
    golden_copy: Path, name: str
) -> None:
    golden_case.done(breachscope("verify", "--case", golden_copy))
    with (golden_copy / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    checked = breachscope("verify", "--case", golden_copy)
    assert checked.code == 4
    assert name.rsplit("/", 1)[-1] in checked.out


def test_a_file_added_again_with_other_options_is_refused(
    golden_copy: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log.csv"
    log.write_text(LOG, encoding="utf-8")
    words = ("add", "--case", golden_copy, "--as", "downloads", log)
    golden_case.done(breachscope(*words))
    again = golden_case.done(breachscope(*words, "--clock-offset", "0.0"))
    assert "already in" in again.said
    stored = sorted((golden_copy / "store" / "intake").iterdir())
    refused = breachscope(*words, "--zone", "UTC", "--clock-offset", "60")
    assert refused.code == 2
    assert "with other options: zone, clock-offset" in refused.err
    assert sorted((golden_copy / "store" / "intake").iterdir()) == stored


def test_of_many_files_that_are_gone_an_error_names_the_first_and_counts_the_rest(
    tmp_path: Path,
) -> None:
    case = golden_case.make(tmp_path)
    for number in range(30):
        log = tmp_path / f"log{number:02d}.csv"
        log.write_text(LOG.replace("12:00", f"12:{number:02d}"), encoding="utf-8")
        golden_case.done(breachscope("add", "--case", case, "--as", "downloads", log))
        log.unlink()
    result = breachscope("run", "--case", case)
    assert result.code != 0
    assert result.err.count("log") == 20
    assert "and 10 more; breachscope verify tells all" in result.err
    assert breachscope("verify", "--case", case).said.count(".csv): is not there") == 30

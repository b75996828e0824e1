"""What was done to a case behind its back, as `verify` and `run` tell it."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING

import polars as pl
import pytest

from golden import golden_case
from golden.command import breachscope

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Lines = list[bytes]


def edited(lines: Lines) -> Lines:
    return [*lines[:2], lines[2].replace(b"taken", b"token", 1), *lines[3:]]


def removed(lines: Lines) -> Lines:
    return [*lines[:3], *lines[4:]]


def reordered(lines: Lines) -> Lines:
    return [*lines[:3], lines[4], lines[3], *lines[5:]]


def truncated(lines: Lines) -> Lines:
    return lines[:-1]


@pytest.mark.parametrize("attack", [edited, removed, reordered, truncated])
def test_a_ledger_that_was_changed_is_told_by_verify_and_stops_a_run(
    golden_copy: Path, attack: Callable[[Lines], Lines]
) -> None:
    ledger = golden_copy / "evidence" / "ledger.jsonl"
    before = ledger.read_bytes()
    ledger.write_bytes(b"\n".join([*attack(before.split(b"\n")[:-1]), b""]))
    checked = breachscope("verify", "--case", golden_copy)
    assert checked.code == 4
    assert "ledger" in checked.out
    ran = breachscope("run", "--case", golden_copy)
    assert ran.code == 4
    assert [path.name for path in (golden_copy / "runs").iterdir()] == ["0001"]
    ledger.write_bytes(before)
    golden_case.done(breachscope("verify", "--case", golden_copy))


def head_of(case: Path) -> str:
    told = golden_case.done(breachscope("verify", "--case", case)).out.splitlines()
    (line,) = [line for line in told if line.startswith("head ")]
    return line.removeprefix("head ")


def test_a_ledger_cut_short_with_care_is_proved_by_the_head_kept_outside(
    golden_copy: Path,
) -> None:
    kept = head_of(golden_copy)
    ledger = golden_copy / "evidence" / "ledger.jsonl"
    lines = ledger.read_bytes().split(b"\n")[:-1]
    ledger.write_bytes(b"\n".join([*lines[:-1], b""]))
    digest = hashlib.sha256(lines[-2]).hexdigest()
    ledger.with_suffix(".head").write_text(f"{len(lines) - 1}:{digest}\n")
    assert breachscope("verify", "--case", golden_copy).code == 0
    checked = breachscope("verify", "--head", kept, "--case", golden_copy)
    assert checked.code == 4
    assert "truncated" in checked.out


def test_the_head_kept_outside_still_holds_after_more_work(golden_copy: Path) -> None:
    kept = head_of(golden_copy)
    golden_case.done(breachscope("run", "--case", golden_copy))
    golden_case.done(breachscope("verify", "--head", kept, "--case", golden_copy))


def test_evidence_of_the_same_size_and_time_that_changed_is_told(golden_copy: Path) -> None:
    changed = golden_copy.parent / "evidence" / golden_case.SPRING
    stat = changed.stat()
    changed.write_bytes(changed.read_bytes().replace(b"D04", b"D40"))
    os.utime(changed, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert changed.stat().st_size == stat.st_size
    for command in ("verify", "run"):
        result = breachscope(command, "--case", golden_copy)
        assert result.code == 4, command
        assert golden_case.SPRING in result.said


def test_an_edited_run_table_is_told_by_verify(golden_copy: Path) -> None:
    table = golden_copy / "runs" / "0001" / "counts.parquet"
    changed = pl.read_parquet(table).with_columns(all_count=pl.col("all_count") * 0)
    table.unlink()
    changed.write_parquet(table)
    checked = breachscope("verify", "--case", golden_copy)
    assert checked.code == 4
    assert "run 1: counts.parquet" in checked.out


def test_a_table_edited_in_place_is_not_served_to_a_later_run(tmp_path: Path) -> None:
    """The run's tables and the store's are one file: an edit reaches both."""
    golden_copy = golden_case.make(tmp_path)
    golden_case.done(breachscope("run", "--case", golden_copy))
    table = golden_copy / "runs" / "0001" / "counts.parquet"
    changed = pl.read_parquet(table).with_columns(all_count=pl.col("all_count") * 0)
    changed.write_parquet(golden_copy / "changed.parquet")
    table.write_bytes((golden_copy / "changed.parquet").read_bytes())
    assert breachscope("verify", "--case", golden_copy).code == 4
    ran = breachscope("run", "--case", golden_copy)
    assert ran.code == 4
    assert "counts.parquet" in ran.err
    shutil.rmtree(golden_copy / "store")
    golden_case.done(breachscope("run", "--case", golden_copy))
    scope = breachscope("show", "scope", "--case", golden_copy, "--json").json()
    assert scope["totals"]["persons"]["all"]["count"] == 16


def test_a_run_that_was_removed_is_told_by_verify(golden_copy: Path) -> None:
    shutil.rmtree(golden_copy / "runs" / "0001")
    checked = breachscope("verify", "--case", golden_copy)
    assert checked.code == 4
    assert "run 1" in checked.out


def test_a_ruling_slipped_into_the_decisions_is_told_by_verify(golden_copy: Path) -> None:
    golden_case.done(
        breachscope("decide", "reject", "D08", "--who", "A", "--why", "B", "--case", golden_copy)
    )
    rulings = golden_copy / "decisions.jsonl"
    rulings.write_text(rulings.read_text().replace("reject", "accept"))
    checked = breachscope("verify", "--case", golden_copy)
    assert checked.code == 4
    assert "D1" in checked.out or "decision" in checked.out


def test_a_kept_copy_stands_in_for_an_original_that_is_gone(
    golden_copy: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log.csv"
    log.write_text("日時,利用者ID,リストID\n2014-05-07 12:00:00,opsadm,L2\n", encoding="utf-8")
    words = ("add", "--case", golden_copy, "--as", "downloads", "--copy", log)
    golden_case.done(breachscope(*words))
    log.unlink()
    golden_case.done(breachscope("verify", "--case", golden_copy))
    golden_case.done(breachscope("run", "--case", golden_copy))

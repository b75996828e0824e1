"""Killed at any moment, run at once by two, out of disk: the case loses nothing."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from test_same_bytes import digests

from golden import golden_case
from golden.command import breachscope, started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOMENTS = 5


def killed(seconds: float, *words: object) -> bool:
    """Start a command and kill it after so long; whether it was still at work."""
    with started(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(seconds)
        at_work = process.poll() is None
        process.send_signal(signal.SIGKILL)
    return at_work


def moments(shortest: float, longest: float) -> list[float]:
    """Moments spread over a command's life, not quite evenly; the same each time."""
    dice = random.Random(20231)
    step = (longest - shortest) / MOMENTS
    return [shortest + step * (n + dice.random()) for n in range(MOMENTS)]


def seconds_of(*words: object) -> float:
    began = time.perf_counter()
    with started(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        assert process.wait(60) == 0
    return time.perf_counter() - began


def left_over(case: Path) -> list[str]:
    return [path.name for path in case.rglob(".tmp-*")]


def test_add_killed_at_any_moment_and_started_again_gives_the_same_case(
    golden: Path, tmp_path: Path
) -> None:
    manifest = golden_case.write_evidence(tmp_path / "evidence")
    whole = tmp_path / "whole"
    words = ("--account", "opsadm", "--name", "golden")
    breachscope("init", whole, *words)
    life = seconds_of("add", "--case", whole, "--manifest", manifest)
    case = tmp_path / "case"
    breachscope("init", case, *words)
    for moment in moments(life * 0.4, life):
        killed(moment, "add", "--case", case, "--manifest", manifest)
        assert breachscope("verify", "--case", case).code == 0
    golden_case.done(breachscope("add", "--case", case, "--manifest", manifest))
    golden_case.done(breachscope("run", "--case", case))
    assert left_over(case) == []
    taken = [
        sorted(
            row["evidence_id"]
            for row in breachscope("status", "--case", c, "--json").json()["evidence"]
        )
        for c in (case, golden)
    ]
    assert taken[0] == taken[1]
    assert digests(case / "runs" / "0001", "*.parquet") == digests(
        golden / "runs" / "0001", "*.parquet"
    )


def test_run_killed_at_any_moment_and_started_again_gives_the_same_tables(
    golden: Path, tmp_path: Path
) -> None:
    case = golden_case.make(tmp_path)
    timed = golden_case.copied(case, tmp_path / "timed" / "copy")
    life = seconds_of("run", "--case", timed)
    hit = 0
    for moment in moments(life * 0.25, life):
        hit += killed(moment, "run", "--case", case)
        assert breachscope("verify", "--case", case).code == 0
    assert hit, "no kill met a command at work"
    golden_case.done(breachscope("run", "--case", case))
    assert left_over(case) == []
    for number in (case / "runs").iterdir():
        assert digests(number, "*.parquet") == digests(golden / "runs" / "0001", "*.parquet")
    assert breachscope("verify", "--case", case).code == 0


STOPPED = """
import os, signal, sys
from breachscope.case import {module}
before = {module}.{function}
left = [int(sys.argv.pop())]
def dying(*given, **named):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return before(*given, **named)
{module}.{function} = dying
from breachscope.cli import main
main()
"""
"""The command dies by kill -9 as it calls this function for the n-th time."""


def stopped(
    module: str, function: str, times: int, *words: str
) -> subprocess.CompletedProcess[bytes]:
    """A command that was to die so."""
    program = STOPPED.format(module=module, function=function)
    told = [sys.executable, "-c", program, *words, str(times)]
    return subprocess.run(told, capture_output=True, check=False, timeout=60)


PLACES = [
    ("ledger", "append", 0),
    ("appending", "write_line", 0),
    ("appending", "write_new", 0),
    ("appending", "sync_folder", 0),
    ("folder", "link", 3),
    ("folder", "write_json", 2),
    ("folder", "_protect", 0),
    ("folder", "_protect", 40),
]


@pytest.mark.parametrize(("module", "function", "times"), PLACES)
def test_run_killed_between_two_steps_goes_on_where_it_was(
    golden_copy: Path, module: str, function: str, times: int
) -> None:
    shutil.rmtree(golden_copy / "store" / "egress")
    stopped(module, function, times, "run", "--case", str(golden_copy))
    assert breachscope("verify", "--case", golden_copy).code == 0
    golden_case.done(breachscope("run", "--case", golden_copy))
    assert breachscope("verify", "--case", golden_copy).code == 0
    assert left_over(golden_copy) == []
    last = max((golden_copy / "runs").iterdir())
    runs = golden_copy / "runs"
    assert digests(last, "*.parquet") == digests(runs / "0001", "*.parquet")


ADD_PLACES = [
    ("ledger", "append", 0),
    ("appending", "write_new", 0),
    ("appending", "sync_folder", 0),
    *(("folder", "_protect", times) for times in range(4)),
]
"""Among them: tables and their description are written, and not yet under their own name."""


@pytest.mark.parametrize(("module", "function", "times"), ADD_PLACES)
def test_add_killed_between_two_steps_leaves_a_case_that_holds_and_goes_on(
    golden_copy: Path, module: str, function: str, times: int
) -> None:
    log = golden_copy.parent / "log.csv"
    log.write_text(golden_case.DOWNLOADS_SPRING.replace("D0", "D7"), encoding="utf-8")
    words = ["add", "--case", str(golden_copy), "--as", "downloads", str(log)]
    died = stopped(module, function, times, *words)
    assert died.returncode == -signal.SIGKILL, "the command never came to this step"
    assert breachscope("verify", "--case", golden_copy).code == 0
    golden_case.done(breachscope(*words))
    assert left_over(golden_copy) == []
    assert breachscope("verify", "--case", golden_copy).code == 0


def test_tables_half_removed_as_their_command_was_killed_are_no_part_of_the_case(
    golden_copy: Path,
) -> None:
    kept = min((golden_copy / "store" / "intake").glob("*/reading.json")).parent
    left = kept.with_name(f".tmp-{kept.name}-77")
    shutil.copytree(kept, left)
    min(left.rglob("*.parquet")).unlink()
    assert breachscope("verify", "--case", golden_copy).code == 0
    golden_case.done(breachscope("run", "--case", golden_copy))
    assert left_over(golden_copy) == []


def test_a_run_whose_ledger_entry_was_lost_is_not_passed_off_as_recorded(
    golden_copy: Path,
) -> None:
    stopped("ledger", "append", 0, "run", "--case", str(golden_copy))
    entries = (golden_copy / "evidence" / "ledger.jsonl").read_text().count('"action":"run"')
    golden_case.done(breachscope("run", "--case", golden_copy))
    after = (golden_copy / "evidence" / "ledger.jsonl").read_text().count('"action":"run"')
    assert after == entries + 1
    runs = [path.name for path in sorted((golden_copy / "runs").glob("[0-9]*"))]
    assert len(runs) == after, "a run stands in runs/ that the ledger never heard of"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("command", ["add", "run"])
def test_a_full_disk_is_told_and_the_case_goes_on_when_there_is_room(
    golden: Path, small_disk: Path, command: str
) -> None:
    case = golden_case.copied(golden, small_disk / "copy")
    if command == "add":
        log = case.parent / "log.csv"
        log.write_text(golden_case.DOWNLOADS_SPRING.replace("D0", "D7"), encoding="utf-8")
        words: tuple[object, ...] = ("add", "--case", case, "--as", "downloads", log)
    else:
        shutil.rmtree(case / "store" / "egress")
        words = ("run", "--case", case)
    ballast = case.parent / "ballast"
    with ballast.open("wb") as file:
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        file.write(b"\0" * (free - (0 if command == "add" else 4096)))
    result = breachscope(*words)
    assert result.code == 1, result.said
    assert "No space left" in result.err
    assert "Traceback" not in result.said
    ballast.unlink()
    assert breachscope("verify", "--case", case).code == 0
    golden_case.done(breachscope(*words))
    assert breachscope("verify", "--case", case).code == 0
    assert left_over(case) == []

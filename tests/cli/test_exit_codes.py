"""Each exit code, reached by a real command."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from breachscope.errors import ReconciliationError
from breachscope.people import counts
from golden import golden_case
from golden.command import apart, breachscope, started, written

if TYPE_CHECKING:
    from pathlib import Path


def test_0_where_all_is_well(golden: Path) -> None:
    assert breachscope("verify", "--case", golden).code == 0


def test_2_where_there_is_no_case(tmp_path: Path) -> None:
    result = breachscope("run", "--case", tmp_path)
    assert result.code == 2
    assert "no case" in result.err


@pytest.mark.parametrize(
    "words",
    [
        ("--nonsense",),
        ("show", "nonsense"),
        ("add",),
        ("run", "--events-until", "tomorrow"),
        ("show", "scope", "--run", "99"),
        ("show", "people"),
        ("why", "nobody"),
        ("diff", "1", "99"),
        ("decide", "perhaps", "D08", "--who", "A", "--why", "B"),
        ("decide", "reclassify", "D08", "--who", "A", "--why", "B"),
        ("package", "NOPARTY"),
        ("verify", "--head", "nonsense"),
    ],
)
def test_2_for_a_wrong_option(
    golden: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BREACHSCOPE_CASE", str(golden))
    result = breachscope(*words)
    assert result.code == 2, result.said
    assert result.err
    assert "Traceback" not in result.err


def test_2_for_a_mistake_in_case_toml_with_its_key(golden_copy: Path) -> None:
    settings = golden_copy / "case.toml"
    settings.write_text(settings.read_text() + "\n[nonsense]\nx = 1\n")
    result = breachscope("run", "--case", golden_copy)
    assert result.code == 2
    assert "case.toml: nonsense" in result.err


def test_3_for_evidence_that_cannot_be_used(golden: Path, tmp_path: Path) -> None:
    empty = written(tmp_path / "empty.csv", "")
    result = breachscope("add", "--case", golden, "--as", "downloads", empty)
    assert result.code == 3
    assert "empty.csv" in result.err


def test_3_for_a_quarantined_row_with_strict(golden_copy: Path, tmp_path: Path) -> None:
    log = written(tmp_path / "log.csv", "日時,利用者ID,リストID\n2014-13-01 10:00:00,opsadm,L1\n")
    words = ("add", "--case", golden_copy, "--as", "downloads", log)
    assert breachscope(*words, "--strict").code == 3
    assert breachscope(*words).code == 0


def test_4_for_evidence_that_changed(golden_copy: Path) -> None:
    changed = golden_copy.parent / "evidence" / golden_case.SUMMER
    changed.write_bytes(changed.read_bytes() + b"x")
    for words in (("verify",), ("run",)):
        result = breachscope(*words, "--case", golden_copy)
        assert result.code == 4, words
        assert golden_case.SUMMER in result.said


def test_4_for_a_file_that_is_not_the_expected_one(golden: Path, tmp_path: Path) -> None:
    log = written(tmp_path / "log.csv", golden_case.DOWNLOADS_SPRING)
    words = ("--as", "downloads", "--sha256", "0" * 64, log)
    assert breachscope("add", "--case", golden, *words).code == 4


def test_5_where_totals_disagree_and_no_run_is_written(
    golden_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disagree(*_: object) -> None:
        raise ReconciliationError("totals disagree: planted")

    monkeypatch.setattr(counts, "reconciled", disagree)
    breachscope("decide", "reject", "D08", "--who", "A", "--why", "B", "--case", golden_copy)
    result = breachscope("run", "--case", golden_copy)
    assert result.code == 5
    assert "totals disagree" in result.err
    assert [path.name for path in (golden_copy / "runs").iterdir()] == ["0001"]


def test_6_while_a_conflict_waits_and_strict_is_asked(golden_copy: Path) -> None:
    result = breachscope("run", "--strict", "--case", golden_copy)
    assert result.code == 6
    breachscope("decide", "accept", "D08", "--who", "A", "--why", "B", "--case", golden_copy)
    assert breachscope("run", "--strict", "--case", golden_copy).code == 0


def test_7_where_a_run_is_due_and_is_asked_about(golden_copy: Path) -> None:
    words = ("plan", "--exit-code", "--case", golden_copy)
    assert breachscope(*words).code == 0
    breachscope("decide", "reject", "D08", "--who", "A", "--why", "B", "--case", golden_copy)
    result = breachscope(*words)
    assert result.code == 7
    assert "egress" in result.out
    assert breachscope("plan", "--case", golden_copy).code == 0


SLOW = """
import time
from breachscope.workflow import run
run.computed_tables = lambda s, **_: (print("ready", flush=True), time.sleep(60))
from breachscope.cli import main
main()
"""


def test_130_where_it_is_interrupted_and_the_case_is_as_before(golden_copy: Path) -> None:
    told = [sys.executable, "-c", SLOW, "run", "--case", str(golden_copy)]
    with subprocess.Popen(
        told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        err = process.stderr.read()
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert breachscope("verify", "--case", golden_copy).code == 0


def test_141_where_the_reader_has_gone(golden: Path) -> None:
    with started("show", "extractions", "--json", "--case", golden) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        err = process.stderr.read()
    assert process.returncode == 141, err
    assert err == ""


def test_2_where_another_command_is_working(golden_copy: Path) -> None:
    told = [sys.executable, "-c", SLOW, "run", "--case", str(golden_copy)]
    with subprocess.Popen(
        told, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as first:
        assert first.stdout
        assert first.stdout.readline() == "ready\n"
        second = breachscope("run", "--case", golden_copy)
        first.kill()
    assert second.code == 2
    assert "another command is working" in second.err
    time.sleep(0)
    assert breachscope("run", "--case", golden_copy).code == 0


def test_help_and_version_need_no_case() -> None:
    assert apart("--help").code == 0
    assert apart("--version").out.startswith("breachscope ")

"""A log handed in twice: the second copy's lines make no events, what differs is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from golden import golden_case
from golden.command import breachscope, written

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "処理番号,アクセス日時,利用者ID,端末名,リストID,出力件数\n"
ORIGINAL = [
    f"N{n:02d},2014-05-{8 + n // 4:02d} {9 + n % 4}:00:00,opsadm,PC-02,L2,4" for n in range(40)
]
ALTERED = ORIGINAL[20].replace("L2,4", "L2,1")
ALONE = "N99,2014-05-12 18:00:00,opsadm,PC-02,L3,4"


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with a log and a second copy: one line missing, one altered, one alone in it."""
    case = golden_case.make(tmp_path_factory.mktemp("copies"))
    second = [*ORIGINAL[:10], *ORIGINAL[11:20], ALTERED, *ORIGINAL[21:], ALONE]
    first = written(case.parent / "first.csv", HEAD + "\n".join(ORIGINAL) + "\n")
    copy = written(case.parent / "second.csv", HEAD + "\n".join(second) + "\n")
    for path, day in ((first, "01"), (copy, "02")):
        words = ("--as", "downloads", "--acquired-at", f"2023-09-{day}T00:00:00+09:00", path)
        golden_case.done(breachscope("add", "--case", case, *words))
    golden_case.done(breachscope("run", "--case", case))
    return case


def copies(case: Path) -> dict[str, Any]:
    shown = breachscope("show", "coverage", "--case", case, "--json").json()
    (source,) = [source for source in shown["sources"] if source["kind"] == "downloads"]
    (found,) = source["copies"]
    result: dict[str, Any] = found
    return result


def events(case: Path) -> list[str]:
    shown = breachscope("show", "extractions", "--case", case, "--json").json()["extractions"]
    return sorted(row["event_id"] for row in shown if row["event_id"].startswith("N"))


def ids(case: Path) -> dict[str, str]:
    evidence = breachscope("status", "--case", case, "--json").json()["evidence"]
    return {row["file"]: row["evidence_id"] for row in evidence}


def test_a_second_copy_is_recognised_and_its_lines_make_no_events(copied: Path) -> None:
    assert events(copied) == [f"N{n:02d}" for n in range(40)]


def test_missing_altered_and_added_lines_are_shown_with_both_places(copied: Path) -> None:
    found, known = copies(copied), ids(copied)
    assert (found["original"], found["copy"]) == (known["first.csv"], known["second.csv"])
    assert found["missing_lines"] == [12]  # N10
    (altered,) = found["altered_lines"]
    assert (altered["line"], altered["copy_line"]) == (22, 21)  # N20
    assert altered["columns"] == ["rows"]
    assert found["added_lines"] == [41]  # N99


def test_the_downloads_that_hang_on_each_line_are_told_as_either_copy_tells_them(
    copied: Path,
) -> None:
    found = copies(copied)
    told = [
        (row["change"], row["side"], row["line"], row["party_id"], row["tier"])
        for row in found["downloads"]
    ]

    assert told == [
        ("missing", "original", 12, "P1", "possible"),  # N10
        ("altered", "original", 22, "P1", "possible"),  # N20
        ("altered", "copy", 21, "P1", None),
        ("added", "copy", 41, "P2", None),  # N99
    ]


def test_where_each_copy_lacks_lines_of_the_other_neither_is_whole(copied: Path) -> None:
    assert copies(copied)["neither_whole"]
    said = breachscope("show", "coverage", "--case", copied).out
    assert "neither is whole" in said
    assert "missing: 1 downloads in the counts; parties P1" in said


def test_rows_taken_are_those_in_use_and_those_superseded(copied: Path) -> None:
    evidence = breachscope("status", "--case", copied, "--json").json()["evidence"]
    logs = [row for row in evidence if row["file"] in ("first.csv", "second.csv")]
    assert sum(row["rows_taken"] for row in logs) == 80
    assert len(events(copied)) == 80 - 40


def test_a_ruling_brings_a_line_that_stands_alone_in_the_copy_in(
    copied: Path, tmp_path: Path
) -> None:
    case = golden_case.copied(copied, tmp_path / "copy")
    place = f"{ids(case)['second.csv']}:41"
    words = ("decide", "accept", place, "--who", "A", "--why", "B", "--case", case)
    golden_case.done(breachscope(*words))
    golden_case.done(breachscope("run", "--case", case))
    assert "N99" in events(case)
    assert len(events(case)) == 41


def test_a_ruling_makes_the_other_copy_the_original(copied: Path, tmp_path: Path) -> None:
    case = golden_case.copied(copied, tmp_path / "copy")
    words = ("decide", "original", ids(case)["second.csv"], "--who", "A", "--why", "B")
    golden_case.done(breachscope(*words, "--case", case))
    golden_case.done(breachscope("run", "--case", case))
    assert copies(case)["original"] == ids(case)["second.csv"]
    assert "N99" in events(case)
    assert "N10" not in events(case)


def test_a_declared_copy_is_one_however_little_is_equal(golden_copy: Path) -> None:
    altered = golden_case.DOWNLOADS_SPRING.replace("PC-01", "PC-09")
    path = written(golden_copy.parent / "declared.csv", altered)
    words = ("--as", "downloads", "--copy-of", golden_case.SPRING, path)
    golden_case.done(breachscope("add", "--case", golden_copy, *words))
    golden_case.done(breachscope("run", "--case", golden_copy))
    shown = breachscope("show", "extractions", "--case", golden_copy, "--json").json()
    assert len(shown["extractions"]) == 12


def test_two_logs_of_the_same_days_that_differ_are_no_copies(
    golden_copy: Path, tmp_path: Path
) -> None:
    path = written(tmp_path / "other.csv", HEAD + "\n".join(ORIGINAL) + "\n")
    golden_case.done(breachscope("add", "--case", golden_copy, "--as", "downloads", path))
    golden_case.done(breachscope("run", "--case", golden_copy))
    assert len(events(golden_copy)) == 40


def test_a_file_added_twice_is_one_evidence(golden_copy: Path) -> None:
    again = golden_copy.parent / "evidence" / golden_case.SPRING
    result = breachscope("add", "--case", golden_copy, "--as", "downloads", again)
    assert result.code == 0
    assert "already in" in result.err
    assert len(breachscope("status", "--case", golden_copy, "--json").json()["evidence"]) == 15

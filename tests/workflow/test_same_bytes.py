"""The same evidence gives the same bytes, in whatever order it was taken in."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from golden import golden_case
from golden.command import breachscope

if TYPE_CHECKING:
    from pathlib import Path


def digests(folder: Path, pattern: str) -> dict[str, str]:
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob(pattern))
        if path.is_file()
    }
    assert found
    return found


def made_backwards(root: Path) -> Path:
    """The golden case with its evidence added one by one, the last line of the manifest first."""
    manifest = golden_case.write_evidence(root / "evidence")
    case = root / "case"
    breachscope("init", case, "--name", "golden", "--account", "opsadm")
    for line in reversed(manifest.read_text().split()[1:]):
        kind, file, version = line.split(",")
        more = ("--version", version) if version else ()
        golden_case.done(
            breachscope("add", "--case", case, "--as", kind, *more, manifest.parent / file)
        )
    golden_case.done(breachscope("run", "--case", case))
    return case


def test_evidence_added_in_another_order_gives_the_same_bytes(
    golden_copy: Path, tmp_path: Path
) -> None:
    other = made_backwards(tmp_path / "other")
    for case in (golden_copy, other):
        golden_case.done(breachscope("package", "--case", case))
    assert digests(golden_copy / "runs", "*.parquet") == digests(other / "runs", "*.parquet")
    assert digests(golden_copy / "reports", "report.html") == digests(
        other / "reports", "report.html"
    )
    assert digests(golden_copy / "reports" / "0001" / "packages", "*") == digests(
        other / "reports" / "0001" / "packages", "*"
    )


def test_a_second_run_gives_the_same_tables(golden_copy: Path) -> None:
    golden_case.done(breachscope("run", "--case", golden_copy))
    runs = golden_copy / "runs"
    assert digests(runs / "0001", "*.parquet") == digests(runs / "0002", "*.parquet")


def test_a_run_made_without_the_store_gives_the_same_tables(golden_copy: Path) -> None:
    import shutil

    shutil.rmtree(golden_copy / "store")
    (golden_copy / "store").mkdir()
    golden_case.done(breachscope("run", "--case", golden_copy))
    runs = golden_copy / "runs"
    assert digests(runs / "0001", "*.parquet") == digests(runs / "0002", "*.parquet")


def test_a_case_moved_with_its_evidence_runs_to_the_same_tables(
    golden_copy: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere"
    golden_copy.parent.rename(moved)
    case = moved / "case"
    golden_case.done(breachscope("verify", "--case", case))
    golden_case.done(breachscope("run", "--case", case))
    assert digests(case / "runs" / "0001", "*.parquet") == digests(
        case / "runs" / "0002", "*.parquet"
    )


def test_packages_stand_the_check_and_hold_their_own_party(golden_copy: Path) -> None:
    golden_case.done(breachscope("package", "--case", golden_copy))
    golden_case.done(breachscope("package", "--check", "--case", golden_copy))
    written = golden_copy / "reports" / "0001" / "packages"
    assert sorted(path.name for path in written.iterdir()) == ["P1", "P2", "P3"]
    for path in (written / "P2").rglob("*.csv"):
        assert b"P1" not in path.read_bytes()


def test_an_edited_package_is_told_with_5(golden_copy: Path) -> None:
    golden_case.done(breachscope("package", "--case", golden_copy))
    folder = golden_copy / "reports" / "0001" / "packages" / "P1"
    page = next(path for path in sorted(folder.rglob("*")) if path.suffix in {".html", ".txt"})
    page.write_bytes(page.read_bytes() + b" ")
    result = breachscope("package", "--check", "--case", golden_copy)
    assert result.code == 5
    assert "P1" in result.out

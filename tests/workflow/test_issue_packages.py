"""What was issued, and what a later run makes of it: withdrawal, supplement, nothing."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import package_cases as cases
import pytest

from golden import golden_case
from golden.command import breachscope

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def whole(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case whose first packages were issued."""
    case = golden_case.copied(finished, tmp_path_factory.mktemp("whole") / "copy")
    told = golden_case.done(breachscope("package", "--issue", "--case", case))
    assert told.out.splitlines() == [
        "P1: issue 1, notice, 3 persons, NOT SEALED",
        "P2: issue 1, notice, 3 persons, NOT SEALED",
    ]
    return case


@pytest.fixture
def case(whole: Path, tmp_path: Path) -> Path:
    return golden_case.copied(whole, tmp_path / "copy")


@pytest.fixture
def final(finished: Path, tmp_path: Path) -> Path:
    """A case whose final packages nobody issued yet."""
    return golden_case.copied(finished, tmp_path / "final")


@pytest.fixture(scope="module")
def supplemented(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The issued case with `more`, and the packages of that run."""
    case = more(golden_case.copied(whole, tmp_path_factory.mktemp("more") / "copy"))
    cases.packed(case, "--final")
    return case


def more(case: Path) -> Path:
    """A download of P1 comes to light: one person more."""
    cases.taken_in(case, "downloads", cases.MORE, "more.csv")
    return cases.ran(case)


def less(case: Path) -> Path:
    """The download of P2 turns out to be approved work: nobody of P2 is left."""
    cases.taken_in(case, "work", cases.WORK, "work.csv")
    return cases.ran(case)


def change(case: Path, party: str, run: int = 2) -> dict[str, Any]:
    path = cases.package_of(case, party, run) / "data" / "changes.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def people(case: Path, party: str) -> list[dict[str, str]]:
    path = cases.package_of(case, party, 2) / "data" / "people_changes.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def entry(case: Path) -> dict[str, Any]:
    from breachscope.case import issued, ledger

    entries = ledger.entries(case / "evidence" / "ledger.jsonl")
    return [e for e in entries if e["action"] == issued.ISSUED][-1]


# ------------------------------------------------------------------ the first


def test_the_ledger_tells_to_whom_what_was_issued_with_figures_and_digest(case: Path) -> None:
    first, second = entry(case)["issued"]
    assert (first["party_id"], first["issue"], first["kind"], first["run"]) == (
        "P1",
        1,
        "notice",
        1,
    )
    assert first["figures"]["all_count"] == 3
    assert first["figures"]["rows_gross"] == 3
    assert first["sealed"] is None
    manifest = cases.package_of(case, "P1") / "manifest-sha256.txt"
    assert first["package"] == cases._sha256(manifest)
    assert second["party_id"] == "P2"


def test_a_package_is_issued_once(case: Path) -> None:
    told = golden_case.done(breachscope("package", "--issue", "--case", case))
    assert told.out == ""
    assert "issued before" in told.err


def test_a_draft_is_not_issued(drafted: Path, tmp_path: Path) -> None:
    case = golden_case.copied(drafted, tmp_path / "copy")
    told = breachscope("package", "--issue", "--case", case)
    assert told.code == 2
    assert "draft" in told.err
    assert "--final" in told.err


def test_a_package_that_fails_the_check_is_not_issued(final: Path) -> None:
    (cases.package_of(final, "P1") / "data" / "more.txt").write_text("x")
    assert breachscope("package", "--issue", "--case", final).code == 5


def test_an_unsealed_package_is_not_issued_where_all_must_be_sealed(final: Path) -> None:
    told = breachscope("package", "--issue", "--strict", "--case", final)
    assert told.code == 6
    assert "P1, P2" in told.err


def test_an_issued_package_is_never_written_again(case: Path) -> None:
    before = cases.package_of(case, "P1") / "manifest-sha256.txt"
    inode = before.stat().st_ino
    cases.packed(case)  # a draft is wanted now
    assert before.stat().st_ino == inode
    assert cases.manifest(cases.package_of(case, "P1"))["draft"] is False
    (cases.package_of(case, "P1") / "data" / "README.txt").unlink()
    told = breachscope("package", "--case", case)
    assert told.code == 4
    assert "was issued to P1" in told.err


# ------------------------------------------------------------------ more, less, equal


def test_a_run_with_equal_scope_gives_nothing(case: Path) -> None:
    cases.ran(case)
    told = cases.packed(case, "--final")
    assert told.out.splitlines() == [
        "P1: nothing changed since issue 1 (run 1)",
        "P2: nothing changed since issue 1 (run 1)",
    ]
    assert not cases.package_of(case, "P1", 2).exists()
    golden_case.done(cases.checked(case, "--run", "1"))


def test_a_run_with_more_gives_a_supplement_with_both_figures_and_why(
    supplemented: Path, tmp_path: Path
) -> None:
    case = golden_case.copied(supplemented, tmp_path / "copy")
    told = change(case, "P1")
    assert (told["kind"], told["issue"], told["previous_issue"], told["previous_run"]) == (
        "supplement", 2, 1, 1,
    )  # fmt: skip
    figures = {(f["figure"], f["tier"], f["measure"]): (f["before"], f["after"])
               for f in told["figures"]}  # fmt: skip
    assert figures["persons", "all", "count"] == (3, 4)
    assert figures["rows_gross", "", "count"] == (3, 5)
    assert figures["downloads", "", "count"] == (1, 2)
    assert told["persons"] == {"added": 1, "withdrawn": 0, "moved": 0}
    assert any("more.csv" in reason for reason in told["reasons"])
    (added,) = people(case, "P1")
    assert (added["party_id"], added["change"], added["tier_before"]) == ("P1", "added", "")
    text = (cases.package_of(case, "P1", 2) / "data" / "変更点.txt").read_text("utf-8")
    assert "補足" in text
    assert "本人の数・計: 3 → 4（+1）" in text
    assert not cases.package_of(case, "P2", 2).exists()
    golden_case.done(cases.checked(case))


def test_a_run_with_less_gives_a_withdrawal(case: Path) -> None:
    cases.packed(less(case), "--final")
    told = change(case, "P2")
    assert (told["kind"], told["withdrawn_wholly"]) == ("withdrawal", True)
    assert told["persons"] == {"added": 0, "withdrawn": 3, "moved": 0}
    assert any("work" in reason or "downloads" in reason for reason in told["reasons"])
    assert {row["change"] for row in people(case, "P2")} == {"withdrawn"}
    text = (cases.package_of(case, "P2", 2) / "data" / "変更点.txt").read_text("utf-8")
    assert "撤回" in text
    golden_case.done(cases.checked(case))


def test_a_withdrawal_and_a_supplement_are_issued_under_the_next_number(case: Path) -> None:
    less(more(case))
    told = cases.issued(case)
    assert told.out.splitlines() == [
        "P1: issue 2, supplement, 4 persons, NOT SEALED",
        "P2: issue 2, withdrawal, 0 persons, NOT SEALED",
    ]
    last = entry(case)["issued"]
    assert [one["issue"] for one in last] == [2, 2]
    golden_case.done(cases.checked(case))
    cases.ran(case)
    again = cases.packed(case, "--final")
    assert "P2: nothing changed since issue 2 (run 3)" in again.out


def test_a_package_made_before_another_was_issued_is_not_issued(final: Path) -> None:
    case = more(final)
    cases.packed(case, "--final")  # of run 2, as a first notice
    golden_case.done(breachscope("package", "--issue", "--run", "1", "--case", case))
    told = breachscope("package", "--issue", "P1", "--case", case)
    assert told.code in (2, 5)
    cases.packed(case, "--final")
    assert change(case, "P1")["kind"] == "supplement"
    golden_case.done(breachscope("package", "--issue", "--case", case))


def test_a_supplement_whose_previous_figure_was_changed_fails_the_check(
    supplemented: Path, tmp_path: Path
) -> None:
    case = golden_case.copied(supplemented, tmp_path / "copy")
    package = cases.package_of(case, "P1", 2)
    cases.replaced(package / "data" / "changes.json", ('"before": 3,', '"before": 2,'))
    cases.sealed_again(package)
    told = cases.checked(case)
    assert told.code == 5
    assert "changes.json: figures are not those issued before and those of the run" in told.out

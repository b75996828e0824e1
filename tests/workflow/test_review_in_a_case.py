"""The queue of a whole case: filled in, read back, replayed, and what comes back."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from duty_case import make, table

from golden import golden_case
from golden.command import breachscope

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "item:L2/健診受診勧奨"
REMARKS = "item:L2/備考"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("review") / "case")


@pytest.fixture
def case(made: Path, tmp_path: Path) -> Path:
    return golden_case.copied(made, tmp_path / "copy")


def questions(case: Path) -> dict[str, dict[str, Any]]:
    done = breachscope("review", "--case", case, "--json")
    return {row["question_id"]: row for row in done.json()["questions"]}


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def filled(
    case: Path, path: Path, rulings: dict[str, tuple[str, str]], encoding: str = "utf-8-sig"
) -> Path:
    golden_case.done(breachscope("review", "--case", case, "--export", path))
    rows = rows_of(path)
    for row in rows:
        if row["id"] in rulings:
            row["ruling"], row["why"] = rulings[row["id"]]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def test_the_worst_comes_first_and_each_says_what_hangs_on_it(case: Path) -> None:
    found = list(questions(case).values())
    people = [row["people"] for row in found if row["state"] == "open"]
    assert people == sorted(people, reverse=True)
    assert {TITLE, REMARKS} <= {row["question_id"] for row in found}
    assert all(row["hangs_on"] and row["evidence"] and row["question"] for row in found)
    assert questions(case)["knowledge:P3"]["allowed"] == []


def test_no_value_of_a_person_stands_in_the_queue(case: Path, tmp_path: Path) -> None:
    path = tmp_path / "queue.csv"
    golden_case.done(breachscope("review", "--case", case, "--export", path))
    text = path.read_bytes().decode("utf-8-sig") + json.dumps(questions(case), ensure_ascii=False)
    assert not [value for value in ("青木", "4242424242", "入院中", "090-0000") if value in text]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_a_filled_in_file_becomes_rulings_that_the_next_run_obeys(
    case: Path, tmp_path: Path, encoding: str
) -> None:
    told = {
        TITLE: ("classify handling", "対象者一覧にすぎない"),
        REMARKS: ("Classify special_care", "入院の記載がある"),
    }
    path = filled(case, tmp_path / "queue.csv", told, encoding)
    golden_case.done(breachscope("review", "--case", case, "--import", path, "--who", "counsel"))
    golden_case.done(breachscope("run", "--case", case))

    rows = {(r["item"], r["item_class"]): r for r in table(case, "items")["items"]}
    assert rows["備考", "special_care"]["sure"]
    assert rows["備考", "special_care"]["why"].startswith("ruling D")
    assert ("健診受診勧奨", "special_care") not in rows
    public = {r["rule_id"]: r for r in table(case, "obligations", "--party", "P2")["obligations"]}
    assert "special_care" in public["public-final"]["triggers"]
    found = questions(case)
    assert (found[TITLE]["state"], found[REMARKS]["ruled"]) == ("ruled", "classify special_care")
    lines = (case / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["who"] for line in lines} == {"counsel"}


def test_a_file_imported_twice_rules_once(case: Path, tmp_path: Path) -> None:
    path = filled(case, tmp_path / "queue.csv", {TITLE: ("classify other", "x")})
    for _ in range(2):
        golden_case.done(breachscope("review", "--case", case, "--import", path, "--who", "c"))
    assert len((case / "decisions.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_all_mistakes_of_a_file_are_told_at_once_and_nothing_is_entered(
    case: Path, tmp_path: Path
) -> None:
    told = {
        TITLE: ("perhaps", "x"),
        REMARKS: ("classify other", ""),
        "knowledge:P3": ("accept", "x"),
    }
    path = filled(case, tmp_path / "queue.csv", told)
    done = breachscope("review", "--case", case, "--import", path, "--who", "c")
    assert done.code == 2
    for said in ("wants one of: classify", "why is missing", "only evidence or case.toml"):
        assert said in done.err
    assert "row " in done.err
    assert not (case / "decisions.jsonl").exists() or not (case / "decisions.jsonl").read_bytes()


def test_a_file_written_before_its_ground_changed_is_refused(case: Path, tmp_path: Path) -> None:
    path = filled(case, tmp_path / "queue.csv", {TITLE: ("classify other", "x")})
    text = path.read_bytes().decode("utf-8-sig")
    ground = questions(case)[TITLE]["ground"]
    path.write_bytes(text.replace(ground, "0" * 16).encode("utf-8-sig"))
    done = breachscope("review", "--case", case, "--import", path, "--who", "c")
    assert done.code == 2
    assert "its ground has changed since" in done.err


def test_a_ruling_comes_back_when_its_ground_changes_and_not_before(
    case: Path, tmp_path: Path
) -> None:
    golden_case.done(
        breachscope(
            "decide", "classify", REMARKS, "--class", "handling", "--who", "c", "--why", "one line",
            "--case", case,
        )
    )  # fmt: skip
    golden_case.done(breachscope("run", "--case", case))
    assert questions(case)[REMARKS]["state"] == "ruled"

    more = (
        "list_id,party_id,uploaded_at,rows,version_id,title\n"
        "L2,P2,2023-05-02 09:00:00,1,V9,健診受診勧奨\n"
    )
    card = "氏名,住所,備考\n江口 四,架空県あさひ市1-2,4242424242424242\n"
    reached = (
        "download_id,at,account,host,version_id,rows,status\n"
        "D9,2023-05-07 11:00:00,opsadm,PC1,V9,1,ok\n"
    )
    for kind, text, words in (
        ("lists", more, []), ("records", card, ["--version", "V9"]), ("downloads", reached, []),
    ):  # fmt: skip
        path = tmp_path / f"more-{kind}.csv"
        path.write_text(text, encoding="utf-8")
        golden_case.done(breachscope("add", "--case", case, "--as", kind, *words, path))
    golden_case.done(breachscope("run", "--case", case))
    found = questions(case)[REMARKS]
    assert (found["state"], found["ruled"]) == ("changed", "classify handling")


def test_strict_ends_with_six_while_anything_waits(case: Path) -> None:
    done = breachscope("review", "--case", case, "--strict")
    assert done.code == 6
    assert "wait for a person" in done.err


def test_nothing_is_asked_without_a_terminal(case: Path) -> None:
    done = breachscope("review", "--case", case, "--ask", "--who", "c")
    assert done.code == 2
    assert "no terminal" in done.err


def test_an_obligation_said_to_be_met_is_done(case: Path) -> None:
    name = "done:jp-appi/private-preliminary/P1"
    golden_case.done(
        breachscope(
            "decide", "met", name, "--on", "2023-08-10", "--who", "clerk", "--why", "receipt 12",
            "--case", case,
        )
    )  # fmt: skip
    golden_case.done(breachscope("run", "--case", case))
    rows = table(case, "obligations", "--as-of", "2023-08-12", "--party", "P1")["obligations"]
    done = next(row for row in rows if row["rule_id"] == "private-preliminary")
    assert (done["state"], done["done_on"], done["ruling"]) == ("done", "2023-08-10", "D1")


def test_a_ruling_that_names_nothing_is_told_by_the_run(case: Path) -> None:
    golden_case.done(
        breachscope(
            "decide", "accept", "question:jp-appi/private/nothing", "--who", "c", "--why", "w",
            "--case", case,
        )
    )  # fmt: skip
    done = breachscope("run", "--case", case)
    assert "has no effect" in done.out


def test_classes_days_and_subjects_are_checked(case: Path) -> None:
    for words in (
        ("classify", TITLE, "--class", "secret"),
        ("classify", "D1", "--class", "other"),
        ("met", "done:x", "--on", "soon"),
        ("accept", TITLE),
    ):
        done = breachscope("decide", *words, "--who", "c", "--why", "w", "--case", case)
        assert done.code == 2, words


def test_on_a_terminal_each_question_is_asked_and_each_answer_entered(case: Path) -> None:
    import os
    import pty
    import subprocess
    import sys

    main, side = pty.openpty()
    command = [sys.executable, "-m", "breachscope", "review", "--case", str(case), "--ask"]
    process = subprocess.Popen(
        [*command, "--who", "counsel"], stdin=side, stdout=side, stderr=side, close_fds=True
    )
    os.close(side)
    os.write(main, b"nonsense\n\nq\n")
    told = b""
    try:
        while piece := os.read(main, 4096):
            told += piece
    except OSError:  # the other side closed
        pass
    assert process.wait(timeout=60) == 0
    os.close(main)
    text = told.decode("utf-8", "replace")
    assert "[1/" in text
    assert "hangs on it" in text
    assert "not one of those" in text
    assert "[2/" in text
    assert "0 rulings entered" in text

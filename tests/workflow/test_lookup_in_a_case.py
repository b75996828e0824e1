"""`lookup` from a run to the desk."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from breachscope.sealing import guessing
from golden import golden_case
from golden.command import Done, breachscope

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def case(two_parties: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return golden_case.copied(two_parties, tmp_path_factory.mktemp("whole") / "copy")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "BITS", 8)
    monkeypatch.setattr(guessing, "SCRYPT", {"n": 1 << 10, "r": 8, "p": 1})


def made(case: Path, file: Path, *more: object) -> Path:
    told = golden_case.done(breachscope("lookup", file, "--make", "--case", case, *more))
    code = file.with_suffix(".code")
    code.write_text(told.out)
    return code


def asked(file: Path, code: Path, text: str) -> Done:
    with mock.patch.object(sys, "stdin", io.StringIO(text)):
        return breachscope("lookup", file, "--code", code)


QUESTIONS = """\
name: 青木一郎
birth_date: 1970-01-01

name: 別人 太郎
birth_date: 1970-01-01

name: 佐藤三千代
phone: 080-0000-0011

phone: 080-0000-0011
"""


def test_the_desk_asks_without_the_case_and_learns_an_answer_alone(
    case: Path, tmp_path: Path
) -> None:
    code = made(case, tmp_path / "desk")
    told = golden_case.done(asked(tmp_path / "desk", code, QUESTIONS))
    assert told.out.splitlines() == [
        "affected",
        "not in this list",
        "affected",
        "cannot tell: give two of name (or reading), telephone and birth date",
    ]


def test_a_look_up_of_one_party_knows_nobody_of_another(case: Path, tmp_path: Path) -> None:
    code = made(case, tmp_path / "desk", "--party", "P1")
    told = golden_case.done(asked(tmp_path / "desk", code, QUESTIONS)).out.splitlines()
    assert told[:3] == ["affected", "not in this list", "not in this list"]


def test_the_code_and_the_secret_are_in_no_ledger_and_no_file_made(
    case: Path, tmp_path: Path
) -> None:
    code = made(case, tmp_path / "desk").read_text().strip()
    assert code not in (case / "evidence" / "ledger.jsonl").read_text("utf-8")
    secret = (case / "lookup.secret").read_bytes()
    assert secret not in (tmp_path / "desk").read_bytes()
    assert (case / "lookup.secret").stat().st_mode & 0o077 == 0
    golden_case.done(breachscope("verify", "--case", case))


def test_the_same_run_gives_the_same_file_and_code(case: Path, tmp_path: Path) -> None:
    one, two = (made(case, tmp_path / name).read_text() for name in ("one", "two"))
    assert one == two
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_wrong_code_is_told_and_opens_nothing(case: Path, tmp_path: Path) -> None:
    made(case, tmp_path / "desk")
    (tmp_path / "wrong").write_text("AAAAA-AAAAA-AAAAA-AAAAA")
    told = asked(tmp_path / "desk", tmp_path / "wrong", QUESTIONS)
    assert told.code == 2
    assert "access code" in told.err


def test_a_look_up_is_not_written_over_something_or_into_the_case(
    case: Path, tmp_path: Path
) -> None:
    (tmp_path / "there").write_text("x")
    for file in (tmp_path / "there", case / "desk"):
        assert breachscope("lookup", file, "--make", "--case", case).code == 2


def test_without_a_terminal_a_code_must_be_given(case: Path, tmp_path: Path) -> None:
    made(case, tmp_path / "desk")
    with mock.patch.object(sys, "stdin", io.StringIO("")):
        assert breachscope("lookup", tmp_path / "desk").code == 2

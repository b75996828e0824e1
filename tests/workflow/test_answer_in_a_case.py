"""`answer` on the golden case: what was found, what cannot be told, and what was known then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from golden import golden_case
from golden.command import breachscope, written

if TYPE_CHECKING:
    from pathlib import Path

THEN, LATER = "2014-09-01T00:00:00+09:00", "2023-09-01T00:00:00+09:00"
GIVEN = "spring_as_given.csv"
MAY = ("--from", "2014-05-01", "--to", "2014-05-31")


def answer(case: Path, party: str, *words: str) -> dict[str, Any]:
    told: dict[str, Any] = breachscope(
        "answer", "--case", case, "--party", party, *words, "--json"
    ).json()
    return told


@pytest.fixture(scope="module")
def misled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A first inquiry got the spring log without D01 and D02; the whole one came years later."""
    root = tmp_path_factory.mktemp("misled")
    manifest = golden_case.write_evidence(root / "evidence")
    lines = [
        line for line in golden_case.DOWNLOADS_SPRING.splitlines(keepends=True)
        if not line.startswith(("D01", "D02"))
    ]  # fmt: skip
    written(root / "evidence" / GIVEN, "".join(lines))
    told = manifest.read_bytes().decode("cp932").split()
    late = ("files.csv", golden_case.SPRING, "records/")
    dated = [
        f"{line},{LATER if any(name in line for name in late) else THEN}," for line in told[1:]
    ]
    text = "\n".join(
        ["kind,file,version,acquired_at,copy_of", *dated,
         f"downloads,{GIVEN},,{THEN},{golden_case.SPRING}", ""]
    )  # fmt: skip
    written(manifest, text)
    case = root / "case"
    golden_case.done(breachscope("init", case, "--name", "misled", "--account", "opsadm"))
    golden_case.done(breachscope("add", "--case", case, "--manifest", manifest))
    return case


@pytest.fixture(scope="module")
def asked(golden: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden case, to be asked: questions are entered in its ledger."""
    return golden_case.copied(golden, tmp_path_factory.mktemp("asked") / "copy")


def test_the_question_of_then_is_answered_with_and_without_the_altered_copy(misled: Path) -> None:
    told = answer(misled, "P1", *MAY, "--acquired-until", "2022-07-31")
    variants = {variant["name"]: variant for variant in told["variants"]}

    assert told["statement"] == variants["as given then"]["statement"] == "not_found_within"
    assert variants["without altered copies"]["statement"] == "cannot_tell"
    assert variants["without altered copies"]["detectable_share"] < 1
    assert "left_out" in {r["code"] for r in variants["without altered copies"]["reasons"]}
    assert variants["all evidence"]["statement"] == "found"
    assert variants["all evidence"]["strongest"] == "confirmed"


def test_what_was_found_is_named_and_what_was_asked_can_be_asked_again(asked: Path) -> None:
    told = answer(asked, "P1", *MAY)

    assert told["statement"] == "found"
    assert [f["event_id"] for f in told["findings"]] == ["D01", "D02"]
    assert told["run"] == 1
    counted = next(q for q in told["queries"] if "IN (" in q["where"])
    assert counted["hits"] == 2


def test_nothing_is_said_of_a_month_without_a_line(asked: Path) -> None:
    told = answer(asked, "P2", "--from", "2014-09-01", "--to", "2014-09-30")

    assert told["statement"] == "cannot_tell"
    assert [reason["code"] for reason in told["reasons"]] == ["after_last"]
    assert told["detectable_share"] == 0


def test_a_conflict_without_a_ruling_keeps_the_answer_open(asked: Path) -> None:
    told = answer(asked, "P3", "--from", "2014-06-05", "--to", "2014-06-15")

    assert told["statement"] == "cannot_tell"
    assert [reason["code"] for reason in told["reasons"]] == ["conflict"]


def test_not_found_is_only_said_with_its_bounds(asked: Path) -> None:
    told = answer(asked, "P4", "--from", "2014-06-01", "--to", "2014-06-30")

    assert told["statement"] == "not_found_within"
    assert told["detectable_share"] == 1
    assert any("accounts under inquiry" in bound for bound in told["bounds"])
    assert any(missing["kind"] == "logins" for missing in told["missing"])
    assert {source["kind"] for source in told["searched"]} >= {"downloads", "lists", "work"}


def test_every_question_is_entered_in_the_ledger_and_the_same_question_has_the_same_answer(
    golden_copy: Path,
) -> None:
    first, second = answer(golden_copy, "P1", *MAY), answer(golden_copy, "P1", *MAY)
    lines = (golden_copy / "evidence" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    entered = [entry for line in lines if (entry := json.loads(line))["action"] == "answer"]

    assert first == second
    assert [entry["statement"] for entry in entered] == ["found", "found"]
    assert entered[0]["question"]["party_id"] == "P1"
    assert breachscope("verify", "--case", golden_copy).code == 0


def test_an_unknown_party_or_a_stretch_the_wrong_way_round_is_refused(asked: Path) -> None:
    unknown = breachscope("answer", "--case", asked, "--party", "P9", *MAY)
    turned = breachscope(
        "answer", "--case", asked, "--party", "P1", "--from", "2014-06-02", "--to", "2014-06-01"
    )
    nonsense = breachscope(
        "answer", "--case", asked, "--party", "P1", "--from", "June", "--to", "2014-06-01"
    )

    assert (unknown.code, turned.code, nonsense.code) == (2, 2, 2)
    assert "P9" in unknown.err


def test_the_terminal_never_says_that_nothing_left(asked: Path) -> None:
    said = [
        breachscope("answer", "--case", asked, "--party", party, *MAY).out.lower()
        for party in ("P1", "P2", "P3", "P4")
    ]

    assert not any("no leak" in text or "nothing left" in text for text in said)
    assert all(text.count("bound:") for text in said)

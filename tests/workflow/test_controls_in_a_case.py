"""`controls` on the golden case with controls, people and entrustments of its own."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from golden import golden_case
from golden.command import breachscope, written

if TYPE_CHECKING:
    from pathlib import Path

CONTROLS = """\
control_id,check,in_force_from,description
C1,no_unregistered_media,2014-06-05,no private sticks
C2,no_direct_download,2014-05-08,through the relay
C3,staff_trained,2014-06-01,training
C4,shared_account_unused,2014-06-05,no shared account
"""
ENTRUSTMENTS = """\
from_party,to_party,since,approval_required
P1,CENTRE,2014-04-01,yes
P2,CENTRE,2014-04-01,no
CENTRE,MAINT,2014-04-01,
"""


@pytest.fixture(scope="module")
def controlled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    case = golden_case.make(tmp_path_factory.mktemp("controlled"))
    for kind, text in (("controls", CONTROLS), ("entrustments", ENTRUSTMENTS)):
        path = written(case.parent / f"{kind}.csv", text, "utf-8")
        golden_case.done(breachscope("add", "--case", case, "--as", kind, path))
    return case


def checked(case: Path, *words: str) -> dict[str, Any]:
    told: dict[str, Any] = breachscope("controls", "--case", case, "--json", *words).json()
    return told


def verdicts(document: dict[str, Any]) -> dict[str, str]:
    return {row["control_id"]: row["verdict"] for row in document["controls"]}


def test_each_control_is_held_against_the_logs_and_the_lines_against_it_are_named(
    controlled: Path,
) -> None:
    document = checked(controlled, "-n")
    told = {row["control_id"]: row for row in document["controls"]}

    assert verdicts(document) == {
        "C1": "broken",  # USB-A on 06-10
        "C2": "broken",  # D05, D07, D08, D11, D10 at terminals; RDS-01 is in no list of machines
        "C3": "cannot_tell",  # on paper
        "C4": "cannot_tell",  # no logins were given
    }
    assert [line["line"] for line in told["C1"]["against"]] == [6]
    assert told["C1"]["lines_before"] == 1
    assert told["C2"]["lines"] == 5
    assert "logins: no such evidence" in told["C4"]["reason"]


def test_contracts_are_held_against_the_chain_of_entrustment(controlled: Path) -> None:
    document = checked(controlled, "-n")
    (finding,) = document["contracts"]

    assert (finding["finding"], finding["party_id"]) == ("passed_on_unapproved", "P1")
    assert finding["downloads"] == 4  # D12, D01, D02, D09
    assert [row["party_id"] for row in document["exposure"]] == ["P1"]


def test_a_check_of_new_evidence_is_the_next_record_and_the_same_check_is_not(
    controlled: Path, tmp_path: Path
) -> None:
    case = golden_case.copied(controlled, tmp_path / "copy")
    first, again = checked(case), checked(case)
    early = checked(case, "--as-of", "2014-06-07")

    assert [first["record"], again["record"], early["record"]] == [1, 1, 2]
    assert (first["new"], again["new"]) == (True, False)
    assert {change["control_id"] for change in early["changed"]} == {"C1"}
    assert verdicts(early)["C1"] == "cannot_tell"  # no device was seen since it is in force
    assert sorted(path.name for path in (case / "controls").iterdir()) == ["0001.json", "0002.json"]
    lines = (case / "evidence" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    entered = [entry for line in lines if (entry := json.loads(line))["action"].startswith("contr")]
    assert [entry["record"] for entry in entered] == [1, 2]
    assert breachscope("verify", "--case", case).code == 0


def test_the_table_can_be_taken_into_a_spreadsheet(controlled: Path) -> None:
    said = breachscope("controls", "--case", controlled, "-n", "--csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))

    assert [row["verdict"] for row in rows] == ["broken", "broken", "cannot_tell", "cannot_tell"]
    assert rows[0]["in_force_from"] == "2014-06-05"


def test_the_terminal_shows_every_control_within_eighty_columns(
    controlled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(golden_case.breachscope.__globals__["ENVIRONMENT"], "COLUMNS", "80")
    said = breachscope("controls", "--case", controlled, "-n").out

    assert all(name in said for name in ("C1", "C2", "C3", "C4"))
    table = said.split("C2: BROKEN")[0].splitlines()[:6]
    assert max(len(line) for line in table) <= 80


def test_a_case_without_controls_says_so(golden_copy: Path) -> None:
    said = breachscope("controls", "--case", golden_copy)

    assert said.code == 2
    assert "no controls" in said.err

"""Data items and obligations of a whole case, from the files to the tables people see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from duty_case import make, table

from golden import golden_case
from golden.command import breachscope

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("duties") / "case")


def owed(case: Path, *more: object) -> dict[str, dict[str, Any]]:
    rows = table(case, "obligations", *more)["obligations"]
    return {row["obligation_id"].removeprefix("jp-appi/"): row for row in rows}


def test_each_party_has_the_clock_of_the_day_it_was_told(case: Path) -> None:
    found = owed(case)
    ids = ("private-final/P1", "public-final/P2", "private-final/P3")
    final = {obligation[-2:]: found[obligation] for obligation in ids}
    assert [row["clock_start"] for row in final.values()] == ["2023-08-07", "2023-08-10", None]
    assert [row["due"] for row in final.values()] == ["2023-10-05", "2023-10-10", None]
    assert [row["status"] for row in final.values()] == ["yes", "yes", "review"]
    assert final["P1"]["evidence"].endswith(":2 (told_at)")


def test_the_contract_of_the_design_holds(case: Path) -> None:
    document = table(case, "obligations")
    assert document["schema"] == "breachscope/obligations/1"
    keys = {"recipient", "kind", "basis", "clock_start", "due", "status", "evidence"}
    assert all(keys <= row.keys() for row in document["obligations"])
    assert "Not legal advice" in document["disclaimer"]


def test_what_falls_due_first_comes_first_and_what_is_done_or_not_owed_last(case: Path) -> None:
    rows = table(case, "obligations", "--as-of", "2023-08-09")["obligations"]
    states = [row["state"] for row in rows]
    dues = [row["due"] for row in rows if row["state"] in ("overdue", "due", "open") and row["due"]]
    assert dues == sorted(dues)
    assert states[-1] is None  # not owed
    by_id = {row["obligation_id"]: row for row in rows}
    assert by_id["jp-appi/private-entruster/CENTRE/P3"]["state"] == "overdue"
    assert (
        by_id["jp-appi/private-entruster/CENTRE/P3"]["days_left"] == -4
    )  # MAINT told it on the 1st
    assert by_id["jp-appi/private-entruster/CENTRE/P1"]["state"] == "done"
    assert by_id["jp-appi/private-final/P1"]["days_left"] == 57
    assert by_id["jp-appi/public-final/P2"]["state"] == "not_known_yet"


def test_the_chain_of_entrustment_has_its_notices(case: Path) -> None:
    found = owed(case)
    assert found["private-entruster/CENTRE/P1"]["done_on"] == "2023-08-07"
    assert found["private-entruster/CENTRE/P3"]["done_on"] is None
    assert found["private-entruster/MAINT/CENTRE"]["done_on"] == "2023-08-01"
    centre = found["private-final/CENTRE"]
    assert (centre["status"], centre["clock_start"]) == ("yes", "2023-08-01")  # told by MAINT
    assert "1 of 3 entrusters were not notified" in centre["reason"]


def test_items_decide_triggers_or_leave_them_open(case: Path) -> None:
    found = owed(case)
    assert "financial" in found["private-final/P1"]["triggers"]  # its name says so, its value fits
    assert "special_care" in found["public-final/P2"]["open_triggers"]
    assert "special_care" in found["private-final/P3"]["triggers"]  # named in the inventory


def test_items_tell_columns_and_counts_and_never_a_value(case: Path) -> None:
    document = table(case, "items")
    rows = {(r["version_id"], r["item"], r["item_class"]): r for r in document["items"]}
    card = rows["V1", "カード番号", "financial"]
    assert (card["rows"], card["filled"], card["fitting"], card["sure"]) == (2, 1, 1, True)
    assert rows["V2", "健診受診勧奨", "special_care"]["by"] == "title"
    assert rows["V3", "病歴", "special_care"]["by"] == "inventory"
    text = json.dumps(document, ensure_ascii=False)
    assert not [value for value in ("青木", "4242", "入院中", "090-0000") if value in text]


def test_a_party_can_be_asked_for_and_a_wrong_one_is_refused(case: Path) -> None:
    rows = table(case, "obligations", "--party", "P3")["obligations"]
    assert {"P3"} == {row["party_id"] for row in rows}
    for name in ("obligations", "items"):
        refused = breachscope("show", name, "--case", case, "--party", "P9")
        assert refused.code == 2
    assert breachscope("show", "obligations", "--case", case, "--as-of", "soon").code == 2


def test_the_calendar_is_written_without_what_is_done_or_undated(
    case: Path, tmp_path: Path
) -> None:
    path = tmp_path / "due.ics"
    done = breachscope(
        "show", "obligations", "--case", case, "--as-of", "2023-08-09", "--ical", path
    )
    golden_case.done(done)
    text = path.read_bytes().decode()
    assert "duties have no due date" in done.err
    assert "SUMMARY:CENTRE: notice to P3" in text
    assert "SUMMARY:CENTRE: notice to P1" not in text


def test_the_terminal_shows_eighty_columns_and_says_it_is_not_advice(case: Path) -> None:
    for name in ("obligations", "items"):
        done = breachscope("show", name, "--case", case)
        golden_case.done(done)
        assert "Not legal advice" in done.out


def test_a_run_as_of_an_earlier_moment_knows_no_later_notice(case: Path, tmp_path: Path) -> None:
    copy = golden_case.copied(case, tmp_path / "copy")
    golden_case.done(breachscope("run", "--case", copy, "--events-until", "2023-08-08"))
    assert owed(copy)["public-final/P2"]["clock_start"] is None
    assert owed(copy)["private-final/P1"]["clock_start"] == "2023-08-07"

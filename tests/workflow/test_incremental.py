"""Only what changed is computed again, and the difference is told with its reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from golden import golden_case
from golden.command import breachscope, written

if TYPE_CHECKING:
    from pathlib import Path

PER_PARTY = ("identity", "reach")


def record(case: Path, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((case / "runs" / f"{number:04d}" / "run.json").read_text())
    return found


def run(case: Path, *words: object) -> int:
    """Run the case; the number of the run."""
    done = golden_case.done(breachscope("run", "--json", *words, "--case", case))
    return int(json.loads(done.out)["run"])


def persons(case: Path, number: int) -> dict[str, dict[str, int]]:
    """Of each party and tier the count."""
    scope = breachscope("show", "scope", "--run", number, "--case", case, "--json").json()
    return {
        party["party_id"]: {tier: m["count"] for tier, m in party["persons"].items()}
        for party in scope["parties"]
    }


def diff(case: Path, before: int, after: int) -> dict[str, dict[str, Any]]:
    """Of each party what changed."""
    found = breachscope("diff", before, after, "--json", "--case", case).json()
    return {party["party_id"]: party for party in found["parties"]}


def rule(case: Path, *words: object) -> None:
    golden_case.done(breachscope("decide", *words, "--who", "A", "--why", "B", "--case", case))


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run 1 on the downloads of spring, run 2 with those of summer. To be read only."""
    case = golden_case.make(tmp_path_factory.mktemp("two"), summer=False)
    run(case)
    summer = case.parent / "evidence" / golden_case.SUMMER
    golden_case.done(breachscope("add", "--case", case, "--as", "downloads", summer))
    run(case)
    return case


def test_a_run_with_nothing_new_computes_nothing(golden_copy: Path) -> None:
    number = run(golden_copy)
    assert record(golden_copy, number)["computed"] == {}
    assert breachscope("diff", 1, number, "--json", "--case", golden_copy).json()["parties"] == []


def test_new_downloads_recompute_only_the_parties_they_touch(two_runs: Path) -> None:
    computed = record(two_runs, 2)["computed"]
    assert "identity" not in computed
    assert "keys" not in computed
    assert computed["extraction"] == 1
    # P1 by D09, P2 by D10, P3 by D05 and D08; P4's downloads failed or are explained
    assert computed["reach"] == 3


def test_new_downloads_give_what_one_run_on_all_of_them_gives(two_runs: Path, golden: Path) -> None:
    assert persons(two_runs, 2) == persons(golden, 1)


def test_the_difference_names_the_evidence_it_comes_from(two_runs: Path) -> None:
    changed = diff(two_runs, 1, 2)
    assert set(changed) == {"P1", "P2", "P3"}
    for party in changed.values():
        (reason,) = party["reasons"]
        assert reason["kind"] == "evidence"
        assert golden_case.SUMMER in reason["what"]


def test_the_difference_counts_persons_added_per_party(two_runs: Path) -> None:
    changed = diff(two_runs, 1, 2)
    told = {p: (row["before"], row["after"], row["added"]) for p, row in changed.items()}
    # D09 adds 加藤 新 to P1; D10's content is lost; D05's rows are not known, so no person_key
    assert told == {"P1": (8, 9, 1), "P2": (3, 3, 0), "P3": (0, 4, 0)}


def test_a_new_party_leaves_the_others_as_they_are(golden_copy: Path, tmp_path: Path) -> None:
    before = persons(golden_copy, 1)
    path = written(tmp_path / "more.csv", "委託元コード,委託元名,区分\nP9,ひかり商会,民間事業者\n")
    golden_case.done(breachscope("add", "--case", golden_copy, "--as", "parties", path))
    after = persons(golden_copy, run(golden_copy))
    assert set(after["P9"].values()) == {0}
    assert {party: told for party, told in after.items() if party != "P9"} == before


def test_events_until_a_day_leaves_out_what_came_after_it(golden_copy: Path) -> None:
    number = run(golden_copy, "--events-until", "2014-05-07")
    told = persons(golden_copy, number)
    assert told["P1"] == {"confirmed": 6, "probable": 2, "possible": 0, "all": 8}
    assert told["P3"]["all"] == 0
    shown = breachscope("show", "extractions", "--case", golden_copy, "--json").json()
    assert [row["event_id"] for row in shown["extractions"]] == ["D12", "D01", "D02", "D03", "D04"]


def test_events_until_a_moment_includes_that_moment(golden_copy: Path) -> None:
    run(golden_copy, "--events-until", "2014-05-07T10:10:00")
    shown = breachscope("show", "extractions", "--case", golden_copy, "--json").json()
    assert [row["event_id"] for row in shown["extractions"]] == ["D12", "D01", "D02"]


def test_acquired_until_leaves_out_evidence_acquired_later(
    golden_copy: Path, tmp_path: Path
) -> None:
    late = written(tmp_path / "late.csv", golden_case.DOWNLOADS_SPRING.replace("D0", "D7"))
    words = ("--as", "downloads", "--acquired-at", "2999-01-01T00:00:00+09:00", late)
    golden_case.done(breachscope("add", "--case", golden_copy, *words))
    before = run(golden_copy, "--acquired-until", "2998-12-31")
    assert len(record(golden_copy, before)["evidence"]) == 15
    assert persons(golden_copy, before) == persons(golden_copy, 1)
    assert len(record(golden_copy, run(golden_copy))["evidence"]) == 16


def test_a_rejected_conflict_moves_its_persons_and_says_by_which_ruling(
    golden_copy: Path,
) -> None:
    rule(golden_copy, "reject", "D08")
    number = run(golden_copy)
    assert persons(golden_copy, number)["P3"] == {
        "confirmed": 0,
        "probable": 7,
        "possible": 0,
        "all": 7,
    }
    party = diff(golden_copy, 1, number)["P3"]
    assert (party["before"], party["after"]) == (4, 7)
    assert {"kind": "ruling", "what": "D1"} in party["reasons"]


def test_an_accepted_conflict_is_closed_and_leaves_the_high_bound(golden_copy: Path) -> None:
    rule(golden_copy, "accept", "D08")
    run(golden_copy)
    scope = breachscope("show", "scope", "--case", golden_copy, "--json").json()
    (party,) = [party for party in scope["parties"] if party["party_id"] == "P3"]
    assert party["persons"]["probable"] == {"count": 0, "low": 0, "high": 0}
    assert party["persons"]["possible"] == {"count": 4, "low": 4, "high": 7}


def test_a_withdrawn_ruling_gives_the_first_run_back(golden_copy: Path) -> None:
    rule(golden_copy, "reject", "D08")
    run(golden_copy)
    rule(golden_copy, "withdraw", "D08")
    assert persons(golden_copy, run(golden_copy)) == persons(golden_copy, 1)


def test_a_ruling_recomputes_no_other_partys_reach(golden_copy: Path) -> None:
    rule(golden_copy, "reject", "D08")
    computed = record(golden_copy, run(golden_copy))["computed"]
    assert computed["reach"] == 1
    assert "identity" not in computed


def test_a_changed_focus_is_named_as_a_setting(golden_copy: Path) -> None:
    settings = golden_copy / "case.toml"
    settings.write_text(settings.read_text().replace('["opsadm"]', '["opsadm", "guest01"]'))
    number = run(golden_copy)
    party = diff(golden_copy, 1, number)["P3"]
    assert {reason["kind"] for reason in party["reasons"]} == {"evidence", "setting"}
    assert persons(golden_copy, number)["P3"]["all"] == 7  # D11 took all rows


def test_an_earlier_run_is_never_overwritten(golden_copy: Path) -> None:
    before = (golden_copy / "runs" / "0001" / "run.json").read_bytes()
    rule(golden_copy, "reject", "D08")
    run(golden_copy)
    assert (golden_copy / "runs" / "0001" / "run.json").read_bytes() == before
    assert persons(golden_copy, 1)["P3"]["all"] == 4

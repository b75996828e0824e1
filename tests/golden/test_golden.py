"""The golden case: every number of README.md, asked of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from golden import golden_case
from golden.command import breachscope

if TYPE_CHECKING:
    from pathlib import Path

ZERO = (0, 0, 0)


def persons(of: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    """Tier -> (count, low, high)."""
    return {tier: (m["count"], m["low"], m["high"]) for tier, m in of.items()}


def tiers(*measures: tuple[int, int, int]) -> dict[str, tuple[int, int, int]]:
    return dict(zip(("confirmed", "probable", "possible", "all"), measures, strict=True))


@pytest.fixture(scope="module")
def scope(golden: Path) -> dict[str, Any]:
    found: dict[str, Any] = breachscope("show", "scope", "--case", golden, "--json").json()
    return found


@pytest.fixture(scope="module")
def parties(scope: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {party["party_id"]: party for party in scope["parties"]}


@pytest.fixture(scope="module")
def downloads(golden: Path) -> dict[str, dict[str, Any]]:
    found = breachscope("show", "extractions", "--case", golden, "--json").json()
    return {row["event_id"]: row for row in found["extractions"]}


EXPECTED_PERSONS = {
    "P1": tiers((6, 6, 6), (3, 2, 4), ZERO, (9, 8, 10)),
    "P2": tiers(ZERO, (2, 2, 2), (1, 1, 101), (3, 3, 103)),
    "P3": tiers(ZERO, (0, 0, 7), (4, 0, 7), (4, 4, 7)),
    "P4": tiers(ZERO, ZERO, ZERO, ZERO),
}


@pytest.mark.parametrize("party", EXPECTED_PERSONS)
def test_the_persons_of_a_party_are_those_worked_by_hand(
    parties: dict[str, dict[str, Any]], party: str
) -> None:
    assert persons(parties[party]["persons"]) == EXPECTED_PERSONS[party]


EXPECTED_ROWS = {
    # gross, low, high, distinct, downloads, first, last (UTC)
    "P1": (19, 19, 19, 11, 4, "2014-04-10T01:00:00+00:00", "2014-07-10T13:00:00+00:00"),
    "P2": (105, 105, 105, 3, 3, "2014-05-07T01:39:59+00:00", "2014-08-01T04:00:00+00:00"),
    "P3": (5, 5, 5, 0, 1, "2014-06-02T05:00:00+00:00", "2014-06-02T05:00:00+00:00"),
    "P4": (0, 0, 0, 0, 0, None, None),
}
ROW_KEYS = (
    "rows_gross",
    "rows_gross_low",
    "rows_gross_high",
    "rows_distinct",
    "downloads",
    "first_at",
    "last_at",
)


@pytest.mark.parametrize("party", EXPECTED_ROWS)
def test_rows_downloads_and_times_of_a_party_are_those_worked_by_hand(
    parties: dict[str, dict[str, Any]], party: str
) -> None:
    assert tuple(parties[party][key] for key in ROW_KEYS) == EXPECTED_ROWS[party]


def test_names_sectors_and_fields_are_those_of_the_evidence(
    parties: dict[str, dict[str, Any]],
) -> None:
    told = {p: (row["name"], row["sector"], row["fields"]) for p, row in parties.items()}
    assert told == {
        "P1": (
            "みどり通販株式会社",
            "private",
            ["name", "kana", "phone", "address", "birth_date"],
        ),
        "P2": (
            "あさひ生活サービス株式会社",
            "private",
            ["name", "phone", "address", "birth_date"],
        ),
        "P3": ("ゆめ市", "local", ["name", "address", "birth_date", "customer_no"]),
        "P4": ("こもれび機構", "iaa", []),
    }


def test_the_totals_are_those_worked_by_hand(scope: dict[str, Any]) -> None:
    totals = scope["totals"]
    assert tuple(totals[key] for key in ROW_KEYS) == (
        129,
        129,
        129,
        14,
        8,
        "2014-04-10T01:00:00+00:00",
        "2014-08-01T04:00:00+00:00",
    )
    assert persons(totals["persons"]) == tiers((6, 6, 6), (5, 4, 13), (5, 1, 108), (16, 15, 120))


def test_a_person_of_two_parties_is_one_person_over_all_parties(scope: dict[str, Any]) -> None:
    assert persons(scope["totals"]["persons_over_parties"]) == tiers(
        (6, 6, 6), (4, 3, 12), (1, 1, 108), (11, 10, 119)
    )


EXPECTED_DOWNLOADS = {
    # version, row scope, rows, tier, act, route
    "D12": ("L2@2014-04-15T00:00:00Z", "all", 4, "possible", "ACT-D12", "site"),
    "D01": ("L1@2014-04-01T00:00:00Z", "all", 6, "confirmed", "ACT-D01", "site"),
    "D02": ("L2@2014-04-15T00:00:00Z", "all", 4, "probable", "ACT-D01", "site"),
    "D03": ("L3@2014-04-15T00:00:00Z", "range", 2, "probable", "ACT-D01", "site"),
    "D04": ("L3@2014-04-15T00:00:00Z", "prefix", 3, "possible", "ACT-D04", "site"),
    "D05": ("L5@2014-05-01T00:00:00Z", "count", 5, "possible", "ACT-D05", "site"),
    "D06": ("L6@2014-05-01T00:00:00Z", "none", 0, "failed", None, "site"),
    "D07": ("L6@2014-05-01T00:00:00Z", "all", 3, "explained", None, "site"),
    "D08": ("L5@2014-05-01T00:00:00Z", "all", 8, "explained", None, "site"),
    "D11": ("L5@2014-05-01T00:00:00Z", "all", 8, "outside_focus", None, "site"),
    "D09": ("L1@2014-07-01T00:00:00Z", "all", 5, "probable", "ACT-D09", "remote"),
    "D10": ("L4@2014-04-15T00:00:00Z", "all", 100, "possible", "ACT-D10", "site"),
}


def test_the_downloads_come_in_order_of_time(downloads: dict[str, dict[str, Any]]) -> None:
    assert list(downloads) == list(EXPECTED_DOWNLOADS)


@pytest.mark.parametrize("event", EXPECTED_DOWNLOADS)
def test_version_rows_tier_act_and_route_of_a_download_are_those_worked_by_hand(
    downloads: dict[str, dict[str, Any]], event: str
) -> None:
    row = downloads[event]
    told = tuple(row[key] for key in ("version_id", "row_scope", "rows", "tier", "act_id", "route"))
    assert told == EXPECTED_DOWNLOADS[event]
    assert row["rows_low"] == row["rows"] == row["rows_high"]


def test_a_range_and_a_prefix_say_which_rows(downloads: dict[str, dict[str, Any]]) -> None:
    told = {e: (downloads[e]["row_from"], downloads[e]["row_to"]) for e in ("D03", "D04", "D05")}
    assert told == {"D03": (1, 2), "D04": (1, 3), "D05": (None, None)}


def test_a_download_before_the_first_upload_is_flagged(
    downloads: dict[str, dict[str, Any]],
) -> None:
    assert [event for event, row in downloads.items() if row["outside_interval"]] == ["D12"]


def test_only_the_explained_download_with_a_device_is_a_conflict(
    downloads: dict[str, dict[str, Any]],
) -> None:
    told = {e: row["conflict_tier"] for e, row in downloads.items() if row["conflict"]}
    assert told == {"D08": "probable"}


def test_what_stands_for_and_against_each_download_is_named(
    downloads: dict[str, dict[str, Any]],
) -> None:
    told = {
        name: {event: row[name] for event, row in downloads.items() if row[name] is not None}
        for name in ("work_id", "media_serial", "file_id")
    }
    assert told == {
        "work_id": {"D07": "W1", "D08": "W2", "D10": "W3"},
        "media_serial": dict.fromkeys(("D01", "D02", "D03", "D08"), "USB-A"),
        "file_id": {"D01": "F1"},
    }


def test_a_download_is_found_again_in_its_file_and_line(
    golden: Path, downloads: dict[str, dict[str, Any]]
) -> None:
    status = breachscope("status", "--case", golden, "--json").json()["evidence"]
    files = {row["evidence_id"]: row["file"] for row in status}
    texts = {
        golden_case.SPRING: golden_case.DOWNLOADS_SPRING.splitlines(),
        golden_case.SUMMER: golden_case.DOWNLOADS_SUMMER.splitlines(),
    }
    for event, row in downloads.items():
        line = texts[files[row["evidence_id"]]][row["line"] - 1]
        assert line.startswith(f"{event},")


def test_the_acts_are_those_worked_by_hand(golden: Path) -> None:
    acts = breachscope("show", "acts", "--case", golden, "--json").json()["acts"]
    told = {act["act_id"]: (act["downloads"], act["rows"], act["route"]) for act in acts}
    assert told == {
        "ACT-D12": (1, 4, "site"),
        "ACT-D01": (3, 12, "site"),
        "ACT-D04": (1, 3, "site"),
        "ACT-D05": (1, 5, "site"),
        "ACT-D09": (1, 5, "remote"),
        "ACT-D10": (1, 100, "site"),
    }


def test_people_have_no_values_and_are_as_many_as_counted(golden: Path) -> None:
    people = breachscope("show", "people", "--party", "P1", "--case", golden, "--json").json()
    assert len(people["people"]) == 9
    assert {tuple(row) for row in people["people"]} == {
        ("party_id", "person_key", "tier", "first_at", "event_id")
    }


def test_why_leads_from_a_figure_to_file_line_and_byte(golden: Path) -> None:
    steps = breachscope("why", "P2:possible", "--case", golden, "--json").json()["steps"]
    (step,) = [step for step in steps if step["what"] == "download" and "D04" in step["says"]]
    text = golden_case.DOWNLOADS_SPRING.replace("\n", "\r\n").encode("cp932")
    assert (step["file"], step["line"]) == (golden_case.SPRING, 6)
    assert text[step["byte"] :].startswith(b"D04,")


def test_every_line_of_evidence_is_taken(golden: Path) -> None:
    for row in breachscope("status", "--case", golden, "--json").json()["evidence"]:
        assert row["rows_read"] == row["rows_taken"] + row["rows_skipped"], row["file"]
        assert row["rows_quarantined"] == 0
        assert row["encoding"].startswith(("cp932", "utf-8"))

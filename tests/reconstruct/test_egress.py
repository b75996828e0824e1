"""What stands for and against a download, its tier and its act."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from breachscope import playbook
from breachscope.errors import ConfigError
from breachscope.reconstruct import facts, rules
from breachscope.reconstruct.egress import Traces, egress, evidence_facts, grounds
from breachscope.reconstruct.leaked import LEAK_SOURCES
from breachscope.schema import EXTRACTIONS, VERSIONS, Kind
from frames import at, frame, kind

if TYPE_CHECKING:
    from pathlib import Path

RULES = playbook.read_toml(
    playbook.shipped() / playbook.DEFAULT / "playbook.toml", playbook.Rules, []
)
assert RULES is not None
FOCUS = facts.Focus(accounts=("admin",))
NO_RULINGS = pl.LazyFrame(
    schema={
        "event_id": pl.String(),
        "ruling": pl.String(),
        "action": pl.String(),
        "ruled_tier": pl.String(),
        "why": pl.String(),
    }
)
VERSION = {
    "version_id": "V",
    "list_id": "L",
    "party_id": "P",
    "uploaded_at": at("2014-01-01"),
    "rows": 100,
    "bytes": 1000,
    "content": "kept",
    "sha256": "AB",
}


def download(event_id: str = "e1", when: str = "2014-05-10 12:00", **more: Any) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "evidence_id": "E1",
        "line": int(event_id[1:]),
        "at": at(when),
        "account": "Admin",
        "account_key": "admin",
        "host": "MT-1",
        "host_key": "mt-1",
        "source_ip": "10.0.0.1",
        "party_id": "P",
        "list_id": "L",
        "version_id": "V",
        "row_scope": "all",
        "row_from": 1,
        "row_to": 100,
        "row_to_high": 100,
        "rows": 100,
        "rows_low": 100,
        "rows_high": 100,
        "version_rows": 100,
        "sent_bytes": 1000,
        "content": "kept",
        **more,
    }


def traces(**given: list[dict[str, Any]]) -> Traces:
    kinds = {
        name: kind(Kind(name), *given.get(name, []))
        for name in ("work", "media", "remote", "files", "hosts")
    }
    known = [VERSION, *given.get("versions", [])]
    leaks = pl.LazyFrame(given.get("leaks", []), schema=LEAK_SOURCES)
    return Traces(**kinds, versions=frame(VERSIONS, *known), leaks=leaks)


def tiers(*downloads: dict[str, Any], **given: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    extractions = frame(EXTRACTIONS, *downloads)
    told = evidence_facts(extractions, traces(**given), FOCUS, RULES)
    found = egress(told, RULES, NO_RULINGS).collect()
    assert found.height == len(downloads)
    return {row["event_id"]: row for row in found.iter_rows(named=True)}


def tier(**given: list[dict[str, Any]]) -> tuple[str, bool]:
    found = tiers(download(), **given)["e1"]
    return found["tier"], found["conflict"]


APPROVED = {
    "work_id": "W1",
    "list_id": "L",
    "account": "admin",
    "host": "mt-1",
    "started_at": at("2014-05-10 11:00"),
    "ended_at": at("2014-05-10 13:00"),
    "approved_at": at("2014-05-09"),
}
PRIVATE = {
    "at": at("2014-05-10 12:30"),
    "host": "MT-1",
    "action": "connect",
    "serial": "S1",
    "registered": False,
}
SESSION = {
    "account": "op1",
    "assigned_ip": "10.0.0.1",
    "started_at": at("2014-05-10 11:50"),
    "ended_at": at("2014-05-10 12:50"),
}
SEIZED = {"file_id": "F1", "bytes": 1000, "rows": 100, "modified_at": at("2014-05-10 12:01")}


FOUND_OUTSIDE = {"leak_id": "B1", "part": 1, "version_id": "L@1", "found_at": at("2016-01-01")}


def test_a_leak_whose_source_only_this_download_can_be_confirms_it() -> None:
    version = VERSION["version_id"]
    found = tiers(download(), leaks=[FOUND_OUTSIDE | {"version_id": version}])["e1"]

    assert (found["tier"], found["leak_id"], found["leak_fits"]) == ("confirmed", "B1/1", 1)


def test_of_two_unexplained_downloads_a_leak_names_neither() -> None:
    leak = FOUND_OUTSIDE | {"version_id": VERSION["version_id"]}
    found = tiers(download(), download(event_id="e2"), leaks=[leak])

    assert {row["tier"] for row in found.values()} == {"possible"}
    assert {row["leak_fits"] for row in found.values()} == {2}


def test_a_leak_found_before_the_download_is_not_from_it() -> None:
    leak = FOUND_OUTSIDE | {"version_id": VERSION["version_id"], "found_at": at("2014-01-01")}

    assert tier(leaks=[leak]) == ("possible", False)


def test_an_explained_download_yields_to_an_unexplained_one_for_a_leak() -> None:
    leak = FOUND_OUTSIDE | {"version_id": VERSION["version_id"]}
    later = download(event_id="e2", at=at("2015-03-01 12:00"))
    found = tiers(download(), later, work=[APPROVED], leaks=[leak])

    assert (found["e1"]["tier"], found["e2"]["tier"]) == ("explained", "confirmed")


def test_an_unexplained_download_is_possible() -> None:
    assert tier() == ("possible", False)


def test_work_approved_before_explains() -> None:
    assert tier(work=[APPROVED]) == ("explained", False)


@pytest.mark.parametrize(
    "change",
    [
        {"approved_at": at("2014-05-10 12:01")},
        {"approved_at": None},
        {"list_id": "L2"},
        {"host": "mt-2"},
        {"account": "other"},
        {"host": None, "account": None},
        {"ended_at": at("2014-05-10 11:59")},
    ],
)
def test_work_that_does_not_cover_or_came_later_does_not_explain(change: dict[str, Any]) -> None:
    assert tier(work=[{**APPROVED, **change}]) == ("possible", False)


def test_work_for_several_lists_names_each() -> None:
    assert tier(work=[{**APPROVED, "list_id": "K、L", "host": None}])[0] == "explained"


def test_work_approved_later_is_shown_all_the_same() -> None:
    found = tiers(download(), work=[{**APPROVED, "approved_at": at("2014-05-11")}])["e1"]

    assert (found["work_id"], found["work_approved_before"]) == ("W1", False)


def test_an_unregistered_device_within_the_hour_makes_it_probable() -> None:
    assert tier(media=[PRIVATE])[0] == "probable"
    assert tier(media=[{**PRIVATE, "at": at("2014-05-10 13:00")}])[0] == "probable"


@pytest.mark.parametrize(
    "change",
    [
        {"registered": True},
        {"registered": None},
        {"host": "MT-2"},
        {"at": at("2014-05-10 13:01")},
    ],
)
def test_another_device_host_or_time_does_not(change: dict[str, Any]) -> None:
    assert tier(media=[{**PRIVATE, **change}])[0] == "possible"


def test_a_device_that_was_in_already_counts_until_it_was_taken_out() -> None:
    before = {**PRIVATE, "at": at("2014-05-10 09:00")}
    out = {**PRIVATE, "action": "disconnect"}
    assert tier(media=[before, {**out, "at": at("2014-05-10 12:05")}])[0] == "probable"
    assert tier(media=[before, {**out, "at": at("2014-05-10 11:55")}])[0] == "possible"


def test_a_missing_disconnect_is_taken_to_last_a_day_and_flagged() -> None:
    found = tiers(download(), media=[{**PRIVATE, "at": at("2014-05-09 13:00")}])["e1"]
    assert (found["tier"], found["device_assumed_end"]) == ("probable", True)

    assert tier(media=[{**PRIVATE, "at": at("2014-05-09 11:00")}])[0] == "possible"


def test_a_missing_disconnect_closes_at_the_next_connect_elsewhere_in_time() -> None:
    spans = facts.connections(
        kind(
            Kind.MEDIA,
            {**PRIVATE, "at": at("2014-05-10 08:00")},
            {**PRIVATE, "at": at("2014-05-10 10:00")},
        ),
        timedelta(hours=24),
    ).collect()

    assert spans["end"].to_list() == [at("2014-05-10 10:00"), at("2014-05-11 10:00")]


def test_an_assigned_address_makes_it_probable_and_remote() -> None:
    found = tiers(download(), remote=[SESSION])["e1"]

    assert (found["tier"], found["route"]) == ("probable", "remote")
    assert tier(remote=[{**SESSION, "ended_at": at("2014-05-10 11:59")}])[0] == "possible"


def test_a_seized_file_of_that_size_and_time_confirms() -> None:
    assert tier(files=[SEIZED]) == ("confirmed", False)
    assert tier(files=[{**SEIZED, "bytes": 5, "sha256": "ab"}])[0] == "confirmed"


@pytest.mark.parametrize(
    "change",
    [
        {"bytes": 999},
        {"rows": 99},
        {"modified_at": at("2014-05-10 11:59")},
        {"modified_at": at("2014-05-10 14:01")},
        {"sha256": "cd"},
    ],
)
def test_a_seized_file_that_differs_does_not(change: dict[str, Any]) -> None:
    assert tier(files=[{**SEIZED, **change}])[0] == "possible"


def test_downloads_that_fit_one_file_alike_keep_their_tiers_its_people_are_confirmed() -> None:
    both = (download("e1"), download("e2", "2014-05-10 12:00"))
    found = tiers(*both, files=[SEIZED])
    assert {row["tier"] for row in found.values()} == {"possible"}
    assert found["e1"]["file_fits"] == 2

    extractions = frame(EXTRACTIONS, *both)
    given = traces(files=[SEIZED])
    told = egress(evidence_facts(extractions, given, FOCUS, RULES), RULES, NO_RULINGS)
    ground = grounds(extractions, told, given, FOCUS, RULES).collect()

    assert ground.select("event_id", "version_id", "tier", "row_from", "row_to").rows() == [
        ("FILE:F1", "V", "confirmed", 1, 100)
    ]


def test_explained_downloads_yield_a_file_to_the_unexplained_one() -> None:
    other = download("e2", "2014-05-10 12:00", host="MT-9", host_key="mt-9")

    found = tiers(download(), other, files=[SEIZED], work=[APPROVED])

    assert (found["e1"]["tier"], found["e2"]["tier"]) == ("explained", "confirmed")
    assert not found["e1"]["conflict"]


@pytest.mark.parametrize(
    "against", [{"media": [PRIVATE]}, {"remote": [SESSION]}, {"files": [SEIZED]}]
)
def test_an_explained_download_with_evidence_against_it_is_a_conflict(
    against: dict[str, list[dict[str, Any]]],
) -> None:
    found = tiers(download(), work=[APPROVED], **against)["e1"]

    assert (found["tier"], found["conflict"]) == ("explained", True)
    assert found["conflict_tier"] == ("confirmed" if "files" in against else "probable")


def test_a_file_of_a_version_nobody_downloaded_enters_the_scope_on_that_ground() -> None:
    other = {**VERSION, "version_id": "V2", "sha256": "EE", "bytes": 55, "rows": 7}
    given = traces(versions=[other], files=[{**SEIZED, "bytes": 55, "rows": 7, "sha256": "ee"}])
    extractions = frame(EXTRACTIONS, download())
    told = egress(evidence_facts(extractions, given, FOCUS, RULES), RULES, NO_RULINGS)

    found = grounds(extractions, told, given, FOCUS, RULES).collect()

    assert found.select("version_id", "row_to", "tier").rows() == [("V2", 7, "confirmed")]


def test_a_failed_download_and_one_outside_the_inquiry_are_told_apart() -> None:
    found = tiers(
        download("e1", row_scope="none"),
        download("e2", account_key="manager"),
        media=[PRIVATE],
    )

    assert (found["e1"]["tier"], found["e2"]["tier"]) == ("failed", "outside_focus")


def test_outside_every_interval_is_possible_at_most() -> None:
    found = tiers(download(outside_interval=True), files=[SEIZED], media=[PRIVATE])["e1"]

    assert found["tier"] == "possible"


def test_an_act_goes_on_while_pauses_are_short_and_explained_ones_do_not_bridge() -> None:
    found = tiers(
        download("e1", "2014-05-10 12:00"),
        download("e2", "2014-05-10 12:29"),
        download("e3", "2014-05-10 12:59"),
        download("e4", "2014-05-10 13:20", list_id="M"),
        download("e5", "2014-05-10 13:40"),
        work=[{**APPROVED, "list_id": "M", "ended_at": at("2014-05-10 14:00")}],
    )

    assert [found[f"e{i}"]["act_id"] for i in range(1, 6)] == [
        "ACT-e1",
        "ACT-e1",
        "ACT-e3",
        None,
        "ACT-e5",
    ]


def test_a_ruling_is_replayed_over_the_playbook() -> None:
    rulings = NO_RULINGS.collect().extend(
        pl.DataFrame(
            [("e1", "R1", "reject", None, "not his work")],
            schema=NO_RULINGS.collect_schema(),
            orient="row",
        )
    )
    extractions = frame(EXTRACTIONS, download())
    given = traces(work=[APPROVED], media=[PRIVATE])
    told = evidence_facts(extractions, given, FOCUS, RULES)

    found = egress(told, RULES, rulings.lazy()).collect().row(0, named=True)

    assert (found["tier"], found["conflict"], found["ruling"]) == ("probable", False, "R1")


def test_the_act_table_adds_up() -> None:
    extractions = frame(EXTRACTIONS, download("e1"), download("e2", "2014-05-10 12:10"))
    told = egress(
        evidence_facts(extractions, traces(remote=[SESSION]), FOCUS, RULES), RULES, NO_RULINGS
    )

    act = rules.act_table(told).collect().row(0, named=True)

    assert (act["downloads"], act["rows"], act["probable"], act["route"]) == (2, 200, 2, "remote")


def test_a_rule_that_names_an_unknown_column_is_said_with_its_place(tmp_path: Path) -> None:
    wrong = RULES.model_copy(
        update={"rules": [playbook.Rule(tier="possible", when="moon_phase = 3", reason="")]}
    )

    with pytest.raises(ConfigError, match=r"rules\[0\].when: no such column: moon_phase"):
        rules.judged(frame(EXTRACTIONS, download()), wrong)


def test_a_file_that_a_count_or_an_unbound_download_fits_too_confirms_nobody() -> None:
    rivals = (
        download("e1"),
        download("e2"),
        download("e3", row_scope="count", row_from=None, row_to=None, version_id="W"),
    )
    extractions = frame(EXTRACTIONS, *rivals)
    given = traces(files=[SEIZED])
    told = egress(evidence_facts(extractions, given, FOCUS, RULES), RULES, NO_RULINGS)

    assert grounds(extractions, told, given, FOCUS, RULES).collect().is_empty()


def test_an_empty_file_is_no_trace_of_an_empty_download() -> None:
    nothing = download(sent_bytes=0, row_scope="count", row_from=None, row_to=None)

    assert tiers(nothing, files=[{**SEIZED, "bytes": 0, "rows": None}])["e1"]["tier"] == "possible"


def test_a_line_that_forgets_the_registration_takes_it_from_the_device_s_others() -> None:
    again = {**PRIVATE, "at": at("2014-05-10 12:31"), "registered": None}

    assert tier(media=[{**PRIVATE, "at": at("2014-05-10 11:00")}, again])[0] == "probable"

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from breachscope.reconstruct import contracts
from breachscope.schema import EGRESS, VERSIONS, Kind
from frames import at, frame, kind

if TYPE_CHECKING:
    import polars as pl

TOKYO = "Asia/Tokyo"
AS_OF = at("2024-01-01")


def parties(**values: Any) -> pl.LazyFrame:
    return kind(Kind.PARTIES, {"party_id": "P1", "name": "n", "sector": "private"} | values)


def version(**values: Any) -> dict[str, Any]:
    return {
        "version_id": "V1",
        "party_id": "P1",
        "uploaded_at": at("2020-01-01"),
        "rows": 5,
    } | values


def kept(*versions: dict[str, Any], due: date | None = date(2021, 3, 31)) -> list[dict[str, Any]]:
    found = contracts.kept_past_disposal(
        frame(VERSIONS, *versions), parties(disposal_due=due), AS_OF, TOKYO
    )
    return found.collect().rows(named=True)


def test_a_list_removed_on_the_day_it_was_due_is_in_order() -> None:
    assert not kept(version(until=at("2021-03-31 14:59")))  # 23:59 in Tokyo
    assert not kept(version(), due=None)
    assert not kept(version(uploaded_at=at("2025-01-01")))


def test_a_list_still_there_the_day_after_is_kept_too_long_until_it_is_removed() -> None:
    (gone,) = kept(version(until=at("2021-06-30")))
    (still,) = kept(version())

    assert (gone["at"], gone["until"]) == (at("2021-03-31 15:00"), at("2021-06-30"))
    assert still["until"] is None


def test_a_list_uploaded_after_it_was_due_stands_against_the_contract_from_its_upload() -> None:
    (late,) = kept(version(uploaded_at=at("2022-01-01")))

    assert late["at"] == at("2022-01-01")


def link(one: str, other: str, since: str, **values: Any) -> dict[str, Any]:
    row = {"from_party": one, "to_party": other, "since": date.fromisoformat(since)}
    return row | values


def passed(*links: dict[str, Any], **party: Any) -> list[dict[str, Any]]:
    bounded = contracts.with_bounds(kind(Kind.ENTRUSTMENTS, *links), TOKYO).collect()
    return contracts.passed_on(bounded, parties(**party).collect(), AS_OF).rows(named=True)


def test_data_passed_on_without_the_approval_asked_for_is_a_finding_along_the_whole_chain() -> None:
    asked = link("P1", "A", "2012-04-01", approval_required=True)
    found = passed(asked, link("A", "B", "2013-04-01"), link("B", "C", "2014-04-01"))

    assert [row["subject"] for row in found] == ["A → B", "B → C"]
    assert {row["finding"] for row in found} == {"passed_on_unapproved"}
    assert found[0]["at"] == at("2013-03-31 15:00")


def test_approval_before_the_passing_on_leaves_no_finding_and_a_later_one_ends_it() -> None:
    asked = link("P1", "A", "2012-04-01", approval_required=True)
    onward = link("A", "B", "2013-04-01")

    assert not passed(asked, onward, reentrustment_approved_at=at("2013-01-01"))
    (late,) = passed(asked, onward | {"approved_at": at("2015-01-01")})
    assert late["until"] == at("2015-01-01")


def test_a_contract_that_does_not_ask_gives_no_finding_and_one_that_does_not_say_is_unknown() -> (
    None
):
    onward = link("A", "B", "2013-04-01")

    assert not passed(link("P1", "A", "2012-04-01", approval_required=False), onward)
    (unknown,) = passed(link("P1", "A", "2012-04-01"), onward)
    assert unknown["finding"] == "passed_on_unknown"
    assert not passed(
        link("P1", "A", "2012-04-01", approval_required=True),
        onward | {"approval_required": False},
    )


def test_a_ring_of_entrustments_ends() -> None:
    asked = link("P1", "A", "2012-04-01", approval_required=True)
    found = passed(asked, link("A", "B", "2013-04-01"), link("B", "A", "2014-04-01"))

    assert [row["subject"] for row in found] == ["A → B", "B → A"]


def test_what_left_while_a_list_was_kept_too_long_is_its_exposure() -> None:
    found = contracts.kept_past_disposal(
        frame(VERSIONS, version()), parties(disposal_due=date(2021, 3, 31)), AS_OF, TOKYO
    )
    fetched = {"party_id": "P1", "version_id": "V1", "tier": "possible", "rows": 5}
    egress = frame(
        EGRESS,
        fetched | {"at": at("2021-03-01")},
        fetched | {"at": at("2022-03-01")},
        fetched | {"at": at("2022-03-02"), "tier": "explained"},
        fetched | {"at": at("2022-03-03"), "version_id": "V2"},
    )
    (row,) = contracts.exposed(found, egress, AS_OF).collect().rows(named=True)

    assert (row["downloads"], row["rows"], row["days"]) == (1, 5, 1005)

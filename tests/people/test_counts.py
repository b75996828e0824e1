"""The count ladder of one party, every number worked by hand."""

from collections.abc import Mapping
from datetime import date

import polars as pl
import pytest
from people_frames import (
    POLICY,
    Record,
    at,
    download,
    egress,
    figures,
    identity,
    reach,
    records,
    segment,
    segments,
)

from breachscope.errors import ReconciliationError
from breachscope.people.counts import (
    PARTY_COUNTS,
    PartyReach,
    over_parties_counts,
    party_reach,
    reconciled,
)
from breachscope.people.identity import PartyIdentity, over_parties, party_identity
from breachscope.schema import COUNTS, OVER_PARTIES, SCOPE

TEN: list[Record] = [{"name": f"人{n}", "phone": str(n)} for n in range(10)]
SURE_OF: list[Record] = [{**who, "address": f"北町{n}-1"} for n, who in enumerate(TEN)]
"""They tell enough that two rows of one are one person, even strictly."""
COUNT = {"sure": False, "version_rows": 10}


def test_a_family_of_four_is_four_persons_in_four_rows() -> None:
    home = {"phone": "0311112222", "address": "北町1-2-3"}
    found = reach(
        identity(V1=[{"name": name, **home} for name in ("父", "母", "子", "娘")]),
        segment("V1", (1, 4)),
    )

    assert figures(found, "possible") == figures(found, "all") == (4, 4, 4)
    assert found.counts["rows_distinct"].item() == 4
    assert found.counts.schema == PARTY_COUNTS
    assert found.scope.schema == SCOPE


def test_a_person_in_two_versions_and_two_lists_counts_once() -> None:
    who = identity(
        L1V1=[{"name": "甲", "phone": "1", "address": "北町1-2"}],
        L1V2=[{"name": "甲", "phone": "1", "address": "南町3-4"}],
        L2V1=[{"name": "甲", "phone": "1"}],
    )
    found = reach(who, segment("L1V1", (1, 1)), segment("L1V2", (1, 1)), segment("L2V1", (1, 1)))

    assert figures(found, "all") == (1, 1, 3)
    assert found.counts["rows_distinct"].item() == 3


def test_namesakes_are_two_in_the_count_and_in_every_bound() -> None:
    found = reach(
        identity(V1=[{"name": "甲", "phone": "1"}, {"name": "甲", "phone": "2"}]),
        segment("V1", (1, 2)),
    )

    assert figures(found, "all") == (2, 2, 2)


def test_chained_people_are_two_in_the_low_bound_and_three_in_the_count() -> None:
    found = reach(
        identity(
            V1=[
                {"name": "林一", "phone": "1", "birth": date(1950, 1, 1)},
                {"name": "林一", "phone": "1", "phone2": "2"},
                {"name": "林一", "phone": "2", "birth": date(1980, 5, 5)},
            ]
        ),
        segment("V1", (1, 3)),
    )

    assert figures(found, "all") == (2, 3, 3)


def test_a_person_stands_in_the_highest_tier_that_surely_reaches_them() -> None:
    who = identity(V1=TEN, V2=[{"name": "人0", "phone": "0", "address": "北町1-2"}])
    found = reach(
        who,
        segment("V1", (1, 10), event_id="E1", at=at(1)),
        segment("V2", (1, 1), event_id="E2", at=at(5), tier="confirmed"),
    )

    assert figures(found, "confirmed") == (1, 1, 1)
    assert figures(found, "possible") == (9, 9, 10)  # strictly, the two may be two people
    assert figures(found, "all") == (10, 10, 11)
    assert found.scope.row(0)[2:] == ("confirmed", at(5), "E2")
    assert found.scope.height == 10


def test_scope_names_the_earliest_download_of_the_best_tier() -> None:
    found = reach(
        identity(V1=TEN[:1]),
        segment("V1", (1, 1), event_id="E1", at=at(1)),
        segment("V1", (1, 1), event_id="E3", at=at(3), tier="probable"),
        segment("V1", (1, 1), event_id="E2", at=at(2), tier="probable"),
    )

    assert found.scope.select("tier", "first_at", "event_id").rows() == [("probable", at(2), "E2")]


def test_the_unsure_end_of_a_prefix_is_in_the_high_bound_only() -> None:
    found = reach(
        identity(V1=TEN), segment("V1", (1, 4), version_rows=10), segment("V1", (5, 6), **COUNT)
    )

    assert figures(found, "possible") == figures(found, "all") == (4, 4, 6)
    assert found.scope.height == 4


def test_of_a_count_as_many_persons_left_as_rows_less_repeats() -> None:
    rows = [*SURE_OF[:8], SURE_OF[0], SURE_OF[1]]  # ten rows, eight persons
    found = reach(identity(V1=rows), segment("V1", (1, 10), at_least=7, **COUNT))

    assert figures(found, "possible") == figures(found, "all") == (5, 5, 8)
    assert found.scope.is_empty()


def test_a_count_of_few_rows_is_one_person_at_least() -> None:
    rows = [*SURE_OF[:3], *SURE_OF[:3], *SURE_OF[:3], SURE_OF[0]]
    found = reach(identity(V1=rows), segment("V1", (1, 10), at_least=2, **COUNT))

    assert figures(found, "all") == (1, 1, 3)


def test_minima_of_two_counts_never_add_up() -> None:
    other: list[Record] = [{"name": f"別{n}", "phone": f"9{n}"} for n in range(10)]
    found = reach(
        identity(V1=TEN, V2=other),
        segment("V1", (1, 10), at_least=6, **COUNT),
        segment("V2", (1, 10), at_least=4, tier="confirmed", event_id="E2", **COUNT),
    )

    assert figures(found, "all") == (6, 6, 20)
    assert figures(found, "possible")[1] == 6
    assert figures(found, "confirmed") == (0, 0, 10)


def test_a_minimum_counts_only_beyond_those_surely_reached() -> None:
    who = identity(V1=TEN, V2=TEN[:4])
    found = reach(
        who,
        segment("V2", (1, 4), tier="confirmed"),
        segment("V1", (1, 10), at_least=9, event_id="E2", **COUNT),
    )

    assert figures(found, "confirmed") == (4, 4, 4)
    assert figures(found, "possible") == (5, 5, 6)
    assert figures(found, "all") == (9, 9, 10)


def test_whom_a_doubtful_higher_tier_may_move_up_is_not_in_the_low_bound() -> None:
    found = reach(
        identity(V1=TEN),
        segment("V1", (1, 10)),
        segment("V1", (1, 3), sure=False, tier="confirmed", event_id="E2", version_rows=10),
    )

    assert figures(found, "confirmed") == (0, 0, 3)
    assert figures(found, "possible") == (7, 10, 10)
    assert figures(found, "all") == (10, 10, 10)


def test_a_conflict_s_people_are_in_the_high_bound_until_a_ruling() -> None:
    found = reach(identity(V1=TEN), segment("V1", (1, 10), sure=False, tier="probable"))

    assert figures(found, "probable") == figures(found, "all") == (0, 0, 10)


def test_lost_content_adds_its_rows_to_the_high_bound_once_a_version() -> None:
    lost = {"content": "lost", "version_rows": 500}
    found = reach(
        identity(V1=TEN),
        segment("V1", (1, 10)),
        segment("V0", (1, 300), event_id="E2", **lost),
        segment("V0", (200, 500), event_id="E3", **lost),
    )

    assert figures(found, "possible") == figures(found, "all") == (10, 10, 510)


def test_lost_content_of_two_tiers_stands_in_the_better_one() -> None:
    lost = {"content": "lost", "version_rows": 100}
    found = reach(
        identity(),
        segment("V0", (1, 100), event_id="E2", **lost),
        segment("V0", (1, 30), event_id="E3", tier="confirmed", **lost),
    )

    assert figures(found, "confirmed") == (0, 0, 30)
    assert figures(found, "possible") == (0, 0, 70)
    assert figures(found, "all") == (0, 0, 100)


def test_someone_in_lost_content_may_be_someone_counted_in_a_lower_tier() -> None:
    lost = {"content": "lost", "version_rows": 3, "tier": "confirmed", "event_id": "E2"}
    found = reach(identity(V1=TEN), segment("V1", (1, 10)), segment("V0", (1, 3), **lost))

    assert figures(found, "possible") == (7, 10, 10)
    assert figures(found, "all") == (10, 10, 13)


def test_a_row_that_cannot_be_read_may_be_one_more_person() -> None:
    frame = records(*TEN).filter(pl.col("row_no") != 4)
    who = party_identity("P1", [("V1", frame)], POLICY)

    assert figures(reach(who, segment("V1", (1, 10))), "all") == (9, 9, 10)


def test_all_rows_are_all_records_however_the_list_numbers_them() -> None:
    frame = records(*TEN).with_columns(pl.col("row_no") + 1000)
    who = party_identity("P1", [("V1", frame)], POLICY)

    assert figures(reach(who, segment("V1", (1, 10))), "all") == (10, 10, 10)


def test_records_beyond_the_rows_a_list_is_said_to_have_may_have_left() -> None:
    found = reach(identity(V1=TEN), segment("V1", (1, 6), version_rows=6))

    assert figures(found, "possible") == figures(found, "all") == (6, 6, 10)
    assert found.scope.height == found.counts["rows_distinct"].item() == 6


def test_a_part_of_a_list_longer_than_said_is_that_part() -> None:
    found = reach(identity(V1=TEN), segment("V1", (1, 4), version_rows=6))

    assert figures(found, "all") == (4, 4, 4)


def test_rows_of_a_name_alone_may_each_be_someone_else() -> None:
    found = reach(identity(V1=[{"name": "甲"}] * 4), segment("V1", (1, 4)))

    assert figures(found, "possible") == figures(found, "all") == (1, 1, 4)


def test_rows_that_did_not_leave_are_nobody_more() -> None:
    found = reach(identity(V1=[{"name": "甲"}] * 4), segment("V1", (1, 2), version_rows=4))

    assert figures(found, "all") == (1, 1, 2)


def test_a_name_alone_in_two_versions_may_be_the_same_people_again() -> None:
    found = reach(
        identity(V1=[{"name": "甲"}] * 3, V2=[{"name": "甲"}] * 2),
        segment("V1", (1, 3)),
        segment("V2", (1, 2), event_id="E2", tier="confirmed"),
    )

    assert figures(found, "all") == (1, 1, 3)
    assert figures(found, "confirmed") == (1, 1, 2)
    assert figures(found, "possible") == (0, 0, 2)


def test_rows_of_all_that_a_strict_rung_asks_for_are_one_person() -> None:
    found = reach(identity(V1=SURE_OF[:1] * 4), segment("V1", (1, 4)))

    assert figures(found, "all") == (1, 1, 1)


def test_a_row_of_a_sex_a_town_or_a_birth_date_is_nobody_we_can_name() -> None:
    rows: list[Record] = [
        {"sex": "f"},
        {"address": "北町", "postal": "1000001"},
        {"birth": date(1950, 1, 1)},
    ]
    found = reach(identity(V1=[*TEN[:2], *rows]), segment("V1", (1, 5)))

    assert figures(found, "all") == (2, 2, 5)


def test_a_download_that_nothing_bounds_is_named() -> None:
    found = reach(
        identity(), segment("V0", (1, 1), content="lost", row_to=None, sure=False, event_id="E9")
    )

    assert found.endless == ("E9",)
    assert figures(found, "all") == (0, 0, 0)


def test_a_party_nothing_of_which_left_has_zeros() -> None:
    found = reach(identity(V1=TEN))

    assert figures(found, "all") == (0, 0, 0)
    assert found.scope.is_empty()
    assert found.counts.row(0, named=True)["rows_distinct"] == 0


def test_gross_figures_are_over_the_counted_tiers() -> None:
    who = identity(V1=TEN)
    downloads = egress(
        download("V1", at=at(3)),
        download("V1", at=at(9), tier="confirmed", rows=4, rows_low=3, rows_high=6),
        download("V1", at=at(1), tier="explained"),
        download("V1", at=at(1), tier="failed", rows=0, rows_low=0, rows_high=0),
        download("V1", at=at(1), party_id="P2"),
    )
    found = party_reach(
        "P1",
        segments(),
        downloads,
        who.index,
        who.persons,
        {"V1": ["phone", "name"], "V2": ["sex"]},
    )

    assert found.counts.row(0, named=True) | {
        "rows_gross": 14,
        "rows_gross_low": 13,
        "rows_gross_high": 16,
        "first_at": at(3),
        "last_at": at(9),
        "downloads": 2,
        "fields": ["name", "phone"],
    } == found.counts.row(0, named=True)


def parties(**lists: list[Record]) -> list[PartyIdentity]:
    return [party_identity(p, [(f"{p}V", records(*rows))], POLICY) for p, rows in lists.items()]


def whole(*of: PartyIdentity, taken: Mapping[str, int]) -> tuple[list[PartyReach], pl.DataFrame]:
    """The reach of each party, the first rows of its one version taken; and the over-all row."""
    reaches = [
        party_reach(
            who.party_id,
            segments(
                segment(
                    f"{who.party_id}V",
                    (1, rows),
                    party_id=who.party_id,
                    version_rows=who.index.height,
                )
            )
            if (rows := taken.get(who.party_id, 0))
            else segments(),
            egress(),
            who.index,
            who.persons,
            {},
        )
        for who in of
    ]
    labels = over_parties([(who.party_id, who.keys, who.persons) for who in of], POLICY)
    return reaches, over_parties_counts(reaches, labels)


def test_one_person_in_two_parties_counts_once_in_the_whole() -> None:
    of = parties(P1=TEN, P2=[*TEN[:3], {"name": "別", "phone": "99"}])
    reaches, over = whole(*of, taken={"P1": 10, "P2": 4})

    assert [figures(found, "all") for found in reaches] == [(10, 10, 10), (4, 4, 4)]
    # name and telephone are not strict: strictly, the three may be three more
    assert over.select("all_low", "all_count", "all_high").row(0) == (11, 11, 14)
    assert over.schema == OVER_PARTIES


def test_customer_numbers_join_nobody_over_parties() -> None:
    of = parties(
        P1=[{"name": "甲", "customer": "1", "phone": "1"}],
        P2=[{"name": "甲", "customer": "1", "phone": "2"}],
    )
    _, over = whole(*of, taken={"P1": 1, "P2": 1})

    assert over["all_count"].item() == over["all_low"].item() == 2


def test_what_a_party_has_joined_stays_joined_in_the_whole() -> None:
    of = parties(
        P1=[
            {"name": "甲", "customer": "1", "phone": "1"},
            {"name": "甲", "customer": "1", "phone": "2"},
        ],
        P2=[{"name": "甲", "phone": "2", "address": "北町1-2"}],
    )
    _, over = whole(*of, taken={"P1": 2, "P2": 1})

    assert over["all_count"].item() == 1


def test_someone_not_reached_anywhere_is_not_in_the_whole() -> None:
    of = parties(P1=TEN, P2=TEN)
    _, over = whole(*of, taken={"P1": 4})

    assert over["all_count"].item() == 4


def test_lost_rows_add_up_over_parties() -> None:
    lost = {"content": "lost", "version_rows": 20}
    who = parties(P1=TEN, P2=TEN)
    reaches = [
        party_reach(
            one.party_id,
            segments(segment("V0", (1, 20), party_id=one.party_id, **lost)),
            egress(),
            one.index,
            one.persons,
            {},
        )
        for one in who
    ]
    labels = over_parties([(one.party_id, one.keys, one.persons) for one in who], POLICY)
    over = over_parties_counts(reaches, labels)

    assert over.select("all_low", "all_count", "all_high").row(0) == (0, 0, 40)


def test_repeats_add_up_over_parties() -> None:
    alone: list[Record] = [{"name": "甲"}] * 3
    reaches, over = whole(*parties(P1=alone, P2=alone), taken={"P1": 3, "P2": 3})

    assert [figures(found, "all") for found in reaches] == [(1, 1, 3)] * 2
    assert over["all_high"].item() == 6


def test_without_parties_nobody_is_counted() -> None:
    total = over_parties_counts([], over_parties([], POLICY))

    assert total.row(0) == (0,) * len(OVER_PARTIES)
    reconciled(pl.DataFrame(schema=COUNTS), total)


def counts(**figures: int) -> pl.DataFrame:
    row = {name: 0 for name, dtype in COUNTS.items() if dtype in (pl.UInt64(), pl.UInt32())}
    return pl.DataFrame([{"party_id": "P7", **row, **figures}], schema=COUNTS)


def over(**figures: int) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(OVER_PARTIES, 0) | figures], schema=OVER_PARTIES)


def test_figures_that_agree_pass() -> None:
    fine = {"possible_low": 2, "possible_count": 3, "possible_high": 4}
    total = {"all_low": 2, "all_count": 3, "all_high": 4}

    reconciled(counts(**fine, **total, rows_gross_high=2), over(**fine, **total))


def test_more_persons_than_rows_that_left_stop_the_run() -> None:
    figures = {f"{tier}_{m}": 3 for tier in ("possible", "all") for m in ("low", "count", "high")}

    with pytest.raises(ReconciliationError, match="party P7: all_low 3 above the 2 rows"):
        reconciled(counts(**figures, rows_gross_high=2), over())


def test_rows_of_a_seized_file_count_beside_those_downloaded() -> None:
    found = reach(identity(V1=TEN), segment("V1", (1, 10), event_id="F1"))
    total = found.counts.select(OVER_PARTIES.names())

    assert found.seized == 10
    reconciled(found.counts, total, {"P1": found.seized})


def test_tiers_that_do_not_add_up_stop_the_run_naming_the_party() -> None:
    with pytest.raises(ReconciliationError, match="party P7: tiers give 3, all 4"):
        reconciled(counts(possible_count=3, possible_high=3, all_count=4, all_high=4), over())


def test_a_count_outside_its_bounds_stops_the_run() -> None:
    with pytest.raises(ReconciliationError, match="all_count 3 not between 0 and 2"):
        reconciled(counts(possible_count=3, possible_high=3, all_count=3, all_high=2), over())


def test_more_persons_over_all_parties_than_in_them_stops_the_run() -> None:
    figures = {"possible_count": 1, "possible_high": 1, "all_count": 1, "all_high": 1}

    with pytest.raises(ReconciliationError, match="all_count 1 above the sum 0"):
        reconciled(counts(), over(**figures))

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from breachscope.exercise.reach import stretches
from breachscope.exercise.scoring import Run, Truth, scores
from breachscope.schema import COUNTS, EGRESS, OVER_PARTIES

AT = datetime(2020, 1, 6, 1, tzinfo=UTC)
FACT = {
    "file": "log.csv", "line": 2, "event_id": None, "at_utc": AT, "account": "a", "host": "h",
    "person_id": "X", "purpose": "theft", "version_id": "V1", "party_id": "P1", "outcome": "ok",
    "first_row": 1, "last_row": 3, "rows_sent": 3, "exact_known": True, "work_order_id": None,
    "authorised_before": False, "in_inquiry": True, "private_stick_in_host": True,
    "via_remote": False, "carried_out": True, "seized_file_id": None, "seized_file_unique": False,
}  # fmt: skip
FACTS = pl.Schema(
    {name: pl.String() for name in FACT}
    | {"at_utc": pl.Datetime("us", "UTC"), "line": pl.UInt64()}
    | dict.fromkeys(("first_row", "last_row", "rows_sent"), pl.Int64())
    | {name: pl.Boolean() for name, value in FACT.items() if isinstance(value, bool)}
)
RECORDS = pl.LazyFrame(
    {
        "party_id": ["P1"] * 4 + ["P2"] * 2,
        "version_id": ["V1"] * 4 + ["V2"] * 2,
        "row_no": [1, 2, 3, 4, 1, 2],
        "person": [10, 11, 11, 12, 10, 20],
    },
    schema_overrides={"row_no": pl.UInt32, "person": pl.UInt32},
)
VERSIONS = pl.DataFrame({"version_id": ["V1", "V2"], "content_kept": [True, True]})
ASIDE = pl.DataFrame(
    {"file": ["r.csv", "log.csv"], "line": [7, 1], "what": ["quarantined", "skipped"],
     "why": ["broken", "directive"]}
)  # fmt: skip


def facts(*changes: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([FACT | change for change in changes], schema=FACTS)


def truth(*changes: dict[str, object]) -> Truth:
    return Truth(facts(*(changes or ({},))), VERSIONS, ASIDE, RECORDS)


def egress(*rows: dict[str, object]) -> pl.DataFrame:
    base = {"evidence_id": "E1", "line": 2, "tier": "probable", "row_scope": "all",
            "row_from": 1, "row_to": 3}  # fmt: skip
    return pl.DataFrame([base | row for row in rows], schema=EGRESS)


def counts(*parties: tuple[str, int, int, int]) -> pl.DataFrame:
    rows = [
        {"party_id": party, "all_count": count, "all_low": low, "all_high": high}
        for party, count, low, high in parties
    ]
    return pl.DataFrame(rows, schema=COUNTS)


def run(*rows: dict[str, object]) -> Run:
    nothing = pl.DataFrame(schema={"evidence_id": pl.String, "line": pl.UInt64})
    return Run(
        egress(*(rows or ({},))),
        counts(("P1", 2, 2, 2), ("P2", 0, 0, 0)),
        pl.DataFrame([{"all_count": 2, "all_low": 2, "all_high": 2}], schema=OVER_PARTIES),
        nothing,
        nothing,
        pl.DataFrame({"evidence_id": ["E1", "E2"], "file": ["log.csv", "r.csv"]}),
    )


def test_a_person_twice_in_the_rows_sent_is_one_person() -> None:
    found = scores(truth(), run())

    assert found.by_party.taken == 2
    assert found.parties_inside == 2
    assert found.total_error == 0


def test_a_person_of_two_parties_counts_once_over_parties() -> None:
    both = ({}, {"line": 3, "version_id": "V2", "party_id": "P2", "last_row": 2, "rows_sent": 2})

    found = scores(truth(*both), run({}, {"line": 3}))

    assert found.by_party.taken == 4
    assert found.over_parties.taken == 3


def test_an_authorised_theft_is_carried_but_not_taken() -> None:
    found = scores(truth({"authorised_before": True}), run())

    assert (found.by_party.taken, found.by_party.carried) == (0, 2)


def test_what_left_no_trace_is_told_apart() -> None:
    gone = {"line": None, "file": None, "last_row": 4, "rows_sent": 4}

    found = scores(truth({}, gone), run())

    assert (found.by_party.taken, found.by_party.unseen) == (2, 1)


def test_an_unlogged_download_whose_file_was_seized_is_evidence() -> None:
    gone = {"line": None, "file": None, "seized_file_id": "F1", "last_row": 4, "rows_sent": 4}

    assert scores(truth(gone), run({"line": 9})).by_party.taken == 3


def test_a_party_outside_its_bounds_is_found() -> None:
    wide = replace(run(), counts=counts(("P1", 9, 5, 9), ("P2", 0, 0, 0)))

    found = scores(truth(), wide)

    assert found.parties_inside == 1
    assert found.total_error == 7 / 2
    assert found.parties.filter(pl.col("party_id") == "P1")["near"].to_list() == [False]


def test_bounds_are_judged_where_contents_are_kept() -> None:
    lost = replace(truth(), versions=VERSIONS.with_columns(content_kept=pl.lit(False)))
    wide = replace(run(), counts=counts(("P1", 2, 0, 4), ("P2", 0, 0, 0)))

    assert scores(truth(), wide).median_spread == 1.0
    assert scores(lost, wide).median_spread == 0.0


def test_true_and_false_removals_are_told_by_tier() -> None:
    honest = {"line": 3, "purpose": "maintenance", "carried_out": False}

    found = scores(truth({}, honest), run({}, {"line": 3, "tier": "possible"}))

    by_tier = {tier.tier: tier for tier in found.tiers}
    assert (by_tier["probable"].true_downloads, by_tier["probable"].true_persons) == (1, 2)
    assert (by_tier["possible"].false_downloads, by_tier["possible"].false_persons) == (1, 2)
    assert (found.removals, found.removals_found) == (1, 1)


@pytest.mark.parametrize(
    ("fact", "tier"),
    [
        ({"rows_sent": 0, "first_row": None, "last_row": None}, "failed"),
        ({"in_inquiry": False}, "outside_focus"),
        ({"authorised_before": True, "seized_file_unique": True}, "explained"),
        ({"seized_file_unique": True}, "confirmed"),
        ({"private_stick_in_host": False, "via_remote": True}, "probable"),
        ({"private_stick_in_host": False}, "possible"),
    ],
)
def test_the_tier_a_download_deserves_follows_from_facts(
    fact: dict[str, object], tier: str
) -> None:
    assert scores(truth(fact), run({"tier": tier})).tiers_right == 1.0
    assert scores(truth(fact), run({"tier": "possible"})).tiers_right == (tier == "possible")


def test_a_row_scope_is_right_only_row_for_row() -> None:
    assert scores(truth(), run()).scopes_exact == 1
    assert scores(truth(), run({"row_to": 2})).scopes_exact == 0
    assert scores(truth({"exact_known": False}), run({"row_to": 2})).scopes_known == 0


def test_a_failed_download_has_no_rows() -> None:
    failed = {"rows_sent": 0, "first_row": None, "last_row": None}
    none = {"row_scope": "none", "row_from": None, "row_to": None}

    assert scores(truth(failed), run(none)).scopes_exact == 1
    assert scores(truth(failed), run()).scopes_exact == 0


def test_lines_set_aside_are_compared_by_file_and_line() -> None:
    seen = pl.DataFrame(
        {"evidence_id": ["E2", "E2"], "line": [7, 8]}, schema_overrides={"line": pl.UInt64}
    )

    found = scores(truth(), replace(run(), quarantined=seen))

    assert (found.quarantined.right, found.quarantined.missing, found.quarantined.extra) == (
        1,
        0,
        1,
    )


def test_directives_may_be_skipped_or_not() -> None:
    seen = pl.DataFrame({"evidence_id": ["E1"], "line": [1]}, schema_overrides={"line": pl.UInt64})

    for skipped in (seen, seen.clear()):
        found = scores(truth(), replace(run(), skipped=skipped))
        assert (found.skipped.missing, found.skipped.extra) == (0, 0)


def test_downloads_lost_and_invented_are_counted() -> None:
    found = scores(truth({}, {"line": 5}), run({}, {"line": 6}))

    assert (found.downloads_lost, found.downloads_invented) == (1, 1)


def test_overlapping_stretches_become_one() -> None:
    rows = facts({"last_row": 3}, {"first_row": 2, "last_row": 6}, {"first_row": 8, "last_row": 9})

    assert stretches(rows).select("first", "last").rows() == [(1, 6), (8, 9)]


def test_the_page_fits_a_terminal() -> None:
    page = scores(truth(), run()).as_lines()

    assert max(map(len, page)) <= 80

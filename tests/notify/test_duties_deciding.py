"""Who owes what: cases worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from duty_cases import MANY, decided, knew, one_party, persons, row

from breachscope import jurisdictions
from breachscope.errors import ConfigError
from breachscope.notify.duties.facts import Edge, Facts, Handler, Ruled
from breachscope.schema import Answer

ORG = Handler("ORG", "private", knew("2023-08-02"), ("jp-appi",))
SUB = Handler("SUB", "private", knew("2023-08-01"), ("jp-appi",))


def chain(*edges: Edge, org: Handler = ORG, sub: Handler = SUB, parties: int = 1) -> Facts:
    facts = one_party("2023-08-07", edges=edges, organisations={"ORG": org, "SUB": sub})
    more = {f"P{n}": Handler(f"P{n}", "private", None, ("jp-appi",)) for n in range(2, parties + 1)}
    return replace(
        facts,
        parties={**facts.parties, **more},
        affected={**facts.affected, **dict.fromkeys(more, MANY)},
        together=persons(9000, 8000, 10000),
    )


def test_an_improper_purpose_gives_sixty_days_even_with_other_triggers() -> None:
    found = row(one_party("2023-08-07"), "private-final")
    assert found["triggers"] == ["improper_purpose", "over_1000"]
    assert found["due"] == date(2023, 10, 5)
    assert found["status"] == "yes"


def test_without_an_improper_purpose_thirty_days_run() -> None:
    found = row(one_party("2023-08-07", purpose=Answer.NO), "private-final")
    assert found["due"] == date(2023, 9, 5)


def test_a_purpose_nobody_can_tell_yet_leaves_the_shorter_clock_running() -> None:
    found = row(one_party("2023-08-07", purpose=Answer.REVIEW), "private-final")
    assert found["due"] == date(2023, 9, 5)
    assert found["open_triggers"] == ["improper_purpose"]


def test_a_party_without_a_knowledge_date_is_listed_and_has_no_due_date() -> None:
    found = decided(one_party(None))
    owed = found.filter(pl.col("status") != "no")
    assert owed.height == 3
    assert owed["status"].unique().to_list() == ["review"]
    assert owed["due"].null_count() == 3
    assert "no knowledge date of P1" in owed["reason"][0]


def test_the_public_body_reports_though_its_contractor_told_it() -> None:
    edge = Edge("P1", "ORG", told=knew("2023-08-07"))
    facts = replace(
        chain(edge), parties={"P1": Handler("P1", "local", knew("2023-08-07"), ("jp-appi",))}
    )
    assert row(facts, "public-final")["status"] == "yes"
    assert row(facts, "private-final", "ORG")["status"] == "no"


def test_an_entrustee_is_released_by_having_told_every_entruster_and_not_before() -> None:
    told = Edge("P1", "ORG", told=knew("2023-08-07"))
    waiting = Edge("P2", "ORG")
    some = row(chain(told, waiting, parties=2), "private-final", "ORG")
    every = row(
        chain(told, replace(waiting, told=knew("2023-08-09")), parties=2), "private-final", "ORG"
    )
    assert (some["status"], some["due"]) == ("yes", date(2023, 10, 2))
    assert "not released: 1 of 2 entrusters were not notified" in str(some["reason"])
    assert (every["status"], every["due"]) == ("no", None)
    assert "all 2 entrusters were notified, the last on 2023-08-09" in str(every["reason"])
    assert any("sub-entrustee is released" in doubt for doubt in every["unverified"])  # type: ignore[attr-defined]


def test_each_edge_has_its_own_notice_with_its_own_clock() -> None:
    facts = chain(
        Edge("P1", "ORG", told=knew("2023-08-07")),
        Edge("P2", "ORG"),
        Edge("ORG", "SUB", told=knew("2023-08-02")),
        parties=2,
    )
    notices = decided(facts).filter(pl.col("rule_id") == "private-entruster")
    told = notices.select(
        "subject", "recipient", "clock_start", "due", "done_on", "party_id"
    ).rows()
    assert told == [
        ("ORG", "P1", date(2023, 8, 2), date(2023, 8, 6), date(2023, 8, 7), "P1"),
        ("ORG", "P2", date(2023, 8, 2), date(2023, 8, 6), None, "P2"),
        ("SUB", "ORG", date(2023, 8, 1), date(2023, 8, 5), date(2023, 8, 2), None),
    ]
    assert str(notices["reason"][0]).endswith("done 2023-08-07, 1 day late")


def test_a_sub_entrustee_answers_for_everyone_up_the_chain_each_person_once() -> None:
    facts = chain(Edge("P1", "ORG"), Edge("P2", "ORG"), Edge("ORG", "SUB"), parties=2)
    found = row(facts, "private-final", "SUB")
    assert (found["count"], found["low"], found["high"]) == (9000, 8000, 10000)


def test_parties_taken_together_that_are_not_all_have_bounds_and_no_count() -> None:
    facts = chain(Edge("P1", "ORG"), Edge("P2", "ORG"), Edge("P3", "SUB"), parties=3)
    found = row(facts, "private-final", "ORG")
    assert (found["count"], found["low"], found["high"]) == (None, 4000, 12000)


def test_an_organisation_nobody_described_waits_for_review() -> None:
    facts = chain(Edge("P1", "ORG"), org=Handler("ORG", None, None, ("jp-appi",)))
    found = row(facts, "private-final", "ORG")
    assert found["status"] == "review"
    assert "the sector of ORG is not known" in str(found["reason"])
    assert found["due"] is None


def test_when_an_entrustee_told_someone_it_knew_at_the_latest() -> None:
    org = Handler("ORG", "private", None, ("jp-appi",))
    facts = chain(Edge("P1", "ORG", told=knew("2023-08-07")), Edge("P2", "ORG"), org=org, parties=2)
    found = row(facts, "private-final", "ORG")
    assert "at the latest on 2023-08-07" in str(found["reason"])
    assert found["due"] is None


def test_a_contract_that_sends_workers_is_a_question_of_practice() -> None:
    found = row(chain(Edge("P1", "ORG", basis="労働者派遣契約")), "private-final", "ORG")
    assert found["status"] == "review"
    assert "may entrust no data" in str(found["reason"])


@pytest.mark.parametrize(
    ("edge", "status"),
    [
        (Edge("P1", "ORG", until=date(2023, 5, 31)), "review"),
        (Edge("P1", "ORG", until=date(2023, 6, 1)), "yes"),
        (Edge("P1", "ORG", since=date(2023, 6, 1)), "yes"),
        (Edge("P1", "ORG", since=date(2023, 6, 2)), "review"),
    ],
)
def test_an_entrustment_of_another_time_is_reviewed(edge: Edge, status: str) -> None:
    assert row(chain(edge), "private-final", "ORG")["status"] == status  # all left on June 1st


def test_a_ruling_on_a_contract_settles_whether_it_entrusts_data() -> None:
    edge = Edge("P1", "ORG", basis="労働者派遣契約")
    for holds, status in ((True, "yes"), (False, "no")):
        ruled = {"question:jp-appi/edge/P1/ORG": Ruled("D5", holds, "seen in practice")}
        found = row(replace(chain(edge), rulings=ruled), "private-final", "ORG")
        assert found["status"] == status
        assert found["settled"] == ["question:jp-appi/edge/P1/ORG"]


def test_one_doubtful_contract_among_others_takes_no_duty_away() -> None:
    sends, entrusts = Edge("P1", "ORG", basis="労働者派遣契約"), Edge("P2", "ORG")
    ruled = {"question:jp-appi/edge/P1/ORG": Ruled("D5", False, "only sends workers")}
    for rulings in ({}, ruled):
        facts = replace(chain(sends, entrusts, parties=2), rulings=rulings)
        assert row(facts, "private-final", "ORG")["status"] == "yes"
        notice = row(facts, "private-entruster", "ORG", "P1")
        assert notice["status"] == ("no" if rulings else "review")
    told = replace(entrusts, told=knew("2023-08-07"))
    facts = replace(chain(sends, told, parties=2), rulings=ruled)
    assert row(facts, "private-final", "ORG")["status"] == "no"  # who was entrusted with is told


def test_entrustments_in_a_circle_are_told_and_end() -> None:
    found = row(
        chain(Edge("P1", "ORG"), Edge("ORG", "SUB"), Edge("SUB", "ORG")), "private-final", "ORG"
    )
    assert found["status"] == "review"
    assert "circle" in str(found["reason"])


def test_removals_from_before_the_law_are_reviewed_with_their_dates_worked_out() -> None:
    old = persons(5000, last_on=date(2022, 3, 31))
    new = persons(5000, last_on=date(2022, 4, 1))
    before, after = (row(one_party(affected=a), "private-final") for a in (old, new))
    assert (before["status"], before["due"]) == ("review", date(2023, 10, 5))
    assert before["questions"] == ["question:jp-appi/private/earlier"]
    assert after["status"] == "yes"


@pytest.mark.parametrize(("holds", "status"), [(True, "yes"), (False, "no")])
def test_one_ruling_settles_the_question_of_earlier_removals(holds: bool, status: str) -> None:
    old = persons(5000, last_on=date(2022, 3, 31))
    ruled = {"question:jp-appi/private/earlier": Ruled("D4", holds, "counsel's opinion")}
    found = row(one_party(affected=old, rulings=ruled), "private-final")
    assert found["status"] == status
    assert "ruling D4: counsel's opinion" in str(found["reason"])


def test_nothing_found_is_no_only_where_the_evidence_can_see() -> None:
    blind = persons(0, 0, 0, blind=("the download log is silent in 2 stretches",))
    assert row(one_party(affected=persons(0, 0, 0)), "private-final")["status"] == "no"
    found = row(one_party(affected=blind), "private-final")
    assert found["status"] == "review"
    assert "silent in 2 stretches" in str(found["reason"])


def test_only_perhaps_is_review() -> None:
    found = row(one_party(affected=persons(0, 0, 3)), "private-final")
    assert found["status"] == "review"
    assert "no record surely left" in str(found["reason"])


def test_a_number_nothing_bounds_is_review_until_it_is_surely_over() -> None:
    open_end = replace(persons(10), high=None)
    found = row(one_party(affected=open_end, purpose=Answer.NO), "private-final")
    assert found["status"] == "review"
    surely = row(
        one_party(affected=replace(persons(1001), high=None), purpose=Answer.NO), "private-final"
    )
    assert surely["status"] == "yes"


def test_a_version_whose_columns_nobody_knows_leaves_its_items_open() -> None:
    found = row(one_party(affected=persons(5, unknown_items=1), purpose=Answer.NO), "private-final")
    assert found["status"] == "review"
    assert "nobody knows the columns" in str(found["reason"])


def test_a_claimed_exemption_needs_a_ruling_and_names_it() -> None:
    ruled = {"question:jp-appi/private/encrypted/P1": Ruled("D2", True, "AES, key in a vault")}
    found = row(one_party(rulings=ruled), "private-final")
    assert found["status"] == "no"
    assert "exempt, Rule 7" in str(found["reason"])
    assert found["ruling"] == "D2"


def test_a_ruling_on_one_obligation_goes_before_everything_else() -> None:
    ruled = {"obligation:jp-appi/private-final/P1": Ruled("D3", False, "another controller's data")}
    found = decided(one_party(rulings=ruled))
    statuses = dict(found.select("rule_id", "status").rows())
    assert statuses["private-final"] == "no"
    assert statuses["private-preliminary"] == "yes"


def test_gdpr_knows_no_high_risk_until_a_person_says_so() -> None:
    found = row(one_party("2023-08-04", law="eu-gdpr", hour=9), "gdpr-person")
    assert found["status"] == "review"
    report = row(one_party("2023-08-04", law="eu-gdpr", hour=9), "gdpr-report")
    assert report["status"] == "yes"
    assert str(report["due_at"]) == "2023-08-07 09:00:00+00:00"


def test_what_is_not_verified_is_shown_with_every_row_that_rests_on_it() -> None:
    found = row(one_party(sector="iaa"), "public-final")
    assert any("APPI Art. 68 applies to iaa (not verified" in d for d in found["unverified"])  # type: ignore[attr-defined]


def test_obligation_ids_are_unique() -> None:
    facts = chain(Edge("P1", "ORG"), Edge("P2", "ORG"), Edge("ORG", "SUB"), parties=2)
    ids = decided(facts)["obligation_id"]
    assert ids.n_unique() == ids.len()


def test_mistakes_in_a_jurisdiction_are_told_all_at_once(tmp_path: object) -> None:
    import shutil

    from breachscope.playbook import shipped

    place = tmp_path / "mine"  # type: ignore[operator]
    shutil.copytree(shipped() / "jurisdictions" / "jp-appi", place)
    text = (place / "private.toml").read_text(encoding="utf-8")
    text = text.replace('clock = "days_30"', 'clock = "days_31"', 1)
    text = text.replace('sectors = ["private", "iaa_schedule2"]', 'sectors = ["private"]')
    (place / "private.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        jurisdictions.load("mine", [tmp_path])  # type: ignore[list-item]
    assert "no clock days_31" in str(error.value)
    assert "no regime covers the sector iaa_schedule2" in str(error.value)

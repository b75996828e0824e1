"""Every rule of every jurisdiction, on either side of its limits.

What the tables below lack fails: a rule, a version of it, a threshold or a trigger that is
added to the data needs its limits worked here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl
import pytest
from duty_cases import LAWS, MANY, decided, knew, one_party, persons, row

from breachscope.notify.duties.facts import Edge, Facts, Handler, Ruled
from breachscope.notify.duties.standing import standing
from breachscope.schema import Answer, ItemClass


@dataclass(frozen=True)
class Worked:
    """A rule's first day in force for a sector, and due dates from days of knowledge."""

    sector: str
    first_day: str
    due: tuple[tuple[str, str, str | None], ...]  # triggers, known, due
    items: ItemClass | None = None


SIXTY = (("improper", "2023-11-30", "2024-01-29"), ("number", "2023-11-30", "2024-01-04"))
FIVE = (("improper", "2023-12-28", "2024-01-01"),)
NO_DAY = (("improper", "2023-08-07", None),)
MY = ItemClass.MY_NUMBER

WORKED = {
    ("jp-appi", "private-preliminary", "2022-04-01"): Worked("private", "2022-04-01", FIVE),
    ("jp-appi", "private-final", "2022-04-01"): Worked("iaa_schedule2", "2022-04-01", SIXTY),
    ("jp-appi", "private-entruster", "2022-04-01"): Worked("private", "2022-04-01", FIVE),
    ("jp-appi", "private-person", "2022-04-01"): Worked("private", "2022-04-01", NO_DAY),
    ("jp-appi", "public-preliminary", "2022-04-01"): Worked("local", "2023-04-01", FIVE),
    ("jp-appi", "public-final", "2022-04-01"): Worked("iaa", "2022-04-01", SIXTY),
    ("jp-appi", "public-person", "2022-04-01"): Worked("local_iaa", "2023-04-01", NO_DAY),
    ("jp-appi", "my-number-preliminary", "2022-04-01"): Worked("local", "2022-04-01", FIVE, MY),
    ("jp-appi", "my-number-final", "2022-04-01"): Worked("private", "2022-04-01", SIXTY, MY),
    ("jp-appi", "my-number-entruster", "2022-04-01"): Worked("private", "2022-04-01", FIVE, MY),
    ("jp-appi", "my-number-person", "2022-04-01"): Worked("national", "2022-04-01", NO_DAY, MY),
    ("eu-gdpr", "gdpr-report", "2018-05-25"): Worked(
        "private", "2018-05-25", (("number", "2023-08-04", "2023-08-07"),)
    ),
    ("eu-gdpr", "gdpr-entruster", "2018-05-25"): Worked("private", "2018-05-25", NO_DAY),
    ("eu-gdpr", "gdpr-person", "2018-05-25"): Worked("private", "2018-05-25", NO_DAY),
    ("eu-gdpr", "gdpr-record", "2018-05-25"): Worked("private", "2018-05-25", NO_DAY),
}

THRESHOLDS = {
    ("jp-appi", "private", "over_1000"): 1000,
    ("jp-appi", "public", "over_100"): 100,
    ("jp-appi", "my-number", "over_100"): 100,
}

FOR_ONE_PERSON = {
    ("jp-appi", "private", "special_care"): ItemClass.SPECIAL_CARE,
    ("jp-appi", "private", "financial"): ItemClass.FINANCIAL,
    ("jp-appi", "private", "improper_purpose"): None,
    ("jp-appi", "public", "special_care"): ItemClass.SPECIAL_CARE,
    ("jp-appi", "public", "financial"): ItemClass.FINANCIAL,
    ("jp-appi", "public", "improper_purpose"): None,
    ("jp-appi", "my-number", "improper_purpose"): None,
    ("eu-gdpr", "gdpr", "breach"): None,
}

BY_JUDGEMENT = {
    ("jp-appi", "public", "ordinance"),
    ("jp-appi", "my-number", "network_system"),
    ("jp-appi", "my-number", "public_view"),
    ("eu-gdpr", "gdpr", "high_risk"),
}

RULES = [
    (law.name, regime, rule)
    for law in LAWS.values()
    for regime in law.regimes
    for rule in regime.rules
]
TRIGGERS = [
    (law.name, regime, trigger)
    for law in LAWS.values()
    for regime in law.regimes
    for trigger in regime.triggers
]
SECTOR_OF = {"private": "private", "public": "national", "my-number": "private", "gdpr": "private"}
HIGH_RISK = {"question:eu-gdpr/gdpr/high_risk": Ruled("D1", True, "addresses of the aged")}


def facts_for(law: str, rule: object, worked: Worked, known: str, by: str = "improper") -> Facts:
    """One party, or one entrustee of it where the rule binds entrustees alone, that knew then."""
    affected = persons(5000, sure=frozenset([worked.items] if worked.items else []))
    affected = replace(affected, last_on=date(2030, 1, 1))
    facts = one_party(
        known,
        sector=worked.sector,
        affected=affected,
        law=law,
        purpose=Answer.YES if by == "improper" else Answer.NO,
        rulings=HIGH_RISK,
    )
    who = Handler("ORG", worked.sector, knew(known), (law,))
    edge = Edge("P1", "ORG", basis="outsourcing")
    processor = "controller" not in rule.roles  # type: ignore[attr-defined]
    return replace(facts, organisations={"ORG": who}, edges=(edge,)) if processor else facts


def subject_of(rule: object) -> str:
    return "P1" if "controller" in rule.roles else "ORG"  # type: ignore[attr-defined]


def test_every_rule_and_every_version_of_it_is_worked_here() -> None:
    there = {(law, rule.id, rule.valid_from.isoformat()) for law, _, rule in RULES}
    assert there == set(WORKED)


def test_every_trigger_is_worked_here() -> None:
    there = {(law, regime.id, trigger.id) for law, regime, trigger in TRIGGERS}
    assert there == {*THRESHOLDS, *FOR_ONE_PERSON, *BY_JUDGEMENT}


@pytest.mark.parametrize(("law", "regime", "rule"), RULES, ids=[rule.id for _, _, rule in RULES])
def test_a_rule_holds_from_its_first_day_and_not_the_day_before(
    law: str, regime: object, rule: object
) -> None:
    worked = WORKED[law, rule.id, rule.valid_from.isoformat()]  # type: ignore[attr-defined]
    first = date.fromisoformat(worked.first_day)
    before = (first - timedelta(days=1)).isoformat()
    on_it = row(facts_for(law, rule, worked, worked.first_day), rule.id, subject_of(rule))  # type: ignore[attr-defined]
    day_before = row(facts_for(law, rule, worked, before), rule.id, subject_of(rule))  # type: ignore[attr-defined]
    assert on_it["status"] == "yes"
    assert day_before["status"] == "review"
    assert "was not in force" in str(day_before["reason"])


@pytest.mark.parametrize(("law", "regime", "rule"), RULES, ids=[rule.id for _, _, rule in RULES])
def test_a_duty_is_open_on_its_due_date_and_overdue_the_day_after(
    law: str, regime: object, rule: object
) -> None:
    worked = WORKED[law, rule.id, rule.valid_from.isoformat()]  # type: ignore[attr-defined]
    clocks_worked = set()
    for by, known, due in worked.due:
        found = decided(facts_for(law, rule, worked, known, by)).filter(
            (pl.col("rule_id") == rule.id) & (pl.col("subject") == subject_of(rule))  # type: ignore[attr-defined]
        )
        assert found["due"].to_list() == [date.fromisoformat(due) if due else None]
        clocks_worked.add(found["clock"][0].split(";")[0])
        if due:
            day = date.fromisoformat(due)
            states = [
                found.with_columns(*standing(on))["state"][0]
                for on in (day - timedelta(days=1), day, day + timedelta(days=1))
            ]
            assert states == ["open", "due", "overdue"]
    assert len(clocks_worked) == len(rule.clocks)  # type: ignore[attr-defined]


@pytest.mark.parametrize("place", THRESHOLDS, ids="/".join)
def test_a_number_brings_a_duty_about_only_above_the_threshold(place: tuple[str, str, str]) -> None:
    law, regime, trigger = place
    limit = THRESHOLDS[place]
    sure = frozenset([ItemClass.MY_NUMBER] if regime == "my-number" else [])
    ruled = {
        f"question:{law}/{regime}/{name}": Ruled("D1", False, "it is not")
        for name in ("network_system", "public_view", "ordinance")
    }

    def triggers(count: int, high: int) -> list[str]:
        facts = one_party(
            sector=SECTOR_OF[regime],
            affected=persons(count, count, high, sure=sure),
            purpose=Answer.NO,
            law=law,
            rulings=ruled,
        )
        found = row(facts, f"{regime}-final")
        assert found["status"] == ("yes" if high > limit else "no")
        return list(found["triggers"])  # type: ignore[call-overload]

    assert triggers(limit, limit) == []
    assert triggers(limit + 1, limit + 1) == [trigger]
    assert triggers(limit, limit + 1) == [trigger]  # the most possible decides


@pytest.mark.parametrize("place", FOR_ONE_PERSON, ids="/".join)
def test_one_person_is_enough_where_the_law_says_so(place: tuple[str, str, str]) -> None:
    law, regime, trigger = place
    kind = FOR_ONE_PERSON[place]
    sure = {ItemClass.MY_NUMBER} if regime == "my-number" else set()
    purpose = Answer.YES if kind is None else Answer.NO

    def held(affected: object) -> dict[str, object]:
        facts = one_party(
            sector=SECTOR_OF[regime],
            affected=affected,  # type: ignore[arg-type]
            purpose=purpose,
            law=law,
        )
        rule = "gdpr-report" if law == "eu-gdpr" else f"{regime}-final"
        return row(facts, rule)

    one = held(persons(1, sure=frozenset(sure | ({kind} if kind else set()))))
    nobody = held(persons(0, 0, 0))
    assert one["status"] == "yes"
    assert trigger in one["triggers"]  # type: ignore[operator]
    assert nobody["status"] == "no"
    assert nobody["reason"] == "nothing of it is in the scope of this run"
    if kind:
        unsure = held(persons(1, sure=frozenset(sure), unsure=frozenset({kind})))
        assert unsure["status"] == "review"
        without = held(persons(1, sure=frozenset(sure)))
        assert without["status"] == "no"


@pytest.mark.parametrize("place", sorted(BY_JUDGEMENT), ids="/".join)
def test_what_only_a_person_can_judge_waits_for_one(place: tuple[str, str, str]) -> None:
    law, regime, trigger = place
    sure = frozenset([ItemClass.MY_NUMBER] if regime == "my-number" else [])
    sector = {"public": "local", "my-number": "private", "gdpr": "private"}[regime]
    rule = {"public": "public-final", "my-number": "my-number-final", "gdpr": "gdpr-person"}[regime]
    others = {
        f"question:{law}/{regime}/{name}": Ruled("D9", False, "it is not")
        for name in ("network_system", "public_view")
        if name != trigger
    }

    def status(ruling: Ruled | None) -> object:
        rulings = others | ({f"question:{law}/{regime}/{trigger}/P1": ruling} if ruling else {})
        affected = persons(1, sure=sure)
        facts = one_party(
            sector=sector, affected=affected, purpose=Answer.NO, law=law, rulings=rulings
        )
        return row(facts, rule)["status"]

    assert status(None) == "review"
    assert status(Ruled("D1", True, "it is")) == "yes"
    assert status(Ruled("D1", False, "it is not")) == "no"


def test_no_duty_is_decided_without_a_reason() -> None:
    for sector in ("private", "local", None):
        for affected in (MANY, persons(0, 0, 0), persons(0, 0, 3)):
            found = decided(one_party(sector=sector, affected=affected))
            assert found.height > 0
            assert found.filter(pl.col("reason").is_null() | (pl.col("reason") == "")).is_empty()

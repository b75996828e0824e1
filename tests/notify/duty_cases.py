"""Facts of small cases, for tests of duties."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl

from breachscope import jurisdictions
from breachscope.notify.duties.facts import Affected, Edge, Facts, Handler, Knowledge, Ruled
from breachscope.notify.duties.obligations import obligations
from breachscope.schema import Answer

JP = jurisdictions.load("jp-appi")
EU = jurisdictions.load("eu-gdpr")
LAWS = {"jp-appi": JP, "eu-gdpr": EU}

LATE = date(2023, 6, 1)
"""A removal after every rule came into force."""

MANY = Affected(count=5000, low=4000, high=6000, first_on=LATE, last_on=LATE)


def knew(day: str | None, hour: int | None = None) -> Knowledge | None:
    if day is None:
        return None
    on = date.fromisoformat(day)
    at = None if hour is None else datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    return Knowledge(on, at, "E1:2 (told_at)")


def persons(
    count: int, low: int | None = None, high: int | None = None, **more: object
) -> Affected:
    found = replace(MANY, count=count, low=count if low is None else low, high=high or count)
    return replace(found, **more)  # type: ignore[arg-type]


def one_party(
    day: str | None = "2023-08-07",
    *,
    sector: str | None = "private",
    affected: Affected = MANY,
    purpose: Answer = Answer.YES,
    law: str = "jp-appi",
    hour: int | None = None,
    rulings: dict[str, Ruled] | None = None,
    edges: tuple[Edge, ...] = (),
    organisations: dict[str, Handler] | None = None,
) -> Facts:
    return Facts(
        parties={"P1": Handler("P1", sector, knew(day, hour), (law,))},
        organisations=organisations or {},
        affected={"P1": affected},
        together=affected,
        edges=edges,
        purpose=purpose,
        purpose_why="no work explains it",
        rulings=rulings or {},
    )


def decided(facts: Facts) -> pl.DataFrame:
    return obligations(facts, LAWS.values())


def row(
    facts: Facts, rule: str, subject: str = "P1", recipient: str | None = None
) -> dict[str, object]:
    found = decided(facts).filter((pl.col("rule_id") == rule) & (pl.col("subject") == subject))
    if recipient:
        found = found.filter(pl.col("recipient") == recipient)
    assert found.height == 1
    return found.row(0, named=True)

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from breachscope.checks import Check, CheckTable
from breachscope.errors import ConfigError
from breachscope.reconstruct import controls
from breachscope.schema import UNSEEN, Kind
from frames import at, frame, kind

AS_OF = at("2020-04-01")
BEGIN = at("2020-02-01")
UNUSED = Check(
    name="unused",
    title="Not used",
    tables=[CheckTable(table="logins", broken="account_key = 'shared'")],
)
WEEKLY = Check(
    name="weekly",
    title="Reviewed",
    tables=[CheckTable(table="work", shows="purpose LIKE '%review%'", every_days=7)],
)
TWO = Check(
    name="two",
    title="At most two",
    tables=[CheckTable(table="logins", where="true", distinct="account_key", at_most=2)],
)
PAPER = Check(name="paper", title="On paper")
CHECKS = {check.name: check for check in (UNUSED, WEEKLY, TWO, PAPER)}


def control(check: str, begin: datetime = BEGIN) -> pl.DataFrame:
    row = {"control_id": "C1", "check": check, "in_force_from": begin.date()}
    return kind(Kind.CONTROLS, row).collect().with_columns(begin=pl.lit(begin))


def logins(*events: tuple[str, str]) -> pl.DataFrame:
    rows = kind(Kind.LOGINS, *({"at": at(when), "account": who} for who, when in events))
    return rows.with_columns(until=pl.col("at")).collect()


def reviews(*days: str) -> pl.DataFrame:
    rows = kind(Kind.WORK, *({"started_at": at(day), "purpose": "log review"} for day in days))
    return rows.with_columns(at=pl.col("started_at"), until=pl.col("started_at")).collect()


def source(rows: pl.DataFrame, *dark: tuple[str, str], given: bool = True) -> controls.Source:
    unseen = [{"from": at(b), "to": at(e), "why": "silent"} for b, e in dark]
    return controls.Source(rows, frame(UNSEEN, *unseen).collect(), given)


ORDINARY = (("ann", "2020-01-05"), ("ann", "2020-02-05"), ("ann", "2020-03-30"))


def told(
    check: str, rows: pl.DataFrame, *dark: tuple[str, str], begin: datetime = BEGIN, **more: Any
) -> dict[str, Any]:
    sources = {"logins": source(rows, *dark, **more), "work": source(rows, *dark, **more)}
    found = controls.held_against(control(check, begin), CHECKS, sources, AS_OF)
    row = found.controls.row(0, named=True)
    return row | {"against": found.lines.filter("in_force").rows(named=True)}


def test_a_control_without_a_line_against_it_has_held_while_the_log_is_whole() -> None:
    row = told("unused", logins(*ORDINARY))

    assert (row["verdict"], row["covered_share"], row["seen_until"]) == ("held", 1.0, AS_OF)


def test_a_line_after_its_date_breaks_it_and_lines_before_are_counted_apart() -> None:
    used = (("SHARED", "2020-01-10"), ("shared", "2020-01-20"), ("shared", "2020-03-10"))
    row = told("unused", logins(*ORDINARY, *used))

    assert (row["verdict"], row["lines"], row["lines_before"]) == ("broken", 1, 2)
    assert row["first"] == at("2020-03-10")
    assert row["last_before"] == at("2020-01-20")
    assert [line["line"] for line in row["against"]] == [7]


def test_a_log_with_a_hole_cannot_tell_that_a_control_held_but_a_line_still_breaks_it() -> None:
    hole = ("2020-03-01", "2020-03-16")

    silent = told("unused", logins(*ORDINARY), hole)
    used = told("unused", logins(*ORDINARY, ("shared", "2020-02-02")), hole)

    assert silent["verdict"] == "cannot_tell"
    assert silent["seen_until"] == at("2020-03-01")
    assert silent["covered_share"] == pytest.approx(1 - 15 / 60)
    assert used["verdict"] == "broken"


def test_a_log_that_ended_before_the_control_began_tells_nothing_of_it() -> None:
    row = told("unused", logins(("ann", "2020-01-05")), ("2020-05-01", "2020-06-01"))

    assert (row["verdict"], row["covered_share"]) == ("cannot_tell", 0.0)


def test_a_log_never_given_a_check_unknown_and_a_matter_of_papers_cannot_be_told() -> None:
    rows = logins(*ORDINARY)

    assert told("unused", rows, given=False)["verdict"] == "cannot_tell"
    assert "no such check" in told("else", rows)["reason"]
    assert "papers" in told("paper", rows)["reason"]


def test_a_control_not_in_force_yet_is_neither_held_nor_broken() -> None:
    row = told("unused", logins(*ORDINARY, ("shared", "2020-03-10")), begin=at("2020-05-01"))

    assert (row["verdict"], row["reason"]) == ("cannot_tell", "not in force yet")
    assert (row["lines"], row["lines_before"]) == (0, 1)


def test_two_conditions_on_one_table_both_count() -> None:
    tables = [
        CheckTable(table="logins", broken=f"account_key = '{name}'") for name in ("ann", "bob")
    ]
    checks = {"both": Check(name="both", title="Neither", tables=tables)}
    rows = logins(("ann", "2020-02-05"), ("bob", "2020-02-06"), ("eve", "2020-02-07"))

    found = controls.held_against(control("both"), checks, {"logins": source(rows)}, AS_OF)

    assert found.controls["lines"].to_list() == [2]


def weekly(days: int, left_out: int | None = None) -> list[str]:
    """Every seventh day from the second of February, but for one."""
    first = at("2020-02-02")
    weeks = [first + timedelta(days=7 * n) for n in range(days)]
    return [f"{w:%Y-%m-%d}" for n, w in enumerate(weeks) if n != left_out]


def test_a_weekly_review_holds_while_no_week_is_left_out() -> None:
    assert told("weekly", reviews(*weekly(9)))["verdict"] == "held"

    row = told("weekly", reviews(*weekly(9, left_out=4)))
    (gap,) = row["against"]

    assert row["verdict"] == "broken"
    assert (gap["at"], gap["until"]) == (at("2020-02-23"), at("2020-03-08"))


def test_that_a_review_was_not_done_shows_only_to_the_ledgers_last_line() -> None:
    row = told("weekly", reviews(*weekly(3)))

    assert row["verdict"] == "cannot_tell"
    assert row["seen_until"] == at("2020-02-16")


def test_more_different_accounts_than_allowed_break_it() -> None:
    two = logins(("ann", "2020-02-02"), ("bob", "2020-02-03"), ("ann", "2020-02-04"))
    three = logins(("ann", "2020-02-02"), ("bob", "2020-02-03"), ("eve", "2020-02-04"))

    assert told("two", two)["verdict"] == "held"
    row = told("two", three)
    assert (row["verdict"], row["lines"]) == ("broken", 1)
    assert "eve" in row["against"][0]["what"]


@pytest.mark.parametrize("condition", ["no SQL at all (", "nothing_called_so = 1", "at = 'x'"])
def test_a_condition_that_cannot_be_held_against_its_table_is_named_with_its_check(
    condition: str,
) -> None:
    table = CheckTable(table="logins", broken=condition)
    checks = {"wrong": Check(name="wrong", title="Wrong", tables=[table])}

    with pytest.raises(ConfigError, match=r"controls.toml: check wrong: a condition on logins"):
        controls.held_against(
            control("wrong"), checks, {"logins": source(logins(*ORDINARY))}, AS_OF
        )


def test_a_check_is_judged_in_one_way_only() -> None:
    with pytest.raises(ValidationError, match="give one of"):
        CheckTable(table="work", broken="true", shows="true", every_days=7)
    with pytest.raises(ValidationError, match="give one of"):
        CheckTable(table="work", shows="true")

"""A ruling on persons joined by a rung, from the queue to the count and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from golden import golden_case
from golden.command import breachscope

if TYPE_CHECKING:
    from pathlib import Path

JOINED = "merge:P1/name, telephone"


def figures(case: Path) -> tuple[int, int, int]:
    done = breachscope("show", "scope", "--case", case, "--party", "P1", "--json")
    row = golden_case.done(done).json()["parties"][0]["persons"]["all"]
    return row["low"], row["count"], row["high"]


def question(case: Path) -> dict[str, Any]:
    done = golden_case.done(breachscope("review", "--case", case, "--json"))
    return next(row for row in done.json()["questions"] if row["question_id"] == JOINED)


def rule(case: Path, action: str) -> None:
    way = ("--who", "counsel", "--why", "seen on paper")
    golden_case.done(breachscope("decide", action, JOINED, "--case", case, *way))
    golden_case.done(breachscope("run", "--case", case))


def test_a_ruling_on_a_rung_the_playbook_has_not_is_told_to_have_no_effect(case: Path) -> None:
    wrong = "merge:P1/name, telefone"
    way = ("--who", "counsel", "--why", "mistyped", "--case", case)
    golden_case.done(breachscope("decide", "reject", wrong, *way))
    said = golden_case.done(breachscope("run", "--case", case)).said
    assert f"ruling D1 has no effect: this run has nothing called {wrong}" in said


@pytest.fixture
def case(golden_copy: Path) -> Path:
    golden_case.done(breachscope("run", "--case", golden_copy))
    return golden_copy


def test_accepted_the_high_bound_falls_rejected_the_count_rises_withdrawn_all_is_as_before(
    case: Path,
) -> None:
    """One person of P1 stands in two lists with one telephone and two addresses.

    Kana and telephone join the two records under the loose policy, so the low bound stays.
    """
    before = figures(case)
    assert (question(case)["state"], question(case)["people"]) == ("open", 1)
    low, told, high = before

    rule(case, "accept")
    assert figures(case) == (low, told, high - 1)
    assert question(case)["state"] == "ruled"

    rule(case, "reject")
    assert figures(case) == (low, told + 1, high)
    assert (question(case)["state"], question(case)["people"]) == ("ruled", 0)

    rule(case, "withdraw")
    assert figures(case) == before
    assert question(case)["state"] == "open"

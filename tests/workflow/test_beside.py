"""Things worked on at once are accounted for as if they had come one after the other."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from breachscope.workflow import beside

if TYPE_CHECKING:
    from breachscope.workflow.situation import Situation


@dataclass
class Account:
    told: list[str] = field(default_factory=list)

    def apart(self) -> Account:
        return Account()

    def joined(self, other: Account) -> None:
        self.told += other.told


@dataclass
class View:
    parts: Account


def noted(view: Situation, thing: str) -> str:
    cast("Any", view.parts).told.append(thing)
    return thing.upper()


def test_results_and_accounts_are_in_the_things_own_order_whichever_is_begun_first() -> None:
    s = View(Account())

    found = beside.each(cast("Situation", s), noted, ["a", "b", "c"], [2, 0, 1])

    assert found == ["A", "B", "C"]
    assert s.parts.told == ["a", "b", "c"]


def test_two_are_in_work_at_once() -> None:
    both = threading.Barrier(2, timeout=30)  # passed only by two that wait together

    def meet(_: Situation, thing: str) -> str:
        both.wait()
        return thing

    s = cast("Situation", View(Account()))

    assert beside.each(s, meet, ["a", "b"]) == ["a", "b"]


def test_of_those_that_fail_the_first_in_order_is_told_with_what_came_before_it() -> None:
    def failing(view: Situation, thing: str) -> str:
        noted(view, thing)
        if thing in "bc":
            raise ValueError(thing)
        return thing

    s = View(Account())

    with pytest.raises(ValueError, match=r"^b$"):
        beside.each(cast("Situation", s), failing, ["a", "b", "c"], [2, 1, 0])

    assert s.parts.told == ["a", "b"]

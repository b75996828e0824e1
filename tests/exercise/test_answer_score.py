from __future__ import annotations

from itertools import pairwise
from typing import Any

import polars as pl

from breachscope.exercise.scoring.answers import AnswerScore, all_stretches, answer_score, stretches
from breachscope.schema import ANSWERS
from frames import at, frame

STRETCH = {"party_id": "P1", "from": at("2020-01-01"), "to": at("2020-02-01")}
DOWNLOADS = {"party_id": pl.String(), "at_utc": pl.Datetime("us", "UTC"), "line": pl.UInt64(),
             "carried_out": pl.Boolean()}  # fmt: skip
GAPS = {"what": pl.String(), "from": DOWNLOADS["at_utc"], "to": DOWNLOADS["at_utc"]}


def score(statement: str, carried: dict[str, Any] | None = None, gap: bool = False) -> AnswerScore:
    told = frame(ANSWERS, STRETCH | {"statement": statement, "strongest": "possible"})
    row = {"party_id": "P1", "at_utc": at("2020-01-10"), "line": 3, "carried_out": True}
    downloads = frame(DOWNLOADS, *([row | carried] if carried is not None else []))
    lost = {"what": "lost", "from": at("2020-01-20"), "to": at("2020-01-27")}
    gaps = frame(GAPS, *([lost] if gap else []))
    return answer_score(told.collect(), downloads.collect(), gaps.collect())


def test_data_that_left_and_was_logged_must_not_be_denied() -> None:
    assert score("found", {}).left_seen_found == 1
    assert score("not_found_within", {}).left_seen_denied == 1
    assert score("not_found_within", {"carried_out": False}).left_seen == 0


def test_a_lost_log_must_not_be_denied() -> None:
    assert score("cannot_tell", gap=True).silent_denied == 0
    assert score("not_found_within", gap=True).silent_denied == 1
    assert score("not_found_within", {"line": None}, gap=True).silent_denied == 1


def test_cannot_tell_over_a_whole_log_is_counted() -> None:
    assert score("cannot_tell").whole_not_told == 1
    assert score("cannot_tell", gap=True).whole_not_told == 0


def test_found_where_nothing_left_is_counted_with_its_strength() -> None:
    told = score("found")

    assert (told.found_nothing_left, told.found_nothing_left_possible) == (1, 1)


def test_the_months_under_inquiry_follow_one_another_without_a_hole() -> None:
    months = list(stretches(1))

    assert all(end == begin for (_, end), (begin, _) in pairwise(months))
    assert (months[0][0], months[-1][1]) == (at("2013-06-30 15:00"), at("2023-02-28 15:00"))
    assert len(all_stretches()) == 116 + 38 + 9

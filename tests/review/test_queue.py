"""Questions and the rulings on them, without a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from breachscope.errors import ConfigError
from breachscope.review import answers, evidence
from breachscope.review.questions import Question, ground
from breachscope.review.queue import Given, queue
from breachscope.schema import COPY_LINES, LEAK_PARTS, Topic

ASKED = Question(
    id="D7",
    topic=Topic.CONFLICT,
    question="does it stand?",
    hangs_on="10 rows",
    people=10,
    evidence="E1:4",
    allowed=("accept", "reject", "reclassify probable"),
    ground=ground("E1", 4),
)


def state(given: Given | None) -> str:
    return str(queue([ASKED], {"D7": given} if given else {})["state"][0])


def test_a_question_is_open_ruled_or_back_because_its_ground_changed() -> None:
    assert state(None) == "open"
    assert state(Given("D1", "accept", ASKED.ground)) == "ruled"
    assert state(Given("D1", "accept", None)) == "ruled"
    assert state(Given("D1", "accept", ground("E1", 5))) == "changed"


def test_the_queue_is_by_people_then_due_date_and_what_is_ruled_comes_last() -> None:
    asked = [
        replace(ASKED, id="small", people=1),
        replace(ASKED, id="late", people=50, due=date(2023, 10, 5)),
        replace(ASKED, id="soon", people=50, due=date(2023, 8, 5)),
        replace(ASKED, id="ruled", people=900),
        replace(ASKED, id="big", people=800),
    ]
    found = queue(asked, {"ruled": Given("D1", "accept", None)})
    assert found["question_id"].to_list() == ["big", "soon", "late", "small", "ruled"]


def test_a_question_that_two_tables_ask_stands_once() -> None:
    assert queue([ASKED, ASKED], {}).height == 1


def test_lines_of_a_copy_and_undeclared_pairs_are_asked() -> None:
    lines = pl.DataFrame(
        [("E1", "E2", "added", None, 9, None), ("E1", "E2", "missing", 4, None, None)],
        schema=COPY_LINES,
        orient="row",
    )
    pairs = pl.DataFrame(
        {"original": ["E1"], "copy": ["E2"], "by": ["fuller"], "declared": [False]}
    )
    line, pair = evidence.copies(lines, pairs)
    assert (line.id, line.allowed) == ("E2:9", ("accept", "reject"))
    assert pair.allowed == ("original E1", "original E2")
    found = queue([pair], {"E2": Given("D3", "original E2", pair.ground)})
    assert found["state"].to_list() == ["ruled"]


@pytest.mark.parametrize(
    ("strength", "verdict", "asked"),
    [
        (0.9, "cannot_tell", 0), (1.0, "cannot_tell", 1), (2.1, "attributed", 1),
        (3.0, "attributed", 0),
    ],
)  # fmt: skip
def test_sources_near_the_limit_are_asked(strength: float, verdict: str, asked: int) -> None:
    row = dict.fromkeys(LEAK_PARTS) | {
        "leak_id": "K1", "part": 2, "rows": 40, "verdict": verdict, "log10_lr": strength,
    }  # fmt: skip
    assert len(list(evidence.sources(pl.DataFrame([row], schema=LEAK_PARTS)))) == asked


def test_a_file_gives_back_what_was_filled_in_and_cells_cannot_run() -> None:
    dangerous = replace(ASKED, id="=1+1", evidence="+cmd")
    review = queue([ASKED, dangerous], {})
    text = answers.as_csv(review)
    assert "'=1+1" in text
    assert "'+cmd" in text
    lines = text.split("\r\n")
    lines[1] = lines[1].removesuffix(",,,") + ",reclassify probable,seen,me"
    lines[2] = lines[2].removesuffix(",,,") + ",reject,seen,"
    found = answers.read("\r\n".join(lines), review, "you")
    assert {(a.subject, a.action, a.tier, a.who) for a in found} == {
        ("D7", "reclassify", "probable", "me") if lines[1].startswith("D7") else
        ("=1+1", "reclassify", "probable", "me"),
        ("=1+1", "reject", None, "you") if lines[1].startswith("D7") else
        ("D7", "reject", None, "you"),
    }  # fmt: skip


def test_a_file_without_its_columns_or_with_one_question_twice_is_refused() -> None:
    review = queue([ASKED], {})
    with pytest.raises(ConfigError, match="no column"):
        answers.read("a,b\r\n1,2\r\n", review, "me")
    header, row, _ = answers.as_csv(review).split("\r\n")
    twice = "\r\n".join([header, *[row.removesuffix(",,,") + ",accept,w,me"] * 2])
    with pytest.raises(ConfigError, match="ruled on twice"):
        answers.read(twice, review, None)

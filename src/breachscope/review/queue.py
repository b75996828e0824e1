"""The queue: questions held against the rulings there are, worst first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.schema import REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from breachscope.review.questions import Question


@dataclass(frozen=True, slots=True)
class Given:
    """A ruling in force, as the queue needs it."""

    id: str
    said: str  # the action, with its tier, class or original
    ground: str | None  # None: entered without one; it does not come back


def queue(questions: Iterable[Question], rulings: Mapping[str, Given]) -> pl.DataFrame:
    """REVIEW: open and changed questions first, by people at stake, then the earliest due."""
    rows = [_row(question, rulings) for question in questions]
    settled = pl.col("state") == "ruled"
    return (
        pl.DataFrame(rows, schema=REVIEW)
        .sort(
            settled, -pl.col("people").cast(pl.Int64), "due", "topic", "question_id",
            nulls_last=True, maintain_order=True,
        )
        .unique("question_id", keep="first", maintain_order=True)
    )  # fmt: skip


def _row(question: Question, rulings: Mapping[str, Given]) -> dict[str, Any]:
    given = [rulings[name] for name in question.names if name in rulings]
    ruled = given[-1] if given else None
    state = "open"
    if ruled:
        moved = ruled.ground is not None and ruled.ground != question.ground
        state = "changed" if moved else "ruled"
    return {
        "question_id": question.id,
        "topic": question.topic.value,
        "state": state,
        "question": question.question,
        "hangs_on": question.hangs_on,
        "people": question.people,
        "due": question.due,
        "evidence": question.evidence,
        "allowed": list(question.allowed),
        "ground": question.ground,
        "ruling": ruled.id if ruled else None,
        "ruled": ruled.said if ruled else None,
    }

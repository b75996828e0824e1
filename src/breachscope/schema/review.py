"""What needs a person: open questions, what hangs on each, and the rulings on them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import polars as pl


class Topic(StrEnum):
    """What a question is about."""

    CONFLICT = "conflict"  # an explained download with evidence against it
    COPY = "copy"  # a line that stands in a copy of a log only
    ORIGINAL = "original"  # which of two copies is the original
    SOURCE = "source"  # the source of a part of a leaked list, near the limit
    MERGE = "merge"  # persons joined by a rung that is not strict
    ITEM = "item"  # what a column or title holds
    QUESTION = "question"  # what several obligations hang on
    OBLIGATION = "obligation"  # one obligation
    FACT = "fact"  # a date or sector only evidence or case.toml can give


REVIEW: Final = pl.Schema(
    {
        "question_id": pl.String(),  # the ruling's subject; of `original` A|B
        "topic": pl.Enum([word.value for word in Topic]),
        "state": pl.Enum(["open", "changed", "ruled"]),  # changed: its ground did since the ruling
        "question": pl.String(),
        "hangs_on": pl.String(),
        "people": pl.UInt64(),  # at stake, at most
        "due": pl.Date(),
        "evidence": pl.String(),
        "allowed": pl.List(pl.String()),  # actions; none: evidence or case.toml must answer
        "ground": pl.String(),  # digest of what a ruling would rest on
        "ruling": pl.String(),  # id of the one in force
        "ruled": pl.String(),  # what it says
    }
)
"""One row a question; the open ones first, by people at stake, most first."""

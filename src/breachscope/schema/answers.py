"""Answers: did data of a party leave in a stretch of time, and how much of it could be seen."""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.schema.columns import UTC_TIME

STATEMENTS: Final = ("found", "not_found_within", "cannot_tell")

QUESTIONS: Final = pl.Schema({"party_id": pl.String(), "from": UTC_TIME, "to": UTC_TIME})
"""One question a row: whose data, from (included) and to (excluded)."""

FINDING_SORTS: Final = (
    "confirmed",
    "probable",
    "possible",
    "unweighed",  # unexplained, but no work record of that time was ever given
    "ground",  # rows that left for certain though no download can be named
    "open_ground",  # the same, at an unknown time within the stretch
    "conflict",  # explained, with evidence against it, and no ruling
    "beside",  # explained, but in one sitting with downloads that nothing explains
    "copy_line",  # two copies of the log say different things of it, and no ruling
    "unbound",  # unexplained, of no known party
    "explained",
    "failed",
)

FINDINGS: Final = pl.Schema(
    {
        "party_id": pl.String(),  # null: it may be anybody's
        "first": UTC_TIME,
        "last": UTC_TIME,  # the same instant, but for an open ground
        "sort": pl.Enum(FINDING_SORTS),
        "event_id": pl.String(),
    }
)
"""What the evidence holds that an answer must weigh."""

UNSEEN_WHYS: Final = (
    "before_first",
    "after_last",
    "silent",
    "no_line_in_month",
    "cleared",
    "numbers_missing",  # the log numbers its lines, and leaves numbers out there
    "proved_short",  # a seized file shows a download that no line of the log tells of
    "left_out",  # an altered copy that this answer does without
    "outside_focus",
    "never_given",
)

UNSEEN: Final = pl.Schema({"from": UTC_TIME, "to": UTC_TIME, "why": pl.Enum(UNSEEN_WHYS)})
"""Stretches [from, to) in which the download log would not show a removal."""

ANSWERS: Final = pl.Schema(
    {
        **QUESTIONS,
        "statement": pl.Enum(STATEMENTS),
        "strongest": pl.Enum(["confirmed", "probable", "possible"]),
        **{sort: pl.UInt32() for sort in FINDING_SORTS},
        "detectable_share": pl.Float64(),  # of the stretch asked about, 0 to 1
        "reasons": pl.List(pl.String()),  # why it cannot be told; empty otherwise
    }
)
"""One answer a question: the statement, what it weighs, and what it could not see."""

"""Gaps in the running numbers a log gives its own events: lines that were there and are gone.

A server that numbers its downloads leaves no number out. Where nearly every step from one
number to the next is 1, a larger step is lines that are missing. Frames in, frames out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.schema import NUMBER_GAPS, conform

if TYPE_CHECKING:
    from breachscope.schema import Kind

LEAST_NUMBERS: Final = 50
"""Fewer numbers of one form cannot tell whether a log numbers its lines."""

DENSE_SHARE: Final = 0.95
"""Numbers run on if so many steps are 1, and so many go on in time as well."""

NUMBERED: Final = r"^(.*?)(\d{1,18})$"


def number_gaps(events: pl.LazyFrame, kind: Kind) -> pl.LazyFrame:
    """NUMBER_GAPS of one log; none where its ids are no running numbers.

    Args:
        events: event_id, at, evidence_id, line. An id that is a place in the evidence, given
            where the log gives none, is no number of the log's.
        kind: of the log.

    """
    form = ["head", "digits"]
    number, length = pl.col("number"), pl.col("text").str.len_chars()
    numbered = (
        events.filter(~pl.col("event_id").str.contains(pl.col("evidence_id"), literal=True))
        .select(
            "at",
            "evidence_id",
            "line",
            head=pl.col("event_id").str.extract(NUMBERED, 1),
            text=pl.col("event_id").str.extract(NUMBERED, 2),
        )
        .drop_nulls(["text", "at"])
        .with_columns(
            number=pl.col("text").str.to_integer(dtype=pl.Int64, strict=False),
            # A number without leading zeros grows; one with them keeps its length.
            digits=pl.when(pl.col("text").str.starts_with("0") | (length > 7))
            .then(length)
            .otherwise(0),
        )
        .sort(*form, "number", "at", "evidence_id", "line")
    )
    following = {f"next_{name}": pl.col(name).shift(-1).over(form) for name in _PLACE}
    steps = numbered.with_columns(**following).with_columns(step=pl.col("next_number") - number)
    runs_on = (pl.col("step") == 1).sum() >= DENSE_SHARE * pl.col("step").count()
    in_time = (pl.col("next_at") >= pl.col("at")).sum() >= DENSE_SHARE * pl.col("step").count()
    enough = pl.len() >= LEAST_NUMBERS
    return (
        steps.filter((runs_on & in_time & enough).over(form))
        .filter(pl.col("step") > 1)
        .select(
            "evidence_id",
            "line",
            "next_evidence_id",
            "next_line",
            kind=pl.lit(kind.value),
            first=_id(number + 1),
            last=_id(pl.col("next_number") - 1),
            missing=(pl.col("step") - 1).cast(pl.UInt64),
            **{
                "from": pl.min_horizontal("at", "next_at"),
                "to": pl.max_horizontal("at", "next_at"),
            },
        )
        .pipe(conform, NUMBER_GAPS)
        .sort("from", "first")
    )


_PLACE: Final = ("number", "at", "evidence_id", "line")


def _id(number: pl.Expr) -> pl.Expr:
    """A number as the log would write it."""
    text = number.cast(pl.String)
    padded = text.str.zfill(pl.col("digits"))
    return pl.concat_str("head", pl.when(pl.col("digits") > 0).then(padded).otherwise(text))

"""Where each duty stands on a given day; never by the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from breachscope.schema import Answer

if TYPE_CHECKING:
    from datetime import date


def standing(as_of: date | None) -> tuple[pl.Expr, pl.Expr]:
    """Columns `state` (done, not_known_yet, overdue, due, open) and `days_left` as of a day.

    Only what is owed, or may be, has a state; without a day nothing has.
    """
    if as_of is None:
        return pl.lit(None, pl.String).alias("state"), pl.lit(None, pl.Int32).alias("days_left")
    owed = pl.col("status") != Answer.NO
    done = (pl.col("done_on") <= as_of).fill_null(value=False)
    begun = (pl.col("clock_start") <= as_of).fill_null(value=True)
    left = (pl.col("due") - as_of).dt.total_days().cast(pl.Int32)
    state = (
        pl.when(done)
        .then(pl.lit("done"))
        .when(~begun)
        .then(pl.lit("not_known_yet"))
        .when(left < 0)
        .then(pl.lit("overdue"))
        .when(left == 0)
        .then(pl.lit("due"))
        .otherwise(pl.lit("open"))
    )
    return (
        pl.when(owed).then(state).alias("state"),
        pl.when(owed & begun & ~done).then(left).alias("days_left"),
    )


def order() -> list[pl.Expr]:
    """What is still owed first, by when it falls due."""
    settled = (pl.col("status") == Answer.NO) | (pl.col("state") == "done").fill_null(value=False)
    moment = pl.coalesce("due_at", pl.col("due").cast(pl.Datetime("us", "UTC")))
    return [settled, moment, pl.col("clock_start"), pl.col("obligation_id")]

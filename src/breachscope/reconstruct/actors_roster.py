"""The roster: who was to be where. A plan, weighed only where no entry log was working.

Pure functions: roster and entry log tell of one shift, and count once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from breachscope.reconstruct.actors_given import PLACE
from breachscope.reconstruct.actors_presence import MOST_USUAL
from breachscope.reconstruct.actors_who import marks

if TYPE_CHECKING:
    from breachscope.reliabilities import Actors


def roster_marks(
    asked: pl.DataFrame, sittings: pl.DataFrame, roster: pl.LazyFrame, zone: str, playbook: Actors
) -> pl.DataFrame:
    """Whether each candidate was to work then; only where no entry log was working.

    Against the share of days of the same sort on which they are on the roster at that hour;
    nothing of somebody the roster does not know in those weeks.
    """
    blind = sittings.filter((pl.col("presence") != "recorded") & pl.col("area").is_not_null())
    span = timedelta(days=playbook.limits.base_days)
    shifts = roster.filter(
        pl.col("person_id").is_not_null() & (pl.col("ends_at") > pl.col("starts_at"))
    ).select("person_id", "starts_at", "ends_at", *PLACE, there="area")
    near = (
        asked.join(blind.select("act_id", "start", "end", "area"), on="act_id")
        .lazy()
        .join(shifts, on="person_id")
        .filter((pl.col("starts_at") - span <= pl.col("end"))
                & (pl.col("ends_at") + span >= pl.col("start"))
                & (pl.col("there").is_null() | (pl.col("there") == pl.col("area"))))
        .collect()
    )  # fmt: skip
    if near.is_empty():
        return marks(near.select("act_id", "person_id", log10_lr=0.0, says=pl.lit("")), "roster")
    spans = (pl.col("starts_at") <= pl.col("start")) & (pl.col("ends_at") >= pl.col("end"))
    usual_share = _planned_share(near, zone, playbook.limits.base_days)
    own = (
        near.with_columns(on=spans)
        .sort("act_id", "person_id", "on", "starts_at", "line", descending=[False, False, True,
              False, False])
        .unique(["act_id", "person_id"], keep="first", maintain_order=True)
        .join(usual_share, on=["act_id", "person_id"])
    )  # fmt: skip
    wrong = playbook.rates.roster_wrong
    cited = [pl.when("on").then(name).alias(name) for name in PLACE]
    return marks(
        own.with_columns(
            *cited,
            log10_lr=pl.when("on")
            .then(((1 - wrong) / pl.col("share")).log10())
            .otherwise((wrong / (1 - pl.col("share"))).log10()),
            says=pl.when("on")
            .then(pl.lit("on the roster, which is a plan"))
            .otherwise(pl.lit("not on the roster, which is a plan")),
        ),
        "roster",
    )


def _planned_share(near: pl.DataFrame, zone: str, days: int) -> pl.DataFrame:
    """Share of the days of the same sort on which the roster spans the act's hour."""
    at = pl.col("start").dt.convert_time_zone(zone)
    shifts = pl.DataFrame({"shift": [d for d in range(-days, days + 1) if d]})
    instants = (
        near.select("act_id", "start")
        .unique()
        .join(shifts, how="cross")
        .with_columns(own=at.dt.date(), target=at.dt.offset_by(pl.format("{}d", "shift")))
        .filter((pl.col("target").dt.weekday() > 5) == (pl.col("own").dt.weekday() > 5))
        .select("act_id", target=pl.col("target").dt.convert_time_zone("UTC"))
    )
    count = instants.group_by("act_id").agg(n=pl.len())
    hit = (
        near.select("act_id", "person_id", "starts_at", "ends_at")
        .join(instants, on="act_id")
        .filter((pl.col("starts_at") <= pl.col("target")) & (pl.col("target") < pl.col("ends_at")))
        .group_by("act_id", "person_id")
        .agg(k=pl.col("target").n_unique())
    )
    return (
        near.select("act_id", "person_id")
        .unique()
        .join(count, on="act_id")
        .join(hit, on=["act_id", "person_id"], how="left")
        .select(
            "act_id",
            "person_id",
            share=((pl.col("k").fill_null(0) + 1) / (pl.col("n") + 2)).clip(
                1 - MOST_USUAL, MOST_USUAL
            ),
        )
    )

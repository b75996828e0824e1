"""Over all acts: for how many each person is possible, and how likely that is by chance.

Pure functions. The null model: someone innocent of the same shifts. Each act keeps its hour and
is moved to other days of the same sort near it; on each such day that person is either
recorded there or not. The number of acts they are there for by chance is then a sum of
independent draws with those shares (Poisson binomial), reckoned exactly, not simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from breachscope.schema import ACTOR_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Sequence


def at_least(shares: Sequence[float], count: int) -> float:
    """P(X >= count) for a sum of independent draws of these shares; exact, by convolution."""
    chances = np.ones(1)
    for share in shares:
        chances = np.convolve(chances, (1 - share, share))
    return float(min(1.0, chances[count:].sum()))


def people(
    asked: pl.DataFrame,
    scored: pl.DataFrame,
    judged: pl.DataFrame,
    there: pl.DataFrame,
    usual: pl.DataFrame,
    sittings: pl.DataFrame,
) -> pl.DataFrame:
    """ACTOR_PEOPLE, those possible for most acts first.

    The test is of acts shown to be removals whose place has a working entry log; the prior of
    one another's guilt plays no part in it.

    Args:
        asked: CANDIDATES.
        scored: `weighed`.
        judged: ACT_VERDICTS.
        there: act_id, person_id of those surely recorded at the act's place.
        usual: act_id, person_id, rate: the share of like days they are there at that hour.
        sittings: SITTINGS.

    """
    named = scored.filter(pl.col("person_id").is_not_null())
    start = sittings.select("act_id", "start")
    counts = (
        named.join(asked.select("act_id", "person_id", "holder"), on=["act_id", "person_id"])
        .join(judged.select("act_id", only="person_id"), on="act_id")
        .join(start, on="act_id")
        .group_by("person_id")
        .agg(
            holder=pl.col("holder").any(),
            acts_candidate=pl.len().cast(pl.UInt32),
            acts_possible=pl.col("possible").sum().cast(pl.UInt32),
            acts_excluded=pl.col("excluded").sum().cast(pl.UInt32),
            acts_identified=(pl.col("only") == pl.col("person_id")).sum().cast(pl.UInt32),
            first_at=pl.col("start").filter("possible").min(),
            last_at=pl.col("start").filter("possible").max(),
        )
    )
    tested = _tests(asked, there, usual, sittings)
    among = tested.height
    return (
        counts.join(tested, on="person_id", how="left")
        .with_columns(
            pl.col("acts_tested", "acts_there").fill_null(0),
            p_among=(pl.col("p_value") * among).clip(0, 1),
        )
        .sort("acts_possible", "person_id", descending=[True, False])
        .select(pl.col(name).cast(dtype) for name, dtype in ACTOR_PEOPLE.items())
    )


def _tests(
    asked: pl.DataFrame, there: pl.DataFrame, usual: pl.DataFrame, sittings: pl.DataFrame
) -> pl.DataFrame:
    """person_id, acts_tested, acts_there, there_expected, p_value, p_floor of each holder."""
    acts = sittings.filter((pl.col("presence") == "recorded") & pl.col("removal")).select("act_id")
    seen = there.select("act_id", "person_id").unique().with_columns(seen=pl.lit(value=True))
    frame = (
        usual.filter(pl.col("days") > 0)
        .join(asked.filter("holder"), on=["act_id", "person_id"], how="semi")
        .join(acts, on="act_id", how="semi")
        .join(seen, on=["act_id", "person_id"], how="left")
        .sort("person_id", "act_id")
    )
    rows = []
    for own in frame.partition_by("person_id", maintain_order=True):
        person = own["person_id"][0]
        shares, count = own["rate"].to_list(), int(own["seen"].fill_null(value=False).sum())
        rows.append(
            (person, own.height, count, sum(shares), at_least(shares, count),
             at_least(shares, own.height))
        )  # fmt: skip
    names = ("acts_tested", "acts_there", "there_expected", "p_value", "p_floor")
    schema = {"person_id": pl.String(), **{name: ACTOR_PEOPLE[name] for name in names}}
    return pl.DataFrame(rows, schema=schema, orient="row")

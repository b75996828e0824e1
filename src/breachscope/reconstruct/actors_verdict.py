"""From marks to posteriors and verdicts: pure functions from frame to frame.

Marks about different persons are taken for independent once it is given who was at the
keyboard; marks about one person are one a channel, and channels that are one source were made
one mark before. The likelihood ratio of two candidates is the difference of their sums.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.reconstruct.actors_devices import OTHERS
from breachscope.schema import ACT_VERDICTS, ACTOR_MARKS, ACTORS, VERDICT

if TYPE_CHECKING:
    from breachscope.reliabilities import Actors

_ORDER: Final = ("act_id", "person_id", "channel", "evidence_id", "line", "says")
_NOISE: Final = 1e-9
"""Sums of logarithms that differ by less are equal: the last digits hang on the order."""


def excluding(marks: pl.DataFrame, playbook: Actors) -> pl.DataFrame:
    """ACTOR_MARKS in order, `excludes` where evidence so seldom wrong speaks against."""
    limit = math.log10(playbook.limits.exclusion)
    return (
        marks.with_columns(excludes=pl.col("log10_lr") <= limit + _NOISE)
        .select(ACTOR_MARKS.names())
        .sort(_ORDER, nulls_last=True)
    )


def barred(marks: pl.DataFrame) -> pl.DataFrame:
    """act_id, person_id of those whom their dates of employment exclude: they are no news."""
    dates = (pl.col("channel") == "employment") & pl.col("excludes")
    return marks.filter(dates).select("act_id", "person_id").with_columns(away=pl.lit(value=True))


def weighed(
    acts: pl.DataFrame, asked: pl.DataFrame, marks: pl.DataFrame, playbook: Actors
) -> pl.DataFrame:
    """Each candidate and someone unknown with the sum of their marks and a posterior.

    Whom one source excludes and others name a hundredfold is not excluded: the sources
    contradict each other, and all of them count.

    Args:
        acts: act_id of every act; one without a candidate has someone unknown alone.
        asked: CANDIDATES.
        marks: ACTOR_MARKS, as `excluding` gives them.
        playbook: prior and limits.

    Returns:
        act_id, person_id, total, log10_lr (against the likeliest), posterior, excluded, away
        (by the dates of employment), possible; likeliest first.

    """
    value = pl.col("log10_lr")
    sums = marks.group_by("act_id", "person_id", maintain_order=True).agg(
        total=value.sum(),
        excluded=pl.col("excludes").any()
        & (value.filter(value > 0).sum() < playbook.limits.identified_log10_lr - _NOISE),
    )
    named = asked.select("act_id", "person_id")
    unknown = acts.select("act_id").with_columns(person_id=pl.lit(None, pl.String()))
    everyone = (
        pl.concat([named, unknown])
        .join(sums, on=["act_id", "person_id"], how="left", nulls_equal=True)
        .join(barred(marks), on=["act_id", "person_id"], how="left")
    )
    prior = pl.when(pl.col("person_id").is_null()).then(playbook.prior.unknown).otherwise(
        (1 - playbook.prior.unknown) / pl.col("person_id").count().over("act_id")
    )  # fmt: skip
    limit = playbook.limits.identified_log10_lr
    scored = everyone.with_columns(
        pl.col("excluded", "away").fill_null(value=False),
        total=pl.col("total").fill_null(0.0).round(9),
        prior=prior,
    )
    weight = pl.col("prior") * (10 ** (pl.col("total") - pl.col("total").max().over("act_id")))
    best = pl.col("total").filter(~pl.col("excluded")).max().over("act_id")
    return (
        scored.sort("act_id", "total", "person_id", descending=[False, True, False],
                    nulls_last=True)
        .with_columns(weight=weight)
        .with_columns(
            posterior=pl.col("weight") / pl.col("weight").sum().over("act_id"),
            log10_lr=(pl.col("total") - pl.col("total").max().over("act_id")).round(9),
            possible=~pl.col("excluded") & (best - pl.col("total") < limit - _NOISE),
        )
        .drop("weight", "prior")
    )  # fmt: skip


def verdicts(
    sittings: pl.DataFrame,
    scored: pl.DataFrame,
    lines: pl.DataFrame,
    playbook: Actors,
    by_device: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """ACT_VERDICTS without `holds_doubled`, one row an act, in order of time.

    Args:
        sittings: SITTINGS.
        scored: `weighed`.
        lines: act_id of acts whose outside address is somebody's line.
        playbook: limits, and the sources that could settle an act.
        by_device: OTHERS, already among the possible of `scored`.

    """
    named = pl.col("person_id").is_not_null()
    possible = pl.col("possible")
    totals = pl.col("total").sort(descending=True)
    counts = scored.group_by("act_id").agg(
        candidates=(named & ~pl.col("away")).sum().cast(pl.UInt32),
        possible=(named & possible).sum().cast(pl.UInt32),
        unknown_possible=(~named & possible).any(),
        only=pl.col("person_id").filter(named & possible).first(),
        log10_lr=(totals.get(0) - totals.get(1, null_on_oob=True)).round(9),
    )
    told = (
        sittings.select("act_id", "start", "removal", "outside", "area", "presence",
                        "session_evidence_id")
        .join(counts, on="act_id", how="left")
        .join(_told_by_device(by_device), on="act_id", how="left", validate="1:1")
        .join(lines.select("act_id").unique().with_columns(homely=pl.lit(value=True)),
              on="act_id", how="left")
        .with_columns(
            pl.col("candidates", "possible").fill_null(0),
            pl.col("unknown_possible", ).fill_null(value=True),
            pl.col("homely").fill_null(value=False),
        )
    )  # fmt: skip
    judged = told.with_columns(verdict=_verdict(playbook), reason=_reason(playbook))
    identified = pl.col("verdict") == "identified"
    return (
        judged.with_columns(
            person_id=pl.when(identified).then("only"),
            holds_doubled=pl.lit(value=False),
            place=pl.when("outside").then(pl.lit("outside")).otherwise(pl.col("area")),
            settles=_settles(playbook),
            verdict=pl.col("verdict").cast(VERDICT),
        )
        .sort("start", "act_id")
        .select(ACT_VERDICTS.names())
    )


def _told_by_device(found: pl.DataFrame | None) -> pl.DataFrame:
    """act_id, acts_by_device: how many acts with its device name another."""
    told = pl.DataFrame(schema=OTHERS) if found is None else found
    return told.group_by("act_id").agg(acts_by_device=pl.col("acts").max())


def _one_stands() -> pl.Expr:
    return (pl.col("possible") == 1) & ~pl.col("unknown_possible")


def _clear(playbook: Actors) -> pl.Expr:
    limit = playbook.limits.identified_log10_lr - _NOISE
    return _one_stands() & (pl.col("log10_lr") >= limit).fill_null(value=False)


def _shown(playbook: Actors) -> pl.Expr:
    return pl.col("removal") | pl.lit(not playbook.limits.needs_removal)


def _verdict(playbook: Actors) -> pl.Expr:
    fewer = (pl.col("possible") < pl.col("candidates")) & ~pl.col("unknown_possible")
    return (
        pl.when(_clear(playbook) & _shown(playbook))
        .then(pl.lit("identified"))
        .when(fewer | _clear(playbook))
        .then(pl.lit("narrowed"))
        .otherwise(pl.lit("not_attributable"))
    )


def _reason(playbook: Actors) -> pl.Expr:
    rest = pl.format("{} of {} named persons possible", "possible", "candidates")
    return (
        pl.when(_clear(playbook) & _shown(playbook))
        .then(pl.lit("the evidence fits one person, and every rival far less"))
        .when(_clear(playbook))
        .then(pl.lit("one person fits, but nothing shows that anything left: it may be plain work"))
        .when(pl.col("candidates") == 0)
        .then(pl.lit("no list says who held the account"))
        .when(pl.col("unknown_possible"))
        .then(pl.format("{}, and someone unknown", rest))
        .when(pl.col("acts_by_device").is_not_null())
        .then(
            pl.format(
                "{}: its device was there in acts of another, {} of them", rest, "acts_by_device"
            )
        )
        .otherwise(rest)
    )


def _settles(playbook: Actors) -> pl.Expr:
    """Sources that could make the verdict `identified` for one person, by what the act lacks."""
    ours = ~pl.col("outside")
    lacks = {
        "no_presence": ours & pl.col("area").is_not_null() & (pl.col("presence") != "recorded"),
        "several_there": ours & (pl.col("presence") == "recorded") & (pl.col("possible") > 1),
        "no_session": ours & (pl.col("presence") == "no_log")
        & pl.col("session_evidence_id").is_null(),
        "unknown_line": pl.col("outside") & ~pl.col("homely"),
        "no_removal": _clear(playbook) & ~pl.col("removal"),
    }  # fmt: skip
    limit = playbook.limits.identified_log10_lr
    wanting = pl.col("verdict") != "identified"
    parts = [
        pl.when(wanting & lacks[one.when] & (one.gain >= limit)).then(
            pl.lit(f"{one.source}: {one.why}")
        )
        for one in playbook.settles
    ]
    return pl.concat_list(parts).list.drop_nulls() if parts else pl.lit([], pl.List(pl.String()))


def actors(scored: pl.DataFrame, marks: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """ACTORS: candidates in order of act and likelihood, with the marks in words."""
    place = pl.concat_str(
        [pl.col("evidence_id"), pl.col("line").cast(pl.String), pl.col("member")],
        separator=":", ignore_nulls=True,
    )  # fmt: skip
    said = pl.format("{}: {}", "channel", "says") + pl.when(pl.col("evidence_id").is_null()).then(
        pl.lit("")
    ).otherwise(pl.format(" ({})", place))
    for_or_against = marks.with_columns(said=said).group_by(
        "act_id", "person_id", maintain_order=True
    ).agg(
        excluding=pl.col("said").filter("excludes").first(),
        supported_by=pl.col("said").filter(pl.col("log10_lr") > 0),
        against=pl.col("said").filter(pl.col("log10_lr") < 0),
    )  # fmt: skip
    none = pl.lit([], pl.List(pl.String()))
    order = judged.select("act_id", "verdict").with_row_index("n")
    return (
        scored.join(for_or_against, on=["act_id", "person_id"], how="left", nulls_equal=True)
        .join(order, on="act_id")
        .with_columns(
            *(pl.coalesce(name, none).alias(name) for name in ("supported_by", "against")),
            excluded_by=pl.when("excluded").then("excluding"),
        )
        .sort("n", "log10_lr", "person_id", descending=[False, True, False], nulls_last=True)
        .select(ACTORS.names())
    )

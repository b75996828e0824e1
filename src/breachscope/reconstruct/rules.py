"""The playbook's rules read over the downloads: tier, reason, conflict, rulings, acts.

Pure functions from frame to frame. The columns a rule may use are those of
`breachscope.schema.EGRESS` before `tier`; `docs/method.md` says what each means.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from breachscope.errors import ConfigError
from breachscope.schema import ACTS, COUNTED_TIERS, TIER, conform

if TYPE_CHECKING:
    from breachscope.playbook import Limits, Rule, Rules


def judged(frame: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Tier, reason, conflict, conflict_tier and unexplained_tier, by the playbook's rules.

    Raises:
        ConfigError: a condition is not Polars SQL or names an unknown column; says which rule.

    """
    columns = frame.collect_schema().names()
    conditions = [
        (_condition(rule.when, columns, f"rules[{i}]"), rule) for i, rule in enumerate(rules.rules)
    ]
    against = _condition(rules.conflict, columns, "conflict")
    unexplained = [(when, rule) for when, rule in conditions if rule.tier != "explained"]
    return (
        frame.with_columns(
            tier=_first(conditions, "tier").cast(TIER),
            reason=_first(conditions, "reason"),
            unexplained_tier=_first(unexplained, "tier").cast(TIER),
        )
        .with_columns(conflict=(pl.col("tier") == "explained") & against)
        .with_columns(conflict_tier=pl.when("conflict").then("unexplained_tier"))
    )


def _first(conditions: list[tuple[pl.Expr, Rule]], attribute: str) -> pl.Expr:
    chosen = pl.lit(None, pl.String)
    for when, rule in reversed(conditions):
        chosen = pl.when(when).then(pl.lit(getattr(rule, attribute))).otherwise(chosen)
    return chosen


def _condition(text: str, columns: list[str], where: str) -> pl.Expr:
    try:
        condition = pl.sql_expr(text)
        unknown = sorted(set(condition.meta.root_names()) - set(columns))
    except Exception as error:
        raise ConfigError(f"playbook.toml: {where}.when: not a condition: {text}") from error
    if unknown:
        raise ConfigError(f"playbook.toml: {where}.when: no such column: {', '.join(unknown)}")
    return condition.fill_null(value=False)


def acts(judgements: pl.LazyFrame, limits: Limits) -> pl.LazyFrame:
    """The act each unexplained download belongs to.

    Downloads of one account and host, each starting less than the playbook's gap after the
    last, are one act; explained ones do not bridge, the route does not split.

    Returns:
        event_id, act_id. An act is called after its first download.

    """
    sitting = ["account_key", "host_key"]
    order = ["at", "evidence_id", "member", "line", "event_id"]
    gap = timedelta(minutes=limits.act_gap_minutes)
    pause = pl.col("at") - pl.col("at").shift(1).over(sitting, order_by=order)
    return (
        judgements.filter(pl.col("tier").is_in(COUNTED_TIERS))
        .sort(*sitting, *order, nulls_last=True)
        .with_columns(begins=(pause >= gap).fill_null(value=True))
        .with_columns(
            act_id=pl.when("begins").then(pl.concat_str(pl.lit("ACT-"), pl.col("event_id")))
        )
        .with_columns(pl.col("act_id").forward_fill())
        .select("event_id", "act_id")
        .sort("event_id")
    )


def ruled(judgements: pl.LazyFrame, rulings: pl.LazyFrame) -> pl.LazyFrame:
    """People's rulings replayed over the playbook's tiers.

    `accept` lets an explained download stand and closes its conflict, `reject` gives it the
    tier it would have without its work record, `reclassify` gives the tier that was ruled.

    Args:
        judgements: with event_id, tier, reason, conflict, conflict_tier.
        rulings: event_id, ruling (its id), action, ruled_tier, why; at most one a download.

    """
    without_work = pl.col("unexplained_tier")
    tier = (
        pl.when(pl.col("action") == "reject")
        .then(without_work)
        .when(pl.col("action") == "reclassify")
        .then(pl.coalesce(pl.col("ruled_tier").cast(TIER), "tier"))
        .otherwise("tier")
    )
    was_ruled = pl.col("ruling").is_not_null()
    return (
        judgements.join(rulings, on="event_id", how="left", validate="1:1")
        .with_columns(
            tier=tier.cast(TIER),
            reason=pl.when(was_ruled)
            .then(
                pl.concat_str(
                    pl.lit("ruling "), "ruling", pl.lit(": "), pl.col("why").fill_null("")
                )
            )
            .otherwise("reason"),
            conflict=pl.col("conflict") & ~was_ruled,
        )
        .with_columns(conflict_tier=pl.when("conflict").then("conflict_tier"))
    )


def act_table(egress: pl.LazyFrame) -> pl.LazyFrame:
    """ACTS: one row an act, in order of time."""
    tiers = {tier: (pl.col("tier") == tier).sum().cast(pl.UInt32) for tier in COUNTED_TIERS}
    routes = pl.col("route").drop_nulls()
    return (
        egress.filter(pl.col("act_id").is_not_null())
        .sort("at", "evidence_id", "member", "line", "event_id", nulls_last=True)
        .group_by("act_id", maintain_order=True)
        .agg(
            started_at=pl.col("at").first(),
            ended_at=pl.col("at").last(),
            account=pl.col("account").first(),
            host=pl.col("host").first(),
            route=pl.coalesce(
                routes.filter(routes == "remote").first(),
                routes.filter(routes == "site").first(),
                routes.first(),
            ),
            downloads=pl.len().cast(pl.UInt32),
            rows=pl.col("rows").sum(),
            media_serial=pl.col("media_serial").drop_nulls().first(),
            **tiers,
        )
        .pipe(conform, ACTS)
        .sort("started_at", "act_id")
    )

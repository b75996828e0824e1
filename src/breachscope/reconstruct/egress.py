"""Egress: what stands for and against each download, its tier, and its act.

Brings the facts of `facts` and `seized` to the downloads, then has `rules` read the playbook.
Pure functions from frame to frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from breachscope.reconstruct import facts, leaked, rules, seized
from breachscope.schema import EGRESS, ROUTE, conform

if TYPE_CHECKING:
    from breachscope.playbook import Rules


@dataclass(frozen=True, slots=True)
class Traces:
    """The evidence that is held against the downloads, each in its canonical columns.

    `media`, `work` and `hosts` also have host_key, `work` also account_key.
    """

    work: pl.LazyFrame
    media: pl.LazyFrame
    remote: pl.LazyFrame
    files: pl.LazyFrame
    hosts: pl.LazyFrame
    versions: pl.LazyFrame
    leaks: pl.LazyFrame  # leaked.LEAK_SOURCES


def evidence_facts(
    extractions: pl.LazyFrame, traces: Traces, focus: facts.Focus, playbook: Rules
) -> pl.LazyFrame:
    """The frame the rules are read over: EGRESS up to `leak_only_this`, one row a download."""
    limits = playbook.limits
    longest = timedelta(hours=limits.missing_disconnect_hours)
    window = timedelta(minutes=limits.device_window_minutes)
    asked = facts.asked_about(extractions, focus)
    work = facts.work_facts(asked, traces.work)
    pairs = seized.candidate_pairs(asked, traces.versions, traces.files, limits)
    standing = asked.join(work, on="event_id", how="left").select(
        "event_id",
        unexplained=~(pl.col("work_covers") & pl.col("work_approved_before")).fill_null(
            value=False
        ),
    )
    return (
        extractions.with_columns(in_focus=facts.in_focus(focus))
        .pipe(_joined, work)
        .pipe(
            _joined,
            facts.media_facts(asked, facts.connections(traces.media, longest), window),
        )
        .pipe(_joined, facts.remote_facts(asked, traces.remote, longest))
        .pipe(_joined, seized.file_facts(pairs, standing))
        .pipe(_joined, leaked.leak_facts(leaked.leak_pairs(asked, traces.leaks), standing))
        .pipe(_with_route, traces.hosts)
        .with_columns(
            pl.col(name).fill_null(value=False)
            for name in (
                "work_covers",
                "work_approved_before",
                "unregistered_device",
                "device_assumed_end",
                "remote_assigned",
                "file_only_this",
                "leak_only_this",
            )
        )
        .with_columns(pl.col("file_fits", "leak_fits").fill_null(0))
    )


def _joined(frame: pl.LazyFrame, found: pl.LazyFrame) -> pl.LazyFrame:
    return frame.join(found, on="event_id", how="left", validate="1:1")


def _with_route(frame: pl.LazyFrame, hosts: pl.LazyFrame) -> pl.LazyFrame:
    """`remote` by an assigned session, `site` for a host of the inventory, else unknown."""
    known = hosts.select("host_key").drop_nulls().unique().with_columns(at_site=pl.lit(value=True))
    remote = pl.col("remote_assigned").fill_null(value=False)
    return (
        frame.join(known, on="host_key", how="left", validate="m:1")
        .with_columns(
            route=pl.when(remote)
            .then(pl.lit("remote"))
            .when("at_site")
            .then(pl.lit("site"))
            .otherwise(pl.lit("unknown"))
            .cast(ROUTE)
        )
        .drop("at_site")
    )


def egress(judged_facts: pl.LazyFrame, playbook: Rules, rulings: pl.LazyFrame) -> pl.LazyFrame:
    """EGRESS: tier, reason, conflict and act of each download, sorted by time and place.

    Args:
        judged_facts: `evidence_facts`.
        playbook: rules, limits and the conflict condition.
        rulings: see `rules.ruled`.

    """
    told = judged_facts.pipe(rules.judged, playbook).pipe(rules.ruled, rulings)
    return (
        told.join(rules.acts(told, playbook.limits), on="event_id", how="left", validate="1:1")
        .pipe(conform, EGRESS)
        .sort("at", "evidence_id", "member", "line", "event_id", nulls_last=True)
    )


def grounds(
    extractions: pl.LazyFrame,
    egress_table: pl.LazyFrame,
    traces: Traces,
    focus: facts.Focus,
    playbook: Rules,
) -> pl.LazyFrame:
    """SEGMENTS that left for certain although no one download can be named."""
    asked = facts.asked_about(extractions, focus)
    pairs = seized.candidate_pairs(asked, traces.versions, traces.files, playbook.limits)
    anyone = seized.candidate_pairs(
        extractions.filter(pl.col("row_scope") != "none"),
        traces.versions,
        traces.files,
        playbook.limits,
    )
    return seized.open_grounds(pairs, anyone, egress_table, traces.versions, traces.files)

"""What hangs on a log that is not whole: downloads of differing lines, numbers left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from breachscope.case.fingerprint import Fingerprint
from breachscope.reconstruct import extraction, numbering, timeline
from breachscope.schema import COPY_EVENTS, TIER, Kind, conform
from breachscope.workflow import frames

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.workflow.judging import Judged
    from breachscope.workflow.situation import Situation

INTEGRITY_VERSION = 2
TABLES = ("copy_events", "number_gaps")
"""The tables of a run, `runs/N/NAME.parquet`."""


def integrity_part(s: Situation, judged: Judged) -> Path:
    """COPY_EVENTS and NUMBER_GAPS of the download logs."""
    place = s.superseded(Kind.DOWNLOADS).parent
    egress = judged.egress / "extractions.parquet"

    def make(target: Path) -> None:
        versions, events = pl.scan_parquet(judged.inventory), pl.scan_parquet(egress)
        lines = pl.scan_parquet(place / "lines.parquet")
        of_copy = copy_side(s, versions, lines)
        both = pl.concat([original_side(events, lines), of_copy])
        order = ["original", "copy", "change", "side", "line", "event_id"]
        both.sort(order).collect().write_parquet(target / "copy_events.parquet")
        gaps = numbering.number_gaps(events, Kind.DOWNLOADS).collect()
        gaps.write_parquet(target / "number_gaps.parquet")

    wanted = Fingerprint(
        "integrity",
        "downloads",
        {
            "egress": judged.egress.name,
            "copies": place.name,
            "inventory": judged.inventory.parent.name,
        },
        {"accounts": s.context.playbook.rules.accounts.model_dump()},
        INTEGRITY_VERSION,
    )
    return s.parts.get(wanted, make)


def original_side(egress: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """COPY_EVENTS of lines that are missing or altered in a copy, as the original tells them."""
    told = lines.filter(pl.col("change") != "added").select(
        "original", "copy", "change", "line", evidence_id="original"
    )
    names = ["event_id", "at", "account_key", "party_id", "list_id", "version_id", "rows", "tier"]
    return (
        told.join(
            egress.select("evidence_id", "line", *names), on=["evidence_id", "line"], how="left"
        )
        .with_columns(side=pl.lit("original", COPY_EVENTS["side"]))
        .pipe(conform, COPY_EVENTS)
    )


def copy_side(s: Situation, versions: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """COPY_EVENTS of lines that are added or altered in a copy, as the copy tells them."""
    told = lines.filter(pl.col("change") != "missing").select(
        "original", "copy", "change", evidence_id="copy", line="copy_line"
    )
    named = set(told.select("evidence_id").unique().collect()["evidence_id"])
    copied = [item for item in s.items if item.evidence_id in named]
    logged = frames.table(s.context.case, copied, Kind.DOWNLOADS)
    own = timeline.event_id(logged.join(told, on=["evidence_id", "line"], how="semi"))
    keyed = frames.with_keys(own, s.context.playbook.rules.accounts)
    tied = extraction.bound(s.until(keyed, Kind.DOWNLOADS), versions)
    return (
        told.join(tied, on=["evidence_id", "line"])
        .with_columns(
            side=pl.lit("copy", COPY_EVENTS["side"]),
            event_id=timeline.place(),
            tier=pl.lit(None, TIER),
        )
        .pipe(conform, COPY_EVENTS)
    )

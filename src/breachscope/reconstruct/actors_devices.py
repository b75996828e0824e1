"""One device in the acts of two people: whom its other acts name, becomes possible again.

A private device is somebody's. Where an act names one person and the same device was there in at
least as many acts that name another, the door may have missed that other: the act names nobody.
A device never names anyone, so two who share one are only told apart less often.
Pure functions from frame to frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from breachscope.reconstruct.actors_given import Given

DEVICES: Final = pl.Schema({"act_id": pl.String(), "device": pl.String()})
"""Devices of each act, by serial number: unregistered ones in the machine while it fetched, and
those on which a seized file lies that only a download of the act fits."""

OTHERS: Final = pl.Schema(
    {
        "act_id": pl.String(),
        "person_id": pl.String(),  # somebody else
        "device": pl.String(),
        "acts": pl.UInt32(),  # that name them, with the device of this act
    }
)


def of_acts(given: Given) -> pl.DataFrame:
    """DEVICES of all acts."""
    fetched = given.downloads.filter(pl.col("act_id").is_not_null())
    plugged = fetched.filter("unregistered_device").select("act_id", device="media_serial")
    lying = given.files.select(
        device="media_serial", file_evidence_id="evidence_id", file_line="line"
    ).unique(["file_evidence_id", "file_line"], keep="first", maintain_order=True)
    seized = fetched.filter("file_only_this").join(
        lying, on=["file_evidence_id", "file_line"], validate="m:1"
    )
    found = pl.concat([plugged, seized.select("act_id", "device")]).drop_nulls().unique()
    return found.sort("act_id", "device").collect()


def others(judged: pl.DataFrame, devices: pl.DataFrame) -> pl.DataFrame:
    """OTHERS of every act that names someone whom its device does not.

    Args:
        judged: ACT_VERDICTS.
        devices: DEVICES.

    """
    named = judged.filter(pl.col("verdict") == "identified").select("act_id", "person_id")
    held = named.join(devices, on="act_id")
    counts = held.group_by("device", "person_id").agg(acts=pl.col("act_id").n_unique())
    mine = held.join(counts, on=["device", "person_id"])
    return (
        mine.join(counts, on="device", suffix="_other")
        .filter(
            (pl.col("person_id") != pl.col("person_id_other"))
            & (pl.col("acts_other") >= pl.col("acts"))
        )
        .select("act_id", "device", person_id="person_id_other", acts="acts_other")
        .sort("act_id", "acts", "person_id", "device", descending=[False, True, False, False])
        .unique(["act_id", "person_id"], keep="first", maintain_order=True)
        .select(OTHERS.names())
        .cast(OTHERS)
    )


def widened(scored: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """The candidates of each act with those of OTHERS possible, unless a source excludes them.

    Args:
        scored: `actors_verdict.weighed`.
        found: OTHERS.

    """
    more = found.select("act_id", "person_id", by_device=pl.lit(value=True))
    return (
        scored.join(
            more, on=["act_id", "person_id"], how="left", validate="1:1", maintain_order="left"
        )
        .with_columns(
            possible=pl.col("possible")
            | (pl.col("by_device").fill_null(value=False) & ~pl.col("excluded"))
        )
        .drop("by_device")
    )

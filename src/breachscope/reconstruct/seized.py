"""Seized files tied to downloads, and to versions nobody logged a download of.

A file fits a download when its hash is the version's and the whole version was fetched, or
its bytes are those sent and its rows do not differ, and it was modified within the playbook's
limits of the download. Where several fit, explained downloads and those outside the inquiry
yield to the unexplained, and what remains must be one. Pure functions from frame to frame.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from breachscope.schema import SEGMENTS, TIER, conform

if TYPE_CHECKING:
    from breachscope.playbook import Limits


def candidate_pairs(
    extractions: pl.LazyFrame, versions: pl.LazyFrame, files: pl.LazyFrame, limits: Limits
) -> pl.LazyFrame:
    """Every (file, download) pair that fits.

    Args:
        extractions: those that fetched something.
        versions: VERSIONS.
        files: canonical files.
        limits: the playbook's `file_before_seconds` and `file_after_minutes`.

    Returns:
        event_id, file_id, file_evidence_id, file_line, by_hash.

    """
    sizes = versions.select("version_id", "bytes", sha256=pl.col("sha256").str.to_lowercase())
    fetched = extractions.select(
        "event_id", "at", "version_id", "row_scope", "rows", "sent_bytes"
    ).join(sizes, on="version_id", how="left", validate="m:1")
    seized = files.select(
        "file_id",
        "modified_at",
        file_sha=pl.col("sha256").str.to_lowercase(),
        file_bytes="bytes",
        file_rows="rows",
        file_evidence_id="evidence_id",
        file_line="line",
    )
    by_hash = (
        seized.join(fetched, left_on="file_sha", right_on="sha256")
        .filter((pl.col("row_scope") == "all") & _in_time(limits))
        .with_columns(by_hash=pl.lit(value=True))
    )
    seized = seized.with_columns(pl.when(pl.col("file_bytes") > 0).then("file_bytes"))
    by_sent = seized.join(fetched, left_on="file_bytes", right_on="sent_bytes")
    by_size = seized.join(
        fetched.filter(pl.col("row_scope") == "all"), left_on="file_bytes", right_on="bytes"
    )
    same_rows = (pl.col("file_rows") == pl.col("rows")).fill_null(value=True)
    sized = [
        pairs.filter(same_rows & _in_time(limits) & pl.col("modified_at").is_not_null())
        .filter(~_another_hash())
        .with_columns(by_hash=pl.lit(value=False))
        for pairs in (by_sent.with_columns(bytes="file_bytes"), by_size)
    ]
    columns = ["event_id", "file_id", "file_evidence_id", "file_line", "by_hash"]
    return (
        pl.concat([by_hash.select(columns), *(pairs.select(columns) for pairs in sized)])
        .sort("file_id", "event_id", "by_hash", descending=[False, False, True])
        .unique(["file_id", "event_id"], keep="first", maintain_order=True)
    )


def _another_hash() -> pl.Expr:
    """The whole version was fetched, both hashes are known, and they differ."""
    differ = pl.col("file_sha") != pl.col("sha256")
    return (differ & (pl.col("row_scope") == "all")).fill_null(value=False)


def _in_time(limits: Limits) -> pl.Expr:
    earliest = pl.col("at") - timedelta(seconds=limits.file_before_seconds)
    latest = pl.col("at") + timedelta(minutes=limits.file_after_minutes)
    inside = (pl.col("modified_at") >= earliest) & (pl.col("modified_at") <= latest)
    return inside.fill_null(value=True)


def file_facts(pairs: pl.LazyFrame, standing: pl.LazyFrame) -> pl.LazyFrame:
    """What each download's best fitting file says.

    Args:
        pairs: `candidate_pairs`.
        standing: event_id, unexplained (in focus and not covered by approved work).

    Returns:
        event_id, file_id, file_fits (unexplained downloads that fit the file), file_only_this
        (no other download could be the file), file_evidence_id, file_line; one row a download.

    """
    return (
        contested(pairs, standing, "file_id")
        .sort(
            "event_id",
            "only_this",
            "by_hash",
            "file_id",
            descending=[False, True, True, False],
        )
        .unique("event_id", keep="first", maintain_order=True)
        .select(
            "event_id",
            "file_id",
            "file_evidence_id",
            "file_line",
            file_fits=pl.col("unexplained_fits").cast(pl.UInt32),
            file_only_this="only_this",
        )
    )


def contested(pairs: pl.LazyFrame, standing: pl.LazyFrame, trace: str) -> pl.LazyFrame:
    """Pairs of a trace and a download, with how many downloads could be it.

    Args:
        pairs: event_id and the trace's column, each pair once.
        standing: event_id, unexplained (in focus and not covered by approved work).
        trace: the column that names the trace.

    Returns:
        The pairs with unexplained_fits, and only_this: of the downloads that fit the trace,
        explained ones yielding to unexplained, this is the one that remains.
    """
    contest = pairs.join(standing, on="event_id", validate="m:1").with_columns(
        unexplained_fits=pl.col("unexplained").sum().over(trace),
        fits=pl.len().over(trace),
    )
    alone = (pl.col("unexplained_fits") == 1) & pl.col("unexplained")
    last_one = (pl.col("unexplained_fits") == 0) & (pl.col("fits") == 1)
    return contest.with_columns(only_this=alone | last_one)


def open_grounds(
    pairs: pl.LazyFrame,
    anyone: pl.LazyFrame,
    egress: pl.LazyFrame,
    versions: pl.LazyFrame,
    files: pl.LazyFrame,
) -> pl.LazyFrame:
    """Rows that left for certain although no single download can be named.

    Two cases: several unexplained downloads fit one seized file and all fetched the same rows
    of one version (its people are confirmed, the download stays open); and a file whose hash
    is a version's, or whose bytes and rows are those of exactly one version, that no download
    fits at all (the log is short).

    Args:
        pairs: `candidate_pairs` of the downloads under inquiry.
        anyone: those of all downloads: a file that fits one of them is not unlogged.
        egress: EGRESS of the downloads under inquiry.
        versions: VERSIONS.
        files: canonical files.

    Returns:
        SEGMENTS, event_id `FILE:{file_id}`, tier confirmed, sure.

    """
    return (
        pl.concat([_shared(pairs, egress, files), _unlogged(anyone, versions, files)])
        .pipe(conform, SEGMENTS)
        .sort("event_id", "version_id")
    )


def _shared(pairs: pl.LazyFrame, egress: pl.LazyFrame, files: pl.LazyFrame) -> pl.LazyFrame:
    rows = ["version_id", "row_from", "row_to"]
    dated = files.select("file_id", "modified_at")
    return (
        pairs.join(egress, on="event_id", validate="m:1", suffix="_best")
        .filter(pl.col("tier").is_in(["confirmed", "probable", "possible"]))
        .filter((pl.len().over("file_id") > 1) & (pl.struct(rows).n_unique().over("file_id") == 1))
        .filter(pl.col("version_id").is_not_null() & pl.col("row_from").is_not_null())
        .sort("file_id", "at", "event_id")
        .unique("file_id", keep="first", maintain_order=True)
        .join(dated, on="file_id", how="left", validate="1:1")
        .select(
            "party_id",
            "version_id",
            "content",
            "version_rows",
            "row_from",
            "row_to",
            "file_id",
            at=pl.coalesce("modified_at", "at"),
        )
        .pipe(_as_segments)
    )


def _unlogged(pairs: pl.LazyFrame, versions: pl.LazyFrame, files: pl.LazyFrame) -> pl.LazyFrame:
    loose = files.join(pairs, on="file_id", how="anti").select(
        "file_id",
        "modified_at",
        file_sha=pl.col("sha256").str.to_lowercase(),
        bytes="bytes",
        rows="rows",
    )
    known = versions.with_columns(sha256=pl.col("sha256").str.to_lowercase())
    by_hash = loose.join(known.drop("bytes", "rows"), left_on="file_sha", right_on="sha256")
    by_size = loose.filter(pl.col("bytes") > 0).join(known.drop("sha256"), on=["bytes", "rows"])
    columns = ["file_id", "modified_at", "party_id", "version_id", "uploaded_at", "content"]
    version_rows = versions.select("version_id", version_rows=pl.coalesce("rows", "content_rows"))
    return (
        pl.concat([by_hash.select(columns), by_size.select(columns)])
        .unique(["file_id", "version_id"], keep="first", maintain_order=True)
        .filter(pl.col("modified_at") >= pl.col("uploaded_at"))
        .filter(pl.len().over("file_id") == 1)
        .join(version_rows, on="version_id", validate="m:1")
        .filter(pl.col("version_rows").is_not_null())
        .select(
            "party_id",
            "version_id",
            "content",
            "version_rows",
            "file_id",
            row_from=pl.lit(1, pl.Int64),
            row_to="version_rows",
            at="modified_at",
        )
        .pipe(_as_segments)
    )


def _as_segments(found: pl.LazyFrame) -> pl.LazyFrame:
    return found.select(
        "party_id",
        "version_id",
        "at",
        "content",
        event_id=pl.concat_str(pl.lit("FILE:"), "file_id"),
        tier=pl.lit("confirmed", TIER),
        sure=pl.lit(value=True),
        row_from=pl.col("row_from").cast(pl.UInt32),
        row_to=pl.col("row_to").cast(pl.UInt32),
        at_least=pl.lit(0, pl.UInt32),
        version_rows=pl.col("version_rows").cast(pl.UInt32),
    ).select(SEGMENTS.names())

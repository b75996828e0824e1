"""Versions: a list's content between its upload and its replacement or removal.

Pure functions from frame to frame.
"""

from __future__ import annotations

import polars as pl

from breachscope.schema import CONTENT, PROVENANCE, UTC_TIME, VERSIONS, conform

KEPT_CONTENT = pl.Schema(
    {
        "version_id": pl.String(),
        "records_evidence_id": pl.String(),
        "content_rows": pl.Int64(),  # data rows of the file, quarantined ones included
        "file_sha256": pl.String(),
        "file_bytes": pl.Int64(),
        "plain": pl.Boolean(),  # not compressed: byte offsets are those of the original
    }
)
"""One row a records file: what the case holds of a version's content."""


def default_version_id() -> pl.Expr:
    """`LIST@2014-05-01T00:00:00Z`, for inventories that name no version."""
    moment = pl.col("uploaded_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return pl.coalesce("version_id", pl.format("{}@{}", "list_id", moment))


def _until() -> pl.Expr:
    """A version ends at its removal or at the next upload of its list, whichever is earlier."""
    return pl.min_horizontal("removed_at", "next_upload")


def _with_next_upload(inventory: pl.LazyFrame) -> pl.LazyFrame:
    """`next_upload`: the list's next later one; versions uploaded at one moment share it."""
    moments = inventory.select("list_id", "uploaded_at").unique()
    following = pl.col("uploaded_at").shift(-1).over("list_id", order_by="uploaded_at")
    return inventory.join(
        moments.with_columns(next_upload=following), on=["list_id", "uploaded_at"], how="left"
    )


def versions(inventory: pl.LazyFrame, kept: pl.LazyFrame) -> pl.LazyFrame:
    """One row a version, with the interval it was in force and the content kept of it.

    Args:
        inventory: the `lists` evidence; of two lines on one version the first (evidence id,
            line) stands, see `contested`.
        kept: KEPT_CONTENT; of two contents of one version the original, else the longer, else
            the first by evidence id stands.

    Returns:
        VERSIONS, sorted by list, upload and version.

    """
    return (
        inventory.with_columns(version_id=default_version_id())
        .sort("version_id", "evidence_id", "member", "line")
        .unique("version_id", keep="first", maintain_order=True)
        .pipe(_with_next_upload)
        .with_columns(until=_until())
        .join(kept, on="version_id", how="left", validate="1:m")
        .with_columns(is_original=_is_original())
        .sort(
            "version_id",
            "is_original",
            "content_rows",
            "records_evidence_id",
            descending=[False, True, True, False],
        )
        .unique("version_id", keep="first", maintain_order=True)
        .with_columns(
            rows=pl.coalesce("rows", "content_rows"),
            bytes=pl.coalesce("bytes", pl.when("plain").then("file_bytes")),
            content=pl.when(pl.col("records_evidence_id").is_null())
            .then(pl.lit("lost"))
            .otherwise(pl.lit("kept"))
            .cast(CONTENT),
        )
        .pipe(conform, VERSIONS)
        .sort("list_id", "uploaded_at", "version_id")
    )


def _is_original() -> pl.Expr:
    """The kept file is the uploaded one by hash, or by size where no hash was noted."""
    by_hash = pl.col("sha256").str.to_lowercase() == pl.col("file_sha256")
    by_size = pl.col("bytes") == pl.col("file_bytes")
    return (pl.coalesce(by_hash, by_size) & pl.col("plain")).fill_null(value=False)


def contested(inventory: pl.LazyFrame) -> pl.LazyFrame:
    """Versions that two lines of the inventory describe differently.

    Returns:
        version_id, owners (how many lists and parties claim it), evidence_id and line of the
        later line.

    """
    said = ["list_id", "party_id", "uploaded_at", "removed_at", "rows", "bytes", "sha256"]
    return (
        inventory.with_columns(version_id=default_version_id())
        .sort("version_id", "evidence_id", "member", "line")
        .group_by("version_id", maintain_order=True)
        .agg(
            owners=pl.struct("list_id", "party_id").n_unique(),
            accounts=pl.struct(said).n_unique(),
            evidence_id=pl.col("evidence_id").last(),
            line=pl.col("line").last(),
        )
        .filter(pl.col("accounts") > 1)
        .select("version_id", "owners", "evidence_id", "line")
    )


def no_inventory() -> pl.LazyFrame:
    """The `lists` columns versions need, without rows."""
    return pl.LazyFrame(
        schema={
            **{name: dtype for name, dtype in VERSIONS.items() if name != "until"},
            **PROVENANCE,
            "uploaded_at": UTC_TIME,
        }
    )

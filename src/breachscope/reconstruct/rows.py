"""Row scope: which rows of its version a download fetched, or how many, or between what bounds.

The first that holds: `none`, `range`, `prefix`, `all`, `count` (the design puts `range` before
`none`; a failed download that sent nothing fetched nothing whatever range it asked for). Pure
functions from frame to frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from breachscope.schema import EXTRACTIONS, ROW_SCOPE, conform

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

PREFIX_ROWS = pl.Schema({"event_id": pl.String(), "inside": pl.Int64()})
"""For a download cut off after so many bytes: the rows wholly inside them."""

SHARE_MARGIN = 0.05
"""Rows reckoned from a share of the bytes are uncertain by this share of the version."""

CONTRADICTION = 0.5
"""Rows and bytes whose shares of the version differ by more than this cannot both be true."""


def _n() -> pl.Expr:
    return pl.col("version_rows")


def _sent_nothing() -> pl.Expr:
    return (pl.col("sent_rows").fill_null(0) == 0) & (pl.col("sent_bytes").fill_null(0) == 0)


def _byte_share() -> pl.Expr:
    return (pl.col("sent_bytes") / pl.col("version_bytes")).clip(0.0, 1.0)


def _cut_off() -> pl.Expr:
    return pl.col("status").is_in(["partial", "failed"]).fill_null(value=False)


def with_version_facts(bound: pl.LazyFrame, versions: pl.LazyFrame) -> pl.LazyFrame:
    """The bound downloads beside their version's rows, bytes and content, as logged renamed."""
    facts = versions.select(
        "version_id",
        "content",
        "is_original",
        version_rows=pl.coalesce("rows", "content_rows"),
        version_bytes=pl.when(pl.col("bytes") > 0).then("bytes"),
    )
    return bound.rename({"rows": "sent_rows", "bytes": "sent_bytes"}).join(
        facts, on="version_id", how="left", validate="m:1"
    )


def _asked() -> pl.Expr:
    """How many rows the range asks for."""
    return pl.col("row_to") - pl.col("row_from") + 1


def scope_kind() -> pl.Expr:
    """The row scope's name, and with `contradicted` what overrides it."""
    has_range = pl.col("row_from").is_not_null() & pl.col("row_to").is_not_null()
    nothing = (pl.col("status") == "failed") & _sent_nothing()
    says_how_far = pl.col("sent_rows").is_not_null() | pl.col("sent_bytes").is_not_null()
    whole = pl.coalesce(
        pl.col("sent_rows") >= _n(),
        pl.col("sent_bytes") >= pl.col("version_bytes"),
        pl.lit(value=False),
    )
    return (
        pl.when(nothing)
        .then(pl.lit("none"))
        .when(has_range & ~contradicted())
        .then(pl.lit("range"))
        .when(_cut_off() & says_how_far)
        .then(pl.lit("prefix"))
        .when(whole & ~contradicted() & ~_cut_off())
        .then(pl.lit("all"))
        .otherwise(pl.lit("count"))
        .cast(ROW_SCOPE)
    )


def contradicted() -> pl.Expr:
    """Rows, bytes and range cannot all be true, or the range lies outside the version.

    A range that was cut off may have sent fewer rows than it asked for, never more.
    """
    row_share = (pl.col("sent_rows") / _n()).clip(0.0, 1.0)
    apart = (row_share - _byte_share()).abs() > CONTRADICTION
    silent = (pl.col("sent_rows") > 0) & (pl.col("sent_bytes") == 0)
    beyond = (pl.col("row_from") < 1) | (pl.col("row_to") < pl.col("row_from"))
    outside = pl.col("row_to") > _n()
    unlike = (
        pl.when(_cut_off())
        .then(pl.col("sent_rows") > _asked())
        .otherwise(pl.col("sent_rows") != _asked())
    )
    reasons = (apart, silent, beyond, outside, unlike)
    return pl.any_horizontal(reason.fill_null(value=False) for reason in reasons)


def needs_offsets(known: pl.LazyFrame) -> pl.LazyFrame:
    """Downloads whose rows hang on byte offsets of the kept original.

    Returns:
        event_id, version_id, sent_bytes.

    """
    return known.filter(
        (scope_kind() == "prefix") & pl.col("sent_rows").is_null() & pl.col("is_original")
    ).select("event_id", "version_id", "sent_bytes")


def rows_inside(offsets: Iterable[tuple[str, pl.DataFrame]], asked: pl.DataFrame) -> pl.DataFrame:
    """How many rows lie wholly inside the first so many bytes.

    Args:
        offsets: of each version asked for, row_no, byte, byte_end (exclusive, without the line's
            end mark), one row a record in the order of the file. A quarantined row keeps its
            number and is missing here: it is inside if the row after it has begun.
        asked: event_id, version_id, sent_bytes (`needs_offsets`).

    Returns:
        PREFIX_ROWS.

    """
    found = [asked.select("event_id", inside=pl.lit(0, pl.Int64))]
    for version, records in offsets:
        mine = asked.filter(pl.col("version_id") == version)
        sent = mine["sent_bytes"].to_numpy()
        ended = _last(records, "byte_end", sent)
        begun = _last(records, "byte", sent)
        inside = pl.Series("inside", np.maximum(ended, begun - 1), dtype=pl.Int64)
        found.append(mine.select("event_id").with_columns(inside))
    return pl.concat(found).group_by("event_id").agg(pl.col("inside").max()).sort("event_id")


def _last(records: pl.DataFrame, place: str, sent: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The row_no of the last record whose place is at most so many bytes; 0 where none is."""
    numbers = np.concatenate([[0], records["row_no"].to_numpy()]).astype(np.int64)
    last: npt.NDArray[np.int64] = numbers[
        np.searchsorted(records[place].to_numpy().astype(np.int64), sent, side="right")
    ]
    return last


def extractions(known: pl.LazyFrame, prefix_rows: pl.DataFrame) -> pl.LazyFrame:
    """One row a download with its row scope and bounds.

    Args:
        known: `with_version_facts`, plus account_key and host_key.
        prefix_rows: PREFIX_ROWS for those of `needs_offsets`.

    Returns:
        EXTRACTIONS, sorted by time, evidence and line. `row_from`..`row_to` are the rows surely
        fetched, up to `row_to_high` may have been; all null where it is only known how many.

    """
    return (
        known.join(prefix_rows.lazy(), on="event_id", how="left", validate="1:1")
        .with_columns(row_scope=scope_kind(), contradicted=contradicted())
        .with_columns(
            contradicted=pl.col("contradicted") & ~pl.col("row_scope").is_in(["none", "prefix"])
        )
        .with_columns(_bounds())
        .with_columns(_stretch(), host_inferred=pl.lit(value=False))
        .pipe(conform, EXTRACTIONS)
        .sort("at", "evidence_id", "member", "line", "event_id")
    )


def _by_share(shift: float, rounding: str) -> pl.Expr:
    """Rows as a share of the version's bytes, shifted, within 0..n; null if unknowable."""
    rows = (_byte_share() + shift).clip(0.0, 1.0) * _n()
    rounded = {"floor": rows.floor(), "ceil": rows.ceil(), "round": rows.round()}[rounding]
    return rounded.cast(pl.Int64)


def _at_most_n(rows: pl.Expr) -> pl.Expr:
    return pl.when(rows.is_not_null()).then(pl.min_horizontal(rows, _n()))


def _bounds() -> list[pl.Expr]:
    """`rows`, `rows_low` and `rows_high` of each row scope."""
    known_prefix = pl.coalesce(_at_most_n(pl.col("sent_rows")), "inside")
    counted = pl.when(~pl.col("contradicted")).then(_at_most_n(pl.col("sent_rows")))
    by_bytes = ~pl.col("contradicted") & pl.col("sent_rows").is_null()
    sent = pl.when(_cut_off()).then("sent_rows").otherwise(_asked())

    def chosen(ranged: pl.Expr, prefix: pl.Expr, count: pl.Expr) -> pl.Expr:
        scope = pl.col("row_scope")
        return (
            pl.when(scope == "none")
            .then(pl.lit(0, pl.Int64))
            .when(scope == "range")
            .then(ranged)
            .when(scope == "all")
            .then(pl.coalesce(_n(), "sent_rows"))
            .when(scope == "prefix")
            .then(prefix)
            .otherwise(count)
        )

    low = pl.when(by_bytes).then(_by_share(-SHARE_MARGIN, "floor"))
    high = pl.when(by_bytes).then(_by_share(SHARE_MARGIN, "ceil"))
    return [
        chosen(
            sent,
            pl.coalesce(known_prefix, _by_share(0.0, "round")),
            pl.coalesce(counted, pl.when(by_bytes).then(_by_share(0.0, "floor"))),
        ).alias("rows"),
        chosen(
            pl.coalesce(sent, pl.lit(0)),
            pl.coalesce(known_prefix, _by_share(-SHARE_MARGIN, "floor"), pl.lit(0)),
            pl.coalesce(counted, low, pl.lit(0)),
        ).alias("rows_low"),
        chosen(
            pl.coalesce(sent, _asked()),
            pl.coalesce(known_prefix, _by_share(SHARE_MARGIN, "ceil"), _n()),
            pl.coalesce(counted, high, _n()),
        ).alias("rows_high"),
    ]


def _stretch() -> list[pl.Expr]:
    """`row_from`, `row_to`, `row_to_high`: null for `count` and `none`."""
    scope = pl.col("row_scope")
    first = pl.when(scope == "range").then(pl.col("row_from"))
    from_top = scope.is_in(["prefix", "all"])
    return [
        pl.coalesce(first, pl.when(from_top).then(pl.lit(1, pl.Int64))).alias("row_from"),
        pl.when(scope == "range")
        .then(pl.col("row_from") + pl.col("rows_low") - 1)
        .when(from_top)
        .then(pl.col("rows_low"))
        .alias("row_to"),
        pl.when(scope == "range")
        .then(pl.col("row_from") + pl.col("rows_high") - 1)
        .when(from_top)
        .then(pl.col("rows_high"))
        .alias("row_to_high"),
    ]

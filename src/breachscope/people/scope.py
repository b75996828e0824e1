"""What left, as stretches of rows: of which version, how surely, in which tier."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from breachscope.schema import COUNTED_TIERS, SEGMENTS, TIER, UTC_TIME, conform

STRETCHES: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "version_id": pl.String(),
        "row_from": pl.UInt32(),
        "row_to": pl.UInt32(),
        "tier": TIER,  # the best that surely took these rows; null if none surely did
        "first_at": UTC_TIME,  # of the earliest download of that tier
        "event_id": pl.String(),
        "maybe": pl.UInt8(),  # bit t is set where the t-th counted tier may have taken them
        "version_rows": pl.UInt32(),
    }
)
"""One row a stretch of a version's rows, stretches disjoint, best first."""

_ORDER = ("party_id", "version_id", "tier", "at", "event_id", "row_from", "row_to")


class _Stretch(NamedTuple):
    row_from: int
    row_to: int
    owner: int  # place of the segment that surely took it, -1 for none
    maybe: int


def segments(egress: pl.LazyFrame, versions: pl.LazyFrame) -> pl.LazyFrame:
    """SEGMENTS: the rows each counted or conflicting download reached.

    A prefix whose end is uncertain gives two: what surely left, and what may have. Of a
    `count` download, and of a conflict, all rows are unsure.

    Args:
        egress: EGRESS.
        versions: VERSIONS; gives the rows of a version where the download does not.
    """
    rows = versions.select("version_id", inventory=pl.coalesce("rows", "content_rows"))
    tied = (
        egress.filter(_counted() | _in_conflict())
        .filter(pl.col("version_id").is_not_null() & (pl.col("row_scope") != "none"))
        .join(rows, on="version_id", how="left", validate="m:1")
        .with_columns(
            promised=_counted(),
            sure=_counted() & (pl.col("row_scope") != "count"),
            tier=pl.when(_counted()).then("tier").otherwise(_if_rejected()),
            whole=pl.coalesce("version_rows", "inventory"),
        )
    )
    surely = tied.filter("sure").with_columns(at_least=pl.lit(None))
    beyond = surely.with_columns(
        sure=pl.lit(value=False), row_from=_surely_to() + 1, row_to="row_to_high"
    )
    unsure = tied.filter(~pl.col("sure")).with_columns(*_all_it_may_be())
    parts = pl.concat([part.select(*_as_segments()) for part in (surely, beyond, unsure)])
    return parts.filter(_has_rows()).pipe(conform, SEGMENTS).sort(*_ORDER, "sure", nulls_last=True)


def best_rows(segments: pl.DataFrame) -> pl.DataFrame:
    """STRETCHES: for each stretch of rows the best tier that took it, then the earliest download.

    Segments that end nobody knows where (`row_to` null) are left out.
    """
    ranked = segments.filter(pl.col("row_to").is_not_null()).sort(*_ORDER, nulls_last=True)
    found = [_swept(part) for part in ranked.partition_by("version_id", maintain_order=True)]
    stretches = pl.concat([pl.DataFrame(schema=STRETCHES), *found])
    return stretches.sort("tier", "first_at", "event_id", "version_id", "row_from", nulls_last=True)


def _counted() -> pl.Expr:
    return pl.col("tier").is_in(COUNTED_TIERS)


def _in_conflict() -> pl.Expr:
    """Explained by authorised work, with evidence against it, and no ruling yet."""
    return (pl.col("tier") == "explained") & pl.col("conflict")


def _if_rejected() -> pl.Expr:
    """The tier a conflict would have; the weakest where nothing better is known."""
    tier = pl.col("conflict_tier")
    return pl.when(tier.is_in(COUNTED_TIERS)).then(tier).otherwise(pl.lit("possible", dtype=TIER))


def _surely_to() -> pl.Expr:
    return pl.coalesce("row_to", pl.col("row_from") - 1, pl.lit(0))


def _all_it_may_be() -> list[pl.Expr]:
    """Rows of an unsure download: all of the version for a count, else as far as it may reach."""
    counts = pl.col("row_scope") == "count"
    last = pl.coalesce("row_to_high", "row_to", "whole")
    return [
        pl.when(counts).then(1).otherwise(pl.coalesce("row_from", 1)).alias("row_from"),
        pl.when(counts).then(pl.coalesce("whole", "rows_high")).otherwise(last).alias("row_to"),
        pl.when(counts & pl.col("promised")).then("rows_low").alias("at_least"),
    ]


def _as_segments() -> list[pl.Expr]:
    numbers = {"row_from": pl.coalesce("row_from", 1), "row_to": pl.col("row_to")}
    numbers |= {"at_least": pl.col("at_least"), "version_rows": pl.col("whole")}
    return [
        *(pl.col(name) for name in ("party_id", "version_id", "event_id", "at", "tier", "sure")),
        pl.col("content"),
        *(number.cast(pl.UInt32(), strict=False).alias(to) for to, number in numbers.items()),
    ]


def _has_rows() -> pl.Expr:
    """Not empty; an unsure segment without a known end is kept, for it must be told."""
    return pl.col("row_to").is_null() & ~pl.col("sure") | (pl.col("row_from") <= pl.col("row_to"))


def _swept(part: pl.DataFrame) -> pl.DataFrame:
    """The stretches of one version, whose segments come best first."""
    stretches = list(_sweep(part))
    owners = [None if stretch.owner < 0 else stretch.owner for stretch in stretches]
    takers = pl.col("tier", "at", "event_id").gather(pl.Series(owners, dtype=pl.UInt32()))
    return part.select(takers).select(
        pl.lit(part["party_id"][0], dtype=pl.String()).alias("party_id"),
        pl.lit(part["version_id"][0], dtype=pl.String()).alias("version_id"),
        pl.Series("row_from", [stretch.row_from for stretch in stretches], dtype=pl.UInt32()),
        pl.Series("row_to", [stretch.row_to for stretch in stretches], dtype=pl.UInt32()),
        "tier",
        pl.col("at").alias("first_at"),
        "event_id",
        pl.Series("maybe", [stretch.maybe for stretch in stretches], dtype=pl.UInt8()),
        pl.lit(part["version_rows"].max(), dtype=pl.UInt32()).alias("version_rows"),
    )


def _sweep(part: pl.DataFrame) -> Iterator[_Stretch]:
    """Cut the rows wherever a segment begins or ends, and let each lay claim to its pieces."""
    first, last = part["row_from"].to_numpy(), part["row_to"].to_numpy().astype(np.int64)
    cuts = np.unique(np.concatenate([first, last + 1]))
    begin, end = np.searchsorted(cuts, first), np.searchsorted(cuts, last + 1)
    owner = np.full(cuts.size, -1, dtype=np.int64)
    maybe = np.zeros(cuts.size, dtype=np.uint8)
    tier = part["tier"].to_physical().to_numpy()
    for place, sure in enumerate(part["sure"]):
        piece = slice(begin[place], end[place])
        if sure:
            owner[piece][owner[piece] < 0] = place
        else:
            maybe[piece] |= np.uint8(1 << tier[place])
    yield from _runs(cuts, owner, maybe)


def _runs(
    cuts: npt.NDArray[np.int64], owner: npt.NDArray[np.int64], maybe: npt.NDArray[np.uint8]
) -> Iterator[_Stretch]:
    """Neighbouring pieces with the same claims are one stretch; pieces without a claim are none."""
    differs = (owner[1:] != owner[:-1]) | (maybe[1:] != maybe[:-1])
    starts = np.flatnonzero(np.concatenate([[True], differs]))
    for start, after in zip(starts, [*starts[1:], cuts.size - 1], strict=True):
        if owner[start] >= 0 or maybe[start]:
            row_to = int(cuts[after]) - 1
            yield _Stretch(int(cuts[start]), row_to, int(owner[start]), int(maybe[start]))

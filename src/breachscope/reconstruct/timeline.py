"""The order of events, their ids, and the keys by which accounts and hosts compare.

Pure: lazy frames in, lazy frames out. Times are UTC; nothing is repaired, only told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.schema import BACKWARD_STEPS, Kind, conform

if TYPE_CHECKING:
    from datetime import datetime

EVENT_TIME: Final[dict[Kind, str]] = {
    Kind.DOWNLOADS: "at",
    Kind.LOGINS: "at",
    Kind.REMOTE: "started_at",
    Kind.MEDIA: "at",
    Kind.PRESENCE: "entered_at",
    Kind.WORK: "started_at",
    Kind.TIMELINE: "datetime",
}
"""The kinds that are logs, and the column that dates one of their lines."""

BACKWARD_SECONDS: Final = 1.0
UNORDERED_SHARE: Final = 0.1
ORDER_STEPS: Final = 6
"""Fewer steps than this cannot tell an order: so short a file counts as forward."""

_FILE: Final = ("evidence_id", "member")


def ordered(events: pl.LazyFrame, time_column: str = "at") -> pl.LazyFrame:
    """The same rows in total order: time, evidence, member, line; rows without a time last."""
    missing_time = pl.col(time_column).is_null()
    return events.sort(missing_time, time_column, *_FILE, "line", maintain_order=True)


def until(events: pl.LazyFrame, moment: datetime, time_column: str = "at") -> pl.LazyFrame:
    """The events at or before a moment; rows without a time stay, being no events.

    `moment` carries its zone. A whole day ends with its last microsecond.
    """
    at = pl.col(time_column)
    return events.filter(at.is_null() | (at <= pl.lit(moment)))


def account_key(column: str = "account", *, domain_forms_are_one: bool = False) -> pl.Expr:
    r"""What an account compares by: width, case and outer blanks do not count; empty is null.

    With `domain_forms_are_one`, CORP\x and x@corp are x.
    """
    key = _plain(column)
    if not domain_forms_are_one:
        return key
    bare = key.str.replace(r"^.*\\", "").str.replace(r"@.*$", "").str.strip_chars()
    return pl.when(bare == "").then(key).otherwise(bare)


def host_key(column: str = "host", *, domain_forms_are_one: bool = False) -> pl.Expr:
    r"""What a host compares by: as accounts do; with `domain_forms_are_one`, CORP\x is x."""
    key = _plain(column)
    if not domain_forms_are_one:
        return key
    bare = key.str.replace(r"^.*\\", "").str.strip_chars()
    return pl.when(bare == "").then(key).otherwise(bare)


def place() -> pl.Expr:
    """Where a row stands in the evidence: EVIDENCE:LINE, and :MEMBER where there is one."""
    parts = [pl.col("evidence_id"), pl.col("line").cast(pl.String()), pl.col("member")]
    return pl.concat_str(parts, separator=":", ignore_nulls=True)


def event_id(downloads: pl.LazyFrame) -> pl.LazyFrame:
    """Downloads with `event_id`: their download_id, else their place.

    An id that stands in several rows gets each row's place appended, so that ids are unique.
    """
    written = pl.col("download_id").str.strip_chars()
    candidate = pl.when(written != "").then(written).otherwise(place())
    repeated = pl.col("event_id").is_duplicated()
    told_apart = pl.concat_str([pl.col("event_id"), place()], separator=":")
    return downloads.with_columns(event_id=candidate).with_columns(
        event_id=pl.when(repeated).then(told_apart).otherwise(pl.col("event_id"))
    )


def file_orders(events: pl.LazyFrame, time_column: str = "at") -> pl.LazyFrame:
    """How each file is kept: evidence_id, member, lines, `kept` forward, newest_first or unordered.

    A file in which more than one in ten steps goes against the rest is in no order of time
    (an export sorted by account, say) and tells nothing of its clock.
    """
    step = pl.col("_step")
    ahead, back = (step > BACKWARD_SECONDS).sum(), (step < -BACKWARD_SECONDS).sum()
    mixed = pl.min_horizontal(ahead, back) > UNORDERED_SHARE * (ahead + back)
    telling = (ahead + back) >= ORDER_STEPS
    kept = (
        pl.when(telling & mixed)
        .then(pl.lit("unordered"))
        .when(telling & (back > ahead))
        .then(pl.lit("newest_first"))
        .otherwise(pl.lit("forward"))
    )
    counted = _steps(events, time_column).group_by(_FILE).agg(lines=pl.len(), kept=kept)
    return counted.sort(_FILE)


def backward_steps(events: pl.LazyFrame, kind: Kind) -> pl.LazyFrame:
    """BACKWARD_STEPS: where the clock of a file goes back by more than a second, line to line.

    A file kept newest first is read from its end; one in no order of time tells nothing
    and gives no row (`file_orders` names it).
    """
    column = EVENT_TIME[kind]
    steps = _steps(events, column).join(
        file_orders(events, column), on=_FILE, nulls_equal=True, validate="m:1"
    )
    forward, newest_first = pl.col("kept") == "forward", pl.col("kept") == "newest_first"
    back = (
        pl.when(forward & (pl.col("_step") < -BACKWARD_SECONDS))
        .then(-pl.col("_step"))
        .when(newest_first & (pl.col("_next_step") > BACKWARD_SECONDS))
        .then(pl.col("_next_step"))
    )
    return (
        steps.with_columns(kind=pl.lit(kind.value), at=pl.col(column), seconds=back)
        .filter(pl.col("seconds").is_not_null())
        .sort(*_FILE, "line")
        .pipe(conform, BACKWARD_STEPS)
    )


def _plain(column: str) -> pl.Expr:
    key = pl.col(column).str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    return pl.when(key != "").then(key)


def _steps(events: pl.LazyFrame, time_column: str) -> pl.LazyFrame:
    """Seconds from the line before (`_step`) and to the line after (`_next_step`), by file."""
    at = pl.col(time_column)
    seconds = at.diff().dt.total_microseconds() / 1e6
    return (
        events.select(*_FILE, "line", time_column)
        .filter(at.is_not_null())
        .sort(*_FILE, "line")
        .with_columns(_step=seconds.over(_FILE))
        .with_columns(_next_step=pl.col("_step").shift(-1).over(_FILE))
    )

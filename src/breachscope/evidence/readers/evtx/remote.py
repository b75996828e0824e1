"""Remote sessions through an RDS Gateway: 302 begins one, 303 ends it and tells bytes and seconds.

A 303 makes the whole row, its begin being its time less its seconds; the 302 it ends is then
skipped. A 302 without a 303 is a session without an end. `bytes_out` is what the client
received. 300 lets a connection through and tells of no session.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from breachscope.evidence.readers.evtx.events import AT, HOST, MOMENT, Event, address, attributes

GATEWAY: Final = "Microsoft-Windows-TerminalServices-Gateway"
ENDED: Final = "a session's begin; its end is another record"
_BEGAN: Final = (
    MOMENT - pl.duration(seconds=pl.col("SessionDuration").cast(pl.Int64, strict=False))
).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
_COMMON: Final = {
    "account": pl.col("Username"),
    "source_ip": address("IpAddress"),
    "gateway": HOST,
}
_KEPT: Final = attributes("Resource", "ConnectionProtocol")

EVENTS: Final = (
    Event(GATEWAY, "302", {"started_at": AT, **_COMMON, **_KEPT}),
    Event(
        GATEWAY,
        "303",
        {
            "started_at": pl.coalesce(_BEGAN, AT),
            "ended_at": AT,
            **_COMMON,
            "bytes_out": pl.col("BytesReceived"),
            **_KEPT,
            **attributes("BytesTransfered", "SessionDuration", "ErrorCode"),
        },
    ),
)

WITHIN_SECONDS: Final = 5
"""A session's begin by its 303, whole seconds, and its 302 differ by no more."""

_KEY: Final = ("account", "source_ip", "gateway", "attr:Resource", "attr:ConnectionProtocol")


def paired(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Sessions that have ended, the begins they end, and the begins without an end so far.

    Args:
        rows: line, byte, the columns of 302 and 303 as text, `attr:EventID`.

    Returns:
        The rows of 303; line, byte and reason of the 302 each of them ends; the other 302.

    """
    absent = [pl.lit(None, pl.String).alias(n) for n in (*_KEY, "started_at") if n not in rows]
    if rows.is_empty():
        return rows, pl.DataFrame(schema=_ASIDE), rows
    every = rows.with_columns(absent).sort("line")
    open_: dict[tuple[str | None, ...], list[tuple[int, datetime]]] = {}
    ended: dict[int, int] = {}
    columns = [*_KEY, "line", "attr:EventID", "started_at"]
    for *key, line, event, began in every.select(columns).iter_rows():
        waiting = open_.setdefault(tuple(key), [])
        at = _moment(began)
        if event == "302":
            waiting.append((line, at))
            continue
        near = [one for one in waiting if abs((one[1] - at).total_seconds()) <= WITHIN_SECONDS]
        if near:
            waiting.remove(near[-1])
            ended[near[-1][0]] = line
    is_begin = pl.col("attr:EventID") == "302"
    begins = every.filter(is_begin)
    has_end = pl.col("line").is_in(list(ended))
    over = begins.filter(has_end).select("line", "byte", reason=pl.lit(f"event 302: {ENDED}"))
    return every.filter(~is_begin), over, begins.filter(~has_end)


def _moment(text: str | None) -> datetime:
    try:
        return datetime.fromisoformat(text or "")
    except ValueError:
        return datetime.min


_ASIDE: Final = {"line": pl.Int64(), "byte": pl.Int64(), "reason": pl.String()}

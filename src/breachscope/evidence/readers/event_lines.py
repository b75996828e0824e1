"""Timelines of one JSON object a line: plaso's json_line, and Timesketch's JSONL.

plaso gives the time as `timestamp`, whole microseconds since 1970 in UTC; Timesketch as
`datetime`, beside which `timestamp` may stand. Of the two `datetime` holds, and where they are
more than a second apart it is said. An event that has no time (plaso's "Not a time") is
quarantined. Every other key becomes an attribute, what is no text as JSON.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.evidence import encodings, objects
from breachscope.evidence.headers import Layout
from breachscope.schema import ATTRIBUTE_PREFIX, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.account import Account, Batch
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "event JSON Lines (plaso json_line, Timesketch JSONL)"
ENCODING: Final = "UTF-8"
KINDS: Final = (Kind.TIMELINE,)
STANDARD_ZONE: Final = None

_HEAD: Final = 1 << 18
_TIMES: Final = ("datetime", "message", "timestamp_desc")
_UNIX: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIMELESS: Final = ("NotSet", "SemanticTime", "Never")
_RAW: Final = f"{ATTRIBUTE_PREFIX}timestamp"


def matches(head: bytes) -> bool:
    """The first object is an event."""
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begin.startswith(b"{"):
        return False
    try:
        first = json.loads(begin.split(b"\n", 1)[0])
    except (ValueError, RecursionError):
        return b'"timestamp_desc"' in begin.split(b"\n", 1)[0]
    return {"message", "timestamp_desc"} <= first.keys() and bool(
        {"datetime", "timestamp"} & first.keys()
    )


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The events, as `timeline`."""
    head = stream.peek(_HEAD)
    mark = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    encoding = encodings.Encoding(encodings.UTF8, mark, "by its format")
    names = list(dict.fromkeys([*_TIMES, *objects.names(head, encoding)]))
    layout = _layout(names)
    apart = 0
    for batch in objects.batches(
        stream, encoding, layout, spec, zone, account, member, shaped=_event
    ):
        taken = _with_raw(batch.taken)
        apart += _apart(taken)
        yield replace(batch, taken=taken.drop(f"{ATTRIBUTE_PREFIX}{_COMPOSED}", strict=False))
    if apart:
        note(
            f"{apart:,} events: datetime and timestamp differ by more than a second; datetime holds"
        )


_COMPOSED: Final = "_from_timestamp"


def _layout(names: list[str]) -> Layout:
    columns = {name: names.index(name) for name in _TIMES}
    attributes = {
        ATTRIBUTE_PREFIX + name: place for place, name in enumerate(names) if name not in _TIMES
    }
    return Layout(tuple(names), columns, attributes)


def _event(found: dict[str, Any]) -> dict[str, Any]:
    """The event with `datetime`, composed of `timestamp` where it has none."""
    if found.get("datetime") or "timestamp" not in found:
        return found
    return {**found, "datetime": _instant(found), _COMPOSED: "1"}


def _instant(found: dict[str, Any]) -> str | None:
    """The event's time as ISO 8601; None where it has none."""
    how, micros = found.get("date_time"), found["timestamp"]
    timeless = isinstance(how, dict) and how.get("__class_name__") in _TIMELESS
    if timeless or micros is None or micros == "":
        return None
    try:
        at = _UNIX + timedelta(microseconds=int(micros))
    except (ValueError, OverflowError, TypeError):
        return str(micros)  # no time: the reading of times says so
    return at.isoformat(timespec="microseconds")


def _with_raw(taken: pl.DataFrame) -> pl.DataFrame:
    """`datetime_raw` as the file has it where it was composed."""
    composed = f"{ATTRIBUTE_PREFIX}{_COMPOSED}"
    if composed not in taken.columns:
        return taken
    raw = pl.when(pl.col(composed).is_not_null()).then(_RAW).otherwise("datetime_raw")
    return taken.with_columns(datetime_raw=raw)


def _apart(taken: pl.DataFrame) -> int:
    """Events whose own `timestamp` is another time."""
    if _RAW not in taken.columns:
        return 0
    shift = pl.duration(microseconds=(pl.col("clock_offset") * 1_000_000).round())
    told = (pl.col("datetime") - shift).dt.timestamp("us")
    differ = (told - pl.col(_RAW).cast(pl.Int64, strict=False)).abs() > 1_000_000
    return int(taken.select(differ.sum()).item() or 0)

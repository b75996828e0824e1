"""l2tcsv: the 17 fields of log2timeline and plaso, separated by commas and never quoted.

The date is month first; the zone is a column. `extra` holds attributes as `name: value; …` in
order of name; they become attributes under plaso's names. `-` means nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import polars as pl

from breachscope.evidence import records
from breachscope.evidence.account import Account, Aside, Batch, set_aside
from breachscope.evidence.headers import Layout
from breachscope.evidence.lines import Block, Blocks, LineEnd
from breachscope.evidence.shape import PLACES, conformed, with_raw
from breachscope.evidence.text import UNDECODABLE, ZERO
from breachscope.schema import ATTRIBUTE_PREFIX, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "l2tcsv (log2timeline, plaso)"
ENCODING: Final = "UTF-8"
KINDS: Final = (Kind.TIMELINE,)
STANDARD_ZONE: Final = None

FIELDS: Final = (
    "date", "time", "timezone", "MACB", "source", "sourcetype", "type", "user", "host", "short",
    "desc", "version", "filename", "inode", "notes", "format", "extra",
)  # fmt: skip
HEADER: Final = ",".join(FIELDS).encode()

_AS_PLASO: Final = {"format": "parser", "host": "hostname", "user": "username",
                    "filename": "display_name"}  # fmt: skip
_OWN: Final = ("desc", "type")
_OFFSETS: Final = {"UTC": "+00:00", "Z": "+00:00", "GMT": "+00:00", "JST": "+09:00"}
_EXTRA: Final = re.compile(r"(?:^|; |  )([a-z][a-z0-9_]*): ")
_DATE: Final = re.compile(r"(\d\d)/(\d\d)/(\d{4})")


def matches(head: bytes) -> bool:
    """The file begins with the names of the fields."""
    return head.removeprefix(b"\xef\xbb\xbf").startswith(HEADER)


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The events, as `timeline`."""
    stream.read(3 if stream.peek(3) == b"\xef\xbb\xbf" else 0)
    blocks = Blocks(stream, LineEnd(b"\n"), spec.block_bytes, spec.longest_line)
    unknown: set[str] = set()
    while block := blocks.next():
        found = _sorted(block, spec)
        account.undecodable += sum(aside.reason == UNDECODABLE for aside in found.bad)
        taken, broken = conformed(*_frame(found, unknown), spec, zone, member)
        taken = with_raw(taken, "datetime", found.raw)
        bad = set_aside(found.bad, member).extend(broken).sort("line")
        read_ = len(found.rows) + len(found.bad) + len(found.skipped)
        yield Batch(taken, bad, set_aside(found.skipped, member), read_)
    if unknown:
        named = ", ".join(sorted(unknown)[:5])
        note(f"the column timezone says {named}, which names no one zone: {zone.note} is used")


@dataclass(slots=True)
class _Found:
    rows: list[tuple[dict[str, str], tuple[int, int, int, int]]] = field(default_factory=list)
    raw: dict[int, str] = field(default_factory=dict)
    bad: list[Aside] = field(default_factory=list)
    skipped: list[Aside] = field(default_factory=list)


def _sorted(block: Block, spec: ReadSpec) -> _Found:
    found = _Found()
    if block.too_long:
        found.bad.append(Aside(block.line, block.byte, records.TOO_LONG))
        return found
    for i, (start, end) in enumerate(zip(block.starts.tolist(), block.ends.tolist(), strict=True)):
        raw, line, byte = block.data[start:end], block.line + i, block.byte + start
        if raw == HEADER and line == 1:
            continue  # the header is no row
        if raw == HEADER or not raw.strip():
            why = records.REPEATED if raw.strip() else records.BLANK
            found.skipped.append(Aside(line, byte, why))
        elif fault := _fault(raw, spec):
            found.bad.append(Aside(line, byte, fault))
        else:
            cells = dict(zip(FIELDS, raw.decode().split(","), strict=True))
            found.rows.append((cells, (line, byte, block.byte + end, 0)))
            found.raw[line] = f"{cells['date']} {cells['time']} {cells['timezone']}"
    return found


def _fault(raw: bytes, spec: ReadSpec) -> str | None:
    if len(raw) > spec.longest_line:
        return records.TOO_LONG
    if b"\0" in raw:
        return ZERO
    try:
        raw.decode()
    except UnicodeDecodeError:
        return UNDECODABLE
    fields = raw.count(b",") + 1
    return None if fields == len(FIELDS) else f"{fields} fields, {len(FIELDS)} expected"


def _frame(found: _Found, unknown: set[str]) -> tuple[pl.DataFrame, Layout]:
    events = [_event(cells, unknown) for cells, _ in found.rows]
    names = list(dict.fromkeys(["datetime", "message", "timestamp_desc", *_NAMES]))
    names += [
        n for n in dict.fromkeys(name for event in events for name in event) if n not in names
    ]
    text = pl.DataFrame(
        {
            str(i): pl.Series([event.get(name) for event in events], dtype=pl.String)
            for i, name in enumerate(names)
        }
    )
    placed = [place for _, place in found.rows]
    places = pl.DataFrame(placed, schema=dict.fromkeys(PLACES, pl.Int64()), orient="row")
    columns = {name: i for i, name in enumerate(names[:3])}
    attributes = {ATTRIBUTE_PREFIX + name: i for i, name in enumerate(names) if i >= len(columns)}
    return text.hstack(places), Layout(tuple(names), columns, attributes)


_NAMES: Final = [_AS_PLASO.get(name, name) for name in FIELDS if name not in _OWN]


def _event(cells: dict[str, str], unknown: set[str]) -> dict[str, str]:
    """The event's columns and attributes; what is empty is left out."""
    filled = {name: cell for name, cell in cells.items() if cell not in ("", "-")}
    made = _extra(filled.get("extra", ""))
    made |= {_AS_PLASO.get(name, name): cell for name, cell in filled.items() if name not in _OWN}
    made["message"] = cells["desc"]
    made["timestamp_desc"] = cells["type"]
    made["datetime"] = _instant(cells["date"], cells["time"], cells["timezone"], unknown)
    return made


def _extra(text: str) -> dict[str, str]:
    """The attributes of `extra`: a name counts where it comes after the last in order."""
    made: dict[str, str] = {}
    name, begin = "", 0
    for found in _EXTRA.finditer(text):
        if found[1] <= name:
            continue
        if name:
            made[name] = text[begin : found.start()].rstrip()
        name, begin = found[1], found.end()
    if name:
        made[name] = text[begin:].rstrip()
    return made


def _instant(date: str, time: str, zone: str, unknown: set[str]) -> str:
    """The time as ISO 8601; with its offset, where the zone's name tells it."""
    match = _DATE.fullmatch(date)
    if match is None:
        return f"{date} {time}"
    local = f"{match[3]}-{match[1]}-{match[2]} {time}"
    if zone in _OFFSETS:
        return local + _OFFSETS[zone]
    if (known := _zone(zone)) is None:
        unknown |= {zone[:40]} - {"", "-"}
        return local
    return local + _offset(local, known)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _offset(local: str, zone: ZoneInfo) -> str:
    """The zone's offset at that local time; " ?" where it had no such time, or had it twice."""
    try:
        at = datetime.fromisoformat(local)
    except ValueError:
        return ""
    ahead = [at.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
    if ahead[0] != ahead[1]:
        return " ?"
    minutes = int(ahead[0].total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"

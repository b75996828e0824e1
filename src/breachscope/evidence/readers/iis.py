"""IIS and other W3C extended logs: every request line is a download, unless patterns say.

`#Fields` may come late, change or be repeated; without a `date` field the day is that of
`#Date`. Names in a URL are UTF-8 or CP932, raw or %-escaped, told value by value.
A download is a GET answered with 200 to 299; 206, or a connection that broke off
(sc-win32-status 64, 995, 1236), is `partial`; every other request is `failed`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

import polars as pl

from breachscope.evidence import records
from breachscope.evidence.account import Account, Aside, Batch, set_aside
from breachscope.evidence.headers import Layout, place_of
from breachscope.evidence.lines import Block, Blocks, LineEnd
from breachscope.evidence.mapping import part_of
from breachscope.evidence.shape import PLACES, conformed
from breachscope.evidence.text import ZERO
from breachscope.schema import ATTRIBUTE_PREFIX, SET_ASIDE, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "IIS (W3C extended log)"
ENCODING: Final = "UTF-8 or CP932, told value by value"
KINDS: Final = (Kind.DOWNLOADS,)
STANDARD_ZONE: Final = "UTC"

NO_FIELDS: Final = "before any #Fields"
NOT_WANTED: Final = "not matched by the mapping's pattern"

_HEAD: Final = 1 << 18
_SOFTWARE: Final = re.compile(rb"^(?:\xef\xbb\xbf)?#Software: Microsoft Internet Info", re.M)
_FIELDS: Final = re.compile(rb"^(?:\xef\xbb\xbf)?#Fields:[ \t]*([^\r\n]*)", re.M)
_BROKEN_OFF: Final = ("64", "995", "1236")
_LIST_KEYS: Final = ("list", "list_id", "listid")
_FILE_KEYS: Final = ("file", "filename", "file_name", "path")
_MADE: Final = ("at", "account", "source_ip", "path", "title", "list_id", "bytes", "status")
_SOURCES: Final = {"account": "cs-username", "source_ip": "c-ip", "bytes": "sc-bytes"}
_USED: Final = ("date", "time", *_SOURCES.values())
_NAMES_LIST: Final = ("version_id", "list_id", "path", "title")

Place = tuple[int, int, int, int]


def matches(head: bytes) -> bool:
    """The file begins with IIS's own line, or with fields of requests."""
    if _SOFTWARE.search(head):
        return True
    fields = _FIELDS.search(head)
    return fields is not None and b"cs-uri-stem" in fields[1].split()


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The requests of a log, as `downloads`; directives and blank lines are skipped."""
    head = stream.peek(_HEAD)
    stream.read(3 if head.startswith(b"\xef\xbb\xbf") else 0)
    state = _State(first_fields=_fields_of(_FIELDS.search(head)), note=note)
    blocks = Blocks(stream, LineEnd(b"\n"), spec.block_bytes, spec.longest_line)
    while block := blocks.next():
        groups, bad, skipped = _sorted(block, state, spec)
        lines = len(block.starts) or 1
        frames = [_downloads(group, spec, zone, member) for group in groups]
        if not frames:
            frames = [_downloads(_Requests(()), spec, zone, member)]
        broken = [set_aside(bad, member), *(frame[1] for frame in frames)]
        unwanted = [set_aside(skipped, member), *(frame[2] for frame in frames)]
        taken = pl.concat([frame[0] for frame in frames], how="diagonal").sort("line")
        yield Batch(taken, pl.concat(broken).sort("line"), pl.concat(unwanted).sort("line"), lines)


@dataclass(slots=True)
class _Requests:
    """Request lines under one `#Fields`."""

    fields: tuple[str, ...]
    rows: list[list[bytes]] = field(default_factory=list)
    days: list[bytes] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)


@dataclass(slots=True)
class _State:
    """What the directives so far say."""

    first_fields: tuple[str, ...]
    note: Callable[[str], None]
    fields: tuple[str, ...] = ()
    day: bytes = b""
    numbered: int = 0

    def directive(self, line: bytes) -> None:
        """Follow one line that begins with #."""
        if match := _FIELDS.match(line):
            self.fields = _fields_of(match)
        elif line.startswith(b"#Date:"):
            self.day = line[6:].split()[0] if line[6:].split() else b""


def _fields_of(match: re.Match[bytes] | None) -> tuple[str, ...]:
    return tuple(match[1].decode("latin-1").split()) if match else ()


def _sorted(
    block: Block, state: _State, spec: ReadSpec
) -> tuple[list[_Requests], list[Aside], list[Aside]]:
    """The lines of a block: requests by their fields, lines broken, lines skipped."""
    groups: dict[tuple[str, ...], _Requests] = {}
    bad: list[Aside] = []
    skipped: list[Aside] = []
    if block.too_long:
        return [], [Aside(block.line, block.byte, records.TOO_LONG)], []
    starts, ends = block.starts.tolist(), block.ends.tolist()
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        raw, line, byte = block.data[start:end], block.line + i, block.byte + start
        if raw.startswith((b"#", b"\xef\xbb\xbf#")) or not raw.strip():
            state.directive(raw)
            skipped.append(Aside(line, byte, records.COMMENT if raw.strip() else records.BLANK))
            continue
        state.numbered += 1
        fields = state.fields or state.first_fields
        cells = _cells(raw, len(fields))
        if isinstance(cells, str) or len(raw) > spec.longest_line:
            bad.append(Aside(line, byte, cells if isinstance(cells, str) else records.TOO_LONG))
            continue
        if not state.fields:
            state.note("lines before the first #Fields are read by it")
        group = groups.setdefault(fields, _Requests(fields))
        group.rows.append(cells)
        group.days.append(state.day)
        group.places.append((line, byte, block.byte + end, state.numbered))
    return list(groups.values()), bad, skipped


def _cells(raw: bytes, wanted: int) -> list[bytes] | str:
    """The fields of a request line, or why it has none.

    An empty field leaves two spaces; where that makes one too many, they are one space.
    """
    if b"\0" in raw:
        return ZERO
    if not wanted:
        return NO_FIELDS
    cells = raw.split(b" ")
    if len(cells) != wanted:
        cells = raw.split()
    return cells if len(cells) == wanted else f"{len(cells)} fields, {wanted} expected"


def _downloads(
    group: _Requests, spec: ReadSpec, zone: Zone, member: str | None
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Requests as downloads: those taken, quarantined, and not matched by a pattern."""
    columns = dict(zip(group.fields, zip(*group.rows, strict=True), strict=False))
    texts = {name: _texts(cells) for name, cells in columns.items()}
    made = _made(columns, texts, group)
    names = [*_MADE, *(name for name in group.fields if name in texts)]
    layout = _layout(names, spec)
    cells = [made[name] for name in _MADE] + [texts[name] for name in names[len(_MADE) :]]
    text = pl.DataFrame([pl.Series(str(i), c, pl.String) for i, c in enumerate(cells)])
    places = pl.DataFrame(group.places, schema=dict.fromkeys(PLACES, pl.Int64()), orient="row")
    wanted, unwanted = _wanted(text.hstack(places), layout, spec, member)
    taken, broken = conformed(wanted, layout, spec, zone, member)
    account = pl.when(pl.col("account") != "-").then("account")
    return taken.with_columns(account.alias("account")), broken, unwanted


def _layout(names: list[str], spec: ReadSpec) -> Layout:
    columns = {name: place for place, name in enumerate(names[: len(_MADE)])}
    attributes = {
        ATTRIBUTE_PREFIX + name: place
        for place, name in enumerate(names)
        if place >= len(_MADE) and name not in _USED
    }
    layout = Layout(tuple(names), columns, attributes)
    for name, other in spec.mapping.columns.items() if spec.mapping else ():
        if (place := place_of(other, layout)) is not None:
            columns[name] = place
    return layout


def _wanted(
    text: pl.DataFrame, layout: Layout, spec: ReadSpec, member: str | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The requests a pattern for the list's name matches; all where there is no pattern."""
    fits = pl.lit(value=True)
    for name, pattern in spec.mapping.patterns.items() if spec.mapping else ():
        place = place_of(pattern.column, layout)
        if name in _NAMES_LIST and place is not None:
            fits &= part_of(pl.col(str(place)), name, pattern).is_not_null()
    aside = text.filter(~fits).select(
        member=pl.lit(member, pl.String),
        line="line",
        byte="byte",
        reason=pl.lit(NOT_WANTED),
        column=pl.lit(None, pl.String),
    )
    return text.filter(fits), aside.cast(SET_ASIDE)


def _made(
    columns: dict[str, tuple[bytes, ...]], texts: dict[str, list[str | None]], group: _Requests
) -> dict[str, list[str | None]]:
    """The canonical columns that are not a field as it stands."""
    count = len(group.rows)
    nothing: list[str | None] = [None] * count
    made = {name: texts.get(source, nothing) for name, source in _SOURCES.items()}
    made["account"] = [name or "-" for name in made["account"]]
    days = texts.get("date") or [day.decode("latin-1") for day in group.days]
    made["at"] = [f"{d} {t}" for d, t in zip(days, texts.get("time", nothing), strict=True)]
    made["status"] = [
        _status(method, code, win32)
        for method, code, win32 in zip(
            texts.get("cs-method", nothing),
            texts.get("sc-status", nothing),
            texts.get("sc-win32-status", nothing),
            strict=True,
        )
    ]
    empty = (b"",) * count
    stems, queries = columns.get("cs-uri-stem", empty), columns.get("cs-uri-query", empty)
    seen: dict[tuple[bytes, bytes], tuple[str | None, str | None, str | None]] = {}
    for pair in zip(stems, queries, strict=True):
        if pair not in seen:
            seen[pair] = _list_named(*pair)
    named = [seen[pair] for pair in zip(stems, queries, strict=True)]
    for place, name in enumerate(("path", "title", "list_id")):
        made[name] = [parts[place] for parts in named]
    return made


def _status(method: str | None, code: str | None, win32: str | None) -> str | None:
    if code is None:
        return None
    if method != "GET" or not code.startswith("2"):
        return "failed"
    return "partial" if code == "206" or win32 in _BROKEN_OFF else "ok"


def _list_named(stem: bytes, query: bytes) -> tuple[str | None, str | None, str | None]:
    """Path, title and list id of a request's URL."""
    values = {}
    for part in query.split(b"&") if b"=" in query else ():
        key, _, value = part.partition(b"=")
        values[_unescaped(key).lower()] = _unescaped(value.replace(b"+", b" "))
    file = next((values[key] for key in _FILE_KEYS if values.get(key)), None)
    path = _unescaped(stem)
    title = PurePosixPath((file or path).replace("\\", "/")).stem
    return path or None, title or None, next((values[k] for k in _LIST_KEYS if values.get(k)), None)


def _unescaped(value: bytes) -> str:
    return _text(unquote_to_bytes(value) if b"%" in value else value)


def _texts(cells: tuple[bytes, ...]) -> list[str | None]:
    """Fields as they stand, as text; a dash or nothing is null."""
    return [None if cell in (b"-", b"") else _text(cell) for cell in cells]


def _text(value: bytes) -> str:
    for codec in ("utf-8", "cp932"):
        try:
            return value.decode(codec)
        except UnicodeDecodeError:
            continue
    return value.decode("ascii", errors="backslashreplace")

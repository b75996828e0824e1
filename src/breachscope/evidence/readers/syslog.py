"""Syslog with sshd, as `logins`: stamps with or without a year, RFC 3164, RFC 3339, RFC 5424.

Where lines carry no year it is inferred (`syslog_years`) and said. Lines of other programs, and
those of sshd that tell no login, are skipped with that reason; a line that begins with no stamp
is quarantined. Only the logins are held until the end of the log, where the years are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.errors import EvidenceError
from breachscope.evidence import records
from breachscope.evidence.account import Account, Aside, Batch, set_aside
from breachscope.evidence.headers import Layout
from breachscope.evidence.lines import Block, Blocks, LineEnd
from breachscope.evidence.readers.sshd import NO_EVENT, PROGRAMS, Login, Sessions
from breachscope.evidence.readers.syslog_years import MONTHS, Years
from breachscope.evidence.shape import PLACES, conformed, with_raw
from breachscope.evidence.text import ZERO
from breachscope.schema import ATTRIBUTE_PREFIX, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "syslog"
ENCODING: Final = "UTF-8 or CP932, told line by line"
KINDS: Final = (Kind.LOGINS,)
STANDARD_ZONE: Final = None

NO_STAMP: Final = "begins with no syslog stamp"
NO_DAY: Final = "no such day"

_PRI: Final = rb"^(?:\xef\xbb\xbf)?(?:<\d{1,3}>)?"
_TAG: Final = rb" (?P<host>\S+) (?P<program>[^\s:\[]+)(?:\[(?P<pid>\d+)\])?: ?(?P<message>.*)$"
_PLAIN: Final = re.compile(
    _PRI
    + rb"(?P<stamp>(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2})(?: (?P<year>\d{4}))? "
    + rb"(?P<time>\d\d:\d\d:\d\d(?:\.\d{1,9})?))"
    + _TAG
)
_ISO: Final = (
    rb"(?P<stamp>(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)[T ]\d\d:\d\d:\d\d"
    rb"(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)"
)
_DATED: Final = re.compile(_PRI + _ISO + _TAG)
_RFC5424: Final = re.compile(
    rb"^(?:\xef\xbb\xbf)?<\d{1,3}>1 "
    + _ISO
    + rb" (?P<host>\S+) (?P<program>\S+) (?P<pid>\S+) \S+ (?:-|(?:\[(?:\\.|[^\]\\])*\])+)"
    + rb"(?: (?:\xef\xbb\xbf)?(?P<message>.*))?$"
)
# Kernel and wrapped lines have a stamp and no tag; they are no logins, but they have a day.
_BARE_PLAIN: Final = re.compile(
    _PRI + rb"(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2})(?: (?P<year>\d{4}))? \d\d:\d\d:\d\d"
)
_BARE_DATED: Final = re.compile(_PRI + rb"(?:1 )?" + _ISO)

_COLUMNS: Final = ("at", "account", "action", "host", "source_ip", "session_id")
_ATTRIBUTES: Final = ("method", "port", "repeated")
_MONTH: Final = {name.encode(): number for number, name in enumerate(MONTHS, 1)}
_ROWS: Final = 100_000
_SAMPLE: Final = 50


def matches(head: bytes) -> bool:
    """More than half of the first lines are syslog's."""
    lines = [line for line in head.splitlines()[:_SAMPLE] if line.strip()]
    fit = sum(any(form.match(line) for form in (_PLAIN, _RFC5424, _DATED)) for line in lines)
    return fit * 2 > len(lines)


def lacks_year(head: bytes) -> bool:
    """A line of the beginning carries no year."""
    found = (_PLAIN.match(line) for line in head.splitlines())
    return any(match is not None and match["year"] is None for match in found)


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The logins of a log, as `logins`."""
    state = _State()
    blocks = Blocks(stream, LineEnd(b"\n"), spec.block_bytes, spec.longest_line)
    empty = conformed(*_frame([], None), spec, zone, member)[0]
    while block := blocks.next():
        bad, skipped, lines = _sorted(block, state, spec)
        rows = len(bad) + len(skipped)
        if rows or not lines:
            yield Batch(empty, set_aside(bad, member), set_aside(skipped, member), rows)
    first = _first_year(state, spec, note)
    for begin in range(0, len(state.held), _ROWS):
        held = state.held[begin : begin + _ROWS]
        taken, broken = conformed(*_frame(held, first), spec, zone, member)
        raw = with_raw(taken, "at", {row.place[0]: row.stamp for row in held})
        yield Batch(raw, broken, set_aside([], member), len(held))


@dataclass(frozen=True, slots=True)
class _Held:
    """A login and where it stands; `stamp` as written, `turn` None where it has its year."""

    place: tuple[int, int, int, int]
    stamp: str
    turn: int | None
    host: str
    login: Login


@dataclass(slots=True)
class _State:
    years: Years = field(default_factory=Years)
    sessions: Sessions = field(default_factory=Sessions)
    held: list[_Held] = field(default_factory=list)
    yearless: int = 0  # lines


def _sorted(block: Block, state: _State, spec: ReadSpec) -> tuple[list[Aside], list[Aside], int]:
    """The lines of a block that are no logins: broken, skipped; and how many lines it has."""
    if block.too_long:
        return [Aside(block.line, block.byte, records.TOO_LONG)], [], 1
    bad: list[Aside] = []
    skipped: list[Aside] = []
    starts, ends = block.starts.tolist(), block.ends.tolist()
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        raw, line, byte = block.data[start:end], block.line + i, block.byte + start
        if not raw.strip():
            skipped.append(Aside(line, byte, records.BLANK))
        elif len(raw) > spec.longest_line:
            bad.append(Aside(line, byte, records.TOO_LONG))
        elif b"\0" in raw:
            bad.append(Aside(line, byte, ZERO))
        else:
            why = _line(raw, (line, byte, block.byte + end, 0), state)
            if why in (NO_STAMP, NO_DAY):
                bad.append(Aside(line, byte, why))
            elif why:
                skipped.append(Aside(line, byte, why))
    return bad, skipped, len(starts)


def _line(raw: bytes, place: tuple[int, int, int, int], state: _State) -> str | None:
    """Follow one line; keep its login, or say why it is none."""
    found = _PLAIN.match(raw) or _RFC5424.match(raw) or _DATED.match(raw)
    stamped = found or _BARE_PLAIN.match(raw) or _BARE_DATED.match(raw)
    if stamped is None:
        return NO_STAMP
    month = _MONTH.get(stamped["month"]) or _number(stamped["month"])
    day, year = int(stamped["day"]), stamped["year"]
    if not _is_day(int(year or 2000), month, day):
        return NO_DAY
    turn = None
    if year:
        state.years.dated(int(year), month, day, place[0])
    else:
        turn = state.years.day(month, day, place[0])
        state.yearless += 1
    if found is None or found["program"].decode("latin-1") not in PROGRAMS:
        return NO_EVENT
    host, message = _text(found["host"]), _text(found["message"] or b"")
    pid = None if found["pid"] in (None, b"-") else _text(found["pid"])
    said = state.sessions.said(host, pid, message)
    if isinstance(said, str):
        return said
    state.held.append(_Held(place, _text(found["stamp"]), turn, host, said))
    return None


def _number(month: bytes) -> int:
    return int(month) if month.isdigit() else 0


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _first_year(state: _State, spec: ReadSpec, note: Callable[[str], None]) -> int | None:
    """The year of the first lines, said to people; None where no line needs it.

    Raises:
        EvidenceError: lines carry no year, and nothing tells it.
    """
    if not state.yearless:
        return None
    years = state.years
    found = years.first_year(date.fromisoformat(spec.ended_by) if spec.ended_by else None)
    if found is None:
        raise EvidenceError(
            "its lines carry no year, and nothing tells it",
            hint="say a day by which the log had ended: --ended-by 2022-12-31",
        )
    first, how = found
    span = f"{first}" if not years.turn else f"{first} to {first + years.turn}"
    note(f"{state.yearless:,} lines carry no year: taken as {span}, {how}")
    if years.boundaries:
        shown = ", ".join(f"{line:,}" for line in years.boundaries[:10])
        note(f"the year changes at line {shown}; a silence of a year or more would not show")
    if years.contradicts:
        note("lines that carry their year do not agree with where the months begin anew")
    return first


def _frame(held: list[_Held], first: int | None) -> tuple[pl.DataFrame, Layout]:
    """The logins as text, and what their columns are."""
    names = (*_COLUMNS, *_ATTRIBUTES)
    rows = [
        (
            _at(row, first),
            row.login.account,
            row.login.action,
            row.host,
            row.login.source_ip,
            row.login.session_id,
            *(getattr(row.login, name) for name in _ATTRIBUTES),
            *row.place,
        )
        for row in held
    ]
    schema = {str(i): pl.String() for i in range(len(names))} | dict.fromkeys(PLACES, pl.Int64())
    layout = Layout(
        names,
        {name: i for i, name in enumerate(_COLUMNS)},
        {ATTRIBUTE_PREFIX + name: names.index(name) for name in _ATTRIBUTES},
    )
    return pl.DataFrame(rows, schema=schema, orient="row"), layout


def _at(row: _Held, first: int | None) -> str:
    """The stamp with its year, for the reading of times."""
    if row.turn is None or first is None:
        if row.stamp[:1].isdigit():
            return row.stamp.replace(",", ".")
        month, day, year, time = row.stamp.split()
        return f"{year}-{MONTHS.index(month) + 1:02}-{int(day):02} {time}"
    month, day, time = row.stamp.split()
    return f"{first + row.turn}-{MONTHS.index(month) + 1:02}-{int(day):02} {time}"


def _text(value: bytes) -> str:
    for codec in ("utf-8", "cp932"):
        try:
            return value.decode(codec)
        except UnicodeDecodeError:
            continue
    return value.decode("ascii", errors="backslashreplace")

r"""setupapi.dev.log: when Windows set up a storage device for the first time, as `media` connects.

The log is made of sections. One whose title is a device install and whose device is of
USBSTOR, or of USB with the driver of a telephone (wpdmtp) or a fast disk (uaspstor), is one
row, at the line of its title; its other lines are skipped as lines within a section. Later
connections of the same device are not in such a log. Times are the machine's local time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.evidence import loglines, records
from breachscope.evidence.loglines import Lines, LogLines, Read
from breachscope.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.account import Account, Batch
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "Windows device installation log (setupapi)"
ENCODING: Final = loglines.ENCODING
KINDS: Final = (Kind.MEDIA,)
STANDARD_ZONE: Final = None

WITHIN: Final = "within a section"
OUTSIDE: Final = "between sections"
OTHER: Final = "a section about something else than a storage device"
NO_HOST: Final = "names no machine: say which with --host"

_TITLE: Final = re.compile(r">>>\s+\[(.*)\]$")
_START: Final = re.compile(r">>>\s+Section start\s+(\S.*)$")
_END: Final = re.compile(r"<<<\s+\[Exit status:\s*(.*)\]$")
_INSTALL: Final = re.compile(r"Device Install(?:\s+\([^)]*\))?\s+-\s+(.*)$", re.I)
_STORAGE: Final = re.compile(
    r"USBSTOR\\(?P<type>[^&\\]*)(?:&Ven_(?P<vendor>[^&\\]*))?(?:&Prod_(?P<product>[^&\\]*))?"
    r"[^\\]*\\(?P<instance>[^\\]*)$",
    re.I,
)
_USB: Final = re.compile(
    r"USB\\(?P<vendor>VID_[0-9A-F]{4})&(?P<product>PID_[0-9A-F]{4})[^\\]*\\(?P<instance>[^\\]*)$",
    re.I,
)
_DRIVERS: Final = re.compile(r"\b(?:wpdmtp|uaspstor)\.inf\b", re.I)
_LONGEST: Final = 2000
"""No title, start or end is longer; lines that pretend to be cost no time."""
_MADE_UP: Final = re.compile(r"^.&")  # Windows' own number, where the device has none
_UNIT: Final = re.compile(r"&[0-9]+$")
_HEAD: Final = re.compile(rb"^(?:\xef\xbb\xbf)?\[Device Install Log\]|^>>>  Section start ", re.M)


def matches(head: bytes) -> bool:
    """The file begins with the log's own line, or has sections with a start."""
    return _HEAD.search(head.replace(b"\r", b"\n")) is not None


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The first connections of storage devices, as `media`."""
    how = Read(spec, zone, member, account)
    sections = _Sections()
    numbered = count = 0
    for lines, is_last in _with_last(LogLines(stream, spec)):
        rows, asides = sections.follow(lines.frame, is_last=is_last)
        made = _devices(rows, has_host="host" in spec.filled)
        told = pl.DataFrame(asides, schema=_ASIDES, orient="row")
        held = Lines(told, len(rows) + len(asides))
        batch = loglines.batch_of(made, told, held, how, numbered)
        numbered += batch.taken.height + batch.quarantined.height
        count += batch.taken.height
        yield batch
    note(f"{sections.count:,} sections, {count:,} of them storage devices set up")
    if count and "host" not in spec.filled:
        note(NO_HOST)


def _with_last(blocks: LogLines) -> Iterator[tuple[Lines, bool]]:
    """Each block, and whether it is the last."""
    before = None
    for lines in blocks:
        if before is not None:
            yield before, False
        before = lines
    if before is not None:
        yield before, True


@dataclass(slots=True)
class _Section:
    """One section: its place, and what its lines say."""

    line: int
    byte: int
    byte_end: int
    title: str
    started: str = ""
    status: str = ""
    has_driver: bool = False


class _Sections:
    """What section a line belongs to; one may go on over blocks."""

    def __init__(self) -> None:
        self.count = 0
        self._open: _Section | None = None
        self._done: list[_Section] = []

    def follow(self, frame: pl.DataFrame, *, is_last: bool) -> tuple[list[_Section], list[_Aside]]:
        """The sections these lines end, and the lines that begin none."""
        asides: list[_Aside] = []
        for text, line, byte, byte_end, bad in frame.select(*_PLACES).iter_rows():
            if bad:
                asides.append((line, byte, bad, None))
            elif title := _TITLE.match(text[:_LONGEST].rstrip()):
                self._close()
                self._open = _Section(line, byte, byte_end, title[1])
                self.count += 1
            else:
                asides.append((line, byte, None, self._told(text)))
        if is_last:
            self._close()
        done, self._done = self._done, []
        return done, asides

    def _told(self, text: str) -> str:
        """Why a line begins no section; keeps what it says of the one it is in."""
        section = self._open
        if section is None:
            return OUTSIDE if text.strip() else records.BLANK
        marks = text[:_LONGEST].rstrip()
        if start := _START.match(marks):
            section.started = section.started or start[1]
        elif end := _END.match(marks):
            section.status = end[1]
            self._close()
        elif not section.has_driver:
            section.has_driver = _DRIVERS.search(text) is not None
        return WITHIN if text.strip() else records.BLANK

    def _close(self) -> None:
        if self._open:
            self._done.append(self._open)
        self._open = None


def _devices(sections: list[_Section], *, has_host: bool) -> pl.DataFrame:
    """One line a section, with the storage device it set up, or why it is none."""
    rows = [_row(section) for section in sections]
    made = pl.DataFrame(rows, schema=_ROWS, orient="row").with_columns(
        action=pl.lit("connect"), bad=pl.lit(None, pl.String)
    )
    return made if has_host else made.with_columns(host=loglines.unnamed())


def _row(section: _Section) -> tuple[object, ...]:
    place = (section.line, section.byte, section.byte_end)
    install = _INSTALL.search(section.title)
    device = install[1].strip() if install else ""
    found = _STORAGE.match(device) or (_USB.match(device) if section.has_driver else None)
    if not found:
        return (*place, OTHER, *[None] * (len(_ROWS) - 4))
    serial = _serial(found["instance"])
    vendor, product = found["vendor"], found["product"]
    told = (section.started, serial, vendor, product, device, section.status or None)
    return (*place, None, *told)


def _serial(instance: str) -> str | None:
    """The device's own number; none where Windows made one up."""
    return None if _MADE_UP.match(instance) else _UNIT.sub("", instance) or None


_Aside = tuple[int, int, str | None, str | None]
_PLACES: Final = ("text", "line", "byte", "byte_end", "bad")
_ASIDES: Final = {
    "line": pl.Int64(), "byte": pl.Int64(), "bad": pl.String(), "skip": pl.String(),
}  # fmt: skip
_ROWS: Final = {
    "line": pl.Int64(), "byte": pl.Int64(), "byte_end": pl.Int64(), "skip": pl.String(),
    "at": pl.String(), "serial": pl.String(), "vendor": pl.String(), "product": pl.String(),
    "attr:device": pl.String(), "attr:exit_status": pl.String(),
}  # fmt: skip

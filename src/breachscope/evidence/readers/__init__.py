"""Readers of log formats: one file a format, found by its content.

A reader is a module with

- `NAME`: the format in words; `ENCODING`: what its text is in, in words
- `KINDS`: the kinds of evidence it can be read as
- `STANDARD_ZONE`: the zone its times are in by its standard, or None
- `matches(head)`: whether a file that begins so is of the format
- `read(stream, spec, zone, member, account, note)`: its batches, each row accounted for;
  `note` says something of the file to people, never a value

A line that cannot be read is set aside with its reason; it never ends the file.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Protocol, cast

from breachscope.evidence.readers import (
    access,
    event_lines,
    evtx,
    firewall,
    hive,
    iis,
    l2tcsv,
    m365,
    setupapi,
    squid,
    syslog,
    teamviewer,
    vsftpd,
    xferlog,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.account import Account, Batch
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone
    from breachscope.schema import Kind


class Reader(Protocol):
    """What the module of a format offers."""

    NAME: str
    ENCODING: str
    KINDS: tuple[Kind, ...]
    STANDARD_ZONE: str | None

    def matches(self, head: bytes) -> bool:
        """A file that begins so is of this format."""

    def read(
        self,
        stream: Stream,
        spec: ReadSpec,
        zone: Zone,
        member: str | None,
        account: Account,
        note: Callable[[str], None],
    ) -> Iterator[Batch]:
        """The rows of one stream."""


READERS = tuple(
    cast("Reader", reader)
    for reader in (
        evtx,
        hive,
        iis,
        firewall,
        m365,
        access,
        vsftpd,
        xferlog,
        squid,
        teamviewer,
        setupapi,
        syslog,
        event_lines,
        l2tcsv,
    )
)


def reader_of(head: bytes, kind: Kind) -> Reader | None:
    """The reader of the format a file begins in, where it gives evidence of this kind."""
    plain = _as_utf8(head)
    return next((r for r in READERS if kind in r.KINDS and r.matches(plain)), None)


def _as_utf8(head: bytes) -> bytes:
    """A text in UTF-16 as UTF-8; any other as it is."""
    if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head
    return head.decode("utf-16", errors="replace").encode()


def lacks_year(head: bytes, kind: Kind) -> bool:
    """The file is a log whose lines carry no year: a day it had ended by is needed."""
    return kind in syslog.KINDS and syslog.matches(head) and syslog.lacks_year(head)


def other_kinds(head: bytes) -> str | None:
    """Of a binary format that is read, but not as the kind asked for: what it gives, in words."""
    return known_as(head) if b"\0" in head[:64] else None


def known_as(head: bytes) -> str | None:
    """Of any format that is read: which it is and what it gives, in words."""
    plain = _as_utf8(head)
    found = next((r for r in READERS if r.matches(plain)), None)
    return f"is a {found.NAME}, which gives {', '.join(found.KINDS)}" if found else None

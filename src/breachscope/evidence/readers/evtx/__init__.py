"""Windows event logs (EVTX), through the library `evtx` of the extra `[windows]`.

The file is read a few chunks at a time, each time as a small file of its own, so that memory
is bounded and every record has its byte. A row's line is the record's number. Times are those
of the event (System.TimeCreated), not of the record's header. Records of other events are
skipped, and not decoded where their id and time can be read without that; records in a damaged
chunk are quarantined one by one. Clearings, gaps in the numbering and damage go to `log_marks`.
"""

from __future__ import annotations

import time
from threading import Event
from typing import TYPE_CHECKING, Final

from breachscope.errors import EvidenceError
from breachscope.evidence.readers.evtx import chunks, decoding
from breachscope.evidence.readers.evtx.rows import EVENTS, Maker
from breachscope.evidence.readers.evtx.wholeness import CLEARED, Wholeness
from breachscope.evidence.workers import workers
from breachscope.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.account import Account, Batch
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

NAME: Final = "Windows event log (EVTX)"
ENCODING: Final = "UTF-16, as the format has it"
KINDS: Final = (Kind.LOGINS, Kind.DOWNLOADS, Kind.REMOTE, Kind.MEDIA)
STANDARD_ZONE: Final = "UTC"
BLOCKS: Final = 3
"""So many blocks are taken at once: a record is small beside what each batch costs."""
SLICE: Final = 1 << 20
"""Bytes looked through and handed to the library at a time: enough for the columns that are made
of their records, few enough that the same memory serves again and again."""
_PAUSE: Final = 2e-5  # seconds: enough for another thread to wake up


def matches(head: bytes) -> bool:
    """The file begins with the format's mark."""
    return head.startswith(chunks.MAGIC)


def read(
    stream: Stream,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    account: Account,
    note: Callable[[str], None],
) -> Iterator[Batch]:
    """The records of a log, as rows of the kind asked for.

    Raises:
        EvidenceError: the library is not installed, or the file ends within its header.
    """
    decoding.require()
    head = stream.read(chunks.HEADER)
    if len(head) < chunks.HEADER:
        raise EvidenceError("is an event log cut short: it ends inside the file's own header")
    header = chunks.Header.of(head)
    if header.dirty:
        note("the log is marked dirty: it was not closed before it was copied")
    if not header.sound:
        note("the header of the file is damaged: what it counts to is not believed")
    rows, whole = Maker(spec, zone, member), Wholeness(member, header)
    asked = decoding.Asked.of([*CLEARED, *(event.number for event in EVENTS[spec.kind])])
    for group, records in _decoded(stream, BLOCKS * spec.block_bytes, asked):
        told, marks = whole.of(group, records)
        yield rows.batch(told, marks)
    yield rows.rest(whole.rest())
    if whole.damaged:
        note(f"damaged stretches: {whole.damaged}; their records are quarantined")


def _decoded(
    stream: Stream, size: int, asked: decoding.Asked
) -> Iterator[tuple[chunks.Group, decoding.Records]]:
    """Each group of chunks with its records; the next is decoded while one is used."""
    slices, used = chunks.groups(stream, min(SLICE, size)), Event()

    def pause() -> None:
        if used.is_set():
            time.sleep(_PAUSE)

    with workers(1) as worker:
        coming = worker.submit(_gathered, slices, size, asked, pause)
        while found := coming.result():
            coming = worker.submit(_gathered, slices, size, asked, pause)
            used.set()
            yield found
            used.clear()


def _gathered(
    slices: Iterator[chunks.Group],
    size: int,
    asked: decoding.Asked,
    pause: Callable[[], None],
) -> tuple[chunks.Group, decoding.Records] | None:
    """The next chunks of about that size in all, slice by slice; None at the end."""
    group, found = chunks.Group(), decoding.Gathering(asked)
    for one in slices:
        found.add(one, pause)
        group.damages += one.damages
        group.size += one.size
        if group.size >= max(size // chunks.CHUNK, 1) * chunks.CHUNK:
            break
    return (group, found.records()) if group.size else None

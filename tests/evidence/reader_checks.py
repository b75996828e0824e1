"""What must hold of every reader on any bytes: only our own errors, and every line told of once."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from evidence_files import spec

from breachscope.errors import BreachscopeError
from breachscope.evidence import encodings, loglines
from breachscope.evidence.account import Account
from breachscope.evidence.containers import Stream
from breachscope.evidence.readers import READERS
from breachscope.evidence.times import Zone

if TYPE_CHECKING:
    from breachscope.evidence.readers import Reader
    from breachscope.schema import Kind

HEAD: Final = 1 << 18
GIVEN: Final = {"zone": None, "default_zone": "Asia/Tokyo", "ended_by": "2024-01-01"}
LINEWISE: Final = [reader for reader in READERS if reader.ENCODING == loglines.ENCODING]
"""Readers whose rows are physical lines, told by `loglines`."""


def check(reader: Reader, kind: Kind, data: bytes, **options: Any) -> Account | None:
    """Read these bytes by a reader; None where it refuses them by an error of ours.

    A reader of a binary format is given only what it takes for its own; of a hive, `logs` are
    its transaction logs.

    Raises:
        AssertionError: a line is lost, told of twice or placed where it is not.
    """
    if reader not in LINEWISE and not reader.matches(data[:HEAD]):
        return None
    beside = {"logs": options.pop("logs")} if "logs" in options else {}
    how = spec(kind, **{**GIVEN, **options})
    account, places, rows = Account(), [], 0
    zone = Zone.of(how, reader.STANDARD_ZONE)
    stream = Stream(io.BytesIO(data).read)
    try:
        for batch in reader.read(stream, how, zone, None, account, lambda _: None, **beside):
            account.add(batch)
            rows += batch.rows
            for frame in (batch.taken, batch.quarantined, batch.skipped):
                places += frame.select("line", "byte").rows()
    except BreachscopeError:
        return None
    assert account.rows_read == rows == account.taken + account.quarantined + account.skipped
    if reader in LINEWISE:
        _check_places(data, places)
    else:
        _check_cells(data, places)
    return account


def _check_cells(data: bytes, places: list[tuple[int | None, int | None]]) -> None:
    """Of a binary format: each place is one of the file's; that of a record is told of once."""
    begins = [byte for _, byte in places if byte is not None]
    assert all(0 <= byte < len(data) for byte in begins)
    if data.startswith(b"ElfFile"):
        assert len(set(begins)) == len(begins)


def _check_places(data: bytes, places: list[tuple[int, int]]) -> None:
    """Each physical line once, each where it begins."""
    starts = line_starts(data)
    assert sorted(line for line, _ in places) == list(range(1, len(places) + 1))
    if starts is not None:
        assert sorted(places) == list(enumerate(starts, 1))


def line_starts(data: bytes) -> list[int] | None:
    """Where each line begins, told independently of the reader; None of UTF-16."""
    found = encodings.detect(data[: 1 << 16])
    if found is not None and found.codec.startswith("utf-16"):
        return None
    mark = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    head = data[:HEAD]
    end = b"\r" if b"\r" in head and b"\n" not in head else b"\n"
    starts, at = [], mark
    while at < len(data):
        starts.append(at)
        at = data.find(end, at) + 1 or len(data)
    return starts

"""EVTX: breachscope's reader against the library it decodes with, on one and the same file.

    python bench/readers/evtx_speed.py LOG.evtx [TIMES]

The log's whole chunks are written TIMES over into a temporary file, their records numbered on,
so that the file is large and sound. Three ways through it, the best of five each:

- library: every record's JSON text from `evtx`, and nothing done with it;
- parsed: the same, each text parsed with `json.loads`, as a script would have to;
- breachscope: rows as `logins`, every record accounted for, gaps and clock judged. Records of other
  events are not decoded: with a log of nothing but logons the ratio is higher.

Prints the seconds of the clock and of the processors, and the ratio of both to the library.
The clock means something only on a machine that is otherwise idle: breachscope uses a second
core while the library decodes.
"""

from __future__ import annotations

import json
import struct
import sys
import tempfile
import time
import tomllib
import zlib
from collections.abc import Callable
from pathlib import Path

import evtx

from breachscope import playbook
from breachscope.evidence import ReadSpec, read
from breachscope.schema import Kind

HEADER, CHUNK, FIRST = 4096, 65536, 512
ROUNDS = 5
COLUMNS = playbook.Columns.model_validate(
    tomllib.loads(
        (playbook.shipped() / playbook.DEFAULT / "columns.toml").read_text(encoding="utf-8")
    )
)


def enlarged(source: Path, target: Path, times: int) -> int:
    """Write the chunks of a log many times over; the number of records written."""
    data = source.read_bytes()
    chunks = [data[at : at + CHUNK] for at in range(HEADER, len(data), CHUNK)]
    whole = [c for c in chunks if len(c) == CHUNK and c.startswith(b"ElfChnk\0")]
    number, made = 0, []
    for chunk in whole * times:
        renumbered, number = _renumbered(bytearray(chunk), number)
        made.append(renumbered)
    head = bytearray(data[:HEADER])
    struct.pack_into("<QQQ", head, 8, 0, len(made) - 1, number + 1)
    struct.pack_into("<H", head, 42, min(len(made), 0xFFFF))
    struct.pack_into("<I", head, 124, zlib.crc32(bytes(head[:120])))
    target.write_bytes(bytes(head) + b"".join(made))
    return number


def _renumbered(chunk: bytearray, number: int) -> tuple[bytes, int]:
    end, at = struct.unpack_from("<I", chunk, 48)[0], FIRST
    while at < end:
        number += 1
        struct.pack_into("<Q", chunk, at + 8, number)
        at += struct.unpack_from("<I", chunk, at + 4)[0]
    return bytes(chunk), number


def library(path: Path) -> int:
    """Every record's text."""
    return sum(1 for record in evtx.PyEvtxParser(str(path)).records_json() if record)


def parsed(path: Path) -> int:
    """Every record as an object."""
    count = 0
    for record in evtx.PyEvtxParser(str(path)).records_json():
        assert record is not None
        json.loads(record["data"])
        count += 1
    return count


def breachscope(path: Path) -> int:
    """Every record accounted for, as logins."""
    reading = read(path, ReadSpec(Kind.LOGINS, COLUMNS))
    for _ in reading.batches():
        pass
    return reading.account.rows_read


def best(way: Callable[[Path], int], path: Path, records: int) -> tuple[float, float]:
    """The fewest seconds of the clock and of the processors, over some rounds."""
    clock, processors = [], []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        assert way(path) == records
        clock.append(time.perf_counter() - began)
        processors.append(time.process_time() - used)
    return min(clock), min(processors)


def main(source: Path, times: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "large.evtx"
        records = enlarged(source, path, times)
        print(f"{source.name} × {times}: {records:,} records, {path.stat().st_size:,} bytes")
        print("              clock s   ratio   processors s   ratio")
        alone = best(library, path, records)
        for way in (library, parsed, breachscope):
            clock, used = alone if way is library else best(way, path, records)
            ratios = clock / alone[0], used / alone[1]
            print(f"{way.__name__:12} {clock:8.3f} {ratios[0]:7.2f} {used:14.3f} {ratios[1]:7.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 300)

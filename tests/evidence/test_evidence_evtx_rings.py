"""Chunks whose chains of strings or templates come back to themselves are read to their end."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import pytest
from event_files import CHUNK, HEADER, log
from windows_records import record

from breachscope.evidence.readers.evtx.rings import without_rings

WHO = {"TargetUserName": "kanri", "TargetDomainName": "CORP"}
WHOLE = log(*(record(4624, WHO) for _ in range(12)))
STRINGS, TEMPLATES = 128, 384

READ = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from evidence_files import spec, take
from breachscope.schema import Kind
print(take(Path(sys.argv[1]), spec(Kind.LOGINS)).rows.height)
"""


def with_ring(data: bytes, table: int, length: int) -> bytes:
    """The log whose first chunk has a chain of so many links that begins anew, in that table.

    Its links stand behind the chunk's records.
    """
    made = bytearray(data)
    places = [CHUNK - 8 * (n + 1) for n in range(length)]
    struct.pack_into("<I", made, HEADER + table, places[0])
    for place, follows in zip(places, [*places[1:], places[0]], strict=True):
        struct.pack_into("<I", made, HEADER + place, follows)
    return bytes(made)


@pytest.mark.parametrize("table", [STRINGS, TEMPLATES])
@pytest.mark.parametrize("length", [1, 3, 70])
def test_a_chain_that_comes_back_is_left_out_and_nothing_else(table: int, length: int) -> None:
    damaged = with_ring(WHOLE, table, length)[HEADER:]
    mended = without_rings(damaged)

    assert mended[table : table + 4] == bytes(4)
    assert mended[:table] + mended[table + 4 :] == damaged[:table] + damaged[table + 4 :]


def test_chunks_without_such_a_chain_are_handed_on_as_they_are() -> None:
    whole = WHOLE[HEADER:]

    assert without_rings(whole) is whole
    assert without_rings(b"") == b""


def test_a_long_chain_that_ends_is_left_as_it_is() -> None:
    made = bytearray(with_ring(WHOLE, STRINGS, 70))
    struct.pack_into("<I", made, HEADER + CHUNK - 8 * 70, 0)
    whole = bytes(made[HEADER:])

    assert without_rings(whole) is whole


def test_of_several_chunks_the_damaged_one_is_mended() -> None:
    damaged = WHOLE[HEADER:] + with_ring(WHOLE, STRINGS, 2)[HEADER:]
    mended = without_rings(damaged)

    assert [n for n in range(len(damaged)) if damaged[n] != mended[n]]
    assert bytes(mended[:CHUNK]) == damaged[:CHUNK]


@pytest.mark.parametrize("table", [STRINGS, TEMPLATES])
def test_a_log_with_such_a_chain_is_read_to_its_end(tmp_path: Path, table: int) -> None:
    """In a process of its own: the library would hold the interpreter for ever."""
    path = tmp_path / "Security.evtx"
    path.write_bytes(with_ring(WHOLE, table, 3))
    words = [sys.executable, "-c", READ, str(path), str(Path(__file__).parent)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout.split() == ["12"], done.stderr[-200:]

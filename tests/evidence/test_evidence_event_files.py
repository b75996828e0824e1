"""Event logs built for the purpose: sound ones, and broken ones that must lose nothing."""

from __future__ import annotations

import random
import struct
from io import BytesIO

import polars as pl
import pytest
from binary_mutations import LOGS, changed, how
from event_files import CHUNK, HEADER, log, sealed
from evidence_files import spec
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_checks import check
from windows_records import record

from breachscope.evidence.account import Account
from breachscope.evidence.containers import Stream
from breachscope.evidence.readers import evtx as reader
from breachscope.evidence.times import Zone
from breachscope.schema import Kind


class Told:
    """What a log gave, all batches together."""

    def __init__(self, data: bytes, kind: Kind = Kind.LOGINS, **options: object) -> None:
        self.notes: list[str] = []
        asked, account = spec(kind, zone=None, **options), Account()
        given_ = (Stream(BytesIO(data).read), asked, Zone.of(asked, "UTC"), None, account)
        batches = list(reader.read(*given_, self.notes.append))
        self.rows = pl.concat([b.taken for b in batches], how="diagonal")
        self.quarantined = pl.concat([b.quarantined for b in batches])
        self.skipped = pl.concat([b.skipped for b in batches])
        self.marks = pl.concat([b.beside["log_marks"] for b in batches])
        self.count = sum(b.rows for b in batches)

    @property
    def numbers(self) -> list[int]:
        """Of every record told of."""
        frames = (self.rows, self.quarantined, self.skipped)
        return sorted(n for f in frames for n in f["line"].to_list() if n is not None)


def logon(name: str, second: int = 0) -> str:
    data = {"TargetUserName": name, "TargetDomainName": "CORP", "LogonType": 3}
    return record(4624, data, at=f"2014-05-01T01:02:{second:02}.500000Z")


def logons(count: int, a_chunk: int = 40) -> bytes:
    texts = [logon(f"kanri{n}", n % 60) for n in range(count)]
    return log(*texts, a_chunk=a_chunk)


def test_names_come_out_as_they_were_written() -> None:
    names = ["山田", 'a"b', "back\\slash", "x,y", "{z}", "tab\there", "\U0001f600"]
    told = Told(log(*(logon(name) for name in names)))
    assert told.rows["account"].to_list() == [f"CORP\\{name}" for name in names]
    assert told.rows["line"].to_list() == list(range(1, len(names) + 1))


def test_every_record_has_its_byte() -> None:
    data = logons(30, a_chunk=7)
    told = Told(data)
    for line, byte in told.rows.select("line", "byte").iter_rows():
        assert struct.unpack_from("<I4xQ", data, byte) == (0x2A2A, line)


@pytest.mark.parametrize("size", [CHUNK // 2, CHUNK, 3 * CHUNK, 8 << 20])
def test_the_size_of_blocks_changes_nothing(size: int) -> None:
    for data, kind in zip(
        LOGS, (Kind.LOGINS, Kind.DOWNLOADS, Kind.REMOTE, Kind.MEDIA), strict=False
    ):
        whole, pieces = Told(data, kind), Told(data, kind, block_bytes=size)
        assert whole.rows.sort("line").equals(pieces.rows.sort("line"))
        assert whole.skipped.sort("line").equals(pieces.skipped.sort("line"))
        order = ("mark", "line")
        assert whole.marks.sort(order).equals(pieces.marks.sort(order))


def test_a_chunk_that_stands_twice_is_read_once() -> None:
    data = logons(20, a_chunk=10)
    told = Told(data + data[HEADER : HEADER + CHUNK])
    assert told.rows["line"].to_list() == list(range(1, 21))
    assert told.quarantined["line"].to_list() == list(range(1, 11))
    assert told.quarantined["reason"].unique().to_list() == [
        "the record's number stands twice in the file"
    ]


def test_a_missing_chunk_is_a_gap() -> None:
    data = logons(30, a_chunk=10)
    told = Told(data[: HEADER + CHUNK] + data[HEADER + 2 * CHUNK :])
    gap = told.marks.filter(pl.col("mark") == "gap")
    assert gap.select("first", "last", "records").rows() == [(11, 20, 10)]


def test_a_wrong_size_costs_that_record_and_what_hangs_on_it() -> None:
    data = bytearray(logons(20, a_chunk=10))
    third = Told(bytes(data)).rows["byte"][2]
    struct.pack_into("<I", data, third + 4, 5)
    chunk = data[HEADER : HEADER + CHUNK]
    data[HEADER : HEADER + CHUNK] = sealed(bytes(chunk))
    told = Told(bytes(data))
    assert set(told.numbers) >= set(range(1, 21)) - {3}
    assert told.marks.filter(pl.col("mark") == "damaged").height == 1


def test_records_behind_the_end_a_chunk_names_are_read_if_they_go_on() -> None:
    data = bytearray(logons(10, a_chunk=10))
    ninth = Told(bytes(data)).rows["byte"][8]
    struct.pack_into("<I", data, HEADER + 48, ninth - HEADER)  # as of a log still written to
    data[HEADER:] = sealed(bytes(data[HEADER:]))
    told = Told(bytes(data))
    assert told.rows["line"].to_list() == list(range(1, 11))
    assert told.marks.filter(pl.col("mark") == "damaged").is_empty()


def test_a_record_whose_second_size_alone_is_wrong_is_read() -> None:
    data = bytearray(logons(10, a_chunk=10))
    fourth = Told(bytes(data)).rows["byte"][3]
    struct.pack_into("<I", data, fourth - 4, 5)  # the third record's own, at its end
    data[HEADER:] = sealed(bytes(data[HEADER:]))
    told = Told(bytes(data))
    assert told.rows["line"].to_list() == list(range(1, 11))
    assert told.marks.filter(pl.col("mark") == "damaged").is_empty()


def test_a_log_without_a_record_has_none() -> None:
    told = Told(log())
    assert (told.count, told.marks.height) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_event_logs_changed_at_random_are_accounted_for(seed: int) -> None:
    dice = random.Random(seed)
    data = changed("evtx", dice, LOGS)
    check(reader, dice.choice(reader.KINDS), data, **how("evtx", dice, data))

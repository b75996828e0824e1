"""What is read of records before they are decoded, and that stepping over them changes nothing."""

from __future__ import annotations

import json
import random
import struct
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import event_files
import evtx
import numpy as np
import polars as pl
import pytest
from binary_mutations import LOGS, changed, how
from event_files import CHUNK, FIRST, HEADER, Place, log, template
from evidence_files import spec
from windows_records import record

from breachscope.evidence.account import Account
from breachscope.evidence.containers import Stream
from breachscope.evidence.readers import evtx as reader
from breachscope.evidence.readers.evtx import chunks, decoding, scan
from breachscope.evidence.readers.evtx.scan import UNKNOWN, Scan
from breachscope.evidence.readers.evtx.templates import Form, Templates
from breachscope.evidence.times import Zone
from breachscope.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

WHO = {"TargetUserName": "kanri", "TargetDomainName": "CORP", "SubjectUserName": "kanri"}
SYSTEM: dict[str, Any] = event_files.TEMPLATE["System"]


def events(count: int) -> list[str]:
    return [
        record(
            (4672, 4624, 4673, 4674, 1102, 6416, 4663)[n % 7],
            WHO | {"AccessMask": "0x1", "ObjectType": "File", "ObjectName": f"D:\\{n}.csv"},
            at=f"2014-05-01T01:{n % 60:02}:03.456789Z",
        )
        for n in range(count)
    ]


TEMPLATED = (
    log(*events(60), a_chunk=13, templated=True),
    log(*events(30)[::-1], a_chunk=7, first=5000, templated=True),
    log(*(record(4672, WHO) for _ in range(40)), a_chunk=9, templated=True),
)


@dataclass
class Told:
    """What a log gave, all batches together."""

    taken: pl.DataFrame
    quarantined: pl.DataFrame
    skipped: pl.DataFrame
    marks: pl.DataFrame

    @classmethod
    def of(cls, data: bytes, kind: Kind, **options: object) -> Told:
        asked, account = spec(kind, zone=None, **options), Account()
        zone = Zone.of(asked, "UTC")
        stream = Stream(BytesIO(data).read)
        batches = list(reader.read(stream, asked, zone, None, account, lambda _: None))
        for batch in batches:
            account.add(batch)
        return cls(
            pl.concat([b.taken for b in batches], how="diagonal"),
            pl.concat([b.quarantined for b in batches]),
            pl.concat([b.skipped for b in batches]),
            pl.concat([b.beside["log_marks"] for b in batches]),
        )


def nothing_known(data: bytes, at: Any, templates: object) -> Scan:
    """A scan that sees nothing, so that every record is decoded."""
    found = scan.scanned(data, at, Templates())
    return Scan(np.full(len(at), UNKNOWN), np.zeros(len(at), np.int64), found.ends)


@pytest.fixture
def decoded_all(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """Reads with every record decoded."""

    def read(data: bytes, kind: Kind, **options: object) -> Told:
        with monkeypatch.context() as patched:
            patched.setattr(decoding, "scanned", nothing_known)
            return Told.of(data, kind, **options)

    return read


def seen(data: bytes) -> list[tuple[int, int | None]]:
    """Event id and time of each record, as far as they are told without decoding."""
    file = BytesIO(data)
    file.read(HEADER)
    (group,) = chunks.groups(Stream(file.read), len(data))
    found = scan.scanned(group.data, group.at, Templates())
    return list(zip(found.ids.tolist(), found.times.tolist(), strict=True))


def first_definition(data: bytes) -> Form | None:
    return Templates().at(data[HEADER:], FIRST + 38).form


def test_ids_and_times_are_those_of_the_text() -> None:
    for data in TEMPLATED:
        texts = [json.loads(r["data"]) for r in evtx.PyEvtxParser(BytesIO(data)).records_json()]
        systems = [text["Event"]["System"] for text in texts]
        times = pl.Series([s["TimeCreated"]["#attributes"]["SystemTime"] for s in systems])
        expected = times.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us").cast(pl.Int64)
        assert seen(data) == list(zip((s["EventID"] for s in systems), expected, strict=True))


def test_of_records_without_a_template_nothing_is_said() -> None:
    assert {number for number, _ in seen(log(*events(10)))} == {UNKNOWN}


@pytest.mark.parametrize("kind", reader.KINDS)
@pytest.mark.parametrize("block", [CHUNK, 3 * CHUNK, 8 << 20])
def test_stepping_over_records_changes_nothing(
    decoded_all: Callable[..., Told], kind: Kind, block: int
) -> None:
    for data in (*TEMPLATED, *LOGS):
        assert_same(
            Told.of(data, kind, block_bytes=block), decoded_all(data, kind, block_bytes=block)
        )


def assert_same(one: Told, other: Told) -> None:
    assert one.taken.equals(other.taken)
    assert one.quarantined.equals(other.quarantined)
    assert one.skipped.equals(other.skipped)
    assert one.marks.equals(other.marks)


def test_only_what_is_asked_for_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[int]] = []
    texts = decoding.texts

    def counted(data: bytes, pause: Any) -> tuple[list[int], list[str]]:
        found = texts(data, pause)
        given.append(found[0])
        return found

    monkeypatch.setattr(decoding, "texts", counted)
    Told.of(log(*events(21), a_chunk=7, templated=True), Kind.LOGINS)
    # The first of each chunk, the logon and the clearing.
    assert given == [[1, 2, 5, 8, 9, 12, 15, 16, 19]]
    given.clear()
    Told.of(TEMPLATED[2], Kind.LOGINS)
    assert given == [[1]]


@pytest.mark.parametrize("seed", range(150))
def test_whatever_is_damaged_no_row_is_lost_by_stepping_over_records(
    decoded_all: Callable[..., Told], seed: int
) -> None:
    dice = random.Random(seed)
    data = changed("evtx", dice, TEMPLATED)
    options, kind = how("evtx", dice, data), dice.choice(reader.KINDS)
    if not reader.matches(data) or len(data) < HEADER:
        return
    one, other = Told.of(data, kind, **options), decoded_all(data, kind, **options)
    assert_same_but_for_undecodable(one, other)


def assert_same_but_for_undecodable(one: Told, other: Told) -> None:
    """A record nobody asks for may be skipped by its id where it could not be decoded."""
    assert one.taken.equals(other.taken)
    place = ["line", "byte"]
    more = one.skipped.join(other.skipped, on=place, how="anti", nulls_equal=True)
    less = other.quarantined.join(one.quarantined, on=place, how="anti", nulls_equal=True)
    assert sorted(more["line"]) == sorted(less["line"])
    assert set(less["reason"]) <= {decoding.NOT_DECODED}
    assert one.skipped.height == other.skipped.height + more.height
    assert one.quarantined.height == other.quarantined.height - less.height
    told = pl.col("mark") != "clock_back"  # a time more may be known
    assert one.marks.filter(told).equals(other.marks.filter(told))


def with_definition(system: dict[str, Any]) -> bytes:
    return log(record(4624, WHO), templated=template(system))


def test_the_form_windows_writes_is_known() -> None:
    form = first_definition(with_definition(SYSTEM))
    assert form is not None
    assert (form.event_id, form.time) == (0, 1)


@pytest.mark.parametrize(
    "system",
    [
        SYSTEM | {"EventID": 4624},  # literal
        SYSTEM | {"EventID": Place(0, 0x08)},
        SYSTEM | {"EventID": Place(40, 0x06)},
        SYSTEM | {"TimeCreated": {"#attributes": {"SystemTime": Place(1, 0x01)}}},
        SYSTEM | {"TimeCreated": {"#attributes": {"RawTime": Place(1, 0x11)}}},
        SYSTEM | {"Keywords": {"EventID": Place(3, 0x01)}},
        SYSTEM | {"Keywords": {"#attributes": {"SystemTime": "x"}, "#text": Place(3, 0x01)}},
        {"EventID": Place(3, 0x06), **{k: v for k, v in SYSTEM.items() if k != "EventID"}},
        {k: v for k, v in SYSTEM.items() if k != "TimeCreated"},
        {"Other": Place(3, 0x01), **SYSTEM},
    ],
)
def test_of_any_other_form_nothing_is_said(system: dict[str, Any]) -> None:
    assert first_definition(with_definition(system)) is None


def test_a_name_that_stands_elsewhere_is_read_in_each_chunk() -> None:
    # The same definition at the same place, with its last name taken from far behind it.
    data = bytearray(log(record(4624, WHO), templated=True)[HEADER:])
    at, size = data.index("SystemTime".encode("utf-16-le")) - 8, 30
    elsewhere = 60000
    data[elsewhere : elsewhere + size] = data[at : at + size]
    struct.pack_into("<I", data, at - 4, elsewhere)
    data[at:elsewhere] = data[at + size : elsewhere] + bytes(size)
    templates = Templates()
    assert templates.at(bytes(data), FIRST + 38).form is not None
    data[elsewhere + 8] ^= 1
    assert templates.at(bytes(data), FIRST + 38).form is None


@pytest.mark.parametrize(
    ("what", "at", "new"),
    [
        ("the fragment", 24, b"\x0e"),
        ("the instance", 28, b"\x0d"),
        ("the definition", 34, b"\xff\xff\0\0"),
        ("the time of writing", 16, b"\xff" * 8),
        ("the count of values", 38, b"\x02"),
        ("the size of the id", 42, b"\x04"),
        ("the type of the id", 44, b"\x08"),
        ("the type of the time", 48, b"\x0a"),
        ("a value that is XML", 52, b"\x21"),
        ("values beyond the record", 66, b"\xff\x7f"),
    ],
)
def test_of_a_record_that_is_not_as_expected_nothing_is_said(
    what: str, at: int, new: bytes
) -> None:
    data = bytearray(log(*events(5), templated=True))
    begins = [
        found for found in range(HEADER, len(data), 8) if data[found : found + 4] == b"**\0\0"
    ]
    data[begins[2] + at : begins[2] + at + len(new)] = new
    ids = [number for number, _ in seen(bytes(data))]
    assert ids == [4672, 4624, UNKNOWN, 4674, 1102], what


def test_two_definitions_with_one_guid_are_not_told_apart() -> None:
    # The library takes the first for both.
    data = bytearray(log(*events(4), templated=True))
    begins = [
        found for found in range(HEADER, len(data), 8) if data[found : found + 4] == b"**\0\0"
    ]
    other = begins[1] + 200
    data[other : other + 24] = data[begins[0] + 38 : begins[0] + 62]
    struct.pack_into("<I", data, begins[2] + 34, other - HEADER)
    assert {number for number, _ in seen(bytes(data))} == {UNKNOWN}


def test_a_chunk_whose_header_ends_it_early_is_decoded_whole(
    decoded_all: Callable[..., Told],
) -> None:
    data = bytearray(log(*events(20), a_chunk=10, templated=True))
    struct.pack_into("<Q", data, HEADER + 32, 4)
    ids = [number for number, _ in seen(bytes(data))]
    assert set(ids[:10]) == {UNKNOWN}
    assert UNKNOWN not in ids[10:]
    assert_same(Told.of(bytes(data), Kind.LOGINS), decoded_all(bytes(data), Kind.LOGINS))


def test_a_definition_without_names_of_its_own_is_read_wherever_it_stands() -> None:
    data = bytearray(log(record(4624, WHO), templated=True)[HEADER:])
    at, (size,) = FIRST + 38, struct.unpack_from("<I", data, FIRST + 58)
    inside, names = at + 24, []
    for name in ("Event", "xmlns", "System", "Provider", "Name", "EventID", "Keywords",
                 "TimeCreated", "SystemTime"):  # fmt: skip
        block = struct.pack("<H", len(name)) + name.encode("utf-16-le") + bytes(2)
        begin = data.index(block, inside) - 6
        names.append(data[begin : begin + 6 + len(block)])
        del data[begin : begin + len(names[-1])]
        struct.pack_into("<I", data, begin - 4, 50000 + 100 * len(names))
        inside = begin
    data += bytes(CHUNK - len(data))
    for number, name_ in enumerate(names, 1):
        data[50000 + 100 * number : 50000 + 100 * number + len(name_)] = name_
    data[40000 : 40000 + 24 + size] = data[at : at + 24 + size]
    templates = Templates()
    assert templates.at(bytes(data), at).form == templates.at(bytes(data), 40000).form
    assert templates.at(bytes(data), at).form == Form(0, 1, 0b1111)
    assert len(templates.known) == 1

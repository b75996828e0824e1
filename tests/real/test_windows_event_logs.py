"""Event logs as Windows wrote them, whole and broken."""

from __future__ import annotations

import json
import random
import struct
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import evtx
import numpy as np
import polars as pl
import pytest

from breachscope.errors import EvidenceError
from breachscope.evidence import read
from breachscope.evidence.containers import Stream
from breachscope.evidence.readers import evtx as reader
from breachscope.evidence.readers.evtx import chunks, decoding, scan, templates
from breachscope.schema import Kind
from evidence.evidence_files import spec
from real.real_files import real

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.evidence.account import Account

SECURITY = "System2.evtx"
PARTITION = "Microsoft-Windows-Partition%4Diagnostic.evtx"
CHUNK, HEADER = 65536, 4096


class Told:
    """What reading a file gave, all batches together."""

    def __init__(self, path: Path, kind: Kind, **options: object) -> None:
        reading = read(path, spec(kind, zone=None, **options))
        batches = list(reading.batches())
        self.account: Account = reading.account
        self.notes = reading.notes
        self.rows = pl.concat([b.taken for b in batches], how="diagonal")
        self.quarantined = pl.concat([b.quarantined for b in batches])
        self.skipped = pl.concat([b.skipped for b in batches])
        self.marks = pl.concat([b.beside["log_marks"] for b in batches])

    def of(self, mark: str) -> pl.DataFrame:
        return self.marks.filter(pl.col("mark") == mark)


def changed(tmp_path: Path, name: str, at: int, new: bytes) -> Path:
    data = bytearray(real(name).read_bytes())
    data[at : at + len(new)] = new
    path = tmp_path / "changed.evtx"
    path.write_bytes(data)
    return path


@pytest.mark.real
def test_the_security_log_gives_its_194_records_and_tells_of_the_chunk_that_is_cut() -> None:
    told = Told(real(SECURITY), Kind.LOGINS)
    sound = told.rows.height + told.skipped.height
    assert sound == 194
    assert told.rows["attr:EventID"].value_counts().sort("attr:EventID").rows() == [
        ("4624", 47),
        ("4647", 2),
        ("4648", 8),
    ]
    assert told.quarantined["line"].to_list() == list(range(195, 285))
    assert told.account.rows_read == 284
    assert told.of("damaged")["records"].to_list() == [90]
    gap = told.of("gap").row(0, named=True)
    assert (gap["first"], gap["last"], gap["records"]) == (285, 10548, 10264)
    assert any("dirty" in note for note in told.notes)


@pytest.mark.real
def test_its_clock_goes_back_two_hours_twice() -> None:
    # Counted from 0 these are records 137 to 138 and 157 to 158.
    back = Told(real(SECURITY), Kind.LOGINS).of("clock_back")
    assert back["line"].to_list() == [139, 159]
    assert back["seconds"].round(0).to_list() == [7197.0, 7197.0]


@pytest.mark.real
def test_times_are_the_events_own() -> None:
    row = Told(real(SECURITY), Kind.LOGINS).rows.row(0, named=True)
    assert row["line"] == 2
    assert row["at"].isoformat() == "2015-08-08T02:06:17.187500+00:00"
    assert (row["zone"], row["zone_from"]) == ("UTC", "format")


@pytest.mark.real
def test_three_sticks_come_and_go_in_the_partition_log() -> None:
    told = Told(real(PARTITION), Kind.MEDIA)
    assert (told.rows.height, told.skipped.height, told.quarantined.height) == (30, 10, 0)
    sticks = told.rows.group_by("product", "serial").len().sort("len", descending=True)
    assert sticks.rows() == [
        ("Patriot Memory", "007B01149030", 22),
        ("DataTraveler G3", "001CC0EC3458F110E5F31400", 6),
        ("DT microDuo 3C", "EE04D1505CE9", 2),
    ]
    gone = told.rows.filter(pl.col("action") == "disconnect")["attr:Capacity"]
    assert gone.unique().to_list() == ["0"]
    assert told.of("clock_back").height == 3


@pytest.mark.real
def test_boot_records_give_the_serial_numbers_of_volumes() -> None:
    rows = Told(real(PARTITION), Kind.MEDIA).rows
    kingston = rows.filter(pl.col("product") == "DataTraveler G3").drop_nulls("volume_serial")
    assert kingston["volume_serial"].to_list() == ["6A84-4219", "2C50-410B", "2C50-410B"]


@pytest.mark.real
def test_a_log_cut_in_half_gives_what_is_there(tmp_path: Path) -> None:
    data = real(SECURITY).read_bytes()
    path = tmp_path / "half.evtx"
    path.write_bytes(data[: len(data) // 2])
    told = Told(path, Kind.LOGINS)
    assert told.rows.height + told.skipped.height == 104
    assert told.quarantined["line"][0] == 105
    assert told.account.rows_read == 104 + told.quarantined.height
    assert told.of("gap")["last"].to_list() == [10548]


@pytest.mark.real
def test_a_chunk_without_its_header_costs_its_records_alone(tmp_path: Path) -> None:
    told = Told(changed(tmp_path, SECURITY, HEADER, b"\0" * 8), Kind.LOGINS)
    lost = told.quarantined.filter(pl.col("reason").str.contains("no header"))
    assert lost["line"].to_list() == list(range(1, 105))
    assert told.rows.height + told.skipped.height == 90


@pytest.mark.real
def test_records_the_library_passes_over_in_silence_are_quarantined(tmp_path: Path) -> None:
    told = Told(changed(tmp_path, SECURITY, HEADER + 512, b"\0" * 4), Kind.LOGINS)
    # The first record has lost its mark; the library gives none of its chunk, and no error.
    assert told.quarantined.filter(pl.col("line") < 105)["line"].to_list() == list(range(2, 105))
    assert told.of("damaged").height == 2
    assert told.rows.height + told.skipped.height == 90


@pytest.mark.real
def test_a_body_that_cannot_be_decoded_costs_that_record(tmp_path: Path) -> None:
    second = struct.unpack_from("<I", real(SECURITY).read_bytes(), HEADER + CHUNK + 516)[0]
    at = HEADER + CHUNK + 512 + second + 24
    told = Told(changed(tmp_path, SECURITY, at, b"\xff" * 8), Kind.LOGINS)
    lost = told.quarantined.filter(pl.col("reason").str.contains("cannot be decoded"))
    assert lost["line"].to_list() == [106]
    assert told.rows.height + told.skipped.height == 193


@pytest.mark.real
def test_an_end_mark_set_too_early_hides_no_record(tmp_path: Path) -> None:
    told = Told(changed(tmp_path, SECURITY, HEADER + 48, struct.pack("<I", 1000)), Kind.LOGINS)
    assert told.rows.height + told.skipped.height == 194


@pytest.mark.real
def test_small_blocks_change_nothing() -> None:
    whole, pieces = (
        Told(real(SECURITY), Kind.LOGINS, block_bytes=size) for size in (8 << 20, CHUNK)
    )
    assert whole.rows.equals(pieces.rows)
    order = ("mark", "line")
    assert whole.marks.sort(*order).equals(pieces.marks.sort(*order))


@pytest.mark.real
def test_every_byte_offset_is_where_a_record_begins() -> None:
    data = real(PARTITION).read_bytes()
    told = Told(real(PARTITION), Kind.MEDIA)
    for line, byte in told.rows.select("line", "byte").iter_rows():
        mark, number = struct.unpack_from("<I4xQ", data, byte)
        assert (mark, number) == (0x2A2A, line)


@pytest.mark.real
def test_another_kind_is_refused_by_what_the_log_gives() -> None:
    with pytest.raises(EvidenceError, match="gives logins, downloads, remote, media"):
        read(real(SECURITY), spec(Kind.PRESENCE))


@pytest.mark.real
def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "evtx", None)
    with pytest.raises(EvidenceError) as refused:
        Told(real(SECURITY), Kind.LOGINS)
    assert refused.value.hint == "pip install 'breachscope[windows]'"


@pytest.mark.real
@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_damaged_every_record_is_accounted_for(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    data = bytearray(real(SECURITY).read_bytes()[: HEADER + 2 * CHUNK])
    for _ in range(dice.choice((1, 5, 40, 400))):
        at = dice.randrange(len(data) - 16)
        size = dice.randrange(1, 16)
        data[at : at + size] = dice.choice((b"\0", b"\xff", bytes([dice.randrange(256)]))) * size
    path = tmp_path / "damaged.evtx"
    path.write_bytes(bytes(data[: dice.randrange(HEADER, len(data))] if seed % 4 == 0 else data))
    try:
        told = Told(path, Kind.LOGINS)
    except EvidenceError as refused:
        assert not str(refused).startswith("internal")  # noqa: PT017
        return
    parts = (told.rows.height, told.quarantined.height, told.skipped.height)
    assert told.account.rows_read == sum(parts)


@pytest.mark.real
def test_a_damaged_header_is_not_believed(tmp_path: Path) -> None:
    told = Told(changed(tmp_path, SECURITY, 24, b"\xff" * 6), Kind.LOGINS)
    assert told.of("gap").height == 0
    assert told.rows.height + told.skipped.height == 194
    assert any("header" in note for note in told.notes)


@pytest.mark.real
@pytest.mark.parametrize("name", [SECURITY, PARTITION])
def test_ids_and_times_told_without_decoding_are_those_of_the_text(name: str) -> None:
    data = real(name).read_bytes()
    texts = {
        r["event_record_id"]: json.loads(r["data"])["Event"]["System"]
        for r in evtx.PyEvtxParser(BytesIO(data)).records_json()
    }
    file = BytesIO(data)
    file.read(HEADER)
    told = 0
    for group in chunks.groups(Stream(file.read), CHUNK):
        if not group.places.numbers:
            continue
        found = scan.scanned(group.data, group.at, templates.Templates())
        for number, event_id, time in zip(
            group.places.numbers, found.ids.tolist(), found.times.tolist(), strict=True
        ):
            system = texts[number]
            moment = datetime.fromisoformat(system["TimeCreated"]["#attributes"]["SystemTime"])
            assert event_id == event_number(system["EventID"])
            assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time) == moment
            told += 1
    assert told == len(texts)


def event_number(element: Any) -> int:
    return int(element["#text"] if isinstance(element, dict) else element)


@pytest.mark.real
@pytest.mark.parametrize("kind", reader.KINDS)
@pytest.mark.parametrize("name", [SECURITY, PARTITION])
def test_stepping_over_records_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str, kind: Kind
) -> None:
    stepping = Told(real(name), kind)
    monkeypatch.setattr(decoding, "scanned", nothing_known)
    whole = Told(real(name), kind)
    for part in ("rows", "quarantined", "skipped", "marks"):
        assert getattr(stepping, part).equals(getattr(whole, part))
    assert stepping.account == whole.account


def nothing_known(data: bytes, at: Any, known: templates.Templates) -> scan.Scan:
    """A scan that sees nothing, so that every record is decoded."""
    found = scan.scanned(data, at, known)
    return scan.Scan(np.full(len(at), scan.UNKNOWN), np.zeros(len(at), np.int64), found.ends)

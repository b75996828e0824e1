"""A SYSTEM hive as Windows wrote it."""

from __future__ import annotations

import io
import lzma
import struct
import sys
import zipfile
from typing import TYPE_CHECKING

import polars as pl
import pytest

from breachscope.errors import EvidenceError
from breachscope.evidence import Reading, read
from breachscope.reconstruct import devices
from breachscope.schema import Kind
from evidence.evidence_files import spec
from real.real_files import real

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.evidence.account import Batch

HIVE = "SYSTEM_WIN_10_1709.xz"


def told(path: Path) -> tuple[Reading, Batch]:
    reading = read(path, spec(Kind.MEDIA, zone=None))
    (batch,) = reading.batches()
    return reading, batch


@pytest.fixture(scope="module")
def taken() -> tuple[Reading, Batch]:
    return told(real(HIVE))


@pytest.mark.real
def test_the_hive_tells_of_exactly_one_stick_with_its_times(taken: tuple[Reading, Batch]) -> None:
    rows = taken[1].taken
    assert rows["serial"].unique().to_list() == ["200608767007B7C08A6A"]
    assert rows["attr:DeviceId"][0].endswith("200608767007B7C08A6A&0")
    assert rows.select("vendor", "product", "host").unique().rows() == [
        ("SanDisk", "Cruzer", "DESKTOP-2KGM189")
    ]
    times = {what: at.isoformat() for what, at in rows.select("attr:what", "at").iter_rows()}
    assert times["first installed"] == "2020-03-17T14:02:38.955490+00:00"
    assert times["last removal"] == "2020-03-17T14:23:45.504690+00:00"
    actions = dict(rows.select("attr:what", "action").iter_rows())
    assert (actions["first installed"], actions["last removal"]) == ("connect", "disconnect")


@pytest.mark.real
def test_every_entry_is_accounted_for(taken: tuple[Reading, Batch]) -> None:
    reading, batch = taken
    lines = pl.concat([batch.taken["line"], batch.skipped["line"]]).sort().to_list()
    assert lines == list(range(1, batch.rows + 1))
    assert reading.account.rows_read == batch.rows


@pytest.mark.real
def test_a_hive_without_its_logs_says_so(taken: tuple[Reading, Batch]) -> None:
    assert any("transaction logs are not with it" in note for note in taken[0].notes)


@pytest.mark.real
def test_drives_over_uas_are_devices_too(taken: tuple[Reading, Batch]) -> None:
    facts = taken[1].beside["device_facts"].with_columns(evidence_id=pl.lit("E1"))
    values = devices.values(facts.select(devices.SAID.names()))
    found = devices.devices(values)
    assert found.filter(pl.col("bus") == "usbstor")["device_id"].to_list() == [
        "200608767007B7C08A6A"
    ]
    assert found.filter(pl.col("bus") == "uas").height == 2


@pytest.mark.real
def test_a_byte_is_where_the_key_begins(taken: tuple[Reading, Batch]) -> None:
    data = lzma.decompress(real(HIVE).read_bytes())
    byte = taken[1].taken["byte"][0]
    assert data[byte + 4 : byte + 6] == b"nk"


def log_of(data: bytes, page: int, new: bytes) -> bytes:
    """A transaction log of one page, in the form of Windows 8.1 and later."""
    second = struct.unpack_from("<I", data, 8)[0]
    size = struct.unpack_from("<I", data, 40)[0]
    head = bytearray(data[:512])
    struct.pack_into("<I", head, 28, 6)
    block = struct.pack("<4sIIIIIQQ", b"HvLE", 512 + len(new), 0, second, size, 1, 0, 0)
    block += struct.pack("<II", page, len(new))
    return bytes(head) + block + new + b"\0" * (512 - len(block))


@pytest.mark.real
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # regipy's own
def test_changes_are_taken_from_the_logs_in_the_same_archive(
    taken: tuple[Reading, Batch], tmp_path: Path
) -> None:
    data = lzma.decompress(real(HIVE).read_bytes())
    name = b"200608767007B7C08A6A"
    of_device = taken[1].beside["device_facts"].filter(pl.col("path").str.starts_with("USBSTOR"))
    at = data.index(name, of_device["byte"][0])
    page = (at - 4096) // 4096 * 4096
    new = bytearray(data[4096 + page : 8192 + page])
    place = at - 4096 - page
    new[place : place + len(name)] = b"999999999999B7C08A6A"
    path = tmp_path / "hives.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("SYSTEM.LOG1", log_of(data, page, bytes(new)))
        archive.writestr("SYSTEM", data)
        archive.writestr("OTHER.LOG1", log_of(data, page, bytes(new)))
    reading, batch = told(path)
    facts = batch.beside["device_facts"]
    assert "999999999999B7C08A6A" in facts["serial"].to_list()
    assert any("1 pages are taken from its transaction logs" in n for n in reading.notes)
    assert any("OTHER.LOG1" in note for note in reading.notes)
    assert batch.taken["member"].unique().to_list() == ["SYSTEM"]


@pytest.mark.real
def test_a_hive_without_its_first_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "SYSTEM"
    path.write_bytes(lzma.decompress(real(HIVE).read_bytes())[:4096])
    with pytest.raises(EvidenceError, match="damaged"):
        told(path)


@pytest.mark.real
@pytest.mark.parametrize("part", [400, 30, 4, 2])
def test_a_hive_cut_short_gives_what_is_there_and_says_so(tmp_path: Path, part: int) -> None:
    data = lzma.decompress(real(HIVE).read_bytes())
    path = tmp_path / "SYSTEM"
    path.write_bytes(data[: len(data) // part])
    reading, batch = told(path)
    assert batch.rows == batch.taken.height + batch.skipped.height + batch.quarantined.height
    assert any("cut short" in note for note in reading.notes)


@pytest.mark.real
def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "regipy.registry", None)
    with pytest.raises(EvidenceError) as refused:
        told(real(HIVE))
    assert refused.value.hint == "pip install 'breachscope[windows]'"


def test_an_archive_cut_short_in_xz_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.xz"
    packed = lzma.compress(b"at,account\n" + b"2014-05-01 00:00:00,x\n" * 5000)
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(EvidenceError, match="xz"):
        list(read(path, spec(Kind.LOGINS)).batches())


def test_a_table_in_xz_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.xz"
    buffer = io.BytesIO(b"at,account,action\n2014-05-01 00:00:00,x,login\n")
    path.write_bytes(lzma.compress(buffer.getvalue()))
    reading = read(path, spec(Kind.LOGINS))
    assert sum(batch.taken.height for batch in reading.batches()) == 1
    assert reading.format.endswith("in xz")

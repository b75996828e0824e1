"""Registry hives built for the purpose: sound ones, and broken ones that must not mislead."""

from __future__ import annotations

import random
import struct
import time
from io import BytesIO

import hive_files
import polars as pl
import pytest
from binary_mutations import HIVES, changed, how
from evidence_files import spec
from hive_files import BINARY, SZ, Key, hive, log_of, system, text, user
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_checks import check

from breachscope.evidence.account import Account, Batch
from breachscope.evidence.containers import Stream
from breachscope.evidence.readers import hive as reader
from breachscope.evidence.readers.hive import opening
from breachscope.evidence.times import Zone
from breachscope.schema import Kind

REGIPYS_OWN = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""It leaves files it has read open."""


def told(data: bytes, *logs: bytes) -> tuple[Batch, list[str]]:
    notes: list[str] = []
    stream, how_read = Stream(BytesIO(data).read), spec(Kind.MEDIA, zone=None)
    zone = Zone.of(how_read, "UTC")
    (batch,) = reader.read(stream, how_read, zone, None, Account(), notes.append, logs)
    return batch, notes


def faults(data: bytes) -> list[str]:
    return told(data)[0].quarantined["reason"].to_list()


def test_a_stick_has_its_times_and_its_machine() -> None:
    rows = told(hive(system()))[0].taken
    assert rows.select("serial", "vendor", "product", "host").unique().rows() == [
        ("200608767007B7C08A6A", "SanDisk", "Cruzer", "PC7")
    ]
    assert rows["attr:what"].to_list() == [
        "first installed", "installed", "last arrival", "last removal"
    ]  # fmt: skip
    assert rows["at"][1].isoformat() == "2020-03-17T14:02:38.955490+00:00"


def test_a_drive_letter_and_a_volume_are_of_the_stick_they_name() -> None:
    facts = told(hive(system()))[0].beside["device_facts"]
    named = facts.filter(pl.col("field").is_in(["drive", "volume"]) & pl.col("path").is_not_null())
    assert named.select("serial", "field", "value").rows() == [
        ("200608767007B7C08A6A", "drive", "E:"),
        ("200608767007B7C08A6A", "volume", "{8f1b3c2a-0000-0000-0000-100000000000}"),
    ]


def test_a_users_hive_tells_which_volumes_the_desktop_met() -> None:
    batch, _ = told(hive(user(), "C:\\Users\\kanri\\ntuser.dat"))
    facts = batch.beside["device_facts"]
    assert facts.select("link", "field", "value").rows() == [
        ("volume:{8f1b3c2a-0000-0000-0000-100000000000}", "user", "kanri")
    ]


@REGIPYS_OWN
def test_changes_stand_in_the_transaction_logs() -> None:
    data = hive(system(), sequence=2)
    page = bytearray(data[4096:8192])
    name = b"200608767007B7C08A6A"
    at = page.index(name)
    page[at : at + len(name)] = b"999999999999B7C08A6A"
    batch, notes = told(data, log_of(data, {0: bytes(page)}))
    assert batch.taken["serial"].unique().to_list() == ["999999999999B7C08A6A"]
    assert any("1 pages are taken" in note for note in notes)
    assert any("not with it" in note for note in told(data)[1])


def test_a_broken_value_among_the_mounted_devices_is_not_passed_over() -> None:
    data = bytearray(hive(system()))
    at = data.index(rb"\DosDevices\C:") - 20
    assert data[at : at + 2] == b"vk"
    data[at : at + 2] = b"xx"
    batch, _ = told(bytes(data))
    assert batch.quarantined["reason"].to_list() == ["some of the key's values cannot be read"]
    assert batch.rows == batch.taken.height + batch.skipped.height + 1


def test_a_broken_value_of_a_device_is_not_passed_over() -> None:
    data = bytearray(hive(system()))
    at = data.index(b"FriendlyName") - 20
    data[at : at + 2] = b"xx"
    assert faults(bytes(data)) == ["some of the key's values cannot be read"]


@pytest.mark.parametrize(
    ("name", "taken", "reasons"),
    [(b"Current", 4, []), (b"ComputerName", 0, ["host: is empty"] * 4)],
)
def test_what_names_machine_and_control_set_may_be_broken(
    name: bytes, taken: int, reasons: list[str]
) -> None:
    data = bytearray(hive(system()))
    at = data.rindex(b"vk", 0, data.rindex(name))
    struct.pack_into("<I", data, at + 4, 0x7FFFFFFF)
    struct.pack_into("<I", data, at + 12, 11)
    batch, _ = told(bytes(data))
    assert (batch.taken.height, batch.quarantined["reason"].to_list()) == (taken, reasons)


def test_a_broken_entry_that_comes_twice_is_told_of_once_each_time() -> None:
    data = bytearray(hive(system()))
    kinds = data.index(b"lf" + struct.pack("<H", 2), data.index(b"ROOT_HUB30"))
    first = data[kinds + 4 : kinds + 8]
    data[kinds + 12 : kinds + 16] = first  # both kinds are the hub
    struct.pack_into("<I", data, data.index(b"5&2c5b") - 76 + 40, 0x7FFFFFF0)  # its values
    batch, _ = told(bytes(data))
    assert batch.quarantined["reason"].to_list() == ["the entry cannot be read"] * 2
    assert batch.rows == batch.taken.height + batch.skipped.height + 2


def test_a_control_set_named_by_words_is_none() -> None:
    select = Key("Select", values=(("Current", SZ, text("one")),))
    tree = system()
    data = hive(Key("ROOT", (*tree.keys[:2], select)))
    assert told(data)[0].taken.height == 4


def test_a_time_no_calendar_reaches_is_a_fault() -> None:
    point = Key("{8f1b3c2a-0000-0000-0000-100000000000}", ticks=(1 << 64) - 1)
    tree = Key("MountPoints2", (point,))
    for name in ("Explorer", "CurrentVersion", "Windows", "Microsoft", "Software", "ROOT"):
        tree = Key(name, (tree,))
    assert faults(hive(tree)) == ["the entry cannot be read"]


def test_a_place_where_no_key_stands_is_not_given() -> None:
    data = bytearray(hive(system()))
    at = data.index(b"Properties") - 76  # the first key below the stick
    assert data[at : at + 2] == b"nk"
    struct.pack_into("<I", data, at + 16, 0x7FFFFF00)
    first = told(bytes(data))[0].skipped.row(0, named=True)
    assert (first["line"], first["byte"]) == (1, None)


def test_a_value_within_its_entry_does_not_cost_the_whole_hive() -> None:
    opened = opening.opened(hive(system()), (), None, lambda _: None)
    assert opened._stream.read(0x80000004) == b""
    assert not opened._stream.asked_too_much


def test_lists_that_name_one_key_again_and_again_come_to_an_end() -> None:
    instance = Key("1&0", values=(("FriendlyName", SZ, text("x")),))
    kinds = tuple(Key(f"Disk&Ven_{n}") for n in range(900))
    stores = Key("USBSTOR", (*kinds, Key("Disk&Ven_X", (instance,) * 900)))
    tree = Key("ROOT", (Key("ControlSet001", (Key("Enum", (stores,)),)),))
    data = bytearray(hive(tree))
    # Every kind is made to be the one that has 900 instances: 810,900 of them.
    many = data.index(b"Disk&Ven_X") - 80
    listed = data.index(b"lf" + struct.pack("<H", 901))
    for place in range(901):
        struct.pack_into("<I", data, listed + 4 + 8 * place, many - 4096)
    began = time.process_time()
    batch, _ = told(bytes(data))
    assert time.process_time() - began < 20
    assert batch.quarantined["reason"][-1] == opening.TOO_LONG
    assert batch.rows == batch.taken.height + batch.skipped.height + batch.quarantined.height


def test_a_hive_of_a_few_bytes_is_refused() -> None:
    for size in (32, 100, 4095, 4096, 5000):
        assert check(reader, Kind.MEDIA, hive(system())[:size]) is None or size == 5000


def test_a_binary_value_is_not_taken_for_words() -> None:
    tree = system()
    mounted = Key("MountedDevices", (), ((r"\DosDevices\F:", BINARY, b"\xff" * 30),))
    batch, _ = told(hive(Key("ROOT", (tree.keys[0], mounted, tree.keys[2]))))
    assert batch.skipped.row(-1, named=True)["reason"] == "not storage that is plugged in"


@REGIPYS_OWN
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_hives_changed_at_random_are_accounted_for(seed: int) -> None:
    dice = random.Random(seed)
    data = changed("hive", dice, HIVES)
    check(reader, Kind.MEDIA, data, **how("hive", dice, data))


def test_a_built_hive_has_a_sound_header() -> None:
    data = hive(system())
    assert hive_files.sealed(data) == data
    assert not opening.is_dirty(data)

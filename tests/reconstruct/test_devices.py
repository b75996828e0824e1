from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachscope.reconstruct import devices
from breachscope.schema import DEVICE_VALUES, DEVICES, UTC_TIME, Kind, canonical

DAY = datetime(2014, 5, 1, tzinfo=UTC)


def at(hour: int) -> datetime:
    return DAY + timedelta(hours=hour)


def event(line: int, serial: str | None, **given: Any) -> dict[str, Any]:
    row = {"evidence_id": "E1", "line": line, "at": at(line), "host": "PC7", "action": "connect"}
    return row | {"serial": serial, "source": "1006"} | given


def said(*events: dict[str, Any]) -> pl.DataFrame:
    names = dict.fromkeys(("source", "path", "usb_serial", "disk_signature"), pl.String())
    schema = {**canonical(Kind.MEDIA), **names}
    rows = [dict.fromkeys(schema) | row for row in events]
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return devices.said_by_events(frame.lazy()).collect()


def fact(line: int, field: str, value: str = "", **given: Any) -> pl.DataFrame:
    row = {"evidence_id": "E2", "line": line, "source": "registry", "host": "PC7"}
    row = dict.fromkeys(devices.SAID) | row | {"field": field, "value": value} | given
    return pl.DataFrame([row], schema=devices.SAID, orient="row")


def found(*frames: pl.DataFrame) -> list[dict[str, Any]]:
    values = devices.values(pl.concat(frames))
    assert values.schema == DEVICE_VALUES
    table = devices.devices(values)
    assert table.schema == DEVICES
    return table.to_dicts()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("200608767007b7c08a6a&0", "200608767007B7C08A6A"),
        ("  007B01149030 ", "007B01149030"),
        (r"USBSTOR\Disk&Ven_X&Prod_Y&Rev_1\AB12&0", "AB12"),
        ("_??_USBSTOR#Disk&Ven_X&Prod_Y&Rev_1#AB12&0#{53f56307-b6bf}", "AB12"),
        ("7&2a1b3c4d&0", None),
        ("ＡＢ１２", "AB12"),
        ("", None),
    ],
)
def test_a_serial_number_compares_by_itself(text: str, key: str | None) -> None:
    frame = pl.DataFrame({"serial": [text]})
    assert frame.select(devices.serial_key()).item() == key


def test_one_stick_is_one_device_whoever_saw_it() -> None:
    (device,) = found(
        said(event(1, "AB12", vendor="Kingston"), event(2, "AB12", action="disconnect")),
        said(event(3, "ab12&0", source="setupapi", evidence_id="E3")),
        fact(4, "last removal", serial="AB12", at=at(9)),
    )
    assert device["device_id"] == "AB12"
    assert device["sources"] == ["1006", "registry", "setupapi"]
    assert (device["first"], device["last"], device["removed"]) == (at(1), at(3), at(9))


def test_two_sticks_of_one_model_are_two() -> None:
    same = {"vendor": "Kingston", "product": "DataTraveler"}
    assert [
        d["device_id"] for d in found(said(event(1, "A1", **same), event(2, "B2", **same)))
    ] == [
        "A1",
        "B2",
    ]


def test_a_disks_number_and_its_usb_functions_are_one_device() -> None:
    (device,) = found(
        said(event(1, "DISK1", usb_serial="USB1")), fact(2, "vendor", "X", serial="USB1")
    )
    assert device["device_id"] == "DISK1"
    assert device["serials"] == ["DISK1", "USB1"]
    assert device["vendor"] == "X"


def test_a_usb_number_that_two_disks_share_joins_nothing() -> None:
    found_ = found(said(event(1, "DISK1", usb_serial="0000"), event(2, "DISK2", usb_serial="0000")))
    assert [d["device_id"] for d in found_] == ["DISK1", "DISK2"]


def test_a_made_up_number_tells_a_socket_of_one_host() -> None:
    path = r"USBSTOR\Disk&Ven_X&Prod_Y&Rev_1\7&2a1b3c4d&0"
    two = found(
        said(event(1, None, path=path), event(2, None, path=path, host="PC8")),
    )
    assert [d["own_serial"] for d in two] == [False, False]
    assert [d["hosts"] for d in two] == [["PC7"], ["PC8"]]


def test_a_drive_letter_comes_over_the_disks_signature() -> None:
    (device,) = found(
        said(event(1, "A1", disk_signature="002B1BE5")),
        fact(2, "drive", "F:", link="signature:002B1BE5"),
        fact(3, "drive", "G:", link="signature:11111111"),
    )
    assert device["drives"] == ["F:"]


def test_a_signature_of_another_host_is_another_disks() -> None:
    (device,) = found(
        said(event(1, "A1", disk_signature="002B1BE5")),
        fact(2, "drive", "F:", link="signature:002B1BE5", host="PC8"),
    )
    assert device["drives"] == []


def test_the_user_comes_over_the_volume() -> None:
    (device,) = found(
        fact(1, "volume", "{ab}", serial="A1"),
        fact(2, "user", "taro", link="volume:{ab}", host=None, at=at(5)),
    )
    assert device["users"] == ["taro"]


def test_volumes_of_one_stick_are_all_told() -> None:
    (device,) = found(said(event(1, "A1", volume_serial="1111-2222;3333-4444")))
    assert device["volume_serials"] == ["1111-2222", "3333-4444"]


def test_names_that_contradict_each_other_are_told_with_their_places() -> None:
    (device,) = found(
        said(
            event(1, "A1", product="Cruzer"),
            event(2, "A1", product="SanDisk Cruzer USB Device"),
            event(3, "A1", product="DataTraveler"),
        )
    )
    assert device["contradictions"] == ["product differs between E1:1, E1:2, E1:3"]


def test_a_longer_name_is_no_contradiction() -> None:
    (device,) = found(
        said(event(1, "A1", product="Cruzer"), event(2, "A1", product="SANDISK  cruzer"))
    )
    assert device["contradictions"] == []
    assert device["product"] == "Cruzer"


def test_a_device_seen_before_its_first_installation_is_told() -> None:
    (device,) = found(said(event(1, "A1")), fact(2, "first installed", serial="A1", at=at(3)))
    assert device["contradictions"] == ["seen in PC7 before its first installation there: E1:1"]


@settings(max_examples=12)
@given(st.permutations(range(6)))
def test_the_order_of_the_evidence_changes_nothing(order: list[int]) -> None:
    events = [
        event(n, f"S{n % 3}", usb_serial=f"U{n % 3}", product=f"P{n % 2}", volume_serial=f"V{n}")
        for n in range(6)
    ]
    assert found(said(*(events[n] for n in order))) == found(said(*events))


def test_every_value_has_its_place() -> None:
    values = devices.values(said(event(1, "A1", vendor="X")))
    assert values.select("field", "value", "evidence_id", "line").rows() == [
        ("connect", "", "E1", 1),
        ("vendor", "X", "E1", 1),
    ]
    assert values.schema["at"] == UTC_TIME


def test_a_register_that_contradicts_itself_is_told() -> None:
    (device,) = found(said(event(1, "A1", registered=True), event(2, "A1", registered=False)))
    assert device["registered"] == ["no", "yes"]
    assert device["contradictions"] == ["said to be registered, and not to be"]

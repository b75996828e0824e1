"""Media: storage recognised (6416), disks come and gone (1006), their drivers loaded (2003, 2100).

One connection is told by several events; all are rows. What 6416 announces besides the disk
(the USB function, the volume, its portable view) is skipped, as are printers and the rest.
1006 of a disk built in is skipped: bus types 4, 7, 12 and 13 (FireWire, USB, SD, MMC) are not.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.evidence.readers import devices
from breachscope.evidence.readers.evtx.events import AT, HOST, SECURITY, Event, attributes

PARTITION: Final = "Microsoft-Windows-Partition"
DRIVERS: Final = "Microsoft-Windows-DriverFrameworks-UserMode"
BOOT_RECORDS: Final = ("Vbr0", "Vbr1", "Vbr2", "Vbr3")

_ID: Final = pl.col("DeviceId")
_CLASS: Final = pl.col("ClassId").str.strip_chars("{}").str.to_lowercase()
_DISKS: Final = (
    "4d36e967-e325-11ce-bfc1-08002be10318",  # DiskDrive
    "4d36e965-e325-11ce-bfc1-08002be10318",  # CDROM
    "4d36e980-e325-11ce-bfc1-08002be10318",  # FloppyDisk
)
_PORTABLE: Final = "eec5ad98-8080-425f-922a-dabf3de3f69a"  # WPD: telephones, cameras
_STORAGE: Final = _CLASS.is_in(_DISKS) | (
    (_CLASS == _PORTABLE) & ~_ID.str.to_uppercase().str.contains("USBSTOR", literal=True)
)
_OUTSIDE: Final = ("4", "7", "12", "13")
_PARENT: Final = pl.col("ParentId")
_INSTANCE: Final = pl.coalesce("InstanceId", "instance")
_REMOVALS: Final = ("2", "23")  # remove, surprise removal: minor codes of plug and play (27)


def _of_path(path: pl.Expr) -> dict[str, pl.Expr]:
    return {
        "serial": devices.serial(path),
        "vendor": devices.vendor(path),
        "product": devices.product(path),
    }


def _text(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars(" \0")
    return pl.when(text != "").then(text)


_DRIVER: Final = {
    "at": AT,
    "host": HOST,
    **_of_path(_INSTANCE),
    "attr:DeviceId": _INSTANCE,
}

EVENTS: Final = (
    Event(
        SECURITY,
        "6416",
        {
            "at": AT,
            "host": HOST,
            "action": pl.lit("connect"),
            **_of_path(_ID),
            "product": pl.coalesce(devices.product(_ID), "DeviceDescription"),
            **attributes("DeviceId", "DeviceDescription", "ClassName"),
        },
        wanted=_STORAGE,
        unwanted="not storage, or the same storage announced once more",
    ),
    Event(
        PARTITION,
        "1006",
        {
            "at": AT,
            "host": HOST,
            "action": pl.when(pl.col("Capacity") == "0")
            .then(pl.lit("disconnect"))
            .otherwise(pl.lit("connect")),
            "serial": pl.coalesce(_text("SerialNumber"), devices.serial(_PARENT)),
            "vendor": _text("Manufacturer"),
            "product": _text("Model"),
            "attr:usb_serial": devices.serial(_PARENT),
            "attr:disk_signature": devices.disk_signature(pl.col("Mbr")),
            **attributes("ParentId", "Capacity", "BusType", *BOOT_RECORDS),
        },
        wanted=pl.col("BusType").is_in(_OUTSIDE),
        unwanted="a disk built in",
    ),
    Event(DRIVERS, "2003", {**_DRIVER, "action": pl.lit("connect")}),
    Event(
        DRIVERS,
        "2100",
        {**_DRIVER, "action": pl.lit("disconnect")},
        wanted=(pl.coalesce("RequestMajorCode", "major") == "27")
        & pl.coalesce("RequestMinorCode", "minor").is_in(_REMOVALS),
        unwanted="no removal",
    ),
)

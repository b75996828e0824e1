r"""Names of devices as Windows writes them: who made it, what it is, its serial number.

An instance path is ENUMERATOR\DEVICE\INSTANCE, in some places with # for \ and a prefix.
The instance of a device with a serial number of its own is that number, with &0 after it; where
the second character is &, Windows made the number up, and it tells one socket, not one device.
"""

from __future__ import annotations

import struct
from typing import Final

import polars as pl

_PATH: Final = (
    r"(?i)(USBSTOR|USB|SCSI|UASPSTOR|SD|SDBUS|WPDBUSENUMROOT|STORAGE|SWD)[\\#]"
    r"((?:Disk|CdRom|Other|SFloppy|Sequential|Optical)?&?(?:Ven_|VID_)[^\\#]*)[\\#]([^\\#]+)"
)
_ORDINAL: Final = r"&[0-9]+$"


def enumerator(path: pl.Expr) -> pl.Expr:
    """USBSTOR, USB, SCSI, … in capitals."""
    return path.str.extract(_PATH, 1).str.to_uppercase()


def serial(path: pl.Expr) -> pl.Expr:
    """The device's own serial number; null where Windows made one up."""
    instance = path.str.extract(_PATH, 3)
    made_up = instance.str.contains(r"^.&")
    return pl.when(~made_up).then(instance.str.replace(_ORDINAL, ""))


def vendor(path: pl.Expr) -> pl.Expr:
    """The maker, as the device says."""
    return _part(path, r"(?i)Ven_([^&\\#]*)")


def product(path: pl.Expr) -> pl.Expr:
    """The model, as the device says."""
    return _part(path, r"(?i)Prod_([^&\\#]*)")


def usb_ids(path: pl.Expr) -> pl.Expr:
    """VID_0951&PID_1643, which the maker and the model are known by."""
    return path.str.extract(r"(?i)(VID_[0-9A-F]{4}&PID_[0-9A-F]{4})", 1).str.to_uppercase()


def disk_signature(boot_record: pl.Expr) -> pl.Expr:
    """The four bytes at 0x1B8 of a disk's first sector, by which MountedDevices names it."""
    pieces = [boot_record.str.slice(2 * at, 2) for at in range(0x1BB, 0x1B7, -1)]
    number = pl.concat_str(pieces).str.to_uppercase()
    is_one = number.str.contains("^[0-9A-F]{8}$") & (number != "00000000")
    return pl.when(is_one).then(number)


def _part(path: pl.Expr, pattern: str) -> pl.Expr:
    text = path.str.extract(pattern, 1).str.replace_all("_", " ").str.strip_chars()
    return pl.when(text != "").then(text)


def volume_serial(boot_record: str) -> str | None:
    """XXXX-XXXX, as `vol` prints it, from the first sector of a volume in hexadecimal.

    NTFS has eight bytes at 0x48, of which `vol` prints the lower four; exFAT four at 0x64;
    FAT32 four at 0x43; FAT12 and FAT16 four at 0x27.
    """
    try:
        sector = bytes.fromhex(boot_record)
    except ValueError:
        return None
    marks = (
        (3, b"NTFS    ", 0x48),
        (3, b"EXFAT   ", 0x64),
        (0x52, b"FAT32   ", 0x43),
        (0x36, b"FAT", 0x27),
    )
    for at, mark, place in marks:
        if sector[at : at + len(mark)] == mark and len(sector) >= place + 4:
            (number,) = struct.unpack_from("<I", sector, place)
            return f"{number >> 16:04X}-{number & 0xFFFF:04X}"
    return None


def volume_serials(boot_records: pl.Series) -> pl.Series:
    """`volume_serial` of each, distinct ones read once."""
    distinct = boot_records.drop_nulls().unique().to_list()
    told = {text: volume_serial(text) for text in distinct}
    return boot_records.replace_strict(told, default=None, return_dtype=pl.String)

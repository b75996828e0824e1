"""Registry hives as files: a tree of keys in the binary form, and its transaction logs.

Layout: Suhanov's description of the format. One bin; lists of subkeys are `lf`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from typing import Final

BASE: Final = 4096
PAGE: Final = 4096
SZ, BINARY, DWORD = 1, 3, 4
TIME: Final = 0xFFFF0010
"""A property's type: FILETIME."""

TICKS: Final = 132_289_273_589_554_900
"""2020-03-17T14:02:38.955490Z."""
_DATES: Final = "{83da6326-97a6-4088-9453-a1923f573b29}"
_NONE: Final = 0xFFFFFFFF

Value = tuple[str, int, bytes]


@dataclass(frozen=True, slots=True)
class Key:
    """A key with what stands below it."""

    name: str
    keys: tuple[Key, ...] = ()
    values: tuple[Value, ...] = ()
    ticks: int = TICKS


@dataclass(slots=True)
class _Bin:
    made: bytearray = field(default_factory=lambda: bytearray(32))

    def cell(self, data: bytes) -> int:
        """Add an allocated cell; its place."""
        at = len(self.made)
        size = (len(data) + 4 + 7) // 8 * 8
        self.made += struct.pack("<i", -size) + data.ljust(size - 4, b"\0")
        return at

    def key(self, key: Key, parent: int, flags: int = 0x20) -> int:
        """Add a key, then what is below it."""
        at = self.cell(self._node(key, parent, flags, _NONE, _NONE))
        below = [(self.key(sub, at), sub.name) for sub in key.keys]
        values = [self._value(*value) for value in key.values]
        subkeys = _NONE
        if below:
            hints = b"".join(
                struct.pack("<I4s", where, name[:4].encode("ascii", "replace"))
                for where, name in below
            )
            subkeys = self.cell(struct.pack("<2sH", b"lf", len(below)) + hints)
        listed = self.cell(struct.pack(f"<{len(values)}I", *values)) if values else _NONE
        node = self._node(key, parent, flags, subkeys, listed)
        self.made[at + 4 : at + 4 + len(node)] = node
        return at

    @staticmethod
    def _node(key: Key, parent: int, flags: int, subkeys: int, values: int) -> bytes:
        name = key.name.encode("ascii")
        fixed = struct.pack(
            "<2sHQ4sIIIIIIIII4I4sHH", b"nk", flags, key.ticks, bytes(4), parent, len(key.keys), 0,
            subkeys, _NONE, len(key.values), values, _NONE, _NONE, 0, 0, 0, 0, bytes(4),
            len(name), 0,
        )  # fmt: skip
        return fixed + name

    def _value(self, name: str, type_: int, data: bytes) -> int:
        size, place = len(data), 0
        if size <= 4:
            size |= 0x80000000
            (place,) = struct.unpack("<I", data.ljust(4, b"\0"))
        else:
            place = self.cell(data)
        own = name.encode("ascii")
        head = struct.pack("<2sHIIIHH", b"vk", len(own), size, place, type_, 1, 0)
        return self.cell(head + own)


def hive(root: Key, name: str = r"\SystemRoot\System32\Config\SYSTEM", sequence: int = 1) -> bytes:
    """A hive of that tree; `sequence` other than 1 says that it was not closed."""
    made = _Bin()
    top = made.key(root, _NONE, 0x2C)
    left = -len(made.made) % PAGE
    if left >= 8:
        made.made += struct.pack("<i", left).ljust(left, b"\0")
    else:
        made.made += bytes(left)
    size = len(made.made)
    made.made[:32] = struct.pack("<4sIIIIQI", b"hbin", 0, size, 0, 0, TICKS, 0)
    head = bytearray(BASE)
    struct.pack_into(
        "<4sIIQIIIIIII", head, 0, b"regf", sequence, 1, TICKS, 1, 5, 0, 1, top, size, 1
    )
    path = name.encode("utf-16-le")[:62]
    head[48 : 48 + len(path)] = path
    return sealed(bytes(head) + bytes(made.made))


def sealed(data: bytes) -> bytes:
    """A hive, or a log, with the checksum that fits its header."""
    made = bytearray(data)
    struct.pack_into("<I", made, 508, reduce(xor, struct.unpack_from("<127I", made)))
    return bytes(made)


def log_of(data: bytes, pages: dict[int, bytes]) -> bytes:
    """A transaction log with those pages, in the form of Windows 8.1 and later."""
    second, bins = (struct.unpack_from("<I", data, at)[0] for at in (8, 40))
    head = bytearray(data[:512])
    struct.pack_into("<I", head, 28, 6)
    refs = b"".join(struct.pack("<II", at, len(page)) for at, page in pages.items())
    size = 40 + len(refs) + sum(map(len, pages.values()))
    whole = -(-size // 512) * 512
    block = struct.pack("<4sIIIIIQQ", b"HvLE", whole, 0, second, bins, len(pages), 0, 0)
    return sealed(bytes(head)) + (block + refs + b"".join(pages.values())).ljust(whole, b"\0")


def text(value: str) -> bytes:
    """A value's text as the registry keeps it."""
    return value.encode("utf-16-le") + bytes(2)


def _times(*names: str) -> Key:
    held = (
        Key(name, values=(("", TIME, struct.pack("<Q", TICKS + 10_000_000 * n)),))
        for n, name in enumerate(names)
    )
    return Key("Properties", (Key(_DATES, tuple(held)),))


def system(serial: str = "200608767007B7C08A6A&0") -> Key:
    """A SYSTEM hive's tree that has met one stick, a hub and a drive over UAS."""
    described = (
        ("FriendlyName", SZ, text("SanDisk Cruzer USB Device")),
        ("Service", SZ, text("disk")),
    )
    stick = Key(serial, (_times("0064", "0065", "0066", "0067"),), described)
    hub = Key("5&2c5b", (), (("Service", SZ, text("USBHUB3")),))
    uas = Key("MSFT30N1", (_times("0065"),), (("Service", SZ, text("UASPStor")),))
    enum = Key(
        "Enum",
        (
            Key("USBSTOR", (Key("Disk&Ven_SanDisk&Prod_Cruzer&Rev_1.26", (stick,)),)),
            Key("USB", (Key("ROOT_HUB30", (hub,)), Key("VID_0BC2&PID_AB24", (uas,)))),
        ),
    )
    named = Key("ComputerName", values=(("ComputerName", SZ, text("PC7")),))
    control = Key("Control", (Key("ComputerName", (named,)),))
    path = rf"_??_USBSTOR#Disk&Ven_SanDisk&Prod_Cruzer&Rev_1.26#{serial}#{{53f56307}}"
    mounted = (
        (r"\DosDevices\E:", BINARY, path.encode("utf-16-le")),
        (r"\DosDevices\C:", BINARY, bytes.fromhex("0a1b2c3d0000100000000000")),
        (r"\??\Volume{8f1b3c2a-0000-0000-0000-100000000000}", BINARY, path.encode("utf-16-le")),
    )
    select = Key("Select", values=(("Current", DWORD, struct.pack("<I", 1)),))
    keys = (Key("ControlSet001", (control, enum)), Key("MountedDevices", (), mounted), select)
    return Key("ROOT", keys)


def user() -> Key:
    """A user's tree whose desktop has met one volume and one share."""
    points = Key(
        "MountPoints2", (Key("{8f1b3c2a-0000-0000-0000-100000000000}"), Key("##FILES01#meibo"))
    )
    tree = points
    for name in ("Explorer", "CurrentVersion", "Windows", "Microsoft", "Software", "ROOT"):
        tree = Key(name, (tree,))
    return tree

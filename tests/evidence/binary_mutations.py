"""Event logs and hives as no program writes them: built ones, changed with the format in mind.

Most are given checksums that fit again, so that what lies behind them is reached.
"""

from __future__ import annotations

import lzma
import struct
import zlib
from typing import TYPE_CHECKING, Any, Final

import event_files
import hive_files
from event_files import CHUNK, FIRST, HEADER
from windows_records import record

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

_RDP: Final = "Microsoft-Windows-TerminalServices-"
_WHO: Final = {"SubjectUserName": "kanri", "SubjectDomainName": "CORP", "SubjectLogonId": "0x3e7"}
_ODD: Final = (
    'a"b',
    "back\\",
    "\t",
    "顧客名簿",
    "{x}",
    "",
    "-",
    "\u2028",
    "9" * 25,
    "x" * 300,
    "\0",
)
_NUMBERS: Final = (0, 1, 27, 28, 4096, 65535, 65536, 0x2A2A, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def _logon_texts() -> list[str]:
    texts = [
        record(
            (4624, 4625, 4634, 4648, 4672)[n % 5],
            {
                **_WHO,
                "TargetUserName": f"kanri{n}",
                "TargetDomainName": "CORP",
                "TargetLogonId": hex(n),
                "WorkstationName": _ODD[n % len(_ODD)].replace("\0", ""),
                "IpAddress": "10.1.2.7",
            },
            at=f"2014-05-01T01:{n:02}:03.456789Z",
        )
        for n in range(30)
    ]
    cleared = record(1102, _WHO, provider="Microsoft-Windows-Eventlog", part="LogFileCleared")
    return [*texts, cleared]


def _files() -> bytes:
    said = {
        **_WHO, "ObjectType": "File", "ObjectName": "D:\\名簿\\顧客.csv", "AccessMask": "0x1",
        "ShareName": "\\\\*\\Meibo", "RelativeTargetName": "2014\\list.csv",
    }  # fmt: skip
    return event_files.log(*(record((4663, 5145)[n % 2], said) for n in range(12)), a_chunk=5)


def _gateway() -> bytes:
    texts = [
        record(
            (302, 303)[n % 2],
            {"Username": "CORP\\kanri", "IpAddress": "203.0.113.9", "SessionDuration": 60 * n},
            provider=f"{_RDP}Gateway",
            at=f"2014-05-01T{n % 24:02}:00:00.2Z",
            part="EventInfo",
        )
        for n in range(20)
    ]
    return event_files.log(*texts, a_chunk=6)


def _media() -> bytes:
    stick = {
        "DeviceId": "USBSTOR\\Disk&Ven_X&Prod_Y&Rev_1\\1234567890AB&0",
        "ClassId": "4d36e967-e325-11ce-bfc1-08002be10318",
        "ParentId": "USB\\VID_0951&PID_1643\\1234567890AB",
        "BusType": 7,
        "Capacity": 0,
        "Mbr": "33C08ED0BC00",
        "Vbr0": "EB52904E5446532020202000",
    }
    partition = "Microsoft-Windows-Partition"
    return event_files.log(
        *(record(6416, stick), record(1006, stick, provider=partition)) * 4, a_chunk=3
    )


LOGS: Final = (
    event_files.log(*_logon_texts(), first=100, a_chunk=8),
    _files(),
    _gateway(),
    _media(),
    event_files.log(),
    event_files.log('{"Event":{}}'),
    event_files.log(*_logon_texts(), first=100, a_chunk=8, templated=True),
)
HIVES: Final = (
    hive_files.hive(hive_files.system()),
    hive_files.hive(hive_files.system(), sequence=2),
    hive_files.hive(hive_files.system(), sequence=2),
    hive_files.hive(hive_files.user(), "C:\\Users\\kanri\\ntuser.dat"),
)


def real_seeds(folder: Path) -> dict[str, tuple[bytes, ...]]:
    """Files of a folder, as they are there: event logs in part, hives whole."""
    logs = tuple(p.read_bytes()[: HEADER + 4 * CHUNK] for p in sorted(folder.glob("*.evtx")))
    hives = [lzma.decompress(p.read_bytes()) for p in sorted(folder.glob("SYSTEM*.xz"))]
    return {"evtx": logs, "hive": tuple(hives)}


def changed(name: str, dice: random.Random, seeds: tuple[bytes, ...]) -> bytes:
    """A file for the reader `evtx` or `hive`, made from one of those seeds."""
    data = bytearray(dice.choice(seeds))
    changes = _OF_LOGS if name == "evtx" else _OF_HIVES
    for _ in range(dice.choice((0, 1, 1, 2, 3, 5, 12))):
        dice.choice(changes)(data, dice)
    sealed = dice.random() < 0.7
    if sealed and name == "evtx":
        _seal_log(data)
    elif sealed and len(data) >= 512:
        data[:] = hive_files.sealed(bytes(data))
    if dice.random() < 0.1:
        del data[dice.randrange(len(data) + 1) :]
    return bytes(data)


def how(name: str, dice: random.Random, data: bytes) -> dict[str, Any]:
    """Options of the reading; transaction logs for a hive that says it needs them."""
    if name == "evtx":
        return {"block_bytes": dice.choice((CHUNK // 2, CHUNK, 3 * CHUNK, 8 << 20))}
    if len(data) < 8192 or dice.random() < 0.5:
        return {}
    pages = {
        dice.choice((0, 512, 4096, dice.choice(_NUMBERS))): data[4096:4608]
        for _ in range(dice.randrange(3))
    }
    logs = [bytearray(hive_files.log_of(data, pages)) for _ in range(dice.choice((1, 2, 3)))]
    for log in logs:
        for _ in range(dice.choice((0, 1, 3))):
            dice.choice((_flip, _number, _cut))(log, dice)
    return {"logs": tuple(bytes(log) for log in logs)}


def _flip(data: bytearray, dice: random.Random) -> None:
    for _ in range(min(len(data), dice.choice((1, 4, 40)))):
        data[dice.randrange(len(data))] = dice.randrange(256)


def _number(data: bytearray, dice: random.Random) -> None:
    if len(data) > 8:
        at = dice.randrange(len(data) - 4) // 4 * 4
        struct.pack_into("<I", data, at, dice.choice((*_NUMBERS, dice.randrange(len(data)))))


def _cut(data: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(data) + 1)
    del data[at : at + dice.choice((1, 8, 100, 4096))]


def _stretch(data: bytearray, dice: random.Random) -> None:
    if data:
        at, size = dice.randrange(len(data)), dice.choice((4, 30, 600, 5000))
        data[at : at + size] = dice.choice((b"\0", b"\xff", b"*", b"a")) * len(data[at : at + size])


def _chunks(data: bytearray, dice: random.Random) -> None:
    count = max((len(data) - HEADER) // CHUNK, 0)
    if not count:
        return
    one, other = (HEADER + CHUNK * dice.randrange(count) for _ in range(2))
    chunk = bytes(data[one : one + CHUNK])
    what = dice.randrange(4)
    if what == 0 and count < 12:
        data[other:other] = chunk
    elif what == 1:
        data[other : other + CHUNK] = chunk
    elif what == 2:
        data[other:other] = chunk[: dice.randrange(CHUNK)]  # all that follows is out of step
    else:
        del data[one : one + CHUNK]


def _records(data: bytearray) -> list[int]:
    found, at = [], data.find(b"**\0\0")
    while at >= 0:
        found.append(at)
        at = data.find(b"**\0\0", at + 4)
    return [at for at in found if at + 28 < len(data)]


def _a_record(data: bytearray, dice: random.Random) -> None:
    places = _records(data)
    if not places:
        return
    at = dice.choice(places)
    (size,) = struct.unpack_from("<I", data, at + 4)
    what = dice.randrange(6)
    if what == 0:  # its size, once or both times
        new = dice.choice((*_NUMBERS, size + 8, max(size - 8, 0)))
        struct.pack_into("<I", data, at + 4, new)
        if dice.random() < 0.5 and at + new <= len(data) and new >= 4:
            struct.pack_into("<I", data, at + new - 4, new)
    elif what == 1:  # its number
        near = struct.unpack_from("<Q", data, at + 8)[0] + dice.choice((-2, -1, 1, 2, 1000))
        numbers = (near % (1 << 64), 0, 1 << 62, (1 << 63) - 1, (1 << 64) - 1)
        struct.pack_into("<Q", data, at + 8, dice.choice(numbers))
    elif what == 2 and at + size <= len(data):  # its content
        for _ in range(dice.choice((1, 6))):
            data[at + dice.randrange(24, max(size, 25))] = dice.randrange(256)
    elif what == 3:
        data[at : at + 4] = bytes(4)
    elif what == 4:  # another stands in its place
        other = dice.choice(places)
        data[at : at + 200] = data[other : other + 200].ljust(len(data[at : at + 200]), b"\0")
    else:
        text = dice.choice(_ODD).encode("utf-16-le")[: max(size - 40, 0)]
        data[at + 30 : at + 30 + len(text)] = text


def _of_chunk(data: bytearray, dice: random.Random) -> None:
    """What a chunk's header says: first and last numbers, its end, its tables."""
    count = (len(data) - HEADER) // CHUNK
    if count > 0:
        at = (
            HEADER
            + CHUNK * dice.randrange(count)
            + dice.choice((0, 8, 16, 24, 40, 44, 48, 128, 384))
        )
        struct.pack_into("<I", data, at, dice.choice((*_NUMBERS, dice.randrange(FIRST, CHUNK))))


def _seal_log(data: bytearray) -> None:
    for at in range(HEADER, len(data) - CHUNK + 1, CHUNK):
        data[at : at + CHUNK] = event_files.sealed(bytes(data[at : at + CHUNK]))
    if len(data) >= 128:
        struct.pack_into("<I", data, 124, zlib.crc32(data[:120]))


def _a_cell(data: bytearray, dice: random.Random) -> None:
    """A field of a key, a value or a list."""
    mark = dice.choice((b"nk", b"nk", b"vk", b"lf", b"hbin"))
    places, at = [], data.find(mark, 4096)
    while at >= 0:
        places.append(at)
        at = data.find(mark, at + 2)
    places = [at for at in places if at + 80 < len(data)]
    if not places:
        return
    at = dice.choice(places)
    cells = [p - 4 - 4096 for p in places] or [0]
    number = dice.choice((*_NUMBERS, *dice.choices(cells, k=6), dice.randrange(len(data))))
    if mark == b"lf":
        if dice.random() < 0.5:
            data[at : at + 2] = dice.choice((b"lh", b"li", b"ri", b"xx"))
        else:
            struct.pack_into("<H", data, at + 2, number & 0xFFFF)
        return
    fields = {
        b"nk": (2, 4, 8, 16, 20, 28, 36, 40, 72),
        b"vk": (2, 4, 8, 12, 16),
        b"hbin": (4, 8, 28),
    }
    struct.pack_into("<I", data, at + dice.choice(fields[mark]), number & 0xFFFFFFFF)


_OF_LOGS: Final[tuple[Callable[[bytearray, random.Random], None], ...]] = (
    _flip, _number, _cut, _stretch, _chunks, _chunks, *[_a_record] * 6, *[_of_chunk] * 3,
)  # fmt: skip
_OF_HIVES: Final[tuple[Callable[[bytearray, random.Random], None], ...]] = (
    _flip, _number, _number, _cut, _stretch, *[_a_cell] * 8,
)  # fmt: skip
SEEDS_OF: Final = {"evtx": LOGS, "hive": HIVES}

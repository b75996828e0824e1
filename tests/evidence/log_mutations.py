"""Logs as no program writes them: samples with lines and bytes changed at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from log_samples import SEEDS

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

ODD: Final = (
    b"\0", b"\r", b"\n", b"\r\n", b"\n\n", b'"', b"\\", b"\\x", b"\\u", b"\\ud800", b"\\u00e9",
    b"%", b"%8C%DA", b"%zz", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff", b"\x85\xa0", b"\x81",
    b"\x95\x5c", "顧客".encode(), "顧客".encode("cp932"), "顧客".encode("euc_jp"),
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b" ", b"  ", b"\t", b"\x0b", b"\x0c", b"\x1c", b"\x1b$B", b"-", b"#", b"#Fields: ", b"#Fields:",
    b"#Fields: path title at ^.*$ *",
    b"#Fields: date time c-ip", b"#Fields: a a a", b"#Fields: text line byte bad skip", b"#Date:",
    b"#Date: x", b"#Software: Microsoft Internet Information Services", b"{", b"}", b"[", b"]",
    b'{"a":' * 50, b"[" * 2000, b"{}", b"NaN", b"1e999", b"null", b"true", b",", b",AuditData,",
    b"AuditData", b"9" * 25, b"0", b"-1", b"99999999999999999999.999", b"0000-00-00", b"9999-12-31",
    b"10000-01-01", b"24:00:00", b"23:59:60", b"29/Feb/2015:00:00:00 +0000", b"+2500", b">>>  [",
    b">>>  Section start ", b"<<<  [Exit status: ", b"USBSTOR\\Disk&Ven_&Prod_\\", b" " * 300,
)  # fmt: skip


def mutated(dice: random.Random) -> bytes:
    """One log, from one sample or several."""
    data = b"".join(dice.choices(SEEDS, k=dice.choice((1, 1, 1, 2, 3))))
    for _ in range(dice.choice((0, 1, 1, 2, 3, 5, 8, 20))):
        data = dice.choice(_CHANGES)(data, dice)
    return data[: 1 << 18]


def _insert(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice(ODD) + data[at:]


def _cut(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + data[at + dice.choice((1, 2, 10, 100)) :]


def _flip(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(min(len(data), dice.choice((1, 4, 30)))):
        changed[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(changed)


def _replace(data: bytes, dice: random.Random) -> bytes:
    mark = dice.choice((b"\n", b" ", b'"', b"-", b"\t", b":", b"/", b",", b"0"))
    return data.replace(mark, dice.choice(ODD), dice.choice((1, 2, -1)))


def _lines(data: bytes, dice: random.Random) -> bytes:
    rows = data.split(b"\n")
    how = dice.randrange(5)
    at, to = dice.randrange(len(rows)), dice.randrange(len(rows))
    if how == 0:
        rows[at], rows[to] = rows[to], rows[at]
    elif how == 1:
        rows.insert(at, rows[to])
    elif how == 2:  # torn: the rest of one line behind the beginning of another
        rows[at] = rows[at][: dice.randrange(len(rows[at]) + 1)] + rows[to]
    elif how == 3:
        del rows[at]
    else:
        rows = rows * dice.choice((2, 5))
    return b"\n".join(rows)


def _ends(data: bytes, dice: random.Random) -> bytes:
    return data.replace(b"\n", dice.choice((b"\r", b"\r\n", b"\n\r", b"\n\n")))


def _recoded(data: bytes, dice: random.Random) -> bytes:
    codec = dice.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"))
    return data.decode("utf-8", errors="replace").encode(codec)


_CHANGES: Final[tuple[Callable[[bytes, random.Random], bytes], ...]] = (
    *[_insert] * 6, *[_cut] * 2, *[_flip] * 2, *[_replace] * 2, *[_lines] * 6, _ends, _recoded,
)  # fmt: skip


def options(dice: random.Random, data: bytes) -> dict[str, object]:
    """How it is read: blocks and lines as short as can be, zones with and without summer time."""
    given: dict[str, object] = {}
    if dice.random() < 0.5:
        given["block_bytes"] = max(dice.choice((16, 64, 333, 4096)), len(data) // 60)
    if dice.random() < 0.2:
        given["longest_line"] = dice.choice((10, 60, 400))
    if dice.random() < 0.2:
        given["default_zone"] = dice.choice(("Europe/Berlin", "+09:00", "America/Sao_Paulo"))
    if dice.random() < 0.1:
        given["encoding"] = dice.choice(("cp932", "euc_jp", "utf-8", "iso2022_jp"))
    if dice.random() < 0.2:
        given["host"] = "PC1"
    return given

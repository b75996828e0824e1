"""Windows event logs as files: records of `windows_records` in the binary form, chunk by chunk.

Only what readers need of the format is written: elements with their names beside them, text
values, no templates. Layout: libyal's documentation of the format.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

HEADER: Final = 4096
CHUNK: Final = 65536
FIRST: Final = 512
_TICKS: Final = 130_000_000_000_000_000  # the moment a record's header has; not the event's own


@dataclass(slots=True)
class _Xml:
    """Binary XML that will stand at `base` in its chunk."""

    base: int
    made: bytearray = field(default_factory=lambda: bytearray(b"\x0f\x01\x01\0"))

    def element(self, name: str, node: Any) -> None:
        """One element: a dict of attributes, text and elements, or a value."""
        parts = node if isinstance(node, Mapping) else {"#text": node}
        attributes = parts.get("#attributes", {})
        self.made += struct.pack("<BI", 0x41 if attributes else 0x01, 0)
        begin = len(self.made)
        self._name(name)
        if attributes:
            self._attributes(attributes)
        text = parts.get("#text")
        below = [(key, value) for key, value in parts.items() if not key.startswith("#")]
        if text is None and not below:
            self.made.append(0x03)
        else:
            self.made.append(0x02)
            if text is not None:
                self._text(str(text))
            for key, value in below:
                self._below(name, key, value)
            self.made.append(0x04)
        struct.pack_into("<I", self.made, begin - 4, len(self.made) - begin)

    def _below(self, parent: str, key: str, value: Any) -> None:
        if parent == "EventData":
            self.element("Data", {"#attributes": {"Name": key}, "#text": value})
        else:
            self.element(key, value)

    def _attributes(self, attributes: Mapping[str, Any]) -> None:
        at = len(self.made)
        self.made += bytes(4)
        count = len(attributes)
        for number, (key, value) in enumerate(attributes.items(), 1):
            self.made.append(0x46 if number < count else 0x06)
            self._name(key)
            self._text(str(value))
        struct.pack_into("<I", self.made, at, len(self.made) - at - 4)

    def _name(self, name: str) -> None:
        here = self.base + len(self.made) + 4
        text = name.encode("utf-16-le")
        self.made += struct.pack("<IIHH", here, 0, 0, len(name)) + text + bytes(2)

    def _text(self, text: str) -> None:
        data = text.encode("utf-16-le", "surrogatepass")
        self.made += struct.pack("<BBH", 0x05, 0x01, len(data) // 2) + data


def log(*texts: str, first: int = 1, a_chunk: int = 40) -> bytes:
    """A log of those records (JSON, as `windows_records.record` makes them), numbered on."""
    numbered = list(enumerate(texts, first))
    chunks = [_chunk(numbered[at : at + a_chunk]) for at in range(0, len(numbered), a_chunk)]
    return header(len(chunks), first + len(texts)) + b"".join(chunks)


def header(chunks: int, next_number: int) -> bytes:
    """The file's header."""
    made = bytearray(HEADER)
    struct.pack_into("<8sQQQIHHHH", made, 0, b"ElfFile\0", 0, max(chunks - 1, 0), next_number,
                     128, 1, 3, HEADER, chunks)  # fmt: skip
    struct.pack_into("<I", made, 124, zlib.crc32(made[:120]))
    return bytes(made)


def _chunk(numbered: list[tuple[int, str]]) -> bytes:
    made = bytearray(FIRST)
    last = FIRST
    for number, text in numbered:
        last = len(made)
        made += _record(number, json.loads(text), last)
    end = len(made)
    assert end <= CHUNK, "too many records for one chunk"
    first_number, last_number = numbered[0][0], numbered[-1][0]
    struct.pack_into("<8sQQQQIII", made, 0, b"ElfChnk\0", first_number, last_number, first_number,
                     last_number, 128, last, end)  # fmt: skip
    return sealed(bytes(made) + bytes(CHUNK - end))


def sealed(chunk: bytes) -> bytes:
    """A chunk with the checksums that fit it."""
    made = bytearray(chunk)
    end = struct.unpack_from("<I", made, 48)[0]
    struct.pack_into("<I", made, 52, zlib.crc32(made[FIRST : max(FIRST, min(end, CHUNK))]))
    struct.pack_into("<I", made, 124, zlib.crc32(made[:120] + made[128:FIRST]))
    return bytes(made)


def _record(number: int, event: Mapping[str, Any], at: int) -> bytes:
    xml = _Xml(at + 24)
    ((name, node),) = event.items()
    xml.element(name, node)
    xml.made.append(0)
    body = bytes(xml.made) + bytes(-len(xml.made) % 8)
    size = 24 + len(body) + 4
    size += -size % 8
    body = body.ljust(size - 28, b"\0")
    return struct.pack("<IIQQ", 0x2A2A, size, number, _TICKS) + body + struct.pack("<I", size)

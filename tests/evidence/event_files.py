"""Windows event logs as files: records of `windows_records` in the binary form, chunk by chunk.

Only what readers need of the format is written: elements with their names beside them and text
values, or, as Windows does, a template for the System part and its values in each record.
Layout: libyal's documentation of the format.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

HEADER: Final = 4096
CHUNK: Final = 65536
FIRST: Final = 512
_TICKS: Final = 130_000_000_000_000_000  # the moment a record's header has; not the event's own


@dataclass(frozen=True)
class Place:
    """Where a template puts one of a record's values."""

    number: int
    type: int


@dataclass(slots=True)
class _Xml:
    """Binary XML that will stand at `base` in its chunk; elements of a template have an id more."""

    base: int
    in_template: bool = False
    made: bytearray = field(default_factory=lambda: bytearray(b"\x0f\x01\x01\0"))

    def element(self, name: str, node: Any) -> None:
        """One element: a dict of attributes, text and elements, or a value."""
        parts = node if isinstance(node, Mapping) else {"#text": node}
        attributes = parts.get("#attributes", {})
        self.made.append(0x41 if attributes else 0x01)
        self.made += b"\xff\xff" if self.in_template else b""
        self.made += bytes(4)
        begin = len(self.made)
        self._name(name)
        if attributes:
            self._attributes(attributes)
        content = {key: value for key, value in parts.items() if key != "#attributes"}
        if not content or content == {"#text": None}:
            self.made.append(0x03)
        else:
            self.made.append(0x02)
            for key, value in content.items():
                if key == "#text":
                    self._text(value)
                else:
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
            self._text(value)
        struct.pack_into("<I", self.made, at, len(self.made) - at - 4)

    def _name(self, name: str) -> None:
        here = self.base + len(self.made) + 4
        text = name.encode("utf-16-le")
        self.made += struct.pack("<IIHH", here, 0, 0, len(name)) + text + bytes(2)

    def _text(self, text: Any) -> None:
        if isinstance(text, Place):
            self.made += struct.pack("<BHB", 0x0E, text.number, text.type)
            return
        data = str(text).encode("utf-16-le", "surrogatepass")
        self.made += struct.pack("<BBH", 0x05, 0x01, len(data) // 2) + data


def log(*texts: str, first: int = 1, a_chunk: int = 40, templated: Any = None) -> bytes:
    """A log of those records (JSON, as `windows_records.record` makes them), numbered on.

    `templated` is the template of their System part, if they have one; True for the usual one.
    """
    numbered = list(enumerate(texts, first))
    make = _Templated(TEMPLATE if templated is True else templated) if templated else _record
    chunks = [_chunk(numbered[at : at + a_chunk], make) for at in range(0, len(numbered), a_chunk)]
    return header(len(chunks), first + len(texts)) + b"".join(chunks)


def header(chunks: int, next_number: int) -> bytes:
    """The file's header."""
    made = bytearray(HEADER)
    struct.pack_into("<8sQQQIHHHH", made, 0, b"ElfFile\0", 0, max(chunks - 1, 0), next_number,
                     128, 1, 3, HEADER, chunks)  # fmt: skip
    struct.pack_into("<I", made, 124, zlib.crc32(made[:120]))
    return bytes(made)


def _chunk(numbered: list[tuple[int, str]], make: Callable[..., bytes]) -> bytes:
    made = bytearray(FIRST)
    last = FIRST
    for number, text in numbered:
        last = len(made)
        made += make(number, json.loads(text), last)
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
    return _framed(number, bytes(xml.made))


def _framed(number: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 8)
    size = 24 + len(body) + 4
    size += -size % 8
    body = body.ljust(size - 28, b"\0")
    return struct.pack("<IIQQ", 0x2A2A, size, number, _TICKS) + body + struct.pack("<I", size)


TEMPLATE: Final[dict[str, Any]] = {
    "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
    "System": {
        "Provider": {"#attributes": {"Name": Place(2, 0x01)}},
        "EventID": Place(0, 0x06),
        "Keywords": Place(3, 0x01),
        "TimeCreated": {"#attributes": {"SystemTime": Place(1, 0x11)}},
        "Channel": Place(4, 0x01),
        "Computer": Place(5, 0x01),
    },
    "#text": Place(6, 0x21),
}
_GUID: Final = bytes(range(16))


def template(system: Mapping[str, Any]) -> dict[str, Any]:
    """The usual template with another System part."""
    return {key: system if key == "System" else node for key, node in TEMPLATE.items()}


@dataclass(slots=True)
class _Templated:
    """Records whose System part is a template's, defined in the first record of each chunk."""

    template: Mapping[str, Any]
    place: int = 0

    def __call__(self, number: int, event: Mapping[str, Any], at: int) -> bytes:
        if at == FIRST:
            self.place = at + 38
        head = b"\x0f\x01\x01\0" + struct.pack("<BB4sI", 0x0C, 1, _GUID[:4], self.place)
        if at == FIRST:
            xml = _Xml(self.place + 24, in_template=True)
            xml.element("Event", self.template)
            xml.made.append(0)
            head += struct.pack("<I16sI", 0, _GUID, len(xml.made)) + xml.made
        values = _values(event["Event"])
        before = len(head) + 4 + 4 * (len(values) + 1) + sum(len(value) for _, value in values)
        xml = _Xml(at + 24 + before)
        name = next(key for key in event["Event"] if key not in ("#attributes", "System"))
        xml.element(name, event["Event"][name])
        values.append((0x21, bytes(xml.made) + b"\0"))
        head += struct.pack("<I", len(values))
        head += b"".join(struct.pack("<HBB", len(value), kind, 0) for kind, value in values)
        return _framed(number, head + b"".join(value for _, value in values) + b"\0")


def _values(event: Mapping[str, Any]) -> list[tuple[int, bytes]]:
    system = event["System"]
    moment = datetime.fromisoformat(system["TimeCreated"]["#attributes"]["SystemTime"])
    ticks = (moment - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10
    texts = [system["Provider"]["#attributes"]["Name"]]
    texts += [system[name] for name in ("Keywords", "Channel", "Computer")]
    return [
        (0x06, struct.pack("<H", int(system["EventID"]))),
        (0x11, struct.pack("<Q", ticks)),
        *((0x01, text.encode("utf-16-le")) for text in texts),
    ]

"""Where a template takes a record's event id and time from, told without decoding a record.

A record is an instance of a template. The definition, binary XML that stands once in each chunk,
says which value goes where; the record brings the values. Windows writes the System part of all
events by such definitions, so one that has been read tells of hundreds of records. Layout:
libyal's documentation of the format (libevtx), checked on real files; tokens: MS-EVEN6, 2.2.12.

Only the form in which Windows writes the System part is known here: of any other nothing is said.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from breachscope.evidence.readers.evtx.chunks import CHUNK

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFINITION: Final = 24
"""Bytes of a definition before its tokens: where another one is, its GUID, the tokens' size."""
MOST_VALUES: Final = 32
"""So many of a record's values are looked at; Windows writes about twenty."""
UINT16: Final = 0x06
FILETIME: Final = 0x11

_READ: Final = 1024  # bytes of the tokens: what counts takes seven hundred
_REMEMBERED: Final = 1024  # definitions
_FRAGMENT: Final = b"\x0f\x01\x01\0"
_OPEN, _VALUE, _ATTRIBUTE, _PLACE, _OPTIONAL_PLACE = 0x01, 0x05, 0x06, 0x0D, 0x0E
_CLOSE_START, _CLOSE_EMPTY, _CLOSE = b"\x02", b"\x03", b"\x04"
_MORE: Final = 0x40
"""Of an element: it has attributes. Of an attribute: another one follows."""
_STRING: Final = 0x01
_BEFORE_THE_TIME: Final = {
    **dict.fromkeys(("Version", "Level", "Task", "Opcode", "Keywords"), ()),
    "TimeCreated": ("SystemTime",),
}


class _OtherForm(Exception):
    """A definition is not of the one form that is known."""


@dataclass(frozen=True, slots=True)
class Form:
    """Places among a record's values.

    `plain` has a bit for each value up to the time: none of them may be XML of its own, which
    could bring elements of the same names.
    """

    event_id: int
    time: int
    plain: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name a definition takes from elsewhere in the chunk, and where the definition says so."""

    place: int
    text: bytes
    behind: int  # the definition's begin


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition: its GUID, the size of its tokens, its form if it is the one known.

    `place` is where it must stand in a chunk to be read so; null if it has no name in itself.
    """

    guid: bytes
    size: int
    form: Form | None
    place: int | None
    names: tuple[Name, ...]

    def fits(self, data: bytes, base: int, place: int) -> bool:
        """It is read the same at that place of the chunk at `base`."""
        if self.place is not None and self.place != place:
            return False
        for name in self.names:
            if name.place == place + name.behind or not data.startswith(
                name.text, base + name.place
            ):
                return False
        return True


@dataclass(slots=True)
class Templates:
    """The definitions of one file: those that are alike are read once."""

    known: dict[bytes, Definition] = field(default_factory=dict)

    def at(self, data: bytes, at: int) -> Definition:
        """The definition at that place of chunks that stand one after another."""
        base, place = at // CHUNK * CHUNK, at % CHUNK
        size = int.from_bytes(data[at + 20 : at + 24], "little")
        until = min(place + DEFINITION + min(size, _READ), CHUNK)
        key = data[at + 4 : base + until]
        found = self.known.get(key)
        if found is None or not found.fits(data, base, place):
            if len(self.known) >= _REMEMBERED:
                self.known.clear()
            tokens = _Tokens(data[base : base + CHUNK], place + DEFINITION, until)
            form = _form(tokens)
            fixed = place if tokens.has_names else None
            names = tuple(Name(at, text, behind - place) for at, text, behind in tokens.names)
            found = Definition(data[at + 4 : at + 20], size, form, fixed, names)
            self.known[key] = found
        return found


def _form(tokens: _Tokens) -> Form | None:
    try:
        return _system_part(tokens)
    except _OtherForm:
        return None


def _system_part(tokens: _Tokens) -> Form:
    """`Event/System` up to the time: each element must be the one expected."""
    tokens.expect(_FRAGMENT)
    tokens.element({"Event": ("xmlns",)}, _CLOSE_START)
    tokens.element({"System": ()}, _CLOSE_START)
    tokens.element({"Provider": ("Name", "Guid", "EventSourceName")}, _CLOSE_EMPTY)
    tokens.element({"EventID": ("Qualifiers",)}, _CLOSE_START)
    event_id = tokens.value(UINT16)
    tokens.expect(_CLOSE)
    while tokens.element(_BEFORE_THE_TIME) != "TimeCreated":
        tokens.expect(_CLOSE_START)
        tokens.value()
        tokens.expect(_CLOSE)
    tokens.expect(_CLOSE_EMPTY)
    time = tokens.attributes.get("SystemTime")
    if event_id is None or time is None or time[1] != FILETIME:
        raise _OtherForm
    return Form(event_id, time[0], tokens.plain)


@dataclass(slots=True)
class _Tokens:
    """The tokens of a definition, from front to back.

    `names` are those taken from elsewhere: where they stand, their text, and where it would be if
    they stood here. `attributes` are those of the last element: place and type of the value, None
    if it is literal.
    """

    chunk: bytes
    at: int
    end: int
    plain: int = 0
    has_names: bool = False
    names: list[tuple[int, bytes, int]] = field(default_factory=list)
    attributes: dict[str, tuple[int, int] | None] = field(default_factory=dict)

    def element(self, known: Mapping[str, tuple[str, ...]], then: bytes = b"") -> str:
        """The name of the element that begins here, one of those, with attributes of those."""
        token, _, _ = self._unpacked("<BHI")
        name = self._name()
        self.attributes = {}
        if token & ~_MORE != _OPEN or name not in known:
            raise _OtherForm
        if token & _MORE:
            self._attributes(known[name])
        self.expect(then)
        return name

    def value(self, type_: int | None = None) -> int | None:
        """The place of the value that stands here, of the type asked for; None if literal."""
        found = self._value()
        if type_ is not None and (found is None or found[1] != type_):
            raise _OtherForm
        return found[0] if found else None

    def expect(self, token: bytes) -> None:
        """These bytes stand here."""
        at, self.at = self.at, self.at + len(token)
        if self.at > self.end or not self.chunk.startswith(token, at):
            raise _OtherForm

    def _attributes(self, known: tuple[str, ...]) -> None:
        self._unpacked("<I")  # their size
        token = _MORE
        while token & _MORE:
            (token,) = self._unpacked("<B")
            name = self._name()
            if token & ~_MORE != _ATTRIBUTE or name not in known or name in self.attributes:
                raise _OtherForm
            self.attributes[name] = self._value()

    def _value(self) -> tuple[int, int] | None:
        token, first, second = self._unpacked("<BBH")
        if token == _VALUE and first == _STRING:
            self.at += 2 * second
            return None
        if token not in (_PLACE, _OPTIONAL_PLACE):
            raise _OtherForm
        self.at -= 4
        _, place, type_ = self._unpacked("<BHB")
        if place >= MOST_VALUES:
            raise _OtherForm
        self.plain |= 1 << place
        return place, type_

    def _name(self) -> str:
        """A name; it stands here where the chunk has it for the first time, or where it did."""
        (place,) = self._unpacked("<I")
        count = int.from_bytes(self.chunk[place + 6 : place + 8], "little")
        text = self.chunk[place + 6 : place + 8 + 2 * count]
        if place == self.at:
            self.has_names = True
            self.at += 10 + 2 * count
        else:
            self.names.append((place + 6, text, self.at + 6))
        return text[2:].decode("utf-16-le", "replace")

    def _unpacked(self, form: str) -> tuple[int, ...]:
        at, self.at = self.at, self.at + struct.calcsize(form)
        if self.at > self.end:
            raise _OtherForm
        return struct.unpack_from(form, self.chunk, at)

"""The frame of an EVTX file: its header, its chunks, and where each record begins.

The library that decodes records passes over a broken chunk or record header without a word.
So records are found here first, by their own marks, and what the library gives is held
against that. Layout: MS-EVEN6 knows none; the offsets are those of libyal's documentation of
the format, checked on real files.
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from breachscope.evidence.containers import Stream

MAGIC: Final = b"ElfFile\0"
HEADER: Final = 4096
CHUNK: Final = 65536

CUT_SHORT: Final = "the file ends inside the chunk"
NO_HEADER: Final = "the chunk has no header"
BROKEN_OFF: Final = "the chunk has damaged stretches"

WORD: Final = np.dtype("<u4")

_CHUNK_MAGIC: Final = b"ElfChnk\0"
_CHUNK_WORD: Final = int.from_bytes(_CHUNK_MAGIC, "little")
_RECORD: Final = b"\x2a\x2a\0\0"
_RECORD_WORD: Final = 0x2A2A
_FORM: Final = (128, 1, 3, HEADER, 0)
"""Of a file's header: its size, minor and major version, the size of its block, no chunks yet."""
_HEAD: Final = struct.Struct("<IIQ").unpack_from
_SIZE: Final = struct.Struct("<I").unpack_from
_FIRST: Final = 512  # where a chunk's first record begins
_LEAST: Final = 28  # bytes of the smallest record
_END_AT: Final = 48  # where a chunk's header says where its records end
_MOST_CHUNKS: Final = 0xFFFF
HIGHEST: Final = 1 << 62


@dataclass(slots=True)
class Places:
    """Records in file order: their numbers, and the byte of the file each begins at."""

    numbers: list[int] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)

    def add(self, number: int, byte: int) -> None:
        """One record more."""
        self.numbers.append(number)
        self.bytes.append(byte)


@dataclass(frozen=True, slots=True)
class Damage:
    """A damaged stretch: where it begins, why, and the records that begin in it.

    `places` is null where the chunk goes on: its other records are read.
    """

    byte: int
    why: str
    places: Places | None


@dataclass(slots=True)
class Group:
    """Some chunks in file order: those the library can read, and what must come of them.

    `at` is where in `data` the records of `places` begin.
    """

    size: int = 0  # in the file
    data: bytes = b""
    at: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    places: Places = field(default_factory=Places)
    damages: list[Damage] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Header:
    """What the file's header says of the whole."""

    next_number: int
    dirty: bool
    full: bool
    sound: bool  # its checksum holds

    @classmethod
    def of(cls, head: bytes) -> Header:
        """The header in the first 128 bytes."""
        next_number = struct.unpack_from("<Q", head, 24)[0]
        flags, checksum = struct.unpack_from("<II", head, 120)
        sound = zlib.crc32(head[:120]) == checksum
        return cls(next_number, bool(flags & 1), bool(flags & 2), sound)


def groups(stream: Stream, size: int) -> Iterator[Group]:
    """The chunks of a file, about `size` bytes at a time, once its header has been read."""
    wanted = min(max(size // CHUNK, 1), _MOST_CHUNKS) * CHUNK
    byte = HEADER
    while block := stream.read(wanted):
        yield _group(block, byte)
        byte += len(block)


def _group(block: bytes, byte: int) -> Group:
    at = _all_in_order(block)
    if at is not None:
        numbers = np.frombuffer(block, "<u8")[at // 8 + 1]
        return Group(len(block), block, at, Places(numbers.tolist(), (at + byte).tolist()))
    whole: list[bytes] = []
    counts: list[int] = []
    group = Group(len(block))
    for start in range(0, len(block), CHUNK):
        chunk = block[start : start + CHUNK]
        if not chunk[:8].strip(b"\0") and not chunk.strip(b"\0"):
            continue  # never used
        if not chunk.startswith(_CHUNK_MAGIC) or len(chunk) < CHUNK:
            why = CUT_SHORT if len(chunk) < CHUNK else NO_HEADER
            group.damages.append(Damage(byte + start, why, _scanned(chunk, byte + start)))
            continue
        readable, places, broken = _walked(chunk, byte + start)
        whole.append(readable)
        counts.append(len(places.numbers))
        group.places.numbers += places.numbers
        group.places.bytes += places.bytes
        if broken:
            group.damages.append(Damage(byte + start + broken[0], BROKEN_OFF, None))
    group.data = b"".join(whole)
    inside = (np.array(group.places.bytes, np.int64) - byte) % CHUNK
    group.at = np.repeat(np.arange(len(counts)), counts) * CHUNK + inside
    return group


def _all_in_order(block: bytes) -> NDArray[np.int64] | None:
    """Where the records begin, if each is whole and each where the one before ends; else None.

    By the rules of `_record_at`, for all records of whole chunks at once.
    """
    count = len(block) // CHUNK
    if count * CHUNK != len(block) or not count:
        return None
    words, longs = np.frombuffer(block, "<u4"), np.frombuffer(block, "<u8")
    bases = np.arange(count) * CHUNK
    ends = words[(bases + _END_AT) // 4].astype(np.int64)
    if (longs[bases // 8] != _CHUNK_WORD).any() or (ends > CHUNK).any():
        return None
    marks = np.flatnonzero(words[::2] == _RECORD_WORD) * 8
    limits = (bases + ends)[marks // CHUNK]
    if (marks == limits).any():
        return None  # what stands behind the end may go on
    sizes = words[marks // 4 + 1].astype(np.int64)
    until = marks + sizes
    whole = (marks % CHUNK >= _FIRST) & (sizes >= _LEAST) & (until <= limits) & (until % 8 == 0)
    until[~whole] = 8
    whole &= words[until // 4 - 1] == sizes  # else it is no record's mark
    at, until = marks[whole], until[whole]
    counts = np.bincount(at // CHUNK, minlength=count)
    lasts = np.cumsum(counts) - 1
    if not counts.all() or (at[lasts - counts + 1] != bases + _FIRST).any():
        return None
    follows = np.append(at[1:], 0)
    follows[lasts] = bases + ends
    chained = (until == follows).all() and (longs[at // 8 + 1] < HIGHEST).all()
    return at if chained else None


def anywhere(data: bytes | bytearray, form: np.dtype[Any]) -> NDArray[Any]:
    """What stands at each byte of `data`, whatever it is a multiple of; it must end in `data`."""
    return np.ndarray((len(data) - form.itemsize + 1,), form, data, 0, (1,))


def as_file(chunks: bytes | bytearray) -> bytes:
    """Those chunks as a file of their own."""
    count = len(chunks) // CHUNK
    made = bytearray(HEADER)  # the file's own header may be damaged, and is judged elsewhere
    struct.pack_into("<8sQQQIHHHH", made, 0, MAGIC, 0, max(count - 1, 0), 1, *_FORM)
    struct.pack_into("<H", made, 42, count)
    struct.pack_into("<I", made, 124, zlib.crc32(bytes(made[:120])))
    return b"".join([made, chunks])


def _walked(chunk: bytes, byte: int) -> tuple[bytes, Places, list[int]]:
    """A chunk the library can read whole, its records, and where stretches are no record.

    Records that go on after the end the chunk's header names are taken in: a log copied while
    it was written to has them.
    """
    end = struct.unpack_from("<I", chunk, _END_AT)[0]
    end = end if _FIRST <= end <= CHUNK else CHUNK
    places = _in_order(chunk, byte, end)
    if places is not None:
        after = _record_at(chunk, end)
        if after is None or after[1] != places.numbers[-1] + 1:
            return chunk, places, []
        return _walked_singly(chunk, byte, end, places)
    # A chain of first sizes is enough for the library, whatever is written at a record's end.
    words, longs = np.frombuffer(chunk, "<u4"), np.frombuffer(chunk, "<u8")
    marks = np.flatnonzero(words[_FIRST // 4 :: 2] == _RECORD_WORD) * 8 + _FIRST
    begins = marks[marks < end]
    ends = begins + words[begins // 4 + 1]
    numbers = longs[begins // 8 + 1]
    chained = bool(
        len(begins)
        and begins[0] == _FIRST
        and ends[-1] == end
        and (ends[:-1] == begins[1:]).all()
        and numbers.max() < HIGHEST
    )
    after = _record_at(chunk, end) if chained else None
    if chained and (after is None or after[1] != numbers[-1] + 1):
        return chunk, Places(numbers.tolist(), (begins + byte).tolist()), []
    return _walked_singly(chunk, byte, end, Places())


def _in_order(chunk: bytes, byte: int, end: int) -> Places | None:
    """The records of a chunk, each whole and each where the one before ends; None if any is not.

    By the rules of `_record_at`, written out since every record is asked.
    """
    places, at = Places(), _FIRST
    add_number, add_byte = places.numbers.append, places.bytes.append
    while at + _LEAST <= end:
        mark, size, number = _HEAD(chunk, at)
        until = at + size
        if mark != _RECORD_WORD or size < _LEAST or until > end or number >= HIGHEST:
            return None
        if _SIZE(chunk, until - 4)[0] != size:
            return None
        add_number(number)
        add_byte(byte + at)
        at = until
    return places if at == end and places.numbers else None


def _walked_singly(
    chunk: bytes, byte: int, end: int, places: Places
) -> tuple[bytes, Places, list[int]]:
    """The same, record by record; `places` are those up to `end`, where all are in order there."""
    broken = list[int]()
    at = end if places.numbers else _FIRST
    while at + _LEAST <= CHUNK:
        found = _record_at(chunk, at)
        follows = found is not None and places.numbers[-1:] == [found[1] - 1]
        if at >= end and (found is None or not follows):
            break  # what lies behind the end is left from earlier use
        if found is None:
            broken.append(at)
            at = _next_mark(chunk, at + 1)
            continue
        places.add(found[1], byte + at)
        at += found[0]
    if at > end and not broken:
        patched = bytearray(chunk)
        struct.pack_into("<I", patched, _END_AT, min(at, CHUNK))
        return bytes(patched), places, broken
    return chunk, places, broken


def _scanned(chunk: bytes, byte: int) -> Places:
    """The records that begin in a damaged chunk, as far as their own marks tell."""
    places = Places()
    at = _next_mark(chunk, 0)
    while at + _LEAST <= len(chunk):
        size, number = struct.unpack_from("<IQ", chunk, at + 4)
        is_last = at + size > len(chunk)  # the cut may run through it
        if number < HIGHEST and (_record_at(chunk, at) or (is_last and size <= CHUNK)):
            places.add(number, byte + at)
            at = _next_mark(chunk, at + (size if not is_last else 4))
        else:
            at = _next_mark(chunk, at + 4)
    return places


def _record_at(chunk: bytes, at: int) -> tuple[int, int] | None:
    """Size and number of the record at that place; None if none stands there whole."""
    if chunk[at : at + 4] != _RECORD or at + _LEAST > len(chunk):
        return None
    size, number = struct.unpack_from("<IQ", chunk, at + 4)
    if size < _LEAST or at + size > len(chunk) or number >= HIGHEST:
        return None
    (again,) = struct.unpack_from("<I", chunk, at + size - 4)
    return (size, number) if again == size else None


def _next_mark(chunk: bytes, at: int) -> int:
    found = chunk.find(_RECORD, at)
    return found if found >= 0 else len(chunk)


@dataclass(slots=True)
class Numbers:
    """The record numbers seen so far, as runs without a gap; a number is taken once."""

    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)

    def take_all(self, numbers: list[int]) -> list[int]:
        """Count numbers in; the positions of those that were there already."""
        if not numbers:
            return []
        first, last = numbers[0], numbers[-1]
        is_run = last - first == len(numbers) - 1 and numbers == list(range(first, last + 1))
        if is_run and (not self.lasts or first > self.lasts[-1]):
            self.take(first)
            self.lasts[-1] = last
            return []
        return [place for place, number in enumerate(numbers) if not self.take(number)]

    def take(self, number: int) -> bool:
        """Count a number in; false if it was there already."""
        at = bisect_right(self.firsts, number)
        if at and self.lasts[at - 1] >= number:
            return False
        joins_before = bool(at) and self.lasts[at - 1] == number - 1
        joins_after = at < len(self.firsts) and self.firsts[at] == number + 1
        if joins_before and joins_after:
            self.lasts[at - 1] = self.lasts.pop(at)
            self.firsts.pop(at)
        elif joins_before:
            self.lasts[at - 1] = number
        elif joins_after:
            self.firsts[at] = number
        else:
            self.firsts.insert(at, number)
            self.lasts.insert(at, number)
        return True

    def gaps(self, next_number: int) -> list[tuple[int, int]]:
        """First and last of each stretch of missing numbers; those at the end by the header."""
        inner = zip(self.lasts, self.firsts[1:], strict=False)
        found = [(last + 1, first - 1) for last, first in inner]
        if self.lasts and self.lasts[-1] + 1 < next_number < HIGHEST:
            found.append((self.lasts[-1] + 1, next_number - 1))
        return found

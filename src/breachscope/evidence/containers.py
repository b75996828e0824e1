"""From a file as received to the streams inside it, hashing every byte on the way.

A plain, gzip, zstd or xz file is hashed from the very bytes that are read. What is read at
random (zip, Excel, Parquet) is held in memory, or, when too big, hashed before and after.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import zipfile
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

import zstandard

from breachscope.errors import EvidenceError, TamperedEvidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECE: Final = 1 << 20
_SMALL_PIECE: Final = 4 << 10  # a hostile zstd block opens to 128 KiB for every 4 bytes
HELD_BYTES: Final = 256 << 20
MOST_MEMBERS: Final = 10_000
MOST_BYTES: Final = 20 << 30
MOST_RATIO: Final = 100
RATIO_FROM: Final = 16 << 20  # below that, a high ratio harms nobody

GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
XZ: Final = b"\xfd7zXZ\0"
ZIP: Final = b"PK\x03\x04"
EMPTY_ZIP: Final = b"PK\x05\x06"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARQUET: Final = b"PAR1"
_SKIPPABLE: Final = b"\x2a\x4d\x18"  # behind any first byte: a frame of zstd without data
_MARKS: Final = {"gzip": GZIP, "zstd": ZSTD, "xz": XZ}
ARCHIVES: Final = (GZIP, ZSTD, XZ, ZIP, EMPTY_ZIP)


class _Codec(Protocol):
    """What zlib's and zstandard's decompression objects share."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class Hashed:
    """A raw file whose bytes are hashed, in a thread, as they are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._hash = file, hashlib.sha256()
        self._worker = ThreadPoolExecutor(1)
        self._pending: Future[None] | None = None
        self.size = 0

    def read(self, size: int) -> bytes:
        """The next bytes; empty at the end."""
        data = self._file.read(size)
        if self._pending:
            self._pending.result()
        self._pending = self._worker.submit(self._hash.update, data)
        self.size += len(data)
        return data

    def rest(self) -> int:
        """Read what is left: how many bytes it was."""
        before = self.size
        while self.read(PIECE):
            pass
        return self.size - before

    def finish(self) -> str:
        """Read what is left, and give the hash of the whole file."""
        self.rest()
        if self._pending:
            self._pending.result()
        self.close()
        return self._hash.hexdigest()

    def close(self) -> None:
        """Let go of the thread, without waiting for it: see `workers`."""
        self._worker.shutdown(wait=False)


class Stream:
    """The bytes of one member, in order, with a look ahead."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read, self._ahead = read, b""

    def peek(self, size: int) -> bytes:
        """The next bytes, without taking them."""
        while len(self._ahead) < size and (more := self._read(size - len(self._ahead))):
            self._ahead += more
        return self._ahead[:size]

    def read(self, size: int) -> bytes:
        """The next bytes: as many as asked for, fewer only at the end."""
        pieces = [self._ahead[:size]] if self._ahead else []  # one piece is joined uncopied
        self._ahead = self._ahead[size:]
        left = size - sum(map(len, pieces))
        while left and (more := self._read(left)):
            pieces.append(more)
            left -= len(more)
        return b"".join(pieces)


@dataclass(frozen=True, slots=True)
class Member:
    """One stream of a file: `name` is null for a plain or simply compressed file."""

    name: str | None
    container: str  # "", "gzip", "zstd", "xz", "zip"
    stream: Stream


class Source:
    """One evidence file, opened once and never written to."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self.file: io.BufferedReader = path.open("rb")
        except OSError as error:
            raise EvidenceError(f"{path.name}: cannot be opened: {error.strerror}") from None
        self.size = path.stat().st_size
        self.head = self.file.read(16)
        self.file.seek(0)
        self.rubbish = 0  # bytes after the last whole frame that are no frame
        self._hashed: Hashed | None = None
        self._digest = ""
        if not self.head:
            self.file.close()
            raise EvidenceError(f"{path.name}: is empty")
        try:
            self.is_book = self._is_book()
        except BaseException:
            self.file.close()
            raise

    def members(self) -> Iterator[Member]:
        """The streams of the file, in its own order.

        Raises:
            EvidenceError: the container is cut short, damaged, too large or hostile.
        """
        if self.head.startswith((ZIP, EMPTY_ZIP)) and not self.is_book:
            yield from self._zipped()
            return
        self._hashed = Hashed(self.file)
        if self.head.startswith(GZIP):
            opened = self._unpacked("gzip", lambda: zlib.decompressobj(31), PIECE >> 4)
        elif self.head.startswith(ZSTD):
            codec = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj
            opened = self._unpacked("zstd", codec, _SMALL_PIECE)
        elif self.head.startswith(XZ):
            opened = self._unpacked("xz", _xz, _SMALL_PIECE)
        else:
            yield Member(None, "", Stream(self._hashed.read))
            return
        name = next(name for name, mark in _MARKS.items() if self.head.startswith(mark))
        yield Member(None, name, Stream(opened))

    def held(self) -> io.BytesIO | BinaryIO:
        """The whole file for reading at random: in memory, or hashed now and once more after."""
        if self.size <= HELD_BYTES:
            data = self.file.read()
            self._digest = hashlib.sha256(data).hexdigest()
            return io.BytesIO(data)
        self._digest = self._hash_again()
        return self.file

    def finish(self) -> str:
        """The hash of the whole file, in hexadecimal.

        Raises:
            TamperedEvidence: it changed while it was read.
        """
        if self._hashed:
            return self._hashed.finish()
        if self.size > HELD_BYTES and self._hash_again() != self._digest:
            raise TamperedEvidence(f"{self.name}: changed while it was read")
        return self._digest

    def close(self) -> None:
        """Close the file."""
        if self._hashed:
            self._hashed.close()
        self.file.close()

    def _is_book(self) -> bool:
        """An Excel book: a zip archive of its parts, or an OLE file."""
        if self.head.startswith(OLE):
            return True
        if not self.head.startswith(ZIP):
            return False
        try:
            with zipfile.ZipFile(self.file) as parts:
                is_book = "[Content_Types].xml" in parts.namelist()
                _refuse_bomb(self.name, sum(p.file_size for p in parts.infolist()), self.size)
        except (zipfile.BadZipFile, UnicodeDecodeError):
            is_book = False
        self.file.seek(0)
        return is_book

    def _hash_again(self) -> str:
        self.file.seek(0)
        digest = hashlib.file_digest(self.file, "sha256").hexdigest()
        self.file.seek(0)
        return digest

    def _unpacked(
        self, format_: str, codec: Callable[[], _Codec], piece: int
    ) -> Callable[[int], bytes]:
        assert self._hashed is not None
        pieces = _frames(self, format_, self._hashed, codec, piece)
        current, at, opened = b"", 0, 0

        def read(size: int) -> bytes:
            nonlocal current, at, opened
            while at >= len(current):
                try:
                    current, at = next(pieces), 0
                except StopIteration:
                    return b""
                opened += len(current)
                _refuse_bomb(self.name, opened, self.size)
            at += size
            return current[at - size : at]

        return read

    def _zipped(self) -> Iterator[Member]:
        try:
            book = zipfile.ZipFile(self.held(), metadata_encoding="cp932")
        except (zipfile.BadZipFile, UnicodeDecodeError):
            raise EvidenceError(f"{self.name}: the zip archive is cut short or damaged") from None
        with book:
            entries = [entry for entry in book.infolist() if not entry.is_dir()]
            self._check(entries)
            for entry in entries:
                yield Member(entry.filename, "zip", Stream(self._entry(book, entry)))

    def _check(self, entries: list[zipfile.ZipInfo]) -> None:
        if not entries:
            raise EvidenceError(f"{self.name}: the archive is empty")
        if len(entries) > MOST_MEMBERS:
            raise EvidenceError(f"{self.name}: has more than {MOST_MEMBERS} members")
        _refuse_bomb(self.name, sum(entry.file_size for entry in entries), self.size)
        for place, entry in enumerate(entries, 1):
            if leaves_folder(entry.filename):
                raise EvidenceError(f"{self.name}: member {place} has a path outside the archive")
            if entry.flag_bits & 1:
                raise EvidenceError(
                    f"{self.name}: member {place} is encrypted",
                    hint="open the archive with its password and add what is inside",
                )

    def _entry(self, book: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[int], bytes]:
        try:
            opened = book.open(entry)
        except (zipfile.BadZipFile, NotImplementedError, OSError):
            raise EvidenceError(f"{self.name}: a member cannot be opened") from None
        done = 0

        def read(size: int) -> bytes:
            nonlocal done
            try:
                data = opened.read(size)
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
                raise EvidenceError(
                    f"{self.name}: a member is damaged after byte {done} of it"
                ) from None
            done += len(data)
            _refuse_bomb(self.name, done, self.size)
            return data

        return read


def _xz() -> _Codec:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=1 << 28)


def leaves_folder(name: str) -> bool:
    """The path of a member would leave the folder it is opened in."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0]


def _frames(
    source: Source, format_: str, raw: Hashed, codec: Callable[[], _Codec], piece: int
) -> Iterator[bytes]:
    """The opened bytes of one frame after another; zeros after the last are padding.

    What follows a whole frame and does not begin one is counted as rubbish, not opened.
    """
    name, mark = source.name, _MARKS[format_]
    unpacker, fresh, is_first = codec(), True, True
    while data := raw.read(piece):
        while data:
            if fresh and not data.strip(b"\0"):
                break
            if fresh and not is_first and not _begins_frame(data, mark):
                source.rubbish += len(data) + raw.rest()
                return
            try:
                yield unpacker.decompress(data)
            except (zlib.error, zstandard.ZstdError, lzma.LZMAError):
                raise EvidenceError(
                    f"{name}: the {format_} data is damaged before byte {raw.size}"
                ) from None
            fresh, data = False, b""
            if unpacker.eof:
                data, unpacker, fresh = unpacker.unused_data, codec(), True
                is_first = False
    if not fresh:
        raise EvidenceError(
            f"{name}: the {format_} data is cut short: it ends at byte {raw.size} inside a frame"
        )


def _begins_frame(data: bytes, mark: bytes) -> bool:
    return mark.startswith(data[: len(mark)]) or data[1:4] == _SKIPPABLE


def _refuse_bomb(name: str, opened: int, packed: int) -> None:
    if opened > MOST_BYTES or (opened > RATIO_FROM and opened > MOST_RATIO * packed):
        raise EvidenceError(
            f"{name}: opens to more than {MOST_RATIO} times its size, or more than 20 GB",
            hint="if that is right, unpack it yourself and add the file inside",
        )

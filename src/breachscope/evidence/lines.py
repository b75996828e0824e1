"""A stream cut into blocks of whole physical lines, with where each line begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from breachscope.evidence.containers import Stream
    from breachscope.evidence.encodings import Encoding

Offsets = npt.NDArray[np.int64]

_CUT = 1 << 20


@dataclass(frozen=True, slots=True)
class LineEnd:
    """What ends a line, in bytes: LF of one or two bytes, or CR where a file has no LF."""

    mark: bytes

    @classmethod
    def of(cls, head: bytes, encoding: Encoding) -> LineEnd:
        """The line end of a text that begins so."""
        lf, cr = ("\n".encode(encoding.codec), "\r".encode(encoding.codec))
        return cls(cr if cr in head and lf not in head else lf)

    def last_in(self, data: bytes) -> int:
        """Where the last line of the data ends, its mark included; 0 if none does."""
        at = data.rfind(self.mark)
        while at > 0 and at % len(self.mark):
            at = data.rfind(self.mark, 0, at + len(self.mark) - 1)
        return at + len(self.mark) if at >= 0 else 0

    def first_in(self, data: bytes) -> int:
        """Where the first line of the data ends, its mark included; 0 if none does."""
        at = data.find(self.mark)
        while at >= 0 and at % len(self.mark):
            at = data.find(self.mark, at + 1)
        return at + len(self.mark) if at >= 0 else 0

    def split(self, data: bytes) -> tuple[Offsets, Offsets]:
        """Where each line of the data begins and ends (mark and CR before it left out)."""
        width = len(self.mark)
        order = ">u2" if width == 2 and self.mark[0] == 0 else "<u2"
        units = np.frombuffer(data[: len(data) // width * width], "u1" if width == 1 else order)
        ends = np.flatnonzero(units == max(self.mark)) * width
        if not data:
            return ends, ends
        starts = np.concatenate([np.zeros(1, np.int64), ends + width])
        if len(starts) > 1 and starts[-1] == len(data):
            starts = starts[:-1]
        else:
            ends = np.append(ends, len(data))
        before = np.maximum(ends // width - 1, 0)
        if len(units):
            has_cr = (units[np.minimum(before, len(units) - 1)] == 13) & (ends > starts)
            ends = ends - has_cr * width
        return starts.astype(np.int64), ends.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines; `byte` and `line` say where the first of them begins.

    A line longer than is allowed comes as a block of its own without its text.
    """

    data: bytes
    byte: int
    line: int
    last: bool
    starts: Offsets  # of each line, within the data
    ends: Offsets
    too_long: bool = False

    @property
    def is_whole(self) -> bool:
        """It ends with a line end, or is not the last."""
        return not self.last or self.data.endswith((b"\n", b"\n\0", b"\r", b"\r\0"))


class Blocks:
    """Block after block of a stream; the user of a block may give its tail back."""

    def __init__(
        self, stream: Stream, end: LineEnd, size: int, longest: int, byte: int = 0
    ) -> None:
        self._stream, self._end = stream, end
        self._size, self._longest = size, longest
        self._rest, self._byte, self._line = b"", byte, 1
        self._done = False

    def next(self) -> Block | None:
        """The next block; None after the last."""
        piece = b"" if self._done else self._stream.read(self._size)
        self._done = self._done or len(piece) < self._size
        if self._done:
            data, self._rest = self._rest + piece, b""
        elif cut := self._whole_lines_in(piece):
            data = b"".join([self._rest, memoryview(piece)[:cut]])  # copied once
            self._rest = piece[cut:]
        else:
            data = self._longer(self._rest + piece)
            if not data:
                return self._skip(len(self._rest))
        if not data:
            return None
        starts, ends = self._end.split(data)
        block = Block(data, self._byte, self._line, self._done, starts, ends)
        self._byte += len(data)
        self._line += len(starts)
        return block

    def _whole_lines_in(self, piece: bytes) -> int:
        """Where the last line end in a piece that follows the rest ends; 0 if none does."""
        if len(self._rest) % len(self._end.mark):
            return 0  # units of two bytes would be read across: `_longer` looks at the whole
        return self._end.last_in(piece)

    def _longer(self, data: bytes) -> bytes:
        """Read on to a line end: whole lines; nothing where that line is longer than allowed."""
        cut = self._end.last_in(data)
        while not cut and not self._done and len(data) <= self._longest:
            more = self._stream.read(self._size)
            self._done, data = len(more) < self._size, data + more
            cut = len(data) if self._done else self._end.last_in(data)
        self._rest = data[cut:]
        return data[:cut]

    def give_back(self, block: Block, at: int, line: int) -> None:
        """Have the bytes of this block from `at` on, which begin that line, come again."""
        self._rest = block.data[at:] + self._rest
        self._byte, self._line = block.byte + at, line

    def _skip(self, length: int) -> Block:
        """Pass over a line that is too long, a piece at a time."""
        nothing = np.zeros(0, np.int64)
        block = Block(b"", self._byte, self._line, False, nothing, nothing, too_long=True)
        at = 0
        while not at and not self._done:
            data = self._stream.read(_CUT)
            self._done = len(data) < _CUT
            at = self._end.first_in(data)
            self._rest = data[at:] if at else b""
            length += at or len(data)
        self._byte += length
        self._line += 1
        return block

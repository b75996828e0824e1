"""Blocks of any encoding to UTF-8, line for line, setting aside lines of another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from breachscope.evidence import encodings
from breachscope.evidence.lines import LineEnd, Offsets

if TYPE_CHECKING:
    from breachscope.evidence.lines import Block

UNDECODABLE: Final = "undecodable bytes"
FOREIGN: Final = "in another encoding"
ZERO: Final = "zero byte"

_LF: Final = LineEnd(b"\n")


@dataclass(frozen=True, slots=True)
class Text:
    """A block as UTF-8 with LF: the same lines. Lines in `faults` must not be read."""

    utf8: bytes
    starts: Offsets
    ends: Offsets
    faults: dict[int, str]  # line, from 0: why

    def line(self, first: int, last: int | None = None) -> bytes:
        """The text of a line, or from one line to another."""
        return self.utf8[self.starts[first] : self.ends[first if last is None else last]]


class Decoder:
    """Blocks to UTF-8. Where the head was ASCII, the first other block settles the codec."""

    def __init__(self, codec: str, end: LineEnd) -> None:
        self.codec = codec
        self._is_cr = b"\r" in end.mark

    def settle(self, block: Block) -> None:
        """Take a block's codec where the text before it was ASCII; in the order of the file."""
        if self.codec == encodings.ASCII and not block.data.isascii():
            self.codec = encodings.refine(block.data) or encodings.UTF8

    def text(self, block: Block) -> Text:
        """The lines of a block as UTF-8; it was settled before."""
        faults = self._foreign(block)
        utf8 = None if faults else encodings.as_utf8(block.data, self.codec)
        if utf8 is None:
            utf8 = self._line_by_line(block, faults)
        elif self._is_cr:
            utf8 = utf8.replace(b"\r", b"\n")
        same = utf8 is block.data
        starts, ends = (block.starts, block.ends) if same else _LF.split(utf8)
        text = Text(utf8, starts, ends, faults)
        faults.update(dict.fromkeys(lines_with(text, b"\0"), ZERO))
        return text

    def _foreign(self, block: Block) -> dict[int, str]:
        """Lines of another encoding which would decode, wrongly, as the file's."""
        if self.codec.startswith(("utf-16", "iso2022")):
            return {}
        raw = Text(block.data, block.starts, block.ends, {})
        found = {
            i: FOREIGN for i in lines_with(raw, b"\x1b") if encodings.ESCAPE.search(raw.line(i))
        }
        if self.codec not in ("cp932", "euc_jp"):
            return found
        for i in _lines_like_utf8(raw):
            if encodings.is_japanese_utf8(raw.line(i)):
                found[i] = FOREIGN
        if self.codec == "cp932":
            for i in _lines_like_euc(raw):
                if encodings.is_rather_euc(raw.line(i)):
                    found[i] = FOREIGN
        return found

    def _line_by_line(self, block: Block, faults: dict[int, str]) -> bytes:
        texts = []
        for i, (start, end) in enumerate(
            zip(block.starts.tolist(), block.ends.tolist(), strict=True)
        ):
            raw = block.data[start:end]
            text = b"" if i in faults else encodings.as_utf8(raw, self.codec)
            if text is None:
                faults[i] = FOREIGN if _reads_otherwise(raw, self.codec) else UNDECODABLE
            texts.append(text or b"")
        return b"\n".join([*texts, b""])


def lines_with(text: Text, mark: bytes) -> list[int]:
    """The lines, from 0, in which these bytes stand."""
    if mark not in text.utf8:
        return []
    places, at = [], text.utf8.find(mark)
    while at >= 0:
        places.append(int(np.searchsorted(text.starts, at, side="right")) - 1)
        at = text.utf8.find(mark, int(text.ends[places[-1]]))
    return places


def _lines_like_utf8(raw: Text) -> list[int]:
    """Lines with bytes above ASCII, in which none that begins a character is missing.

    In UTF-8 no byte from 80 to BF stands behind one of ASCII. In CP932 and EUC-JP most lines
    have such a place, so that few need to be read.
    """
    data = np.frombuffer(raw.utf8, np.int8)  # as signed: 80 to BF are below -64, ASCII from 0
    headless = (data[1:] < -64) & (data[:-1] >= 0)
    misses = np.logical_or.reduceat(np.concatenate([data[:1] < -64, headless]), raw.starts)
    return [i for i in np.flatnonzero(~misses).tolist() if not raw.line(i).isascii()]


def _lines_like_euc(raw: Text) -> list[int]:
    """Lines with a byte from E0 and none from 80 to A0 but 8E and 8F.

    Kana and the common kanji of CP932 begin with 81 to 9F; its half-width kana end at DF.
    """
    data = np.frombuffer(raw.utf8, np.int8)  # as signed: 80 to A0 are up to -96, E0 from -32
    low = (data <= -96) & (data != -114) & (data != -113)
    has_low = np.logical_or.reduceat(low, raw.starts)
    has_high = np.logical_or.reduceat((data >= -32) & (data < 0), raw.starts)
    return np.flatnonzero(has_high & ~has_low).tolist()


def _reads_otherwise(raw: bytes, codec: str) -> bool:
    other = encodings.refine(raw)
    return other not in (None, codec) and encodings.as_utf8(raw, other or "") is not None

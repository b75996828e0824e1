"""Fields and quotes: how many fields a line has, and where a quoted field spans lines.

Lines whose quotes stand where they should are counted on whole blocks; the others are read
one by one, together with the lines that follow if a quote stays open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from breachscope.evidence.lines import Offsets
    from breachscope.evidence.text import Text

MOST_LINES: Final = 64
LF: Final = 10
QUOTE: Final = 34

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Counts:
    """Of each line: its separators, those outside quotes, and whether its quotes are odd.

    `suspects` are the lines whose quotes must be read one by one.
    """

    all: Offsets
    outside: Offsets
    odd: Flags
    suspects: list[int]


@dataclass(slots=True)
class Joined:
    """What came of the suspects: records with their fields; lines no record begins with.

    `spans` gives the last line of a record of several; lines from `kept` on need more text.
    """

    cells: dict[int, list[bytes]] = field(default_factory=dict)
    spans: dict[int, int] = field(default_factory=dict)
    broken: list[int] = field(default_factory=list)
    kept: int = 0


def count_fields(text: Text, separator: str) -> Counts:
    """Count the separators of every line."""
    data = np.frombuffer(text.utf8, np.uint8)
    if b'"' not in text.utf8:
        marks = np.flatnonzero(data == ord(separator)) if separator else np.zeros(0, np.int64)
        every = np.searchsorted(marks, text.ends) - np.searchsorted(marks, text.starts)
        return Counts(every, every, np.zeros(len(every), bool), [])
    return _counted(_signs(data, ord(separator) if separator else LF), text)


def join(
    text: Text, counts: Counts, separator: str, wanted: int, start: int, *, last: bool, longest: int
) -> Joined:
    """Read the suspects from line `start` on.

    A line whose quote stays open takes up to 64 following lines and `longest` bytes with it
    if they make a record of the `wanted` fields; otherwise that one line is broken.
    """
    joined = Joined(kept=len(text.starts))
    after = start
    for i in counts.suspects:
        if i < after or i in text.faults:
            continue
        end, cells = _record(text, counts.odd, i, separator, wanted, longest)
        if end >= len(text.starts) and not last:
            joined.kept = i
            break
        if cells is None:
            joined.broken.append(i)
            continue
        joined.cells[i] = cells
        if end > i:
            joined.spans[i] = end
        after = end + 1
    return joined


def split_fields(text: bytes, separator: str, wanted: int) -> list[bytes] | None:
    """The fields of a record; None where quotes do not fit, or their number is another.

    A field that does not begin with a quote is taken as it stands, quotes within it too.
    """
    cells: list[bytes] = []
    at = 0
    while (match := _field(separator).match(text, at)) and len(cells) < wanted:
        quoted, bare, after = match.groups()
        cells.append(bare if quoted is None else quoted.replace(b'""', b'"'))
        at = match.end()
        if not after:
            return cells if len(cells) == wanted else None
    return None


def quoted(cells: list[bytes], separator: str) -> bytes:
    """A line of CSV with every field in quotes."""
    mark = separator.encode()
    return mark.join(b'"' + cell.replace(b'"', b'""') + b'"' for cell in cells) + b"\n"


def _record(
    text: Text, odd: Flags, i: int, separator: str, wanted: int, longest: int
) -> tuple[int, list[bytes] | None]:
    """The last line of the record that begins in line i, and its fields if there is one.

    The last line is past the text's end where more of it is needed.
    """
    is_open = False
    for j in range(i, min(i + MOST_LINES, len(text.starts))):
        if j in text.faults or (j > i and text.ends[j] - text.starts[i] > longest):
            return i, None
        is_open ^= bool(odd[j])
        if j > i and is_open:
            continue
        if cells := split_fields(text.line(i, j), separator, wanted):
            return j, cells
        if j == i and not is_open:
            return i, None
    return (len(text.starts) if i + MOST_LINES > len(text.starts) else i), None


@lru_cache
def _field(separator: str) -> re.Pattern[bytes]:
    mark = re.escape(separator).encode()
    end = rb"(" + mark + rb"|\Z)" if mark else rb"(\Z)"
    bare = rb'(?! *")[^\r\n' + mark + rb"]*"
    return re.compile(rb'(?: *"([^"]*(?:""[^"]*)*)" *|(' + bare + rb"))" + end)


@dataclass(frozen=True, slots=True)
class _Signs:
    """The separators, quotes and line ends of a block, in order."""

    at: Offsets
    is_mark: Flags
    is_quote: Flags
    begin: Offsets  # of each line: its first sign
    end: Offsets  # and the sign after its last, its line end left out


def _signs(data: npt.NDArray[np.uint8], mark: int) -> _Signs:
    """All that fields and lines hang on, in one pass: most bytes are text."""
    is_sign = (data == LF) | (data == QUOTE)
    if mark != LF:
        is_sign |= data == mark
    at = np.flatnonzero(is_sign)
    kind = data[at]
    line_end = np.flatnonzero(kind == LF)
    begin = np.concatenate([np.zeros(1, np.int64), line_end + 1])
    end = np.append(line_end, len(at))
    if len(data) and data[-1] == LF:
        begin, end = begin[:-1], end[:-1]
    return _Signs(at, (kind == mark) & (mark != LF), kind == QUOTE, begin, end)


def _counted(signs: _Signs, text: Text) -> Counts:
    """The counts of a block with quotes. Every second quote of a line closes."""
    quotes = np.concatenate([[0], np.cumsum(signs.is_quote, dtype=np.int32)])
    before = quotes[signs.begin]
    odd = ((quotes[signs.end] - before) & 1).astype(bool)
    is_inside = (quotes[1:] & 1).astype(bool)  # behind each sign
    if (before & 1).any():  # a line before had an odd number: each begins anew
        is_inside ^= np.repeat(before & 1, _widths(signs)).astype(bool)
    marks = np.concatenate([[0], np.cumsum(signs.is_mark, dtype=np.int32)])
    free = np.concatenate([[0], np.cumsum(signs.is_mark & ~is_inside, dtype=np.int32)])
    wrong = odd | _misplaced(signs, is_inside, text)
    return Counts(
        (marks[signs.end] - marks[signs.begin]).astype(np.int64),
        (free[signs.end] - free[signs.begin]).astype(np.int64),
        odd,
        np.flatnonzero(wrong).tolist(),
    )


def _widths(signs: _Signs) -> Offsets:
    """How many signs each line has, its line end with them."""
    return np.diff(np.append(signs.begin, len(signs.at)))


def _misplaced(signs: _Signs, is_inside: Flags, text: Text) -> Flags:
    """Lines with a quote that opens inside a field, or closes before its end.

    A quote stands right where a sign is its neighbour: before one that opens, behind one that
    closes. A doubled quote closes and opens again.
    """
    touches = np.diff(signs.at) == 1
    opens = np.concatenate([[False], touches])
    closes = np.append(touches, False)
    doubtful = np.flatnonzero(signs.is_quote & ~np.where(is_inside, opens, closes))
    place = signs.at[doubtful]
    line = np.searchsorted(text.starts, place, side="right") - 1
    at_edge = np.where(
        is_inside[doubtful], place == text.starts[line], place + 1 >= text.ends[line]
    )
    wrong = np.zeros(len(text.starts), bool)
    wrong[line[~at_edge]] = True
    return wrong

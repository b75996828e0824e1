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
    mark = ord(separator) if separator else 0
    marks = np.flatnonzero(data == mark) if separator else np.zeros(0, np.int64)
    low, high = np.searchsorted(marks, text.starts), np.searchsorted(marks, text.ends)
    every = high - low
    if b'"' not in text.utf8:
        return Counts(every, every, np.zeros(len(every), bool), [])
    quotes = np.flatnonzero(data == 34)
    first = np.searchsorted(quotes, text.starts)
    here = np.searchsorted(quotes, text.ends) - first
    before = np.searchsorted(quotes, marks) - np.repeat(first, every)
    outside = np.concatenate([[0], np.cumsum(before % 2 == 0)])
    odd = here % 2 == 1
    wrong = odd | _misplaced(data, quotes, text, first, here, mark)
    return Counts(every, outside[high] - outside[low], odd, np.flatnonzero(wrong).tolist())


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


def _misplaced(
    data: npt.NDArray[np.uint8],
    quotes: Offsets,
    text: Text,
    first: Offsets,
    here: Offsets,
    mark: int,
) -> Flags:
    """Lines with a quote that opens inside a field, or closes before its end.

    Every second quote of a line closes; a doubled quote closes and opens again.
    """
    second = (np.arange(len(quotes)) - np.repeat(first, here)) % 2 == 1
    before, after = np.zeros(256, bool), np.zeros(256, bool)
    before[[mark, 10, 34]] = after[[mark, 10, 34]] = True
    fits = np.where(
        second, after[data[np.minimum(quotes + 1, len(data) - 1)]], before[data[quotes - 1]]
    )
    doubtful = quotes[~fits]
    line = np.searchsorted(text.starts, doubtful, side="right") - 1
    at_edge = np.where(
        second[~fits], doubtful + 1 >= text.ends[line], doubtful == text.starts[line]
    )
    wrong = np.zeros(len(here), bool)
    wrong[line[~at_edge]] = True
    return wrong

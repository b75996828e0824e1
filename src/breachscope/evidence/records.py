"""Which physical lines of a block make the rows of a table, and why the others do not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from breachscope.evidence import quotes
from breachscope.evidence.account import Aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from breachscope.evidence.headers import Layout
    from breachscope.evidence.lines import Block, Offsets
    from breachscope.evidence.quotes import Flags, Joined
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.text import Text

BLANK, COMMENT, FOOTER = "blank line", "comment", "footer"
REPEATED, TITLE = "repeated header", "above the header"
SKIPPED: Final = frozenset({BLANK, COMMENT, FOOTER, REPEATED, TITLE})
TOO_LONG, OPEN_QUOTE = "line too long", "quotes do not close"

_FOOTERS: Final = (
    "合計", "総合計", "総計", "小計", "計", "件数", "総件数", "合計件数", "全件数", "出力件数",
    "取得件数", "以上", "total", "grand total", "subtotal", "count", "eof", "end of file",
    "end of report",
)  # fmt: skip
FOOTER_WORDS: Final = frozenset(_FOOTERS)
_FOOTER: Final = re.compile(
    rf"[\W_]*(?:(?:{'|'.join(sorted(_FOOTERS, key=len, reverse=True))})(?=[\W\d_]|です|$)"
    r"|全?[\d,]+ ?(?:件|行|rows?\b))"
)


@dataclass(slots=True)
class Rows:
    """The rows of a block as CSV of one form, and the lines that are none.

    Lines are counted from 0 within the block; those from `kept` on must come again.
    """

    csv: bytes
    first: Offsets  # the line each row begins in
    last: Offsets
    asides: dict[int, str] = field(default_factory=dict)  # line: why it is no row
    single: set[int] = field(default_factory=set)  # of those: lines of one cell
    read: int = 0  # counted before any was judged
    kept: int = 0


def rows(text: Text, block: Block, layout: Layout, spec: ReadSpec) -> Rows:
    """Judge every line of a block."""
    above = min(max(layout.last - block.line + 1, 0), len(text.starts))
    counts = quotes.count_fields(text, layout.separator)
    wanted = len(layout.cells)
    joined = quotes.join(
        text,
        counts,
        layout.separator,
        wanted,
        above,
        last=block.last,
        longest=spec.longest_record,
    )
    own = _begins_own(layout.first - block.line, above, joined, len(text.starts))
    good = (counts.outside == wanted - 1) & own
    good[[*text.faults, *joined.broken, *range(above)]] = False
    good[list(joined.cells)] = True
    length = text.ends - text.starts
    odd = ~good | (length == counts.all) | (length == len(layout.header))
    odd |= block.ends - block.starts > spec.longest_line
    if wanted == 1:
        odd |= True
    made = Rows(b"", counts.all, counts.all, read=int(own.sum()), kept=joined.kept)
    for i in np.flatnonzero(odd & own).tolist():
        why = _fault(i, text, block, joined, above, spec)
        why = why or _look(text.line(i), i, layout, made, good=bool(good[i]))
        if why:
            made.asides[i] = why
            good[i] = False
    made.first = np.flatnonzero(good)
    made.last = made.first.copy()
    for first, last in joined.spans.items():
        made.last[np.searchsorted(made.first, first)] = last
    made.csv = b"".join(_pieces(text, good, joined, layout.separator))
    return made


def asides(made: Rows, block: Block) -> list[Aside]:
    """The lines that made no row, with their places in the file."""
    return [
        Aside(block.line + i, block.byte + int(block.starts[i]), why)
        for i, why in sorted(made.asides.items())
    ]


def is_footer(line: str) -> bool:
    """The line begins with a word of a sum or an end."""
    return _FOOTER.match(unicodedata.normalize("NFKC", line).casefold()) is not None


def _begins_own(header: int, above: int, joined: Joined, count: int) -> Flags:
    """Lines a record could begin in: not the header, not within a record, not yet to come."""
    own = np.ones(count, bool)
    own[max(header, 0) : above] = False
    for first, last in joined.spans.items():
        own[first + 1 : last + 1] = False
    own[joined.kept :] = False
    return own


def _fault(
    i: int, text: Text, block: Block, joined: Joined, above: int, spec: ReadSpec
) -> str | None:
    """What is wrong with a line that need not be read to be told."""
    if i < above:
        return TITLE
    if block.ends[i] - block.starts[i] > spec.longest_line:
        return TOO_LONG
    if i in text.faults:
        return text.faults[i]
    return OPEN_QUOTE if i in joined.broken else None


def _look(line: bytes, i: int, layout: Layout, made: Rows, *, good: bool) -> str | None:
    """Read one line that may be no row; a reason, or None where it is one."""
    text, one = line.decode(), len(layout.cells) == 1
    filled = [cell for cell in text.split(layout.separator or None) if cell.strip(' "')]
    if not filled:
        return BLANK
    if line == layout.header:
        return REPEATED
    if text.lstrip().startswith("#") and (one or not good):
        return COMMENT
    if good:
        return None
    if len(filled) <= 3 and is_footer(text):
        return FOOTER
    if len(filled) == 1:
        made.single.add(i)
    found = text.count(layout.separator) + 1 if layout.separator else 1
    return f"{found} fields, {len(layout.cells)} expected"


def _pieces(text: Text, good: Flags, joined: Joined, separator: str) -> Iterator[bytes]:
    """The rows as CSV: stretches of plain lines as they are, the others in quotes."""
    plain = good.copy()
    plain[list(joined.cells)] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[0], plain.astype(np.int8), [0]])))
    runs = {int(first): int(past) for first, past in edges.reshape(-1, 2)}
    for first in sorted([*runs, *(i for i in joined.cells if good[i])]):
        if first in joined.cells:
            yield quotes.quoted(joined.cells[first], separator)
            continue
        past = runs[first]
        end = int(text.starts[past]) if past < len(text.starts) else len(text.utf8)
        piece = text.utf8[int(text.starts[first]) : end]
        yield piece if piece.endswith(b"\n") else piece + b"\n"

"""Delimited text, block by block: whatever the ending, the separator and the encoding."""

from __future__ import annotations

import csv
import io
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.errors import EvidenceError
from breachscope.evidence import encodings, headers, records
from breachscope.evidence.account import Account, Aside, Batch, set_aside
from breachscope.evidence.lines import Block, Blocks, LineEnd
from breachscope.evidence.quotes import MOST_LINES, count_fields, split_fields
from breachscope.evidence.shape import PLACES, conformed
from breachscope.evidence.text import FOREIGN, UNDECODABLE, Decoder, Text
from breachscope.evidence.workers import workers
from breachscope.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from breachscope.evidence.containers import Stream
    from breachscope.evidence.encodings import Encoding
    from breachscope.evidence.headers import Layout
    from breachscope.evidence.records import Rows
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

    Parts = tuple[Text, Rows]

READERS: Final = 2
BLOCKS_AHEAD: Final = 4
"""Blocks in work at once: bounds the memory a reading takes."""

MOST_FOOTERS: Final = 10
_HEADER_LINES: Final = 5
_NAMES: Final = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe", "": "none"}


def encoding_of(head: bytes, spec: ReadSpec, where: str) -> Encoding:
    """The encoding of a text: the declared one, else as its beginning tells.

    Raises:
        EvidenceError: it is not text in an encoding breachscope knows.
    """
    if spec.declared_encoding:
        return encodings.named(spec.declared_encoding, head)
    found = encodings.detect(head)
    if found is None:
        raise EvidenceError(
            f"{where}: is not text in a known encoding, nor a format breachscope reads",
            hint="say which encoding it is with --encoding",
        )
    return found


def layout_of(head: bytes, encoding: Encoding, spec: ReadSpec, where: str) -> Layout:
    """The separator, the header's lines and the columns of a table that begins so.

    Raises:
        EvidenceError: no line names columns.
    """
    lines = _head_lines(head, encoding)
    found = _best_header(lines, spec)
    if found is None and spec.kind is Kind.LEAK:
        found = _first_row(lines)
    if found is None:
        raise EvidenceError(
            f"{where}: as {spec.kind}, none of the first {headers.SEARCHED_LINES} lines names "
            "two known columns",
            hint="give a mapping file with --mapping, or add a line with the columns' names",
        )
    separator, first, last, cells = found
    if spec.kind is Kind.LEAK and headers.looks_like_data(cells):
        names = [f"column_{place}" for place in range(1, len(cells) + 1)]
        made = headers.layout(names, spec, where)
        return replace(made, separator=separator, first=1, last=0, notes=("no header",))
    text = "\n".join(lines[first - 1 : last]).encode()
    made = headers.layout(cells, spec, where)
    return replace(made, separator=separator, first=first, last=last, header=text)


def separator_name(layout: Layout) -> str:
    """The separator in a word."""
    return _NAMES[layout.separator]


def batches(
    stream: Stream,
    encoding: Encoding,
    layout: Layout,
    spec: ReadSpec,
    zone: Zone,
    account: Account,
    member: str | None,
) -> Iterator[Batch]:
    """The rows of one table.

    Raises:
        EvidenceError: as `conformed`, or the container breaks off.
    """
    head = stream.peek(1 << 16)
    stream.read(encoding.mark)
    end = LineEnd.of(head, encoding)
    blocks = Blocks(stream, end, spec.block_bytes, spec.longest_line, encoding.mark)
    table = _Table(Decoder(encoding.codec, end), layout, spec, zone, account, member)
    # Two threads turn blocks into text and rows, another types them, while the next is cut:
    # Python decodes in one thread at a time, NumPy and Polars work beside it.
    with workers(READERS) as readers, workers(1) as typist:

        def typed(block: Block, parts: Future[Parts], kept: int) -> Batch:
            text, made = parts.result()
            assert made.kept == kept, "a block whose records end with it keeps all its lines"
            return table.batch(text, made, block)

        waiting: deque[Future[Batch]] = deque()
        while block := blocks.next():
            table.decoder.settle(block)
            parts = readers.submit(_parts, table.decoder, block, layout, spec)
            kept = len(block.starts)
            if not (block.is_whole and _records_end(block, table.decoder.codec, layout)):
                kept = parts.result()[1].kept  # its last record may go on in the next block
                if kept < len(block.starts):
                    blocks.give_back(block, int(block.starts[kept]), block.line + kept)
            waiting.append(typist.submit(typed, block, parts, kept))
            if len(waiting) >= BLOCKS_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    yield table.rest()


def _records_end(block: Block, codec: str, layout: Layout) -> bool:
    """No record of the block can go on behind it, as its last lines tell in their own bytes.

    A record that begins before them is joined or given up within them; none begins in them
    whose quotes are in pairs and in their places.
    """
    if b'"' not in block.data:
        return True
    if codec.startswith(("utf-16", "iso2022")) or layout.separator == "|":
        return False  # these bytes may be halves of characters
    first = int(block.starts[max(len(block.starts) - MOST_LINES - 1, 0)])
    tail, since = block.data[first:], np.searchsorted(block.starts, first)
    text = Text(tail, block.starts[since:] - first, block.ends[since:] - first, {})
    return (
        b"\r" not in tail.replace(b"\r\n", b"")
        and not count_fields(text, layout.separator).suspects
    )


def _parts(decoder: Decoder, block: Block, layout: Layout, spec: ReadSpec) -> Parts:
    text = decoder.text(block)
    return text, records.rows(text, block, layout, spec)


@dataclass(slots=True)
class _Table:
    """What is carried from block to block: the row's number, and lines that may be footers."""

    decoder: Decoder
    layout: Layout
    spec: ReadSpec
    zone: Zone
    account: Account
    member: str | None
    numbered: int = 0
    held: list[Aside] = field(default_factory=list)
    is_flood: bool = False  # too many lines of one cell for footers
    is_whole: bool = True  # the last line ended with a line end

    def batch(self, text: Text, made: Rows, block: Block) -> Batch:
        """One block's rows, typed, and its lines set aside."""
        if block.too_long:
            return self._without_text(block)
        read = text.utf8 if made.kept == len(text.starts) else text.utf8[: text.starts[made.kept]]
        self.account.note_text(read, self.decoder.codec)
        self.is_whole = not block.last or int(block.ends[-1]) < len(block.data)
        cells = _without_footers(_parsed(made, self.layout), made)
        frame = self._placed(cells, made, block)
        taken, broken = conformed(frame, self.layout, self.spec, self.zone, self.member)
        asides = records.asides(made, block)
        self.account.undecodable += sum(a.reason in (UNDECODABLE, FOREIGN) for a in asides)
        before = len(self.held)
        bad = self._surely_broken(made, block, asides)
        quarantined = set_aside(bad, self.member).extend(broken).sort("line")
        skipped = set_aside([a for a in asides if a.reason in records.SKIPPED], self.member)
        return Batch(taken, quarantined, skipped, made.read + before - len(self.held))

    def _without_text(self, block: Block) -> Batch:
        """A line too long to be held."""
        self.numbered += 1
        bad = [*self.held, Aside(block.line, block.byte, records.TOO_LONG)]
        self.held = []
        return self._asides(bad, [])

    def rest(self) -> Batch:
        """The lines of one cell after the last row: footers, unless the last was cut short."""
        cut = self.held[-1:] if not self.is_whole else []
        footers = self.held[: len(self.held) - len(cut)]
        self.held = []
        return self._asides(cut, [replace(a, reason=records.FOOTER) for a in footers])

    def _asides(self, bad: list[Aside], skipped: list[Aside]) -> Batch:
        nothing = pl.DataFrame(
            schema=dict.fromkeys(_names(self.layout), pl.String())
            | dict.fromkeys(PLACES, pl.Int64())
        )
        taken, _ = conformed(nothing, self.layout, self.spec, self.zone, self.member)
        lines = set_aside(bad, self.member), set_aside(skipped, self.member)
        return Batch(taken, *lines, len(bad) + len(skipped))

    def _placed(self, cells: pl.DataFrame, made: Rows, block: Block) -> pl.DataFrame:
        """With each row's place in the file, and its number: every row has one, broken or not."""
        broken = [i for i, why in made.asides.items() if why not in records.SKIPPED]
        data = np.sort(np.concatenate([made.first, np.array(broken, np.int64)]))
        number = self.numbered + 1 + np.searchsorted(data, made.first)
        self.numbered += len(data)
        return cells.with_columns(
            line=pl.Series(made.first + block.line),
            byte=pl.Series(block.starts[made.first] + block.byte),
            byte_end=pl.Series(block.ends[made.last] + block.byte),
            row_no=pl.Series(number),
        )

    def _surely_broken(self, made: Rows, block: Block, asides: list[Aside]) -> list[Aside]:
        """The lines set aside; those of one cell after the last row are held back."""
        bad = [*self.held, *(a for a in asides if a.reason not in records.SKIPPED)]
        last_row = block.line + int(made.first[-1]) if len(made.first) else 0
        single = {block.line + i for i in made.single} | {a.line for a in self.held}
        keep = len(bad)
        while keep and bad[keep - 1].line in single and bad[keep - 1].line > last_row:
            keep -= 1
        self.is_flood &= keep == 0 and not last_row
        self.is_flood |= len(bad) - keep > MOST_FOOTERS
        keep = len(bad) if self.is_flood else keep
        self.held = bad[keep:]
        return bad[:keep]


def _names(layout: Layout) -> list[str]:
    return [str(place) for place in range(len(layout.cells))]


def _parsed(made: Rows, layout: Layout) -> pl.DataFrame:
    """Good lines as a frame of text. Every line has been seen to have these fields."""
    schema = dict.fromkeys(_names(layout), pl.String())
    mark = layout.separator or "\x1f"
    try:
        frame = (
            pl.read_csv(made.csv, has_header=False, schema=schema, separator=mark)
            if made.csv
            else pl.DataFrame(schema=schema)
        )
    except pl.exceptions.PolarsError:
        frame = pl.DataFrame(schema=schema)
    if frame.height == len(made.first):
        return frame
    rows = csv.reader(io.StringIO(made.csv.decode(), newline=""), delimiter=mark)
    return pl.DataFrame([row for row in rows if row], schema=schema, orient="row")


def _without_footers(cells: pl.DataFrame, made: Rows) -> pl.DataFrame:
    """Rows like 合計,,,120 are footers: their first cell says so, and most others are empty."""
    width = cells.width
    word = pl.col("0").str.strip_chars().str.to_lowercase().is_in(list(records.FOOTER_WORDS))
    maybe = cells.select(word.fill_null(value=False)).to_series().arg_true()
    if width < 2 or not len(maybe):
        return cells
    filled = pl.sum_horizontal((pl.all() != "").fill_null(value=False).cast(pl.UInt32))
    few = cells.gather(maybe).select(filled <= max(2, width // 2)).to_series()
    rows = maybe.filter(few).to_list()
    for row in rows:
        made.asides[int(made.first[row])] = records.FOOTER
    keep = np.ones(cells.height, bool)
    keep[rows] = False
    made.first, made.last = made.first[keep], made.last[keep]
    return cells.filter(pl.Series(keep))


def _head_lines(head: bytes, encoding: Encoding) -> list[str]:
    """The first lines as text; what cannot be decoded is no header and becomes U+FFFD."""
    body = head[encoding.mark :]
    cut = LineEnd.of(head, encoding).last_in(body) or len(body)
    text = body[:cut].decode(encoding.codec, errors="replace")
    text = text.replace("\r\n", "\n")
    return (text if "\n" in text else text.replace("\r", "\n")).split("\n")


def _best_header(lines: list[str], spec: ReadSpec) -> tuple[str, int, int, list[str]] | None:
    """Separator, first and last line, and names: the one that names most known columns."""
    known = headers.aliases(spec.columns, spec.kind)
    mapped = set(spec.mapping.columns.values()) if spec.mapping else set()
    best = None
    score = (0, 0, 0)
    for separator in ("", *headers.SEPARATORS):
        split = [_cells(lines, i, separator) for i in range(min(len(lines), 60))]
        place = headers.find([cells for _, cells in split], spec)
        if place is None:
            continue
        last, cells = split[place]
        found = headers.matches(cells, known) + len(mapped & {cell.strip() for cell in cells})
        if (found, -place, len(cells)) > score:
            score = (found, -place, len(cells))
            best = (separator, place + 1, last + 1, cells)
    return best


def _cells(lines: list[str], i: int, separator: str) -> tuple[int, list[str]]:
    """The cells of line i, with the lines after it while a quote is open; and the last line."""
    for last in range(i, min(i + _HEADER_LINES, len(lines))):
        text = "\n".join(lines[i : last + 1])
        if text.count('"') % 2 == 0:
            cells = split_fields(text.encode(), separator, text.count(separator or "\0") + 1)
            quoted = cells or _loose(text, separator)
            return last, [cell.decode() for cell in quoted]
    return i, lines[i].split(separator or None)


def _loose(text: str, separator: str) -> list[bytes]:
    """The fields of a line whose quotes hold separators."""
    for wanted in range(text.count(separator or "\0"), 0, -1):
        if cells := split_fields(text.encode(), separator, wanted):
            return cells
    return [text.encode()]


def _first_row(lines: list[str]) -> tuple[str, int, int, list[str]] | None:
    """A list without known names: its first row, with the separator that cuts it finest."""
    for i, line in enumerate(lines[: headers.SEARCHED_LINES]):
        splits = [(separator, *_cells(lines, i, separator)) for separator in headers.SEPARATORS]
        separator, last, cells = max(splits, key=lambda split: len(split[2]))
        if len(cells) > 1:
            return separator, i + 1, last + 1, cells
        if line.strip() and i + 1 == len(lines):
            break
    return None

"""Lines of a native log: split without knowing their encoding, decoded value by value.

A log is written by many hands: one line may hold a name in CP932 beside one in UTF-8. So
each byte is first one character (ISO 8859-1), lines are split and matched as such, and only
the values that come out are decoded, each distinct one once. A reader of a format is a
function from a frame of lines to the same lines with the columns it found in them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.evidence import encodings, records
from breachscope.evidence.account import Account, Batch
from breachscope.evidence.headers import Layout, place_of
from breachscope.evidence.lines import Block, Blocks, LineEnd
from breachscope.evidence.mapping import part_of
from breachscope.evidence.shape import PLACES, conformed
from breachscope.evidence.text import UNDECODABLE, ZERO
from breachscope.schema import ATTRIBUTE_PREFIX, KINDS, SET_ASIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from breachscope.evidence.containers import Stream
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

ENCODING: Final = "UTF-8, CP932 or EUC-JP, told value by value"
NOT_WANTED: Final = "not matched by the mapping's pattern"
NOT_THE_FORMAT: Final = "not a line of this format"
HEAD: Final = 1 << 18

_BOM: Final = b"\xef\xbb\xbf"
_NAMES_LIST: Final = ("version_id", "list_id", "path", "title")
_SAMPLE: Final = 200
_LOST: Final = "\ufffd".encode().decode("latin-1")
_HIGH: Final = "[^\\x00-\\x7f]"
_NO_NAME: Final = "-"
"""What stands in a required text that the format does not have, until rows are typed."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A block of lines: `text`, `line`, `byte`, `byte_end`, and `bad`, why one cannot be read.

    Each character of the text is one byte of it (of UTF-16, one byte of the same in UTF-8).
    """

    frame: pl.DataFrame
    count: int


class LogLines:
    """Block after block of the lines of a log."""

    def __init__(self, stream: Stream, spec: ReadSpec) -> None:
        head = stream.peek(HEAD)
        found = encodings.detect(head[: 1 << 16])
        wide = found is not None and found.codec.startswith("utf-16")
        mark = found.mark if found and found.mark else 0
        self._codec = found.codec if found and wide else ""
        self._longest = spec.longest_line
        stream.read(mark)
        code = found if found and wide else encodings.Encoding(encodings.UTF8, 0, "")
        end = LineEnd.of(head, code)
        self._end = "\r" if b"\r" in end.mark else "\n"
        self._blocks = Blocks(stream, end, spec.block_bytes, spec.longest_line, mark)

    def __iter__(self) -> Iterator[Lines]:
        """The blocks, each with all its lines."""
        while block := self._blocks.next():
            yield self._lines(block)

    def _lines(self, block: Block) -> Lines:
        if block.too_long:
            one = {"text": [""], "line": [block.line], "byte": [block.byte]}
            frame = pl.DataFrame(one).with_columns(
                byte_end=pl.col("byte"), bad=pl.lit(records.TOO_LONG)
            )
            return Lines(frame, 1)
        texts = pl.Series("text", [self._text(block.data)]).str.split(self._end).explode()
        frame = (
            texts.head(len(block.starts))
            .to_frame()
            .hstack(
                [
                    pl.Series("byte", block.starts) + block.byte,
                    pl.Series("byte_end", block.ends) + block.byte,
                ]
            )
        )
        text = pl.col("text")
        long = pl.col("byte_end") - pl.col("byte") > self._longest
        frame = frame.with_columns(
            text.str.strip_suffix("\r"),
            line=pl.int_range(pl.len()) + block.line,
            bad=pl.when(long)
            .then(pl.lit(records.TOO_LONG))
            .when(text.str.contains("\0", literal=True))
            .then(pl.lit(ZERO))
            .when(pl.lit(bool(self._codec)) & text.str.contains(_LOST, literal=True))
            .then(pl.lit(UNDECODABLE)),
        )
        return Lines(frame, frame.height)

    def _text(self, data: bytes) -> str:
        if self._codec:
            data = data.decode(self._codec, errors="replace").encode()
        return data.decode("ascii" if data.isascii() else "latin-1")


@dataclass(frozen=True, slots=True)
class Read:
    """What all readers of lines are given; `formats` of the format's own time columns."""

    spec: ReadSpec
    zone: Zone
    member: str | None
    account: Account
    formats: Mapping[str, str] = field(default_factory=dict)


def batches(
    stream: Stream, how: Read, take: Callable[[pl.DataFrame], pl.DataFrame]
) -> Iterator[Batch]:
    """The rows of a log whose every line stands for itself.

    Args:
        stream: the log.
        how: how it is to be read.
        take: from lines (`text`, `line`, `byte`, `byte_end`, `bad`) to the same lines with the
            text columns found, named as the kind's columns or as attributes; `bad` filled where
            a line is no line of the format, and `skip` where it is one that makes no row.
            Blank lines and comments are never given to it.

    Returns:
        Batches whose every line is accounted for.
    """
    numbered = 0
    for lines in LogLines(stream, how.spec):
        told = with_usual(lines.frame)
        plain = told.filter(pl.col("bad").is_null() & pl.col("skip").is_null())
        made = take(plain) if plain.height else plain
        batch = batch_of(made, told, lines, how, numbered)
        numbered += batch.taken.height + batch.quarantined.height
        yield batch


def with_usual(frame: pl.DataFrame) -> pl.DataFrame:
    """The lines with `skip`: why a blank line or a comment makes no row."""
    bare = pl.col("text").str.strip_chars(" \t\x0b\x0c\r")
    return frame.with_columns(
        skip=pl.when(pl.col("bad").is_null())
        .then(
            pl.when(bare == "")
            .then(pl.lit(records.BLANK))
            .when(bare.str.starts_with("#"))
            .then(pl.lit(records.COMMENT))
        )
        .otherwise(None)
    )


def batch_of(
    made: pl.DataFrame, told: pl.DataFrame, lines: Lines, how: Read, numbered: int
) -> Batch:
    """A batch from the lines a format took in hand, and those it was not given."""
    rest = told.filter(pl.col("bad").is_not_null() | pl.col("skip").is_not_null())
    good = made.filter(pl.col("bad").is_null() & pl.col("skip").is_null())
    columns = ["line", "byte", "bad", "skip"]
    aside = pl.concat([rest.select(columns), made.select(columns)])
    bad = set_aside(aside.filter(pl.col("bad").is_not_null()), "bad", how.member)
    skipped = set_aside(
        aside.filter(pl.col("bad").is_null() & pl.col("skip").is_not_null()), "skip", how.member
    )
    taken, broken, unwanted = rows_of(good, how, numbered)
    return Batch(
        taken,
        pl.concat([bad, broken]).sort("line"),
        pl.concat([skipped, unwanted]).sort("line"),
        lines.count,
    )


def set_aside(frame: pl.DataFrame, reason: str, member: str | None) -> pl.DataFrame:
    """Lines with a reason as `SET_ASIDE`."""
    return frame.select(
        member=pl.lit(member, pl.String),
        line="line",
        byte="byte",
        reason=pl.col(reason),
        column=pl.lit(None, pl.String),
    ).cast(SET_ASIDE)


def rows_of(
    good: pl.DataFrame, how: Read, numbered: int
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Lines a format understood as rows: taken, quarantined, and not matched by a pattern."""
    known = [column.name for column in KINDS[how.spec.kind]]
    if not good.height:
        needed = [c.name for c in KINDS[how.spec.kind] if c.required and c.name not in good.columns]
        good = good.with_columns(pl.lit(None, pl.String).alias(name) for name in needed)
    names = [n for n in good.columns if n in known or n.startswith(ATTRIBUTE_PREFIX)]
    good = decoded(good, names, how)
    layout = _layout(names, how.spec)
    text = good.select(
        *(pl.col(name).alias(str(place)) for place, name in enumerate(names)),
        *(pl.col(place).cast(pl.Int64) for place in PLACES[:3]),
        row_no=pl.int_range(pl.len()) + numbered + 1,
    )
    wanted, unwanted = _wanted(text, layout, how)
    taken, broken = conformed(wanted, layout, how.spec, how.zone, how.member, how.formats)
    required = (column.name for column in KINDS[how.spec.kind] if column.required)
    bare = [pl.col(name) for name in required if taken[name].dtype == pl.String]
    taken = taken.with_columns(pl.when(name != _NO_NAME).then(name).name.keep() for name in bare)
    return taken, broken, unwanted


def unnamed() -> pl.Expr:
    """For a required text of which the format says nothing: null in the rows taken."""
    return pl.lit(_NO_NAME)


def named(column: pl.Expr) -> pl.Expr:
    """A required text; null in the rows taken where it is empty or a dash."""
    return pl.when(column != "").then(column).fill_null(_NO_NAME)


def decoded(frame: pl.DataFrame, names: list[str], how: Read) -> pl.DataFrame:
    """The columns as text: each distinct value with a byte above ASCII decoded once."""
    columns = []
    lost = pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    for name in names:
        column = frame[name]
        high = column.str.contains(_HIGH)
        if not high.any():
            continue
        values = column.filter(high).unique().to_list()
        table = {value: text_of(value.encode("latin-1"), how.spec) for value in values}
        lost |= _is_escaped(column, table)
        for text in table.values():
            how.account.note_text(text.encode(), "utf-8")
        columns.append(column.replace(list(table), list(table.values())))
    how.account.undecodable += int(lost.sum())
    return frame.with_columns(columns) if columns else frame


def _is_escaped(column: pl.Series, table: dict[str, str]) -> pl.Series:
    """Values of which no encoding made a text."""
    lost = [value for value, text in table.items() if text.isascii()]
    return column.is_in(lost).fill_null(value=False)


def text_of(value: bytes, spec: ReadSpec | None = None) -> str:
    """A value of a log as text: in the declared encoding, UTF-8, EUC-JP, CP932, else escaped."""
    declared = spec.declared_encoding if spec else None
    if declared:
        codec = encodings.named(declared, b"").codec
        if (text := encodings.as_utf8(value, codec)) is not None:
            return text.decode()
    if encodings.is_utf8(value):
        return value.decode()
    first = "euc_jp" if encodings.is_rather_euc(value) else "cp932"
    for codec in (first, "cp932", "euc_jp"):
        if (text := encodings.as_utf8(value, codec)) is not None:
            return text.decode()
    return value.decode("ascii", errors="backslashreplace")


def _layout(names: list[str], spec: ReadSpec) -> Layout:
    """The columns found, and those the mapping takes from an attribute."""
    columns = {n: i for i, n in enumerate(names) if not n.startswith(ATTRIBUTE_PREFIX)}
    attributes = {n: i for i, n in enumerate(names) if n.startswith(ATTRIBUTE_PREFIX)}
    cells = tuple(name.removeprefix(ATTRIBUTE_PREFIX) for name in names)
    layout = Layout(cells, columns, attributes)
    for name, other in spec.mapping.columns.items() if spec.mapping else ():
        if (place := place_of(other, layout)) is not None:
            columns[name] = place
    return layout


def _wanted(text: pl.DataFrame, layout: Layout, how: Read) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines a pattern for the list's name matches; all where there is no pattern."""
    fits = pl.lit(value=True)
    for name, pattern in how.spec.mapping.patterns.items() if how.spec.mapping else ():
        place = place_of(pattern.column, layout)
        if name in _NAMES_LIST and place is not None:
            fits &= part_of(pl.col(str(place)), name, pattern).is_not_null()
    aside = text.filter(~fits).with_columns(why=pl.lit(NOT_WANTED))
    return text.filter(fits), set_aside(aside, "why", how.member)


def share(head: bytes, fits: Callable[[bytes], object]) -> float:
    """How many of a head's first whole lines fit, of those neither blank nor comments."""
    lines = head.removeprefix(_BOM).replace(b"\r", b"\n").split(b"\n")
    if len(lines) > 1 and len(head) >= HEAD:
        lines = lines[:-1]
    plain = [line for line in lines if line.strip() and not line.startswith(b"#")][:_SAMPLE]
    return sum(bool(fits(line)) for line in plain) / len(plain) if plain else 0.0

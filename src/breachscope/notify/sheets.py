"""People as CSV and as an Excel book, both from one reading of the frames.

Millions of rows pass through: nothing but the frame at hand is held. The same people give
the same bytes.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.errors import EvidenceError, ReconciliationError
from breachscope.notify.cells import LONGEST, as_text, heading, people_columns
from breachscope.notify.xlsx import BOLD, ROWS_A_SHEET, Book

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from breachscope.notify.package import Package

CUT: Final = "…（長いため切り詰め。CSVを参照）"


def write_csv(path: Path, frame: pl.DataFrame, zone: str) -> None:
    """A small table: UTF-8 with mark, CRLF, every cell text."""
    with path.open("wb") as file:
        as_text(frame, zone).write_csv(
            file, include_bom=True, line_terminator="\r\n", quote_style="always"
        )


def write_table(path: Path, frame: pl.DataFrame, package: Package) -> None:
    """A table as an Excel book of text cells, its headings in Japanese."""
    text = as_text(frame, package.zone)
    with closing(Book(path, package.created)) as book:
        book.begin("一覧", [18] * len(text.columns))
        book.rows(pl.DataFrame({name: [heading(name)] for name in text.columns}), BOLD)
        while text.height > (room := ROWS_A_SHEET + 1 - book.row):
            book.rows(_cut(text.head(room)))
            text = text.slice(room)
            book.begin(f"一覧{len(book.names) + 1}", [18] * len(text.columns))
            book.rows(pl.DataFrame({name: [heading(name)] for name in text.columns}), BOLD)
        book.rows(_cut(text))


def write_people(
    csv: Path, xlsx: Path, package: Package, summary: Iterable[tuple[str, ...]]
) -> int:  # fmt: skip
    """Write both tables of people and say how many persons they hold.

    `summary` is the book's first sheet. Without people there is a heading and no row.

    Raises:
        EvidenceError: a frame lacks person_key or party_id, or the frames differ in columns.
        ReconciliationError: a person of another party, or one person twice.
    """
    seen: list[pl.Series] = []
    columns: list[str] | None = None
    with closing(Book(xlsx, package.created)) as book, csv.open("wb") as file:
        _summary(book, summary)
        for frame in package.people:
            _check(frame, columns, package.recipient.party_id)
            first, columns = columns is None, people_columns(frame.columns)
            text = as_text(frame.select(columns), package.zone)
            text.write_csv(file, include_bom=first, include_header=first,
                           line_terminator="\r\n", quote_style="always")  # fmt: skip
            _add(book, text)
            seen.append(frame["person_key"].hash())
        if columns is None:
            empty = pl.DataFrame(schema=dict.fromkeys(("party_id", "person_key"), pl.String()))
            empty.write_csv(file, include_bom=True, line_terminator="\r\n", quote_style="always")
            _add(book, empty)
    return _distinct(seen)


def _check(frame: pl.DataFrame, columns: list[str] | None, party_id: str) -> None:
    if lacking := {"party_id", "person_key"} - set(frame.columns):
        raise EvidenceError(f"people of {party_id}: no column {', '.join(sorted(lacking))}")
    if columns is not None and columns != people_columns(frame.columns):
        raise EvidenceError(f"people of {party_id}: the parts differ in their columns")
    if not frame.select((pl.col("party_id") == party_id).fill_null(value=False).all()).item():
        raise ReconciliationError(f"people of {party_id}: a person of another party is among them")


def _distinct(seen: list[pl.Series]) -> int:
    keys = pl.concat(seen) if seen else pl.Series(dtype=pl.UInt64)
    if keys.n_unique() != len(keys):
        raise ReconciliationError("a person stands twice in one package's list of people")
    return len(keys)


def _summary(book: Book, rows: Iterable[tuple[str, ...]]) -> None:
    """What this is and the counts, on a sheet of their own before the people."""
    book.begin("人数", [18] * 5, headed=False)
    for row in rows:
        cells = pl.DataFrame([row], schema=[f"c{i}" for i in range(len(row))], orient="row")
        book.rows(cells)


def _add(book: Book, text: pl.DataFrame) -> None:
    """Add people below those that are there, on a new sheet whenever one is full."""
    whole = _cut(text)
    if len(book.names) == 1:
        _begin(book, text.columns)
    while whole.height > (room := ROWS_A_SHEET + 1 - book.row):
        book.rows(whole.head(room))
        whole = whole.slice(room)
        _begin(book, text.columns)
    book.rows(whole)


def _cut(text: pl.DataFrame) -> pl.DataFrame:
    """What a cell of Excel cannot hold, cut with a word on it; the CSV has the whole."""
    long = pl.all().str.len_chars() > LONGEST
    return text.select(pl.when(long).then(pl.all().str.slice(0, LONGEST) + CUT).otherwise(pl.all()))


def _begin(book: Book, columns: list[str]) -> None:
    book.begin(f"対象者{len(book.names)}", [18] * len(columns))
    heads = {name: [heading(name)] for name in columns}
    book.rows(pl.DataFrame(heads), BOLD)

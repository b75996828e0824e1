"""Bytes: the files evidence comes in, their encodings, containers and damage."""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

import polars as pl
import xlsxwriter
import zstandard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np

CHUNK: Final = 100_000
_STILL: Final = datetime(2000, 1, 1)  # a fixed date, so that the same seed gives the same bytes


_CODECS: Final = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}


@dataclass(frozen=True, slots=True)
class TextForm:
    """How text becomes bytes."""

    encoding: str = "cp932"
    newline: str = "\r\n"

    def encoded(self, text: str) -> bytes:
        """The text in this encoding, without a byte order mark."""
        if self.encoding == "euc_jp":
            text = text.replace("－", "−")  # that character has another number there
        return text.encode(_CODECS.get(self.encoding, self.encoding))

    @property
    def mark(self) -> bytes:
        """The byte order mark, if this encoding has one."""
        return {"utf-8-sig": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}.get(self.encoding, b"")


@dataclass(frozen=True, slots=True)
class Body:
    """A table's text: lines above the header, the header, data rows, lines below."""

    header: str
    rows: pl.Series
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    damaged: Mapping[int, bytes] = field(default_factory=dict)  # row (0-based) -> bytes it becomes

    @property
    def first_line(self) -> int:
        """Physical line of the first data row."""
        return len(self.above) + 2


@dataclass(frozen=True, slots=True)
class Written:
    """What the original upload was, and where some of its rows end."""

    bytes: int
    sha256: str
    cuts: tuple[tuple[int, int, int], ...]  # rows wholly sent, bytes so far, bytes of the next row


def pieces(body: Body, form: TextForm, stops: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """(rows so far, bytes) in order; there is a piece ending at each of `stops`."""
    end = form.newline
    head = "".join(line + end for line in (*body.above, body.header))
    yield 0, form.mark + form.encoded(head)
    n = len(body.rows)
    marks = {*range(0, n, CHUNK), *stops, *body.damaged, *(row + 1 for row in body.damaged), n}
    ordered = sorted(mark for mark in marks if mark <= n)
    few = (
        body.rows.to_list() if n < CHUNK else None
    )  # many short pieces: cheaper than asking Polars
    for start, stop in itertools.pairwise(ordered):
        if start in body.damaged:
            yield stop, body.damaged[start] + form.encoded(end)
        else:
            yield stop, form.encoded(_joined(body.rows, few, start, stop, end) + end)
    if body.below:
        yield n, form.encoded("".join(line + end for line in body.below))


def _joined(rows: pl.Series, few: list[str] | None, start: int, stop: int, end: str) -> str:
    if few is not None:
        return end.join(few[start:stop])
    return str(rows.slice(start, stop - start).str.join(end).item())


def write_original(body: Body, form: TextForm, stops: Sequence[int], path: Path | None) -> Written:
    """Write the upload as it was (or only measure it, where no path is given)."""
    digest, size = hashlib.sha256(), 0
    cuts: list[tuple[int, int, int]] = []
    wanted = sorted(set(stops))
    with path.open("wb") if path else io.BytesIO() as out:
        for rows, data in pieces(body, form, [*wanted, *(s + 1 for s in wanted)]):
            if cuts and cuts[-1][2] < 0:
                cuts[-1] = (*cuts[-1][:2], len(data))
            digest.update(data)
            size += len(data)
            if path:
                out.write(data)
            if rows in wanted and rows not in [cut[0] for cut in cuts]:
                cuts.append((rows, size, -1))
    return Written(size, digest.hexdigest(), tuple(cut for cut in cuts if cut[2] > 0))


def contained(data: bytes, member: str, container: str) -> bytes:
    """The same bytes in a gzip, zstd or zip file."""
    if container == "gz":
        return gzip.compress(data, 6, mtime=0)
    if container == "zst":
        return zstandard.ZstdCompressor(level=3).compress(data)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(member, (2000, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def write_book(path: Path, sheet: str, rows: Sequence[Sequence[str | None]]) -> None:
    """An Excel book of one sheet, every cell a text."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        book.set_properties({"created": _STILL})
        page = book.add_worksheet(sheet)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                page.write_string(i, j, cell or "")


def damage(kind: str, line: str, form: TextForm, separator: str) -> bytes:
    """What becomes of a row that does not survive: too few or many fields, foreign bytes."""
    if kind == "few":
        return form.encoded(line[: line.rindex(separator)])
    if kind == "many":
        return form.encoded(line + separator + "1" + separator)
    if kind == "quote":
        return form.encoded('"' + line.replace('"', ""))
    if kind == "other_encoding":
        return line.encode("utf-8")
    cut = form.encoded(line)
    at = cut.index(form.encoded(separator))
    return cut[:at] + _LEADS[form.encoding] + cut[at:]


_LEADS: Final = {"cp932": b"\x81", "euc_jp": b"\xa4", "utf-8-sig": b"\xe3\x81"}


def damages(form: TextForm) -> tuple[str, ...]:
    """The kinds of damage that can happen to a file of this encoding."""
    kinds: tuple[str, ...] = ("few", "many", "quote")
    if form.encoding in _LEADS:
        kinds += ("undecodable",)
    return (*kinds, "other_encoding") if form.encoding == "cp932" else kinds


def table_lines(columns: Mapping[str, pl.Series], separator: str = ",") -> pl.Series:
    """Rows of text columns as lines; null is empty; a cell that needs quotes gets them."""
    frame = pl.DataFrame({str(i): column for i, column in enumerate(columns.values())})
    text = pl.all().cast(pl.String).fill_null("")
    quoted = pl.lit('"') + text + pl.lit('"')
    cells = pl.when(text.str.contains(separator, literal=True)).then(quoted).otherwise(text)
    return frame.select(line=pl.concat_str(cells, separator=separator)).to_series()


def sha256_of(path: Path) -> str:
    """Hash a file without holding it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def spread(rng: np.random.Generator, rows: int, count: int) -> list[int]:
    """Row counts at which a transfer may have broken off."""
    if rows < 5:
        return []
    return sorted({int(x) for x in rng.integers(1, rows - 1, count)})

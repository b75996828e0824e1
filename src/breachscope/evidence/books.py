"""Excel: every sheet whose first rows name columns, read as text.

Lines are the sheet's rows; there is no byte offset.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import fastexcel
import polars as pl

from breachscope.errors import EvidenceError
from breachscope.evidence import headers, records
from breachscope.evidence.account import Aside, Batch, set_aside
from breachscope.evidence.shape import conformed
from breachscope.schema import ATTRIBUTE_PREFIX

if TYPE_CHECKING:
    from breachscope.evidence.headers import Layout
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

RESTORED: Final = "zero_restored"
"""The attribute that names the columns of a row whose leading zero the spreadsheet dropped."""


def sheets(data: bytes, where: str) -> list[tuple[str, pl.DataFrame]]:
    """Every sheet that is not empty, as text cells named "0", "1", …, its first row first.

    Raises:
        EvidenceError: the book is damaged or locked.
    """
    try:
        book = fastexcel.read_excel(data)
        loaded = [
            (name, book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string"))
            for name in book.sheet_names
        ]
        frames = [(name, sheet.to_polars()) for name, sheet in loaded if sheet.width]
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, ValueError):
        raise EvidenceError(f"{where}: the book is damaged, or locked with a password") from None
    return [
        (name, frame.rename({old: str(i) for i, old in enumerate(frame.columns)}))
        for name, frame in frames
        if frame.height
    ]


def layout_of(sheet: pl.DataFrame, spec: ReadSpec, where: str) -> Layout | None:
    """The columns of a sheet; None where none of its first rows names any."""
    top = [[cell or "" for cell in row] for row in sheet.head(60).rows()]
    place = headers.find(top, spec)
    if place is None:
        return None
    made = headers.layout(top[place], spec, where)
    return replace(made, first=place + 1, last=place + 1)


def batch(sheet: pl.DataFrame, layout: Layout, spec: ReadSpec, zone: Zone, member: str) -> Batch:
    """The rows of a sheet; leading zeros the spreadsheet dropped are put back, and flagged."""
    below = sheet.with_row_index("line", 1).with_columns(why=_skipped(sheet, layout))
    below = below.filter(pl.col("line") != layout.last)
    aside = below.filter(pl.col("why").is_not_null()).select("line", "why").rows()
    skipped = set_aside([Aside(line, None, why) for line, why in aside], member)
    good = below.filter(pl.col("why").is_null()).with_row_index("row_no", 1)
    nowhere = pl.lit(None, pl.UInt64)
    text, wide = _zeros_restored(good.with_columns(byte=nowhere, byte_end=nowhere), layout)
    taken, broken = conformed(text, wide, spec, zone, member)
    return Batch(taken, broken, skipped, below.height)


def _skipped(sheet: pl.DataFrame, layout: Layout) -> pl.Expr:
    """Why a row of the sheet is none of the table; null where it is one."""
    header = sheet.row(layout.last - 1)
    cells = [pl.col(name).str.strip_chars().fill_null("") for name in sheet.columns]
    filled = pl.sum_horizontal((cell != "").cast(pl.UInt32) for cell in cells)
    same = pl.all_horizontal(
        cell == (name or "").strip() for cell, name in zip(cells, header, strict=True)
    )
    word = cells[0].str.to_lowercase().is_in(list(records.FOOTER_WORDS))
    is_sum = word & (filled <= max(2, len(cells) // 2))
    last = pl.when((filled > 1) & ~is_sum).then(pl.col("line")).max()
    is_note = (filled == 1) & (pl.col("line") > last) & pl.lit(len(cells) > 1)
    return (
        pl.when(pl.col("line") < layout.first)
        .then(pl.lit(records.TITLE))
        .when(filled == 0)
        .then(pl.lit(records.BLANK))
        .when(same)
        .then(pl.lit(records.REPEATED))
        .when(is_sum | is_note)
        .then(pl.lit(records.FOOTER))
    )


def _zeros_restored(rows: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """Postal codes of 5 or 6 digits, telephones of 9 or 10 that do not begin with 0."""
    fixed, flags = [], []
    for name in ("postal_code", "phone", "phone2"):
        if name not in layout.columns:
            continue
        cell = pl.col(str(layout.columns[name]))
        is_code = name == "postal_code"
        lost = cell.str.contains(r"^[0-9]{5,6}$" if is_code else r"^[1-9][0-9]{8,9}$")
        whole = cell.str.zfill(7) if is_code else "0" + cell
        fixed.append(pl.when(lost).then(whole).otherwise(cell).alias(str(layout.columns[name])))
        flags.append(pl.when(lost).then(pl.lit(name)))
    if not fixed:
        return rows, layout
    place = len(layout.cells)
    flag = pl.concat_str(flags, separator=",", ignore_nulls=True).alias(str(place))
    attributes = {**layout.attributes, ATTRIBUTE_PREFIX + RESTORED: place}
    wide = replace(layout, cells=(*layout.cells, RESTORED), attributes=attributes)
    return rows.with_columns(*fixed, flag), wide

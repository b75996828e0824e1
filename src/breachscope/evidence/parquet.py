"""Parquet: its rows as text, so that they are judged like any other's.

Lines are the file's rows; there is no byte offset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

import polars as pl

from breachscope.errors import EvidenceError
from breachscope.evidence.account import Batch, set_aside
from breachscope.evidence.shape import conformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from breachscope.evidence.headers import Layout
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

ROWS: Final = 200_000


def names(file: BinaryIO, where: str) -> list[str]:
    """The names of the file's columns.

    Raises:
        EvidenceError: it is cut short or damaged.
    """
    try:
        return pl.scan_parquet(file).collect_schema().names()
    except (pl.exceptions.PolarsError, OSError):
        raise _damaged(where) from None


def batches(
    file: BinaryIO, layout: Layout, spec: ReadSpec, zone: Zone, where: str
) -> Iterator[Batch]:
    """The rows of the file, some at a time."""
    done = 0
    while (frame := _rows(file, done, where)).height:
        nowhere = pl.lit(None, pl.UInt64)
        number = pl.int_range(done + 1, done + 1 + pl.len())
        text = frame.with_columns(line=number, byte=nowhere, byte_end=nowhere, row_no=number)
        taken, broken = conformed(text, layout, spec, zone, None)
        done += frame.height
        yield Batch(taken, broken, set_aside([], None), frame.height)


def _rows(file: BinaryIO, done: int, where: str) -> pl.DataFrame:
    try:
        file.seek(0)
        scan = pl.scan_parquet(file)
        cells = [
            _as_text(name, dtype).alias(str(place))
            for place, (name, dtype) in enumerate(scan.collect_schema().items())
        ]
        return scan.slice(done, ROWS).select(cells).collect()
    except (pl.exceptions.PolarsError, OSError):
        raise _damaged(where) from None


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        utc = pl.col(name).dt.convert_time_zone("UTC")
        return utc.dt.strftime("%Y-%m-%d %H:%M:%S%.6f+00:00")
    if isinstance(dtype, pl.List | pl.Array | pl.Struct):
        return pl.struct(name).struct.json_encode()
    return pl.col(name).cast(pl.String, strict=False)


def _damaged(where: str) -> EvidenceError:
    return EvidenceError(f"{where}: the Parquet file is cut short or damaged")

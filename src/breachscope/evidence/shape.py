"""Rows of text to the canonical table of a kind; rows that do not fit are set aside.

A frame of text has one column a file column, named "0", "1", …, and `line`, `byte`,
`byte_end`, `row_no`. Every reader of tables ends here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.errors import EvidenceError
from breachscope.evidence import times, values
from breachscope.evidence.headers import place_of
from breachscope.evidence.mapping import part_of
from breachscope.schema import (
    ATTRIBUTE_PREFIX,
    KINDS,
    SET_ASIDE,
    Column,
    ColumnType,
    Kind,
    canonical,
    time_columns,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breachscope.evidence.headers import Layout
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

PLACES: Final = ("line", "byte", "byte_end", "row_no")
OF_PEOPLE: Final = (Kind.RECORDS, Kind.LEAK)
"""Kinds whose cells stay text: the content of lists."""
MOST_ROWS: Final = 2**32 - 1
"""Row numbers are kept in 32 bits."""


def conformed(
    text: pl.DataFrame,
    layout: Layout,
    spec: ReadSpec,
    zone: Zone,
    member: str | None,
    formats: Mapping[str, str] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows taken, and those quarantined (`SET_ASIDE`): together every row given.

    `formats` says how a log format writes its time columns; the mapping's own hold before it.

    Raises:
        EvidenceError: times carry no offset and no zone is known.
    """
    named = _named(text, layout, spec).with_columns(member=pl.lit(member, pl.String))
    if spec.kind in OF_PEOPLE:
        return _people(named, layout, spec)
    return _events(named, spec, zone, formats or {})


def with_raw(taken: pl.DataFrame, name: str, texts: Mapping[int, str]) -> pl.DataFrame:
    """The rows with the time `name` as it stood in the file, by line, where it was composed."""
    raw = pl.DataFrame(
        {"line": list(texts), "_raw": list(texts.values())},
        schema={"line": pl.UInt64(), "_raw": pl.String()},
    )
    found = taken.join(raw, on="line", how="left", maintain_order="left", validate="m:1")
    return found.with_columns(pl.col("_raw").alias(f"{name}_raw")).drop("_raw")


def _named(text: pl.DataFrame, layout: Layout, spec: ReadSpec) -> pl.DataFrame:
    """The columns found, filled, cut out by a pattern, and the attributes, under their names."""
    cells = {name: pl.col(str(place)) for name, place in layout.columns.items()}
    for name, value in spec.filled.items():
        if name not in cells and any(column.name == name for column in KINDS[spec.kind]):
            cells[name] = pl.lit(value)
    for name, pattern in spec.mapping.patterns.items() if spec.mapping else ():
        place = place_of(pattern.column, layout)
        cells[name] = part_of(pl.col(str(place)), name, pattern)
    attributes = {name: pl.col(str(place)) for name, place in layout.attributes.items()}
    empty = pl.lit("")
    return text.select(
        *(pl.when(cell != empty).then(cell).alias(name) for name, cell in cells.items()),
        *(pl.when(cell != empty).then(cell).alias(name) for name, cell in attributes.items()),
        *(pl.col(place).alias(f"_{place}") for place in PLACES),
    )


def _people(
    named: pl.DataFrame, layout: Layout, spec: ReadSpec
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records and leaks: cells as they are; the row's own number where it has one."""
    number = pl.col("_row_no")
    reason: pl.Expr = pl.lit(None, pl.String)
    if "row_no" in layout.columns:
        number = values.integer(pl.col("row_no"))
        reason = (
            pl.when(pl.col("row_no").is_null())
            .then(pl.lit("is empty"))
            .when(number.is_null())
            .then(pl.lit("not a whole number"))
            .when(~number.is_between(1, MOST_ROWS))
            .then(pl.lit(f"is not between 1 and {MOST_ROWS}"))
        )
    fault: pl.Expr = pl.when(reason.is_not_null()).then(pl.lit("row_no"))
    if spec.kind is Kind.RECORDS:
        missing = pl.col("version_id").is_null() & reason.is_null()
        fault = pl.when(missing).then(pl.lit("version_id")).otherwise(fault)
        reason = pl.when(missing).then(pl.lit("is empty")).otherwise(reason)
    judged = named.with_columns(row_no=number.cast(pl.Int64), _column=fault, _reason=reason)
    wanted = [column.name for column in KINDS[spec.kind] if column.name in judged.columns]
    if "row_no" not in wanted:
        wanted.append("row_no")
    return _parted(judged, [*wanted, "member", "line", "byte", "byte_end"])


def _events(
    named: pl.DataFrame, spec: ReadSpec, zone: Zone, formats: Mapping[str, str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Events and registers: every column as its type."""
    schema = canonical(spec.kind)
    read = _times(named, spec, zone, formats)
    columns = [c for c in KINDS[spec.kind] if c.name in named.columns]
    plain = [c for c in columns if c.type is not ColumnType.TIME]
    judged = named.with_columns(
        *read,
        *(_cell(c).alias(f"_given_{c.name}") for c in plain),
    ).with_columns(
        *(values.typed(pl.col(f"_given_{c.name}"), c, spec).alias(c.name) for c in plain),
        clock_offset=pl.lit(spec.clock_offset),
    )
    judged = _with_faults(judged, columns)
    absent = [name for name in schema if name not in judged.columns]
    judged = judged.with_columns(
        **{name: pl.lit(None, schema[name]) for name in absent},
    )
    return _parted(judged, schema.names())


def _times(
    named: pl.DataFrame, spec: ReadSpec, zone: Zone, formats: Mapping[str, str]
) -> list[pl.Series]:
    """For each time column: the instant, its raw text, its problem; and the rows' zones."""
    formats = {**formats, **(spec.mapping.formats if spec.mapping else {})}
    found = [name for name in time_columns(spec.kind) if name in named.columns]
    made: list[pl.Series] = []
    reads = []
    for name in found:
        text = named.select(values.given(pl.col(name))).to_series()
        read = times.instants(text, zone, formats.get(name))
        if zone.name is None and times.needs_zone(read):
            raise EvidenceError(
                f"{name}: times carry no offset, and no zone is known",
                hint="say which with --zone, as in --zone Asia/Tokyo",
            )
        reads.append(read)
        shift = pl.duration(microseconds=round(spec.clock_offset * 1_000_000))
        made += [
            read.select((pl.col("at") + shift).alias(name)).to_series(),
            named[name].alias(f"{name}_raw"),
            read["problem"].alias(f"_problem_{name}"),
        ]
    return [*made, *times.zones_of(reads, zone)] if reads else made


def _cell(column: Column) -> pl.Expr:
    """The text to be typed: without the space around it, null where it says "none"."""
    text = pl.col(column.name).str.strip_chars()
    if column.required and column.type is ColumnType.TEXT:
        return pl.when(text != "").then(text)
    return values.given(text)


def _with_faults(judged: pl.DataFrame, columns: list[Column]) -> pl.DataFrame:
    """`_column` and `_reason`: the first column of each row that does not fit, if any."""
    names, reasons = [], []
    for column in columns:
        is_time = column.type is ColumnType.TIME
        given = pl.col(f"{column.name}_raw" if is_time else f"_given_{column.name}")
        why = pl.col(f"_problem_{column.name}") if is_time else pl.lit(values.FAULTS[column.type])
        wrong = given.is_not_null() & pl.col(column.name).is_null()
        wrong &= pl.lit(value=True) if not is_time else why.is_not_null()
        empty = pl.col(column.name).is_null() & pl.lit(column.required)
        reason = pl.when(wrong).then(why).when(empty).then(pl.lit("is empty"))
        names.append(pl.when(reason.is_not_null()).then(pl.lit(column.name)))
        reasons.append(reason)
    return judged.with_columns(_column=pl.coalesce(names), _reason=pl.coalesce(reasons))


def _parted(judged: pl.DataFrame, wanted: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    attributes = [name for name in judged.columns if name.startswith(ATTRIBUTE_PREFIX)]
    judged = judged.with_columns(
        pl.col(f"_{name}").cast(pl.UInt64).alias(name) for name in PLACES if name != "row_no"
    )
    good = pl.col("_column").is_null()
    set_aside = judged.filter(~good).select(
        "member",
        "line",
        "byte",
        reason=pl.col("_column") + ": " + pl.col("_reason"),
        column="_column",
    )
    return judged.filter(good).select(*wanted, *attributes), set_aside.cast(SET_ASIDE)

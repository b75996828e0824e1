"""Two copies of one log, line by line: which lines are missing, added or altered.

Frames in memory of one kind, each row with `row`, its place in its file (0-based, in the
order of member and line). Lines are matched one to one, as multisets: of three equal lines
against two, one is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.reconstruct.timeline import EVENT_TIME
from breachscope.schema import ATTRIBUTE_PREFIX, COPY_LINES, KINDS, PROVENANCE, Kind, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEAR: Final = pl.duration(days=1)
"""A line whose time was altered is looked for within a day, if it did not keep its place."""

_PAIR: Final = pl.Schema({"row": pl.UInt32(), "copy_row": pl.UInt32()})
_APPLIED: Final = ("zone", "zone_from", "clock_offset")


def content_columns(kind: Kind) -> list[str]:
    """The canonical columns two copies of a line agree in: not where and how they were read."""
    apart = {*PROVENANCE, *_APPLIED, "byte_end"}
    return [c for c in canonical(kind).names() if c not in apart and not c.endswith("_raw")]


def required_columns(kind: Kind) -> list[str]:
    """The content columns no line of the kind is without."""
    return [column.name for column in KINDS[kind] if column.required]


def equal_lines(original: pl.DataFrame, copy: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Pairs (row, copy_row) of lines equal in `columns`, one to one, in order."""
    nth = pl.int_range(pl.len()).over(columns)
    keys = [*columns, "nth"]
    left = original.select("row", *columns, nth=nth)
    right = copy.select(*columns, copy_row="row", nth=nth)
    pairs = left.join(right, on=keys, nulls_equal=True, validate="1:1")
    return pairs.select(_PAIR.names()).sort("row")


def differences(
    original: pl.DataFrame, copy: pl.DataFrame, columns: Sequence[str], kind: Kind
) -> pl.DataFrame:
    """The lines that differ: change, row, copy_row, columns (those that differ, if altered)."""
    equal = equal_lines(original, copy, columns)
    altered = _altered(original, copy, columns, equal, kind)
    paired = pl.concat([equal, altered])
    attributes = _shared_attributes(original, copy)
    return pl.concat(
        [
            _told(altered, original, copy, [*columns, *attributes]),
            _attributes_altered(equal, original, copy, attributes),
            _alone(original, paired, "row", "missing"),
            _alone(copy, paired, "copy_row", "added"),
        ],
        how="diagonal",
    )


def _altered(
    original: pl.DataFrame,
    copy: pl.DataFrame,
    columns: Sequence[str],
    equal: pl.DataFrame,
    kind: Kind,
) -> pl.DataFrame:
    """Pair leftover lines, the least altered first."""
    left = original.join(equal, on="row", how="anti").with_columns(place=_place(equal["row"]))
    right = copy.join(equal, left_on="row", right_on="copy_row", how="anti")
    right = right.with_columns(place=_place(equal["copy_row"].sort()))
    found = [pl.DataFrame(schema=_PAIR)]
    for keys in _ways(columns, EVENT_TIME[kind], required_columns(kind)):
        if left.is_empty() or right.is_empty():
            break
        pairs = _alike(left, right, equal_lines(left, right, keys), columns, EVENT_TIME[kind])
        found.append(pairs)
        left = left.join(pairs, on="row", how="anti")
        right = right.join(pairs, left_on="row", right_on="copy_row", how="anti")
    return pl.concat(found)


def _ways(columns: Sequence[str], time: str, required: Sequence[str]) -> Iterator[list[str]]:
    """What two lines must share to be one line altered, most telling first."""
    others = [column for column in columns if column != time]
    for column in others:
        yield [c for c in columns if c != column]
    yield [c for c in columns if c in required]
    yield [time]
    yield [*others, "place"]
    yield others
    for column in others:
        yield [*(c for c in others if c != column), "place"]


def _alike(
    left: pl.DataFrame, right: pl.DataFrame, pairs: pl.DataFrame, columns: Sequence[str], time: str
) -> pl.DataFrame:
    """The pairs that share at least half their columns, and their place or nearly their time."""
    both = _side_by_side(pairs, left, right, [*columns, "place"])
    differ = pl.sum_horizontal(pl.col(c).ne_missing(pl.col(f"{c}_copy")) for c in columns)
    near = (pl.col(time) - pl.col(f"{time}_copy")).abs() <= NEAR
    kept = both.filter(differ <= len(columns) / 2, near | (pl.col("place") == pl.col("place_copy")))
    return kept.select(_PAIR.names())


def _place(matched: pl.Series) -> pl.Expr:
    """How many matched lines stand before a line, by the sorted rows of those matched."""
    counted = pl.lit(matched).search_sorted(pl.col("row"))
    return counted.cast(pl.UInt32)


def _side_by_side(
    pairs: pl.DataFrame, original: pl.DataFrame, copy: pl.DataFrame, columns: Sequence[str]
) -> pl.DataFrame:
    """Each pair with the original's columns X and the copy's X_copy."""
    of_copy = copy.select(copy_row="row", **{f"{column}_copy": column for column in columns})
    return (
        pairs.join(original.select("row", *columns), on="row", validate="1:1")
        .join(of_copy, on="copy_row", validate="1:1")
        .sort("row")
    )


def _told(
    pairs: pl.DataFrame, original: pl.DataFrame, copy: pl.DataFrame, columns: Sequence[str]
) -> pl.DataFrame:
    """Pairs as altered lines, with the names of the columns that differ."""
    names = [pl.when(pl.col(c).ne_missing(pl.col(f"{c}_copy"))).then(pl.lit(c)) for c in columns]
    return _side_by_side(pairs, original, copy, columns).select(
        *_PAIR.names(),
        change=pl.lit("altered", dtype=COPY_LINES["change"]),
        columns=pl.concat_list(names).list.drop_nulls(),
    )


def _attributes_altered(
    equal: pl.DataFrame, original: pl.DataFrame, copy: pl.DataFrame, attributes: Sequence[str]
) -> pl.DataFrame:
    """Lines equal but for an attribute that hardly ever differs (a renumbering differs always)."""
    if not attributes:
        return pl.DataFrame(schema={**_PAIR, "change": COPY_LINES["change"]})
    both = _side_by_side(equal, original, copy, attributes)
    rare = [
        c for c in attributes if both[c].ne_missing(both[f"{c}_copy"]).sum() * 10 <= both.height
    ]
    if not rare:
        return pl.DataFrame(schema={**_PAIR, "change": COPY_LINES["change"]})
    return _told(equal, original, copy, rare).filter(pl.col("columns").list.len() > 0)


def _shared_attributes(original: pl.DataFrame, copy: pl.DataFrame) -> list[str]:
    """The attributes both files give."""
    names = [name for name in original.columns if name.startswith(ATTRIBUTE_PREFIX)]
    return [n for n in names if original[n].count() > 0 and copy[n].count() > 0]


def _alone(lines: pl.DataFrame, paired: pl.DataFrame, row: str, change: str) -> pl.DataFrame:
    """The lines without a partner, as missing or added."""
    rest = lines.select(pl.col("row").alias(row)).join(paired, on=row, how="anti")
    return rest.with_columns(change=pl.lit(change, dtype=COPY_LINES["change"]))

"""What the cells of each column have in common: counts of the tests of `shapes`, no values.

Looked at are at most 5,000 evenly spaced rows, fewer of a very wide table, and of each column
every distinct cell once: the same list gives the same facts, in whatever order its columns
stand, and in whatever order its rows stand unless there are more of them than are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.japanese.dates import birth_date
from breachscope.linkage import shapes
from breachscope.linkage.columns_headers import HEADER_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ROWS: Final = 5_000
MOST_CELLS: Final = 240_000
LEAST_ROWS: Final = 300
PROVENANCE: Final = ("row_no", "member", "line", "byte", "byte_end", "evidence_id", "version_id")
"""Columns of a taken list that are not the list's own."""

_UNFILLED: Final = r"^(?:[-*/?.]*|(?i:null|none|nan|n/a)|なし|無し|不明|未登録|未設定)$"


@dataclass(frozen=True, slots=True)
class Facts:
    """One column as its cells show it; counts are of cells looked at."""

    column: str
    filled: int = 0
    distinct: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    signature: int = 0  # cells of the commonest pattern of digits and letters
    areas: int = 0  # different beginnings of seven bare digits, as post codes have
    years: Sequence[tuple[int, int]] = ()  # year of a date, cells
    word: str = ""  # a header found among the rows

    def share(self, test: str) -> float:
        """The share of filled cells that pass a test."""
        return self.counts.get(test, 0) / self.filled if self.filled else 0.0

    @property
    def signature_share(self) -> float:
        """How far all cells follow one pattern."""
        return self.signature / self.filled if self.filled else 0.0

    @property
    def distinct_share(self) -> float:
        """Distinct cells by filled cells."""
        return self.distinct / self.filled if self.filled else 0.0

    def year_at(self, share: float) -> int | None:
        """The year below which that share of the dates lies."""
        wanted = share * sum(count for _, count in self.years)
        passed = 0
        for year, count in self.years:
            passed += count
            if passed >= wanted:
                return year
        return None


def own_columns(cells: pl.DataFrame) -> list[str]:
    """The text columns of a taken list, in order."""
    return [
        name
        for name, dtype in cells.schema.items()
        if dtype == pl.String() and name not in PROVENANCE
    ]


def looked_at(cells: pl.DataFrame, most: int = MOST_ROWS) -> pl.DataFrame:
    """Evenly spaced rows of the list's own columns."""
    own = cells.select(own_columns(cells))
    rows = min(most, max(LEAST_ROWS, MOST_CELLS // max(own.width, 1)))
    if own.height <= rows:
        return own
    places = pl.int_range(0, rows, eager=True, dtype=pl.UInt64) * own.height // rows
    return own[places]


def facts(sample: pl.DataFrame) -> dict[str, Facts]:
    """The facts of every column, without the rows that are headers themselves."""
    body, words = _without_headers(sample)
    cells = _distinct_cells(body)
    counts = _sums(cells, _tested(cells))
    signatures, years, areas = _signatures(cells), _years(cells), _areas(cells)
    return {
        name: Facts(
            name,
            filled=counts.get(name, {}).get("filled", 0),
            distinct=counts.get(name, {}).get("distinct", 0),
            counts=counts.get(name, {}),
            signature=signatures.get(name, 0),
            areas=areas.get(name, 0),
            years=years.get(name, ()),
            word=words.get(name, ""),
        )
        for name in sample.columns
    }


def _without_headers(sample: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, str]]:
    """The rows that are none, and of a header among them its words by column."""
    if not sample.width or not sample.height:
        return sample, {}
    known = list(HEADER_WORDS)
    hits = pl.sum_horizontal(
        pl.col(c).str.strip_chars(" 　\ufeff").is_in(known) for c in sample.columns
    )
    filled = pl.sum_horizontal(pl.col(c).str.contains(r"\S") for c in sample.columns)
    is_header = sample.select((hits >= 2) & (hits * 2 >= filled)).to_series()
    if not is_header.any():
        return sample, {}
    best = sample.filter(is_header).sort(sample.columns).row(0, named=True)
    return sample.filter(~is_header), {name: word or "" for name, word in best.items()}


def _distinct_cells(body: pl.DataFrame) -> pl.DataFrame:
    """column, value, count, text, of each column's distinct filled cells."""
    parts = [
        body[name].alias("value").value_counts(name="count").with_columns(column=pl.lit(place))
        for place, name in enumerate(body.columns)
    ]
    nothing = {"value": pl.String(), "count": pl.UInt32(), "column": pl.Int32()}
    whole = pl.concat([pl.DataFrame(schema=nothing), *parts], how="vertical_relaxed")
    names = pl.Series(body.columns, dtype=pl.String)
    return (
        whole.lazy()
        .filter(pl.col("value").str.contains(r"\S"))
        .with_columns(text=shapes.plain("value"), column=pl.lit(names).gather("column"))
        .filter(~pl.col("text").str.contains(_UNFILLED))
        .collect()
    )


def _tested(cells: pl.DataFrame) -> list[pl.DataFrame]:
    """The cells without and with digits, each with the tests of its kind."""
    kept = ("column", "count")
    words = cells.lazy().filter(~shapes.has_digits()).with_columns(*shapes.keys_of_words())
    digits = cells.lazy().filter(shapes.has_digits()).pipe(shapes.with_numbers)
    return pl.collect_all(
        [
            words.select(*kept, **shapes.of_words()),
            digits.select(*kept, **shapes.of_digits()),
            _dates(cells).select(*kept, date=pl.lit(value=True)),
        ]
    )


def _dates(cells: pl.DataFrame) -> pl.LazyFrame:
    looks = pl.col("text").str.to_uppercase().str.contains(shapes.DATE_LOOK)
    dated = cells.lazy().filter(shapes.has_digits() & looks)
    return dated.with_columns(day=birth_date("value")).filter(pl.col("day").is_not_null())


def _sums(cells: pl.DataFrame, tested: list[pl.DataFrame]) -> dict[str, dict[str, int]]:
    """Of each column, the cells that pass each test, and `filled` and `distinct`."""
    found: dict[str, dict[str, int]] = {}
    basics = cells.group_by("column").agg(filled=pl.col("count").sum(), distinct=pl.len())
    weighted = [
        frame.group_by("column").agg(
            pl.col("count").filter(pl.col(test)).sum().alias(test) for test in frame.columns[2:]
        )
        for frame in tested
    ]
    for frame in (basics, *weighted):
        for row in frame.iter_rows(named=True):
            sums = found.setdefault(row.pop("column"), {})
            for test, count in row.items():
                sums[test] = sums.get(test, 0) + count
    return found


def _signatures(cells: pl.DataFrame) -> dict[str, int]:
    """Of each column, the cells of its commonest pattern, digits and capitals each as one sign."""
    made = (
        cells.lazy()
        .filter(shapes.has_digits())
        .select(
            "column",
            "count",
            pattern=pl.col("text").str.replace_all("[0-9]", "9").str.replace_all("[A-Za-z]", "A"),
        )
        .group_by("column", "pattern")
        .agg(pl.col("count").sum())
        .group_by("column")
        .agg(pl.col("count").max())
        .collect()
    )
    return dict(made.iter_rows())


def _areas(cells: pl.DataFrame) -> dict[str, int]:
    """Of each column, how many first three digits its numbers of seven digits have."""
    area = pl.col("text").str.extract("^〒? ?([0-9]{3})[0-9]{4}$", 1)
    made = cells.group_by("column").agg(area.drop_nulls().n_unique())
    return dict(made.iter_rows())


def _years(cells: pl.DataFrame) -> dict[str, list[tuple[int, int]]]:
    """Of each column, years and the cells that name them, ascending."""
    made = (
        _dates(cells)
        .group_by("column", year=pl.col("day").dt.year())
        .agg(pl.col("count").sum())
        .sort("column", "year")
        .collect()
    )
    years: dict[str, list[tuple[int, int]]] = {}
    for column, year, count in made.iter_rows():
        years.setdefault(column, []).append((year, count))
    return years

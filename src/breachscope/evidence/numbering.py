"""The row numbers of lists: within one file, no two rows of a version have the same."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.schema import SET_ASIDE, Kind

if TYPE_CHECKING:
    from breachscope.evidence.account import Account, Batch
    from breachscope.evidence.headers import Layout
    from breachscope.evidence.spec import ReadSpec

TWICE: Final = "row_no: given twice"
_RUNS: Final = {"version_id": pl.String(), "first": pl.Int64(), "last": pl.Int64()}


@dataclass(slots=True)
class Numbers:
    """What is carried over the batches of one file, over all its members and sheets.

    Numbers the file gives are kept; a row whose number its version has had is set aside. Else
    rows are numbered from 1 in file order, and a quarantined row takes a number too: it is a
    row of the list. Where the file names the version of each row, every version is numbered
    for itself, and a quarantined row takes a number only if its version can be told: one that
    lacks fields, or the version, takes none.
    """

    is_given: bool = False
    is_by_version: bool = False
    before: int = 0  # rows of the members before this one
    runs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_RUNS))

    def begin(self, layout: Layout, spec: ReadSpec, account: Account) -> None:
        """A table of the file begins; `account` is of those before it."""
        patterns = spec.mapping.patterns if spec.mapping else {}
        self.is_given = spec.kind is Kind.RECORDS and "row_no" in layout.columns
        self.is_by_version = spec.kind is Kind.RECORDS and (
            "version_id" in layout.columns or "version_id" in patterns
        )
        highest = self.runs["last"].max() or 0
        assert isinstance(highest, int)
        self.before = max(account.taken + account.quarantined, highest)

    def numbered(self, batch: Batch, kind: Kind) -> Batch:
        """The batch with the numbers its rows have in the whole file."""
        if kind is Kind.LEAK:
            return replace(batch, taken=self._numbered_on(batch.taken))
        if kind is not Kind.RECORDS or batch.taken.is_empty():
            return batch
        if self.is_given:
            batch = self._without_repeats(batch)
        elif self.is_by_version:
            batch = replace(batch, taken=self._by_version(batch.taken))
        else:
            batch = replace(batch, taken=self._numbered_on(batch.taken))
        is_in_order = not self.is_given and not self.is_by_version
        runs = _rising_runs(batch.taken) if is_in_order else _runs(batch.taken)
        self.runs = pl.concat([self.runs, runs])
        return batch

    def _numbered_on(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns(pl.col("row_no") + self.before) if self.before else rows

    def _by_version(self, rows: pl.DataFrame) -> pl.DataFrame:
        highest = self.runs.group_by("version_id").agg(_before=pl.col("last").max())
        within = pl.int_range(1, pl.len() + 1).over("version_id")
        known = rows.join(highest, on="version_id", how="left", maintain_order="left")
        numbers = within + pl.col("_before").fill_null(0)
        return known.with_columns(row_no=numbers).select(rows.columns)

    def _without_repeats(self, batch: Batch) -> Batch:
        """The later of two rows of one version and number is quarantined."""
        key = ("version_id", "row_no")
        rows = batch.taken.with_row_index("_at").with_columns(
            _again=~pl.struct(key).is_first_distinct()
        )
        met = rows.sort("row_no").join_asof(
            self.runs.sort("first"),
            left_on="row_no",
            right_on="first",
            by="version_id",
            check_sortedness=False,
        )
        seen = (pl.col("row_no") <= pl.col("last")).fill_null(value=False)
        again = met.sort("_at").select(pl.col("_again") | seen).to_series()
        if not again.any():
            return batch
        places = batch.taken.filter(again).select("member", "line", "byte")
        repeats = places.with_columns(reason=pl.lit(TWICE), column=pl.lit("row_no"))
        aside = pl.concat([batch.quarantined, repeats.cast(SET_ASIDE)]).sort("line")
        return replace(batch, taken=batch.taken.filter(~again), quarantined=aside)


def _rising_runs(rows: pl.DataFrame) -> pl.DataFrame:
    """As `_runs`, of rows of one version whose numbers rise."""
    numbers = rows["row_no"].to_numpy()
    gaps = np.flatnonzero(np.diff(numbers) != 1)
    return pl.DataFrame(
        {
            "version_id": rows["version_id"].gather(np.append(0, gaps + 1)),
            "first": numbers[np.append(0, gaps + 1)],
            "last": numbers[np.append(gaps, len(numbers) - 1)],
        },
        schema=_RUNS,
    )


def _runs(rows: pl.DataFrame) -> pl.DataFrame:
    """The numbers of each version as stretches without a gap: few where a file is in order."""
    ordered = rows.select("version_id", "row_no").sort("version_id", "row_no")
    goes_on = (pl.col("row_no").diff() == 1) & (
        pl.col("version_id") == pl.col("version_id").shift()
    )
    run = (~goes_on).fill_null(value=True).cum_sum()
    return (
        ordered.group_by(run.alias("run"), maintain_order=True)
        .agg(
            pl.col("version_id").first(),
            first=pl.col("row_no").min(),
            last=pl.col("row_no").max(),
        )
        .select(*_RUNS)
    )

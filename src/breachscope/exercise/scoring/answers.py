"""How the answers of a run hold against the truth: a grid of questions, party by stretch.

Pure: ANSWERS of the run and frames of the truth in, figures out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import polars as pl

from breachscope.exercise.facts import INQUIRY

if TYPE_CHECKING:
    from collections.abc import Iterator

ZONE: Final = "Asia/Tokyo"
MONTHS: Final = (1, 3, 12)
"""Questions are asked of every month, quarter and year under inquiry."""

ALLOWED_SHARE: Final = 0.05
"""So many of the questions may be answered "cannot tell" where the truth's log is whole."""


@dataclass(frozen=True, slots=True)
class AnswerScore:
    """Questions by what is true of them and what was answered."""

    questions: int
    left_seen: int  # data left, and a line of the log tells of it
    left_seen_found: int
    left_seen_denied: int  # ... and the answer was "not found": must be 0
    silent: int  # the log of part of the stretch is lost, and no line tells that data left
    silent_denied: int  # ... and the answer was "not found": must be 0
    whole_not_told: int  # "cannot tell" although the log is whole and nothing left
    found_nothing_left: int  # "found" although nothing left
    found_nothing_left_possible: int  # ... of these, where it was told as merely possible

    def as_lines(self) -> list[str]:
        """For a terminal of 80 columns."""
        share = self.whole_not_told / max(self.questions, 1)
        return [
            f"Answers against the truth: {self.questions:,} questions, party by month, quarter, "
            "year",
            f"  data left, the log tells of it          {self.left_seen:>7,}   found "
            f"{self.left_seen_found:,}, denied {self.left_seen_denied:,}",
            f"  part of the log lost, else nothing seen {self.silent:>7,}   denied "
            f"{self.silent_denied:,}",
            f"  cannot tell where the log is whole      {self.whole_not_told:>7,}   {share:.2%} of "
            "all questions",
            f"  found where nothing was carried out     {self.found_nothing_left:>7,}   "
            f"merely as possible {self.found_nothing_left_possible:,}",
        ]


def stretches(
    months: int, bounds: tuple[str, str] = INQUIRY
) -> Iterator[tuple[datetime, datetime]]:
    """[from, to) in UTC: whole stretches of so many months from the first day of `bounds`."""
    last = date.fromisoformat(bounds[1]) + timedelta(days=1)
    begin = date.fromisoformat(bounds[0])
    while (end := _later(begin, months)) <= last:
        yield _start(begin), _start(end)
        begin = end


def all_stretches() -> list[tuple[datetime, datetime]]:
    """Every month, quarter and year under inquiry."""
    return [stretch for months in MONTHS for stretch in stretches(months)]


def answer_score(answers: pl.DataFrame, downloads: pl.DataFrame, gaps: pl.DataFrame) -> AnswerScore:
    """Hold ANSWERS against the truth.

    Args:
        answers: ANSWERS of the run.
        downloads: the truth's downloads; those carried out and logged have a `line`.
        gaps: the truth's gaps; `lost` stretches of the download log.

    """
    asked = answers.lazy().with_row_index("question")
    carried = downloads.lazy().filter("carried_out").select("party_id", "at_utc", "line")
    inside = (pl.col("at_utc") >= pl.col("from")) & (pl.col("at_utc") < pl.col("to"))
    left = (
        asked.join(carried, on="party_id")
        .filter(inside)
        .group_by("question")
        .agg(left=pl.lit(value=True), seen=pl.col("line").is_not_null().any())
    )
    lost = gaps.lazy().filter(pl.col("what") == "lost").select(begin="from", end="to")
    dark = (
        asked.join(lost, how="cross")
        .filter((pl.col("begin") < pl.col("to")) & (pl.col("end") > pl.col("from")))
        .select("question", dark=pl.lit(value=True))
        .unique()
    )
    judged = (
        asked.join(left, on="question", how="left", validate="1:1")
        .join(dark, on="question", how="left", validate="1:1")
        .with_columns(pl.col("left", "seen", "dark").fill_null(value=False))
    )
    return AnswerScore(**judged.select(**_figures()).collect().row(0, named=True))


def _figures() -> dict[str, pl.Expr]:
    said = pl.col("statement").cast(pl.String)
    found, denied = said == "found", said == "not_found_within"
    left, seen, dark = pl.col("left"), pl.col("seen"), pl.col("dark")
    invented = found & ~left
    return {
        "questions": pl.len(),
        "left_seen": seen.sum(),
        "left_seen_found": (seen & found).sum(),
        "left_seen_denied": (seen & denied).sum(),
        "silent": (dark & ~seen).sum(),
        "silent_denied": (dark & ~seen & denied).sum(),
        "whole_not_told": ((said == "cannot_tell") & ~dark & ~left).sum(),
        "found_nothing_left": invented.sum(),
        "found_nothing_left_possible": (invented & (pl.col("strongest") == "possible")).sum(),
    }


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, day.day)


def _start(day: date) -> datetime:
    zoned = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE))
    return zoned.astimezone(ZoneInfo("UTC"))

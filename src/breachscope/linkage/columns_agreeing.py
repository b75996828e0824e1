"""What the rows say of two columns: they go with one another, cell by cell.

A reading goes with its name: rows whose names begin with one sign begin with few readings. A
landline goes with the place it stands in. Nothing of the sort holds of two columns that have
nothing to do with each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.japanese.names import kana_key, name_key
from breachscope.linkage import shapes
from breachscope.linkage.columns_claims import CLEAR, Claim
from breachscope.linkage.columns_judged import Columns, Judged, with_claim

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST_ROWS: Final = 8
"""Fewer rows that share a beginning with another say nothing."""
AGREEING: Final = 0.6
"""From this share of rows on, two columns go together; of two unrelated ones a fifth do."""

_READING_OF: Final[Mapping[str, str]] = {
    "name": "kana",
    "family_name": "family_kana",
    "given_name": "given_kana",
}


def readings(columns: Columns, sample: pl.DataFrame) -> Columns:
    """Columns of kana that go with the names; of few rows the only one that stands beside them."""
    names = sorted(name for name, column in columns.items() if column.is_surely(*_READING_OF))
    open_ = [name for name, column in columns.items() if _may_be_reading(column)]
    alone = len(open_) == len(names) == 1
    changed = dict(columns)
    for column in open_:
        name, share = _closest(sample, names, column)
        if name and (share >= AGREEING or (share < 0 and alone)):
            best = columns[name].best
            assert best is not None
            why = "are kana, alone beside names"
            if share >= AGREEING:
                why = "are kana that go with the names row by row"
            kana = columns[column].facts.share("kana")
            claim = Claim(_READING_OF[best.role], kana, strong=True, why=why)
            changed[column] = with_claim(columns[column], claim)
    return changed


def _closest(sample: pl.DataFrame, names: Sequence[str], column: str) -> tuple[str, float]:
    """The names that the column goes with best, and how well; -1 where the rows cannot say."""
    best = ("", -1.0)
    for name in names:
        share = agreement(sample, name_key(name).str.head(1), kana_key(column).str.head(1))
        best = max(best, (name, -1.0 if share is None else share), key=lambda pair: pair[1])
        best = (name, best[1]) if not best[0] else best
    return best


def _may_be_reading(column: Judged) -> bool:
    sure = column.best is not None and column.best.is_clear
    return not sure and column.facts.share("kana") >= CLEAR and column.facts.distinct_share >= 0.1


def landlines(columns: Columns, sample: pl.DataFrame) -> Columns:
    """Nine bare digits are landlines without their zero if they go with the addresses."""
    places = [n for n, c in columns.items() if c.is_surely("address", "postal_address", "city")]
    open_ = [n for n, c in columns.items() if c.facts.share("lost_zero") >= CLEAR]
    open_ = [n for n in open_ if not columns[n].is_surely("phone", "mobile")]
    if not places or not open_:
        return columns
    changed = dict(columns)
    for name in open_:
        area = shapes.plain(name).str.extract("^([1-9][0-9])[0-9]{7}$")
        place = shapes.plain(min(places)).str.replace("^[^0-9]*[0-9]{3}-?[0-9]{4} ?", "")
        share = agreement(sample, place.str.head(4), area)
        if share is not None and share >= AGREEING:
            why = "are nine digits that go with the places row by row, as landlines without their 0"
            claim = Claim("phone", columns[name].facts.share("lost_zero"), strong=True, why=why)
            changed[name] = with_claim(columns[name], claim)
    return changed


def agreement(sample: pl.DataFrame, left: pl.Expr, right: pl.Expr) -> float | None:
    """Of rows that share their left part with others, how many have the commonest right part.

    Beyond chance: 0 is what the commonest right part of all has, 1 is all of them. None where
    too few rows share a left part.
    """
    pairs = sample.select(left=left, right=right).drop_nulls()
    groups = pairs.group_by("left", "right").len().group_by("left")
    shared = groups.agg(pl.col("len").sum(), top=pl.col("len").max()).filter(pl.col("len") > 1)
    rows, top = int(shared["len"].sum()), int(shared["top"].sum())
    if rows < LEAST_ROWS:
        return None
    # One row of each group agrees with itself whatever it holds.
    free, met = rows - shared.height, top - shared.height
    commonest = pairs["right"].value_counts(name="n")["n"].sort().to_list()[-1]
    chance = float(commonest) / pairs.height
    return (float(met) / float(free) - chance) / (1 - chance) if chance < 1 else None

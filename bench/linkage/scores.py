"""How good a set of matches is, against the truth of a generated task.

    python bench/linkage/scores.py FOLDER PREDICTIONS.parquet

Predictions are pairs: leak_row, party_id, distinct, probability; a row may have many.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import polars as pl

THRESHOLDS: Final = (0.5, 0.9, 0.95, 0.99)
KEY: Final = ("party_id", "distinct")


@dataclass(frozen=True, slots=True)
class Score:
    """Of all matches at or above a probability."""

    threshold: float
    row_precision: float  # rows whose best record is of the right person, of rows matched
    row_recall: float  # …, of rows whose person is in the inventory
    pair_precision: float  # (row, record) pairs of one person, of pairs matched
    pair_recall: float  # …, of all such pairs there are
    rows: int
    wrong_rows: int
    wrong_in_household: int  # wrong rows given another person of the same household
    wrong_outside: int  # wrong rows about nobody in the inventory
    ties: int  # rows whose highest probability is shared by records of different persons
    pairs: int
    wrong_pairs: int


def scores(
    predictions: pl.DataFrame, truth_leak: pl.DataFrame, truth_records: pl.DataFrame
) -> list[Score]:
    """A Score for each of THRESHOLDS.

    Args:
        predictions: leak_row, party_id, distinct, probability.
        truth_leak: truth_leak.parquet of the task.
        truth_records: truth_records.parquet of the task.
    """
    told = truth_leak.select("leak_row", true_person="person", true_household="household")
    pairs = (
        predictions.join(truth_records, on=KEY, how="left", validate="m:1")
        .join(told, on="leak_row", how="left", validate="m:1")
        .with_columns(right=(pl.col("person") == pl.col("true_person")).fill_null(value=False))
    )
    wanted_rows = told["true_person"].drop_nulls().len()
    held = truth_records.group_by("person").agg(records=pl.len())
    wanted_pairs = told.join(held, left_on="true_person", right_on="person")["records"].sum()
    return [_score(pairs, at, wanted_rows, int(wanted_pairs)) for at in THRESHOLDS]


def _score(pairs: pl.DataFrame, threshold: float, wanted_rows: int, wanted_pairs: int) -> Score:
    matched = pairs.filter(pl.col("probability") >= threshold)
    top = matched.filter(pl.col("probability") == pl.col("probability").max().over("leak_row"))
    best = matched.sort(
        "leak_row", "probability", *KEY, descending=[False, True, False, False]
    ).unique("leak_row", keep="first", maintain_order=True)
    wrong = best.filter(~pl.col("right"))
    tied = top.group_by("leak_row").agg(pl.col("person").n_unique())
    right_pairs = int(matched["right"].sum())
    return Score(
        threshold,
        _share(best.height - wrong.height, best.height),
        _share(best.height - wrong.height, wanted_rows),
        _share(right_pairs, matched.height),
        _share(right_pairs, wanted_pairs),
        best.height,
        wrong.height,
        wrong.filter(pl.col("household") == pl.col("true_household")).height,
        wrong["true_person"].null_count(),
        tied.filter(pl.col("person") > 1).height,
        matched.height,
        matched.height - right_pairs,
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 5) if whole else float("nan")


def table(found: list[Score]) -> str:
    """The scores as lines of text."""
    lines = [
        f"{'p>=':>5} {'row P':>8} {'row R':>8} {'pair P':>8} {'pair R':>8} {'rows':>8} "
        f"{'wrong':>7} {'kin':>6} {'outside':>8} {'ties':>6}"
    ]
    lines += [
        f"{s.threshold:5} {s.row_precision:8.5f} {s.row_recall:8.5f} {s.pair_precision:8.5f} "
        f"{s.pair_recall:8.5f} {s.rows:8d} {s.wrong_rows:7d} {s.wrong_in_household:6d} "
        f"{s.wrong_outside:8d} {s.ties:6d}"
        for s in found
    ]
    return "\n".join(lines)


def main() -> None:
    folder = Path(sys.argv[1])
    found = scores(
        pl.read_parquet(sys.argv[2]),
        pl.read_parquet(folder / "truth_leak.parquet"),
        pl.read_parquet(folder / "truth_records.parquet"),
    )
    print(table(found))
    print(json.dumps([asdict(one) for one in found]))


if __name__ == "__main__":
    main()

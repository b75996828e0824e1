"""Do stated posteriors on who was at the keyboard come true? A reliability table over exercises.

    python bench/actors_calibration.py DEMO...

Each DEMO is a folder of `breachscope demo`: `exercise/` and `case/`. Prints, over all acts and
named candidates of their last runs, how often a candidate with a posterior in a bin was the one.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import polars as pl

from breachscope.exercise.scoring import doers
from breachscope.workflow.context import opened
from breachscope.workflow.tables import run_folder

BINS = (0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99)


def candidates(exercise: Path, case: Path) -> pl.DataFrame:
    """act_id, person_id, posterior, log10_lr, was_it of every named candidate of a case."""
    context = opened(case)
    _, place = run_folder(context, None)
    evidence = (exercise / "evidence").resolve()
    files = pl.DataFrame(
        [
            (
                item.evidence_id,
                item.located(context.case).resolve().relative_to(evidence).as_posix(),
            )
            for item in context.items
        ],
        schema=["evidence_id", "file"],
        orient="row",
    )
    done = doers(pl.read_parquet(place / "extractions.parquet"), files, exercise / "truth")
    one = done.filter(pl.col("doers").list.len() == 1)
    return (
        pl.read_parquet(place / "actors.parquet")
        .filter(pl.col("person_id").is_not_null())
        .join(one, on="act_id")
        .with_columns(was_it=pl.col("person_id") == pl.col("doers").list.first())
    )


def table(found: pl.DataFrame) -> pl.DataFrame:
    """bin, candidates, mean posterior, share that were the one, with a 95 % interval (Wilson)."""
    n, k, z = pl.len(), pl.col("was_it").sum(), 1.96
    share = k / n
    spread = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).sqrt()
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    edges = (0.0, *BINS, 1.0)
    place = pl.sum_horizontal(pl.col("posterior") > edge for edge in BINS)
    names = [f"{low:g}–{high:g}" for low, high in pairwise(edges)]
    return (
        found.group_by(place.alias("n"))
        .agg(
            candidates=n,
            posterior=pl.col("posterior").mean(),
            share=share,
            low=(middle - spread).clip(0, 1),
            high=(middle + spread).clip(0, 1),
        )
        .sort("n")
        .with_columns(bin=pl.col("n").replace_strict(dict(enumerate(names))))
        .select("bin", "candidates", "posterior", "share", "low", "high")
    )


def main() -> None:
    """Print the table, and the score of the whole."""
    folders = [Path(name) for name in sys.argv[1:]]
    found = pl.concat(candidates(place / "exercise", place / "case") for place in folders)
    acts = found.select("act_id").n_unique()
    print(f"{len(folders)} exercises, {acts:,} acts, {found.height:,} named candidates")
    print("| posterior | candidates | mean posterior | share that was it | 95 % |")
    print("|---|---|---|---|---|")
    for bin_, n, mean, share, low, high in table(found).iter_rows():
        print(f"| {bin_} | {n:,} | {mean:.4f} | {share:.4f} | {low:.4f}–{high:.4f} |")
    right = found.filter("was_it")["posterior"]
    cost = (
        found.select((pl.col("posterior") - pl.col("was_it").cast(pl.Float64)) ** 2).mean().item()
    )
    print(f"Brier score {cost:.4f}; mean posterior of the one who was it {right.mean():.3f}")


if __name__ == "__main__":
    main()

"""Our own decision, given the true chances and shares: how much no fitting could better.

    python bench/linkage/oracle.py FOLDER --out PREDICTIONS.parquet

Blocking, comparison, frequencies and decision are those of the code under test. Only what it has
to estimate is told: how often each level is met among pairs of one person, of one household and
of nobody's in common, and how many rows are about somebody known.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

import inputs
import numpy as np
import polars as pl
from kept import ROWS, decided_rows, stored
from ours import predictions

from breachscope.linkage import matching
from breachscope.linkage.deciding import decided
from breachscope.linkage.matching import Matched, Settings
from breachscope.resolve import comparison, frequency, weights
from breachscope.resolve.weights import Chances, Fit
from breachscope.workflow.linking import StoredInventory

RANDOM: Final = 2_000_000
AT_ONCE: Final = 400_000


def with_numbers(truth: pl.DataFrame, task: StoredInventory) -> pl.DataFrame:
    """truth_records with `record`, its number over all parties."""
    starts = pl.DataFrame({"party_id": task.parties, "start": task.starts[:-1]})
    return truth.join(starts, on="party_id", validate="m:1").select(
        "person", "household", record=(pl.col("start") + pl.col("distinct")).cast(pl.UInt32)
    )


def related_pairs(leak: pl.DataFrame, records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every (row, record) of one person, and every one of two people of one household.

    Args:
        leak: truth_leak.
        records: person, household, record.
    """
    rows = leak.select("household", row=pl.col("leak_row") - 1, mine=pl.col("person"))
    pairs = rows.join(records, on="household")
    same = (pl.col("mine") == pl.col("person")).fill_null(value=False)
    return (
        pairs.filter(same).select("row", "record"),
        pairs.filter(~same).select("row", "record"),
    )


def chances_of(pairs: pl.DataFrame, values: pl.DataFrame, task: StoredInventory) -> Chances:
    """The share of each level among these pairs."""
    wanted, place = np.unique(pairs["record"].to_numpy(), return_inverse=True)
    records, row = task.values(wanted), pairs["row"].to_numpy()
    parts = [
        comparison.levels(values[row[at : at + AT_ONCE]], records[place[at : at + AT_ONCE]])
        for at in range(0, row.size, AT_ONCE)
    ]
    return weights.shares({name: np.concatenate([p[name] for p in parts]) for name in parts[0]})


def true_fit(
    values: pl.DataFrame, task: StoredInventory, leak: pl.DataFrame, records: pl.DataFrame
) -> Fit:
    """The three classes' chances, from the truth."""
    persons, kin = related_pairs(leak, records)
    unrelated = matching.chance_agreement(values, task, RANDOM)
    return Fit(
        chances_of(persons, values, task),
        chances_of(kin, values, task),
        unrelated,
        persons.height / leak.height,
        kin.height / leak.height,
    )


def true_shares(leak: pl.DataFrame) -> tuple[float, float]:
    """Of rows about somebody in the inventory, and about a relative only."""
    kinds = dict(leak["kind"].value_counts(normalize=True).iter_rows())
    return kinds.get("member", 0.0), kinds.get("relative", 0.0)


def told_all(folder: Path) -> tuple[Matched, StoredInventory]:
    """The leak decided with true parameters."""
    task = stored(folder)
    leak = pl.read_parquet(folder / "truth_leak.parquet").sort("leak_row")
    records = with_numbers(pl.read_parquet(folder / "truth_records.parquet"), task)
    keys = pl.read_parquet(folder / inputs.LEAK_KEYS)
    values = comparison.compared_values(keys.lazy()).collect()
    fit = true_fit(values, task, leak, records)
    settings = Settings()
    reached = matching.reach(keys, task, settings.caps)
    rare = frequency.frequencies(values, reached.candidates.held, reached.present)
    compared = matching.compare(values, reached, rare, fit.unrelated)
    odds = matching.odds_of(compared, fit, task.person)
    found = decided(odds, keys.height, task.persons, settings.least, true_shares(leak))
    return Matched(found, compared, fit, rare, reached, 1.0), task


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--out", type=Path, required=True)
    given = options.parse_args()
    found, task = told_all(given.folder)
    predictions(found, task).write_parquet(given.out)
    decided_rows(found, task).write_parquet(given.out.with_suffix(ROWS))
    told: dict[str, Any] = {
        "person": {k: np.round(v, 4).tolist() for k, v in found.fit.person.items()},
        "household": {k: np.round(v, 4).tolist() for k, v in found.fit.household.items()},
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()

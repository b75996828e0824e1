"""The source of a generated leak, from its rows to the parties named, against the truth.

    python bench/linkage/sources.py FOLDER [--rows N --seed S]

With --rows only a sample of the leak is used: small leaks are the hard ones.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
from ours import TaskInventory, normalised, persons_of

from breachscope.errors import EvidenceError
from breachscope.linkage import claims as claiming
from breachscope.linkage.history import History
from breachscope.linkage.naming import Judged, judged
from breachscope.linkage.overlap import contained
from breachscope.linkage.pipeline import Linked, LinkSettings, Records, linked
from breachscope.linkage.sourcing import Sourced, sourced
from breachscope.schema import RECORD_FIELDS


class Listed(Records, Protocol):
    """An inventory that can say whose each record is."""

    parties: list[str]
    starts: npt.NDArray[np.int64]
    """Of each party, the number of its first record; the last is how many there are."""


def task_inventory(folder: Path, without: str | None = None) -> TaskInventory:
    """The inventory of a task; of a leak from outside, its own party is left out."""
    records = pl.read_parquet(folder / "records.parquet")
    if without:
        records = records.filter(pl.col("party_id") != without)
    parties, keys = normalised(records)
    task = TaskInventory(parties, keys, persons_of(parties, keys))
    ordered = records.sort("party_id", "distinct")
    task.names = ordered.select(name=claiming.spelt_name(ordered.lazy()))["name"].to_numpy()
    return task


def stands_of(folder: Path, claims: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """STANDS of the claimed records, and the versions."""
    versions = pl.read_parquet(folder / "versions.parquet")
    wanted = claims.select("party_id", "distinct").unique()
    spans = pl.read_parquet(
        folder / "records.parquet",
        columns=["party_id", "distinct", "first_version", "last_version"],
    ).join(wanted, on=["party_id", "distinct"], how="semi")
    stands = (
        spans.join(versions.select("party_id", "version", "version_id"), on="party_id")
        .filter(pl.col("version").is_between(pl.col("first_version"), pl.col("last_version")))
        .select("party_id", "distinct", "version_id")
    )
    return stands, versions


def evidence_in(
    task: Listed, leak: pl.DataFrame, seed: int, folder: Path | None = None
) -> tuple[Linked, Judged]:
    """Link a leak and weigh every party; by its versions too, where the task's folder is given.

    Raises:
        EvidenceError: nothing can be built on what was matched.
    """
    fields = [name for name in RECORD_FIELDS if name in leak.columns]
    records = leak.select(fields).with_row_index("row_no", offset=1)
    found = linked(records, task, LinkSettings(), seed)
    if reason := found.matched.fit.refused():
        raise EvidenceError(reason)
    party = np.repeat(np.arange(len(task.parties)), np.diff(task.starts))
    persons = {
        name: int(np.unique(task.person[party == i]).size) for i, name in enumerate(task.parties)
    }
    weighed = judged(
        found.claims, found.matched.decided.rows, persons, task.persons,
        [(drawn.claims, drawn.rows.height) for drawn in found.decoys], found.alike,
        history=History(*stands_of(folder, found.claims)) if folder else None,
        within=contained(task.person, task.starts, task.parties),
    )  # fmt: skip
    return found, weighed


def parted(found: Linked, weighed: Judged, folder: Path) -> Sourced:
    """The leak in parts, with their versions."""
    stands, versions = stands_of(folder, found.claims)
    return sourced("L", weighed, found.claims, found.matched.decided.rows, stands, versions)


def found_in(task: Listed, folder: Path, leak: pl.DataFrame, seed: int) -> Sourced:
    """Link, weigh, part."""
    found, weighed = evidence_in(task, leak, seed, folder)
    for one in weighed.evidence[:8]:
        if one.weight > 0.002:
            print(one)
    return parted(found, weighed, folder)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--rows", type=int)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--draws", type=int, default=1)
    options.add_argument("--without", help="a party left out of the inventory")
    given = options.parse_args()
    task = task_inventory(given.folder, given.without)
    leak = pl.read_parquet(given.folder / "leak.parquet").sort("leak_row")
    truth = pl.read_parquet(given.folder / "truth_leak.parquet")
    print(
        dict(truth["source_party"].value_counts().iter_rows())
        if "source_party" in truth.columns
        else "no source"
    )
    print(truth["source_version"].unique().to_list() if "source_version" in truth.columns else "")
    for draw in range(given.draws):
        dice = np.random.default_rng([given.seed, draw])
        chosen = leak
        if given.rows:
            chosen = leak[np.sort(dice.permutation(leak.height)[: given.rows])]
        began = time.perf_counter()
        found = found_in(task, given.folder, chosen, given.seed)
        for part in found.parts.iter_rows(named=True):
            shown: dict[str, Any] = {
                k: part[k]
                for k in (
                    "party_id",
                    "versions",
                    "rows",
                    "exclusive",
                    "exclusive_expected",
                    "verdict",
                    "weight",
                    "weight_low",
                    "weight_high",
                    "log10_lr",
                    "reason",
                )
            }
            print(json.dumps(shown, ensure_ascii=False))
        print(round(time.perf_counter() - began, 2), "s")


if __name__ == "__main__":
    main()

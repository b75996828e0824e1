"""A synthetic task: parties' lists in dated versions, and a leaked list that came from some.

    python bench/linkage/world.py default --out FOLDER
    python bench/linkage/world.py hard --out FOLDER --records 100000 --leak-rows 5000 --seed 3
    python bench/linkage/world.py --sample FOLDER --rows 30 --seed 5 --out FOLDER2

The same task and seed give the same bytes. Everything in it is invented.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import parties as lists
import polars as pl
from leaks import NOISES, subsample, taken_from, write_leak
from noise import Land
from parties import Party
from tables import Ints, tables
from tasks import TASKS, Task

import people as land_people
from breachscope.schema import RECORD_FIELDS

MEMBERS: Final = 1.05
"""Members asked for, for each record wanted: fewer are found, and some have two records."""


def generate(task: Task, folder: Path) -> dict[str, float]:
    """Write the task's five files; seconds by step."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = _Clock()
    land = Land(tables(), land_people.people(task.people, task.versions, tables(), task.seed))
    clock.mark("people")
    everyone = _parties(task, land)
    who = _listed(task, land, everyone)
    clock.mark("lists")
    taken = _write_records(task, land, everyone, who, folder)
    clock.mark("records")
    write_leak(task, land, everyone, np.concatenate(who), taken, folder)
    clock.mark("leak")
    return clock.seconds


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def mark(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step], self._last = round(now - self._last, 2), now


def _parties(task: Task, land: Land) -> tuple[Party, ...]:
    """The sources' systems keep the task's columns."""
    regions = int(land.tables.towns.region.max()) + 1
    made = lists.parties(task.parties, regions, task.seed)
    return tuple(
        replace(one, form=replace(one.form, columns=task.columns | (one.form.columns & {"phone2"})))
        if one.number in task.sources or (not task.sources and one.number == 0)
        else one
        for one in made
    )


def _listed(task: Task, land: Land, everyone: tuple[Party, ...]) -> list[Ints]:
    """The people of each party."""
    of = land.people
    starts = np.flatnonzero(of.role == 0)
    region = land.tables.towns.region[of.homes.town[of.before.home[starts]]]
    dice = np.random.default_rng([task.seed, 6])
    activity = dice.gamma(3.0, 1 / 3.0, of.households)
    total = task.records * MEMBERS / sum(one.weight for one in everyone)
    who = [
        lists.listed(of, region, activity, one, int(total * one.weight), task.seed)
        for one in everyone
    ]
    for a, b, share in task.within:
        more = who[a][dice.random(who[a].size) < share]
        who[b] = np.union1d(who[b], more).astype(np.int32)
    return who


def _write_records(
    task: Task, land: Land, everyone: tuple[Party, ...], who: list[Ints], folder: Path
) -> list[pl.DataFrame]:
    """records, truth_records and versions; what the leak takes of the sources."""
    taken, versions = [], []
    with tempfile.TemporaryDirectory(dir=folder) as parts:
        for party, person in zip(everyone, who, strict=True):
            members = lists.members(land.people, person, party, task.versions, task.seed)
            known = lists.known_facts(land, party, members, task.seed)
            rows = lists.records(known, party)
            versions.append(lists.version_table(party, rows, task.versions))
            _write_part(rows, party, land, Path(parts))
            if party.number in task.sources:
                taken.append(taken_from(task, party, known, rows))
        for name in ("records", "truth_records"):
            paths = sorted(Path(parts).glob(f"{name}-*.parquet"))
            _joined(paths, folder / f"{name}.parquet")
    pl.concat(versions).write_parquet(folder / "versions.parquet")
    return taken


def _write_part(rows: pl.DataFrame, party: Party, land: Land, folder: Path) -> None:
    head = [pl.lit(party.party_id).alias("party_id"), pl.col("distinct")]
    rows.select(
        *head, *RECORD_FIELDS, pl.col("first_version", "last_version").cast(pl.UInt8)
    ).write_parquet(folder / f"records-{party.number:03d}.parquet", compression="lz4")
    households = pl.Series("household", land.people.household[rows["person"]], pl.UInt32)
    rows.select(*head, pl.col("person").cast(pl.UInt32), households).write_parquet(
        folder / f"truth_records-{party.number:03d}.parquet", compression="lz4"
    )


def _joined(paths: list[Path], target: Path) -> None:
    """All parts as one file, in order, at most one part in memory."""
    if len(paths) < 25:
        pl.concat([pl.read_parquet(path) for path in paths]).write_parquet(target)
        return
    pl.scan_parquet(paths).sink_parquet(target, row_group_size=250_000, maintain_order=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", nargs="?", choices=sorted(TASKS), default="default")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sample", type=Path, help="a generated folder to draw a small leak from")
    for option in ("rows", "people", "parties", "records", "leak-rows", "seed"):
        parser.add_argument(f"--{option}", type=int)
    parser.add_argument("--noise", choices=sorted(NOISES))
    given = vars(parser.parse_args())
    if given["sample"]:
        subsample(given["sample"], given["rows"], given["seed"] or 7, given["out"])
        return
    names = ("people", "parties", "records", "leak_rows", "seed", "noise")
    changes = {name: given[name] for name in names if given[name] is not None}
    task = TASKS[given["task"]]
    if "records" in changes:
        changes.setdefault("people", round(task.people * changes["records"] / task.records))
    print(generate(replace(task, **changes), given["out"]))


if __name__ == "__main__":
    main()

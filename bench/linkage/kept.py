"""A task's inventory made ready on disk, and linked in a process that reads it from there.

    python bench/linkage/kept.py prepare FOLDER [--without PARTY]
    python bench/linkage/kept.py link FOLDER --out PREDICTIONS.parquet

A case keeps its inventory the same way (`workflow.linking`), so that the memory of linking is
measured without what normalising took. Each prints its figures as JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any, Final

import inputs
import numpy as np
import numpy.typing as npt
import polars as pl
from ours import keys_of, normalised, persons_of, predictions

from breachscope.linkage import inventory
from breachscope.linkage.claims import spelt_name
from breachscope.linkage.matching import Matched, Settings, matched
from breachscope.resolve.blocking import Wanted
from breachscope.resolve.lookup import Held, gone_through
from breachscope.workflow.linking import ROW_GROUP, StoredInventory

LABELS: Final = "labels.parquet"
ROWS: Final = ".rows.parquet"


def kept_at(folder: Path, without: str | None = None) -> Path:
    """Where a task's prepared inventory stands."""
    return folder / (f"kept-without-{without}" if without else "kept")


def prepare(folder: Path, without: str | None = None) -> dict[str, Any]:
    """Write the prepared inventory, and the keys as the peer gets them; seconds by step."""
    target = kept_at(folder, without)
    seconds: dict[str, float] = {}
    clock = time.perf_counter()

    def mark(step: str) -> None:
        nonlocal clock
        now = time.perf_counter()
        seconds[step], clock = round(now - clock, 2), now

    records = pl.read_parquet(folder / "records.parquet")
    if without:
        records = records.filter(pl.col("party_id") != without)
    mark("read")
    parties, keys = normalised(records)
    mark("normalise")
    names = _spelt(records)
    del records
    mark("spellings")
    person = persons_of(parties, keys)
    mark("who is who")
    for party, frame in zip(parties, keys, strict=True):
        _write_party(target / party, frame, names[party])
    _labels(keys, person).write_parquet(target / LABELS)
    mark("blocks and values")
    keys_of(pl.read_parquet(folder / "leak.parquet").sort("leak_row")).write_parquet(
        folder / inputs.LEAK_KEYS
    )
    if not without:
        _in_file_order(keys).write_parquet(folder / inputs.INVENTORY_KEYS)
    mark("keys")
    return {"seconds": seconds, "records": int(person.size), "peak_gb": peak_gb()}


def _spelt(records: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Party -> `name`, the hash of each record's name as spelt, by `distinct`."""
    ordered = records.select(
        "party_id", "distinct", name=spelt_name(records.lazy()).cast(pl.UInt64)
    ).sort("party_id", "distinct")
    parts = ordered.partition_by("party_id", maintain_order=True)
    return {part["party_id"][0]: part.select("distinct", "name") for part in parts}


def _write_party(target: Path, keys: pl.DataFrame, names: pl.DataFrame) -> None:
    target.mkdir(parents=True, exist_ok=True)
    values = inventory.values(keys)
    inventory.blocks(keys).write_parquet(target / "blocks.parquet", compression_level=1)
    values.write_parquet(target / "values.parquet", compression_level=1, row_group_size=ROW_GROUP)
    inventory.sample(values).write_parquet(target / "sample.parquet", compression_level=1)
    names.write_parquet(target / "spelt.parquet", compression_level=1)


def _labels(keys: list[pl.DataFrame], person: npt.NDArray[np.uint32]) -> pl.DataFrame:
    """Of every record `party` (its place) and `standard` (its person over all parties)."""
    party = np.repeat(np.arange(len(keys), dtype=np.uint32), [frame.height for frame in keys])
    return pl.DataFrame({"party": party, "standard": person})


def _in_file_order(keys: list[pl.DataFrame]) -> pl.DataFrame:
    """All keys numbered from 0; the file of records is in order of party and distinct."""
    return pl.concat(keys).with_columns(row_no=pl.int_range(pl.len(), dtype=pl.UInt32))


class InMemory(StoredInventory):
    """The prepared inventory read once, for many small leaks one after the other."""

    def __init__(self, folder: Path, without: str | None = None) -> None:
        places = _places(kept_at(folder, without))
        super().__init__(places, kept_at(folder, without) / LABELS)
        whole = [
            pl.concat([pl.read_parquet(place / f"{name}.parquet") for place in places.values()])
            for name in ("blocks", "values", "spelt")
        ]
        self._all_blocks, self._all_values = whole[0], whole[1].rechunk()
        self._all_names: npt.NDArray[np.uint64] = whole[2]["name"].to_numpy()
        self._sample = super().sample()

    def held(self, wanted: Wanted) -> Held:
        return gone_through([self._all_blocks], wanted)

    def sample(self) -> tuple[pl.DataFrame, npt.NDArray[np.float64]]:
        return self._sample

    def values(self, records: npt.NDArray[np.uint32]) -> pl.DataFrame:
        return self._all_values[records]

    def spelt_names(self, records: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
        return self._all_names[records]


def stored(folder: Path, without: str | None = None) -> StoredInventory:
    """The prepared inventory, read from disk a stretch at a time."""
    target = kept_at(folder, without)
    return StoredInventory(_places(target), target / LABELS)


def _places(target: Path) -> dict[str, Path]:
    return {path.name: path for path in sorted(target.iterdir()) if path.is_dir()}


def link(folder: Path, out: Path) -> dict[str, Any]:
    """Link the leak to the prepared inventory; the pairs, the decided rows, what it took."""
    began = time.perf_counter(), time.process_time()
    task = stored(folder)
    found = matched(pl.read_parquet(folder / inputs.LEAK_KEYS), task, Settings())
    made = predictions(found, task)
    wall, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    made.write_parquet(out)
    decided_rows(found, task).write_parquet(out.with_suffix(ROWS))
    return {
        "wall": round(wall, 2),
        "cpu": round(cpu, 2),
        "peak_gb": peak_gb(),
        "records": task.size,
        "persons": task.persons,
        "pairs": int(found.compared.row.size),
        "rounds": found.fit.rounds,
        "refused": found.fit.refused(),
        "share_in": round(found.decided.share_in, 4),
        "share_household": round(found.decided.share_household, 4),
        "blocking_recall": round(found.blocking_recall, 5),
    }


def decided_rows(
    found: Matched, task: StoredInventory, copies: pl.DataFrame | None = None
) -> pl.DataFrame:
    """LEAK_ROWS with the place of the record nearest to the row, of rows that have a person.

    With COPIES the rows decided are the distinct ones, by the leak's own numbers.
    """
    posteriors = found.decided.posteriors
    number = posteriors["row"] + 1
    if copies is not None:
        number = copies["first"].unique().sort().gather(posteriors["row"])
    nearest = pl.concat(
        [
            posteriors.select(leak_row=number, person="person"),
            task.places(posteriors["record"].to_numpy()),
        ],
        how="horizontal",
    )
    return found.decided.rows.join(
        nearest, on=["leak_row", "person"], how="left", validate="1:1", maintain_order="left"
    )


def every_row(once: pl.DataFrame, copies: pl.DataFrame) -> pl.DataFrame:
    """A row that stands twice has what is told of the first, as in a case (`with_copies`)."""
    told = once.rename({"leak_row": "first"})
    return copies.join(told, on="first", validate="m:1").drop("first").sort("leak_row")


def peak_gb() -> float:
    """The most memory this process held; of the program alone, not of what started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return round(int(line.split()[1]) / 1e6, 2)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e9, 2)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("step", choices=("prepare", "link"))
    options.add_argument("folder", type=Path)
    options.add_argument("--without", help="a party left out of the inventory")
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    told = (
        prepare(given.folder, given.without)
        if given.step == "prepare"
        else link(given.folder, given.out or given.folder / "ours.parquet")
    )
    print(json.dumps(told))


if __name__ == "__main__":
    main()

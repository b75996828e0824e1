"""breachscope's own linkage on a generated task, with its times and its peak memory.

    python bench/linkage/ours.py FOLDER [--out PREDICTIONS.parquet]

FOLDER holds a task as `world.py` writes it. Normalising and finding who is who in the inventory
are timed apart from linkage, as for the peer, which is given the normalised input.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from breachscope import playbook
from breachscope.linkage import inventory
from breachscope.linkage.matching import Matched, Settings, matched
from breachscope.people.identity import over_parties, party_identity
from breachscope.resolve.blocking import Wanted
from breachscope.resolve.comparison import VALUES
from breachscope.resolve.keys import record_keys
from breachscope.resolve.lookup import Held, gone_through
from breachscope.schema import RECORD_FIELDS

LEAST = 0.01


class TaskInventory:
    """`linkage.matching.Inventory` of a generated task, in memory."""

    def __init__(self, parties: list[str], keys: list[pl.DataFrame], person: Any) -> None:
        self.parties = parties
        self.person: npt.NDArray[np.uint32] = person
        self.starts = np.cumsum([0, *(frame.height for frame in keys)])
        self.size = int(self.starts[-1])
        self.persons = int(np.unique(person).size)
        self.names = np.zeros(self.size, np.uint64)
        self._blocks = [inventory.blocks(frame) for frame in keys]
        self._values = pl.concat([inventory.values(frame) for frame in keys], rechunk=True)

    def held(self, wanted: Wanted) -> Held:
        return gone_through(self._blocks, wanted)

    def sample(self) -> tuple[pl.DataFrame, npt.NDArray[np.float64]]:
        few = inventory.sample(self._values)
        return few.select(VALUES.names()), few["stands"].to_numpy()

    def values(self, records: npt.NDArray[np.uint32]) -> pl.DataFrame:
        return self._values[records]

    def spelt_names(self, records: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
        return self.names[records]

    def places(self, records: npt.NDArray[np.uint32]) -> pl.DataFrame:
        party = np.searchsorted(self.starts, records, side="right") - 1
        return pl.DataFrame(
            {
                "party_id": pl.Series(self.parties).gather(party),
                "distinct": (records - self.starts[party]).astype(np.uint32),
            }
        )


def keys_of(rows: pl.DataFrame) -> pl.DataFrame:
    """RECORD_KEYS of rows in their order."""
    fields = [name for name in RECORD_FIELDS if name in rows.columns]
    numbered = rows.select(fields).with_row_index("row_no", offset=1)
    return record_keys(numbered.lazy()).collect(engine="streaming")


def normalised(records: pl.DataFrame) -> tuple[list[str], list[pl.DataFrame]]:
    """Parties, and the keys of each one's records in order of `distinct`."""
    ordered = records.sort("party_id", "distinct")
    parts = ordered.partition_by("party_id", maintain_order=True)
    return [part["party_id"][0] for part in parts], [keys_of(part) for part in parts]


def persons_of(parties: list[str], keys: list[pl.DataFrame]) -> npt.NDArray[np.uint32]:
    """Each record's person over all parties, by the shipped identity policy."""
    policy = playbook.load("insider-list-theft").identity
    found = [
        party_identity(party, [("v", frame)], policy)
        for party, frame in zip(parties, keys, strict=True)
    ]
    labels = over_parties([(f.party_id, f.keys, f.persons) for f in found], policy)
    labelled = labels.partition_by("party", maintain_order=True)
    whole = []
    next_free = labels.height
    for frame, one, label in zip(keys, found, labelled, strict=True):
        person = np.arange(next_free, next_free + frame.height, dtype=np.uint32)
        next_free += frame.height  # records that tell nothing are nobody else's
        person[one.index["row_no"].to_numpy() - 1] = label["standard"].to_numpy()[
            one.index["distinct"].to_numpy()
        ]
        whole.append(person)
    return np.concatenate(whole)


def predictions(found: Matched, task: TaskInventory) -> pl.DataFrame:
    """leak_row, party_id, distinct, probability: each compared pair of a likely person."""
    likely = found.decided.posteriors.filter(pl.col("probability") >= LEAST)
    held = pl.DataFrame(
        {"person": task.person, "record": np.arange(task.size, dtype=np.uint32)}
    ).join(likely.select("person").unique(), on="person", how="semi")
    every = likely.select("row", "person", "probability").join(held, on="person", how="inner")
    places = task.places(every["record"].to_numpy())
    return pl.concat(
        [every.select(leak_row=pl.col("row") + 1, probability="probability"), places],
        how="horizontal",
    ).select("leak_row", "party_id", "distinct", "probability")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    times: dict[str, float] = {}

    def timed(name: str, began: float) -> float:
        times[name] = round(time.perf_counter() - began, 2)
        return time.perf_counter()

    began = time.perf_counter()
    records = pl.read_parquet(given.folder / "records.parquet")
    leak = pl.read_parquet(given.folder / "leak.parquet").sort("leak_row")
    began = timed("read", began)
    parties, keys = normalised(records)
    leak_keys = keys_of(leak)
    del records
    began = timed("normalise", began)
    person = persons_of(parties, keys)
    began = timed("who is who", began)
    task = TaskInventory(parties, keys, person)
    del keys
    began = timed("blocks", began)
    found = matched(leak_keys, task, Settings())
    timed("link", began)
    made = predictions(found, task)
    told = {
        "times": times,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "records": task.size,
        "persons": task.persons,
        "pairs": int(found.compared.row.size),
        "rounds": found.fit.rounds,
        "refused": found.fit.refused(),
        "share_in": round(found.decided.share_in, 4),
        "share_household": round(found.decided.share_household, 4),
        "blocking_recall": round(found.blocking_recall, 5),
        "verdicts": dict(
            found.decided.rows["verdict"].value_counts().cast({"verdict": pl.String}).iter_rows()
        ),
    }
    print(json.dumps(told, indent=1))
    if given.out:
        made.write_parquet(given.out)
        found.decided.rows.write_parquet(given.out.with_suffix(".rows.parquet"))


if __name__ == "__main__":
    main()

"""The inventory as linkage asks for it: kept per party, read a stretch at a time."""

from __future__ import annotations

from itertools import accumulate
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from breachscope.case.fingerprint import Fingerprint
from breachscope.linkage import inventory
from breachscope.linkage.claims import spelt_name
from breachscope.linkage.strata import strata
from breachscope.people import distinct
from breachscope.resolve.comparison import VALUES
from breachscope.resolve.components import how_many
from breachscope.resolve.lookup import Index, gone_through
from breachscope.workflow import keying

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from breachscope.resolve.blocking import Wanted
    from breachscope.resolve.lookup import Held
    from breachscope.resolve.rungs import Hashes
    from breachscope.workflow.keying import Content
    from breachscope.workflow.situation import Situation

LINKAGE_VERSION = 1
ROW_GROUP = 100_000
MOST_KEPT = 8_000_000
"""Records whose values are held in memory between leaks: 230 bytes each, 2 GB at the most."""
MOST_INDEXED = 16_000_000
"""Of more records no index of their keys is made: it takes about 100 bytes a record."""
UNINDEXED = 4
"""So many leaks are looked for by going through all keys: 3 to 5 s each for 14.5 million records,
whose index takes 18 s."""
SPARSE = 4
"""Where records lie in fewer than one stretch in so many, those stretches alone are read."""
TOGETHER = 200_000
"""Records looked through at a time, at least: each look has a cost of its own."""


def linkage_inventory_part(
    s: Situation, party: str, contents: Sequence[Content], persons: Path
) -> Path:
    """What linkage compares of one party: blocks, values, sample, strata, spelt, as Parquet."""
    kept = keying.keys_parts(s, contents, {})
    made = [(content.version_id, path) for content, path in zip(contents, kept, strict=True)]

    def versions() -> Iterator[tuple[str, pl.DataFrame]]:
        for version, path in made:
            yield version, pl.read_parquet(path)

    def make(target: Path) -> None:
        index = pl.read_parquet(persons / "index.parquet")
        records = inventory.first_records(index, versions())
        del index
        inventory.blocks(records).write_parquet(target / "blocks.parquet", compression_level=1)
        values = inventory.values(records)
        del records
        values.write_parquet(
            target / "values.parquet", compression_level=1, row_group_size=ROW_GROUP
        )
        inventory.sample(values).write_parquet(target / "sample.parquet", compression_level=1)
        strata(party, values.lazy()).sink_parquet(target / "strata.parquet")
        _spelt(s, pl.read_parquet(persons / "index.parquet"), contents).write_parquet(
            target / "spelt.parquet", compression_level=1
        )

    wanted = Fingerprint(
        "linkage inventory",
        party,
        {"persons": persons.name} | {version: path.parent.name for version, path in made},
        {"hashing": distinct.hashing()},
        LINKAGE_VERSION,
    )
    return s.parts.get(wanted, make)


def _spelt(s: Situation, index: pl.DataFrame, contents: Sequence[Content]) -> pl.DataFrame:
    """The hash of each distinct record's name as its first row spells it, in order."""
    firsts = index.unique("distinct", keep="first", maintain_order=True).with_columns(
        pl.col("version_id").cast(pl.String)
    )
    wanted = firsts.partition_by("version_id", as_dict=True, include_key=False)
    parts = [pl.DataFrame(schema={"distinct": pl.UInt32, "name": pl.UInt64})]
    for content in contents:
        if (content.version_id,) not in wanted:
            continue
        rows = keying.spelt_rows(s, content)
        names = rows.select(pl.col("row_no").cast(pl.UInt32), name=spelt_name(rows)).collect()
        parts.append(
            wanted[content.version_id,]
            .join(names.unique("row_no", keep="first"), on="row_no", how="left", validate="1:1")
            .select("distinct", pl.col("name").fill_null(0).cast(pl.UInt64))
        )
    return pl.concat(parts).sort("distinct")


class Shared:
    """One inventory for all leaks of a run, opened when the first of them needs it."""

    def __init__(self, places: Mapping[str, Path], labels: Path) -> None:
        """Args as of `StoredInventory`."""
        self._places, self._labels = places, labels
        self._lock = Lock()
        self._opened: StoredInventory | None = None

    def opened(self) -> StoredInventory:
        """The inventory; leaks in work together get the same."""
        with self._lock:
            if self._opened is None:
                self._opened = StoredInventory(self._places, self._labels, keep=True)
            return self._opened


class StoredInventory:
    """The parties' parts as one inventory (`linkage.matching.Inventory`)."""

    def __init__(self, places: Mapping[str, Path], labels: Path, *, keep: bool = False) -> None:
        """Open the parts.

        Args:
            places: of each party, its `linkage_inventory_part`.
            labels: persons over all parties.
            keep: hold in memory what was read, up to MOST_KEPT records, for the next leak.
        """
        self._keep = keep
        self._index: Index | None = None
        self._looked = 0
        self._looking = Lock()
        self._values: dict[Path, pl.DataFrame] = {}
        self._names: dict[Path, npt.NDArray[np.uint64]] = {}
        self._lock = Lock()  # what is kept is read once, however many leaks are in work
        self.parties = list(places)
        self._places = list(places.values())
        labelled = pl.read_parquet(labels, columns=["party", "standard"])
        self.person: npt.NDArray[np.uint32] = labelled["standard"].to_numpy()
        heights = np.bincount(labelled["party"].to_numpy(), minlength=len(places)).tolist()
        self._heights = dict(zip(self._places, heights, strict=True))
        self.starts = np.array([0, *accumulate(heights)], dtype=np.int64)
        self.size = int(self.starts[-1])
        self.persons = how_many(self.person)

    def held(self, wanted: Wanted) -> Held:
        """The records that hold a key of a leak, or of several; an index is made for many."""
        with self._looking:
            self._looked += 1
            if self._keep and self._looked > UNINDEXED and self.size <= MOST_INDEXED:
                self._index = self._index or Index.of(self._block)
        if self._index is not None:
            return self._index.held(wanted)
        return gone_through(self._read_blocks(), wanted)

    def _block(self, name: str) -> Hashes:
        parts = [
            pl.read_parquet(place / "blocks.parquet", columns=[name]) for place in self._places
        ]
        return pl.concat(parts, rechunk=True).to_series().to_numpy()

    def _read_blocks(self) -> Iterator[pl.DataFrame]:
        together, rows = [], 0
        for place in self._places:
            together.append(pl.read_parquet(place / "blocks.parquet"))
            rows += together[-1].height
            if rows >= TOGETHER:
                yield pl.concat(together)
                together, rows = [], 0
        if together:
            yield pl.concat(together)

    def sample(self) -> tuple[pl.DataFrame, npt.NDArray[np.float64]]:
        """Some records' values, and for how many each stands."""
        whole = pl.concat([pl.read_parquet(place / "sample.parquet") for place in self._places])
        return whole.select(VALUES.names()), whole["stands"].to_numpy()

    def values(self, records: npt.NDArray[np.uint32]) -> pl.DataFrame:
        """The values of these ascending records."""
        parts = [pl.DataFrame(schema=VALUES)]
        for place, wanted in self._by_party(records):
            parts += self._party_values(place, wanted)
        return pl.concat(parts)

    def _party_values(self, place: Path, wanted: npt.NDArray[np.int64]) -> Iterable[pl.DataFrame]:
        """Kept whole where a good part of the party is asked for and there is room."""
        path = place / "values.parquet"
        with self._lock:
            if self._keep and place not in self._values:
                held = sum(values.height for values in self._values.values())
                size = int(self._heights[place])
                touched = np.unique(wanted // ROW_GROUP).size
                if touched * SPARSE * ROW_GROUP > size and held + size <= MOST_KEPT:
                    self._values[place] = pl.read_parquet(path)
        if place in self._values:
            return [self._values[place][wanted.astype(np.uint32)]]
        return _picked(path, wanted)

    def spelt_names(self, records: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
        """The hash of each of these ascending records' name as spelt; 0 where there is none."""
        parts = [np.zeros(0, np.uint64)]
        for place, wanted in self._by_party(records):
            parts.append(self._party_names(place)[wanted])
        return np.concatenate(parts)

    def _party_names(self, place: Path) -> npt.NDArray[np.uint64]:
        with self._lock:
            if place in self._names:
                return self._names[place]
            read = pl.read_parquet(place / "spelt.parquet", columns=["name"]).to_series().to_numpy()
            if self._keep and self.size <= MOST_INDEXED:
                self._names[place] = read
            return read

    def places(self, records: npt.NDArray[np.uint32]) -> pl.DataFrame:
        """party_id and distinct of these records."""
        party = np.searchsorted(self.starts, records, side="right") - 1
        names = pl.Series("party_id", self.parties, dtype=pl.String)
        own = pl.Series("distinct", records - self.starts[party], dtype=pl.UInt32)
        return pl.DataFrame([names.gather(party), own])

    def _by_party(
        self, records: npt.NDArray[np.uint32]
    ) -> Iterator[tuple[Path, npt.NDArray[np.int64]]]:
        """Each party with some of these ascending records, and which of its own they are."""
        bounds = zip(self._places, self.starts[:-1], self.starts[1:], strict=True)
        for place, first, past in bounds:
            low, high = np.searchsorted(records, [first, past])
            if low < high:
                yield place, records[low:high].astype(np.int64) - first


def _picked(path: Path, wanted: npt.NDArray[Any]) -> Iterator[pl.DataFrame]:
    """These rows of a file, a row group at a time."""
    groups = wanted // ROW_GROUP
    edges = np.flatnonzero(np.diff(groups, prepend=-1))
    for begin, end in zip(edges, np.append(edges[1:], wanted.size), strict=True):
        offset = int(groups[begin]) * ROW_GROUP
        rows = pl.scan_parquet(path).slice(offset, ROW_GROUP).collect()
        yield rows[(wanted[begin:end] - offset).astype(np.uint32)]

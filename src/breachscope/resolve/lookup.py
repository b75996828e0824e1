"""The records that hold a key of a leak: by going through all of them once, or by an index.

For one leak going through is cheaper; for many an index of all keys in order is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from breachscope.resolve.blocking import BLOCKS, HITS, TOLD_AS, VALUES, Wanted, hit_frame, hits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt

    from breachscope.resolve.rungs import Hashes


@dataclass(frozen=True, slots=True)
class Held:
    """What all records hold of a leak's keys."""

    hits: pl.DataFrame  # HITS, in no order
    present: dict[str, int]  # of each block of VALUES: records that have such a value at all


def gone_through(blocks: Iterable[pl.DataFrame], wanted: Wanted) -> Held:
    """Look the keys up in all records.

    Args:
        blocks: `block_keys` of all records, a stretch at a time, in order.
        wanted: of the leak, or of several together.
    """
    present = dict.fromkeys(BLOCKS, 0)
    found, first = [pl.DataFrame(schema=HITS)], 0
    for records in blocks:
        found.append(hits(wanted, records, first))
        first += records.height
        for block in VALUES:
            held = int((records[block] != 0).sum())
            present[TOLD_AS[block]] += held
    return Held(pl.concat(found), present)


@dataclass(frozen=True, slots=True)
class Index:
    """The keys of all records in order: 12 bytes a key."""

    keys: dict[str, Hashes]  # of each block, ascending
    records: dict[str, npt.NDArray[np.uint32]]  # whose each of them is

    @classmethod
    def of(cls, column: Callable[[str], Hashes]) -> Index:
        """Sort the keys, a block at a time.

        Args:
            column: the `block_keys` of all records of one block, in order; 0 where there is none.
        """
        keys, records = {}, {}
        for block in BLOCKS:
            whole = pl.DataFrame({"key": column(block)}).with_row_index("record")
            ordered = whole.filter(pl.col("key") != 0).sort("key", maintain_order=True)
            keys[block], records[block] = (ordered[name].to_numpy() for name in ("key", "record"))
        return cls(keys, records)

    def held(self, wanted: Wanted) -> Held:
        """As `gone_through`."""
        found = [pl.DataFrame(schema=HITS)]
        present = dict.fromkeys(BLOCKS, 0)
        for block in BLOCKS:
            asked = TOLD_AS[block]
            if block in VALUES:
                present[asked] += self.keys[block].size
            found.append(self._hits(block, asked, wanted.keys[asked]))
        return Held(pl.concat(found), present)

    def _hits(self, block: str, told: str, asked: Hashes) -> pl.DataFrame:
        first = np.searchsorted(self.keys[block], asked, side="left")
        times = np.searchsorted(self.keys[block], asked, side="right") - first
        within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        return hit_frame(
            told, np.repeat(asked, times), self.records[block][np.repeat(first, times) + within]
        )

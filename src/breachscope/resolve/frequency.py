"""How likely two unrelated people agree: by level, and for a value by how many records hold it.

To share a rare name says more than to share a common one (Newcombe et al., Science 130, 1959;
Winkler, 1989): where a level means that values are equal, its chance under U is the share of
the inventory's records that hold this very value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.resolve.blocking import BLOCKS, SEED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breachscope.resolve.comparison import Levels
    from breachscope.resolve.weights import Chances, Floats

_VALUE_OF: Final = {
    ("name", 6): ("name_key", "name"),
    ("name", 5): ("name_key", "name"),
    ("name", 4): ("kana_key", "kana"),
    ("mobile", 2): ("mobile", "phone"),
    ("landline", 2): ("landline", "phone"),
    ("address", 3): ("address_key", "address"),
    ("email", 1): ("email_key", "email"),
    ("customer", 1): ("customer_key", "customer"),
}
"""(field, level) -> the leaked value that is equal, and the block that counted its holders."""


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Of each leaked row, how rare its values are among the inventory's records."""

    log_share: Mapping[str, Floats]
    """VALUES column -> log-share of the records that hold the row's value; 0 where it has none."""

    def by_field(
        self, levels: dict[str, Levels], row: np.ndarray[tuple[int], np.dtype[np.uint32]],
        unrelated: Chances,
    ) -> dict[str, Floats]:  # fmt: skip
        """Field -> log-chance of each pair's agreement there if they are unrelated."""
        found = {}
        for name, level in levels.items():
            table = np.zeros(256)
            table[: unrelated[name].size] = np.log(unrelated[name])
            chance = table[level]
            for (field, equal), (column, _) in _VALUE_OF.items():
                if field == name:
                    at = level == equal
                    chance[at] = self.log_share[column][row[at]]
            found[name] = chance
        return found

    def log_unrelated(
        self, levels: dict[str, Levels], row: np.ndarray[tuple[int], np.dtype[np.uint32]],
        unrelated: Chances,
    ) -> Floats:  # fmt: skip
        """Log-chance of each pair's agreement if the two have nothing to do with each other."""
        total = np.zeros(row.size)
        for chance in self.by_field(levels, row, unrelated).values():
            total += chance
        return total


def frequencies(
    values: pl.DataFrame, held: pl.DataFrame, present: Mapping[str, int]
) -> Frequencies:
    """Frequencies of the leak's values.

    Args:
        values: comparison.VALUES of the leak, row by row.
        held: block, key, records, as `blocking.candidates` counts them.
        present: block -> how many records of the inventory hold any value.
    """
    shares: dict[str, Floats] = {}
    for column, block in set(_VALUE_OF.values()):
        counts = held.filter(pl.col("block") == BLOCKS.index(block)).select("key", "records")
        asked = values.select(
            key=pl.when(pl.col(column).is_not_null()).then(pl.col(column).hash(SEED))
        )
        found = asked.join(counts, on="key", how="left", validate="m:1", maintain_order="left")
        records = found["records"].fill_null(0).to_numpy().astype(float)
        least = np.maximum(records, 1.0) / max(present.get(block, 0), 1)
        shares[column] = np.where(asked["key"].is_null().to_numpy(), 0.0, np.log(least))
    return Frequencies(shares)

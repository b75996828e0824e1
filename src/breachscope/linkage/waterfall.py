"""Why a leaked row is about a person: what each field adds to the odds, for its nearest record.

The sum of the weights and of the prior odds is the log-odds of the posterior, against somebody
unrelated; so any figure can be recomputed by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.resolve.comparison import FIELDS, MISSING

if TYPE_CHECKING:
    from breachscope.linkage.matching import Matched
    from breachscope.resolve.weights import Floats

WATERFALL: Final = pl.Schema(
    {
        "leak_row": pl.UInt32(),
        "record": pl.UInt32(),  # of the inventory, over all parties
        "field": pl.String(),
        "level": pl.String(),  # how alike, from unlike to alike (resolve.comparison)
        "log10_person": pl.Float64(),  # one person against two unrelated people
        "log10_household": pl.Float64(),  # two people of one household against the same
    }
)
"""One row a leaked row and field that both sides hold."""


def waterfall(found: Matched) -> pl.DataFrame:
    """WATERFALL of the likeliest person of every row that has one."""
    pairs = _nearest(found)
    row = found.compared.row[pairs]
    levels = {name: level[pairs] for name, level in found.compared.levels.items()}
    unrelated = found.rare.by_field(levels, row, found.fit.unrelated)
    parts = [pl.DataFrame(schema=WATERFALL)]
    for name, level in levels.items():
        held = level != MISSING
        words = pl.Series(FIELDS[name], dtype=pl.String)
        shown = level[held]
        parts.append(
            pl.DataFrame(
                {
                    "leak_row": row[held] + 1,
                    "record": found.compared.record[pairs][held],
                    "field": np.full(shown.size, name),
                    "level": words.gather(shown.astype(np.uint32)),
                    "log10_person": _log10(found.fit.person[name][shown], unrelated[name][held]),
                    "log10_household": _log10(
                        found.fit.household[name][shown], unrelated[name][held]
                    ),
                }
            )
            .select(*WATERFALL.names())
            .cast(WATERFALL)
        )
    return pl.concat(parts).sort("leak_row", maintain_order=True)


def _log10(chance: Floats, log_unrelated: Floats) -> Floats:
    weight: Floats = np.round((np.log(chance) - log_unrelated) / np.log(10), 4)
    return weight


def _nearest(found: Matched) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Where the pair of each row and its likeliest person's nearest record stands."""
    best = (
        found.decided.posteriors.sort(
            "row", "probability", "person", descending=[False, True, False]
        )
        .unique("row", keep="first", maintain_order=True)
        .select("row", "record")
    )
    pairs = pl.DataFrame({"row": found.compared.row, "record": found.compared.record})
    met = pairs.with_row_index("at").join(best, on=["row", "record"], how="semi")
    return met["at"].to_numpy().astype(np.intp)

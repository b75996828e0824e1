"""How many of a party's people a list drawn from the same towns would hold by chance.

Parties are regional: whoever lists a town's people meets whom the town's own office lists. So
party labels are exchanged among the people of one town: of the people found, each is as likely any
party's as the inventory's people of that town are. What a party has beyond that is no accident of
place (a permutation test within strata; Good, Permutation Tests, 2005, chapter 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping


SURE: Final = 0.9
STRATA: Final = pl.Schema({"party_id": pl.String(), "town": pl.String(), "records": pl.UInt32()})
"""How many records of each town each party has; where the town is not known, an empty text."""


@dataclass(frozen=True, slots=True)
class Chance:
    """Rows about a party's people alone, and what exchanging labels within towns gives."""

    expected: float
    p_value: float


def town() -> pl.Expr:
    """The town of an `address_key`: what stands before its first digit."""
    return pl.col("address_key").str.extract(r"^([^0-9]+)").fill_null("").alias("town")


def strata(party_id: str, values: pl.LazyFrame) -> pl.LazyFrame:
    """STRATA of one party.

    Args:
        party_id: the party.
        values: address_key, one row a record.
    """
    return (
        values.select(town())
        .group_by("town")
        .agg(records=pl.len().cast(pl.UInt32))
        .select(pl.lit(party_id).alias("party_id"), "town", "records")
        .sort("town")
    )


def by_place(claims: pl.DataFrame, towns: pl.DataFrame, held: pl.DataFrame) -> Mapping[str, Chance]:
    """For each party with rows about its people alone: how many would be so by place.

    The number is compared with a binomial of the mean chance, whose tail is the heavier one
    (Hoeffding, Annals of Mathematical Statistics 27, 1956).

    Args:
        claims: CLAIMS.
        towns: leak_row, town.
        held: STRATA of all parties.
    """
    sure = claims.filter(pl.col("probability") >= SURE)
    alone = (
        sure.filter(pl.col("party_id").n_unique().over("leak_row") == 1)
        .select("leak_row", "party_id")
        .unique()
        .join(towns, on="leak_row", how="left", validate="m:1")
        .with_columns(pl.col("town").fill_null(""))
    )
    if alone.is_empty():
        return {}
    shares = held.with_columns(share=pl.col("records") / pl.col("records").sum().over("town"))
    rows = alone.group_by("town").agg(rows=pl.len())
    expected = (
        shares.join(rows, on="town")
        .sort("party_id", "town")  # sums of fractions hang on their order
        .group_by("party_id", maintain_order=True)
        .agg(expected=(pl.col("share") * pl.col("rows")).sum())
    )
    counted = (
        alone.group_by("party_id")
        .agg(count=pl.len())
        .join(expected, on="party_id", how="left", validate="1:1")
    )
    from scipy.special import bdtrc  # slow to import, and wanted only where there are leaks

    whole = alone.height
    return {
        party: Chance(mean, float(bdtrc(count - 1, whole, min(mean / whole, 1.0))))
        for party, count, mean in counted.with_columns(pl.col("expected").fill_null(0.0))
        .select("party_id", "count", "expected")
        .iter_rows()
    }

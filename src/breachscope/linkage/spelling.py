"""The party's own spelling, errors included, or that of anybody who knows the person.

Another list of the same people agrees with a party's record as often as the party writes it right,
if it is right itself. So agreement tells of a copy only beyond the party's own accuracy; and where
two holders differ, a third list agrees with the more accurate of them more often. How accurate a
party is, is estimated from how often it agrees with others (agreement is the product of two
accuracies), and taken as high as so many pairs allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.linkage.claims import FIELDS

if TYPE_CHECKING:
    from collections.abc import Sequence

SPELLINGS: Final = FIELDS
PRIVATE: Final = ("kana_same", "phone_same", "birth_same", "email_same", "customer_same")
"""What no directory tells: rows made up from public names and addresses have none of it."""
BETWEEN: Final = {
    "kana_same": 0.95, "phone_same": 0.85, "birth_same": 0.985, "email_same": 0.85,
    "customer_same": 0.01,
}  # fmt: skip
"""How often two parties spell one person alike, where the case has few pairs to tell."""
PAIRS_OF_PRIOR: Final = 50.0
ONE_SIDED: Final = 1.645
KEPT: Final = 0.97
"""How often a leak agrees with its source where source and another holder differ and it agrees
with either (measured .95 to .99 in generated leaks, bench/RESULTS.md)."""
THIRD: Final = 0.9
"""How often a third list agrees with one of two holders that differ, at most: the one that writes
its people right more often (measured up to .88 where neither is the source)."""
ENOUGH_PRIVATE: Final = 0.7
SURE: Final = 0.9


def accuracy(alike: pl.DataFrame, party: str, field: str) -> float:
    """How often the party writes the field right, at most (one-sided 95 %).

    A customer number is the party's own: another list agrees as often as parties' numbers do.

    Args:
        alike: SPELT_ALIKE.
        party: the party.
        field: one of PRIVATE.
    """
    told = alike.filter(pl.col("field") == field)
    own = told.filter(pl.col("party_id") == party)
    every = _share(told, BETWEEN[field])
    mine, pairs = _share(own, every), float(own["told"].sum()) + PAIRS_OF_PRIOR
    if field == "customer_same":
        return min(mine + ONE_SIDED * float(np.sqrt(mine * (1 - mine) / pairs)), 1.0)
    right = min(mine / float(np.sqrt(every)), 1.0)
    return min(right + ONE_SIDED * float(np.sqrt(right * (1 - right) / pairs)), 1.0)


def _share(told: pl.DataFrame, before: float) -> float:
    pairs, same = float(told["told"].sum()), float(told["same"].sum())
    return (same + PAIRS_OF_PRIOR * before) / (pairs + PAIRS_OF_PRIOR)


def own_agreement(claims: pl.DataFrame, party: str, alike: pl.DataFrame) -> float:
    """log10 of how much likelier the agreement with the party's records is for a copy of them.

    Against a list without any error; agreement below that tells nothing, for a broker's own errors
    explain it as well.
    """
    sure = best_spelt(_sure(claims).filter(pl.col("party_id") == party))
    total = 0.0
    for field in PRIVATE:
        told, same = sure[field].count(), int(sure[field].sum() or 0)
        total += _beyond(told, same, accuracy(alike, party, field))
    return total / float(np.log(10))


def _beyond(told: int, same: int, most: float) -> float:
    """Nats by which a free rate of agreement is likelier than the most another list can have."""
    if not told or most >= 1.0 or same / told <= most:
        return 0.0
    rate = (same + 0.5) / (told + 1.0)
    free = same * np.log(rate) + (told - same) * np.log(1 - rate)
    bound = same * np.log(most) + (told - same) * np.log(1 - most)
    return max(float(free - bound), 0.0)


def agrees_in_private(claims: pl.DataFrame, party: str) -> bool:
    """Whether enough of the cells that no directory tells are the party's own, if any tell."""
    sure = best_spelt(_sure(claims).filter(pl.col("party_id") == party))
    told = sum(sure[field].count() for field in PRIVATE)
    same = sum(int(sure[field].sum() or 0) for field in PRIVATE)
    return same >= ENOUGH_PRIVATE * told


def contrast(claims: pl.DataFrame, party: str, rivals: set[str]) -> tuple[float, float, float]:
    """Cells that agree with the party alone; with another holder alone; log10 of their ratio.

    The way a name or an address is written is a habit of a whole list; a third list may share it.
    Such cells speak against a party; for it speak only cells that no directory tells.
    """
    counts = _by_field(claims, party, rivals)
    wins = sum(one for one, _ in counts.values())
    losses = sum(other for _, other in counts.values())
    private = [counts[field] for field in PRIVATE]
    whole, own = (
        _ratio(wins, losses),
        _ratio(sum(o for o, _ in private), sum(o for _, o in private)),
    )
    return wins, losses, own if whole >= 0 else min(whole, own)


def _ratio(wins: float, losses: float) -> float:
    """log10 of a copy against a third list."""
    return float(wins * np.log10(KEPT / THIRD) + losses * np.log10((1 - KEPT) / (1 - THIRD)))


def spelling_counts(
    claims: pl.DataFrame, party: str, rivals: set[str], fields: Sequence[str] = SPELLINGS
) -> tuple[float, float]:
    """Cells that agree with the party's record and not with another holder's; and the reverse."""
    counts = _by_field(claims, party, rivals)
    return sum(counts[field][0] for field in fields), sum(counts[field][1] for field in fields)


def _by_field(claims: pl.DataFrame, party: str, rivals: set[str]) -> dict[str, tuple[float, float]]:
    """The same by field.

    Each other holder is asked once a row and field; several of them share the one cell.
    """
    mine_too = pl.col("leak_row").is_in(
        claims.filter(pl.col("party_id") == party)["leak_row"].unique().to_list()
    )
    best = best_spelt(_sure(claims.filter(mine_too)))
    mine = best.filter(pl.col("party_id") == party)
    others = best.filter((pl.col("party_id") != party) & ~pl.col("party_id").is_in(list(rivals)))
    pairs = mine.join(others, on="leak_row", suffix="_other")
    if pairs.is_empty():
        return dict.fromkeys(SPELLINGS, (0.0, 0.0))
    by_row = (
        pairs.select(
            "leak_row",
            *(_only(field, f"{field}_other").alias(f"win_{field}") for field in SPELLINGS),
            *(_only(f"{field}_other", field).alias(f"loss_{field}") for field in SPELLINGS),
        )
        .group_by("leak_row")
        .agg(pl.exclude("leak_row").mean())
    )
    whole = by_row.select(pl.exclude("leak_row").sum()).row(0, named=True)
    return {field: (whole[f"win_{field}"], whole[f"loss_{field}"]) for field in SPELLINGS}


def _sure(claims: pl.DataFrame) -> pl.DataFrame:
    return claims.filter(pl.col("probability") >= SURE)


def _only(one: str, other: str) -> pl.Expr:
    return (pl.col(one) & ~pl.col(other)).fill_null(value=False)


def best_spelt(sure: pl.DataFrame) -> pl.DataFrame:
    """Of each row and party the record most alike: a party may hold several of one person."""
    alike = pl.sum_horizontal(pl.col(field).cast(pl.Int8).fill_null(0) for field in SPELLINGS)
    return (
        sure.with_columns(alike=alike)
        .sort("leak_row", "party_id", "alike", "distinct", descending=[False, False, True, False])
        .unique(["leak_row", "party_id"], keep="first", maintain_order=True)
    )

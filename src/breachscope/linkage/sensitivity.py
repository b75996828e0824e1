"""Would another setting have named another party? The source stage again under other assumptions.

A result that hangs on one threshold, one field or one party in the inventory is told as such.
Longer leaks are looked at through some of their rows: what a smaller leak still shows is shown by
the whole as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.linkage import origins
from breachscope.linkage.claims import FIELDS
from breachscope.linkage.naming import Judged, judged
from breachscope.linkage.strata import by_place
from breachscope.schema import LEAK_SENSITIVITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from breachscope.linkage.history import History

MOST_ROWS: Final = 2_000
DRAWS: Final = 10
CHANCES: Final = (0.03, 0.3)  # beside origins.BY_CHANCE
SURER: Final = (0.95, 0.99)  # beside the 0.9 of naming


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the source stage was given."""

    claims: pl.DataFrame  # CLAIMS
    rows: pl.DataFrame  # LEAK_ROWS
    households: pl.DataFrame  # leak_row, household
    persons: Mapping[str, int]
    all_persons: int
    decoys: Sequence[tuple[pl.DataFrame, int]]
    alike: pl.DataFrame  # SPELT_ALIKE
    towns: pl.DataFrame  # leak_row, town
    strata: pl.DataFrame  # STRATA of all parties
    history: History
    within: Mapping[str, float]  # overlap.contained


def households(keys: pl.DataFrame) -> pl.DataFrame:
    """leak_row, household: rows of one address and family name, else of one telephone, are one.

    Args:
        keys: RECORD_KEYS of the leak.
    """
    family = pl.col("name_key").str.slice(0, 2)
    at = pl.concat_str(family, "address_key")
    label = pl.coalesce(at, "phone_key", pl.col("row_no").cast(pl.String))
    return keys.select(leak_row="row_no", household=label.rank("dense").cast(pl.UInt32))


def sensitivity(leak_id: str, of: Weighed, seed: int) -> pl.DataFrame:
    """LEAK_SENSITIVITY of one leak, in the order of the variations.

    Args:
        leak_id: the leak.
        of: what the source stage was given.
        seed: of the rows chosen and of the draws.
    """
    some = _some(of, seed)
    base = _again(some)
    named = _named(base)
    told = [_row(leak_id, "as it is", f"{some.rows.height:,} rows", base, named)]
    for kind, what, found in _variations(some, named, seed):
        told.append(_row(leak_id, kind, what, found, named))
    return pl.DataFrame(told, schema=LEAK_SENSITIVITY)


def _variations(
    of: Weighed, named: tuple[str, ...], seed: int
) -> Iterator[tuple[str, str, Judged]]:
    for chance in CHANCES:
        what = f"rows bought elsewhere are about listed people by chance: {chance:g}"
        yield "setting", what, _again(of, by_chance=chance)
    for least in SURER:
        surer = of.claims.filter((pl.col("probability") >= least) | (pl.col("probability") < 0.9))
        yield "threshold", f"rows are sure from {least:g}", _again(_with(of, claims=surer))
    for field in FIELDS:
        if of.claims[field].count():
            blind = of.claims.with_columns(pl.lit(None, pl.Boolean).alias(field))
            what = f"without the spelling of {field.removesuffix('_same')}"
            yield "field", what, _again(_with(of, claims=blind))
    for draw in range(DRAWS):
        yield "half of the households", f"draw {draw + 1}", _again(_half(of, seed, draw))
    for party in named:
        yield "without a party", party, _again(_without(of, party))


def _again(of: Weighed, by_chance: float = origins.BY_CHANCE) -> Judged:
    places = by_place(of.claims, of.towns, of.strata)
    return judged(
        of.claims, of.rows, of.persons, of.all_persons, of.decoys, of.alike, by_chance, places,
        of.history, of.within,
    )  # fmt: skip


def _with(of: Weighed, claims: pl.DataFrame, rows: pl.DataFrame | None = None) -> Weighed:
    return replace(of, claims=claims, rows=of.rows if rows is None else rows)


def _some(of: Weighed, seed: int) -> Weighed:
    """At most MOST_ROWS of the rows."""
    if of.rows.height <= MOST_ROWS:
        return of
    dice = np.random.default_rng([seed, 3])
    return _only(of, of.rows["leak_row"].to_numpy()[dice.permutation(of.rows.height)[:MOST_ROWS]])


def _only(of: Weighed, leak_rows: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> Weighed:
    wanted = pl.DataFrame({"leak_row": np.sort(leak_rows)}, schema={"leak_row": pl.UInt32})
    return _with(
        of,
        of.claims.join(wanted, on="leak_row", how="semi", maintain_order="left"),
        of.rows.join(wanted, on="leak_row", how="semi", maintain_order="left"),
    )


def _half(of: Weighed, seed: int, draw: int) -> Weighed:
    """The rows of half of the households (Politis and Romano, Annals of Statistics 22, 1994)."""
    own = of.households.join(of.rows.select("leak_row"), on="leak_row", how="semi")
    labels = own["household"].unique().sort().to_numpy()
    dice = np.random.default_rng([seed, 4, draw])
    chosen = np.sort(dice.permutation(labels)[: max(labels.size // 2, 1)])
    kept = own.filter(pl.col("household").is_in(chosen.tolist()))
    return _only(of, kept["leak_row"].to_numpy())


def _without(of: Weighed, party: str) -> Weighed:
    """As if the case had never had this party's records."""
    away = pl.col("party_id") != party
    return replace(
        of,
        claims=of.claims.filter(away),
        persons={name: count for name, count in of.persons.items() if name != party},
        decoys=[(claims.filter(away), count) for claims, count in of.decoys],
        alike=of.alike.filter(away),
        strata=of.strata.filter(away),
        within={name: share for name, share in of.within.items() if name != party},
    )


def _named(found: Judged) -> tuple[str, ...]:
    return tuple(sorted(one.party_id for one in found.evidence if one.named))


def _row(
    leak_id: str, kind: str, what: str, found: Judged, before: tuple[str, ...]
) -> dict[str, object]:
    now = _named(found)
    strongest = found.evidence[0] if found.evidence else None
    expected = set(before) - {what} if kind == "without a party" else set(before)
    return {
        "leak_id": leak_id,
        "kind": kind,
        "what": what,
        "rows": len(found.leak_rows),
        "named": list(now),
        "strongest": strongest.party_id if strongest else None,
        "weight": strongest.weight if strongest else None,
        "more": sorted(set(now) - expected),
        "fewer": sorted(expected - set(now)),
    }

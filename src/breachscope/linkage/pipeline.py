"""One leak from its records to decided rows, claims and decoys: the frozen order of steps.

Settings are fixed, and their digest taken, before a leak is opened; nothing here is tuned to
the leak under inquiry.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

import polars as pl

from breachscope.linkage import claims as claiming
from breachscope.linkage.decoys import Decoy, decoys
from breachscope.linkage.matching import (
    Inventory,
    Matched,
    Settings,
    matched,
    reaches,
)
from breachscope.linkage.waterfall import waterfall
from breachscope.resolve.comparison import compared_values
from breachscope.resolve.keys import record_keys
from breachscope.schema import KEY_COLUMNS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from breachscope.resolve.weights import Fit

DRAWS: Final = 20
DECOY_ROWS: Final = 150


class Records(Inventory, claiming.Records, Protocol):
    """The inventory, to match against and to make claims from."""


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How a leak is linked."""

    matching: Settings = field(default_factory=Settings)
    draws: int = DRAWS
    decoy_rows: int = DECOY_ROWS
    """The most rows of one draw; of a smaller leak as many as it has."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """All decoys of one kind: what the pipeline made of them."""

    kind: Decoy
    rows: pl.DataFrame  # LEAK_ROWS and `draw`
    claims: pl.DataFrame  # CLAIMS and `draw`


@dataclass(frozen=True, slots=True)
class Linked:
    """One leak, linked."""

    keys: pl.DataFrame  # RECORD_KEYS of the leak
    copies: pl.DataFrame  # COPIES
    matched: Matched  # of each distinct row; `decided.rows` by the number of its first
    claims: pl.DataFrame  # CLAIMS of each distinct row
    weights: pl.DataFrame  # WATERFALL of each distinct row
    alike: pl.DataFrame  # SPELT_ALIKE
    decoys: tuple[Drawn, ...]
    persons: int  # of the inventory


COPIES: Final = pl.Schema({"leak_row": pl.UInt32(), "first": pl.UInt32()})
"""For every row the first that is equal to it: a row that stands twice tells nothing more."""


def linked(
    records: pl.DataFrame,
    inventory: Records,
    settings: LinkSettings,
    seed: int,
    fit: Fit | None = None,
) -> Linked:
    """Link a leak and its decoys.

    Args:
        records: row_no and text columns, any of `schema.RECORD_FIELDS`.
        inventory: of the case.
        settings: frozen before.
        seed: of the decoys; from the leak's content, so that a run repeats.
        fit: weights of the case; fitted to this leak where there are none.

    Raises:
        EvidenceError: there is nothing to fit the weights to.
    """
    whole = record_keys(records.lazy()).collect()
    names = records.lazy().select(name=claiming.spelt_name(records.lazy())).collect()["name"]
    copies = copies_of(whole, names)
    first = copies["first"].unique().sort()
    keys, spelt = whole[first - 1], names[first - 1].to_numpy()
    made_up = [decoys(keys, kind, settings.draws, settings.decoy_rows, seed) for kind in Decoy]
    reached, *reached_up = reaches([keys, *made_up], inventory, settings.matching.caps)
    found = matched(keys, inventory, settings.matching, fit, reached=reached)
    shares = (found.decided.share_in, found.decided.share_household)
    again = [
        matched(rows, inventory, settings.matching, found.fit, shares, of)
        for rows, of in zip(made_up, reached_up, strict=True)
    ]
    at_hand = claiming.AtHand(_people([found, *again]), inventory)
    claimed = _claims(found, keys, spelt, at_hand)
    made = tuple(
        _drawn(kind, rows, of, at_hand)
        for kind, rows, of in zip(Decoy, made_up, again, strict=True)
    )
    numbered = replace(found.decided, rows=_numbered(found.decided.rows, first))
    return Linked(
        whole,
        copies,
        replace(found, decided=numbered),
        _numbered(claimed, first),
        _numbered(waterfall(found), first),
        claiming.spelt_alike(claimed, at_hand),
        made,
        inventory.persons,
    )


def copies_of(keys: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """COPIES of a leak.

    Args:
        keys: RECORD_KEYS in row order.
        names: `claims.spelt_name`, row by row.
    """
    numbered = keys.select(KEY_COLUMNS).with_columns(names.alias("spelt")).with_row_index("row")
    first = pl.col("row").first().over(*KEY_COLUMNS, "spelt")
    return numbered.select(leak_row=pl.col("row") + 1, first=first + 1).cast(COPIES)


def _numbered(table: pl.DataFrame, first: pl.Series) -> pl.DataFrame:
    """A table of distinct rows, by the leak's own number of the first of each."""
    return table.with_columns(leak_row=first.gather(table["leak_row"] - 1))


def _people(found: list[Matched]) -> pl.Series:
    """Whoever some row is maybe about, of a leak or of its decoys."""
    return pl.concat([claiming.likely(one.decided.posteriors)["person"] for one in found]).unique()


def _claims(
    found: Matched, keys: pl.DataFrame, names: npt.NDArray[np.uint64], records: claiming.Records
) -> pl.DataFrame:
    values = compared_values(keys.lazy()).collect()
    return claiming.claims(found.decided.posteriors, values, names, records)


def _drawn(kind: Decoy, made: pl.DataFrame, again: Matched, records: claiming.Records) -> Drawn:
    """Decoys of one kind after the same pipeline: the leak's weights, and its shares."""
    draw = made.select(leak_row="row_no", draw="draw")
    claims = _claims(again, made, _no_names(made), records)
    return Drawn(
        kind,
        again.decided.rows.join(draw, on="leak_row", validate="1:1", maintain_order="left"),
        claims.join(draw, on="leak_row", validate="m:1", maintain_order="left"),
    )


def _no_names(made: pl.DataFrame) -> npt.NDArray[np.uint64]:
    """Decoys are made of keys: how their names were spelt is not known."""
    nothing: npt.NDArray[np.uint64] = pl.zeros(made.height, pl.UInt64, eager=True).to_numpy()
    return nothing

"""Canonical values of many versions at once: each distinct spelling is worked out once.

The versions of a list repeat most of their records letter for letter, and normalising is the
dearest step of a first run.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import reduce
from typing import Final

import polars as pl

from breachscope.resolve.keys import record_keys
from breachscope.schema import RECORD_FIELDS, RECORD_KEYS

PLACE: Final = "place"
_SEEDS: Final = (1, 2 + len(RECORD_FIELDS))  # 128 bits: two rows with both equal are equal
_SPELLING: Final = ["first", "second"]


@dataclass(frozen=True, slots=True)
class Normalised:
    """The keys of some versions, and the spellings worked out for them."""

    keys: dict[int, pl.DataFrame]
    """place -> RECORD_KEYS in row_no order, for every place there is."""
    spellings: pl.DataFrame
    """What the next lot of the same party need not work out again."""


def keys_by_version(records: pl.DataFrame, spellings: pl.DataFrame | None = None) -> Normalised:
    """RECORD_KEYS of each version.

    Args:
        records: `place` (which version, UInt32), row_no, and any of `schema.RECORD_FIELDS` as
            text; null and absent are the same.
        spellings: those of an earlier lot, in the same process.

    """
    spelt = records.with_columns(_hashes(records))
    lacking = spelt.unique(_SPELLING, keep="first", maintain_order=True)
    if spellings is not None:
        lacking = lacking.join(spellings, on=_SPELLING, how="anti", maintain_order="left")
    new = pl.concat([lacking.select(_SPELLING), _normalised(lacking)], how="horizontal")
    known = new if spellings is None else pl.concat([spellings, new])
    made = spelt.select(PLACE, pl.col("row_no").cast(pl.UInt32), *_SPELLING).join(
        known, on=_SPELLING, how="left", validate="m:1", maintain_order="left"
    )
    parts = made.drop(_SPELLING).partition_by(
        PLACE, as_dict=True, include_key=False, maintain_order=True
    )
    keys = {
        int(place): part.select(RECORD_KEYS.names()).sort("row_no", maintain_order=True)
        for (place,), part in parts.items()
    }
    return Normalised(keys, known.join(spelt.select(_SPELLING), on=_SPELLING, how="semi"))


def _hashes(records: pl.DataFrame) -> list[pl.Expr]:
    """Two hashes of a row's spelling; an absent column is as good as an empty one.

    A sum of each field's own: to hash them as one struct costs three times as much.
    """
    held = records.columns
    fields = [pl.col(n) if n in held else pl.lit(None, pl.String) for n in RECORD_FIELDS]
    return [
        reduce(operator.add, (field.hash(seed + n) for n, field in enumerate(fields))).alias(name)
        for seed, name in zip(_SEEDS, _SPELLING, strict=True)
    ]


def _normalised(distinct: pl.DataFrame) -> pl.DataFrame:
    fields = [name for name in RECORD_FIELDS if name in distinct.columns]
    numbered = distinct.select(fields).with_row_index("row_no", offset=1).lazy()
    return record_keys(numbered).collect(engine="streaming").drop("row_no")

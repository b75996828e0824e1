"""Canonical values of many versions at once: each distinct spelling is worked out once.

The versions of a list repeat most of their records letter for letter, and normalising is the
dearest step of a first run.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.resolve.keys import record_keys
from breachscope.schema import RECORD_FIELDS, RECORD_KEYS

PLACE: Final = "place"
_SEEDS: Final = (1, 2)  # 128 bits: two rows with both equal are equal


def keys_by_version(records: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """RECORD_KEYS of each version.

    Args:
        records: `place` (which version, UInt32), row_no, and any of `schema.RECORD_FIELDS` as
            text; null and absent are the same.

    Returns:
        place -> RECORD_KEYS in row_no order, for every place there is.

    """
    fields = [name for name in RECORD_FIELDS if name in records.columns]
    spelling = pl.struct(fields)
    spelt = records.with_columns(first=spelling.hash(_SEEDS[0]), second=spelling.hash(_SEEDS[1]))
    distinct = spelt.unique(["first", "second"], keep="first", maintain_order=True)
    numbered = distinct.select("first", "second").with_row_index("row", offset=1)
    known = record_keys(distinct.select(fields).with_row_index("row_no", offset=1).lazy()).collect(
        engine="streaming"
    )
    rows = spelt.select(PLACE, "row_no", "first", "second").join(
        numbered, on=["first", "second"], how="left", validate="m:1", maintain_order="left"
    )
    made = known.drop("row_no")[rows["row"] - 1].with_columns(
        rows[PLACE], row_no=rows["row_no"].cast(pl.UInt32)
    )
    parts = made.partition_by(PLACE, as_dict=True, include_key=False, maintain_order=True)
    return {
        int(place): part.select(RECORD_KEYS.names()).sort("row_no", maintain_order=True)
        for (place,), part in parts.items()
    }

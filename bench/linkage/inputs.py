"""A task's tables as matching takes them: the canonical values of every row, made once.

python bench/linkage/inputs.py FOLDER
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

import polars as pl

from breachscope.resolve.keys import record_keys
from breachscope.schema import RECORD_FIELDS

AT_ONCE: Final = 500_000
LEAK_KEYS, INVENTORY_KEYS = "keys_leak.parquet", "keys_inventory.parquet"


def leak_keys(folder: Path) -> pl.DataFrame:
    """RECORD_KEYS of the leak; row_no is its leak_row."""
    return record_keys(
        pl.scan_parquet(folder / "leak.parquet").rename({"leak_row": "row_no"})
    ).collect()


def inventory_keys(folder: Path) -> pl.DataFrame:
    """RECORD_KEYS of all records in the order of the file; row_no is their place there, from 0."""
    table = pl.scan_parquet(folder / "records.parquet").select(RECORD_FIELDS)
    height = pl.scan_parquet(folder / "records.parquet").select(pl.len()).collect().item()
    parts = []
    for start in range(0, height, AT_ONCE):
        part = table.slice(start, AT_ONCE).with_row_index("row_no", offset=start)
        parts.append(record_keys(part.collect().lazy()).collect())
    return pl.concat(parts)


def identified(folder: Path, pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs (leak_row, record, probability) with party_id and distinct in place of record."""
    names = (
        pl.scan_parquet(folder / "records.parquet")
        .select("party_id", "distinct")
        .with_row_index("record")
        .collect()
    )
    return pairs.join(names, on="record", how="left", validate="m:1").select(
        "leak_row", "party_id", "distinct", "probability"
    )


def main() -> None:
    folder = Path(sys.argv[1])
    began = time.perf_counter()
    leak_keys(folder).write_parquet(folder / LEAK_KEYS)
    inventory_keys(folder).write_parquet(folder / INVENTORY_KEYS)
    print(f"{time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()

"""The records of a party as linkage compares them: their values, and the keys they block by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.resolve.blocking import block_keys
from breachscope.resolve.comparison import compared_values
from breachscope.schema import KEY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SAMPLED: Final = 40
"""One record in so many stands in the sample; of few records all."""
FEW: Final = 4_000


def first_records(
    index: pl.DataFrame, versions: Iterable[tuple[str, pl.DataFrame]]
) -> pl.DataFrame:
    """The canonical values of each distinct record, in order of `distinct`.

    Args:
        index: RECORD_INDEX of the party, versions in order of upload.
        versions: (version_id, frame of RECORD_KEYS), one after the other.
    """
    firsts = index.unique("distinct", keep="first", maintain_order=True).with_columns(
        pl.col("version_id").cast(pl.String)
    )
    parts = [part for part in _of_versions(firsts, versions) if part.height]
    if not parts:
        nothing = {"distinct": pl.UInt32(), **dict.fromkeys(KEY_COLUMNS, pl.String())}
        return pl.DataFrame(schema=nothing | {"birth_date": pl.Date()})
    return pl.concat(parts).sort("distinct")


def _of_versions(
    firsts: pl.DataFrame, versions: Iterable[tuple[str, pl.DataFrame]]
) -> Iterator[pl.DataFrame]:
    by_version = firsts.partition_by("version_id", as_dict=True, include_key=False)
    for version, keys in versions:
        if (version,) in by_version:
            yield (
                by_version[version,]
                .join(keys, on="row_no", how="inner", validate="1:1", maintain_order="left")
                .drop("row_no")
            )


def blocks(records: pl.DataFrame) -> pl.DataFrame:
    """The block keys of `first_records`, row for row."""
    return block_keys(records.lazy()).collect()


def values(records: pl.DataFrame) -> pl.DataFrame:
    """comparison.VALUES of `first_records`, row for row."""
    return compared_values(records.lazy()).collect()


def sample(values: pl.DataFrame) -> pl.DataFrame:
    """Some of these values evenly spread, and how many records each stands for (`stands`)."""
    step = 1 if values.height <= FEW else SAMPLED
    return values.gather_every(step).with_columns(stands=pl.lit(float(step)))

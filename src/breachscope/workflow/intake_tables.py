"""The tables of one evidence file, written as its batches come."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal

import polars as pl

from breachscope.case import folder
from breachscope.schema import SIDE_TABLES, Kind

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope import evidence

COMPRESSION: Literal["lz4"] = "lz4"


def write_tables(
    reading: evidence.Reading, target: Path, spec: evidence.ReadSpec
) -> dict[str, int]:
    """Write `taken-*.parquet`, `set_aside.parquet` and the file's side tables.

    What the events of a timeline are evidence of is written to `KIND/taken-*.parquet` too.

    Returns:
        Of records, the rows of each version; of a timeline, those of each kind.

    """
    asides: list[pl.DataFrame] = []
    beside: dict[str, list[pl.DataFrame]] = {}
    counts: dict[str, int] = {}
    with ThreadPoolExecutor(1) as writer:  # writes one batch while the next is read
        written: Future[None] | None = None
        for number, batch in enumerate(reading.batches()):
            if written:
                written.result()
            if batch.taken.height or number == 0:
                place = target / f"taken-{number:05d}.parquet"
                written = writer.submit(_write_taken, batch.taken, place)
            asides += [
                frame.with_columns(what=pl.lit(what))
                for what, frame in (("quarantined", batch.quarantined), ("skipped", batch.skipped))
                if frame.height
            ]
            for name, frame in batch.beside.items():
                beside.setdefault(name, []).append(frame)
            if spec.kind is Kind.RECORDS:
                _count_versions(counts, batch, spec)
            for kind, rows in batch.routed.items():
                counts[kind] = counts.get(kind, 0) + rows.height
                _write_routed(rows, target / kind / f"taken-{number:05d}.parquet")
        if written:
            written.result()
    if asides:
        pl.concat(asides).sort("member", "line").write_parquet(target / "set_aside.parquet")
    for name, frames in beside.items():
        pl.concat([pl.DataFrame(schema=SIDE_TABLES[name]), *frames]).write_parquet(
            target / f"{name}.parquet"
        )
    return counts


def _write_routed(rows: pl.DataFrame, place: Path) -> None:
    if rows.height:
        place.parent.mkdir(mode=folder.PRIVATE_FOLDER, exist_ok=True)
        _write_taken(rows, place)


def _write_taken(taken: pl.DataFrame, place: Path) -> None:
    taken.write_parquet(place, compression=COMPRESSION, statistics=False)


def _count_versions(
    versions: dict[str, int], batch: evidence.Batch, spec: evidence.ReadSpec
) -> None:
    if spec.version_id is not None:
        data_rows = batch.taken.height + batch.quarantined.height
        versions[spec.version_id] = versions.get(spec.version_id, 0) + data_rows
        return
    for version, rows in batch.taken["version_id"].value_counts(sort=False).iter_rows():
        versions[version] = versions.get(version, 0) + rows

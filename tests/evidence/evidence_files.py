"""Small evidence files, and what intake makes of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope import playbook
from breachscope.evidence import Reading, ReadSpec, read
from breachscope.schema import Kind

if TYPE_CHECKING:
    from pathlib import Path

NAME, PHONE = "山田太郎", "090-1234-5678"
"""Planted in files that must fail: no message may repeat them."""

COLUMNS = playbook.Columns.model_validate(
    tomllib.loads(
        (playbook.shipped() / playbook.DEFAULT / "columns.toml").read_text(encoding="utf-8")
    )
)


@dataclass(frozen=True)
class Taken:
    rows: pl.DataFrame
    quarantined: pl.DataFrame
    skipped: pl.DataFrame
    reading: Reading


def spec(kind: Kind = Kind.RECORDS, **options: Any) -> ReadSpec:
    """Records are of version V1, events in Tokyo's time, unless options say otherwise."""
    given = {"version_id": "V1"} if kind is Kind.RECORDS else {"zone": "Asia/Tokyo"}
    return ReadSpec(kind, COLUMNS, **{**given, **options})


def take(path: Path, how: ReadSpec) -> Taken:
    reading = read(path, how)
    batches = list(reading.batches())
    return Taken(
        pl.concat([batch.taken for batch in batches], how="diagonal"),
        pl.concat([batch.quarantined for batch in batches]),
        pl.concat([batch.skipped for batch in batches]),
        reading,
    )


def file(
    folder: Path, content: str | bytes, name: str = "file.csv", encoding: str = "utf-8"
) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path

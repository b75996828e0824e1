from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from breachscope import playbook
from breachscope.evidence import ReadSpec, Reading, read
from breachscope.schema import Kind

COLUMNS = playbook.Columns.model_validate(
    __import__("tomllib").loads(
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
    if kind is Kind.RECORDS:
        options = {"version_id": "V1", **options}
    else:
        options = {"zone": "Asia/Tokyo", **options}
    return ReadSpec(kind, COLUMNS, **options)


def take(path: Path, how: ReadSpec) -> Taken:
    reading = read(path, how)
    batches = list(reading.batches())
    return Taken(
        pl.concat([b.taken for b in batches], how="diagonal"),
        pl.concat([b.quarantined for b in batches]),
        pl.concat([b.skipped for b in batches]),
        reading,
    )


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write

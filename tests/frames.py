"""Frames for tests: a few columns given, the rest of the schema null."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope.schema import Kind, canonical

if TYPE_CHECKING:
    from collections.abc import Mapping


def frame(schema: Mapping[str, Any], *rows: Mapping[str, Any]) -> pl.LazyFrame:
    """Rows of this schema; what a row does not say is null."""
    whole = [{name: row.get(name) for name in schema} for row in rows]
    unknown = {name for row in rows for name in row} - set(schema)
    assert not unknown, f"not in the schema: {unknown}"
    return pl.LazyFrame(whole, schema=pl.Schema(schema))


def kind(kind: Kind, *rows: Mapping[str, Any], **more: Any) -> pl.LazyFrame:
    """Rows of a kind of evidence, with the keys of accounts and hosts the workflow adds."""
    numbered = [
        {"evidence_id": "E1", "line": number, **more, **row}
        for number, row in enumerate(rows, start=2)
    ]
    made = frame(canonical(kind), *numbered)
    names = set(canonical(kind))
    keys = [
        pl.col(name).str.to_lowercase().alias(f"{name}_key")
        for name in ("account", "host")
        if name in names
    ]
    return made.with_columns(keys)


def at(text: str) -> datetime:
    """UTC from `2014-05-01` or `2014-05-01 09:30`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)

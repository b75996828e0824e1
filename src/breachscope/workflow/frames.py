"""Evidence as frames: lazy scans of what intake stored, in canonical columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from breachscope.reconstruct import timeline
from breachscope.schema import ATTRIBUTE_PREFIX, PROVENANCE, SIDE_TABLES, Kind, canonical
from breachscope.workflow.intake import tables_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from breachscope.case.folder import CaseFolder
    from breachscope.case.register import Item
    from breachscope.playbook import Accounts


def scan(case: CaseFolder, item: Item) -> pl.LazyFrame:
    """The rows taken from one evidence file, as stored, with its id."""
    place = tables_folder(case, item.store)
    files = sorted((place / item.kind if item.is_view else place).glob("taken-*.parquet"))
    rows = pl.scan_parquet(files, missing_columns="insert", extra_columns="ignore")
    return rows.with_columns(evidence_id=pl.lit(item.evidence_id))


def table(case: CaseFolder, items: Iterable[Item], kind: Kind) -> pl.LazyFrame:
    """All rows of one kind in canonical columns, in order of evidence and line."""
    schema = canonical(kind)
    scans = [_canonical(scan(case, item), schema) for item in items if item.kind is kind]
    return pl.concat(scans) if scans else pl.LazyFrame(schema=schema)


def _canonical(rows: pl.LazyFrame, schema: pl.Schema) -> pl.LazyFrame:
    held = rows.collect_schema()
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in held]
    return rows.with_columns(absent).select(schema.names())


def with_keys(rows: pl.LazyFrame, accounts: Accounts) -> pl.LazyFrame:
    """The rows with account_key and host_key, as the playbook compares them."""
    held = rows.collect_schema()
    one = accounts.domain_forms_are_one
    keys = {}
    if "account" in held:
        keys["account_key"] = timeline.account_key(domain_forms_are_one=one)
    if "host" in held:
        keys["host_key"] = timeline.host_key(domain_forms_are_one=one)
    return rows.with_columns(**keys)


def record_columns(case: CaseFolder, item: Item) -> list[str]:
    """The stored columns of a records file, provenance and attributes left out."""
    stored = scan(case, item).collect_schema().names()
    return [
        name for name in stored if name not in PROVENANCE and not name.startswith(ATTRIBUTE_PREFIX)
    ]


def set_aside(case: CaseFolder, item: Item) -> pl.DataFrame:
    """Lines of one evidence file that made no row: SET_ASIDE and `what`."""
    path = tables_folder(case, item.store) / "set_aside.parquet"
    if not path.is_file():
        return pl.DataFrame(
            schema={
                "member": pl.String(),
                "line": pl.UInt64(),
                "byte": pl.UInt64(),
                "reason": pl.String(),
                "column": pl.String(),
                "what": pl.String(),
            }
        )
    return pl.read_parquet(path)


def beside(case: CaseFolder, items: Iterable[Item], name: str) -> pl.DataFrame:
    """One side table of these files: kind, evidence_id, then its own columns (`SIDE_TABLES`)."""
    schema = SIDE_TABLES[name]
    found = [
        pl.read_parquet(path).select(
            kind=pl.lit(item.kind.value), evidence_id=pl.lit(item.evidence_id), **_columns(schema)
        )
        for item in items
        if (path := tables_folder(case, item.store) / f"{name}.parquet").is_file()
    ]
    empty = pl.DataFrame(schema={"kind": pl.String(), "evidence_id": pl.String(), **schema})
    return pl.concat([empty, *found])


def _columns(schema: pl.Schema) -> dict[str, pl.Expr]:
    return {column: pl.col(column) for column in schema}

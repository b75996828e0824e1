"""A small made-up package for the tests: one party, two downloads, three people."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from breachscope import schema
from breachscope.notify.package import Package, Recipient

TEMPLATES = Path(__file__).resolve().parents[2] / "playbooks/insider-list-theft/templates"
MOMENT = datetime(2014, 5, 1, 3, tzinfo=UTC)


def counts(**other: object) -> pl.DataFrame:
    usual: dict[str, object] = {
        "party_id": "P1", "name": "青嶺ガス", "sector": "private", "rows_gross": 51234,
        "rows_gross_low": 50001, "rows_gross_high": 52002, "rows_distinct": 23456,
        "first_at": MOMENT, "last_at": MOMENT, "downloads": 2, "fields": ["name", "phone"],
    }  # fmt: skip
    for n, tier in enumerate(schema.LADDER_TIERS, 1):
        usual |= {f"{tier}_{m}": 1000 * n + i for i, m in enumerate(("low", "count", "high"))}
    return pl.DataFrame([{**usual, **other}], schema=schema.COUNTS)


def extractions(party_id: str = "P1") -> pl.DataFrame:
    usual = {"evidence_id": "e" * 64, "line": 7, "at": MOMENT, "account": "pds-admin",
             "host": "保守端末1", "party_id": party_id, "list_id": "L1", "version_id": "L1@1",
             "content": "kept", "row_scope": "all", "rows": 900}  # fmt: skip
    rows = [
        {**usual, "event_id": "D1", "tier": "confirmed"},
        {**usual, "event_id": "D2", "tier": "explained"},
        {**usual, "event_id": "D3", "tier": "possible", "content": "lost"},
    ]
    return pl.DataFrame(rows, schema=schema.EGRESS)


def people(*names: str, start: int = 1, **other: object) -> pl.DataFrame:
    usual: dict[str, object] = {"party_id": "P1", "tier": "confirmed", "first_at": MOMENT,
                                "phone": "0901234567", "postal_code": "0010001"}  # fmt: skip
    rows = [
        {**usual, "person_key": f"k{n}", "row_no": n, "versions": ["L1@1", "L1@2"], "name": name,
         **other}
        for n, name in enumerate(names, start)
    ]  # fmt: skip
    types = {"first_at": schema.UTC_TIME, "row_no": pl.UInt32(), "versions": pl.List(pl.String())}
    return pl.DataFrame(rows, schema_overrides=types)


def package(**other: object) -> Package:
    usual: dict[str, object] = {
        "recipient": Recipient("P1", "青嶺ガス", "private"),
        "counts": counts(),
        "extractions": extractions(),
        "people": [people("東雲 一郎", "白波 花子"), people("霞 次郎", start=3)],
        "case": "架空事案", "run": 3, "program_version": "0.1.0", "playbook_digest": "d" * 64,
        "zone": "Asia/Tokyo", "created": datetime(2023, 12, 1, tzinfo=UTC),
        "files": {"e" * 64: "downloads_2014-05.csv"}, "limits": ("記録の空白が3箇所ある。",),
    }  # fmt: skip
    return Package(**{**usual, **other})  # type: ignore[arg-type]


def scope(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"party_id": party, "person_key": key} for party, key in rows], schema=schema.SCOPE
    )

"""ITEMS of versions that left, as documents are given them: a few cells said, the rest usual."""

from __future__ import annotations

import polars as pl

from breachscope import schema
from breachscope.notify.package import Reached


def row(item: str, item_class: str, **other: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "party_id": "P1", "list_id": "L1", "version_id": "V1", "item": item, "field": None,
        "item_class": item_class, "label": item, "sure": True, "by": "header", "of_title": False,
    }  # fmt: skip
    return {**usual, **other}


def reached(*rows: dict[str, object], unknown: int = 0) -> Reached:
    table = pl.DataFrame(rows, schema={**schema.ITEMS, "of_title": pl.Boolean()})
    return Reached(table, unknown)

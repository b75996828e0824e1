"""`show devices`: each device with all that is said of it, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from breachscope.workflow import tables

if TYPE_CHECKING:
    from breachscope.workflow.context import Context


def devices(context: Context, number: int | None) -> tables.Shown:
    """The devices of a run, each value with its source and place."""
    chosen, place = tables.run_folder(context, number)
    table = pl.read_parquet(place / "devices.parquet")
    values = pl.read_parquet(place / "device_values.parquet")
    said = {
        key: tables.as_rows(own.drop("device_id"))
        for (key,), own in values.group_by("device_id", maintain_order=True)
    }
    found = [row | {"values": said[row["device_id"]]} for row in tables.as_rows(table)]
    document = tables.document_of("devices", chosen, devices=found)
    flat = table.with_columns(pl.selectors.by_dtype(pl.List(pl.String)).list.join(";"))
    return tables.Shown("devices", document, flat)

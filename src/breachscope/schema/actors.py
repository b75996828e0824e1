"""Who could have used the account."""

from __future__ import annotations

from typing import Final

import polars as pl

ACTORS: Final = pl.Schema(
    {
        "act_id": pl.String(),
        "person_id": pl.String(),  # null is someone unknown
        "posterior": pl.Float64(),
        "excluded_by": pl.String(),
        "supported_by": pl.List(pl.String()),
        "verdict": pl.Enum(["identified", "narrowed", "not_attributable"]),
    }
)
"""Actors: everyone who could have used the account for an act."""

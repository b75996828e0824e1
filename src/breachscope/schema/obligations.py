"""Who must be told what, by when."""

from __future__ import annotations

from typing import Final

import polars as pl

OBLIGATIONS: Final = pl.Schema(
    {
        "recipient": pl.String(),
        "kind": pl.String(),
        "basis": pl.String(),
        "clock_start": pl.Date(),
        "due": pl.Date(),
        "status": pl.Enum(["yes", "no", "review"]),
        "evidence": pl.String(),
    }
)
"""Obligations: who must be told what, by when."""

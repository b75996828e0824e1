"""Leaked lists in a run: each linked to the inventory, its source found, its people counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from breachscope.reconstruct.leaked import LEAK_SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from breachscope.workflow.counting import Content
    from breachscope.workflow.situation import Situation


@dataclass(frozen=True, slots=True)
class Found:
    """What the leaks of a case came to."""

    sources: pl.DataFrame  # LEAK_SOURCES
    grounds: Path | None = None  # SEGMENTS
    tables: dict[str, Path] = field(default_factory=dict)


def leak_tables(
    s: Situation,
    inventory: Path,
    contents: Mapping[str, Sequence[Content]],
    persons: Mapping[str, Path],
    labels: Path,
) -> Found:
    """Every leak of the case, linked and sourced; nothing where there is none."""
    return Found(no_sources())


def sources(found: Found) -> pl.DataFrame:
    """LEAK_SOURCES of the leaks whose source is known."""
    return found.sources


def no_sources() -> pl.DataFrame:
    """LEAK_SOURCES of a case without leaks."""
    return pl.DataFrame(schema=LEAK_SOURCES)

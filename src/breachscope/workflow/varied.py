"""What `sensitivity` calls: the table, its document and its picture."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from breachscope.case import folder
from breachscope.report.sensitivity import bars, drawn
from breachscope.report.svg import alone
from breachscope.workflow import varying

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


@dataclass(frozen=True, slots=True)
class Varied:
    """The table and what is told of it."""

    table: pl.DataFrame  # SENSITIVITY
    document: dict[str, Any]


def sensitivity(case: Path | None, *, quiet: bool = False) -> Varied:
    """Count the case under every variation; quick where nothing changed since the last time."""
    with tqdm(desc="vary", unit="count", disable=quiet or not sys.stderr.isatty()) as bar:

        def told(what: str) -> None:
            bar.set_postfix_str(what[:40], refresh=False)
            bar.update()

        table = varying.sensitivity(case, told)
    return Varied(table, varying.document(table))


def write_picture(found: Varied, path: Path) -> None:
    """The picture as an SVG file of its own."""
    folder.write_text(path, alone(drawn(bars(found.table))) + "\n")

"""Printing: tables for people, JSON and CSV for programs. Data on stdout, messages on stderr."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def say(message: str, *, quiet: bool = False) -> None:
    """A message for the person at the terminal."""
    if not quiet:
        print(message, file=sys.stderr)


def print_json(document: object) -> None:
    """One JSON document."""
    print(json.dumps(document, ensure_ascii=False, indent=1, default=str))


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
) -> None:
    """A table as wide as the terminal: numbers to the right, `whole` columns never broken."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        is_number = column in right
        table.add_column(
            column,
            justify="right" if is_number else "left",
            no_wrap=is_number or column in whole,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    width = None if sys.stdout.isatty() else int(os.environ.get("COLUMNS", "0") or 0) or 160
    Console(highlight=False, markup=False, width=width).print(table)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def bounds(measures: dict[str, int]) -> str:
    """A count with its bounds, as people read it."""
    count, low, high = (measures[name] for name in ("count", "low", "high"))
    return f"{count:,}" if low == count == high else f"{count:,} ({low:,}–{high:,})"


SHOWN = 200
"""Rows of a table shown on a terminal."""


def more(rows: int) -> None:
    """Say how many rows a table has beyond those shown."""
    if rows > SHOWN:
        print(f"… and {rows - SHOWN:,} more: --json, --csv or --parquet gives all")

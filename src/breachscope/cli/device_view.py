"""How `show devices` looks on a terminal of 80 columns."""

from __future__ import annotations

from shutil import get_terminal_size
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN: Final = 200

_LISTS: Final = (
    ("serials", "serial numbers"),
    ("volume_serials", "volumes"),
    ("drives", "drives"),
    ("users", "users"),
    ("hosts", "hosts"),
    ("sources", "seen by"),
)


_REGISTERED: Final = {"yes": ", registered", "no": ", not registered"}


def devices(document: dict[str, Any]) -> None:
    """Each device in a few lines: its name, its times, what else is known, what contradicts."""
    found = document["devices"]
    if not found:
        print("no evidence tells of a device: breachscope add --as media FILE")
        return
    width = get_terminal_size((100, 24)).columns
    for number, row in enumerate(found[:SHOWN], 1):
        name = " ".join(text for text in (row["vendor"], row["product"]) if text) or "no name"
        told = f"{number}  {name}, {_serial(row)}{_REGISTERED.get(''.join(row['registered']), '')}"
        print(fill(told, width, subsequent_indent="   "))
        for line in (_times(row), *_more(row)):
            print(fill(line, width, initial_indent="   ", subsequent_indent="     "))
    if len(found) > SHOWN:
        print(f"… and {len(found) - SHOWN:,} more: --json, --csv or --parquet gives all")
    print("times are UTC; each value with its source, file and line: --json")


def _serial(row: dict[str, Any]) -> str:
    return (
        f"serial number {row['device_id']}" if row["own_serial"] else "no serial number of its own"
    )


def _times(row: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {text[:16].replace('T', ' ')}" if text else f"{name} unknown"
        for name, text in ((name, row[name]) for name in ("first", "last", "removed"))
    )


def _named(text: str) -> str:
    """The number of an event as one."""
    return f"event {text}" if text.isdecimal() else text


def _more(row: dict[str, Any]) -> Iterator[str]:
    told = [
        f"{word} {', '.join(_named(text) if name == 'sources' else text for text in row[name])}"
        for name, word in _LISTS
        if row[name] and row[name] != [row["device_id"]]
    ]
    yield "; ".join(told)
    for text in row["contradictions"]:
        yield f"contradiction: {text}"

"""How data items, obligations and the review queue look on a terminal of 80 columns."""

from __future__ import annotations

import os
import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from breachscope.cli.output import SHOWN, more, print_table

if TYPE_CHECKING:
    from collections.abc import Iterable


def items(document: dict[str, Any]) -> None:
    """Items that may decide a duty, list by list; the rest is counted."""
    plain = {"identity", "contact", "handling"}
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in document["items"]:
        if row["item_class"] not in plain or not row["sure"]:
            key = (row["party_id"], row["list_id"], row["item_class"], row["item"])
            found.setdefault(key, []).append(row)
    rows = [
        [party, list_id, item_class.replace("_", " "), item, len(of), _fits(of), _settled(of)]
        for (party, list_id, item_class, item), of in sorted(
            found.items(), key=lambda entry: (all(r["sure"] for r in entry[1]), entry[0])
        )[:SHOWN]
    ]
    columns = ["party", "list", "class", "column or title", "versions", "fit", "settled"]
    print_table(columns, rows, right=["versions", "fit"], whole=["party", "list"])
    more(len(found))
    rest = sum(row["item_class"] in plain and row["sure"] for row in document["items"])
    print(f"names, contacts, handling: {rest:,} columns of versions more; all: --json")
    print(document["disclaimer"])


def _fits(rows: list[dict[str, Any]]) -> str:
    """Share of the values that fit, where values were looked at for this."""
    filled = sum(row["filled"] or 0 for row in rows if row["fitting"] is not None)
    fitting = sum(row["fitting"] or 0 for row in rows)
    return f"{fitting / filled:.0%}" if filled else "–"


def _settled(rows: list[dict[str, Any]]) -> str:
    if any(not row["sure"] for row in rows):
        return "waits"
    return "by " + " and ".join(sorted({row["by"] for row in rows}))


KINDS: Final = {
    "preliminary_report": "first report",
    "final_report": "final report",
    "report": "report",
    "entruster_notice": "tell entruster",
    "person_notice": "tell persons",
    "record": "keep a record",
}


def obligations(document: dict[str, Any]) -> None:
    """What is owed or may be, by when it falls due; then what waits, and what is not verified."""
    owed = [row for row in document["obligations"] if row["status"] != "no"]
    dated = document["as_of"] is not None
    rows = [
        [
            row["due"] or ("promptly" if row["clock_start"] else "no date"),
            *([_left(row)] if dated else []),
            row["subject"],
            row["recipient"],
            KINDS[row["kind"]],
            row["status"],
        ]
        for row in owed[:SHOWN]
    ]
    columns = ["due", *(["left"] if dated else []), "owed by", "to", "what", "holds"]
    print_table(columns, rows, right=["left"], whole=["due"])
    more(len(owed))
    print(
        f"do not hold: {len(document['obligations']) - len(owed):,}, each with its reason: --json"
    )
    for question, number in _counted(row["questions"] for row in owed):
        _say(f"waits for a ruling: {question} ({number:,})")
    for doubt, number in _counted(row["unverified"] for row in owed):
        _say(f"rests on: {doubt} ({number:,})")
    print(document["disclaimer"])


def _say(text: str) -> None:
    """A line no wider than the terminal, its continuation set in."""
    width = int(os.environ.get("COLUMNS", "0") or 0) or 80
    print(textwrap.fill(text, width, subsequent_indent="  ", break_on_hyphens=False))


def _left(row: dict[str, Any]) -> str:
    if row["state"] == "done":
        return "done"
    if row["state"] == "not_known_yet":
        return "not known"
    return "–" if row["days_left"] is None else f"{row['days_left']:,} d"


def _counted(found: Iterable[list[str]]) -> list[tuple[str, int]]:
    """Each text and how often it comes; single obligations' own questions together."""
    count = Counter(
        "single obligations" if text.startswith("obligation:") else text
        for texts in found
        for text in texts
    )
    return sorted(count.items(), key=lambda entry: (-entry[1], entry[0]))


def review(document: dict[str, Any]) -> None:
    """Open questions, worst first; how many are settled."""
    waiting = [row for row in document["questions"] if row["state"] != "ruled"]
    rows = [
        [row["people"], row["due"] or "–", row["question_id"], row["question"] + _changed(row)]
        for row in waiting[:SHOWN]
    ]
    print_table(["people", "due", "id", "question"], rows, right=["people"], whole=["due"])
    more(len(waiting))
    settled = len(document["questions"]) - len(waiting)
    print(f"open: {len(waiting):,}; ruled: {settled:,}")
    print("what hangs on each, evidence, what may be answered: --json or --export FILE")


def _changed(row: dict[str, Any]) -> str:
    return f" (ruled in {row['ruling']}; its ground has changed)" if row["ruling"] else ""

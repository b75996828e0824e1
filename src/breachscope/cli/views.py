"""How each table of `show` looks on a terminal of 80 columns."""

from __future__ import annotations

import os
import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from breachscope.cli.device_view import devices
from breachscope.cli.output import bounds, print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SHOWN: Final = 200


def scope(document: dict[str, Any]) -> None:
    """Parties with anything in their scope, then the totals."""
    touched = [
        party
        for party in document["parties"]
        if party["downloads"] or party["persons"]["all"]["high"]
    ]
    totals = {**document["totals"], "party_id": "all"}
    columns = ["party", "dl", "confirmed", "probable", "possible", "persons", "low–high"]
    rows = [_scope_row(party) for party in [*touched, totals]]
    print_table(columns, rows, right=columns[1:], whole=["party"])
    over = document["totals"]["persons_over_parties"]["all"]
    print(f"counted once over all parties: {bounds(over)} persons")
    print("rows, bounds of each tier: --json; what a figure rests on: breachscope why PARTY")


def _scope_row(party: dict[str, Any]) -> list[Any]:
    persons = party["persons"]
    counts = [persons[tier]["count"] for tier in ("confirmed", "probable", "possible", "all")]
    low, high = persons["all"]["low"], persons["all"]["high"]
    return [party["party_id"], party["downloads"], *counts, f"{low:,}–{high:,}"]


def sources(document: dict[str, Any]) -> None:
    """Leaked lists, with the parts each falls into."""
    if not document["leaks"]:
        print("no leaked list is in evidence: breachscope add --as leak FILE --leak ID")
        return
    rows = [
        row
        for leak in document["leaks"]
        for row in [_leak_row(leak), *(_part_row(part) for part in leak["parts"])]
    ]
    print_table(
        ["leak", "rows", "source", "versions", "log10 LR", "told by"],
        rows,
        right=("rows", "log10 LR"),
        whole=["leak"],
    )
    for leak in document["leaks"]:
        for part in leak["parts"]:
            if part["verdict"] == "cannot_tell":
                print(f"{leak['leak_id']} part {part['part']}: cannot tell: {part['reason']}")
        if leak["refused"]:
            print(f"{leak['leak_id']}: refused: {leak['refused']}")
    print("alternatives, events, intervals: --json")


def _leak_row(leak: dict[str, Any]) -> list[Any]:
    found = "refused" if leak["refused"] else f"{leak['verdicts']['person']:,} persons"
    return [leak["leak_id"], leak["rows"], found, "", "", ""]


def _part_row(part: dict[str, Any]) -> list[Any]:
    versions = part["versions"] or []
    shown = _day(versions[0]) if len(versions) == 1 else f"{len(versions)} fit" if versions else "–"
    strength = "–" if part["log10_lr"] is None else f"{part['log10_lr']:.1f}"
    source = part["party_id"] if part["verdict"] == "attributed" else "cannot tell"
    return [f"  part {part['part']}", part["rows"], source, shown, strength, part["depth"] or "–"]


def _day(version: str) -> str:
    """`LIST@2014-05-01` of `LIST@2014-05-01T00:00:00Z`: the table has 80 columns."""
    head, _, time = version.partition("T")
    return head if time.endswith("Z") and "@" in head else version


def timelines(document: dict[str, Any]) -> None:
    """Timelines: what their events are evidence of, and what the case had already."""
    if not document["timelines"]:
        print("no timeline is in evidence: breachscope add --as timeline FILE")
        return
    columns = ["timeline", "kind", "rows", "told already", "differing", "events"]
    rows = [
        [line["file"] if first else "", *cells]
        for line in document["timelines"]
        for first, cells in zip([True, *[False] * len(line["routed"])], _fates(line), strict=True)
    ]
    print_table(columns, rows, right=columns[2:])
    for line in document["timelines"]:
        for unfit in line["unfit"]:
            print(f"{line['file']}: {unfit['events']:,} by “{unfit['route']}”: {unfit['unfit']}")
        for sort in line["unrouted_sorts"][:5]:
            what = f"{sort['sort']}, {sort['timestamp_desc']}"
            print(f"{line['file']}: by no route: {sort['events']:,} × {what}")
    print("a differing event is held back: decide accept EVIDENCE:LINE makes it an event")


def _fates(line: dict[str, Any]) -> list[list[Any]]:
    routed = [
        [kind["kind"], kind["rows"], kind["same"], kind["differs"], kind["events"]]
        for kind in line["routed"]
    ]
    return [*routed, ["by no route", line["unrouted"], "", "", ""]]


def acts(document: dict[str, Any]) -> None:
    """Acts in order of time."""
    rows = [
        [
            act["started_at"][:16].replace("T", " "),
            f"{act['account']}@{act['host']}",
            act["route"],
            act["downloads"],
            act["rows"],
            " ".join(f"{name[:4]} {count}" for name, count in act["tiers"].items() if count),
            (act["verdict"] or "–").replace("_", " "),
        ]
        for act in document["acts"][:SHOWN]
    ]
    print_table(
        ["started (UTC)", "account@host", "route", "dl", "rows", "tiers", "who"],
        rows,
        right=("dl", "rows"),
    )
    _more(len(document["acts"]))


def actors(document: dict[str, Any]) -> None:
    """Acts with their verdict, then persons over all acts; never an id without its verdict."""
    rows = [
        [
            act["started_at"][:16].replace("T", " "),
            act["act_id"],
            (act["verdict"] or "–").replace("_", " "),
            _whom(act),
            "–" if act["log10_lr"] is None else f"{act['log10_lr']:.1f}",
        ]
        for act in document["acts"][:SHOWN]
    ]
    columns = ["started (UTC)", "act", "verdict", "posterior of the possible", "log10 LR"]
    print_table(columns, rows, right=["log10 LR"], whole=["act"])
    _more(len(document["acts"]))
    _people_over_acts(document["people"])
    print("?: someone unknown. log10 LR: the likeliest against the next, of the evidence alone.")
    print("Evidence of an act, line by line: breachscope why ACT; reliabilities, all: --json")


def _whom(act: dict[str, Any]) -> str:
    """The candidates still possible with their posteriors."""
    return " ".join(
        f"{one['person_id'] or '?'} {one['posterior']:.3f}"
        for one in act["candidates"]
        if one["possible"]
    )


def _people_over_acts(people: list[dict[str, Any]]) -> None:
    rows = [
        [
            one["person_id"],
            f"{one['acts_possible']} of {one['acts_candidate']}",
            one["acts_excluded"],
            one["acts_identified"],
            f"{one['acts_there']} of {one['acts_tested']}",
            "–" if one["there_expected"] is None else f"{one['there_expected']:.1f}",
            "–" if one["p_among"] is None else f"{one['p_among']:.2g}",
        ]
        for one in people
    ]
    columns = ["person", "possible for", "excl.", "ident.", "there", "by chance", "p"]
    print_table(columns, rows, right=columns[1:], whole=["person"])
    print("there: recorded at the place, of removals whose entry log worked; by chance: someone")
    print("innocent of the same shifts; p: as many or more so, times the persons tested.")


def extractions(document: dict[str, Any]) -> None:
    """Downloads under inquiry; the rest is counted."""
    inside = [row for row in document["extractions"] if row["tier"] != "outside_focus"]
    rows = [
        [
            row["event_id"],
            row["at"][:16].replace("T", " "),
            row["version_id"],
            row["row_scope"],
            row["rows"],
            row["tier"] + ("!" if row["conflict"] else ""),
        ]
        for row in inside[:SHOWN]
    ]
    columns = ["event", "at (UTC)", "version", "scope", "rows", "tier"]
    print_table(columns, rows, right=["rows"], whole=["event", "at (UTC)", "tier"])
    _more(len(inside))
    print(f"outside the inquiry: {len(document['extractions']) - len(inside):,}; ! = conflict")


def coverage(document: dict[str, Any]) -> None:
    """Sources, their silences and what is missing."""
    rows = [
        [
            source["kind"],
            source["events"],
            (source["first"] or "")[:10],
            (source["last"] or "")[:10],
            len(source["silences"]),
            len(source["backward_steps"]),
            len(source["copies"]),
        ]
        for source in document["sources"]
    ]
    columns = ["source", "events", "first", "last", "silences", "back", "copies"]
    print_table(columns, rows, right=("events", "silences", "back", "copies"))
    for source in document["sources"]:
        for silence in source["silences"]:
            print(
                f"{source['kind']}: silent {silence['from'][:16]} to {silence['to'][:16]}, "
                f"about {silence['expected']:,.0f} events expected"
            )
        for text in _wholeness(source):
            print(f"{source['kind']}: {text}")
        for copy in source["copies"]:
            print(
                f"{source['kind']}: {copy['copy']} is a copy of {copy['original']}: "
                f"{len(copy['missing_lines'])} lines missing, "
                f"{len(copy['altered_lines'])} altered, "
                f"{len(copy['added_lines'])} added"
            )
    for missing in document["expected_missing"]:
        print(f"never given: {missing['kind']}: {missing['why']}")


def _wholeness(source: dict[str, Any]) -> Iterator[str]:
    """What the log tells of itself: cleared, numbers missing, damage."""
    for mark in source["cleared"]:
        when = (mark["at"] or "at an unknown time")[:16].replace("T", " ")
        who = f" by {mark['account']}" if mark["account"] else ""
        yield f"{mark['log']} of {mark['host']} was cleared {when}{who}: {_place(mark)}"
    for mark in source["record_gaps"]:
        yield (
            f"{mark['records']:,} records missing, {mark['first']} to {mark['last']}, "
            f"{mark['why']}: {_place(mark)}"
        )
    for mark in source["damaged"]:
        lost = "" if mark["records"] is None else f", {mark['records']:,} records in it"
        yield f"damaged: {mark['why']}{lost}: {_place(mark)}"


def _place(mark: dict[str, Any]) -> str:
    parts = (mark["evidence_id"], mark["member"], mark["line"])
    text = ":".join(str(part) for part in parts if part is not None)
    return text if mark["line"] is not None else f"{text} byte {mark['byte']}"


def people(document: dict[str, Any]) -> None:
    """Persons by key; values stay hidden."""
    rows = [
        [row["person_key"], row["tier"], (row["first_at"] or "")[:16], row["event_id"]]
        for row in document["people"][:SHOWN]
    ]
    print_table(["person_key", "tier", "first (UTC)", "event"], rows, whole=["person_key"])
    _more(len(document["people"]))


def evidence(document: dict[str, Any]) -> None:
    """Evidence with its rows accounted for."""
    numbers = {"read": "read", "taken": "taken", "quar.": "quarantined", "skip.": "skipped"}
    rows = [
        [
            row["evidence_id"],
            row["kind"],
            row["file"],
            *(row[f"rows_{n}"] for n in numbers.values()),
        ]
        for row in document["evidence"]
    ]
    print_table(["evidence", "kind", "file", *numbers], rows, [*numbers], ["evidence", "kind"])
    print("quar.: quarantined, skip.: skipped; which lines and why: breachscope status --json")


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
    _more(len(found))
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
        return "waits for a ruling"
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
    _more(len(owed))
    print(
        f"do not hold: {len(document['obligations']) - len(owed):,}, each with its reason: --json"
    )
    for question, number in _counted(row["questions"] for row in owed):
        _say(f"waits for a ruling: {question}: {number:,} obligations")
    for doubt, number in _counted(row["unverified"] for row in owed):
        _say(f"rests on: {doubt}: {number:,} obligations")
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


def _more(rows: int) -> None:
    if rows > SHOWN:
        print(f"… and {rows - SHOWN:,} more: --json, --csv or --parquet gives all")


VIEWS: Final[dict[str, Callable[[dict[str, Any]], None]]] = {
    "scope": scope,
    "acts": acts,
    "actors": actors,
    "extractions": extractions,
    "coverage": coverage,
    "sources": sources,
    "devices": devices,
    "people": people,
    "items": items,
    "obligations": obligations,
    "evidence": evidence,
    "timelines": timelines,
}

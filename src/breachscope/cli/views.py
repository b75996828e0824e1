"""How each table of `show` looks on a terminal of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from breachscope.cli import duty_views, sensitivity
from breachscope.cli.actor_view import VERDICT_LETTER, WHO, actors
from breachscope.cli.device_view import devices
from breachscope.cli.output import SHOWN, bounds, more, print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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


def clocks(document: dict[str, Any]) -> None:
    """Sources whose clock can be held against another's: estimated, and not applied."""
    if not document["clocks"]:
        print("no source has events that are one with another's: no clock can be told")
        return
    columns = ["source", "pairs of", "pairs", "ahead (s)", "between", "declared", "tiers"]
    rows = [_clock(row) for row in document["clocks"]]
    print_table(columns, rows, right=["pairs", "ahead (s)", "declared", "tiers"])
    print("tiers: downloads that change tier, at most, anywhere between the bounds")
    print("estimates are not applied; evidence is corrected with add --clock-offset")


def _clock(row: dict[str, Any]) -> list[Any]:
    if row["verdict"] == "too_few":
        return [row["file"], row["pairs_of"], row["pairs"], "too few", "", "", ""]
    ahead = f"{row['offset_seconds']:,.0f}" if row["verdict"] == "offset" else "none seen"
    between = f"{row['low_seconds']:,.0f} to {row['high_seconds']:,.0f}"
    declared = f"{row['declared_seconds']:,.0f}"
    tiers = row["tiers_within_spread"]
    return [row["file"], row["pairs_of"], row["pairs"], ahead, between, declared, tiers]


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
            VERDICT_LETTER.get(act["verdict"], "–"),
        ]
        for act in document["acts"][:SHOWN]
    ]
    print_table(
        ["started (UTC)", "account@host", "route", "dl", "rows", "tiers", "who"],
        rows,
        right=("dl", "rows"),
        whole=["started (UTC)"],
    )
    more(len(document["acts"]))
    print(f"{WHO}; breachscope show actors")


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
    more(len(inside))
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
        for gap in source["number_gaps"]:
            print(
                f"{source['kind']}: numbers {gap['first']} to {gap['last']} missing "
                f"({gap['missing']:,}), {gap['from'][:16]} to {gap['to'][:16]}"
            )
        for copy in source["copies"]:
            print(
                f"{source['kind']}: {copy['copy']} is a copy of {copy['original']}: "
                f"{len(copy['missing_lines'])} lines missing, "
                f"{len(copy['altered_lines'])} altered, "
                f"{len(copy['added_lines'])} added"
            )
            for text in _hanging(copy):
                print(f"  {text}")
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


def _hanging(copy: dict[str, Any]) -> Iterator[str]:
    """What hangs on the lines in which a copy differs."""
    if copy["neither_whole"]:
        yield "neither is whole: each holds lines the other lacks"
    for change in ("missing", "altered", "added"):
        mine = [row for row in copy["downloads"] if row["change"] == change]
        counted = [row for row in mine if row["tier"] in ("confirmed", "probable", "possible")]
        parties = sorted({row["party_id"] for row in mine if row["party_id"]})
        if mine:
            named = ", ".join(parties[:6]) + (", …" if len(parties) > 6 else "")
            yield f"{change}: {len(counted)} downloads in the counts; parties {named or 'unknown'}"


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
    more(len(document["people"]))


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


VIEWS: Final[dict[str, Callable[[dict[str, Any]], None]]] = {
    "scope": scope,
    "acts": acts,
    "actors": actors,
    "extractions": extractions,
    "coverage": coverage,
    "sources": sources,
    "devices": devices,
    "people": people,
    "items": duty_views.items,
    "obligations": duty_views.obligations,
    "evidence": evidence,
    "sensitivity": sensitivity.printed,
    "timelines": timelines,
    "clocks": clocks,
}

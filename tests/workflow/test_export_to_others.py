"""What is handed to Timesketch, NetworkX and CASE tools: whole, readable, and nobody's data."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import networkx as nx
import polars as pl
import pytest

from breachscope.report.timesketch import MOST_BYTES, RESERVED
from breachscope.schema import Kind
from golden import golden_case
from golden.command import breachscope, written

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def exported(golden: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything `export` writes of the golden case, and the case beside it."""
    place = tmp_path_factory.mktemp("exported")
    case = golden_case.copied(golden, place / "copy")
    words = ("--timesketch", place / "ts", "--graphml", place / "lineage.graphml")
    done = breachscope("export", "--case", case, *words, "--case-uco", place / "case.jsonld")
    written(place / "said.txt", golden_case.done(done).out)
    return place


def rows(exported: Path) -> list[dict[str, str]]:
    with (exported / "ts" / "timeline.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def objects(exported: Path) -> list[dict[str, Any]]:
    text = (exported / "ts" / "timeline.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_csv_and_json_lines_hold_the_same_events_in_one_order(exported: Path) -> None:
    table, lines = rows(exported), objects(exported)
    assert len(table) == len(lines) > 0
    for row, line in zip(table, lines, strict=True):
        for name, value in line.items():
            assert row[name] == ("" if value is None else f"{value}"), name
    assert [line["timestamp"] for line in lines] == sorted(line["timestamp"] for line in lines)
    assert f"{len(lines):,} events" in (exported / "said.txt").read_text()


def test_every_event_is_as_timesketch_wants_it(exported: Path) -> None:
    for line in objects(exported):
        at = datetime.fromisoformat(line["datetime"])
        assert line["datetime"].endswith("+00:00")
        assert len(line["datetime"].partition(".")[2]) == len("000000+00:00")
        assert round(at.timestamp() * 1_000_000) == line["timestamp"]
        assert line["message"]
        assert line["timestamp_desc"]
        assert not set(RESERVED) & set(line)
        assert all(len(str(value).encode()) <= MOST_BYTES for value in line.values())


def test_the_export_read_back_gives_the_same_events(exported: Path, tmp_path: Path) -> None:
    expected = events(exported / "copy" / "case")
    for name in ("timeline.csv", "timeline.jsonl"):
        again = tmp_path / name.replace(".", "-")
        golden_case.done(breachscope("init", again, "--zone", "America/New_York"))
        path = exported / "ts" / name
        golden_case.done(breachscope("add", "--case", again, "--as", "timeline", path))
        assert events(again) == expected, name


def events(case: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in the store of each kind of log, in use or routed, without places."""
    from breachscope.schema import KINDS, canonical
    from breachscope.workflow import frames
    from breachscope.workflow.context import opened

    context = opened(case)
    found = {}
    for kind in (Kind.DOWNLOADS, Kind.LOGINS, Kind.REMOTE, Kind.MEDIA, Kind.PRESENCE):
        items = [item for item in context.items if item.kind is kind]
        items += [i.viewed(kind) for i in context.items if kind in i.kinds[1:]]
        names = [c.name for c in KINDS[kind]]
        table = frames.table(context.case, items, kind).select(names).collect()
        assert set(names) <= set(canonical(kind))
        found[kind.value] = sorted(table.rows(), key=repr)
    return found


def test_no_content_of_a_list_is_in_any_export(exported: Path) -> None:
    values = {cell for text in golden_case.RECORDS.values() for cell in text[1].split(",")}
    values = {cell.strip() for cell in values if any("ぁ" <= c <= "鿿" for c in cell)}
    for path in [*(exported / "ts").iterdir(), exported / "lineage.graphml"]:
        text = path.read_text(encoding="utf-8")
        assert not [value for value in values if len(value) > 4 and value in text], path.name


def test_the_lineage_is_read_by_networkx_and_reaches_from_party_to_download(
    exported: Path,
) -> None:
    graph = nx.read_graphml(exported / "lineage.graphml")
    kinds = nx.get_node_attributes(graph, "kind")
    parties = [node for node, kind in kinds.items() if kind == "party"]
    assert parties
    for party in parties:
        reached = {kinds[node] for node in nx.descendants(graph, party)}
        assert {"version", "download"} <= reached


def test_a_place_in_the_case_is_refused_and_nothing_is_asked_for_silently(
    golden_copy: Path,
) -> None:
    inside = breachscope("export", "--case", golden_copy, "--graphml", golden_copy / "x.graphml")
    nothing = breachscope("export", "--case", golden_copy)
    assert (inside.code, nothing.code) == (2, 2)
    assert "inside the case" in inside.err
    assert "--timesketch" in nothing.err


def test_the_ledger_tells_of_the_export_and_the_case_still_verifies(exported: Path) -> None:
    done = breachscope("verify", "--case", exported / "copy" / "case")
    assert done.code == 0, done.said
    ledger = exported / "copy" / "case" / "evidence" / "ledger.jsonl"
    last = json.loads(ledger.read_text(encoding="utf-8").splitlines()[-1])
    assert last["action"] == "exported"
    assert set(last["files"]) == {
        "timeline.csv",
        "timeline.jsonl",
        "lineage.graphml",
        "case.jsonld",
    }


def test_two_exports_of_one_run_are_the_same_bytes(exported: Path, tmp_path: Path) -> None:
    words = ("--timesketch", tmp_path / "ts", "--graphml", tmp_path / "g.graphml")
    golden_case.done(breachscope("export", "--case", exported / "copy" / "case", *words))
    for name in ("timeline.csv", "timeline.jsonl"):
        assert (tmp_path / "ts" / name).read_bytes() == (exported / "ts" / name).read_bytes()
    graph = (exported / "lineage.graphml").read_bytes()
    assert (tmp_path / "g.graphml").read_bytes() == graph


def test_custody_passes_the_validation_of_case_utils(exported: Path) -> None:
    found = json.loads((exported / "case.jsonld").read_text(encoding="utf-8"))
    kinds = pl.Series([node["@type"] for node in found["@graph"]]).value_counts()
    counted = dict(kinds.iter_rows())
    actions = counted["case-investigation:InvestigativeAction"]
    assert counted["case-investigation:ProvenanceRecord"] == actions
    assert counted["uco-observable:File"] > 0
    start = "from case_utils.case_validate import main; main()"
    command = [sys.executable, "-c", start, str(exported / "case.jsonld")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Conforms: True" in done.stdout, done.stdout[-2000:] + done.stderr[-500:]

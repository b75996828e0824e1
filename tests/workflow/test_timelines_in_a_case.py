"""A timeline beside the logs it was made from: nothing counts twice, nothing is lost."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from breachscope import playbook
from golden import golden_case
from golden.command import breachscope, written

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = "#Fields: date time cs-method cs-uri-stem cs-username c-ip sc-status sc-bytes"
SECONDS = 1399334400  # 2014-05-06 00:00:00 UTC


def stamp(n: int) -> str:
    return f"2014-05-06 00:{n:02d}:00"


def request(n: int, name: str = "L2") -> str:
    return f"{stamp(n)} GET /export/{name}.csv opsadm 10.0.0.9 200 {100 + n}"


def event(n: int, name: str = "L2", size: int | None = None) -> dict[str, Any]:
    return {
        "data_type": "iis:log:line",
        "parser": "text/winiis",
        "timestamp": (SECONDS + 60 * n) * 1_000_000,
        "timestamp_desc": "Content Modification Time",
        "message": f"GET /export/{name}.csv",
        "requested_uri_stem": f"/export/{name}.csv",
        "cs_username": "opsadm",
        "source_ip": "10.0.0.9",
        "http_method": "GET",
        "http_status": 200,
        "sent_bytes": 100 + n if size is None else size,
    }


def logon(n: int) -> dict[str, Any]:
    return {
        "data_type": "windows:evtx:record",
        "event_identifier": 4624,
        "hostname": "PC-02",
        "xml_string": '<Data Name="TargetUserName">opsadm</Data>',
        "timestamp": (SECONDS + 60 * n) * 1_000_000,
        "timestamp_desc": "Creation Time",
        "message": "[4624 / 0x1210]",
    }


def jsonl(*events: dict[str, Any]) -> str:
    return "".join(json.dumps(found) + "\n" for found in events)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve requests in a log, two of them alike; a timeline of them, and of what it adds."""
    made = golden_case.make(tmp_path_factory.mktemp("timelines"))
    log = [*(request(n) for n in range(12)), request(3)]
    told = [event(n) for n in range(11)] + [event(11, size=1), event(20, "L3"), logon(0), logon(1)]
    beside = made.parent
    files = {
        "web.log": ("downloads", "\n".join([FIELDS, *log, ""])),
        "plaso.jsonl": ("timeline", jsonl(*told)),
        "again.jsonl": ("timeline", jsonl(event(3), event(3), event(20, "L3"), logon(0))),
    }
    for name, (kind, text) in files.items():
        path = written(beside / name, text)
        golden_case.done(breachscope("add", "--case", made, "--as", kind, path))
    golden_case.done(breachscope("run", "--case", made))
    return made


def ids(case: Path) -> dict[str, str]:
    evidence = breachscope("status", "--case", case, "--json").json()["evidence"]
    return {row["file"]: row["evidence_id"] for row in evidence}


def fates(case: Path) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    shown = breachscope("show", "timelines", "--case", case, "--json").json()["timelines"]
    return {
        (line["file"], kind["kind"]): (
            kind["rows"],
            kind["same"],
            kind["differs"],
            kind["events"],
        )
        for line in shown
        for kind in line["routed"]
    }


def downloads(case: Path, *files: str) -> list[tuple[str, int]]:
    names = {evidence: name for name, evidence in ids(case).items()}
    shown = breachscope("show", "extractions", "--case", case, "--json").json()["extractions"]
    found = [(names[row["evidence_id"]], row["line"]) for row in shown]
    return sorted(place for place in found if place[0] in files)


def test_an_event_the_log_tells_makes_no_second_download(case: Path) -> None:
    own = downloads(case, "web.log")
    assert len(own) == 13
    assert len(downloads(case, "plaso.jsonl", "again.jsonl")) == 1  # L3, which no log has


def test_every_event_of_a_timeline_is_the_same_or_differs_or_is_an_event(case: Path) -> None:
    found = fates(case)
    for rows, same, differs, events in found.values():
        assert rows == same + differs + events
    first = min(ids(case)[name] for name in ("plaso.jsonl", "again.jsonl"))
    plaso_first = first == ids(case)["plaso.jsonl"]
    assert found["plaso.jsonl", "downloads"] == (13, 11 + (not plaso_first), 1, int(plaso_first))
    # Two equal events against two equal lines: both told already.
    assert found["again.jsonl", "downloads"] == (3, 2 + plaso_first, 0, int(not plaso_first))
    assert found["plaso.jsonl", "logins"][3] + found["again.jsonl", "logins"][3] == 2


def test_a_differing_event_waits_for_a_ruling_and_is_taken_up_by_one(
    case: Path, tmp_path: Path
) -> None:
    own = golden_case.copied(case, tmp_path / "copy")
    place = f"{ids(own)['plaso.jsonl']}:12"
    (line,) = [
        found
        for shown in breachscope("show", "timelines", "--case", own, "--json").json()["timelines"]
        for found in shown["differing"]
    ]
    assert (line["line"], line["of_line"]) == (12, 13)  # the log has its #Fields line

    words = ("--who", "Sato", "--why", "the log was edited")
    golden_case.done(breachscope("decide", "accept", place, "--case", own, *words))
    golden_case.done(breachscope("run", "--case", own))

    assert ("plaso.jsonl", 12) in downloads(own, "plaso.jsonl")
    record = breachscope("status", "--case", own)
    assert "no effect" not in record.said
    # The ruling is about the line; the download itself is judged by the rules.
    shown = breachscope("show", "extractions", "--case", own, "--json").json()["extractions"]
    (mine,) = [row for row in shown if row["event_id"] == place]
    assert mine["ruling"] is None


def test_routed_events_are_covered_and_lead_back_to_the_timeline(case: Path) -> None:
    coverage = breachscope("show", "coverage", "--case", case, "--json").json()
    (logins,) = [source for source in coverage["sources"] if source["kind"] == "logins"]
    timelines = {ids(case)["plaso.jsonl"], ids(case)["again.jsonl"]}
    assert timelines & set(logins["evidence_ids"])
    ((name, line),) = downloads(case, "plaso.jsonl", "again.jsonl")
    why = breachscope("why", f"event:{ids(case)[name]}:{line}", "--case", case, "--json").json()
    step = why["steps"][0]
    text = (case.parent / name).read_bytes()
    assert text[step["byte"] :].startswith(b'{"data_type": "iis:log:line"')
    assert step["line"] == line


def test_tables_of_a_timeline_are_proved_unchanged(case: Path, tmp_path: Path) -> None:
    own = golden_case.copied(case, tmp_path / "copy")
    (table, *_) = sorted((own / "store" / "intake").glob("*/logins/*.parquet"))
    table.write_bytes(table.read_bytes() + b"x")

    done = breachscope("run", "--case", own)

    assert done.code == 4
    assert "logins/taken" in done.err


def test_a_playbook_with_other_routes_reads_the_timeline_again(case: Path, tmp_path: Path) -> None:
    own = golden_case.copied(case, tmp_path / "copy")
    shutil.copytree(playbook.shipped() / playbook.DEFAULT, own / "mine")
    written(own / "mine" / "routes.toml", "")
    settings = own / "case.toml"
    told = settings.read_text(encoding="utf-8").replace(f'"{playbook.DEFAULT}"', '"mine"')
    settings.write_text(told, encoding="utf-8")

    golden_case.done(breachscope("run", "--case", own))

    assert fates(own) == {}
    assert downloads(own, "plaso.jsonl") == []

"""`sensitivity` on the golden case: each figure worked from the tables of its README."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from golden import golden_case
from golden.command import breachscope

Variations = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def case(golden: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return golden_case.copied(golden, tmp_path_factory.mktemp("varied") / "copy")


@pytest.fixture(scope="module")
def told(case: Path) -> Variations:
    document = breachscope("sensitivity", "--case", case, "--json").json()
    assert document["schema"] == "breachscope/sensitivity/1"
    return {(v["sort"], v["what"]): v for v in document["variations"]}


def by_tier(variation: dict[str, Any]) -> list[int]:
    persons = variation["persons"]
    return [persons[tier]["count"] for tier in ("confirmed", "probable", "possible")]


def moved(variation: dict[str, Any]) -> list[str]:
    return [party["party_id"] for party in variation["parties"]]


def test_the_case_as_it_is_has_the_figures_of_the_run(case: Path, told: Variations) -> None:
    scope = breachscope("show", "scope", "--case", case, "--json").json()["totals"]
    first = told["as_it_is", ""]

    assert first["persons"] == scope["persons"]
    assert first["persons_over_parties"] == scope["persons_over_parties"]
    assert by_tier(first) == [6, 5, 5]


def test_without_the_seized_files_nothing_is_confirmed(told: Variations) -> None:
    without = told["withheld", "files"]

    # D01 falls to probable: USB-A was in 20 minutes after it; nobody of P1 is lost.
    assert by_tier(without) == [0, 11, 5]
    assert moved(without) == ["P1"]


def test_without_the_device_log_the_site_route_is_merely_possible(told: Variations) -> None:
    without = told["withheld", "media"]

    assert moved(without) == ["P1", "P2", "P3"]  # P3 by its conflict, which rests on USB-A
    assert without["persons"]["all"]["count"] == 16


def test_without_work_records_an_explained_download_is_counted(told: Variations) -> None:
    without = told["withheld", "work"]

    assert {"P3", "P4"} <= set(moved(without))
    assert without["persons"]["all"]["count"] > 16


def test_half_the_window_for_devices_leaves_what_was_nearer(told: Variations) -> None:
    # D01 and D02 were 20 and 10 minutes before USB-A, D03 with it in: 30 minutes are enough.
    assert moved(told["limit_halved", "device_window_minutes"]) == []


def test_every_limit_that_can_move_is_halved_and_doubled(told: Variations) -> None:
    assert told["limit_doubled", "copy_share"]["value"] == 1
    assert told["limit_halved", "act_gap_minutes"]["value"] == 15
    assert moved(told["limit_halved", "silence_events"]) == []


def test_the_same_comes_back_party_by_party_and_as_a_picture(case: Path, tmp_path: Path) -> None:
    place = tmp_path / "picture.svg"
    said = breachscope("sensitivity", "--case", case, "--csv", "--svg", place)
    rows = list(csv.DictReader(io.StringIO(said.out)))
    drawing = ET.fromstring(place.read_text(encoding="utf-8"))

    assert {row["party_id"] for row in rows} == {"P1", "P2", "P3", "P4", ""}
    texts = [node.text or "" for node in drawing.iter() if node.tag.endswith("text")]
    assert any("device connections" in text for text in texts)
    assert not any("媒体" in text for text in texts)  # one language: no page chooses
    assert sum("÷2" in text or "×2" in text for text in texts) == len(
        {row["variation"] for row in rows if row["sort"].startswith("limit")}
    )


def test_a_run_asked_for_it_has_the_table_and_its_report_the_picture(case: Path) -> None:
    plain = breachscope("run", "--case", case, "--json").json()
    asked = breachscope("run", "--case", case, "--sensitivity", "--json").json()
    pages = [Path(document["report"]).read_text(encoding="utf-8") for document in (plain, asked)]

    assert ["What the counts hang on" in page for page in pages] == [False, True]
    assert (case / "runs" / f"{asked['run']:04d}" / "sensitivity.parquet").is_file()
    assert breachscope("verify", "--case", case).code == 0
    assert breachscope("plan", "--case", case, "--json").json()["due"] == []

"""The report's section on leaked lists."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from report_cases import at, inputs

from breachscope import schema
from breachscope.report import html, leaks
from breachscope.report.inputs import LeakFrames
from breachscope.report.view import view

LEAK = {
    "leak_id": "K<1>", "evidence_id": "e" * 13, "found_at": at(9), "rows": 100, "person": 70,
    "household": 10, "ambiguous": 5, "none": 15, "refused": None, "blocking_recall": 0.995,
    "decoy_independent": 0.001, "decoy_household": 0.02, "share_in": 0.7, "linked": "d" * 8,
}  # fmt: skip
PART = {
    "leak_id": "K<1>", "part": 1, "party_id": "P1", "versions": ["L1@1", "L1@2"], "events": ["D1"],
    "event_id": "D1", "rows": 60, "exclusive": 50, "exclusive_expected": 1.5,
    "verdict": "attributed", "depth": "content", "weight": 0.62, "weight_low": 0.5,
    "weight_high": 0.7, "log10_lr": 41.5, "reason": "60 of 60 rows stand in L1@1",
}  # fmt: skip
REST = {"leak_id": "K<1>", "part": 2, "versions": [], "events": [], "rows": 15,
        "verdict": "cannot_tell", "reason": "bought elsewhere"}  # fmt: skip
PARTY = {
    "leak_id": "K<1>", "party_id": "P1", "weight": 0.62, "weight_low": 0.5, "weight_high": 0.7,
    "rows": 65, "exclusive": 50, "exclusive_expected": 1.5, "p_value": 0.0, "q_value": 0.0,
    "log10_lr": 41.5, "named": True, "reason": "",
}  # fmt: skip
VARIED = [
    {"leak_id": "K<1>", "kind": "as it is", "what": "", "rows": 100, "named": ["P1"], "more": [],
     "fewer": []},
    {"leak_id": "K<1>", "kind": "field", "what": "phone", "rows": 100, "named": [], "more": [],
     "fewer": ["P1"]},
    {"leak_id": "K<1>", "kind": "field", "what": "birth", "rows": 100, "named": ["P1"], "more": [],
     "fewer": []},
]  # fmt: skip


def frames(**other: pl.DataFrame) -> LeakFrames:
    dated = [
        {"leak_id": "K<1>", "part": 1, "version_id": f"L1@{n}", "uploaded_at": at(n),
         "probability": 0.5}
        for n in (1, 2)
    ]  # fmt: skip
    usual = {
        "leaks": pl.DataFrame([LEAK], schema=schema.LEAKS),
        "parts": pl.DataFrame([PART, REST], schema=schema.LEAK_PARTS),
        "parties": pl.DataFrame([PARTY], schema=schema.LEAK_PARTIES),
        "versions": pl.DataFrame(dated, schema=schema.LEAK_VERSIONS),
        "sensitivity": pl.DataFrame(VARIED, schema=schema.LEAK_SENSITIVITY),
    }
    return LeakFrames(**{**usual, **other})


def page(held: LeakFrames | None) -> str:
    return html.render(view(inputs(leaks=held)))


def test_a_part_stands_with_party_version_download_and_interval() -> None:
    row = leaks.table(frames(), "Asia/Tokyo").rows[0]

    assert row[0] == "K<1>/1"
    assert {"P1", "L1@1、L1@2", "D1", "41.5", "内容"} <= set(row)
    assert "62.0%（50.0%–70.0%）" in row


def test_a_part_that_cannot_be_told_says_why_and_names_nobody() -> None:
    row = leaks.table(frames(), "Asia/Tokyo").rows[1]

    assert "判定できない" in row
    assert row[-1] == "bought elsewhere"
    assert "P1" not in row


def test_the_stretches_of_a_bar_add_up_to_all_rows() -> None:
    held = frames()
    picture = str(leaks.pictures(held)[0][1])
    told = [int(n) for n in re.findall(r"<title>K&lt;1&gt; [^:]*: (\d+)行", picture)]

    assert told == [60, 15, 10, 15]  # the part, other persons, households, nobody known
    assert sum(told) == 100


@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_picture_is_whole_xml_with_a_title_and_no_number_out_of_its_frame(
    place: int,
) -> None:
    picture = ET.fromstring(str(leaks.pictures(frames())[place][1]))

    assert picture.find("title") is not None
    width = float(picture.attrib["width"])
    for box in picture.iter("rect"):
        assert 0 <= float(box.attrib["x"]) <= width
        assert float(box.attrib["x"]) + float(box.attrib["width"]) <= width + 1


def test_the_robustness_counts_variations_that_name_the_same() -> None:
    rows = leaks.sensitivity_table(frames()).rows
    assert rows == (("K<1>", "項目の表記を一つ除く", "1 / 2", "—", "P1"),)


def test_the_section_is_there_with_leaks_and_not_without() -> None:
    assert 'id="leaks"' in page(frames())
    assert 'id="leaks"' not in page(None)
    nothing = frames(leaks=pl.DataFrame(schema=schema.LEAKS))
    assert 'id="leaks"' not in page(nothing)


def test_an_id_with_signs_of_html_is_escaped() -> None:
    assert "K<1>" not in page(frames())
    assert "K&lt;1&gt;" in page(frames())


def test_a_refused_leak_says_the_reason() -> None:
    refused = pl.DataFrame([LEAK | {"refused": "not about people"}], schema=schema.LEAKS)
    rows = leaks.table(frames(leaks=refused), "Asia/Tokyo").rows
    assert rows[0][-1] == "not about people"

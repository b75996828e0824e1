"""The report's section on who could have used the account."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import polars as pl
from report_cases import inputs

from breachscope import schema
from breachscope.report import actors, html
from breachscope.report.inputs import ActorFrames
from breachscope.report.unknowns import unknowns
from breachscope.report.view import view

VERDICT = {
    "act_id": "A-1", "verdict": "identified", "person_id": "W<1>", "reason": "r", "candidates": 2,
    "possible": 1, "unknown_possible": False, "log10_lr": 2.34, "holds_doubled": False,
    "place": "room", "presence": "recorded", "settles": [],
}  # fmt: skip
ONE = {"act_id": "A-1", "person_id": "W<1>", "log10_lr": 0.0, "posterior": 0.987, "possible": True,
       "supported_by": ["s"], "against": [], "verdict": "identified"}  # fmt: skip
OTHER = {**ONE, "person_id": "W2", "log10_lr": -4.0, "posterior": 0.001, "possible": False,
         "excluded_by": "not employed"}  # fmt: skip
NOBODY = {**OTHER, "person_id": None, "log10_lr": -2.34, "excluded_by": None}
MARK = {"act_id": "A-1", "person_id": "W<1>", "channel": "presence", "log10_lr": 1.7,
        "excludes": False, "says": "s", "evidence_id": "E9", "line": 254}  # fmt: skip
PERSON = {"person_id": "W<1>", "holder": True, "acts_candidate": 1, "acts_possible": 1,
          "acts_excluded": 0, "acts_identified": 1, "acts_tested": 1, "acts_there": 1,
          "there_expected": 0.25, "p_value": 0.25, "p_floor": 0.25, "p_among": 0.5}  # fmt: skip
CHECK = {"rate": "missed_entry", "stated": 0.005, "asked": 400, "wrong": 3, "share": 0.0075,
         "low": 0.0026, "high": 0.022}  # fmt: skip


def frames(**verdict: object) -> ActorFrames:
    return ActorFrames(
        actors=pl.DataFrame([ONE, OTHER, NOBODY], schema=schema.ACTORS),
        verdicts=pl.DataFrame([{**VERDICT, **verdict}], schema=schema.ACT_VERDICTS),
        marks=pl.DataFrame([MARK], schema=schema.ACTOR_MARKS),
        people=pl.DataFrame([PERSON], schema=schema.ACTOR_PEOPLE),
        checks=pl.DataFrame([CHECK], schema=schema.ACTOR_CHECKS),
        rates=(("missed_entry", 0.005), ("a_new_rate", 0.25)),
    )


def row(told: ActorFrames) -> tuple[str, ...]:
    table = actors.verdict_table(told, inputs().acts, "Asia/Tokyo")
    assert len(table.rows) == 1
    return table.rows[0]


def test_an_act_stands_with_its_verdict_the_possible_and_the_lines_of_evidence() -> None:
    told = row(frames())
    assert told[4] == "特定＊"
    assert told[5] == "W<1> 0.987"
    assert told[7] == "入退室 +1.7（E9:254）"


def test_the_star_is_for_verdicts_that_hang_on_the_reliabilities() -> None:
    assert row(frames(holds_doubled=True))[4] == "特定"


def test_further_sources_are_told_and_counted() -> None:
    told = frames(verdict="narrowed", person_id=None, settles=["camera: at the terminals"])
    assert row(told)[8] == "端末の監視カメラ等"
    assert actors.settles_table(told).rows == (("端末の監視カメラ等", "1"),)


def test_the_reliabilities_stand_in_the_report_new_ones_by_their_name() -> None:
    rows = actors.rates_table(frames()).rows
    assert rows[0] == (
        "入室が記録されない", "missed_entry", "0.005", "3 / 400 = 0.0075（0.0026–0.022）",
    )  # fmt: skip
    assert rows[1] == ("a_new_rate", "a_new_rate", "0.25", "—")


def test_every_rate_of_the_playbook_has_a_word() -> None:
    from breachscope.reliabilities import ActorRates

    assert set(ActorRates.model_fields) < set(actors.RATES)
    assert set(schema.CHANNELS) == set(actors.CHANNELS)
    assert set(schema.VERDICTS) == set(actors.VERDICTS)


def test_the_test_against_chance_tells_its_floor() -> None:
    assert actors.people_table(frames()).rows[0][5:] == ("1 / 1", "0.2", "0.25", "0.25", "0.5")


def test_the_picture_is_sound_and_tells_every_cell_in_words() -> None:
    drawn = actors.picture(frames(), inputs().acts, "Asia/Tokyo")
    assert drawn is not None
    tree = ET.fromstring(str(drawn))
    titles = [t.text for t in tree.iter() if t.tag.endswith("title")]
    assert "A-1: 特定 / identified" in titles
    assert "A-1 W<1>: 0.987" in titles
    assert "A-1 W2: 除外 / excluded" not in titles  # nobody the table of persons does not name


def test_the_section_stands_in_the_page_escaped_and_only_where_it_was_asked() -> None:
    page = html.render(view(replace(inputs(), actors=frames())))
    assert 'id="actors"' in page
    assert "W&lt;1&gt;" in page
    assert "W<1>" not in re.sub(r"<title>.*?</title>", "", page)
    assert 'id="actors"' not in html.render(view(inputs()))


def test_acts_nobody_can_be_named_for_stand_among_the_unknowns() -> None:
    silent = frames(verdict="narrowed", person_id=None, presence="silent")
    point = next(
        p
        for p in unknowns(replace(inputs(), actors=silent))
        if p.title.english == "Nobody can be named"
    )
    assert point.figure == "1件"
    assert "空白の時間の行為は1件" in point.text
    named = unknowns(replace(inputs(), actors=frames()))
    assert not next(p for p in named if p.title.english == "Nobody can be named").found


def test_a_case_without_acts_has_no_picture() -> None:
    none = ActorFrames(
        actors=pl.DataFrame(schema=schema.ACTORS),
        verdicts=pl.DataFrame(schema=schema.ACT_VERDICTS),
        marks=pl.DataFrame(schema=schema.ACTOR_MARKS),
        people=pl.DataFrame(schema=schema.ACTOR_PEOPLE),
        checks=pl.DataFrame(schema=schema.ACTOR_CHECKS),
        rates=(),
    )
    acts = pl.DataFrame(schema=schema.ACTS)
    assert actors.picture(none, acts, "Asia/Tokyo") is None
    assert actors.verdict_table(none, acts, "Asia/Tokyo").rows == ()

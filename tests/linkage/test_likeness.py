"""How alike the form of a leaked list is to a party's."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from breachscope.linkage.form import FormFacts, read
from breachscope.linkage.likeness import likeness

LIST = FormFacts(
    rows=10,
    looked_at=10,
    roles=("name", "kana", "phone", "address"),
    headers=("氏名", "カナ", "電話", "住所"),
    styles={"phone": {"dashes": 0.9, "digits": 0.1}},
    prefectures={"東京都": 0.7, "大阪府": 0.3},
    birth_years=(1940, 1950, 1960),
)


def test_a_list_is_wholly_like_itself() -> None:
    row = likeness("K1", LIST, {"P1": LIST}).row(0, named=True)
    assert [row[name] for name in ("headers", "order", "notation", "regions", "ages")] == [1.0] * 5
    assert row["likeness"] == 1.0


def test_each_facet_is_told_by_itself() -> None:
    other = replace(
        LIST,
        roles=("kana", "name", "phone", "address"),
        headers=("氏名", "フリガナ", "電話", "住所"),
        styles={"phone": {"dashes": 0.4, "digits": 0.6}},
        prefectures={"東京都": 0.2, "福岡県": 0.8},
        birth_years=(1945, 1955, 1965),
    )
    row = likeness("K1", LIST, {"P1": other}).row(0, named=True)

    assert row["headers"] == pytest.approx(3 / 5, abs=1e-4)
    assert row["order"] == pytest.approx(5 / 6, abs=1e-4)  # one of six pairs is turned
    assert row["notation"] == pytest.approx(0.5)  # 0.4 and 0.1 in common
    assert row["regions"] == pytest.approx(0.2)
    assert row["ages"] == pytest.approx(0.5)  # five of ten years


def test_what_a_list_does_not_have_is_not_held_against_it() -> None:
    bare = replace(LIST, headers=("", ""), styles={}, prefectures={}, birth_years=())
    row = likeness("K1", bare, {"P1": LIST}).row(0, named=True)

    assert (row["headers"], row["notation"], row["regions"], row["ages"]) == (None,) * 4
    assert row["likeness"] == row["order"] == 1.0


def test_the_likest_party_comes_first_and_ties_by_name() -> None:
    far = replace(LIST, headers=("x", "y"))
    found = likeness("K1", LIST, {"P3": LIST, "P1": far, "P2": LIST})
    assert found["party_id"].to_list() == ["P2", "P3", "P1"]


def test_a_form_is_read_back_as_it_was() -> None:
    assert read(json.loads(json.dumps(asdict(LIST)))) == LIST

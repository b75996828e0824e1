from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from breachscope.exercise import broker, offers
from breachscope.exercise.goods import CELLS

NOON = 18_000


def goods(*rows: dict[str, object]) -> pl.DataFrame:
    plain: dict[str, object] = dict.fromkeys(CELLS, "") | {
        "name": "佐藤　健一", "address": "東京都青葉野市本町1-2-3", "phone": "090-0123-4567",
        "_female": False, "_birth": 0,
    }  # fmt: skip
    return pl.DataFrame([plain | row for row in rows])


def habits(**changes: object) -> broker.Habits:
    calm = broker.Habits(CELLS, None, False, False, 0.0, 0.0, 0.0, False)
    return replace(calm, **changes)  # type: ignore[arg-type]


def look(**changes: object) -> offers.Look:
    plain = offers.draw_look(np.random.default_rng(0), 10)
    calm = {
        "naming": 0, "headed": True, "title": None, "numbered": False, "book": False,
        "phones_by": None, "kana_in_name": False, "postal_in_address": False,
        "building_apart": False, "order": (*CELLS[:4], "building", *CELLS[4:]),
    }  # fmt: skip
    return replace(plain, **(calm | changes))  # type: ignore[arg-type]


def worked(frame: pl.DataFrame, **changes: object) -> pl.DataFrame:
    return broker.worked(frame, habits(**changes), NOON, np.random.default_rng(1))


def test_a_careful_broker_changes_nothing() -> None:
    frame = goods({}, {"name": "鈴木　愛"})

    assert worked(frame).equals(frame)


def test_what_nobody_can_reach_is_thrown_out() -> None:
    frame = goods({"address": "", "phone": ""}, {"address": ""}, {"phone": ""})

    assert len(worked(frame)) == 2


def test_an_age_stands_in_the_place_of_a_birth_that_is_known() -> None:
    frame = worked(goods({"birth_date": "1970/01/01"}, {}), ages="歳")

    assert frame["age"].to_list() == ["49歳", ""]
    assert frame["birth_date"].to_list() == ["", ""]


def test_a_guessed_sex_is_mostly_right() -> None:
    frame = worked(goods(*[{"_female": True}] * 500), guesses_sex=True)

    assert 0.9 < (frame["sex"] == "女").mean() < 1


def test_typos_hit_about_the_share_of_rows_they_should() -> None:
    frame = goods(*[{}] * 2_000)

    wrong = (worked(frame, typos=0.1)["phone"] != frame["phone"]).mean()

    assert 0.07 < wrong < 0.13


def test_plain_and_variant_characters_are_put_for_one_another() -> None:
    frame = goods({"name": "髙橋　健"}, {"name": "渡邉　愛"})

    plain = worked(frame, plain_kanji=True)
    assert plain["name"].to_list() == ["高橋　健", "渡辺　愛"]
    assert worked(plain, variants=1.0)["name"].to_list() == ["髙橋　健", "渡邊　愛"]


def test_a_squeezed_row_has_bare_digits() -> None:
    frame = worked(
        goods({"phone": "０９０－０１２３－４５６７", "phone2": "03(012)3456"}), squeezes=True
    )

    assert frame.select("name", "phone", "phone2").row(0) == (
        "佐藤健一",
        "09001234567",
        "030123456",
    )


def test_one_name_at_one_telephone_stands_once() -> None:
    frame = goods({}, {"name": "佐藤健一"}, {"name": "佐藤　愛"}, {"phone": "1"})

    assert broker.distinct(frame)["name"].to_list() == ["佐藤　健一", "佐藤　愛", "佐藤　健一"]


def test_the_bare_keep_name_address_and_telephone() -> None:
    kept = broker.draw_habits(np.random.default_rng(2), bare=True).keeps

    assert kept == ("name", "address", "phone")


def test_columns_in_which_nothing_stands_are_not_sold() -> None:
    assert list(offers.columns(goods({}), look())) == ["氏名", "住所", "電話番号"]


def test_two_telephones_come_to_stand_in_one_cell() -> None:
    frame = goods(
        {"phone": "1", "phone2": "2"}, {"phone": "1", "phone2": "1"}, {"phone": "", "phone2": "3"}
    )

    sold = offers.columns(frame, look(phones_by="/"))

    assert sold["電話番号"].to_list() == ["1/2", "1", "3"]


def test_a_building_comes_to_stand_in_a_column_of_its_own() -> None:
    frame = goods({"address": "東京都本町1-2　コーポ緑101"}, {"address": "東京都本町3"})

    sold = offers.columns(frame, look(building_apart=True))

    assert sold["建物名"].to_list() == ["コーポ緑101", ""]


def test_kana_and_postal_code_come_to_stand_with_name_and_address() -> None:
    frame = goods({"kana": "サトウ", "postal_code": "100-0001"})

    sold = offers.columns(frame, look(kana_in_name=True, postal_in_address=True))

    assert [column[0] for column in sold.values()] == [
        "佐藤　健一（サトウ）",
        "100-0001 東京都青葉野市本町1-2-3",
        "090-0123-4567",
    ]


@pytest.mark.parametrize("headed", [True, False])
def test_without_headings_a_row_with_a_telephone_stands_first(headed: bool) -> None:
    frame = goods({"phone": ""}, {"phone": ""}, {"phone": "3"}, {"phone": "4"})

    phones = offers.led(frame, look(headed=headed))["phone"].to_list()

    assert phones == (["", "", "3", "4"] if headed else ["3", "", "", "4"])

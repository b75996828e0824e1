"""Levels of agreement, on pairs written out."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from breachscope.resolve.comparison import (
    ADDRESS,
    BIRTH,
    FIELDS,
    MISSING,
    NAME,
    VALUES,
    compared_values,
    levels,
)
from breachscope.resolve.keys import record_keys


def level(field: str, left: dict[str, str | None], right: dict[str, str | None]) -> str | None:
    """The level of one field of one pair, by its name; None where it lacks."""
    sides = [compared_values(record_keys(pl.LazyFrame([row]))).collect() for row in (left, right)]
    found = levels(*sides)[field][0]
    return None if found == MISSING else FIELDS[field][found]


TARO = {"name": "山田太郎", "kana": "ヤマダタロウ"}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (TARO, {"name": "山田　太郎", "kana": "ﾔﾏﾀﾞ ﾀﾛｳ"}, "both"),
        ({"name": "山田太郎"}, TARO, "kanji"),
        ({"kana": "ヤマダタロウ"}, TARO, "reading"),
        ({"name": "山田太朗", "kana": "ヤマダタロウ"}, TARO, "reading"),
        ({"name": "山田太朗"}, {"name": "山田太郎"}, "edit"),
        ({"name": "山田次郎", "kana": "ヤマダジロウ"}, TARO, "surname"),
        ({"name": "鈴木 花子"}, {"name": "山田 花子"}, "given"),
        ({"name": "鈴木一郎"}, {"name": "山田太介"}, "else"),
        ({"name": "髙田一男"}, {"name": "高田一男"}, "kanji"),
        ({"name": "山田太郎"}, {"kana": "ヤマダタロウ"}, None),
    ],
)
def test_a_name_has_one_nested_level(
    left: dict[str, str | None], right: dict[str, str | None], expected: str | None
) -> None:
    assert level("name", left, right) == expected


def test_brothers_are_not_one_edit_apart_where_their_readings_tell_them_apart() -> None:
    one = {"name": "山田一郎", "kana": "ヤマダイチロウ"}
    two = {"name": "山田二郎", "kana": "ヤマダジロウ"}

    assert NAME.index(level("name", one, two) or "") < NAME.index("edit")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("緑野原市北浦九丁目10番4号", "緑野原市北浦9-10-4 青葉荘202", "same"),
        ("緑野原市北浦9-10-4", "緑野原市北浦9-10-5", "near"),
        ("緑野原市北浦9-10-4", "緑野原市北浦2-3-8", "town"),
        ("緑野原市北浦9-10-4", "白川市寺町1-1-28", "else"),
        ("緑野原市北浦", "緑野原市北浦", "town"),
    ],
)
def test_an_address_is_as_alike_as_its_town_and_house_number(
    left: str, right: str, expected: str
) -> None:
    assert level("address", {"address": left}, {"address": right}) == expected
    assert expected in ADDRESS


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("1980-03-01", "昭和55年3月1日", "same"),
        ("1980-03-01", "1980-01-03", "near"),
        ("1980-03-01", "1980-03-11", "near"),
        ("1980-03-01", "1992-07-25", "else"),
    ],
)
def test_a_birth_date_may_be_off_by_a_digit_or_have_day_and_month_swapped(
    left: str, right: str, expected: str
) -> None:
    assert level("birth", {"birth_date": left}, {"birth_date": right}) == expected
    assert expected in BIRTH


def test_a_mobile_is_never_held_against_a_landline() -> None:
    left, right = {"phone": "090-1234-5678"}, {"phone": "03-1234-5678"}

    assert level("mobile", left, right) is None
    assert level("landline", left, right) is None


def test_the_best_of_two_mobiles_counts() -> None:
    left = {"phone": "090-1234-5678"}
    right = {"phone": "080-9999-8888", "phone2": "090-1234-5678"}

    assert level("mobile", left, right) == "same"


def test_customer_numbers_of_two_parties_are_no_contradiction() -> None:
    assert level("customer", {"customer_no": "A-001"}, {"customer_no": "B-777"}) is None
    assert level("customer", {"customer_no": "A-001"}, {"customer_no": "A001"}) == "same"


TELEPHONES = st.text("0123456789", min_size=9, max_size=11)


@given(left=TELEPHONES, right=TELEPHONES, at=st.integers(0, 10), what=st.sampled_from("sidt"))
def test_one_edit_of_a_telephone_is_found_wherever_it_stands(
    left: str, right: str, at: int, what: str
) -> None:
    changed = {
        "s": left[:at] + "7" + left[at + 1 :],
        "i": left[:at] + "7" + left[at:],
        "d": left[:at] + left[at + 1 :],
        "t": left[:at] + left[at : at + 2][::-1] + left[at + 2 :],
    }[what]
    values = {
        side: pl.DataFrame({**dict.fromkeys(VALUES, None), "landline": texts}, schema=VALUES)
        for side, texts in {"left": [left, left], "right": [changed, right]}.items()
    }
    expected = [2 - min(OSA.distance(left, other), 2) for other in (changed, right)]

    assert levels(values["left"], values["right"])["landline"].tolist() == expected


DATES = st.dates(dt.date(1900, 1, 1), dt.date(2023, 12, 31)).map(lambda day: day.strftime("%Y%m%d"))


@given(left=DATES, right=DATES, at=st.integers(0, 7), digit=st.sampled_from("0123456789"))
def test_dates_are_near_by_one_digit_two_swapped_or_day_and_month_turned(
    left: str, right: str, at: int, digit: str
) -> None:
    others = [
        right,
        left[:at] + digit + left[at + 1 :],
        left[:at] + left[at : at + 2][::-1] + left[at + 2 :],
        left[:4] + left[6:] + left[4:6],
    ]
    values = [
        pl.DataFrame({**dict.fromkeys(VALUES, None), "birth": texts}, schema=VALUES)
        for texts in ([left] * 4, others)
    ]
    turned = left[:4] + left[6:] + left[4:6]
    expected = [
        2 if left == other else int(OSA.distance(left, other) <= 1 or other == turned)
        for other in others
    ]

    assert levels(*values)["birth"].tolist() == expected

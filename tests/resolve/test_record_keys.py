"""Canonical values of records, from whichever columns a list has."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_series_equal

from breachscope.resolve import keys as canonical
from breachscope.resolve.keys import record_keys
from breachscope.schema import KEY_COLUMNS, RECORD_KEYS


def keys(**columns: list[str | None]) -> pl.DataFrame:
    return record_keys(pl.LazyFrame(columns, schema=dict.fromkeys(columns, pl.String()))).collect()


def test_any_columns_give_the_whole_schema() -> None:
    found = keys(phone=["03-1234-5678"])

    assert found.schema == RECORD_KEYS
    assert found.row(0, named=True) == dict.fromkeys(RECORD_KEYS) | {
        "row_no": 1,
        "phone_key": "0312345678",
    }


def test_one_person_written_in_two_ways_has_one_set_of_keys() -> None:
    one = {
        "name": "髙橋　花子 様",
        "kana": "ﾀｶﾊｼ ﾊﾅｺ",
        "phone": "(03)1234-5678",
        "postal_code": "〒100-0001",
        "birth_date": "昭和55年3月1日",
        "sex": "女性",
        "customer_no": "Ａ-00123",
    }
    two = {
        "name": "高橋花子",
        "kana": "たかはし はなこ",
        "phone": "0312345678",
        "postal_code": "1000001",
        "birth_date": "1980/3/1",
        "sex": "F",
        "customer_no": "A00123",
    }
    found = keys(**{name: [one[name], two[name]] for name in one})

    assert found.drop("row_no").unique().height == 1
    assert found["birth_date"][0] == date(1980, 3, 1)


def test_a_name_in_two_columns_is_joined() -> None:
    found = keys(
        family_name=["高橋"], given_name=["花子"], family_kana=["タカハシ"], given_kana=["ハナコ"]
    )

    assert found.select("name_key", "kana_key").row(0) == ("高橋花子", "タカハシハナコ")


def test_the_whole_name_comes_first_and_its_parts_where_it_is_blank() -> None:
    found = keys(name=["甲野乙", " "], family_name=["丙", "高橋"], given_name=["丁", "花子"])

    assert list(found["name_key"]) == ["甲野乙", "高橋花子"]


@pytest.mark.parametrize("given_name", [None, "", "　"])
def test_a_family_name_alone_is_nobody_s_name(given_name: str | None) -> None:
    assert keys(family_name=["高橋"], given_name=[given_name])["name_key"][0] is None


@pytest.mark.parametrize("name", ["不明", "匿名", "－", "？？", "***", "テスト", "", None])
def test_what_systems_put_in_for_unknown_is_no_name(name: str | None) -> None:
    assert keys(name=[name])["name_key"][0] is None


def test_a_second_number_in_one_cell_is_the_second_telephone() -> None:
    found = keys(phone=["03-1234-5678 / 090-1111-2222"], phone2=[None])

    assert found.select("phone_key", "phone2_key").row(0) == ("0312345678", "09011112222")


def test_records_come_in_the_order_of_their_numbers() -> None:
    frame = pl.LazyFrame({"row_no": [3, 1], "name": ["丙山一", "甲山一"]})

    assert record_keys(frame).collect().select("row_no", "name_key").rows() == [
        (1, "甲山一"),
        (3, "丙山一"),
    ]


def test_blank_records_have_no_values() -> None:
    found = keys(name=[""], kana=[" "], phone=["000-0000-0000"], birth_date=["1900-01-01"])

    assert found.drop("row_no").row(0) == (None,) * len(KEY_COLUMNS)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=5))
def test_no_text_stops_the_run_and_no_row_is_lost(texts: list[str]) -> None:
    columns = ("name", "kana", "phone", "postal_code", "address", "birth_date", "sex", "email")

    assert keys(**{column: [*texts] for column in columns}).height == len(texts)


def test_the_given_name_is_told_where_a_space_or_a_column_parts_it() -> None:
    assert keys(name=["渡辺　咲佳"])["given_key"].to_list() == ["咲佳"]
    assert keys(family_name=["渡辺"], given_name=["咲佳"])["given_key"].to_list() == ["咲佳"]
    assert keys(name=["渡辺咲佳"])["given_key"].to_list() == [None]
    assert keys(name=["Mary Smith"])["given_key"].to_list() == [None]


def test_the_given_names_reading_is_told_where_a_space_or_a_column_parts_it() -> None:
    def told(**columns: list[str]) -> list[str | None]:
        return list(keys(name=["渡辺咲佳"], **columns)["given_kana_key"])

    assert told(kana=["ワタナベ　ｻｷｶ"]) == told(kana=[" わたなべ さきか "]) == ["サキカ佳"]
    assert told(family_kana=["ワタナベ"], given_kana=["サキカ"]) == ["サキカ佳"]
    assert told(kana=["ワタナベサキカ"]) == told(kana=["Watanabe Sakika"]) == [None]
    assert keys(kana=["ワタナベ サキカ"])["given_kana_key"].to_list() == [None]  # no name at all


@settings(max_examples=25)
@given(st.lists(st.text("山花ノ々 　Ａa\n様", max_size=8) | st.text(max_size=6), min_size=20))
def test_a_given_name_is_found_by_the_short_way_as_by_the_rule(names: list[str | None]) -> None:
    ruled = pl.col("name").str.strip_chars().str.extract(canonical._TWO_PARTS, 1)

    by_rule = pl.DataFrame({"name": names}).select(given_name=ruled)["given_name"].to_list()

    assert_series_equal(keys(name=names)["given_key"], keys(given_name=by_rule)["given_key"])

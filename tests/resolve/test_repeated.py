"""Working each spelling out once gives what working out every row gives."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from breachscope.resolve.keys import record_keys
from breachscope.resolve.repeated import keys_by_version

names = st.sampled_from(["山田　太郎", "山田太郎", "髙橋 花子", "", None])
phones = st.sampled_from(["03-1234-5678", "0312345678", None])
rows = st.lists(st.tuples(st.integers(0, 2), names, phones), min_size=1, max_size=30)


@settings(max_examples=25)
@given(rows)
def test_each_version_gets_the_keys_its_own_rows_would(drawn: list[tuple[int, str, str]]) -> None:
    records = pl.DataFrame(
        drawn, schema={"place": pl.UInt32, "name": pl.String, "phone": pl.String}, orient="row"
    ).with_columns(row_no=pl.int_range(1, pl.len() + 1).over("place"))

    found = keys_by_version(records).keys

    assert set(found) == set(records["place"])
    for place, keys in found.items():
        own = records.filter(pl.col("place") == place).drop("place")
        assert_frame_equal(keys, record_keys(own.lazy()).collect())


@settings(max_examples=15)
@given(rows, rows)
def test_spellings_carried_over_change_nothing(
    earlier: list[tuple[int, str, str]], later: list[tuple[int, str, str]]
) -> None:
    def records(drawn: list[tuple[int, str, str]]) -> pl.DataFrame:
        schema = {"place": pl.UInt32, "name": pl.String, "phone": pl.String}
        made = pl.DataFrame(drawn, schema=schema, orient="row")
        return made.with_columns(row_no=pl.int_range(1, pl.len() + 1).over("place"))

    carried = keys_by_version(records(earlier)).spellings

    with_them, without = keys_by_version(records(later), carried), keys_by_version(records(later))

    assert with_them.keys.keys() == without.keys.keys()
    for place, keys in with_them.keys.items():
        assert_frame_equal(keys, without.keys[place])


def test_an_absent_column_is_spelt_as_an_empty_one() -> None:
    with_it = pl.DataFrame(
        {"place": [0], "row_no": [1], "name": ["山田"], "phone": [None]},
        schema_overrides={"place": pl.UInt32, "phone": pl.String},
    )

    carried = keys_by_version(with_it).spellings

    assert_frame_equal(keys_by_version(with_it.drop("phone"), carried).spellings, carried)


def test_the_same_text_in_another_column_is_another_spelling() -> None:
    records = pl.DataFrame(
        {
            "place": [0, 0],
            "row_no": [1, 2],
            "family_name": ["山田", "大和"],
            "given_name": ["大和", "山田"],
        },
        schema_overrides={"place": pl.UInt32},
    )

    assert keys_by_version(records).keys[0]["name_key"].to_list() == ["山田大和", "大和山田"]

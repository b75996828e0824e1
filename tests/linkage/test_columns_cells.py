"""Lists of unknown make as records: taken apart, joined, never a row more or less."""

from __future__ import annotations

import polars as pl
from polars.testing import assert_frame_equal

from breachscope.linkage.cells import as_records
from breachscope.linkage.columns import column_roles
from breachscope.resolve.keys import record_keys
from breachscope.schema import PARTED
from linkage.leaked_lists import address, bare, col, half_of, named

FULL = col("name")


def records(cells: pl.DataFrame) -> pl.DataFrame:
    return as_records(cells, column_roles(cells))


def keys(cells: pl.DataFrame) -> pl.DataFrame:
    return record_keys(cells.lazy()).collect()


def canonical() -> pl.DataFrame:
    return named(
        name=FULL,
        kana=col("kana"),
        phone=col("landline"),
        phone2=col("mobile"),
        postal_code=col("postal"),
        address=address(),
        birth_date=col("birth"),
        sex=col("sex"),
    )


def test_a_canonical_list_is_given_back_as_it_is() -> None:
    blanks = canonical().with_columns(
        kana=pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("")).otherwise("kana"),
        phone2=pl.when(pl.int_range(pl.len()) % 4 > 0).then("phone2"),
    )

    found = records(blanks)

    assert_frame_equal(found.drop("row_no"), blanks)
    assert found.schema["row_no"] == pl.UInt32()


def test_a_list_without_headers_gives_the_same_keys_as_one_with_them() -> None:
    whole = canonical()
    shuffled = whole.select(reversed(whole.columns))
    nameless = bare(*shuffled.get_columns())

    # Which of two telephones stands first is the list's affair.
    phones = ["phone_key", "phone2_key"]
    assert_frame_equal(keys(records(nameless)).drop(phones), keys(whole).drop(phones))


def test_merged_cells_give_the_keys_of_parted_ones() -> None:
    merged = bare(
        "〒" + col("postal") + "　" + address(),
        FULL.str.replace(" ", "") + "（" + col("kana") + "）",
        "自宅:" + col("landline") + "、携帯:" + col("mobile"),
        col("birth"),
        col("sex"),
    )

    found, wanted = keys(records(merged)), keys(canonical())

    assert_frame_equal(found.drop(PARTED), wanted.drop(PARTED))


def test_what_is_taken_apart_is_otherwise_untouched() -> None:
    cells = bare(
        pl.Series(["〒１０１－００５２　東京都千代田区本町１－２－３", "港区芝1-1"] * 5),
        pl.Series(["髙橋 大輔 (ﾀｶﾊｼ ﾀﾞｲｽｹ)", "佐藤 健一"] * 5),
    )

    assert records(cells).head(2).rows() == [
        (1, "髙橋 大輔", "ﾀｶﾊｼ ﾀﾞｲｽｹ", "〒１０１－００５２", "東京都千代田区本町１－２－３"),
        (2, "佐藤 健一", None, None, "港区芝1-1"),
    ]


def test_an_address_in_several_columns_is_joined_the_building_after_a_space() -> None:
    building = pl.Series(["コーポ緑101", "", None] * 10, dtype=pl.String)
    parts = pl.DataFrame(
        {
            "attr:都道府県": col("prefecture"),
            "attr:市区町村": col("city"),
            "attr:町名": col("town"),
            "attr:番地": col("lot"),
            "attr:建物名": building,
        }
    )

    found = records(parts)["address"].to_list()

    assert found[:2] == [f"{address()[0]}　コーポ緑101", address()[1]]


def test_an_address_that_names_its_prefecture_is_not_given_it_twice() -> None:
    whole = pl.concat([address().head(15), (col("city") + col("town") + col("lot")).tail(15)])

    found = records(bare(col("prefecture"), whole))["address"]

    assert found.to_list() == address().to_list()


def test_a_birth_in_three_columns_or_four_is_one_date() -> None:
    year, month, day = (col("birth").str.split("-").list.get(i) for i in range(3))
    showa = pl.Series([str(int(y) - 1925) for y in year])
    three = pl.DataFrame({"attr:生年": year, "attr:生月": month, "attr:生日": day + "日"})
    four = pl.DataFrame(
        {"attr:元号": pl.Series(["昭和"] * 30), "attr:年": showa, "attr:月": month, "attr:日": day}
    )

    for cells in (three, four):
        found = keys(records(cells).with_columns(name=pl.lit("佐藤健一")))["birth_date"]
        assert found.cast(pl.String).to_list() == col("birth").to_list()


def test_a_birth_that_lacks_a_part_is_none() -> None:
    year = pl.Series(["1980", "", "1990", "1991"])
    month = pl.Series(["1", "2", None, "3"])
    cells = pl.DataFrame({"attr:生年": year, "attr:生月": month, "attr:生日": ["1", "2", "3", "4"]})

    assert records(cells)["birth_date"].to_list() == ["1980年1月1日", None, None, "1991年3月4日"]


def test_of_two_names_the_one_of_the_person_is_taken() -> None:
    cells = pl.DataFrame({"attr:保護者氏名": FULL.reverse(), "attr:おなまえ": FULL})

    assert records(cells)["name"].to_list() == FULL.to_list()


def test_a_third_telephone_fills_what_the_second_lacks() -> None:
    second = pl.Series([number if i % 2 else "" for i, number in enumerate(col("mobile"))])
    cells = pl.DataFrame(
        {"phone": col("landline"), "phone2": second, "attr:父携帯": col("mobile").reverse()}
    )

    found = records(cells)["phone2"]

    assert found[0] == col("mobile").reverse()[0]
    assert found[1] == col("mobile")[1]


def test_names_in_two_columns_stay_in_two() -> None:
    found = records(bare(half_of("name", 0), half_of("name", 1)))

    assert found.columns == ["row_no", "family_name", "given_name"]


def test_rows_keep_the_numbers_of_the_list_and_its_places_are_no_columns_of_it() -> None:
    cells = pl.DataFrame(
        {"name": ["佐藤 健一", "鈴木 美咲"], "row_no": [4, 9], "member": ["a.csv", "a.csv"]}
    )

    found = records(cells)

    assert found.rows() == [(4, "佐藤 健一"), (9, "鈴木 美咲")]


def test_a_list_without_a_role_is_rows_without_values() -> None:
    found = records(bare(pl.Series(["緑茶", "羊羹", "タオル"])))

    assert found.columns == ["row_no"]
    assert found.height == 3

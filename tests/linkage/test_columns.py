"""What a column holds, told from its cells; lists written by hand."""

from __future__ import annotations

import polars as pl
import pytest

from breachscope.errors import ConfigError
from breachscope.linkage.columns import about_people, column_roles
from linkage.leaked_lists import (
    PEOPLE,
    address,
    bare,
    col,
    era,
    half_of,
    named,
    only,
    roles_of,
)
from linkage.small_town import town

FULL = col("name")
DATES = col("birth")


def numbers(count: int, first: int, step: int) -> pl.Series:
    return pl.Series([str(first + i * step) for i in range(count)])


@pytest.mark.parametrize(
    ("cells", "role"),
    [
        (FULL, "name"),
        (FULL.str.replace(" ", ""), "name"),
        (FULL.str.replace(" ", "　") + " 様", "name"),
        (col("kana"), "kana"),
        (col("kana").str.replace(" ", ""), "kana"),
        (pl.Series(["ｻﾄｳ ｹﾝｲﾁ", "ｽｽﾞｷ ﾐｻｷ", "ﾀｶﾊｼﾀﾞｲｽｹ", "ﾔﾏﾓﾄﾏｺﾄ"]), "kana"),
        (pl.Series(["さとう けんいち", "すずきみさき", "たなか ゆみこ", "やまだ りな"]), "kana"),
        (half_of("name", 0), "family_name"),
        (half_of("name", 1), "given_name"),
        (half_of("kana", 0), "family_kana"),
        (address(), "address"),
        (col("city") + col("town") + "２丁目３番４号", "address"),
        (col("city") + "大字" + col("town") + "一丁目二番三号", "address"),
        ("〒" + col("postal") + " " + address(), "postal_address"),
        (col("postal").str.replace("-", "") + "　" + address(), "postal_address"),
        (FULL.str.replace(" ", "") + "(" + col("kana") + ")", "name_kana"),
        (FULL + "　" + col("kana").str.replace(" ", ""), "name_kana"),
        (col("prefecture"), "prefecture"),
        (col("city"), "city"),
        (col("prefecture") + col("city"), "city"),
        (col("postal"), "postal_code"),
        ("〒" + col("postal"), "postal_code"),
        (col("postal").str.replace("-", ""), "postal_code"),
        (col("mobile"), "mobile"),
        (col("mobile").str.replace_all("-", ""), "mobile"),
        ("+81 " + col("mobile").str.slice(1), "mobile"),
        (col("landline"), "phone"),
        (col("landline").str.replace(r"^(\d+)-(\d+)-", "($1)$2-"), "phone"),
        ("TEL " + col("landline") + " 内線12", "phone"),
        (pl.concat([col("mobile").head(15), col("landline").tail(15)]), "phone"),
        (col("landline") + " / " + col("mobile"), "phones"),
        ("自宅:" + col("landline") + "、携帯:" + col("mobile"), "phones"),
        (DATES, "birth_date"),
        (DATES.str.replace_all("-", "/"), "birth_date"),
        (DATES.str.replace_all("-", ""), "birth_date"),
        (DATES + " 00:00:00", "birth_date"),
        (era(), "birth_date"),
        (era("昭和{}年{}月{}日"), "birth_date"),
        (col("sex"), "sex"),
        (pl.Series(["M", "F"] * 10), "sex"),
        (pl.Series([f"taro{i}@example.jp" for i in range(10)]), "email"),
        (pl.Series([f"A{i * 37:06}" for i in range(1, 20)]), "customer_no"),
        (pl.Series([f"{i * 7919:09}" for i in range(1, 20)]), "customer_no"),
        (pl.Series([f"{age}歳" for age in range(20, 60)]), "age"),
        (pl.Series(["株式会社山田製作所", "(有)鈴木商店", "佐藤建設㈱"] * 4), "organisation"),
        (pl.Series(["SATO TARO", "Suzuki Hanako", "Tanaka, Ichiro", "YAMADA KENJI"]), "name"),
    ],
)
def test_content_alone_tells_the_role(cells: pl.Series, role: str) -> None:
    found = only(bare(cells))

    assert (found.role, found.by, found.disagrees) == (role, "content", False)
    assert found.share >= 0.8


@pytest.mark.parametrize(
    "cells",
    [
        pl.Series([f"{n:,}" for n in range(900, 40_000, 997)]),
        pl.Series([f"¥{n}" for n in range(900, 40_000, 997)]),
        pl.Series([f"2014/{m}/{d}" for m in range(1, 13) for d in (3, 17, 28)]),
        numbers(40, 1, 1),
        numbers(40, 120, 391),
        pl.Series(["緑茶", "羊羹", "美容液", "醤油", "高級タオル", "青汁", "健康茶"] * 5),
        pl.Series(["チョコレート", "シャンプー", "オリーブオイル", "ハンドクリーム"] * 5),
        pl.Series(["渋谷", "新宿", "池袋", "上野", "品川", "大崎", "恵比寿", "原宿"] * 4),
        pl.Series(["午前希望", "折返し要", "至急", "不在", "再架電"] * 4),
        pl.Series(["1", "2"] * 20),
        pl.Series(["A"] * 20),
        pl.Series([None, "", "　", "-"], dtype=pl.String),
    ],
    ids=lambda cells: str(cells[0]),
)
def test_what_is_nobodys_value_has_no_role(cells: pl.Series) -> None:
    assert only(bare(cells)).role == "other"


def test_of_two_names_swapped_with_other_columns_the_cells_are_believed() -> None:
    found = column_roles(named(address=FULL, name=address(), phone=col("postal")))

    assert [role.role for role in found] == ["name", "address", "postal_code"]
    assert all(role.disagrees and role.by == "content" for role in found)


def test_family_and_given_names_under_each_others_header_are_told_apart() -> None:
    found = roles_of(named(family_name=half_of("name", 1), given_name=half_of("name", 0)))

    assert found == ["given_name", "family_name"]


def test_a_header_is_believed_where_the_cells_could_be_what_it_says() -> None:
    foreign = pl.Series(["NGUYEN VAN AN", "John Smith", "Maria Santos", "Pham Minh Duc"] * 3)
    codes = pl.Series(["1", "2"] * 6)
    nine = pl.Series([f"1{n:08}" for n in range(0, 36_000_000, 3_000_001)])

    found = column_roles(named(name=foreign, sex=codes, phone=nine))

    assert [role.role for role in found] == ["name", "sex", "phone"]
    assert all(role.by == "header" and not role.disagrees for role in found)


def test_a_header_that_hardly_a_cell_can_follow_says_nothing() -> None:
    found = only(named(email=pl.Series(["なし？", "聞いていない", "後日連絡", "持たず"] * 3)))

    assert (found.role, found.disagrees) == ("other", True)


@pytest.mark.parametrize(
    ("header", "cells", "role"),
    [
        ("保護者氏名", FULL, "name"),
        ("おなまえ", FULL, "name"),
        ("TEL（自宅）", col("landline"), "phone"),
        ("建物名", pl.Series(["コーポ緑101", "", "若葉", "第二青葉荘"] * 4), "building"),
        ("町名", col("town"), "town"),
        ("番地", col("lot"), "lot"),
        ("年齢", numbers(20, 20, 2), "age"),
        ("生年", DATES.str.head(4), "birth_year"),
        ("登録日", DATES, "other"),
        ("金額", numbers(20, 1_000_003, 7), "other"),
        ("会員ID", numbers(20, 7, 3), "customer_no"),
    ],
)
def test_words_within_unknown_headers_are_read(header: str, cells: pl.Series, role: str) -> None:
    assert only(pl.DataFrame({f"attr:{header}": cells})).role == role


def test_a_column_of_one_sex_code_is_told_by_the_names_beside_it() -> None:
    code = col("sex").replace({"男": "1", "女": "2"})
    flag = pl.Series(["1", "1", "2"] * 10)

    assert roles_of(bare(FULL, code, flag)) == ["name", "sex", "other"]


def test_numbers_are_ages_if_they_add_up_with_the_births() -> None:
    age = pl.Series([str(2014 - int(birth[:4])) for birth in DATES])

    assert roles_of(bare(DATES, age, age.reverse())) == ["birth_date", "age", "other"]


def test_of_several_dates_one_is_the_birth() -> None:
    joined = pl.Series([f"2013-{1 + i % 12}-{1 + i % 28}" for i in range(30)])
    children = pl.Series([f"H{12 + i % 14}.{1 + i % 12}.{1 + i % 28}" for i in range(30)])

    assert roles_of(bare(FULL, joined, DATES)) == ["name", "other", "birth_date"]
    assert roles_of(bare(FULL, joined, children)) == ["name", "other", "birth_date"]


def test_a_birth_in_three_columns_is_found_without_headers() -> None:
    people = town(3, 60).people
    parts = people["birth_date"].str.split("-")
    year, month, day = (parts.list.get(i).cast(pl.Int32).cast(pl.String) for i in range(3))

    found = roles_of(bare(people["name"], day, year, month))

    assert found == ["name", "birth_day", "birth_year", "birth_month"]


def test_zeros_that_a_spreadsheet_dropped_hide_no_telephone() -> None:
    mixed = pl.concat([col("mobile").head(20), col("landline").tail(10)])
    bare_digits = mixed.str.replace_all("-", "").str.strip_prefix("0")

    found = only(bare(bare_digits))

    assert found.role == "phone"
    assert "leading zero" in found.evidence


def test_house_numbers_and_towns_are_parts_where_a_municipality_stands_beside_them() -> None:
    place = col("town") + "3丁目" + col("lot")

    assert roles_of(bare(col("prefecture"), col("city"), place)) == ["prefecture", "city", "town"]
    assert roles_of(bare(FULL, place)) == ["name", "other"]


def test_the_reading_of_given_names_is_known_beside_that_of_family_names() -> None:
    assert roles_of(bare(half_of("kana", 0), half_of("kana", 1))) == ["family_kana", "given_kana"]


def test_a_header_among_the_rows_names_its_column_and_is_not_counted() -> None:
    names = pl.concat([pl.Series(["氏名"]), FULL])
    births = pl.concat([pl.Series(["登録日"]), DATES])
    sexes = pl.concat([pl.Series(["性別"]), pl.Series(["1", "2"] * 15)])

    found = column_roles(bare(names, births, sexes))

    assert [role.header for role in found] == ["氏名", "登録日", "性別"]
    assert [role.role for role in found] == ["name", "other", "sex"]
    assert found[0].share == 1.0


def test_a_row_taken_for_the_header_is_shown_nowhere() -> None:
    first, *rest = (FULL, address(), col("mobile"))
    cells = pl.DataFrame({f"attr:{c[0]}": c for c in (first, *rest)} | {"attr:備考": FULL})

    found = column_roles(cells)

    assert [role.header for role in found[:3]] == ["", "", ""]
    assert not any(c[0] in role.evidence for role in found for c in (first, *rest))


def test_no_value_stands_in_what_is_said_of_a_column() -> None:
    everything = bare(*PEOPLE.get_columns())

    said = " ".join(role.evidence for role in column_roles(everything))

    assert not [v for c in PEOPLE.get_columns() for v in c if len(v) > 2 and v in said]


def test_a_byte_order_mark_within_a_list_changes_nothing() -> None:
    marked = pl.DataFrame(
        {"attr:\ufeffおなまえ": "\ufeff" + FULL, "phone": "\ufeff" + col("mobile")}
    )

    found = column_roles(marked)

    assert [role.role for role in found] == ["name", "mobile"]
    assert found[0].header == "おなまえ"


def test_a_small_sample_is_said_to_be_one() -> None:
    assert "only 10 cells" in only(bare(FULL.head(10))).evidence
    assert "small sample" not in only(bare(FULL)).evidence


def test_a_column_without_a_filled_cell_is_what_its_header_says() -> None:
    empty = pl.Series([None, " "], dtype=pl.String)

    found = column_roles(named(kana=empty, name=empty))

    assert [(role.role, role.by, role.filled) for role in found] == [
        ("kana", "header", 0),
        ("name", "header", 0),
    ]


def test_names_of_a_few_clerks_on_many_rows_are_not_whom_the_list_is_about() -> None:
    clerks = pl.Series(["佐藤 健一", "鈴木 美咲", "高橋 大輔"] * 100)

    assert only(bare(clerks)).role == "other"


def test_what_was_ruled_stands_and_what_the_cells_say_beside_it() -> None:
    found = column_roles(bare(FULL, DATES), {"attr:column_1": "other"})

    assert (found[0].role, found[0].by, found[0].disagrees) == ("other", "ruling", True)
    assert (found[0].runner_up, found[0].runner_up_share) == ("name", 1.0)
    assert found[1].by == "content"


def test_a_ruling_on_no_column_or_no_role_is_refused_without_a_value() -> None:
    with pytest.raises(ConfigError, match="no such role: names"):
        column_roles(bare(FULL), {"attr:column_1": "names"})
    with pytest.raises(ConfigError, match="1 of the columns") as refused:
        column_roles(bare(FULL), {"attr:山田太郎": "name"})
    assert "山田" not in str(refused.value)


def test_four_hundred_columns_are_read_each_by_itself() -> None:
    people = town(4, 150).people
    wide = pl.DataFrame(
        {
            f"attr:f{i}": people[("name", "phone2", "address", "birth_date")[i % 4]]
            for i in range(400)
        }
    )

    found = roles_of(wide)

    assert set(found[::4]) == {"name"}
    assert set(found[1::4]) == {"mobile"}
    assert set(found[2::4]) == {"address"}
    assert found.count("birth_date") == 1


GOODS = pl.Series(["緑茶500ml", "羊羹", "美容液", "醤油", "タオル"] * 6)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (pl.DataFrame({"attr:商品名": GOODS, "attr:売上": numbers(30, 1000, 77)}), "no column"),
        (bare(GOODS, numbers(30, 1000, 77), pl.Series(["2014/4/1"] * 30)), "no column"),
        (pl.DataFrame({"name": GOODS, "attr:価格": numbers(30, 1000, 77)}), "no names known"),
        (bare(col("prefecture"), col("city"), numbers(30, 1000, 77)), "no names"),
        (pl.DataFrame({"attr:A": col("landline"), "address": address()}), "no names"),
        (
            named(
                name=pl.Series(["佐藤建設㈱", "(株)山田", "鈴木商店"] * 10), phone=col("landline")
            ),
            "organisations",
        ),
        (pl.DataFrame({"row_no": [1, 2]}), "no column"),
    ],
)
def test_a_list_that_is_not_about_people_is_refused(cells: pl.DataFrame, why: str) -> None:
    reason = about_people(column_roles(cells))

    assert reason is not None
    assert why in reason


@pytest.mark.parametrize(
    "cells",
    [
        bare(FULL),
        bare(col("mobile"), numbers(30, 1, 1)),
        bare(half_of("name", 0), half_of("name", 1)),
        bare(col("kana")),
        named(name=pl.Series(["John Smith", "Maria Santos"] * 15), phone=col("landline"),
              address=address()),
        bare(*PEOPLE.get_columns()),
    ],
)  # fmt: skip
def test_a_list_of_people_passes(cells: pl.DataFrame) -> None:
    assert about_people(column_roles(cells)) is None


def test_a_person_may_rule_that_a_list_is_about_people() -> None:
    cells = bare(col("landline"))

    assert about_people(column_roles(cells)) is not None
    assert about_people(column_roles(cells, {"attr:column_1": "phone"})) is None

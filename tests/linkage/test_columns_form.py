"""The form of a list: counts of how it writes, and no value."""

from __future__ import annotations

from dataclasses import asdict

import polars as pl

from breachscope.linkage.columns import column_roles
from breachscope.linkage.form import FormFacts, form
from linkage.leaked_lists import address, bare, col, era, named


def form_of(cells: pl.DataFrame) -> FormFacts:
    return form(cells, column_roles(cells))


def test_each_notation_is_counted_by_its_style() -> None:
    mixed = pl.concat([col("mobile").head(20), col("mobile").tail(10).str.replace_all("-", "")])
    postal = pl.concat([col("postal").head(15), "〒" + col("postal").tail(15)])

    found = form_of(
        bare(col("name").str.replace(" ", "　"), mixed, postal, address(), era("昭和{}年{}月{}日"))
    ).styles

    assert found["phone"] == {"dashes": 0.6667, "digits": 0.3333}
    assert found["postal_code"] == {"dash": 0.5, "mark": 0.5}
    assert found["birth_date"] == {"era in kanji": 1.0}
    assert found["name_gap"] == {"full-width space": 1.0}


def test_roles_and_headers_stand_in_the_order_of_the_file() -> None:
    cells = pl.DataFrame({"attr:おなまえ": col("name"), "phone": col("mobile")})

    found = form(cells, column_roles(cells, headers={"phone": "ＴＥＬ"}))

    assert (found.roles, found.headers) == (("name", "mobile"), ("おなまえ", "ＴＥＬ"))


def test_prefectures_and_tenths_of_births_describe_whom_the_list_holds() -> None:
    found = form_of(bare(address(), col("birth")))

    assert found.prefectures["東京都"] == round(2 / 30, 4)
    assert round(sum(found.prefectures.values()), 2) == 1.0
    assert len(found.birth_years) == 9
    assert list(found.birth_years) == sorted(found.birth_years)
    assert found.filled == {"address": 1.0, "birth_date": 1.0}


def test_the_width_of_kana_is_seen_before_anything_folds_it() -> None:
    half = pl.Series(["ｻﾄｳ ｹﾝｲﾁ", "ｽｽﾞｷ ﾐｻｷ", "ﾀｶﾊｼ ﾀﾞｲｽｹ", "ﾔﾏﾓﾄ ﾏｺﾄ"])

    assert form_of(named(kana=half)).styles["kana_width"] == {"half width": 1.0}
    assert form_of(named(kana=col("kana"))).styles["kana_width"] == {"full width": 1.0}


def test_no_value_stands_among_the_facts() -> None:
    cells = bare(col("name"), col("kana"), col("mobile"), address(), col("birth"), col("postal"))

    told = str(asdict(form_of(cells)))

    assert not [v for c in cells.get_columns() for v in c if v in told]


def test_an_empty_list_has_a_form() -> None:
    found = form_of(
        pl.DataFrame({"name": [], "phone": []}, schema=dict.fromkeys(("name", "phone"), pl.String))
    )

    assert (found.rows, found.roles) == (0, ("name", "phone"))
    assert found.birth_years == ()

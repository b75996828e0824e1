"""The canonical values of a record: what two records are compared by."""

from collections.abc import Collection
from typing import Final

import polars as pl

from breachscope.japanese.addresses import address_key, postal_key
from breachscope.japanese.dates import birth_date
from breachscope.japanese.names import kana_key, name_key
from breachscope.japanese.others import code_key, email_key, sex_key
from breachscope.japanese.phones import phone_key, second_phone
from breachscope.japanese.text import HAN, KANA, forked, once
from breachscope.schema import RECORD_FIELDS, RECORD_KEYS, conform

NAME_TIER: Final = 2
"""Family-register variants (富 and 冨, 島 and 嶋) are one spelling: a name never joins two records
by itself, and two people who share a telephone or an address do not differ by that alone."""

_NO_NAMES: Final = (
    *("不明", "氏名不明", "未登録", "未記入", "未入力", "未設定", "無記名", "匿名", "匿名希望"),
    *("無し", "なし", "ナシ", "テスト", "テストデータ", "ダミー", "サンプル", "該当者無し"),
    *("非公開", "削除", "削除済", "削除済み", "DUMMY", "TEST", "UNKNOWN", "NONE", "NULL"),
)
_NO_KANA: Final = ("フメイ", "ミトウロク", "トクメイ", "ナシ", "テスト", "ダミ", "サンプル")
_TWO_PARTS: Final = r"^[^\s　A-Za-zＡ-Ｚａ-ｚ]+[\s　]+([^\s　A-Za-zＡ-Ｚａ-ｚ]+)$"
_PLAIN_TWO_PARTS: Final = f"^[{HAN}{KANA}]+[ 　][{HAN}{KANA}]+$"
_SPELLS_A_NAME: Final = r"[[\p{L}\p{Co}]--[ー]]"  # private-use characters are kanji of one's own


def record_keys(records: pl.LazyFrame) -> pl.LazyFrame:
    """RECORD_KEYS: the canonical values of each record, in row_no order.

    A name kept in two columns is joined; a family name alone is not a name, for a household
    shares it. What systems put in for "unknown" is null. Records without a number are
    numbered from 1 as they come.

    Args:
        records: text columns, any of `schema.RECORD_FIELDS`, and row_no if there is one.
    """
    have = set(records.collect_schema().names())
    values = records.select(
        _row_no(have),
        **{field: pl.col(field) for field in RECORD_FIELDS if field in have},
        **{field: pl.lit(None, pl.String()) for field in RECORD_FIELDS if field not in have},
    )
    return (
        values.select(
            "row_no",
            name_key=_name(
                name_key(_joined("name", "family_name", "given_name", have), tier=NAME_TIER)
            ),
            kana_key=_kana(kana_key(_joined("kana", "family_kana", "given_kana", have))),
            phone_key=phone_key("phone"),
            phone2_key=pl.coalesce(phone_key("phone2"), second_phone("phone")),
            postal_key=postal_key("postal_code"),
            address_key=address_key("address"),
            birth_date=birth_date("birth_date"),
            sex_key=sex_key("sex"),
            email_key=email_key("email"),
            customer_key=code_key("customer_no"),
            given_key=_given(have),
            given_kana_key=_given_kana(have),
        )
        .with_columns(  # sisters may share a reading, not the last sign of the name too
            given_kana_key=pl.concat_str("given_kana_key", pl.col("name_key").str.slice(-1))
        )
        .pipe(conform, RECORD_KEYS)
        .sort("row_no", maintain_order=True)
    )


def _row_no(have: Collection[str]) -> pl.Expr:
    counted = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32())
    if "row_no" not in have:
        return counted.alias("row_no")
    given = pl.col("row_no").cast(pl.UInt32(), strict=False)
    return pl.coalesce(given, counted).alias("row_no")


def _joined(whole: str, family: str, given: str, have: Collection[str]) -> pl.Expr:
    """The name as one text; cheaper to plan where a list has but one of the two forms."""
    if not {family, given} <= set(have):
        return pl.col(whole)
    both = pl.concat_str(_filled(family), _filled(given), separator=" ")
    return pl.coalesce(_filled(whole), both) if whole in have else both


def _given(have: Collection[str]) -> pl.Expr:
    """The given name, where a column holds it or one space parts it from the family name.

    A name in Latin letters may stand in either order and gives none.
    """
    parted = forked(
        "name",
        _PLAIN_TWO_PARTS,
        quick=lambda name: name.str.replace("^[^ 　]+[ 　]", ""),
        slow=lambda name: name.str.strip_chars().str.extract(_TWO_PARTS, 1),
    )
    held = pl.coalesce(_filled("given_name"), parted) if "given_name" in have else parted
    return _name(name_key(held, tier=NAME_TIER))


def _given_kana(have: Collection[str]) -> pl.Expr:
    """The reading of the given name, where a column holds it or one space parts it."""
    parted = pl.col("kana").str.strip_chars().str.extract(_TWO_PARTS, 1)
    held = pl.coalesce(_filled("given_kana"), parted) if "given_kana" in have else parted
    return _kana(kana_key(held))


def _filled(column: str) -> pl.Expr:
    return pl.when(pl.col(column).str.contains(r"\S")).then(column)


def _name(key: pl.Expr) -> pl.Expr:
    return once(
        key,
        lambda name: pl.when(name.str.contains(_SPELLS_A_NAME) & ~name.is_in(_NO_NAMES)).then(name),
    )


def _kana(key: pl.Expr) -> pl.Expr:
    return once(key, lambda kana: pl.when(~kana.is_in(_NO_KANA)).then(kana))

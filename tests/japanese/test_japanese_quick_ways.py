"""The short way that plain text takes to its key ends where the long way does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from japanese_values import of

from breachscope.japanese import addresses, dates, names, others, phones, text

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    from japanese_values import Key

STRANGE = " 　\t\n\u3099ﾞ゛\u200b\ufe00\U000e0100é①㍻😀가〇"
DASHES = text.DASHES + "ーｰ-～"
DIGITS = "01234567890１９"

NAME = [
    *"山田太髙﨑嶋ノヶぁー々人",
    "様",
    "殿",
    "御中",
    "社",
    "株式会社",
    "法人",
    "㈱",
    "(旧)",
    "Ａb",
]
KANA = [*"アカがはゔヴァッヷー・", *"ｱｶﾊｯｳﾜｦﾞﾟｰ･", "ﾞﾟ", "゛"]
PHONE = [*DIGITS, "03", "090", "1234", "5678", "81", *"()（）.+;x", *DASHES]
CODE = [*DIGITS, "〒", "123", "4567", *"-ー−", ".0", "京"]
ADDRESS = [
    *DIGITS,
    "東京都",
    "北海道",
    "余市郡余市町",
    "郡",
    "町",
    "村",
    "字",
    "大字",
    "丁目",
    "番地の",
]
ADDRESS += ["号", "条", "二十", "〒123-4567", "ｺｰﾎﾟ", "Ⅱ", "ab", "--", "の", "ヶ", "嶋", *DASHES]
DAY = ["昭和", "S", "令和", "1987", "19", "2", "02", "31", "99", "00", "0", "元", "㍼", "s", "(月)"]
DAY += [*"年月日/.-−ー", "1900", "0101", "9999", "12:30"]
SEX = ["男", "女", "性", "の子", "M", "f", "Ｆ", "１", "2", "0", "♂", "ｵﾝﾅ"]
EMAIL = [*"abA0._+-@,;<", "a@b.c", "＠", "．"]

days = st.builds(
    "{}{}{}{}{}{}{}".format,
    st.sampled_from(["昭和", "S", "平成", "", "", "s"]),
    st.sampled_from(["62", "7", "99", "00", "0", "1987", "1900", "1879", "2051", "元"]),
    st.sampled_from("年./-−"),
    st.sampled_from(["1", "01", "2", "12", "13", "00"]),
    st.sampled_from("月./-"),
    st.sampled_from(["1", "01", "30", "31", "00"]),
    st.sampled_from(["", "日", "日 9時", " "]),
)
numbers = st.from_regex(r"0?[1-9](?:[−ー()（-]?[0-9]){7,10}", fullmatch=True)


def cells(signs: list[str]) -> st.SearchStrategy[str | None]:
    likely = st.lists(st.sampled_from(signs) | st.sampled_from(STRANGE), max_size=14).map("".join)
    return st.none() | likely | st.lists(st.sampled_from(signs)).map("".join) | st.text(max_size=12)


def by_the_long_way(key: Key, *values: str | None) -> list[object]:
    """What `key` makes of each value, with every short cut closed."""

    def slow_only(
        c: str | pl.Expr,
        plain: str,
        *,
        quick: Callable[[pl.Expr], pl.Expr],
        slow: Callable[[pl.Expr], pl.Expr],
    ) -> pl.Expr:
        return slow(text.column(c))

    with pytest.MonkeyPatch.context() as patch:
        for module in (addresses, dates, names, others, phones, text):
            patch.setattr(module, "forked", slow_only)
        patch.setattr(addresses, "_where", lambda c, _, use: use(c))
        patch.setattr(phones, "_PLAIN", r"^\b\B")
        patch.setattr(others, "_sex", lambda c: others._sex_of_word(text.capitals(c)))
        return of(key, *values)


@pytest.mark.parametrize(
    ("key", "cell"),
    [
        (text.capitals, cells([*NAME, *ADDRESS])),
        (names.name_key, cells(NAME)),
        (partial(names.name_key, tier=2), cells(NAME)),
        (partial(names.name_key, tier=3), cells(NAME)),
        (names.kana_key, cells(KANA)),
        (phones.phone_key, cells(PHONE) | numbers),
        (phones.second_phone, cells(PHONE) | numbers),
        (addresses.postal_key, cells(CODE)),
        (addresses.address_key, cells(ADDRESS)),
        (addresses.room_key, cells(ADDRESS)),
        (dates.birth_date, cells(DAY) | days),
        (others.sex_key, cells(SEX)),
        (others.email_key, cells(EMAIL)),
        (others.code_key, cells([*DIGITS, *DASHES, "A", "a", "_"])),
    ],
)
def test_a_short_way_ends_where_the_long_way_does(
    key: Key, cell: st.SearchStrategy[str | None]
) -> None:
    @settings(max_examples=25)
    @given(st.lists(cell, min_size=20, max_size=60))
    def same(values: list[str | None]) -> None:
        assert of(key, *values) == by_the_long_way(key, *values)

    same()


def test_variants_of_a_title_take_the_long_way() -> None:
    assert of(partial(names.name_key, tier=2), "山田樣", "山田 殿") == ["山田", "山田"]


def test_text_of_any_one_sign_is_the_same_by_both_ways() -> None:
    signs = [chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000]

    for key in (text.capitals, partial(names.name_key, tier=2), names.kana_key):
        among = [f"山{sign}カ" for sign in signs]
        assert of(key, *among) == by_the_long_way(key, *among)


ONE_RULE_HEAD = rf"^(?:{addresses._PREFECTURES})?(?:{addresses._COUNTY}({addresses._COUNTY_TOWN}))?"


@settings(max_examples=25)
@given(st.lists(cells(ADDRESS), min_size=20, max_size=60))
def test_prefecture_and_county_go_as_one_rule_would_have_them(values: list[str | None]) -> None:
    """Two rules are faster: hardly an address has a county."""

    def one_rule(c: pl.Expr) -> pl.Expr:
        spelt = text.capitals(c).str.replace_all(addresses._FILLING, "$1")
        spelt = spelt.str.replace_many(addresses._spellings(), leftmost=True)
        return spelt.str.replace(addresses._POST_CODE, "$1").str.replace(ONE_RULE_HEAD, "$1")

    assert of(addresses._folded, *values) == of(one_rule, *values)

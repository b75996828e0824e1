"""What a cell may be, told from its text alone: tests of shape, each a Boolean expression.

The tests read three columns: `text`, the cell as `plain` leaves it; `name` and `reading`, its
`name_key` and `kana_key` (only of cells without digits). Cells with and without digits are
tested apart, for no test but a few can hold of both. Dates are read by `japanese.dates`, as
the canonical values are. No test asks a gazetteer: a place is known by 市, 区, 町, 村 and the
47 prefectures.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.japanese.names import is_organisation, kana_key, name_key
from breachscope.japanese.text import clean, dash_fold
from breachscope.linkage.columns_names import (
    GIVEN_END,
    NAME_TIER,
    begins_as_family,
    begins_with_family,
    begins_with_reading,
    families,
    readings,
)

MOST_SIGNS: Final = 200
"""Longer cells are cut: whatever they hold, it shows by then."""

PREFECTURE_STEMS: Final = (
    *("北海道", "青森", "岩手", "宮城", "秋田", "山形", "福島", "茨城", "栃木", "群馬", "埼玉"),
    *("千葉", "東京", "神奈川", "新潟", "富山", "石川", "福井", "山梨", "長野", "岐阜", "静岡"),
    *("愛知", "三重", "滋賀", "京都", "大阪", "兵庫", "奈良", "和歌山", "鳥取", "島根", "岡山"),
    *("広島", "山口", "徳島", "香川", "愛媛", "高知", "福岡", "佐賀", "長崎", "熊本", "大分"),
    *("宮崎", "鹿児島", "沖縄"),
)  # fmt: skip
_ENDS: Final = {"北海道": "", "東京": "都", "京都": "府", "大阪": "府"}
PREFECTURES: Final = tuple(stem + _ENDS.get(stem, "県") for stem in PREFECTURE_STEMS)

_KANA: Final = r"\p{Hiragana}\p{Katakana}ー"
_SIGN: Final = rf"[\p{{Han}}{_KANA}\p{{Co}}]"
_WHOLE_PREFECTURE: Final = "(?:" + "|".join(PREFECTURES) + ")"
_PREFECTURE: Final = (
    "^(?:" + "|".join(f"{s}{_ENDS.get(s, '県')}?" if s != "北海道" else s for s in PREFECTURE_STEMS)
) + ")$"
_INSTITUTION: Final = (
    "(?:店|署|校|駅|組合|銀行|学園|医院|病院|センター|会社|協会|商会|[本支]社|公民館|図書館|会館|事務所|営業所"
    "|出張所|研究所|製作所|工場|売場|市場|教室|[^野木部]課|事務局|薬局|[務業事理術発画本支]部"
    "|商事|工業|産業|建設|製作|電機|興業|運輸|不動産|サービス)$"
)
_WORDS_FOR_SEX: Final = (
    *("男", "女", "男性", "女性", "男子", "女子", "男の子", "女の子", "オトコ", "オンナ", "おとこ"),
    *("おんな", "♂", "♀", "M", "F", "MALE", "FEMALE"),
)
_LATIN_WORDS: Final = r"^\p{Latin}[\p{Latin}'’.,-]*(?: \p{Latin}[\p{Latin}'’.,-]*){1,4}$"
_SYLLABLE: Final = (
    "(?:N|(?:KK?|SS?|TT?|NN?|H|MM?|RR?|GG?|ZZ?|DD?|BB?|PP?|S?SH|[TC]?CH|T?TS|JJ?|F|W|Y"
    "|[KGNHBPMR]Y)?[AEIOUĀĪŪĒŌ]H?)"
)
_ROMAJI: Final = rf"^{_SYLLABLE}+(?:,? {_SYLLABLE}+)+$"
_CITY: Final = (
    rf"^(?:{_WHOLE_PREFECTURE}.*|(?:[^0-9]{{1,8}}郡)?[^0-9 ]{{1,8}}[市区町村]"
    r"|[^0-9 ]{1,6}[市区郡][^0-9 ]{1,12})$"
)
_KANJI_LOT: Final = "[市区町村郡].*[一二三四五六七八九十〇](?:丁目|番地?|号)"
_BUILDING: Final = (
    "マンション|ハイツ|コーポ|アパート|ビル|[^市区町村]荘|メゾン|ハイム|パレス|レジデンス|タワー|団地"
    "|寮|コート|ヒルズ|ハウス|[0-9]棟|号室|[0-9]F$|[0-9]階|方$"
)
_BRACKETED_READING: Final = (
    rf"^[^()]*\p{{Han}}[^()]*[(\[【<〈〔「/] ?[{_KANA} ・]{{2,}}[)\]】>〉〕」]?$"
)
_READING_AFTER: Final = (
    rf"^[\p{{Han}}々]{{3,}}[ /]+[{_KANA}]{{4,}}(?: [{_KANA}]+)?$"
    rf"|^\S*\p{{Han}}\S* \S*\p{{Han}}\S*[ /]+[{_KANA}]{{2,}} ?[{_KANA}]{{2,}}$"
)

_EMAIL: Final = r"^[^\s@:;,<>]+@[^\s@:;,<>]+\.[^\s@:;,<>]+$"
_EXTENSION: Final = r"\(?(?:内線?|EXT\.?|[X#])[ :.]*[0-9]{1,6}\)?$"
_LABEL: Final = rf"(?:TEL|[\p{{Han}}{_KANA}]{{1,5}})?[:. ]{{0,2}}"
_ONE_NUMBER: Final = rf"^{_LABEL}[(+]{{0,2}}[0-9][0-9() .+-]{{7,18}}{_LABEL}(?:\({_LABEL}\))?$"
_NUMBERS: Final = rf"^{_LABEL}[(+]{{0,2}}[0-9][0-9() .+:/,、;・|TEL\p{{Han}}{_KANA}-]{{18,60}}$"
_NATIONAL: Final = r"^(?:0[1-9][1-9][0-9]{7}|0[1-46]0[0-9]{7}|0[25-9]0[0-9]{8}|0800[0-9]{7})$"
_LOST_ZERO: Final = r"^(?:[1-9][0-9]{8}|[5-9]0[0-9]{8})$"

_POST_CODE: Final = r"〒? ?[0-9]{3}-?[0-9]{4}"
_ADDRESS: Final = (
    rf"^(?:{_WHOLE_PREFECTURE}[^0-9]|[^0-9]{{1,20}}[市区郡]|[^0-9]{{1,20}}[町村][^0-9 ])"
    r"[^0-9]{0,30}[0-9]"
)
_TOWN: Final = rf"^(?:{_SIGN}){{1,15}} ?[0-9]+ ?(?:丁目|番|号|条|線|地割|-|の)"
_LOT: Final = r"^[0-9]{1,5} ?(?:(?:丁目|番地の?|番|号|の|-) ?[0-9]{0,5}){1,4}$"
DATE_LOOK: Final = (
    r"^(?:西暦|明治|大正|昭和|平成|令和|[MTSHR][ .]?[0-9]|(?:18|19|20)[0-9]{2} ?[-/.年]"
    r"|(?:18|19|20)[0-9]{6}(?:[ T]|$)|9999)"
)
_AMOUNT: Final = (
    r"^[¥\\$△▲-]{0,2} ?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)? ?[千万]?円?$|^[¥\\$] ?[0-9]+$"
    r"|^-?[0-9]+(?:\.[0-9]+)? ?(?:[千万]?円|%|KG|G|個|本|枚|点|台|件|冊|M2)$|^-?[0-9]+\.[0-9]+$"
)


def plain(c: str | pl.Expr) -> pl.Expr:
    """The cell as the tests read it: in half width, one sort of dash, cut to 200 signs."""
    text = pl.col(c) if isinstance(c, str) else c
    return dash_fold(clean(text.str.head(MOST_SIGNS)))


def keys_of_words() -> list[pl.Expr]:
    """`name` and `reading` of `text`."""
    return [
        name_key("text", NAME_TIER).fill_null("").alias("name"),
        kana_key("text").fill_null("").alias("reading"),
    ]


def has_digits() -> pl.Expr:
    """Which of the two sets of tests a cell goes to."""
    return pl.col("text").str.contains("[0-9]")


def of_words() -> dict[str, pl.Expr]:
    """The tests of cells without digits."""
    text, upper = pl.col("text"), pl.col("text").str.to_uppercase()
    return {
        "email": text.str.contains(_EMAIL),
        "sex_word": upper.is_in(list(_WORDS_FOR_SEX)),
        "era": upper.str.contains("^(?:明治?|大正?|昭和?|平成?|令和?|[MTSHR])$"),
        "prefecture": text.str.contains(_PREFECTURE),
        "city": text.str.contains(_CITY) & ~text.str.contains(_KANJI_LOT),
        "address": text.str.contains(_KANJI_LOT),
        "building": text.str.contains(_BUILDING),
        "organisation": is_organisation("text") | pl.col("name").str.contains(_INSTITUTION),
        "letters": text.str.contains(r"^[\p{Latin} .,'’-]+$"),
        "words": text.str.contains(r"\p{L}"),
        **_of_names(),
        **_of_readings(),
        **_of_latin(),
    }


def _of_names() -> dict[str, pl.Expr]:
    text, name = pl.col("text"), pl.col("name")
    size, gap = name.str.len_chars(), text.str.contains(r"\S \S")
    spelt = name.str.contains(rf"^{_SIGN}{{1,9}}$") & name.str.contains(r"[\p{Han}\p{Co}]")
    spelt = spelt & ~name.str.contains(_INSTITUTION) & ~name.is_in(list(_WORDS_FOR_SEX))
    spelt = spelt & ~is_organisation("text")
    merged = text.str.contains(_BRACKETED_READING) | text.str.contains(_READING_AFTER)
    return {
        "spelt": spelt,
        "name": spelt & ((size >= 3) | gap) & ~merged,
        "name_gap": spelt & gap,
        "family": spelt & (size <= 4) & ~gap,
        "given": ~gap
        & name.str.contains(r"^(?:[\p{Han}\p{Co}\p{Hiragana}々]{1,3}|\p{Hiragana}{2,4})$")
        & ~name.is_in(list(_WORDS_FOR_SEX)),
        "name_kana": merged,
        "family_start": name.str.contains(begins_with_family()),
        "family_signs": name.str.contains(begins_as_family()),
        "family_exact": name.is_in(list(families())),
        "given_end": name.str.contains(GIVEN_END),
    }


def _of_readings() -> dict[str, pl.Expr]:
    text, reading = pl.col("text"), pl.col("reading")
    gap, size = text.str.contains(r"\S[ ・]\S"), reading.str.len_chars()
    only = text.str.contains(rf"^[{_KANA}・ ]+$") & (size > 0)
    any_reading = "^(?:" + "|".join(readings()) + r")\S"
    starts = reading.str.contains(begins_with_reading())
    return {
        "kana": only & (size <= 20),
        "kana_long": only & (gap | (size >= 4)) & (size <= 20),
        "kana_short": only & ~gap & (size <= 6),
        "kana_gap": only & gap,
        "reading_start": only & (starts | (gap & reading.str.contains(any_reading))),
        "reading_exact": only & ~gap & reading.is_in(list(readings())),
    }


def _of_latin() -> dict[str, pl.Expr]:
    words = pl.col("text").str.contains(_LATIN_WORDS)
    return {
        "latin": words,
        "romaji": words & pl.col("text").str.to_uppercase().str.contains(_ROMAJI),
    }


def with_numbers(cells: pl.LazyFrame) -> pl.LazyFrame:
    """The cells with what several tests of telephones start from, computed once."""
    bare = pl.col("text").str.to_uppercase().str.replace(_EXTENSION, "").str.strip_chars()
    bare = bare.str.strip_suffix(".0")
    at_home = pl.col("bare").str.replace(r"^\+?81[ -]?\(?0?\)?([1-9(])", "0$1")
    size = pl.col("number").str.len_bytes()
    several = size.is_between(20, 44) & pl.col("number").str.starts_with("0")
    return (
        cells.with_columns(bare=bare)
        .with_columns(number=at_home.str.replace_all("[^0-9]", ""))
        .with_columns(
            is_one=pl.col("number").str.contains(_NATIONAL)
            & pl.col("bare").str.contains(_ONE_NUMBER),
            is_several=several & pl.col("bare").str.contains(_NUMBERS),
            is_lost=pl.col("number").str.contains(_LOST_ZERO)
            & pl.col("bare").str.contains("^[0-9 -]+$"),
        )
    )


def of_digits() -> dict[str, pl.Expr]:
    """The tests of cells with digits, on top of `with_numbers`."""
    text, upper = pl.col("text"), pl.col("text").str.to_uppercase()
    address, building = text.str.contains(_ADDRESS), text.str.contains(_BUILDING)
    postal = text.str.contains(f"^{_POST_CODE}$")
    return {
        "email": text.str.contains(_EMAIL),
        "sex_word": text.str.contains(r"^[0-9] ?[:.]? ?[男女]性?$"),
        "sex_code": text.str.contains("^0?[0-39]$"),
        "address": address,
        "town": text.str.contains(_TOWN) & ~address,
        "lot": text.str.contains(_LOT) & ~pl.col("is_one") & ~pl.col("is_several") & ~postal,
        "building": building & ~address,
        "amount": upper.str.contains(_AMOUNT),
        "code": upper.str.contains(r"^[A-Z0-9][A-Z0-9_./-]{2,}$"),
        "organisation": is_organisation("text"),
        **_of_phones(),
        **_of_post_codes(),
        **_of_small_numbers(),
    }


def _of_phones() -> dict[str, pl.Expr]:
    one, several, lost = pl.col("is_one"), pl.col("is_several"), pl.col("is_lost")
    number = pl.col("number")
    return {
        "phone": one | several,
        "phones": several,
        "mobile": (one & number.str.contains("^0[6-9]0[0-9]{8}$"))
        | (lost & number.str.contains("^[6-9]0")),
        "lost_zero": lost,
        "lost_zero_long": lost & (number.str.len_bytes() == 10),
    }


def _of_post_codes() -> dict[str, pl.Expr]:
    text = pl.col("text")
    digits = text.str.contains("^〒? ?[0-9]{7}$")
    return {
        "postal": text.str.contains(f"^{_POST_CODE}$"),
        "postal_sure": text.str.contains("^(?:〒 ?[0-9]{3}-?[0-9]{4}|[0-9]{3}-[0-9]{4})$"),
        "postal_short": text.str.contains("^[0-9]{5,6}$"),
        "postal_town": digits & text.str.contains("^[^0-9]*[0-9]{3}0"),
        "postal_address": text.str.contains(rf"^{_POST_CODE}[ ,、]?{_SIGN}.{{3,}}$"),
    }


def _of_small_numbers() -> dict[str, pl.Expr]:
    text, upper = pl.col("text"), pl.col("text").str.to_uppercase()
    whole = text.str.contains("^[0-9]{1,12}$")
    number = pl.when(whole).then("text").cast(pl.Int64, strict=False)
    return {
        "whole": whole,
        "age_word": text.str.contains("^[0-9]{1,3} ?[歳才]$"),
        "age": whole & (number <= 110) & text.str.contains("^(?:0|[1-9][0-9]*)$"),
        "year": text.str.contains("^(?:18|19|20)[0-9]{2}年?$"),
        "era_year": upper.str.contains(
            "^(?:明治|大正|昭和|平成|令和|[MTSHR])[ .]?(?:[0-9]{1,2}|元)年?$"
        ),
        "short_year": text.str.contains("^(?:0?[1-9]|[1-5][0-9]|6[0-4])年?$"),
        "month": text.str.contains("^(?:0?[1-9]|1[0-2])月?$"),
        "day": text.str.contains("^(?:0?[1-9]|[12][0-9]|3[01])日?$"),
        "sign": text.str.contains("[年月日]$"),
    }

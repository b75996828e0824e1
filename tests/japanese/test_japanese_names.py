import pytest
from hypothesis import given
from hypothesis import strategies as st
from japanese_values import ANY_TEXT, FEW, many, of, unstable, wide
from polars import Expr

from breachscope.japanese import names
from breachscope.japanese.variants import folding


def tier_2(c: Expr) -> Expr:
    return names.name_key(c, 2)


def tier_3(c: Expr) -> Expr:
    return names.name_key(c, 3)


@pytest.mark.parametrize(
    "written",
    [
        "高崎太郎",
        "髙﨑 太郎",
        "髙﨑　太郎",
        "高崎・太郎",
        "高﨑太郎様",
        "高崎太郎 殿",
        "高崎太郎(タカサキタロウ)",
        "高崎太郎（たかさき たろう）様",
        "高崎太郎【旧姓 山田】",
        "(高崎太郎)",
        "高\u200b崎太郎\U000e0100",
    ],
)
def test_spelling_spaces_titles_and_readings_do_not_tell_names_apart(written: str) -> None:
    assert of(names.name_key, written) == ["高崎太郎"]


@pytest.mark.parametrize(
    "written", ["㈱山田商店", "(株)山田商店 御中", "株式会社山田商店", "山田商店（株）"]
)
def test_the_form_of_a_company_goes_and_is_flagged(written: str) -> None:
    assert of(names.name_key, written) == ["山田商店"]
    assert of(names.is_organisation, written) == [True]


def test_a_person_is_no_organisation() -> None:
    assert of(names.is_organisation, "山田太郎", "有賀株子", None) == [False, False, None]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("渡辺", "渡部"),
        ("安部", "阿部"),
        ("東", "吾妻"),
        ("畑中", "畠中"),
        ("王", "玉"),
        ("書", "昼"),
    ],
)
def test_different_names_stay_different_at_every_tier(one: str, other: str) -> None:
    for key in (names.name_key, tier_2, tier_3):
        assert len(set(of(key, one, other))) == 2


@pytest.mark.parametrize(
    ("variant", "base"),
    [
        "髙高",
        "﨑崎",
        "邉辺",
        "邊辺",
        "濵浜",
        "濱浜",
        "德徳",
        "瀨瀬",
        "栁柳",
        "桒桑",
        "𠮷吉",
        "澤沢",
        "齋斎",
        "國国",
    ],
)
def test_forms_of_one_sign_are_one_at_tier_1(variant: str, base: str) -> None:
    assert of(names.name_key, variant) == [base]


@pytest.mark.parametrize(("variant", "base"), ["嶋島", "冨富", "龍竜", "舘館", "嵜崎"])
def test_forms_of_the_family_registers_are_one_from_tier_2(variant: str, base: str) -> None:
    assert of(names.name_key, variant) == [variant]
    assert of(tier_2, variant) == [base]


def test_look_alike_surnames_are_one_only_at_tier_3() -> None:
    assert of(tier_2, "斉藤", "斎藤") == ["斉藤", "斎藤"]
    assert of(tier_3, "斉藤", "齊藤", "齋藤", "佐々木") == ["斎藤", "斎藤", "斎藤", "佐佐木"]


@pytest.mark.parametrize("tier", [1, 2, 3])
def test_no_base_is_itself_a_variant(tier: int) -> None:
    signs = folding(tier)

    assert not set(signs.values()) & set(signs)


def test_a_higher_tier_keeps_together_what_a_lower_one_joins() -> None:
    finest, middle, widest = folding(1), folding(2), folding(3)

    for variant, base in finest.items():
        assert middle.get(variant, variant) == middle.get(base, base)
        assert widest.get(variant, variant) == widest.get(base, base)


@pytest.mark.parametrize(
    "written", ["Smith John", "JOHN SMITH", "Smith, John", "ｓｍｉｔｈ　ｊｏｈｎ"]
)
def test_latin_names_are_one_in_any_order(written: str) -> None:
    assert of(names.name_key, written) == ["JOHN SMITH"]


def test_accents_and_hyphens_do_not_tell_latin_names_apart() -> None:
    assert of(names.name_key, "José-María O'Neil") == ["JOSE MARIA ONEIL"]


def test_a_name_of_signs_only_is_null() -> None:
    assert of(names.name_key, "", " ", "・", "()", None) == [None] * 5


def test_an_unreadable_sign_is_kept() -> None:
    assert of(names.name_key, "\ue000田〓") == ["\ue000田〓"]


@pytest.mark.parametrize(
    "written", ["ｼﾞｮｳﾀﾞ ﾀﾛｳ", "じょうだ　たろう", "ヂヨウダタロウ", "ジョーウダ・タロウ"]
)
def test_every_rendering_of_a_reading_is_one_key(written: str) -> None:
    assert of(names.kana_key, written) == ["ジヨウダタロウ"]


def test_a_reading_without_kana_is_null() -> None:
    assert of(names.kana_key, "", "YAMADA", "山田", "ー", None) == [None] * 5


def test_half_width_sound_marks_join_their_kana() -> None:
    assert of(names.kana_key, "ｶﾞ", "ﾊﾟ", "か゛") == ["ガ", "パ", "ガ"]


kanji = st.text(
    st.sampled_from("山田髙﨑邉濵齋藤斉佐々木嶋龍國様殿御中(株)㈱ ・-一ヶﾀﾛｳ"), max_size=12
)


@FEW
@given(many(kanji | ANY_TEXT))
def test_the_key_of_a_name_key_is_the_key(written: list[str]) -> None:
    for key in (names.name_key, tier_2, tier_3):
        assert unstable(key, *written) == []


@FEW
@given(many(st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x30FE), max_size=12)))
def test_the_key_of_a_kana_key_is_the_key(written: list[str]) -> None:
    assert unstable(names.kana_key, *written) == []


@FEW
@given(many(st.text("ABCDEFGabc -", min_size=1, max_size=20)))
def test_width_does_not_matter_to_a_latin_name(written: list[str]) -> None:
    assert of(names.name_key, *written) == of(names.name_key, *map(wide, written))

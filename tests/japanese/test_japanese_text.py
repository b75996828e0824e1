import pytest
from hypothesis import given
from hypothesis import strategies as st
from japanese_values import FEW, many, of, unstable

from breachscope.japanese import text


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ｶﾞｷﾞﾊﾟ", "ガギパ"),
        ("か゛は゜", "がぱ"),
        ("㈱山田", "(株)山田"),
        ("Ａ－１", "A-1"),
        ("神", "神"),
    ],
)
def test_widths_and_loose_sound_marks_are_joined(written: str, plain: str) -> None:
    assert of(text.nfkc, written) == [plain]


def test_invisible_signs_go_and_white_space_is_one_space() -> None:
    dirty = "\ufeff 山\u200b田\u3000\t\n太\ufe00郎\U000e0101\x00 "

    assert of(text.clean, dirty) == ["山田 太郎"]


def test_a_kanji_with_a_variation_selector_is_the_kanji() -> None:
    assert of(text.clean, "辻\U000e0100") == ["辻"]


def test_clean_keeps_empty_text_and_null_apart() -> None:
    assert of(text.clean, "", None) == ["", None]


@pytest.mark.parametrize("dash", list("-‐‑‒–—―−－─━"))
def test_every_dash_is_one_dash(dash: str) -> None:
    assert of(lambda c: text.dash_fold(text.nfkc(c)), f"1{dash}2") == ["1-2"]


@pytest.mark.parametrize("tilde", list("~〜～∼"))
def test_every_tilde_is_one_tilde(tilde: str) -> None:
    assert of(lambda c: text.dash_fold(text.nfkc(c)), f"1{tilde}3") == ["1~3"]


def test_a_long_vowel_sign_is_a_dash_only_after_a_digit() -> None:
    assert of(text.dash_fold, "1ー2ー3", "コーポ", "２ｰ３") == ["1-2-3", "コーポ", "２-３"]


def test_gaiji_are_counted() -> None:
    assert of(text.gaiji_count, "\ue000田\ue757", "山田", None) == [2, 0, None]


@FEW
@given(many(st.text(max_size=30)))
def test_clean_text_is_clean(values: list[str]) -> None:
    assert unstable(text.clean, *values) == []

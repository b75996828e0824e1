from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachscope.notify.documents import fonts


@pytest.mark.parametrize(
    "name", ["髙橋 一郎", "𠮷野", "草彅 剛", "槗本", "Ｓｍｉｔｈ", "葛󠄀城", "ﾔﾏﾀﾞ"]
)
def test_rare_names_the_bundled_fonts_have_are_printed_as_they_are(name: str) -> None:
    assert fonts.printed(name) == fonts.Printed(name)


def test_a_gaiji_is_printed_by_its_code_point_and_told() -> None:
    assert fonts.printed("佐\ue000木") == fonts.Printed("佐〓(U+E000)木", ("U+E000",))


def test_a_variant_the_fonts_do_not_tell_apart_is_told_with_its_selector() -> None:
    said = fonts.printed("山\U000e01efa")

    assert said == fonts.Printed("〓(U+5C71 U+E01EF)a", ("U+5C71 U+E01EF",))


def test_a_letter_of_another_script_is_no_blank_box() -> None:
    assert fonts.printed("ไ").text == "〓(U+0E44)"


@pytest.mark.parametrize("sign", ["\0", "\u202e", "\u2066", "\u200f", "\x1b", "\u2028"])
def test_signs_that_steer_are_named(sign: str) -> None:
    assert fonts.steering(f"山{sign}田") == (f"U+{ord(sign):04X}",)


def test_line_breaks_and_tabs_steer_nothing() -> None:
    assert fonts.steering("一\n二\t三") == ()


@given(st.text())
def test_whatever_is_printed_the_fonts_have(text: str) -> None:
    known = fonts.coverage()
    said = fonts.printed(text).text
    bare = [sign for sign in said if sign not in known.characters]

    assert all(f"{said[said.index(sign) - 1]}{sign}" in known.variants for sign in bare)

import pytest
from hypothesis import given
from japanese_values import ANY_TEXT, FEW, many, of, unstable

from breachscope.japanese import others


@pytest.mark.parametrize(
    "written",
    ["taro@example.jp", "Ｔaro@Example.JP", "<taro@example.jp>", "mailto:TARO@example.jp"],
)
def test_every_rendering_of_an_email_address_is_one_key(written: str) -> None:
    assert of(others.email_key, written) == ["taro@example.jp"]


@pytest.mark.parametrize("written", ["", "なし", "taro@", "@example.jp", "taro.example.jp", None])
def test_what_is_no_email_address_is_null(written: str | None) -> None:
    assert of(others.email_key, written) == [None]


def test_sexes_are_read_in_words_letters_and_codes() -> None:
    assert of(others.sex_key, "男", "男性", "M", "ｍａｌｅ", "1", "１") == ["m"] * 6
    assert of(others.sex_key, "女", "女性", "F", "ｆｅｍａｌｅ", "2", "２") == ["f"] * 6


def test_any_other_sex_is_null() -> None:
    assert of(others.sex_key, "", "0", "9", "不明", "その他", None) == [None] * 6


def test_a_customer_number_keeps_its_leading_zeros() -> None:
    assert of(others.code_key, "００－１２ a", "0012A", "12A") == ["0012A", "0012A", "12A"]


def test_an_empty_customer_number_is_null() -> None:
    assert of(others.code_key, "", "000", "-", None) == [None] * 4


@FEW
@given(many(ANY_TEXT))
def test_the_key_of_a_key_is_the_key(written: list[str]) -> None:
    assert unstable(others.email_key, *(f"{text}@example.jp" for text in written)) == []
    assert unstable(others.sex_key, *written) == []
    assert unstable(others.code_key, *written) == []

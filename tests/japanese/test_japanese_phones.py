import pytest
from hypothesis import given
from hypothesis import strategies as st
from japanese_values import FEW, many, of, unstable, wide

from breachscope.japanese import phones

MOBILE = "09012345670"
LANDLINE = "0312345670"


def split(number: str) -> tuple[str, str, str]:
    area = 3 if len(number) == 11 else 2
    return number[:area], number[area : area + 4], number[area + 4 :]


def renderings(number: str) -> list[str]:
    a, b, c = split(number)
    plain = [
        number,
        f"{a}-{b}-{c}",
        f"({a}){b}-{c}",
        f"{a}({b}){c}",
        f"{a} {b} {c}",
        f"{a}.{b}.{c}",
    ]
    plain += [f"+81-{a[1:]}-{b}-{c}", f"+81 (0){a[1:]} {b} {c}", f"0081{number[1:]}"]
    plain += [f"81{number[1:]}", number[1:], f"{number[1:]}.0", f"TEL:{a}-{b}-{c}"]
    dashes = [f"{a}{dash}{b}{dash}{c}" for dash in "−‐–ー―"]
    return plain + dashes + [wide(text) for text in plain]


numbers = st.from_regex(r"(?:0[789]0[1-9][0-9]{6}[1-8]|0[3-6][1-9][0-9]{6}[1-8])", fullmatch=True)


@FEW
@given(many(numbers.filter(lambda n: len(set(n[-7:])) > 1)))
def test_every_rendering_of_a_number_is_one_key(drawn: list[str]) -> None:
    texts = [(text, number) for number in drawn for text in renderings(number)]

    assert of(phones.phone_key, *(text for text, _ in texts)) == [number for _, number in texts]


@pytest.mark.parametrize(
    ("cell", "first", "second"),
    [
        (f"03-1234-5670 / {MOBILE}", LANDLINE, MOBILE),
        ("0312345670 09012345670", LANDLINE, MOBILE),
        ("自宅:03-1234-5670(携帯)090-1234-5670", LANDLINE, MOBILE),
        ("03-1234-5670、090-1234-5670", LANDLINE, MOBILE),
        ("03-1234-5670 内線12 / 090-1234-5670", LANDLINE, MOBILE),
        ("03-1234-5670", LANDLINE, None),
    ],
)
def test_a_cell_with_two_numbers_gives_both(cell: str, first: str, second: str | None) -> None:
    assert of(phones.phone_key, cell) == [first]
    assert of(phones.second_phone, cell) == [second]


@pytest.mark.parametrize(
    "cell",
    [
        "03-1234-5670 内線123",
        "0312345670 ext.123",
        "0312345670x123",
        "０３－１２３４－５６７０＃１２３",
    ],
)
def test_an_extension_is_kept_apart(cell: str) -> None:
    assert of(phones.phone_key, cell) == [LANDLINE]
    assert of(phones.phone_ext, cell) == ["123"]


@pytest.mark.parametrize(
    "cell",
    ["0000000000", "090-0000-0000", "09011111111", "03-0000-0000", "9999999999", "0123456789"],
)
def test_a_dummy_is_no_number(cell: str) -> None:
    assert of(phones.phone_key, cell) == [None]


@pytest.mark.parametrize("cell", ["", " ", "-", "なし", "1234-5678", "119", "+1 212 555 1234"])
def test_text_without_a_whole_number_is_null(cell: str) -> None:
    assert of(phones.phone_key, cell) == [None]
    assert of(phones.phone_ext, cell) == [None]


def test_toll_free_numbers_have_their_own_lengths() -> None:
    assert of(phones.phone_key, "0120-123-456", "0800-123-4567") == ["0120123456", "08001234567"]


def test_a_number_with_a_digit_too_many_is_kept_whole() -> None:
    assert of(phones.phone_key, "03-1234-56789") == ["03123456789"]


def test_only_mobiles_are_mobiles() -> None:
    keys = [MOBILE, "07012345678", LANDLINE, "08001234567", "05012345678", None]

    assert of(phones.is_mobile, *keys) == [True, True, False, False, False, None]


@FEW
@given(many(st.text("0123456789-+()（）０１８９ 内x#", max_size=25)))
def test_the_key_of_a_key_is_the_key(cells: list[str]) -> None:
    assert unstable(phones.phone_key, *cells) == []

"""What columns hold: by name, by value, by the list's title. Numbers here are made up."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from breachscope import playbook
from breachscope.people import checkdigits, items
from breachscope.people.items import Column

BOOK = playbook.load(playbook.DEFAULT)
RULES = BOOK.items


def my_number(first_eleven: str) -> str:
    """Worked as the order says, digit by digit."""
    total = 0
    for n in range(1, 12):
        p = int(first_eleven[11 - n])
        q = n + 1 if n <= 6 else n - 5
        total += p * q
    rest = total % 11
    return first_eleven + str(0 if rest <= 1 else 11 - rest)


def luhn(payload: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(payload)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return payload + str(-total % 10)


NUMBERS = [my_number(f"{n:011d}") for n in range(12345678901, 12345678901 + 30)]
CARDS = [luhn(f"4{n:014d}") for n in range(30)]


def checked(texts: list[str], column: str) -> list[bool]:
    """What is found of each text, in order."""
    frame = pl.DataFrame({"value": texts, "place": range(len(texts))})
    return checkdigits.with_numbers(frame).sort("place")[column].to_list()


def told(columns: list[Column], values: dict[str, list[str | None]] | None) -> pl.DataFrame:
    rows = pl.LazyFrame(values) if values is not None else None
    return items.version_items(columns, RULES, rows)


def classes(found: pl.DataFrame) -> list[tuple[str, bool, str]]:
    return found.select("item_class", "sure", "by").rows()


def one(name: str, values: list[str | None], field: str | None = None) -> pl.DataFrame:
    return told([Column(name, field, "x")], {"x": values})


def test_known_columns_go_by_their_names_and_no_value_is_read() -> None:
    found = told([Column("お名前", "name", "name"), Column("TEL", "phone", "phone")], {})
    assert classes(found) == [("identity", True, "header"), ("contact", True, "header")]
    assert found["label"].to_list() == ["氏名", "電話番号"]
    assert found["filled"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("病歴", "special_care"),
        ("障害者手帳等級", "special_care"),
        ("マイナンバー", "my_number"),
        ("カード有効期限", "financial"),
        ("ご購入商品", "purchase"),
        ("滞納額", "money"),
        ("世帯主氏名", "family"),
        ("勤務先", "work"),
        ("備考", "handling"),
        ("運転免許証番号", "official_number"),
    ],
)
def test_a_name_that_says_it_settles_it(name: str, wanted: str) -> None:
    assert (wanted, True, "header") in classes(one(name, ["a"]))


def test_to_have_taken_a_health_check_is_not_its_result() -> None:
    assert classes(one("健診受診日", ["2021-04-01"])) == [("special_care", False, "header")]
    assert classes(one("健診結果", ["A"])) == [("special_care", True, "header")]


def test_a_column_no_rule_knows_is_told_and_waits() -> None:
    found = one("zz9", ["q"])
    assert classes(found) == [("other", False, "header")]


def test_personal_number_is_my_number_only_if_the_check_digits_say_so() -> None:
    right = one("個人番号", list(NUMBERS))
    running = one("個人番号", [f"{n:08d}" for n in range(30)])
    lost = told([Column("個人番号")], None)
    assert classes(right) == [("my_number", True, "header and content")]
    assert right["fitting"].to_list() == [30]
    assert classes(running) == [("my_number", False, "header and content")]
    assert "0 of 30 values fit" in running["why"][0]
    assert classes(lost) == [("my_number", False, "header")]


def test_my_numbers_under_another_name_are_found_among_customer_numbers() -> None:
    found = one("お客様番号", list(NUMBERS), field="customer_no")
    assert ("my_number", True, "content") in classes(found)
    assert ("identity", True, "header") in classes(found)


def test_customer_numbers_that_pass_by_chance_are_not_my_numbers() -> None:
    running = [f"1000{n:08d}" for n in range(2000)]  # one in eleven passes
    found = one("お客様番号", running, field="customer_no")
    assert [name for name, _, _ in classes(found)] == ["identity"]
    assert 100 < sum(checked(running, "is_my_number")) < 400


def test_card_numbers_in_a_column_called_so_are_financial_and_elsewhere_wait() -> None:
    named = one("クレジットカード番号", list(CARDS))
    spaced = one("カード番号", [f"{c[:4]}-{c[4:8]}-{c[8:12]}-{c[12:]}" for c in CARDS])
    points = one("会員カードの数字", list(CARDS))
    assert ("financial", True, "header and content") in classes(named)
    assert ("financial", True, "header and content") in classes(spaced)
    assert ("financial", False, "content") in classes(points)


def test_masked_card_numbers_wait_for_a_person() -> None:
    found = one("カード番号", ["****-****-****-1234"] * 30)
    assert ("financial", False, "header and content") in classes(found)


def test_one_card_number_in_ten_thousand_remarks_is_seen() -> None:
    remarks: list[str | None] = ["折返し要"] * 10_000
    remarks[77] = f"カード {CARDS[3]} で支払"
    found = one("備考", remarks)
    card = found.filter(pl.col("item_class") == "financial").row(0, named=True)
    assert (card["sure"], card["fitting"], card["filled"]) == (False, 1, 10_000)


def test_health_words_in_remarks_wait_for_a_person_and_are_counted() -> None:
    found = one("対応メモ", ["", None, "入院中のため不在", "午前希望", "入院中のため不在"])
    health = found.filter(pl.col("item_class") == "special_care").row(0, named=True)
    assert (health["sure"], health["rows"], health["filled"], health["fitting"]) == (False, 5, 3, 2)


def test_full_width_numbers_are_numbers() -> None:
    wide = NUMBERS[0].translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    texts = [wide, NUMBERS[0], f"番号{NUMBERS[0]}です", "000000000000", NUMBERS[0] + "1"]
    assert checked(texts, "is_my_number") == [True, True, True, False, False]
    assert checked([NUMBERS[0][:-1]], "is_my_number") == []  # too short to be looked at


def test_a_changed_digit_is_found() -> None:
    for number, check in ((NUMBERS[5], "is_my_number"), (CARDS[5], "is_card")):
        for place in range(1, len(number)):
            digit = str((int(number[place]) + 1) % 10)
            changed = number[:place] + digit + number[place + 1 :]
            assert checked([number, changed], check) == [True, False]


def test_columns_of_a_lost_version_are_taken_from_the_inventory() -> None:
    found = items.listed_items("お客様番号|お名前|病歴", RULES, BOOK.columns)
    assert classes(found) == [
        ("identity", True, "inventory"),
        ("identity", True, "inventory"),
        ("special_care", True, "inventory"),
    ]
    assert items.listed_items(None, RULES, BOOK.columns).is_empty()


def test_the_title_of_a_list_tells_something_of_everyone_in_it() -> None:
    found = items.with_title(one("備考", ["a"]), "若草浜市_健診受診勧奨_第5期", RULES)
    last: dict[str, Any] = found.row(-1, named=True)
    assert (last["item_class"], last["sure"], last["by"]) == ("special_care", False, "title")
    assert last["place"] == 1


def test_no_value_stands_in_the_table() -> None:
    secret = "秘密の入院先"
    found = one("備考", [secret, NUMBERS[0], CARDS[0]])
    assert secret not in str(found.to_dicts())
    assert NUMBERS[0] not in str(found.to_dicts())

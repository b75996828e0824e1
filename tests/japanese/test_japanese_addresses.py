import pytest
from hypothesis import given
from hypothesis import strategies as st
from japanese_values import FEW, many, of, unstable, wide

from breachscope.japanese import addresses
from breachscope.japanese.numerals import kanji_number


@pytest.mark.parametrize(
    "written",
    [
        "東京都千代田区丸の内1-2-3",
        "千代田区丸ノ内１丁目２番３号",
        "千代田区丸之内一丁目二番三号",
        "東京都 千代田区 丸の内 1 - 2 - 3",
        "東京都千代田区丸の内1丁目 2番地の3",
        "〒100-0005 東京都千代田区丸の内1‐2−3",
        "東京都千代田区丸の内1ー2ー3 丸の内コーポ101号室",
        "東京都千代田区丸の内1の2の3",
        "東京都千代田区丸の内1-2-3-101",
    ],
)
def test_every_rendering_of_a_house_is_one_key(written: str) -> None:
    assert of(addresses.address_key, written) == ["千代田区丸ノ内1-2-3"]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("宮崎県西諸県郡高原町大字西麓899番地", "高原町西麓899"),  # 諸県 is no prefecture
        ("西諸県郡高原町字西麓八百九十九番地", "高原町西麓899"),
        ("東京都港区三田三丁目1-4", "港区三田3-1-4"),  # 三 of 三田 stays
        ("東京都中央区八丁堀2-1", "中央区八丁堀2-1"),
        ("丸の内7の30の13", "丸ノ内7-30-13"),
        ("東京都千代田区四番町5-3", "千代田区四番町5-3"),
        ("東京都千代田区4番町5番地3", "千代田区四番町5-3"),
        ("札幌市中央区北一条西二丁目3番地4", "札幌市中央区北1条西2-3-4"),
        ("札幌市中央区北1条西2丁目3-4", "札幌市中央区北1条西2-3-4"),
        ("西３線南12", "西3線南12"),
        ("岩手県九戸郡軽米町第3地割12-1", "軽米町第3地割12-1"),
        ("北海道余市郡余市町黒川町1-2", "余市町黒川町1-2"),
        ("栃木県芳賀郡市貝町市塙1", "市貝町市塙1"),
        ("奈良県大和郡山市北郡山町1-2", "大和郡山市北郡山町1-2"),
        ("愛知県蒲郡市三谷町1", "蒲郡市三谷町1"),
        ("福島県郡山市朝日1-1", "郡山市朝日1-1"),
        ("大阪府堺市北区北長尾町1丁2-3", "堺市北区北長尾町1-2-3"),
        ("髙田馬場1-2", "高田馬場1-2"),
        ("広島県広島市", "広島市"),
        ("新潟県燕市1-2-3号", "燕市1-2-3"),
    ],
)
def test_traps_of_real_addresses(written: str, key: str) -> None:
    assert of(addresses.address_key, written) == [key]


@pytest.mark.parametrize("sign", list("ケヶがガ"))
def test_all_spellings_of_ga_are_one(sign: str) -> None:
    assert of(addresses.address_key, f"鎌{sign}谷市1-1") == ["鎌ケ谷市1-1"]


@pytest.mark.parametrize(
    ("written", "room"),
    [
        ("西区1-3 コーポ田中101号室", "101"),
        ("西区1番3号101号室", "101"),
        ("西区1-3 #101", "101"),
        ("西区1-3-4-405", "405"),
        ("西区1-3コーポB-203", "203"),
        ("西区1-3-4 0405", "405"),
        ("西区1-3-405", None),
        ("西区1-3 コーポ2", None),
        ("西区1-3 3F", None),
        ("西区", None),
        (None, None),
    ],
)
def test_a_room_is_read_only_where_it_is_clearly_one(written: str | None, room: str | None) -> None:
    assert of(addresses.room_key, written) == [room]


@pytest.mark.parametrize(
    "written", ["060-0001", "〒060ー0001", "0600001", "０６００００１", "600001", "600001.0"]
)
def test_every_rendering_of_a_post_code_is_one_key(written: str) -> None:
    assert of(addresses.postal_key, written) == ["0600001"]


@pytest.mark.parametrize("written", ["", "12", "000-0000", "9999999", "不明", None])
def test_what_is_no_post_code_is_null(written: str | None) -> None:
    assert of(addresses.postal_key, written) == [None]


def test_an_empty_address_is_null() -> None:
    assert of(addresses.address_key, "", " 　", None) == [None] * 3


def test_numbers_are_written_in_kanji() -> None:
    assert [kanji_number(n) for n in (1, 10, 23, 100, 899)] == [
        "一",
        "十",
        "二十三",
        "百",
        "八百九十九",
    ]


numbers = st.integers(1, 99)


towns = st.sampled_from(["千代田区丸の内", "高原町大字西麓", "鎌ヶ谷市新田"])


def spellings(a: int, b: int, c: int, town: str) -> list[str]:
    k = kanji_number
    return [
        f"{town}{a}-{b}-{c}",
        f"{town}{a}丁目{b}番{c}号",
        f"{town}{k(a)}丁目{k(b)}番{k(c)}号",
        f"{town}{k(a)}丁目{b}番地の{c}",
        wide(f"{town}{a}-{b}-{c}"),
        f"{town} {a}丁目 {b}-{c} 田中荘",
    ]


@FEW
@given(many(st.tuples(numbers, numbers, numbers, towns)))
def test_kanji_width_and_marks_do_not_matter(places: list[tuple[int, int, int, str]]) -> None:
    written = [spelling for place in places for spelling in spellings(*place)]
    keys = of(addresses.address_key, *written)

    assert len(keys) == 6 * len(places)
    assert {len(set(keys[n : n + 6])) for n in range(0, len(keys), 6)} == {1}


HEADS = ["", "東京都", "宮崎県西諸県郡高原町", "西諸県郡高原町大字", "〒100-0005 東京都"]
WORDS = ["丸の内", "北", "コーポ", "三", "十", "丁目", "番地", "番", "号", "番町", "の", "条", "線"]
parts = st.lists(st.sampled_from([*WORDS, *"0123456789-ー　 "]), max_size=10).map("".join)


@FEW
@given(many(st.tuples(st.sampled_from(HEADS), parts).map("".join)))
def test_the_key_of_an_address_key_is_the_key(written: list[str]) -> None:
    assert unstable(addresses.address_key, *written) == []


@FEW
@given(many(st.text("0123456789０１-ー〒 .", max_size=12)))
def test_the_key_of_a_post_code_key_is_the_key(written: list[str]) -> None:
    assert unstable(addresses.postal_key, *written) == []

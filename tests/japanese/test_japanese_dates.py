from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from japanese_values import FEW, many, of, wide

from breachscope.japanese import dates

ERAS = [
    ("明治", "M", 1867, date(1868, 1, 1), date(1912, 7, 29)),
    ("大正", "T", 1911, date(1912, 7, 30), date(1926, 12, 24)),
    ("昭和", "S", 1925, date(1926, 12, 25), date(1989, 1, 7)),
    ("平成", "H", 1988, date(1989, 1, 8), date(2019, 4, 30)),
    ("令和", "R", 2018, date(2019, 5, 1), date(2049, 12, 31)),
]


def renderings(day: date) -> list[str]:
    """One day as real files write it."""
    y, m, d = day.year, day.month, day.day
    name, letter, zero = next((e[0], e[1], e[2]) for e in ERAS if e[3] <= day <= e[4])
    era_year = y - zero
    first = "元" if era_year == 1 else str(era_year)
    western = [f"{y}-{m:02}-{d:02}", f"{y}/{m}/{d}", f"{y}.{m:02}.{d:02}", f"{y:04}{m:02}{d:02}"]
    western += [f"{y}年{m}月{d}日", f"{y}年{m}月{d}日(木)", f"{y}-{m:02}-{d:02} 00:00:00"]
    western += [f"{y}−{m}−{d}", f"西暦{y}年{m}月{d}日"]
    eras = [
        f"{name}{first}年{m}月{d}日",
        f"{letter}{era_year}.{m}.{d}",
        f"{name}{era_year}/{m}/{d}",
    ]
    eras += [f"{name} {first}年 {m}月 {d}日", f"{letter}{era_year:02}{m:02}{d:02}"]
    plain = western + eras
    return plain + [wide(text) for text in plain] + [f" {text}　" for text in plain]


days = st.dates(date(1868, 1, 1), date(2049, 12, 31))


@FEW
@given(many(days))
def test_every_rendering_of_a_day_is_that_day(drawn: list[date]) -> None:
    texts = [(text, day) for day in drawn for text in renderings(day)]
    iso = [day.isoformat() for day in drawn]

    assert of(dates.date, *(text for text, _ in texts)) == [day for _, day in texts]
    assert of(dates.iso_text, *iso) == iso


@FEW
@given(many(days))
def test_no_rendering_in_its_own_era_is_flagged(drawn: list[date]) -> None:
    assert not any(of(dates.outside_era, *(text for day in drawn for text in renderings(day))))


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("平成26年5月1日 12時3分4秒", "2014-05-01 12:03:04"),
        ("２０１４／０５／０１　１２：０３：０４", "2014-05-01 12:03:04"),
        ("2014年5月1日(木) 午後1時05分", "2014-05-01 13:05:00"),
        ("2014年5月1日木曜日 午前12時30分", "2014-05-01 00:30:00"),
        ("2014/5/1 1:05 PM", "2014-05-01 13:05:00"),
        ("2014/5/1 12:05:09 am", "2014-05-01 00:05:09"),
        ("2014/5/1 9:03", "2014-05-01 09:03:00"),
        ("2014年5月1日 9時", "2014-05-01 09:00:00"),
        ("20140501093000", "2014-05-01 09:30:00"),
        ("20140501T093000Z", "2014-05-01 09:30:00+00:00"),
        ("2014-05-01T09:03:04.123+09:00", "2014-05-01 09:03:04.123000+09:00"),
        ("2014-05-01T09:03:04Z", "2014-05-01 09:03:04+00:00"),
        ("2014/05/01 09:03:04 +0900", "2014-05-01 09:03:04+09:00"),
        ("2014-05-01 09:03:04 JST", "2014-05-01 09:03:04+09:00"),
        ("1980-03-01 00:00:00", "1980-03-01 00:00:00"),
        ("㍻26年5月1日", "2014-05-01"),
        ("令和元年5月1日", "2019-05-01"),
        ("R元.5.1", "2019-05-01"),
        ("平成26年(2014年)5月1日", "2014-05-01"),
    ],
)
def test_a_time_is_rewritten_as_iso_text(written: str, iso: str) -> None:
    assert of(dates.iso_text, written) == [iso]


def test_iso_text_of_iso_text_is_the_same() -> None:
    text = "2014-05-01 09:03:04.123000+09:00"

    assert of(dates.iso_text, text) == [text]


@pytest.mark.parametrize(
    "text",
    ["", " ", "不明", "14/5/1", "5/1/2014", "令和元年", "昭和55年3月", "昭和1980年1月1日", "99年"],
)
def test_text_that_is_no_certain_date_is_null(text: str) -> None:
    assert of(dates.iso_text, text) == [None]
    assert of(dates.date, text) == [None]


@pytest.mark.parametrize(
    "text", ["2014-02-30", "平成31年13月1日", "0000-00-00", "2014年5月1日 不明"]
)
def test_a_day_that_does_not_exist_is_null(text: str) -> None:
    assert of(dates.date, text) == [None]
    assert of(dates.birth_date, text) == [None]


def test_null_stays_null() -> None:
    assert of(dates.iso_text, None) == [None]
    assert of(dates.date, None) == [None]
    assert of(dates.birth_date, None) == [None]
    assert of(dates.outside_era, None) == [False]


@pytest.mark.parametrize(
    "text",
    ["1900-01-01", "1900/1/1", "99年", "H99.1.1", "9999-12-31", "明治元年1月1日", "1868-01-01"],
)
def test_a_placeholder_is_no_day_of_birth(text: str) -> None:
    assert of(dates.birth_date, text) == [None]


def test_a_day_of_birth_is_read_in_every_style() -> None:
    born = ["S55.3.1", "1980-03-01 00:00:00", "昭和５５年３月１日", "19800301"]

    assert of(dates.birth_date, *born) == [date(1980, 3, 1)] * 4


def test_a_year_beyond_its_era_is_read_and_flagged() -> None:
    late = ["昭和65年1月1日", "昭和64年1月8日", "S640108", "平成31年5月1日"]

    assert of(dates.date, late[0]) == [date(1990, 1, 1)]
    assert of(dates.outside_era, *late) == [True] * 4


def test_the_last_day_of_an_era_is_not_flagged() -> None:
    last = ["昭和64年1月7日", "平成31年4月30日", "明治45年7月30日", "大正15年12月25日"]

    assert of(dates.outside_era, *last) == [False] * 4


@FEW
@given(many(st.text(max_size=30)))
def test_no_text_makes_the_readers_fail(texts: list[str]) -> None:
    for reader in (dates.iso_text, dates.birth_date, dates.outside_era):
        assert len(of(reader, *texts)) == len(texts)

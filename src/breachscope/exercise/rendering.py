"""People as lines of text: one Polars expression a column, whole blocks at a time."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise.dice import pick, unit
from breachscope.exercise.tables import (
    BUILDINGS,
    CITIES,
    GIVEN,
    GIVEN_KANA,
    NOTES,
    PREFECTURES,
    RURAL_TOWNS,
    SURNAME_KANA,
    SURNAME_VARIANTS,
    SURNAMES,
    TOWNS,
    half_kana,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from breachscope.exercise.population import Codes
    from breachscope.exercise.styles import Style

_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
_KANJI_DIGITS = "〇一二三四五六七八九"
_FOUR = [f"{n:04d}" for n in range(10_000)]
_THREE = _FOUR[:1_000]
_THREE = [text[1:] for text in _THREE]


def _column(table: list[str]) -> pl.Series:
    return pl.Series(table, dtype=pl.String)


_TABLES: Final = {
    "surname": _column(SURNAMES),
    "variant": _column(SURNAME_VARIANTS),
    "given": _column(GIVEN),
    "four": _column(_FOUR),
    "four_wide": _column([text.translate(_WIDE) for text in _FOUR]),
    "three": _column(_THREE),
    "three_wide": _column([text.translate(_WIDE) for text in _THREE]),
    "notes": _column(list(NOTES)),
    "buildings": _column(list(BUILDINGS)),
}


def _hiragana(text: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


_KANA_FORMS: Final[dict[str, Callable[[str], str]]] = {
    "full": str,
    "half": half_kana,
    "hiragana": _hiragana,
}
_KANA: Final = {
    (form, part): _column([write(text) for text in table])
    for form, write in _KANA_FORMS.items()
    for part, table in (("surname", SURNAME_KANA), ("given", GIVEN_KANA))
}


def lines(people: Codes, style: Style, salt: int) -> pl.Series:
    """One line of text a person, without its end."""
    return _frame(people, style, salt).select(line=_line(style)).to_series()


@cache
def _line(style: Style) -> pl.Expr:
    cells = [_quotes(_WRITERS[name](style), style, name) for name in style.columns]
    return pl.concat_str(cells, separator=style.separator)


def _frame(people: Codes, style: Style, salt: int) -> pl.DataFrame:
    """Whatever the expressions need, one row a person."""
    steady = people.change == 0  # who changed anything is never written down badly
    ids, (first, second, third) = people.person, people.lot
    wrong = (unit(ids, salt + 5) < 0.003) & steady
    mobile, landline = (
        np.where(wrong, (n * 7 + 13) % 10_000_000, n) for n in (people.mobile, people.landline)
    )
    poor = people.poor & (unit(ids, salt + 2) < 0.5)
    has_mobile, has_line = people.mobile >= 0, people.landline >= 0
    prefers = has_mobile & (style.mobile_first and "phone2" not in style.columns)
    return pl.DataFrame(
        {
            "person": ids,
            "customer": people.customer,
            "surname": people.surname,
            "use_variant": people.variant & style.variants,
            "given": people.given,
            "female": people.female.astype(np.uint32),
            "birth": people.birth.astype(np.int32),
            "area": 100 + people.city,
            "city": people.city,
            "town": np.where(people.rural, np.minimum(people.town, 7), people.town),
            "town_code": people.town * 100 + people.rural * 5_000 + 11,
            "rural": people.rural,
            "first": first,
            "second": second,
            "third": third,
            "building": np.maximum(people.building, 0),
            "flat": people.building >= 0,
            "room": people.room,
            "use_mobile": has_mobile & (~has_line | ~steady | prefers),
            "no_mobile": ~has_mobile,
            "second_block": people.second_block,
            "mobile_high": mobile.clip(0) // 10_000,
            "mobile_low": mobile.clip(0) % 10_000,
            "line_area": landline.clip(0) // 1_000_000 + people.area % 8 * 10,
            "line_high": landline.clip(0) % 1_000_000 // 10_000,
            "line_low": landline.clip(0) % 10_000,
            "poor": poor,
            "no_phone": poor | ((unit(ids, salt + 1) < style.phone_missing) & steady),
            "no_birth": poor | ((unit(ids, salt + 3) < style.birth_missing) & steady),
            "no_email": poor | (unit(ids, 38) < 0.5),
            "note": pick(ids, salt + 4, len(NOTES)),
        }
    )


def _quotes(cell: pl.Expr, style: Style, name: str) -> pl.Expr:
    if style.quoted and name in ("note", "address", "name"):
        return pl.concat_str([pl.lit('"'), cell, pl.lit('"')])
    return cell


def _take(table: pl.Series, index: str) -> pl.Expr:
    return pl.lit(table).gather(pl.col(index))


@cache
def _text(text: str) -> pl.Expr:
    return pl.lit(text)


def _glued(*parts: pl.Expr | str) -> pl.Expr:
    return pl.concat_str([_text(part) if isinstance(part, str) else part for part in parts])


def _blank(test: str, text: pl.Expr) -> pl.Expr:
    """Empty where that column is true."""
    return pl.when(pl.col(test)).then(pl.lit("")).otherwise(text)


def _surname(_style: Style) -> pl.Expr:
    variant = _take(_TABLES["variant"], "surname")
    return (
        pl.when(pl.col("use_variant")).then(variant).otherwise(_take(_TABLES["surname"], "surname"))
    )


def _given(_style: Style) -> pl.Expr:
    return _take(_TABLES["given"], "given")


def _name(style: Style) -> pl.Expr:
    return _glued(_surname(style), style.name_gap, _given(style))


def _kana(style: Style) -> pl.Expr:
    surname, given = _KANA[style.kana, "surname"], _KANA[style.kana, "given"]
    return _glued(_take(surname, "surname"), style.kana_gap, _take(given, "given"))


def _postal(style: Style) -> pl.Expr:
    wide = "_wide" if style.postal == "wide" else ""
    gap = {"dash": "-", "plain": "", "mark": "-", "wide": "－"}[style.postal]
    mark = "〒" if style.postal == "mark" else ""
    return _glued(
        mark,
        _take(_TABLES[f"three{wide}"], "area"),
        gap,
        _take(_TABLES[f"four{wide}"], "town_code"),
    )


def _digits(n: int, form: str) -> pl.Series:
    if form == "kanji":
        return _column(list(_KANJI_DIGITS[: n + 1]))
    numbers = [str(i) for i in range(n + 1)]
    return _column([text.translate(_WIDE) for text in numbers] if form == "wide" else numbers)


_LOT_ENDS = {
    "chome": ("丁目", "番", "号"),
    "dashes": ("-", "-", ""),
    "kanji": ("丁目", "番", "号"),
    "wide": ("－", "－", ""),
    "chome_dashes": ("丁目", "-", ""),
}


def _address(style: Style) -> pl.Expr:
    rural, town = _take(_rural_names(style), "town"), _take(_town_names(style), "town")
    text = _glued(
        _take(_city_names(style), "city"),
        pl.when(pl.col("rural")).then(rural).otherwise(town),
        _lot(style),
        _rooms(style),
    )
    return _blank("poor", text)


def _city_names(style: Style) -> pl.Series:
    names = [
        (PREFECTURES[i % len(PREFECTURES)] if style.prefecture else "") + city
        for i, city in enumerate(CITIES)
    ]
    return _column([_ke(name, style) for name in names])


def _town_names(style: Style) -> pl.Series:
    return _column([_ke(name, style) for name in TOWNS])


def _rural_names(style: Style) -> pl.Series:
    whole = style.address in ("chome", "kanji")
    names = [name if whole else name.removeprefix("大字") for name in RURAL_TOWNS]
    return _column(names + [""] * (len(TOWNS) - len(names)))  # as long as the other towns


def _ke(name: str, style: Style) -> str:
    return name if style.small_ke else name.replace("ヶ", "ケ")


def _lot(style: Style) -> pl.Expr:
    ends = _LOT_ENDS[style.address]
    form = "wide" if style.address == "wide" else "plain"
    plain = _digits(40, form)
    leading = _digits(9, "kanji" if style.address == "kanji" else form)
    ban = "番地" if style.address in ("chome", "kanji") else ends[1]
    second, third = _take(plain, "second"), _take(plain, "third")
    town = _glued(_take(leading, "first"), ends[0], second, ends[1], third, ends[2])
    return pl.when(pl.col("rural")).then(_glued(second, ban, third)).otherwise(town)


def _rooms(style: Style) -> pl.Expr:
    if style.building == "none":
        return pl.lit("")
    gap, end = ("　", "号室") if style.building == "full" else (" ", "")
    flat = _glued(
        gap, _take(_TABLES["buildings"], "building"), _take(_TABLES["three"], "room"), end
    )
    return pl.when(pl.col("flat")).then(flat).otherwise(pl.lit(""))


def _mobile(style: Style) -> pl.Expr:
    wide = "_wide" if style.phone == "wide" else ""
    first, second = ("０９０", "０７０") if wide else ("090", "070")
    prefix = pl.when(pl.col("second_block")).then(pl.lit(second)).otherwise(pl.lit(first))
    high = _take(_TABLES[f"four{wide}"], "mobile_high")  # below 1000: always begins with 0
    return _dialled(prefix, high, _take(_TABLES[f"four{wide}"], "mobile_low"), style)


def _landline(style: Style) -> pl.Expr:
    wide = "_wide" if style.phone == "wide" else ""
    codes = [f"0{11 + i}" for i in range(80)]
    area = _column([code.translate(_WIDE) for code in codes] if wide else codes)
    high = _take(_TABLES[f"three{wide}"], "line_high")  # below 100: always begins with 0
    return _dialled(
        _take(area, "line_area"), high, _take(_TABLES[f"four{wide}"], "line_low"), style
    )


def _dialled(prefix: pl.Expr, high: pl.Expr, low: pl.Expr, style: Style) -> pl.Expr:
    if style.phone == "plain":
        return _glued(prefix, high, low)
    if style.phone == "lost_zero":  # a spreadsheet took it for a number
        return _glued(prefix.str.slice(1), high, low)
    if style.phone == "brackets":
        return _glued(prefix, "(", high, ")", low)
    dash = "－" if style.phone == "wide" else "-"
    return _glued(prefix, dash, high, dash, low)


def _phone(style: Style) -> pl.Expr:
    """The number one is called at; who changed anything always gives the mobile."""
    number = pl.when(pl.col("use_mobile")).then(_mobile(style)).otherwise(_landline(style))
    return _blank("no_phone", number)


def _phone2(style: Style) -> pl.Expr:
    return _blank("poor", _blank("no_mobile", _mobile(style)))


def _birth(style: Style) -> pl.Expr:
    return _blank("no_birth", written_date(pl.col("birth").cast(pl.Date), style.birth))


def written_date(d: pl.Expr, form: str) -> pl.Expr:
    """Dates as text; era forms know Showa, Heisei and Reiwa."""
    if form in ("slash", "plain", "dash"):
        return d.dt.to_string({"slash": "%Y/%m/%d", "plain": "%Y%m%d", "dash": "%Y-%m-%d"}[form])
    kanji = form == "era_kanji"
    names = ("令和", "平成", "昭和") if kanji else ("R", "H", "S")
    ends = ("年", "月", "日") if kanji else (".", ".", "")
    reiwa, heisei = d >= pl.date(2019, 5, 1), d >= pl.date(1989, 1, 8)
    offset = pl.when(reiwa).then(2018).when(heisei).then(1988).otherwise(1925)
    era = pl.when(reiwa).then(pl.lit(names[0])).when(heisei).then(pl.lit(names[1]))
    year = (d.dt.year() - offset).cast(pl.String)
    return _glued(
        era.otherwise(pl.lit(names[2])), year.replace("1", "元") if kanji else year, ends[0],
        d.dt.month().cast(pl.String), ends[1], d.dt.day().cast(pl.String), ends[2],
    )  # fmt: skip


def _sex(style: Style) -> pl.Expr:
    words = {"kanji": ["男", "女"], "letter": ["M", "F"], "digit": ["1", "2"]}[style.sex]
    return _take(_column(words), "female")


def _email(_style: Style) -> pl.Expr:
    return _blank("no_email", _glued("user", pl.col("person").cast(pl.String), "@example.jp"))


def _customer(_style: Style) -> pl.Expr:
    return _blank("poor", pl.col("customer").cast(pl.String).str.zfill(9))


def _note(_style: Style) -> pl.Expr:
    return _take(_TABLES["notes"], "note")


_WRITERS: Final[dict[str, Callable[[Style], pl.Expr]]] = {
    "name": _name,
    "family_name": _surname,
    "given_name": _given,
    "kana": _kana,
    "postal_code": _postal,
    "address": _address,
    "phone": _phone,
    "phone2": _phone2,
    "birth_date": _birth,
    "sex": _sex,
    "email": _email,
    "customer_no": _customer,
    "note": _note,
}

"""How a party's system writes what it knows: its columns, and its notation of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from wordlists import VARIANTS

from breachscope.japanese.numerals import kanji_number
from breachscope.schema import RECORD_FIELDS

_FULL: Final = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
    "ァィゥェォッャュョー"
)
_HALF: Final = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｯｬｭｮｰ"
_VOICED: Final = (
    "ガギグゲゴザジズゼゾダヂヅデドバビブベボ",
    "カキクケコサシスセソタチツテトハヒフヘホ",
)
_TO_HALF: Final = {
    **dict(zip(_FULL, _HALF, strict=True)),
    **{a: _HALF[_FULL.index(b)] + "ﾞ" for a, b in zip(*_VOICED, strict=True)},
    **{a: _HALF[_FULL.index(b)] + "ﾟ" for a, b in zip("パピプペポ", "ハヒフヘホ", strict=True)},
}
_TO_HIRAGANA: Final = {chr(code): chr(code - 0x60) for code in range(0x30A1, 0x30F7)}
TO_LARGE: Final = dict(zip("ァィゥェォッャュョ", "アイウエオツヤユヨ", strict=True))
_WIDE: Final = dict(zip("0123456789-", "０１２３４５６７８９－", strict=True))
_PLAIN: Final = {old: sign for sign, old in VARIANTS.items()}
_ERAS: Final = (("大正", "T", 1911, 1912), ("昭和", "S", 1925, 1926), ("平成", "H", 1988, 1989),
                ("令和", "R", 2018, 2019))  # fmt: skip
_KANJI_NUMBERS: Final = {number: kanji_number(number) for number in range(1, 100)}


@dataclass(frozen=True, slots=True)
class Form:
    """One system."""

    columns: frozenset[str]  # of kana, second phone, postal_code, birth_date, sex, email, …
    split_name: bool = False
    name_gap: str = ""
    variants: bool = True  # has older forms of kanji
    kana: str = "full"  # full, half, hiragana
    small_kana: bool = True
    kana_gap: str = ""
    mobile_first: bool = True
    phone: str = "dashes"  # dashes, plain, brackets, wide, lost_zero
    postal: str = "dash"  # dash, plain, mark
    prefecture: bool = True
    address: str = "chome"  # chome, dashes, kanji, wide
    building: str = "full"  # full, short, none
    birth: str = "slash"  # slash, dash, plain, era, era_kanji
    sex: str = "kanji"  # kanji, letter, digit


OPTIONAL: Final = {"kana": 0.75, "phone2": 0.4, "postal_code": 0.85, "birth_date": 0.6,
                   "sex": 0.5, "email": 0.3, "customer_no": 0.4}  # fmt: skip


def drawn_form(dice: np.random.Generator) -> Form:
    """A system as one may be found: name, address and telephone always, the rest by chance."""

    def one(*words: str) -> str:
        return words[int(dice.integers(0, len(words)))]

    def often(share: float) -> bool:
        return bool(dice.random() < share)

    return Form(
        frozenset(name for name, share in OPTIONAL.items() if often(share)),
        split_name=often(0.2),
        name_gap=one("　", "　", " ", ""),
        variants=often(0.7),
        kana=one("full", "full", "half", "half", "hiragana"),
        small_kana=often(0.7),
        kana_gap=one("　", " ", ""),
        mobile_first=often(0.6),
        phone=one("dashes", "dashes", "plain", "brackets", "wide", "lost_zero"),
        postal=one("dash", "plain", "mark"),
        prefecture=often(0.7),
        address=one("chome", "dashes", "kanji", "wide"),
        building=one("full", "full", "short", "none"),
        birth=one("slash", "dash", "plain", "era", "era_kanji"),
        sex=one("kanji", "letter", "digit"),
    )


def broker_forms(dice: np.random.Generator, columns: frozenset[str]) -> tuple[Form, ...]:
    """Three notations of one set of columns: a broker's file is put together from several."""
    one = replace(drawn_form(dice), columns=columns, split_name=False, variants=True)
    return tuple(
        replace(drawn_form(dice), columns=columns, split_name=False, variants=True,
                building="full", mobile_first=one.mobile_first)
        for _ in range(3)
    )  # fmt: skip


def held(facts: pl.DataFrame, form: Form) -> pl.DataFrame:
    """What of these facts a system keeps: the rest is lost to whoever copies its records."""
    lost = {
        "family_kana": "kana", "given_kana": "kana", "postal": "postal_code",
        "birth": "birth_date", "sex": "sex", "email": "email", "customer_no": "customer_no",
    }  # fmt: skip
    gone = [name for name, column in lost.items() if column not in form.columns]
    kept = facts.with_columns(pl.lit(None, facts.schema[name]).alias(name) for name in gone)
    if form.building == "none":
        kept = kept.with_columns(
            pl.lit(None, pl.String).alias("building"), room=pl.lit(0, pl.Int32)
        )
    if not form.variants:
        kept = kept.with_columns(pl.col("family", "given").str.replace_many(_PLAIN))
    if "phone2" not in form.columns:
        first, second = _phones(form)
        kept = kept.with_columns(pl.when(pl.col(first).is_null()).then(second).alias(second))
    return kept


def written(facts: pl.DataFrame, form: Form) -> pl.DataFrame:
    """RECORD_FIELDS of these facts, as the system writes them; null for columns it lacks."""
    first, second = (_phone(name, form) for name in _phones(form))
    phones = {"phone": pl.coalesce(first, second)}
    if "phone2" in form.columns:
        phones["phone2"] = pl.when(first.is_not_null()).then(second)
    values = facts.select(
        **_names(form),
        **phones,
        postal_code=_postal(form),
        address=_address(form),
        birth_date=_birth(form),
        sex=pl.col("sex").replace(_SEXES[form.sex]),
        email="email",
        customer_no="customer_no",
    )
    absent = [name for name in RECORD_FIELDS if name not in values.columns]
    return values.with_columns(pl.lit(None, pl.String).alias(name) for name in absent).select(
        RECORD_FIELDS
    )


_SEXES: Final = {
    "kanji": {"m": "男", "f": "女"},
    "letter": {"m": "M", "f": "F"},
    "digit": {"m": "1", "f": "2"},
}


def _phones(form: Form) -> tuple[str, str]:
    return ("mobile", "landline") if form.mobile_first else ("landline", "mobile")


def _names(form: Form) -> dict[str, pl.Expr]:
    family, given = pl.col("family"), pl.col("given")
    kana = [_kana(pl.col(name), form) for name in ("family_kana", "given_kana")]
    if form.split_name:
        return {"family_name": family, "given_name": given, "family_kana": kana[0],
                "given_kana": kana[1]}  # fmt: skip
    whole = pl.when(given == "").then(family)
    joined = pl.concat_str(family, given, separator=form.name_gap, ignore_nulls=True)
    return {
        "name": whole.otherwise(joined),
        "kana": pl.concat_str(*kana, separator=form.kana_gap),
    }


def _kana(text: pl.Expr, form: Form) -> pl.Expr:
    if not form.small_kana:
        text = text.str.replace_many(TO_LARGE)
    if form.kana == "half":
        return text.str.replace_many(_TO_HALF)
    return text.str.replace_many(_TO_HIRAGANA) if form.kana == "hiragana" else text


def _phone(name: str, form: Form) -> pl.Expr:
    digits = pl.col(name)
    a, b, c = (
        (digits.str.head(3), digits.str.slice(3, 4), digits.str.slice(7))
        if name == "mobile"
        else (digits.str.head(3), digits.str.slice(3, 3), digits.str.slice(6))
    )
    if form.phone == "plain":
        return digits
    if form.phone == "lost_zero":
        return digits.str.slice(1)
    if form.phone == "brackets":
        return pl.concat_str(a, pl.lit("("), b, pl.lit(")"), c)
    dashed = pl.concat_str(a, b, c, separator="-")
    return dashed.str.replace_many(_WIDE) if form.phone == "wide" else dashed


def _postal(form: Form) -> pl.Expr:
    code = pl.col("postal")
    if form.postal == "plain":
        return code
    dashed = pl.concat_str(code.str.head(3), pl.lit("-"), code.str.slice(3))
    return "〒" + dashed if form.postal == "mark" else dashed


def _address(form: Form) -> pl.Expr:
    prefecture = pl.col("prefecture").fill_null("") if form.prefecture else pl.lit("")
    lot = _dashes() if form.address in ("dashes", "wide") else _chome(form.address == "kanji")
    if form.address == "wide":
        lot = lot.str.replace_many(_WIDE)
    return pl.concat_str(prefecture, "city", "town", lot, _building(form))


def _dashes() -> pl.Expr:
    chome, go = pl.col("chome"), pl.col("go")
    return pl.concat_str(
        pl.when(chome > 0).then(pl.concat_str(chome, pl.lit("-"))).otherwise(pl.lit("")),
        pl.col("ban"),
        pl.when(go > 0).then(pl.concat_str(pl.lit("-"), go)).otherwise(pl.lit("")),
    )


def _chome(kanji: bool) -> pl.Expr:
    chome, ban, go = pl.col("chome"), pl.col("ban"), pl.col("go")
    number = chome.replace_strict(_KANJI_NUMBERS, default="") if kanji else chome.cast(pl.String)
    in_district = pl.concat_str(
        number, pl.lit("丁目"), ban, pl.when(go > 0).then(pl.lit("番")).otherwise(pl.lit("")),
        pl.when(go > 0).then(pl.concat_str(go, pl.lit("号"))).otherwise(pl.lit("")),
    )  # fmt: skip
    through = pl.concat_str(
        ban, pl.lit("番地"),
        pl.when(go > 0).then(pl.concat_str(pl.lit("の"), go)).otherwise(pl.lit("")),
    )  # fmt: skip
    return pl.when(chome > 0).then(in_district).otherwise(through)


def _building(form: Form) -> pl.Expr:
    room = pl.col("room")
    if form.building == "none":
        return pl.lit("")
    if form.building == "short":
        number = pl.concat_str(pl.lit("-"), room)
    else:
        number = pl.concat_str(room, pl.lit("号室"))
    number = pl.when(room > 0).then(number).otherwise(pl.lit(""))
    name = pl.concat_str(pl.lit("　"), "building").fill_null("")
    return number if form.building == "short" else pl.concat_str(name, number)


def _birth(form: Form) -> pl.Expr:
    day = pl.col("birth")
    patterns = {"slash": "%Y/%m/%d", "dash": "%Y-%m-%d", "plain": "%Y%m%d"}
    if form.birth in patterns:
        return day.dt.to_string(patterns[form.birth])
    short = form.birth == "era"
    era, since = pl.lit("M" if short else "明治"), pl.lit(1867)
    for name, letter, offset, first in _ERAS:
        begun = day.dt.year() >= first
        era = pl.when(begun).then(pl.lit(letter if short else name)).otherwise(era)
        since = pl.when(begun).then(offset).otherwise(since)
    numbers = [(day.dt.year() - since), day.dt.month(), day.dt.day()]
    if short:
        return pl.concat_str(era, pl.concat_str(numbers, separator="."))
    return pl.concat_str(era, numbers[0], pl.lit("年"), numbers[1], pl.lit("月"), numbers[2],
                         pl.lit("日"))  # fmt: skip

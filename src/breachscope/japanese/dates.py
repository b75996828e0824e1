"""Japanese dates and times as plain ISO text, and as dates.

Read are years of the common era and of the eras 明治 to 令和, in full, as one sign (㍻) or
as a letter; years without an era need four digits. Nothing here raises on a date that does
not exist: it becomes null, so that no message can repeat a cell.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.japanese.text import forked, nfkc, once

_ERA_YEAR_0: Final = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_LETTERS: Final = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
_ERA_DAYS: Final = {
    "明治": ("1868-01-01", "1912-07-30"),
    "大正": ("1912-07-30", "1926-12-25"),
    "昭和": ("1926-12-25", "1989-01-07"),
    "平成": ("1989-01-08", "2019-04-30"),
    "令和": ("2019-05-01", "9999-12-31"),
}
"""First and last day; the day of a change belonged to both eras until 1989."""

_OLDEST_BIRTH, _LATEST_BIRTH = 1880, 2050
_PLACEHOLDERS: Final = ("1900-01-01", "1900-01-00", "1899-12-30", "1899-12-31")

_SPELLINGS: Final = {
    **dict.fromkeys("‐‑‒–—―−ー", "-"),
    "元": "1",  # 元年, and R元.5.1
    "西暦": "",
    "時間": "時",
    "午前": "AM",
    "午後": "PM",
    "A.M.": "AM",
    "P.M.": "PM",
    "日本標準時": "JST",
}
_ASIDE: Final = (
    r"\([^()]*\)|[月火水木金土日]曜日?|\b(?:MON|TUES?|WED(?:NES)?|THU(?:RS)?|FRI|SAT(?:UR)?|SUN)"
    r"(?:DAY)?\b[.,]?"
)
_COMPACT: Final = (
    r"^([0-9]{4})([0-9]{2})([0-9]{2})"
    r"(?:[T _-]?([0-9]{2})([0-9]{2})([0-9]{2})(\.[0-9]+)?)?(Z|[+-][0-9:]+)?$"
)
_COMPACT_ERA: Final = r"^([MTSHR])([0-9]{2})([0-9]{2})([0-9]{2})$"
_DATE: Final = (
    r"^(?:(?P<era>明治|大正|昭和|平成|令和|[MTSHR])[ .]?)?(?P<year>[0-9]{1,4}) ?[年./-] ?"
    r"(?P<month>[0-9]{1,2}) ?[月./-] ?(?P<day>[0-9]{1,2}) ?日?"
)
_USUAL_DAY: Final = (
    r"^(?:[0-9]{4}|(?:明治|大正|昭和|平成|令和|[MTSHR])[0-9]{1,2})"
    r"[年./-][0-9]{1,2}[月./-][0-9]{1,2}日?$"
)
_EIGHT_DIGITS: Final = "^[0-9]{8}$"
_TIME: Final = (
    r"(?:[T ,]* ?(?P<half>[AP]M)? ?(?P<hour>[0-9]{1,2}) ?(?:時|:) ?"
    r"(?:(?P<minute>[0-9]{1,2}) ?"
    r"(?:分|(?:[:分] ?(?P<second>[0-9]{1,2})(?:[.,:](?P<part>[0-9]{1,9}))? ?秒?))?)?"
    r" ?(?P<half2>[AP]M)?)? ?(?P<offset>Z|UTC|GMT|JST|(?:UTC|GMT)?[+-][0-9]{2}:?[0-9]{2})?$"
)
_DATE_ONLY: Final = _DATE + r"(?:[T ,]* ?(?:[AP]M)? ?[0-9]{1,2} ?[:時].*)?$"


def iso_text(c: str | pl.Expr) -> pl.Expr:
    """Rewrite a date or time as `2014-05-01` or `2014-05-01 09:03:04[.123456][+09:00]`.

    String; null where the text is not understood. A day that does not exist is rewritten
    all the same (`2014-02-30`): whoever parses it sees that it is none.
    """
    parts = _plain(c).str.extract_groups(_DATE + _TIME)
    return parts.struct.with_fields(iso=_iso_day() + _iso_time()).struct.field("iso")


def date(c: str | pl.Expr) -> pl.Expr:
    """The day of a date or time, as written (no zone is applied).

    Date; null where the text is not understood, where there is no such day, and where a
    year without an era has not four digits.
    """
    return _day_text(c).str.to_date("%Y-%m-%d", strict=False)


def birth_date(c: str | pl.Expr) -> pl.Expr:
    """A day of birth: as `date`, and null where it is what systems put in for "unknown".

    Those are 1900-01-01 and the like, a year 99 of an era, and years no living person was
    born in (before 1880 or after 2050, as 9999-12-31).
    """
    day = forked(c, _USUAL_DAY, quick=_split_day, slow=_other_day)
    return once(day, _plausible).str.to_date("%Y-%m-%d", strict=False)


def outside_era(c: str | pl.Expr) -> pl.Expr:
    """The date names an era that did not reach that day (昭和65年). Boolean, never null."""
    parts = _plain(c).str.extract_groups(_DATE_ONLY)
    era = pl.field("era").replace(_LETTERS)
    first = era.replace_strict({e: d[0] for e, d in _ERA_DAYS.items()}, default=None)
    last = era.replace_strict({e: d[1] for e, d in _ERA_DAYS.items()}, default=None)
    day = pl.field("iso")
    return (
        parts.struct.with_fields(iso=_iso_day())
        .struct.with_fields(outside=(day < first) | (day > last))
        .struct.field("outside")
        .fill_null(value=False)
    )


def _plain(c: str | pl.Expr) -> pl.Expr:
    """Half-width capitals, one sort of dash, no weekdays or brackets, digits with separators."""
    return (
        nfkc(c)
        .str.to_uppercase()
        .str.replace_many(_SPELLINGS)
        .str.replace_all(_ASIDE, "")
        .str.strip_chars()
        .str.replace(_COMPACT, "$1-$2-$3 $4:$5:$6$7$8")
        .str.replace(" ::", "", literal=True)
        .str.replace(_COMPACT_ERA, "$1$2-$3-$4")
    )


def _day_text(c: str | pl.Expr) -> pl.Expr:
    parts = _plain(c).str.extract_groups(_DATE_ONLY)
    return parts.struct.with_fields(iso=_iso_day()).struct.field("iso")


def _split_day(text: pl.Expr) -> pl.Expr:
    """`YYYY-MM-DD` of `_USUAL_DAY`, null for a year 99 or 0 of an era."""
    years = {era: f"{year}-" for era, year in _ERA_YEAR_0.items()}
    years |= {letter: years[era] for letter, era in _LETTERS.items()}
    dashes = dict.fromkeys("年月./", "-") | {"日": ""}
    parts = text.str.replace_many(years | dashes).str.split_exact("-", 3)
    first, second, third, fourth = (pl.field(f"field_{part}") for part in range(4))
    of_era = fourth.is_not_null()
    year = first.cast(pl.Int32) + second.cast(pl.Int32)
    known = pl.when(~second.is_in(["99", "0", "00"])).then(year.cast(pl.String))
    iso = pl.concat_str(
        pl.when(of_era).then(known).otherwise(first),
        pl.when(of_era).then(third).otherwise(second).str.zfill(2),
        pl.when(of_era).then(fourth).otherwise(third).str.zfill(2),
        separator="-",
    )
    return parts.struct.with_fields(iso=iso).struct.field("iso")


def _other_day(c: pl.Expr) -> pl.Expr:
    return forked(
        c,
        _EIGHT_DIGITS,
        quick=lambda text: pl.concat_str(
            text.str.head(4), text.str.slice(4, 2), text.str.slice(6, 2), separator="-"
        ),
        slow=_found_day,
    )


def _found_day(c: pl.Expr) -> pl.Expr:
    parts = _plain(c).str.extract_groups(_DATE_ONLY)
    known = pl.when(~pl.field("year").is_in(["99", "0", "00"])).then(_iso_day())
    return parts.struct.with_fields(iso=known).struct.field("iso")


def _plausible(day: pl.Expr) -> pl.Expr:
    year = day.str.head(4).cast(pl.Int32, strict=False)
    plausible = year.is_between(_OLDEST_BIRTH, _LATEST_BIRTH) & ~day.is_in(_PLACEHOLDERS)
    return pl.when(plausible).then(day)


def _iso_day() -> pl.Expr:
    """`YYYY-MM-DD` of the groups of `_DATE`; null where the year is not certain."""
    years = _ERA_YEAR_0 | {letter: _ERA_YEAR_0[era] for letter, era in _LETTERS.items()}
    year, length = pl.field("year"), pl.field("year").str.len_bytes()
    start = pl.field("era").replace_strict(years, default=0, return_dtype=pl.Int32)
    certain = pl.when(pl.field("era").is_null()).then(length == 4).otherwise(length <= 2)
    whole = (start + year.cast(pl.Int32, strict=False)).cast(pl.String).str.zfill(4)
    month, day = pl.field("month").str.zfill(2), pl.field("day").str.zfill(2)
    return pl.when(certain).then(pl.concat_str(whole, month, day, separator="-"))


def _iso_time() -> pl.Expr:
    """` HH:MM:SS[.ffffff][+hh:mm]` of the groups of `_TIME`; empty where there is no time."""
    clock = pl.concat_str(
        _hour_of_24(),
        pl.field("minute").fill_null("0").str.zfill(2),
        pl.field("second").fill_null("0").str.zfill(2),
        separator=":",
    )
    part = pl.field("part").str.pad_end(6, "0").str.head(6)
    part = pl.when(part.is_null()).then(pl.lit("")).otherwise("." + part)
    return (
        pl.when(pl.field("hour").is_null())
        .then(pl.lit(""))
        .otherwise(" " + clock + part + _iso_offset())
    )


def _hour_of_24() -> pl.Expr:
    hour = pl.field("hour").cast(pl.Int32, strict=False)
    half = pl.coalesce(pl.field("half"), pl.field("half2"))
    afternoon = (
        pl.when((half == "PM") & (hour < 12)).then(12).when((half == "AM") & (hour == 12)).then(-12)
    )
    return (hour + afternoon.otherwise(0)).cast(pl.String).str.zfill(2)


def _iso_offset() -> pl.Expr:
    offset = pl.field("offset")
    known = {"Z": "+00:00", "UTC": "+00:00", "GMT": "+00:00", "JST": "+09:00"}
    return (
        offset.str.replace("^(?:UTC|GMT)([+-])", "$1")
        .str.replace("^([+-][0-9]{2})([0-9]{2})$", "$1:$2")
        .replace(known)
        .fill_null("")
    )

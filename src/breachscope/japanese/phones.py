"""Telephone numbers as national digits, so that +81 90-1234-5678 and (090)12345678 are one.

A cell may hold several numbers, labels and an extension. How many digits a number has
follows from how it begins: eleven for 020, 050 to 090 and 0800, else ten.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.japanese.text import DASHES, clean, column, dash_fold, forked, once

_EXTENSION: Final = r"(?:内線?|EXT\.?|[X#])[ :.]*([0-9]{1,6})"
_GAP: Final = r"[ ().-]{0,2}"
_DIGIT: Final = rf"{_GAP}[0-9]"
_NUMBER: Final = (
    r"(?:^|[^0-9])(?:(?:\+|00|010)?[ -]?81[ -]?(?:\(?0\)?)?|\(?0)?"
    rf"({_GAP}(?:[25-9]{_GAP}0(?:{_DIGIT}){{8}}|[1-9](?:{_DIGIT}){{8,9}}))(?:[^0-9]|$)"
)
_PLAIN: Final = rf"^[0０]?[1-9１-９](?:[{DASHES}ーｰ()（）-]?[0-9０-９]){{8,9}}$"
"""One number, whole, with no more than one sign between two digits: most cells are so."""
_PLAIN_SIGNS: Final = dict(zip("０１２３４５６７８９", "0123456789", strict=True)) | dict.fromkeys(
    f"-{DASHES}ーｰ()（）", ""
)
_ABROAD: Final = r"^\+(?:[1-79]|8[02-9]).*"
_DUMMY: Final = "(?:" + "|".join(f"{digit}{{7}}" for digit in range(10)) + ")$|^01234567890?$"


def phone_key(c: str | pl.Expr) -> pl.Expr:
    """The first number of a cell as ten or eleven national digits.

    A leading zero that a spreadsheet dropped is restored. Null for text without a whole
    number, for numbers abroad and for dummies (all one digit after the prefix).
    """
    digits = forked(
        c,
        _PLAIN,
        quick=lambda text: text.str.replace_many(_PLAIN_SIGNS).str.strip_prefix("0"),
        slow=lambda text: _digits(_plain(text)),
    )
    return _national(digits)


def second_phone(c: str | pl.Expr) -> pl.Expr:
    """The second number of a cell, as `phone_key` gives the first; null where there is one."""
    text = column(c)
    several = pl.when(~text.str.contains(_PLAIN)).then(text)
    return _national(_digits(_plain(several).str.replace(_NUMBER, ";")))


def phone_ext(c: str | pl.Expr) -> pl.Expr:
    """The extension's digits (内線123, ext. 123, x123, #123); null where there is none."""
    return clean(c).str.to_uppercase().str.extract(_EXTENSION, 1)


def is_mobile(key: str | pl.Expr) -> pl.Expr:
    """A `phone_key` is a mobile's: one person's, not a household's. Boolean, null for null."""
    return column(key).str.contains(r"^0[6-9]0[1-9][0-9]{7}$")


def _plain(c: str | pl.Expr) -> pl.Expr:
    text = dash_fold(clean(c)).str.to_uppercase().str.replace(_ABROAD, "")
    text = text.str.replace_all(_EXTENSION, ";")
    return text.str.strip_suffix(".0")  # a number read from a spreadsheet


def _digits(text: pl.Expr) -> pl.Expr:
    """The first number without its zero."""
    return text.str.extract(_NUMBER, 1).str.replace_all("[^0-9]", "")


def _national(digits: pl.Expr) -> pl.Expr:
    return once("0" + digits, lambda key: pl.when(~key.str.contains(_DUMMY)).then(key))

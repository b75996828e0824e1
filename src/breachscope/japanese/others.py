"""Keys for e-mail addresses, sex and customer numbers."""

from __future__ import annotations

from typing import Final

import polars as pl

from breachscope.japanese.text import DASHES, capitals, clean, column, forked, once

_ADDRESS: Final = r"([^\s<>:;,@]+@[^\s<>;,@]+\.[^\s<>;,@]+)"
_PLAIN_ADDRESS: Final = r"^[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$"
_SEXES: Final = dict.fromkeys(
    ("男", "男性", "男子", "男の子", "オトコ", "おとこ", "♂", "M", "MALE", "MAN", "1", "01"), "m"
) | dict.fromkeys(
    ("女", "女性", "女子", "女の子", "オンナ", "おんな", "♀", "F", "FEMALE", "WOMAN", "2", "02"),
    "f",
)


def email_key(c: str | pl.Expr) -> pl.Expr:
    """The first e-mail address of a cell in small letters; null where there is none."""
    return forked(
        c,
        _PLAIN_ADDRESS,
        quick=lambda text: text,
        slow=lambda text: clean(text).str.to_lowercase().str.extract(_ADDRESS, 1),
    )


def sex_key(c: str | pl.Expr) -> pl.Expr:
    """`m` or `f`, from words, letters or the codes 1 and 2; null for all else."""
    return once(column(c), _sex)


def code_key(c: str | pl.Expr) -> pl.Expr:
    """A customer number in half-width capitals without spaces and dashes.

    Leading zeros stay: 007 and 7 are two numbers. Null where it is empty or all zeros.
    """
    signs = dict.fromkeys(" -_" + DASHES, "")
    code = capitals(c).str.replace_many(signs)
    return once(code, lambda text: pl.when(~text.str.contains("^0*$")).then(text))


def _sex(text: pl.Expr) -> pl.Expr:
    """A known word as it stands; only other text is worth cleaning first."""
    word = _sex_of_word(text)
    other = pl.when(word.is_null()).then(text)
    return pl.coalesce(word, _sex_of_word(capitals(other)))


def _sex_of_word(word: pl.Expr) -> pl.Expr:
    return word.replace_strict(_SEXES, default=None, return_dtype=pl.String)

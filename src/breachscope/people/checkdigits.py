"""Numbers that prove themselves: My Number's check digit, and Luhn's for payment cards.

A number may stand in a longer text, with separators, in full width. Chance lets one twelve-digit
number in eleven pass as My Number and one in ten as a card.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Final

import polars as pl

SHORTEST: Final = 12
"""Bytes of the shortest text that can hold such a number."""

LONGEST_CARD: Final = 19
MY_NUMBER: Final = r"\d{12}"
CARD: Final = r"[2-6]\d{13,18}"
_SEPARATORS: Final = r"[-\s‐−ー―‑–—]"
_REPEATED: Final = tuple(int(str(digit) * SHORTEST) for digit in range(10))


def with_numbers(values: pl.DataFrame) -> pl.DataFrame:
    """The rows of `values` with `my_number` and `card`: the number its `value` holds, else null.

    Columns `has_my_number`, `is_my_number`, `has_card`, `is_card` say whether there is one of that
    length and whether it passes. Texts too short for either are left out.
    """
    long = values.filter(pl.col("value").str.len_bytes() >= SHORTEST)
    ascii_only = pl.col("value").str.len_bytes() == pl.col("value").str.len_chars()
    text = pl.col("value")
    narrow = long.filter(ascii_only).with_columns(
        plain=text.str.replace_all("-", "", literal=True).str.replace_all(" ", "", literal=True)
    )
    wide = long.filter(~ascii_only).with_columns(
        plain=text.str.normalize("NFKC").str.replace_all(_SEPARATORS, "")
    )
    return (
        pl.concat([narrow, wide])
        .with_columns(my_number=_number(MY_NUMBER), card=_number(CARD))
        .drop("plain")
        .with_columns(
            has_my_number=pl.col("my_number").is_not_null(),
            is_my_number=_passes_my_number(pl.col("my_number")).fill_null(value=False),
            has_card=pl.col("card").is_not_null(),
            is_card=_passes_luhn(pl.col("card")).fill_null(value=False),
        )
    )


def _number(pattern: str) -> pl.Expr:
    found = pl.col("plain").str.extract(rf"(?:^|\D)({pattern})(?:\D|$)", 1)
    return found.cast(pl.Int64, strict=False)


def _digit(number: pl.Expr, place: int) -> pl.Expr:
    """The digit at a place counted from the low end, from 0."""
    return number.floordiv(int(10**place)).mod(10)


def _passes_my_number(number: pl.Expr) -> pl.Expr:
    """The last of twelve digits is the check digit of the others.

    Ministry of Internal Affairs order No. 85 of 2014, Art. 5: with P_n the n-th digit from the
    low end of the first eleven and Q_n = n + 1 for n up to 6, n - 5 above, the check digit is 11
    less the sum of P_n Q_n modulo 11, or 0 where that remainder is 0 or 1.
    """
    weighted = (_digit(number, n) * ((n + 1) if n <= 6 else n - 5) for n in range(1, 12))
    rest = reduce(add, weighted) % 11
    wanted = pl.when(rest <= 1).then(0).otherwise(11 - rest)
    return (_digit(number, 0) == wanted) & ~number.is_in(_REPEATED)


def _passes_luhn(number: pl.Expr) -> pl.Expr:
    return reduce(add, (_luhn(number, place) for place in range(LONGEST_CARD))) % 10 == 0


def _luhn(number: pl.Expr, place: int) -> pl.Expr:
    digit = _digit(number, place)
    return digit if place % 2 == 0 else digit * 2 // 10 + digit * 2 % 10

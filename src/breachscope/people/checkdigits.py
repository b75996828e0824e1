"""Numbers that prove themselves: My Number's check digit, and Luhn's for payment cards.

Expressions over text as it was spelt. A number may stand in a longer text; chance lets one
twelve-digit number in eleven pass as My Number and one in ten as a card.
"""

from __future__ import annotations

from functools import reduce
from operator import add

import polars as pl

LONGEST_CARD = 19
ONE_DIGIT = "^(?:" + "|".join(f"{digit}+" for digit in range(10)) + ")$"
CARD = r"[2-6]\d{13,18}"
_SEPARATORS = r"[-\s‐−ー―‑–—]"


def digits(text: pl.Expr, pattern: str) -> pl.Expr:
    """The first number of that many digits in a text, its separators left out; else null."""
    plain = text.str.normalize("NFKC").str.replace_all(_SEPARATORS, "")
    return plain.str.extract(rf"(?:^|\D)({pattern})(?:\D|$)", 1)


def _digit(number: pl.Expr, place: int) -> pl.Expr:
    return number.str.slice(place, 1).cast(pl.Int32, strict=False)


def has_twelve(text: pl.Expr) -> pl.Expr:
    """The text holds a number of twelve digits."""
    return digits(text, r"\d{12}").is_not_null()


def has_card_length(text: pl.Expr) -> pl.Expr:
    """The text holds 14 to 19 digits that begin as payment cards do."""
    return digits(text, CARD).is_not_null()


def is_my_number(text: pl.Expr) -> pl.Expr:
    """The text holds twelve digits whose last is the check digit of the others.

    Ministry of Internal Affairs order No. 85 of 2014, Art. 5: with P_n the n-th digit from the
    low end of the first eleven and Q_n = n + 1 for n up to 6, n - 5 above, the check digit is 11
    less the sum of P_n Q_n modulo 11, or 0 where that remainder is 0 or 1.
    """
    number = digits(text, r"\d{12}")
    weights = [(n + 1) if n <= 6 else n - 5 for n in range(11, 0, -1)]
    rest = _weighted(number, weights) % 11
    wanted = pl.when(rest <= 1).then(0).otherwise(11 - rest)
    one_digit = number.str.contains(ONE_DIGIT)
    return ((_digit(number, 11) == wanted) & ~one_digit).fill_null(value=False)


def _weighted(number: pl.Expr, weights: list[int]) -> pl.Expr:
    return reduce(add, (_digit(number, place) * w for place, w in enumerate(weights)))


def is_card(text: pl.Expr) -> pl.Expr:
    """The text holds 14 to 19 digits that begin as payment cards do (2 to 6) and pass Luhn."""
    number = digits(text, CARD).str.zfill(LONGEST_CARD)
    total = reduce(add, (_luhn(number, place) for place in range(LONGEST_CARD)))
    return (total % 10 == 0).fill_null(value=False)


def _luhn(number: pl.Expr, place: int) -> pl.Expr:
    digit = _digit(number, place)
    if (LONGEST_CARD - 1 - place) % 2 == 0:
        return digit
    twice = digit * 2
    return pl.when(twice > 9).then(twice - 9).otherwise(twice)

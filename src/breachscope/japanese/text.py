"""Cleaning that every key starts with: widths, invisible signs, dashes, gaiji."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOSE_MARKS: Final = {"゛": "\u3099", "゜": "\u309a"}  # else NFKC puts a space before them
_INVISIBLE: Final = (
    r"[\x{00}-\x{08}\x{0E}-\x{1F}\x{7F}-\x{84}\x{86}-\x{9F}\x{AD}\x{34F}\x{180B}-\x{180E}"
    r"\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FE00}-\x{FE0F}\x{FEFF}"
    r"\x{E0100}-\x{E01EF}]"
)
_SPACE: Final = r"\s[\s\p{M}]*"  # NFKC makes ´ a space with a mark on it
_PRIVATE_USE: Final = r"\p{Co}"

DASHES: Final = "‐‑‒–—―−⁃﹘﹣－─━⁻₋➖"
TILDES: Final = "〜～∼˜〰"


def column(c: str | pl.Expr) -> pl.Expr:
    """A column's name as an expression; an expression as it is."""
    return pl.col(c) if isinstance(c, str) else c


def nfkc(c: str | pl.Expr) -> pl.Expr:
    """NFKC, with loose sound marks (か゛) joined to their kana first."""
    return column(c).str.replace_many(_LOOSE_MARKS).str.normalize("NFKC")


def clean(c: str | pl.Expr) -> pl.Expr:
    """NFKC without controls, zero-width signs, variation selectors and byte order marks.

    Runs of white space become one space, those at the ends go. Empty text stays empty.
    """
    visible = column(c).str.replace_all(_INVISIBLE, "")
    return nfkc(visible).str.replace_all(_SPACE, " ").str.strip_chars()


def dash_fold(c: str | pl.Expr) -> pl.Expr:
    """All dashes as `-`, all tildes as `~`, of both families that converters of CP932 make.

    The long-vowel sign ー is a dash only after a digit (1ー2ー3), else a kana (コーポ).
    """
    dashes = dict.fromkeys(DASHES, "-") | dict.fromkeys(TILDES, "~")
    after_digits = {f"{digit}{bar}": f"{digit}-" for digit in _DIGITS for bar in "ーｰ"}
    return column(c).str.replace_many(dashes).str.replace_many(after_digits)


def gaiji_count(c: str | pl.Expr) -> pl.Expr:
    """How many private-use signs (an organisation's own kanji) a text holds. UInt32."""
    return column(c).str.count_matches(_PRIVATE_USE)


def once(c: pl.Expr, use: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """`use(c)`, with `c` computed once however often `use` names it.

    Polars sees most repeated parts of an expression, yet not those inside when-then and
    coalesce: a key written plainly took four times as long.
    """
    held = pl.struct(text=c).struct.with_fields(result=use(pl.field("text")))
    return held.struct.field("result")


def none_if_empty(c: pl.Expr) -> pl.Expr:
    """Null for empty text: an empty key must never agree with another."""
    return once(c, lambda text: pl.when(text.str.len_bytes() > 0).then(text))


_DIGITS: Final = "0123456789０１２３４５６７８９"

"""Cleaning that every key starts with: widths, invisible signs, dashes, gaiji."""

from __future__ import annotations

import unicodedata
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

HAN: Final = "㐀-䶿一-鿿﨎﨏﨑﨓﨔﨟﨡﨣﨤﨧-﨩々"
KANA: Final = "ぁ-ゖァ-ヺー"
"""Ranges of kanji and of kana that no step of `clean` touches."""

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


def capitals(c: str | pl.Expr) -> pl.Expr:
    """`clean`, in capitals."""
    return forked(
        c,
        _USUAL,
        quick=lambda text: text.str.replace_many(_WIDTHS),
        slow=lambda text: clean(text).str.to_uppercase(),
    )


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


def forked(
    c: str | pl.Expr,
    plain: str,
    *,
    quick: Callable[[pl.Expr], pl.Expr],
    slow: Callable[[pl.Expr], pl.Expr],
) -> pl.Expr:
    """`slow(c)`, by way of `quick` for text that matches `plain`: most cells need few steps.

    Both give null for null, and the same for whatever matches `plain`.
    """
    text, is_plain = pl.field("text"), pl.field("is_plain")
    return (
        pl.struct(text=column(c))
        .struct.with_fields(is_plain=text.str.contains(plain))
        .struct.with_fields(
            quick=quick(pl.when(is_plain).then(text)), slow=slow(pl.when(~is_plain).then(text))
        )
        .struct.with_fields(result=pl.coalesce(pl.field("quick"), pl.field("slow")))
        .struct.field("result")
    )


def none_if_empty(c: pl.Expr) -> pl.Expr:
    """Null for empty text: an empty key must never agree with another."""
    return once(c, lambda text: pl.when(text.str.len_bytes() > 0).then(text))


def _folded_signs(first: str, last: str) -> dict[str, str]:
    signs = map(chr, range(ord(first), ord(last) + 1))
    return {sign: unicodedata.normalize("NFKC", sign).upper() for sign in signs}


_DIGITS: Final = "0123456789０１２３４５６７８９"
_WIDTHS: Final = (
    _folded_signs("a", "z") | _folded_signs("！", "～") | _folded_signs("Ⅰ", "Ⅻ") | {"　": " "}
)
_SIGNS: Final = f"[!-~！-～Ⅰ-Ⅻ{HAN}{KANA}〇・〒‐–—―−]"
_USUAL: Final = f"^{_SIGNS}+(?:[ 　]{_SIGNS}+)*$"
"""Text in which `clean` finds nothing but widths to change."""

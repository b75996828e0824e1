"""Names and kana as keys: written any way, the same name gives the same key."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from breachscope.japanese.text import DASHES, clean, none_if_empty, once
from breachscope.japanese.variants import folding

_ORGANISATION: Final = (
    r"\([株有資合名同医学宗社財福]\)"
    r"|(?:株式|有限|合同|合資|合名|相互)会社|(?:一般|公益)?(?:社団|財団)法人|(?:医療|学校|宗教)法人"
)
_WHOLLY_BRACKETED: Final = r"^[(\[〔【<〈《「『]([^()\[\]]*)[)\]〕】>〉》」』]$"
_BRACKETS: Final = (
    r"\([^()]*\)|\[[^\[\]]*\]|〔[^〔〕]*〕|【[^【】]*】|<[^<>]*>|〈[^〈〉]*〉|《[^《》]*》"
)
_TITLES: Final = r"(.)(?:様|殿|御中)+$"
_PUNCTUATION: Final = " ・.,、。'’\"“”_=/:;·•()[]〔〕【】<>〈〉《》「」『』"
_LATIN: Final = rf"^[\p{{Latin}}\p{{M}}{re.escape(_PUNCTUATION + DASHES + '-')}]+$"

_HIRAGANA: Final = {chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)}
_SMALL: Final = dict(zip("ァィゥェォヵヶッャュョヮ", "アイウエオカケツヤユヨワ", strict=True))
_ALIKE: Final = dict(zip("ヂヅヲヴヰヱ", "ジズオブイエ", strict=True))


def name_key(c: str | pl.Expr, tier: int = 1) -> pl.Expr:
    """A person's or organisation's name without all that does not tell names apart.

    Gone are spaces, middle dots, 様 and 殿, ㈱ and its like, and what stands in brackets
    (readings, former names). Variant kanji are folded up to `tier` (1 to 3). Names in Latin
    letters become capitals in alphabetical order of their words. Null where nothing is left.
    """
    return none_if_empty(once(_bare(c), lambda text: _either_key(text, tier)))


def kana_key(c: str | pl.Expr) -> pl.Expr:
    """A reading as large katakana: ｼﾞｮｳﾀﾞ, じょうだ and ヂヨウダ are one.

    Long-vowel signs and all that is not kana go. Null where no kana is left.
    """
    folded = _HIRAGANA | _SMALL | _ALIKE
    ends = {
        sign: _ALIKE.get(large := _SMALL.get(base, base), large) for sign, base in folded.items()
    }
    return none_if_empty(clean(c).str.replace_many(ends).str.replace_all("[^ア-ヺ]", ""))


def is_organisation(c: str | pl.Expr) -> pl.Expr:
    """A name that says it is an organisation's (㈱, 株式会社, …). Boolean, null for null."""
    return clean(c).str.contains(_ORGANISATION)


def _bare(c: str | pl.Expr) -> pl.Expr:
    return (
        clean(c)
        .str.to_uppercase()
        .str.replace_all(_ORGANISATION, "")
        .str.strip_chars()
        .str.replace(_WHOLLY_BRACKETED, "$1")
        .str.replace_all(_BRACKETS, "")
    )


def _either_key(text: pl.Expr, tier: int) -> pl.Expr:
    latin = pl.when(text.str.contains(_LATIN)).then(text)
    return pl.coalesce(_latin_key(latin), _kanji_key(text, tier))


def _kanji_key(text: pl.Expr, tier: int) -> pl.Expr:
    signs = dict.fromkeys(_PUNCTUATION, "") | dict.fromkeys("-" + DASHES, "ー") | folding(tier)
    return text.str.replace_many(signs).str.replace(_TITLES, "$1")


def _latin_key(text: pl.Expr) -> pl.Expr:
    plain = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    words = plain.str.replace_all(r"['’]", "").str.replace_all(r"\P{Latin}+", " ").str.strip_chars()
    return words.str.split(" ").list.sort().list.join(" ")

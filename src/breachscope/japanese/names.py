"""Names and kana as keys: written any way, the same name gives the same key."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import product
from typing import Final

import polars as pl

from breachscope.japanese.text import (
    DASHES,
    HAN,
    KANA,
    capitals,
    clean,
    forked,
    none_if_empty,
    once,
)
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
_TITLE_SIGNS: Final = "様殿御"
_BODY_SIGNS: Final = "社法"  # one of them is in every word for an organisation
_PUNCTUATION: Final = " ・.,、。'’\"“”_=/:;·•()[]〔〕【】<>〈〉《》「」『』"
_LATIN: Final = rf"^[\p{{Latin}}\p{{M}}{re.escape(_PUNCTUATION + DASHES + '-')}]+$"

_HIRAGANA: Final = {chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)}
_SMALL: Final = dict(zip("ァィゥェォヵヶッャュョヮ", "アイウエオカケツヤユヨワ", strict=True))
_ALIKE: Final = dict(zip("ヂヅヲヴヰヱ", "ジズオブイエ", strict=True))
_HALF_WIDTH: Final = [chr(code) for code in range(0xFF65, 0xFFA0)]
_PLAIN_KANA: Final = f"^[{KANA}・･-ﾟ 　]+$"


def name_key(c: str | pl.Expr, tier: int = 1) -> pl.Expr:
    """A person's or organisation's name without all that does not tell names apart.

    Gone are spaces, middle dots, 様 and 殿, ㈱ and its like, and what stands in brackets
    (readings, former names). Variant kanji are folded up to `tier` (1 to 3). Names in Latin
    letters become capitals in alphabetical order of their words. Null where nothing is left.
    """
    key = forked(
        c,
        _plain_name(tier),
        quick=lambda text: text.str.replace_many(_signs(tier)),
        slow=lambda text: once(_bare(text), lambda bare: _either_key(bare, tier)),
    )
    return none_if_empty(key)


def kana_key(c: str | pl.Expr) -> pl.Expr:
    """A reading as large katakana: ｼﾞｮｳﾀﾞ, じょうだ and ヂヨウダ are one.

    Long-vowel signs and all that is not kana go. Null where no kana is left.
    """
    key = forked(
        c,
        _PLAIN_KANA,
        quick=lambda text: text.str.replace_many(_plain_kana(), leftmost=True),
        slow=lambda text: clean(text).str.replace_many(_large()).str.replace_all("[^ア-ヺ]", ""),
    )
    return none_if_empty(key)


def is_organisation(c: str | pl.Expr) -> pl.Expr:
    """A name that says it is an organisation's (㈱, 株式会社, …). Boolean, null for null."""
    return clean(c).str.contains(_ORGANISATION)


def _bare(c: str | pl.Expr) -> pl.Expr:
    return (
        capitals(c)
        .str.replace_all(_ORGANISATION, "")
        .str.strip_chars()
        .str.replace(_WHOLLY_BRACKETED, "$1")
        .str.replace_all(_BRACKETS, "")
    )


def _either_key(text: pl.Expr, tier: int) -> pl.Expr:
    latin = pl.when(text.str.contains(_LATIN)).then(text)
    return pl.coalesce(_latin_key(latin), _kanji_key(text, tier))


def _kanji_key(text: pl.Expr, tier: int) -> pl.Expr:
    return text.str.replace_many(_signs(tier)).str.replace(_TITLES, "$1")


@cache
def _signs(tier: int) -> dict[str, str]:
    gone = dict.fromkeys(_PUNCTUATION + "　", "")
    return gone | dict.fromkeys("-" + DASHES, "ー") | folding(tier)


@cache
def _plain_name(tier: int) -> str:
    """Kanji and kana without a sign that titles and organisations are known by."""
    titles = [sign for sign, base in folding(tier).items() if base in _TITLE_SIGNS]
    return rf"^[[{HAN}{KANA} 　]--[{_TITLE_SIGNS}{_BODY_SIGNS}{''.join(titles)}]]+$"


def _latin_key(text: pl.Expr) -> pl.Expr:
    plain = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    words = plain.str.replace_all(r"['’]", "").str.replace_all(r"\P{Latin}+", " ").str.strip_chars()
    return words.str.split(" ").list.sort().list.join(" ")


@cache
def _large() -> dict[str, str]:
    """Hiragana, small kana and kana that sound alike -> one large katakana."""
    folded = _HIRAGANA | _SMALL | _ALIKE
    return {
        sign: _ALIKE.get(large := _SMALL.get(base, base), large) for sign, base in folded.items()
    }


@cache
def _plain_kana() -> dict[str, str]:
    """All that `_PLAIN_KANA` lets pass -> large kana; a kana with its sound mark comes first."""
    signs = [*map(chr, range(0x3041, 0x3097)), *map(chr, range(0x30A1, 0x30FD)), *_HALF_WIDTH]
    marked = [sign + mark for sign, mark in product(signs, "ﾞﾟ")]
    kana = {spelt: unicodedata.normalize("NFKC", spelt) for spelt in (*marked, *signs)}
    large = {spelt: _large().get(sign, sign) for spelt, sign in kana.items() if len(sign) == 1}
    ends = {spelt: sign if "ア" <= sign <= "ヺ" else "" for spelt, sign in large.items()}
    return ends | {" ": "", "　": ""}

"""Run an expression over plain values, through the streaming engine as the program does."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, TypeVar

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    Key = Callable[[pl.Expr], pl.Expr]

T = TypeVar("T")


def _stands_alone(sign: str) -> bool:
    """No mark and no part of a Hangul syllable: nothing another sign can merge with."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", sign).upper())
    return not any(c in "゛゜" or unicodedata.combining(c) or "ᄀ" <= c <= "ᇿ" for c in folded)


ANY_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Mn", "Mc", "Me")).filter(_stands_alone), max_size=20
)
"""Any text but stray marks: a key, which drops signs, may put such a mark after another sign."""


def of(key: Key, *values: str | None) -> list[object]:
    """What `key` makes of each value."""
    frame = pl.LazyFrame({"value": list(values)}, schema={"value": pl.String()})
    done = frame.select(result=key(pl.col("value"))).collect(engine="streaming")
    return done["result"].to_list()


def unstable(key: Key, *values: str) -> list[str]:
    """The values whose key has another key than itself."""
    once = of(key, *values)
    twice = of(key, *(None if one is None else str(one) for one in once))
    keys = zip(values, once, twice, strict=True)
    return [value for value, one, two in keys if one is not None and one != two]


FEW: Final = settings(max_examples=25)
"""For properties of many values at once: to plan a key takes longer than to make a hundred."""


def many(values: st.SearchStrategy[T]) -> st.SearchStrategy[list[T]]:
    """Up to twenty of them."""
    return st.lists(values, min_size=1, max_size=20)


def wide(text: str) -> str:
    """ASCII letters, digits and signs as their full-width forms, the space as U+3000."""
    return "".join(
        "　" if sign == " " else chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign
        for sign in text
    )

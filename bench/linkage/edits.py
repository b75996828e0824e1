"""Slips in texts: lists of strings in, lists of the same length out, nulls left alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import polars as pl

Edit = Callable[[str, np.random.Generator], str]
KANA: Final = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
)
KANJI: Final = "一太郎子美田中山川木本村井野原島沢大小高藤佐松石清水正和明夫雄男恵江代幸信義光春"
_CLEAR: Final = "カキクケコサシスセソタチツテトハヒフヘホ"
_VOICED: Final = "ガギグゲゴザジズゼゾダヂヅデドバビブベボ"
VOICING: Final = dict(zip(_CLEAR + _VOICED, _VOICED + _CLEAR, strict=True))


def each(values: pl.Series, edit: Edit, dice: np.random.Generator) -> pl.Series:
    """Every text through an edit; empty ones and nulls as they are."""
    changed = [edit(text, dice) if text else text for text in values.to_list()]
    return pl.Series(values.name, changed, pl.String)


def character(pool: str) -> Edit:
    """One character replaced by one of the pool."""

    def edit(text: str, dice: np.random.Generator) -> str:
        at = int(dice.integers(0, len(text)))
        return text[:at] + pool[int(dice.integers(0, len(pool)))] + text[at + 1 :]

    return edit


def slip(text: str, dice: np.random.Generator) -> str:
    """One kana replaced, left out, doubled, or changed with its neighbour."""
    kind, at = int(dice.integers(0, 4)), int(dice.integers(0, len(text)))
    if kind == 0 or len(text) < 3:
        return character(KANA)(text, dice)
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    return transposed(text, dice)


def digit(text: str, dice: np.random.Generator) -> str:
    """One digit wrong, never among the first three (they tell what sort of number it is)."""
    at = int(dice.integers(3, len(text))) if len(text) > 3 else len(text) - 1
    other = (int(text[at]) + int(dice.integers(1, 10))) % 10 if text[at].isdigit() else 0
    return f"{text[:at]}{other}{text[at + 1 :]}"


def transposed(text: str, dice: np.random.Generator) -> str:
    """Two neighbours changed over, never among the first three of a long text."""
    low = 3 if len(text) > 5 else 0
    if len(text) - low < 2:
        return text
    at = int(dice.integers(low, len(text) - 1))
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def confused(alike: Mapping[str, str]) -> Edit:
    """One of the signs that have a look-alike replaced by it; others stay."""

    def edit(text: str, dice: np.random.Generator) -> str:
        places = [at for at, sign in enumerate(text) if sign in alike]
        if not places:
            return text
        at = places[int(dice.integers(0, len(places)))]
        others = alike[text[at]]
        return text[:at] + others[int(dice.integers(0, len(others)))] + text[at + 1 :]

    return edit


def both_ways(*groups: str) -> dict[str, str]:
    """Signs of a group, each with the others of it."""
    return {
        sign: "".join(other for other in group if other != sign)
        for group in groups
        for sign in group
    }

"""What the bundled fonts can print, so that no letter shows a blank box.

A character neither font has is printed as its code point, `〓(U+E000)`, and told, so that a
person sets it by hand. Characters that steer and print nothing (NUL, the marks that turn the
writing direction, …) never reach a document.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

PLACE: Final = "〓"

_STEERING: Final = frozenset(
    [*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C]
)
"""Marks that turn the direction of writing: a text would read otherwise than it is stored."""

_SELECTORS: Final = frozenset([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
_LAYOUT: Final = frozenset(map(ord, "\t\n"))
"""Tab and line break are laid out, not printed."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The characters of the bundled fonts, and the glyph variants they tell apart."""

    characters: frozenset[str]
    variants: frozenset[str]  # a character followed by its selector


@dataclass(frozen=True, slots=True)
class Printed:
    """A text as it is printed, and the code points that stand there by name."""

    text: str
    by_hand: tuple[str, ...] = ()  # U+E000, or U+8FBB U+E0101


def folder() -> Path:
    """Where the bundled fonts are."""
    import pylopdf_fonts_jp

    return Path(pylopdf_fonts_jp.serif_path()).parent


@cache
def coverage() -> Coverage:
    """What the two fonts have together: the typesetter takes the second where one lacks a sign."""
    import pylopdf_fonts_jp
    from fontTools.ttLib import TTFont

    characters: set[str] = set(map(chr, _LAYOUT))
    variants: set[str] = set()
    for path in (pylopdf_fonts_jp.serif_path(), pylopdf_fonts_jp.sans_path()):
        with TTFont(path, lazy=True) as font:
            characters.update(map(chr, font.getBestCmap()))
            for table in font["cmap"].tables:
                if table.format == 14:
                    variants |= {
                        chr(base) + chr(selector)
                        for selector, pairs in table.uvsDict.items()
                        for base, _ in pairs
                    }
    return Coverage(frozenset(characters), frozenset(variants))


def steering(text: str) -> tuple[str, ...]:
    """The code points in a text that print nothing and may change how it reads."""
    return tuple(dict.fromkeys(_named(sign) for sign in text if _steers(sign)))


def printed(text: str) -> Printed:
    """A text whose every sign the fonts have; what they lack stands there by its code point."""
    known = coverage()
    if known.characters.issuperset(text):  # of a selector the fonts have no sign of its own
        return Printed(text)
    parts = [_part(cluster, known) for cluster in _clusters(text)]
    told = dict.fromkeys(name for _, name in parts if name)
    return Printed("".join(part for part, _ in parts), tuple(told))


def _part(cluster: str, known: Coverage) -> tuple[str, str]:
    if cluster in known.variants or (len(cluster) == 1 and cluster in known.characters):
        return cluster, ""
    name = " ".join(map(_named, cluster))
    return f"{PLACE}({name})", name


def _clusters(text: str) -> list[str]:
    """The signs of a text, each with its selector if one follows."""
    found: list[str] = []
    for sign in text:
        if ord(sign) in _SELECTORS and found and len(found[-1]) == 1:
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _named(sign: str) -> str:
    return f"U+{ord(sign):04X}"


def _steers(sign: str) -> bool:
    code = ord(sign)
    return code in _STEERING or (
        code not in _LAYOUT and unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")
    )

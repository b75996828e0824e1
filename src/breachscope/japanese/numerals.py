"""How house numbers are spelt, as plain text to look for and what to put in its place.

A list of spellings instead of a rule: Polars finds thousands of them in one pass, and a
kanji numeral is touched only where the list says so (三田 and 八丁堀 stay).
"""

from __future__ import annotations

from itertools import product
from typing import Final

_ONES: Final = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")
_TO_NEXT: Final = ("丁目", "番地の", "番地ノ", "番地", "番")  # a further number may follow
_LOTS: Final = ("番地の", "番地ノ", "番地")  # these alone are ever written in hundreds
_ENDS: Final = ("号室", "号", "室")  # the number of a house or room is over
_BETWEEN: Final = ("丁", "の", "ノ", "之", "ー")  # only after digits
_QUARTERS: Final = ("番町", "番丁")  # a town's name, not a number


def kanji_number(number: int) -> str:
    """A number from 1 to 999 in kanji: 23 is 二十三."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    return _unit(hundreds, "百") + _unit(tens, "十") + _ONES[ones]


def number_signs() -> dict[str, str]:
    """Spellings of numbers with 丁目, 番地, 番, 号 and the like -> digits and `-` or `/`."""
    signs: dict[str, str] = {}
    for digit, gap in product("0123456789", ("", " ")):
        signs |= {f"{digit}{gap}{word}": f"{digit}-" for word in (*_TO_NEXT, *_BETWEEN)}
        signs |= {f"{digit}{gap}{word}": f"{digit}/" for word in _ENDS}
    for number in range(1, 1000):
        kanji = kanji_number(number)
        words = _TO_NEXT if number < 100 else _LOTS
        signs |= {f"{kanji}{word}": f"{number}-" for word in words}
        signs |= {f"{kanji}{word}": f"{number}/" for word in _ENDS[:2] if number < 100}
    return signs | _town_names()


def _town_names() -> dict[str, str]:
    """Numbers that are part of a town's name, in one spelling: 四番町, 北1条, 八丁堀."""
    names = {"8丁堀": "八丁堀", "八丁堀": "八丁堀"}
    for number, word in product(range(1, 100), _QUARTERS):
        kanji = f"{kanji_number(number)}{word}"
        names |= {kanji: kanji, f"{number}{word}": kanji}
    for side, number, word in product("北南東西", range(1, 51), ("条", "線")):
        names[f"{side}{kanji_number(number)}{word}"] = f"{side}{number}{word}"
    return names


def _unit(count: int, sign: str) -> str:
    return "" if count == 0 else (_ONES[count] if count > 1 else "") + sign

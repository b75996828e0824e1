r"""Objects of logs that hold one JSON object a line, as flat tables of text.

Text is as in `loglines`: each character one byte. A letter given as `\u8868` becomes the bytes
of it in UTF-8; `\xE9`, which is no JSON but is what nginx writes, becomes the byte.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_AN_OBJECT: Final = "not a JSON object"

_LATIN: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u00([89a-fA-F][0-9a-fA-F])")
_BYTE: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\x([0-9a-fA-F]{2})")
_ABOVE: Final = re.compile(r"[^\x00-\xff]")
_MOST_DEEP: Final = 6


def loaded(text: str) -> dict[str, Any] | None:
    """The object of a line, its text still byte by byte; None where it is none."""
    if "\\u00" in text:
        text = _LATIN.sub(lambda m: m[1] + _as_bytes(chr(int(m[2], 16))), text)
    if "\\x" in text:
        text = _BYTE.sub(lambda m: f"{m[1]}\\u00{m[2]}", text)
    try:
        found = json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def flat(text: str) -> dict[str, str] | None:
    """The object of a line: a key within a key is `outer.inner`; what has no text is left out."""
    found = loaded(text)
    if found is None:
        return None
    made: dict[str, str] = {}
    _flatten(found, "", made, 0)
    return made


def first(found: dict[str, str] | None, keys: Iterable[str]) -> str | None:
    """The first of these keys that has something."""
    if not found:
        return None
    return next((found[key] for key in keys if found.get(key) not in (None, "", "-")), None)


def text_of(value: object) -> str | None:
    """A value as text; None of what is null."""
    if value is None:
        return None
    if isinstance(value, str):
        return _bytes_of(value)
    return _bytes_of(json.dumps(value, ensure_ascii=False, sort_keys=True))


def _flatten(found: dict[str, Any], before: str, made: dict[str, str], deep: int) -> None:
    for key, value in found.items():
        name = before + _bytes_of(key)
        if isinstance(value, dict) and deep < _MOST_DEEP:
            _flatten(value, name + ".", made, deep + 1)
        elif (text := text_of(value)) is not None:
            made[name] = text


def _bytes_of(value: str) -> str:
    """Letters above one byte, which stood as an escape, as their bytes."""
    return _ABOVE.sub(lambda m: _as_bytes(m[0]), value)


def _as_bytes(letter: str) -> str:
    return letter.encode("utf-8", errors="replace").decode("latin-1")

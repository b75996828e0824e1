"""One way to write a JSON value as bytes, so that a digest of it means something.

As RFC 8785: keys sorted by UTF-16 code units, no blanks, UTF-8, shortest escapes. Fractions
are not allowed (write them as text), nor whole numbers beyond 2**53. A file name that is not
UTF-8 keeps its odd bytes as lone surrogates, escaped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

LARGEST: Final = 2**53

ALLOWED: Final = "a ledger holds text, whole numbers, truth values, null, lists and tables"


def dumps(value: object) -> bytes:
    """The bytes of a value.

    Raises:
        TypeError: it holds a fraction, a number too large, or something JSON has not.

    """
    text = json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace")


def loads(line: bytes) -> Any:
    """The value of canonical bytes.

    Raises:
        ValueError: the bytes are not what `dumps` would write (two equal keys, a blank, …).

    """
    try:
        value = json.loads(line.decode("utf-8"))
        again = dumps(value)
    except (TypeError, ValueError, RecursionError):
        raise ValueError("not canonical JSON") from None
    if again != line:
        raise ValueError("not canonical JSON")
    return value


def _plain(value: object) -> object:
    if isinstance(value, str):
        return _joined(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST:
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError(ALLOWED)
        return {_joined(key): _plain(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_plain(item) for item in value]
    raise TypeError(ALLOWED)


def _joined(text: str) -> str:
    """Two surrogates that make one character as that character; single ones stay."""
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")

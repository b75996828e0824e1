"""Which encoding a text file is in, and its bytes as UTF-8.

Only encodings of Japanese files of the time are told apart, by a rule that does better on
them than general detectors: byte order mark, ISO-2022 escapes, ASCII, many NULs, UTF-8,
and then which of CP932 and EUC-JP reads more lines as Japanese.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from breachscope.errors import ConfigError

ASCII: Final = "ascii"
UTF8: Final = "utf-8"

_BOMS: Final = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SPELLINGS: Final = {
    "shift_jis": "cp932",
    "utf-8-sig": UTF8,
    "ascii": UTF8,
    "utf-16": "utf-16-le",
    "iso2022_jp": "iso2022_jp_ext",
    "euc_jisx0213": "euc_jp",
}
_SAMPLE_LINES: Final = 4000
_JAPANESE: Final = re.compile("[\u3041-\u30fe\u4e00-\u9fff\uff01-\uff5e]")
_DOUBTFUL: Final = re.compile("[\uff61-\uff9f\ue000-\uf8ff]")
_EUC_HALF_KANA: Final = re.compile(rb"(?:[\x00-\x7f]|\x8e[\xa1-\xdf])*")
_PIECE: Final = 1 << 18
_NO_CHARACTER: Final = "\x80\uf8f0\uf8f1\uf8f2\uf8f3"
ESCAPE: Final = re.compile(rb"\x1b[$(]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec, the length of the mark before the text, and how it was chosen."""

    codec: str
    mark: int
    how: str


def named(name: str, head: bytes) -> Encoding:
    """The encoding the user asked for.

    Raises:
        ConfigError: there is none of that name, or lines cannot be told in it.
    """
    try:
        plain = codecs.lookup(name).name
    except LookupError:
        raise ConfigError(f"encoding {name}: there is none of that name") from None
    codec = _SPELLINGS.get(plain.replace("iso8859-1", "latin-1"), plain)
    mark, marked = _mark(head)
    if codec.startswith("utf-16"):
        codec = marked if plain == "utf-16" and marked.startswith("utf-16") else codec
    elif not _is_line_safe(codec):
        raise ConfigError(f"encoding {name}: is not one breachscope can read lines of")
    return Encoding(codec, mark if codec == marked else 0, "declared")


def detect(head: bytes) -> Encoding | None:
    """The encoding of a text that begins so; None where it is not text.

    `ascii` means that the head does not tell: see `refine`.
    """
    mark, codec = _mark(head)
    if mark:
        return Encoding(codec, mark, "byte order mark")
    if ESCAPE.search(head) and head.isascii():
        return Encoding("iso2022_jp_ext", 0, "escape sequences")
    if wide := _utf16(head):
        return Encoding(wide, 0, "zero bytes")
    if _looks_binary(head):
        return None
    if head.isascii():
        return Encoding(ASCII, 0, "ASCII")
    best = refine(head)
    return Encoding(best, 0, "its lines") if best else None


def refine(block: bytes) -> str | None:
    """The codec that reads the non-ASCII lines of a block best; None where none reads any."""
    lines = [line for line in block.splitlines() if not line.isascii()][:_SAMPLE_LINES]
    if not lines:
        return ASCII
    if sum(is_utf8(line) for line in lines) * 2 >= len(lines):
        return UTF8
    if all(_EUC_HALF_KANA.fullmatch(line) for line in lines):
        return "euc_jp"
    scores = {codec: sum(_score(line, codec) for line in lines) for codec in ("cp932", "euc_jp")}
    best = max(scores, key=lambda codec: scores[codec])
    return best if scores[best] > -5 * len(lines) else None


def is_utf8(line: bytes) -> bool:
    """The bytes are UTF-8."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_japanese_utf8(line: bytes) -> bool:
    """The bytes are UTF-8 with a Japanese character, which chance does not make."""
    try:
        return _JAPANESE.search(line.decode()) is not None
    except UnicodeDecodeError:
        return False


def is_rather_euc(line: bytes) -> bool:
    """The bytes are EUC-JP, and more Japanese so than read as CP932."""
    if as_utf8(line, "euc_jp") is None:
        return False
    return _score(line, "euc_jp") > max(_score(line, "cp932"), 0)


def as_utf8(data: bytes, codec: str) -> bytes | None:
    """Some whole lines as UTF-8; None where a byte is not of the encoding.

    EUC-JP files hold vendors' characters (①) that only the codec of 2004 knows. CP932's
    codec lets five bytes pass that stand for nothing; they are refused here.
    """
    if codec == "cp932":
        return _cp932_as_utf8(data)
    try:
        text = data.decode(UTF8 if codec == ASCII else codec)
    except UnicodeDecodeError:
        return as_utf8(data, "euc_jis_2004") if codec == "euc_jp" else None
    return data if codec in (ASCII, UTF8) else text.encode()


def _cp932_as_utf8(data: bytes) -> bytes | None:
    """Piece by piece: each fits the processor's cache, and other threads run in between."""
    pieces, at = [], 0
    while at < len(data):
        end = data.rfind(b"\n", at, at + _PIECE) + 1 or len(data)
        try:
            text = data[at:end].decode("cp932")
        except UnicodeDecodeError:
            return None
        if any(mark in text for mark in _NO_CHARACTER):
            return None
        pieces.append(text.encode())
        at = end
    return b"".join(pieces)


def _mark(head: bytes) -> tuple[int, str]:
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return len(mark), codec
    return 0, ""


def _utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: zeros stand on one side, those of commas and line ends too."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 50 < len(head) or min(even, odd) * 20 > max(even, odd):
        return None
    codec = "utf-16-le" if odd > even else "utf-16-be"
    pairs = sum(head.count(mark.encode(codec)) for mark in "\n,\t")
    if pairs * 2 < sum(head.count(mark) for mark in (b"\n", b",", b"\t")) or not pairs:
        return None
    try:
        text = codecs.getincrementaldecoder(codec)().decode(head)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else codec


def _looks_binary(head: bytes) -> bool:
    """Many control characters: a picture or program, not a text with a damaged spot."""
    controls = sum(head.count(bytes([c])) for c in (*range(9), *range(14, 27), *range(28, 32)))
    return controls * 10 > len(head)


def _score(line: bytes, codec: str) -> int:
    text = line.decode(codec, errors="replace")
    good, doubtful = len(_JAPANESE.findall(text)), len(_DOUBTFUL.findall(text))
    return 2 * good - doubtful - 10 * text.count("\ufffd")


def _is_line_safe(codec: str) -> bool:
    try:
        return '\n\r,"'.encode(codec) == b'\n\r,"'
    except (UnicodeError, TypeError, LookupError):
        return False

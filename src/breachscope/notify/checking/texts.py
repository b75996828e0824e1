"""What a document says, as plain text: whatever wrote it."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

if TYPE_CHECKING:
    from pathlib import Path

PLAIN: Final = (".txt", ".json", ".ics", ".xml", ".md")
PAGES: Final = (".html", ".htm")
PACKED: Final = (".docx", ".xlsx", ".docm", ".xlsm", ".odt", ".ods")
TABLES: Final = (".csv", ".tsv")
_TAG: Final = re.compile(r"<[^>]*>")
_STYLE: Final = re.compile(r"<(style|script)\b.*?</\1>", re.S | re.I)
_PARAGRAPHS: Final = ("}p", "}tr", "}row", "}si", "}is")


def text_of(path: Path) -> str | None:
    """Everything a person could read in a file; none if it is of a kind that cannot be read.

    Raises:
        ValueError: it is of a kind that can be read, and is broken.

    """
    ending = path.suffix.lower()
    try:
        if ending in PACKED:
            return _packed(path)
        if ending in (*PLAIN, *TABLES, *PAGES):
            text = path.read_bytes().decode("utf-8-sig")
            return _page(text) if ending in PAGES else text
    except (UnicodeDecodeError, zipfile.BadZipFile, ElementTree.ParseError, KeyError):
        raise ValueError("cannot be read") from None
    return None


def columns_of(path: Path) -> list[str]:
    """The headings of a table of text; none if it is not one."""
    if path.suffix.lower() not in TABLES:
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        line = file.readline()
    return next(csv.reader(io.StringIO(line)), [])


def _page(text: str) -> str:
    return html.unescape(_TAG.sub("\n", _STYLE.sub("", text)))


def _packed(path: Path) -> str:
    """The text of every part of an Office file, a paragraph or row a line."""
    lines: list[str] = []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith((".xml", ".rels")):
                root = ElementTree.fromstring(archive.read(name))
                lines += _lines(root)
    return "\n".join(lines)


def _lines(root: ElementTree.Element) -> list[str]:
    """Text by paragraph: the pieces of one paragraph are one word to whoever reads it."""
    found: list[str] = []
    own: list[str] = []
    for element in root.iter():
        if element.tag.endswith(_PARAGRAPHS) and own:
            found.append("".join(own))
            own = []
        if element.text and element.text.strip():
            own.append(element.text)
    return [*found, "".join(own)]

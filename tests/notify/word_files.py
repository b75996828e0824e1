"""Reading and making small Word files in tests."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from docx import Document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def text_of(docx: bytes) -> str:
    """Every text of a Word file: header, paragraphs and cells in order, footer."""
    document = Document(io.BytesIO(docx))
    section = document.sections[0]
    body = [t.text or "" if t.tag.endswith("}t") else "\n" for t in document.element.body.iter()
            if t.tag.endswith(("}t", "}p"))]  # fmt: skip
    head = "".join(p.text for p in section.header.paragraphs)
    return head + "".join(body) + "".join(p.text for p in section.footer.paragraphs)


def edited(path: Path, change: Callable[[str], str], part: str = "body") -> None:
    """Change the words of every paragraph of a template in place, as Word would."""
    document = Document(str(path))
    where = {"body": document.element.body, "header": document.sections[0].header._element}[part]
    for text in where.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"):
        text.text = change(text.text or "")
    document.save(str(path))


def added(path: Path, *words: str) -> None:
    """Add paragraphs to a template."""
    document = Document(str(path))
    for said in words:
        document.add_paragraph(said)
    document.save(str(path))

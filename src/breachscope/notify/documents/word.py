"""Word templates: read once, filled in often, written with fixed times and order.

The markup is docxtpl's: `{{ value }}`, and `{%p … %}`, `{%tr … %}` for whole paragraphs and
table rows. docxtpl cleans Word's XML of what it strews into them; the rest is done here, so
that a template is parsed once for all parties and the same content gives the same bytes.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from jinja2 import meta
from lxml import etree

from breachscope.errors import ConfigError
from breachscope.notify.documents.jinja import compiled, rendered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from jinja2 import Environment

BODY: Final = "word/document.xml"
STYLES: Final = "word/styles.xml"
CORE: Final = "docProps/core.xml"
_FILLED: Final = re.compile(r"word/(document|header\d*|footer\d*)\.xml")
_REFUSED: Final = re.compile(
    r"word/(vbaProject\.bin|comments\w*\.xml|embeddings/.*|activeX/.*|attachedToolbars.*)"
)
_LARGEST: Final = 20_000_000


class WordTemplate:
    """One `.docx` of the playbook."""

    def __init__(self, path: Path, environment: Environment) -> None:
        """Read and compile it.

        Raises:
            ConfigError: it is missing, is no Word file, or holds what no template may hold.
        """
        self.name = path.name
        self.source = _read(path)
        self.parts = _parts(path.name, self.source)
        sources = {p: _source(path, xml) for p, xml in self.parts.items() if _FILLED.fullmatch(p)}
        self.compiled = {p: compiled(environment, s, path.name) for p, s in sources.items()}
        self.asked_in_margins = {
            name
            for part, source in sources.items()
            if part != BODY
            for name in meta.find_undeclared_variables(environment.parse(source))
        }

    def filled(self, context: Mapping[str, Any]) -> dict[str, str]:
        """The parts that hold text, filled in: part -> XML.

        Raises:
            ConfigError: a placeholder has no value.
        """
        return {p: rendered(t, self.name, context) for p, t in self.compiled.items()}

    def written(self, filled: Mapping[str, str], title: str, created: datetime) -> bytes:
        """The Word file: entries in the template's order, all times the same."""
        own = {part: text.encode() for part, text in filled.items()}
        own[CORE] = _core(title, created)
        target = io.BytesIO()
        with ZipFile(target, "w") as file:
            for name, content in {**self.parts, CORE: b""}.items():
                entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.compress_type = ZIP_DEFLATED
                file.writestr(entry, own.get(name, content), compresslevel=6)
        return target.getvalue()


def parsed(xml: bytes) -> etree._Element:
    """A part's XML; no entities, no network."""
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"the playbook has no template {path.name}") from None


def _parts(name: str, source: bytes) -> dict[str, bytes]:
    try:
        with ZipFile(io.BytesIO(source)) as file:
            if sum(entry.file_size for entry in file.infolist()) > _LARGEST:
                raise ConfigError(f"{name}: more than {_LARGEST:,} bytes unpacked")
            parts = {one: file.read(one) for one in file.namelist() if not one.endswith("/")}
    except (BadZipFile, OSError):
        raise ConfigError(f"{name}: is no Word file") from None
    if not {BODY, STYLES} <= parts.keys():
        raise ConfigError(f"{name}: is no Word file")
    if refused := next(filter(_REFUSED.fullmatch, parts), None):
        raise ConfigError(
            f"{name}: holds {refused.removeprefix('word/')}",
            hint="take comments, macros and embedded files out of the template",
        )
    return parts


def _source(path: Path, xml: bytes) -> str:
    """The part as Jinja reads it."""
    from docxtpl import DocxTemplate

    source: str = DocxTemplate(str(path)).patch_xml(xml.decode())
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", source)  # so that mistakes have a line


def _core(title: str, created: datetime) -> bytes:
    from xml.sax.saxutils import escape

    when = f'xsi:type="dcterms:W3CDTF">{created:%Y-%m-%dT%H:%M:%SZ}'
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:language>ja-JP</dc:language>"
        f"<dcterms:created {when}</dcterms:created><dcterms:modified {when}</dcterms:modified>"
        "</cp:coreProperties>"
    ).encode()

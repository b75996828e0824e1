"""A filled Word document as plain blocks, to set the PDF from.

Paragraphs with their style, tables, headers and footers are taken over; anything the PDF
could not show (pictures, text boxes, footnotes, tracked changes, …) is refused by name and
never left out in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from breachscope.errors import ConfigError
from breachscope.notify.documents.word import BODY, STYLES, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Block = dict[str, Any]

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOLDERS: Final = ("header", "footer", "blocks", "rows", "cells")
"""Where blocks hold others."""
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SILENT: Final = frozenset(
    ["proofErr", "bookmarkStart", "bookmarkEnd", "lastRenderedPageBreak", "permStart", "permEnd",
     "noBreakHyphen", "softHyphen", "sectPr", "pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr",
     "tblPrEx"]
)  # fmt: skip
_THROUGH: Final = frozenset(["hyperlink", "smartTag", "customXml"])
_ALIGN: Final = {"both": "justify", "distribute": "justify", "center": "center", "right": "right",
                 "end": "right", "left": "left", "start": "left"}  # fmt: skip
_SANS: Final = ("ゴシック", "gothic", "sans", "メイリオ", "meiryo", "ud")
_TWIPS: Final = 20  # to the point


@dataclass(frozen=True, slots=True)
class Layout:
    """A template's styles, resolved: what each paragraph style looks like."""

    name: str
    styles: Mapping[str, Block]
    bullets: Mapping[str, str]  # numbering id -> marker; "1" for numbers
    links: Mapping[str, str] = field(default_factory=dict)  # relation -> part


def layout_of(name: str, parts: Mapping[str, bytes]) -> Layout:
    """The looks of a template, read once."""
    sheet = parsed(parts[STYLES])
    numbering = parts.get("word/numbering.xml")
    links = parts.get("word/_rels/document.xml.rels")
    return Layout(
        name,
        _styles(sheet),
        _markers(parsed(numbering)) if numbering else {},
        {str(e.get("Id")): f"word/{e.get('Target')}" for e in parsed(links)} if links else {},
    )


@dataclass(frozen=True, slots=True)
class Page:
    """One filled document: what it looks like, and its texts, which the looks name by number."""

    looks: Block
    texts: list[str]
    margin: range  # the texts of header and footer

    def in_margin(self) -> str:
        """What header and footer say."""
        return "".join(self.texts[number] for number in self.margin)


class Pages:
    """Filled documents of one template: those that differ in their texts alone share their looks.

    Thousands of letters do, and XML is parsed once for all of them.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.known: dict[tuple[str, ...], tuple[Block, range]] = {}

    def page(self, parts: Mapping[str, str]) -> Page:
        """Page, header, footer and blocks of a filled document.

        Raises:
            ConfigError: it holds something the PDF cannot show, or is no Word document.
        """
        texts: list[str] = []
        order = sorted(parts, key=lambda name: (name == BODY, name))
        bare = {name: _numbered(parts[name], texts) for name in order}
        key = tuple(bare.values())
        if key not in self.known:
            if len(self.known) >= KEPT:
                self.known.clear()
            self.known[key] = _read(self.layout, bare)
        looks, margin = self.known[key]
        return Page(looks, texts, margin)


KEPT: Final = 500
_TEXT: Final = re.compile(r"(<w:t(?: [^>]*)?>)([^<]*)</w:t>")


def _numbered(xml: str, texts: list[str]) -> str:
    """The part with a number in place of each text; the texts go to the list."""

    def number(found: re.Match[str]) -> str:
        texts.append(unescape(found[2]))
        return f"{found[1]}{len(texts) - 1}</w:t>"

    return _TEXT.sub(number, xml)


def _read(layout: Layout, parts: Mapping[str, str]) -> tuple[Block, range]:
    trees = {name: _parsed(layout, xml) for name, xml in parts.items()}
    body = trees[BODY].find(f"{W}body")
    section = None if body is None else body.find(f"{W}sectPr")
    if body is None or section is None or len(body.findall(f".//{W}sectPr")) > 1:
        raise ConfigError(f"{layout.name}: must have one section, with its page size")
    page: Block = {
        "page": _page(section),
        "header": _margin(layout, trees, section, "header"),
        "footer": _margin(layout, trees, section, "footer"),
        "blocks": list(_blocks(layout, body)),
    }
    page["numbered"] = any("field" in run for run in _all_runs(page))
    inside = [run["slot"] for run in _all_runs([page["header"], page["footer"]]) if "slot" in run]
    return page, range(min(inside), max(inside) + 1) if inside else range(0)


def _parsed(layout: Layout, xml: str) -> etree._Element:
    try:
        return parsed(xml.encode())
    except etree.XMLSyntaxError:
        raise ConfigError(
            f"{layout.name}: does not come out as a Word document",
            hint="give every {%p …%} a paragraph and every {%tr …%} a table row of its own",
        ) from None


def _all_runs(block: Any) -> Iterator[Block]:
    if isinstance(block, list):
        for part in block:
            yield from _all_runs(part)
    elif isinstance(block, dict):
        yield from block.get("runs", ())
        for name in HOLDERS:
            yield from _all_runs(block.get(name, ()))


# ------------------------------------------------------------------------- styles


def _styles(sheet: etree._Element) -> dict[str, Block]:
    base = _looks(sheet.find(f"{W}docDefaults/{W}pPrDefault/{W}pPr"))
    base |= _letters(sheet.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
    found = {str(e.get(f"{W}styleId")): e for e in sheet.findall(f"{W}style")}
    resolved: dict[str, Block] = {}

    def resolve(key: str, depth: int = 0) -> Block:
        if key not in resolved:
            style = found.get(key)
            if style is None or depth > 20:
                return base
            parent = style.find(f"{W}basedOn")
            above = base if parent is None else resolve(str(parent.get(f"{W}val")), depth + 1)
            own = _looks(style.find(f"{W}pPr")) | _letters(style.find(f"{W}rPr"))
            resolved[key] = above | own
        return resolved[key]

    for key in found:
        resolve(key)
    default = next((k for k, e in found.items() if _is_default(e)), "")
    return {"": resolved.get(default, base), **resolved}


def _is_default(style: etree._Element) -> bool:
    return style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true")


def _looks(properties: etree._Element | None) -> Block:
    """What paragraph properties say, in points."""
    if properties is None:
        return {}
    look: Block = {}
    if (align := _value(properties, "jc")) in _ALIGN:
        look["align"] = _ALIGN[str(align)]
    if (space := properties.find(f"{W}spacing")) is not None:
        look |= _measures(space, {"before": "before", "after": "after"})
        if space.get(f"{W}lineRule") in (None, "auto") and (line := space.get(f"{W}line")):
            look["line"] = float(line) / 240
    if (indent := properties.find(f"{W}ind")) is not None:
        look |= _measures(indent, {"left": "left", "start": "left", "right": "right",
                                   "firstLine": "first", "hanging": "hanging"})  # fmt: skip
    if (keep := properties.find(f"{W}keepNext")) is not None:
        look["keep"] = _on(keep)
    if (page := properties.find(f"{W}pageBreakBefore")) is not None:
        look["page_before"] = _on(page)
    if properties.find(f"{W}pBdr/{W}bottom") is not None:
        look["rule"] = True
    if properties.find(f"{W}pBdr/{W}left") is not None:
        look["box"] = True
    if (number := _value(properties, "numPr/{W}numId".replace("{W}", W))) is not None:
        look["number"] = number
    return look


def _letters(properties: etree._Element | None) -> Block:
    """What run properties say."""
    if properties is None:
        return {}
    look: Block = {}
    for name, key in (("b", "bold"), ("u", "under"), ("strike", "strike")):
        if (mark := properties.find(f"{W}{name}")) is not None:
            look[key] = _on(mark)
    if size := _value(properties, "sz"):
        look["size"] = float(size) / 2
    if (color := _value(properties, "color")) and color != "auto":
        look["color"] = f"#{color}"
    fonts = properties.find(f"{W}rFonts")
    if fonts is not None and (face := fonts.get(f"{W}eastAsia")):
        look["sans"] = any(word in face.lower() for word in _SANS)
    return look


def _measures(element: etree._Element, names: Mapping[str, str]) -> Block:
    return {
        to: float(value) / _TWIPS
        for name, to in names.items()
        if (value := element.get(f"{W}{name}")) is not None
    }


def _value(element: etree._Element, path: str) -> str | None:
    found = element.find(path if path.startswith("{") else f"{W}{path}")
    return None if found is None else found.get(f"{W}val")


def _on(element: etree._Element) -> bool:
    return element.get(f"{W}val") not in ("0", "false", "none")


def _markers(numbering: etree._Element) -> dict[str, str]:
    """Numbering id -> what stands before its first level."""
    levels = {}
    for abstract in numbering.findall(f"{W}abstractNum"):
        level = abstract.find(f"{W}lvl")
        if level is not None:
            bullet = _value(level, "numFmt") == "bullet"
            levels[abstract.get(f"{W}abstractNumId")] = "・" if bullet else "1"
    numbers = numbering.findall(f"{W}num")
    return {str(n.get(f"{W}numId")): levels.get(_value(n, "abstractNumId"), "・") for n in numbers}


# ------------------------------------------------------------------------- page and blocks


def _page(section: etree._Element) -> Block:
    size, margin = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    page = {
        "width": 595.3,
        "height": 841.9,
        "top": 72.0,
        "bottom": 72.0,
        "left": 72.0,
        "right": 72.0,
    }
    if size is not None:
        page |= _measures(size, {"w": "width", "h": "height"})
    if margin is not None:
        page |= _measures(margin, {name: name for name in ("top", "bottom", "left", "right")})
    return page


def _margin(
    layout: Layout, parts: Mapping[str, etree._Element], section: etree._Element, which: str
) -> list[Block]:
    """The one header or footer of every page."""
    if section.find(f"{W}titlePg") is not None:
        raise ConfigError(
            f"{layout.name}: its first page has a header of its own",
            hint="every page must show draft or final, version and run",
        )
    found = section.findall(f"{W}{which}Reference")
    part = next((e.get(f"{R}id") for e in found if e.get(f"{W}type") == "default"), None)
    content = parts.get(layout.links.get(str(part), ""))
    return [] if content is None else list(_blocks(layout, content))


def _blocks(layout: Layout, parent: etree._Element) -> Iterator[Block]:
    for element in parent:
        match _name(element):
            case "p":
                yield _paragraph(layout, element)
            case "tbl":
                yield _table(layout, element)
            case "sdt":
                content = element.find(f"{W}sdtContent")
                yield from _blocks(layout, content) if content is not None else ()
            case name if name not in _SILENT:
                raise _cannot(layout, name)


def _name(element: etree._Element) -> str:
    return str(element.tag).removeprefix(W)


def _cannot(layout: Layout, name: str) -> ConfigError:
    told = _NAMED.get(name.rpartition("}")[2], name.rpartition("}")[2])
    return ConfigError(
        f"{layout.name}: has {told}, which the PDF cannot show",
        hint="a template may hold paragraphs, tables, page numbers, bold and underlined text",
    )


_NAMED: Final = {
    "drawing": "a picture or drawing", "pict": "a picture or text box", "object": "an object",
    "AlternateContent": "a drawing or text box", "ins": "tracked changes",
    "del": "tracked changes", "moveFrom": "tracked changes", "footnoteReference": "a footnote",
    "endnoteReference": "an endnote", "commentReference": "a comment", "ruby": "ruby",
    "commentRangeStart": "a comment", "oMath": "a formula", "sym": "a symbol of a font",
}  # fmt: skip


def _paragraph(layout: Layout, element: etree._Element) -> Block:
    properties = element.find(f"{W}pPr")
    style = (_value(properties, "pStyle") if properties is not None else None) or ""
    block: Block = {"style": style if style in layout.styles else "", **_looks(properties)}
    number = block.pop("number", None) or layout.styles[block["style"]].get("number")
    if number and number != "0":
        block["marker"] = layout.bullets.get(number, "・")
    block["runs"] = list(_runs(layout, element))
    slots = [run["slot"] for run in block["runs"] if "slot" in run]
    block["texts"] = [min(slots), max(slots) + 1] if slots else [0, 0]
    return block


def _runs(layout: Layout, parent: etree._Element) -> Iterator[Block]:
    field_text: list[str] | None = None  # what a field shows was worked out by Word; set anew
    for element in parent:
        match _name(element):
            case "r":
                kind = element.find(f"{W}fldChar")
                if kind is not None:
                    state = kind.get(f"{W}fldCharType")
                    if state == "begin":
                        field_text = []
                    elif state == "end" and field_text is not None:
                        yield _field(layout, "".join(field_text), element)
                        field_text = None
                elif field_text is not None:
                    field_text += [t.text or "" for t in element.findall(f"{W}instrText")]
                else:
                    yield from _run(layout, element)
            case "fldSimple":
                yield _field(layout, element.get(f"{W}instr") or "", element)
            case "sdt":
                content = element.find(f"{W}sdtContent")
                yield from _runs(layout, content) if content is not None else ()
            case name if name in _THROUGH:
                yield from _runs(layout, element)
            case name if name not in _SILENT:
                raise _cannot(layout, name)


def _field(layout: Layout, instruction: str, element: etree._Element) -> Block:
    name = (instruction.split() or [""])[0].upper()
    if name not in ("PAGE", "NUMPAGES", "SECTIONPAGES"):
        raise _cannot(layout, f"a field {name}")
    look = _letters(element.find(f"{W}rPr"))
    return {"field": "page" if name == "PAGE" else "pages", **look}


def _run(layout: Layout, element: etree._Element) -> Iterator[Block]:
    properties = element.find(f"{W}rPr")
    if properties is not None and properties.find(f"{W}vanish") is not None:
        raise _cannot(layout, "hidden text")
    look = _letters(properties)
    for part in element:
        match _name(part):
            case "t":
                yield {"slot": int(part.text or 0), **look}
            case "tab":
                yield {"text": "\t", **look}
            case "cr":
                yield {"text": "\n", **look}
            case "br":
                broken = part.get(f"{W}type") == "page"
                yield {"page_break": True} if broken else {"text": "\n", **look}
            case name if name not in _SILENT:
                raise _cannot(layout, name)


def _table(layout: Layout, element: etree._Element) -> Block:
    grid = element.findall(f"{W}tblGrid/{W}gridCol")
    rows = [_row(layout, row) for row in element.findall(f"{W}tr")]
    headed = 0
    while headed < len(rows) and rows[headed]["head"]:
        headed += 1
    return {
        "table": True,
        "widths": [float(column.get(f"{W}w") or 0) / _TWIPS for column in grid],
        "headed": headed,
        "rows": rows,
        "lines": _value(element, f"{W}tblPr/{W}tblStyle") != "TableNormal",
    }


def _row(layout: Layout, row: etree._Element) -> Block:
    head = row.find(f"{W}trPr/{W}tblHeader")
    cells = [_cell(layout, cell) for cell in row.findall(f"{W}tc")]
    return {"head": head is not None and _on(head), "cells": cells}


def _cell(layout: Layout, cell: etree._Element) -> Block:
    properties = cell.find(f"{W}tcPr")
    block: Block = {"blocks": list(_blocks(layout, cell))}
    if properties is not None:
        if span := _value(properties, "gridSpan"):
            block["span"] = int(span)
        if properties.find(f"{W}vMerge") is not None:
            raise _cannot(layout, "cells joined over rows")
        shade = properties.find(f"{W}shd")
        if shade is not None and (fill := shade.get(f"{W}fill")) not in (None, "auto"):
            block["fill"] = f"#{fill}"
    return block

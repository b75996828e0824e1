"""The pieces Word templates are made of: page, styles, tables, page numbers."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

MINCHO, GOTHIC = "游明朝", "游ゴシック"
ASH, RED = RGBColor(0x47, 0x53, 0x5F), RGBColor(0x8F, 0x16, 0x26)
TEXT_WIDTH = 166
KEPT_STYLES = frozenset(
    ["Normal", "Title", "Heading 1", "Heading 2", "Header", "Footer", "Table Grid", "Normal Table",
     "Default Paragraph Font", "No List"]
)  # fmt: skip

SHORT_NOTE = "この文書は法的助言ではありません。［要確認］とした箇所は一次資料で確認していません。"
NO_LIMITS = "数の幅を生じさせる事情は見つかっていません。一般の限界は証拠別紙のとおりです。"
DRAFT_NOTE = "この文書は自動作成の案であり、送付前に責任者と弁護士の確認を要する。"


class Sheet:
    """One template being written."""

    def __init__(self, *, landscape: bool = False, numbered: bool = True) -> None:
        self.doc, self.cell = Document(), "Cell"
        _strip(self.doc)
        section = self.doc.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        if landscape:
            section.page_width, section.page_height = Mm(297), Mm(210)
            section.orientation = WD_ORIENT.LANDSCAPE
        section.top_margin, section.bottom_margin = Mm(25), Mm(22)
        section.left_margin = section.right_margin = Mm(22)
        section.header_distance = section.footer_distance = Mm(11)
        _styles(self.doc)
        self._margins(section, numbered)

    def _margins(self, section, numbered: bool) -> None:
        head = section.header.paragraphs[0]
        head.style = "Header"
        head.add_run("【{{ mark }}】").bold = True
        head.add_run("　第{{ issue }}版・実行{{ run }}・{{ case }}")
        foot = section.footer.paragraphs[0]
        foot.style = "Footer"
        foot.add_run("{% if draft %}" + DRAFT_NOTE + "　{% endif %}")
        if numbered:
            _field(foot, "PAGE")
            foot.add_run(" / ")
            _field(foot, "NUMPAGES")

    def text(self, words: str, style: str = "Normal", **look: bool) -> Sheet:
        """A paragraph; `**words**` is bold."""
        paragraph = self.doc.add_paragraph(style=style)
        for number, part in enumerate(words.split("**")):
            if part:
                paragraph.add_run(part).bold = True if number % 2 else None
        if look.get("keep"):
            paragraph.paragraph_format.keep_with_next = True
        return self

    def title(self, words: str) -> Sheet:
        return self.text(words, "Title")

    def head(self, words: str) -> Sheet:
        return self.text(words, "Heading 1")

    def sub(self, words: str) -> Sheet:
        return self.text(words, "Heading 2")

    def when(self, condition: str, *paragraphs: str, style: str = "Normal") -> Sheet:
        """Paragraphs there only if a condition holds."""
        self.text("{%p if " + condition + " %}")
        for words in paragraphs:
            self.text(words, style)
        return self.text("{%p endif %}")

    def bullets(self, each: str, over: str, empty: str = "未確認") -> Sheet:
        self.text("{%p for " + over + " %}")
        self.text(f"・{each}", "Bullet")
        self.text("{%p else %}")
        self.text(f"・{empty}", "Bullet")
        return self.text("{%p endfor %}")

    def form(self, rows: list[tuple[str, str]], widths: tuple[int, int] = (46, 120)) -> Sheet:
        """Two columns: name and content. A row `("{%tr …", "")` steers."""
        table = self._table(list(widths))
        for name, content in rows:
            self._row(table, [name, content], heads=(0,))
        return self._closed(table)

    def grid(
        self, heads: list[str], cells: list[str], over: str, widths: list[int],
        *, right: tuple[int, ...] = (), empty: str = "", small: bool = False,
    ) -> Sheet:  # fmt: skip
        """A table with one row for each of `over`."""
        self.cell = "Cell Small" if small else "Cell"
        table = self._table(widths)
        self._row(table, heads, heads=range(len(heads)), right=right)
        properties = table.rows[-1]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:tblHeader"))
        self._row(table, ["{%tr for " + over + " %}", *[""] * (len(heads) - 1)])
        self._row(table, cells, right=right)
        if empty:
            self._row(table, ["{%tr else %}", *[""] * (len(heads) - 1)])
            self._row(table, [empty, *[""] * (len(heads) - 1)])
            last = table.rows[-1].cells
            joined = last[0].merge(last[-1])
            for extra in joined.paragraphs[1:]:
                extra._p.getparent().remove(extra._p)
        self._row(table, ["{%tr endfor %}", *[""] * (len(heads) - 1)])
        self.cell = "Cell"
        return self._closed(table)

    def _table(self, widths: list[int]):
        table = self.doc.add_table(rows=0, cols=len(widths), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        return table

    def _row(self, table, cells, heads=(), right=()) -> None:
        row = table.add_row()
        keep = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(keep)
        for number, (cell, words) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = table.columns[number].width
            paragraph = cell.paragraphs[0]
            paragraph.style = f"{self.cell} Head" if number in heads else self.cell
            paragraph.add_run(words)
            if number in right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if number in heads:
                _shade(cell, "F1F4F6")

    def _closed(self, table) -> Sheet:
        self.doc.add_paragraph(style="Gap")
        return self

    def save(self, path: Path) -> None:
        """Written with fixed times, so that making it anew changes nothing."""
        whole = io.BytesIO()
        self.doc.save(whole)
        with ZipFile(whole) as made, ZipFile(path, "w", ZIP_DEFLATED) as target:
            for name in made.namelist():
                if name.startswith(("docProps/thumbnail", "customXml", "word/stylesWithEffects")):
                    continue
                content = made.read(name)
                if name.endswith(".rels") or name == "[Content_Types].xml":
                    content = _without_links(content)
                target.writestr(_entry(name), content, compresslevel=9)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = ZIP_DEFLATED
    return entry


def _without_links(xml: bytes) -> bytes:
    """Links to the parts that are left out, taken out."""
    import re

    gone = rb"<(?:Relationship|Override)\b[^>]*(?:thumbnail|customXml|stylesWithEffects)[^>]*/>"
    return re.sub(rb'<Default Extension="jpeg"[^>]*/>', b"", re.sub(gone, b"", xml))


def _strip(doc) -> None:
    sheet = doc.styles.element
    for style in list(sheet.findall(qn("w:style"))):
        name = style.find(qn("w:name")).get(qn("w:val"))
        if name.lower() not in {kept.lower() for kept in KEPT_STYLES}:
            sheet.remove(style)
    latent = sheet.find(qn("w:latentStyles"))
    if latent is not None:
        sheet.remove(latent)
    fonts = sheet.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for child in list(fonts):
        fonts.remove(child)
    language = OxmlElement("w:lang")
    for key, value in (("val", "en-US"), ("eastAsia", "ja-JP"), ("bidi", "ar-SA")):
        language.set(qn(f"w:{key}"), value)
    fonts.append(language)


def _styles(doc) -> None:
    normal = doc.styles["Normal"]
    _letters(normal, MINCHO, 10.5)
    _paragraph(normal, before=0, after=3, line=1.2, align=WD_ALIGN_PARAGRAPH.JUSTIFY)
    _paragraph_style(doc, "Title", GOTHIC, 15, before=10, after=10,
                     align=WD_ALIGN_PARAGRAPH.CENTER, keep=True)  # fmt: skip
    _paragraph_style(doc, "Heading 1", GOTHIC, 11.5, before=10, after=3, keep=True, rule=True,
                     align=WD_ALIGN_PARAGRAPH.LEFT)  # fmt: skip
    _paragraph_style(doc, "Heading 2", GOTHIC, 10.5, before=6, after=2, keep=True,
                     align=WD_ALIGN_PARAGRAPH.LEFT)  # fmt: skip
    _paragraph_style(doc, "Header", GOTHIC, 8.5, color=RED, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _paragraph_style(doc, "Footer", MINCHO, 8, color=ASH, align=WD_ALIGN_PARAGRAPH.CENTER)
    left = WD_ALIGN_PARAGRAPH.LEFT
    for name, font, size, look in (
        ("To", MINCHO, 12, {"after": 2, "align": left}),
        ("From", MINCHO, 10.5, {"align": WD_ALIGN_PARAGRAPH.RIGHT}),
        ("Small", MINCHO, 9, {"color": ASH, "after": 2, "align": left}),
        ("Cell", MINCHO, 9.5, {"after": 0, "line": 1.1, "align": left}),
        ("Cell Head", GOTHIC, 9.5, {"after": 0, "line": 1.1, "align": left}),
        ("Cell Small", MINCHO, 8, {"after": 0, "line": 1.05, "align": left}),
        ("Cell Small Head", GOTHIC, 8, {"after": 0, "line": 1.05, "align": left}),
        ("Address", MINCHO, 11, {"after": 0, "align": left, "left": 14}),
        ("Line", MINCHO, 10.5, {"after": 0, "align": left}),
        ("Gap", MINCHO, 4, {"after": 0, "line": 1.0}),
        ("Bullet", MINCHO, 10.5, {"after": 1, "left": 10.5, "hanging": 10.5}),
    ):
        _paragraph_style(doc, name, font, size, **look)


def _paragraph_style(doc, name, font, size, *, color=None, **look) -> None:
    have = {style.name for style in doc.styles}
    style = (
        doc.styles[name] if name in have else doc.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    )
    if name not in ("Normal",):
        style.base_style = doc.styles["Normal"]
    style.quick_style = True
    for child in list(style.element):
        if child.tag in (qn("w:rPr"), qn("w:pPr")):
            style.element.remove(child)
    _letters(style, font, size)
    if color is not None:
        style.font.color.rgb = color
    _paragraph(style, **look)


def _letters(style, font: str, size: float) -> None:
    style.font.size = Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for key in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{key}"), font)


def _paragraph(style, *, before=0, after=3, line=1.2, align=None, keep=False, rule=False,
               left=0, hanging=0) -> None:  # fmt: skip
    layout = style.paragraph_format
    layout.space_before, layout.space_after, layout.line_spacing = Pt(before), Pt(after), line
    if align is not None:
        layout.alignment = align
    if keep:
        layout.keep_with_next = True
    if left:
        layout.left_indent, layout.first_line_indent = Pt(left), Pt(-hanging)
    if rule:
        borders = OxmlElement("w:pBdr")
        bottom = OxmlElement("w:bottom")
        for key, value in (("val", "single"), ("sz", "6"), ("space", "2"), ("color", "8A949E")):
            bottom.set(qn(f"w:{key}"), value)
        borders.append(bottom)
        style.element.get_or_add_pPr().insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc"
        )


def _field(paragraph, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _shade(cell, fill: str) -> None:
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shade)

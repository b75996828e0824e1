"""A few lines to write SVG safely: everything passes `element`, which escapes."""

from __future__ import annotations

import re
import unicodedata
from html import escape

from markupsafe import Markup

from breachscope.report.words import Said, plain


def element(tag: str, *children: str, **attributes: str | float) -> Markup:
    """One SVG element; text children are escaped, `Markup` ones kept.

    `class_` and `stroke_width` become class and stroke-width; numbers keep two digits.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for name, value in attributes.items()
    )
    inside = "".join(_written(tag, child) for child in children)
    return Markup(f"<{tag}{written}>{inside}</{tag}>")


def _written(tag: str, child: str) -> str:
    """A child as text: in a line of text each language by itself, elsewhere both together."""
    if isinstance(child, Markup):
        return child
    both = child.by_language if isinstance(child, Said) and tag == "text" else ()
    if not both:
        return escape(plain(child), quote=False)
    return "".join(
        f'<tspan lang="{code}">{escape(text, quote=False)}</tspan>' for code, text in both
    )


def picture(title: str, description: str, width: float, height: float, *parts: str) -> Markup:
    """A whole inline SVG with a title and description for screen readers."""
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        *parts,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        width=width,
        height=height,
    )


def alone(drawing: Markup) -> str:
    """A picture as a file of its own: in English, for no page is there to choose a language."""
    english = re.sub(r'<tspan lang="ja">[^<]*</tspan>', "", str(drawing))
    english = re.sub(r'<tspan lang="en">([^<]*)</tspan>', r"\1", english)
    return english.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def label(text: str, x: float, y: float, size: float = 12, **attributes: str | float) -> Markup:
    """A line of text whose baseline begins at (x, y)."""
    return element("text", text, x=x, y=y, font_size=size, **attributes)


def text_width(text: str, size: float) -> float:
    """About how wide a line of text is, in pixels: East Asian signs are square."""
    if isinstance(text, Said):  # room for either language
        return max(text_width(text.japanese, size), text_width(text.english, size))
    wide = sum(unicodedata.east_asian_width(sign) in "WFA" for sign in text)
    return size * (wide + 0.58 * (len(text) - wide))


def shortened(text: str, width: float, size: float) -> str:
    """The text, cut with an ellipsis where it would be wider than `width` pixels."""
    if isinstance(text, Said):
        short = (shortened(one, width, size) for one in (text.japanese, text.english))
        return Said(*short)
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def _value(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else f"{round(value, 2):g}"

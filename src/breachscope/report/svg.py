"""A few lines to write SVG safely: everything passes `element`, which escapes."""

from __future__ import annotations

import unicodedata
from html import escape

from markupsafe import Markup


def element(tag: str, *children: str, **attributes: str | float) -> Markup:
    """One SVG element; text children are escaped, `Markup` ones kept.

    `class_` and `stroke_width` become class and stroke-width; numbers keep two digits.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for name, value in attributes.items()
    )
    inside = "".join(
        child if isinstance(child, Markup) else escape(child, quote=False) for child in children
    )
    return Markup(f"<{tag}{written}>{inside}</{tag}>")


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


def label(text: str, x: float, y: float, size: float = 12, **attributes: str | float) -> Markup:
    """A line of text whose baseline begins at (x, y)."""
    return element("text", text, x=x, y=y, font_size=size, **attributes)


def text_width(text: str, size: float) -> float:
    """About how wide a line of text is, in pixels: East Asian signs are square."""
    wide = sum(unicodedata.east_asian_width(sign) in "WFA" for sign in text)
    return size * (wide + 0.58 * (len(text) - wide))


def shortened(text: str, width: float, size: float) -> str:
    """The text, cut with an ellipsis where it would be wider than `width` pixels."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def _value(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else f"{round(value, 2):g}"

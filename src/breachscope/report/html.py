"""The report as one HTML file: no outside address, nothing fetched.

The page's own policy forbids every connection; its one style sheet and its one script, which
sorts tables and finds in them, are named by hash. Without the script the page is whole. It is
there in Japanese and in English; which is shown is a choice of style, which needs no script.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from breachscope.report.charts import TIER_COLOURS
from breachscope.report.words import Said, joined, of_the_run, say

if TYPE_CHECKING:
    from jinja2 import Environment

    from breachscope.report.view import ReportView

TEMPLATES: Final = Path(__file__).parent / "templates"


def render(view: ReportView) -> str:
    """The whole page as text; the same bytes for the same view."""
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8")
    template = _environment().get_template("report.html.j2")
    return template.render(
        view=view,
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
        colours=TIER_COLOURS,
    )


def _both(value: object) -> object:
    """A text that is there in two languages, each marked as its own; the page shows one."""
    if not isinstance(value, Said):
        return value
    both = value.by_language
    if not both:
        return value.japanese
    return Markup("").join(
        Markup('<span lang="{}">{}</span>').format(code, text) for code, text in both
    )


@cache
def _environment() -> Environment:
    """The templates of the program itself, read once a process."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_both,
    )
    environment.globals.update(say=say, joined=joined, of_the_run=of_the_run)
    return environment


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

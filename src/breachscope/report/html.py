"""The report as one HTML file: no script, no outside address, nothing fetched.

The page's own policy forbids every connection; its one style sheet is named by hash.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from breachscope.report.charts import TIER_COLOURS

if TYPE_CHECKING:
    from breachscope.report.view import ReportView

TEMPLATES: Final = Path(__file__).parent / "templates"


def render(view: ReportView) -> str:
    """The whole page as text; the same bytes for the same view."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    template = environment.get_template("report.html.j2")
    return template.render(
        view=view, style=Markup(style), policy=_policy(style), colours=TIER_COLOURS
    )


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"

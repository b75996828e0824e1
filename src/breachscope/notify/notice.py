"""What is in a package and how to read it: the text beside the tables and documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from breachscope.notify.cells import heading
from breachscope.notify.documents.jinja import PlaybookEnvironment, rendered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from breachscope.notify.package import Package

README: Final = "package_readme.txt.j2"


def readme(templates: Path, package: Package, listed: int, columns: Sequence[str]) -> str:
    """The guide to a package; `columns` are those of its list of people.

    Raises:
        ConfigError: the template is missing or wrong, or asks for what is not given.
    """
    from jinja2 import TemplateError

    from breachscope.errors import ConfigError

    try:
        template = PlaybookEnvironment(templates, word=False).get_template(README)
    except TemplateError as error:
        line = f"line {error.lineno}: " if hasattr(error, "lineno") else ""
        raise ConfigError(f"{README}: {line}missing, or not a valid template") from None
    context = {
        "recipient": package.recipient,
        "case": package.case,
        "run": str(package.run),
        "issue": str(package.issue),
        "draft": package.draft,
        "listed": listed,
        "columns": [(column, heading(column)) for column in columns],
    }
    return rendered(template, README, context)

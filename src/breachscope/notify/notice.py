"""The texts of a package, from the playbook's templates.

A template may ask only for what is given: a placeholder without a value stops the build and
is named. What nobody knows yet is printed as not confirmed, never left blank.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.errors import ConfigError
from breachscope.notify.cells import heading
from breachscope.notify.package import STATEMENTS
from breachscope.schema import LADDER_TIERS, UTC_TIME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jinja2 import Environment

    from breachscope.notify.package import Package

Row = dict[str, Any]

NOT_CONFIRMED: Final = "未確認"
DOCUMENTS: Final = {
    "notice_entrusting_party.html.j2": "通知書.html",
    "notice_entrusting_party.txt.j2": "通知書.txt",
    "package_readme.txt.j2": "README.txt",
}
"""Template in the playbook -> file in the package."""


def documents(templates: Path, context: Row) -> dict[str, str]:
    """Every document of a package: file name -> text.

    Raises:
        ConfigError: a template is missing or wrong, or asks for what is not given.
    """
    environment = _environment(templates)
    return {name: _rendered(environment, source, context) for source, name in DOCUMENTS.items()}


def context_of(
    package: Package, counts: Row, extractions: pl.DataFrame, listed: int, columns: Sequence[str]
) -> Row:
    """What the templates may ask for.

    `counts` is the party's row of COUNTS, `listed` the persons in the list of people and
    `columns` that list's columns.

    Raises:
        ConfigError: a statement of a kind the notice does not know.
    """
    if unknown := sorted(package.statements.keys() - set(STATEMENTS)):
        raise ConfigError(f"statements: no such kind: {', '.join(unknown)}")
    return {
        "recipient": package.recipient,
        "sender": package.sender,
        "case": package.case,
        "run": package.run,
        "issue": package.issue,
        "prepared_on": package.prepared_on,
        "program_version": package.program_version,
        "playbook_digest": package.playbook_digest,
        "zone": package.zone,
        "statements": {kind: package.statements.get(kind) for kind in STATEMENTS},
        "limits": package.limits,
        "fields": counts["fields"] or [],
        "persons": persons(counts),
        "rows": {name: _number(counts[name]) for name in ROW_COUNTS},
        "period": _period(counts, package.zone),
        "downloads": _number(counts["downloads"]),
        "listed": _number(listed),
        "all_listed": listed == counts["all_count"],
        "lists": _lists(extractions, package.zone),
        "columns": [(column, heading(column)) for column in columns],
    }


ROW_COUNTS: Final = ("rows_gross", "rows_gross_low", "rows_gross_high", "rows_distinct")


def persons(counts: Row) -> dict[str, dict[str, str]]:
    """Tier -> count, low, high as text with separators."""
    return {
        tier: {m: _number(counts[f"{tier}_{m}"]) for m in ("count", "low", "high")}
        for tier in LADDER_TIERS
    }


def _number(value: int | None) -> str:
    return NOT_CONFIRMED if value is None else f"{value:,}"


def _period(counts: Row, zone: str) -> dict[str, str | None]:
    times = pl.Series([counts["first_at"], counts["last_at"]], dtype=UTC_TIME)
    first, last = times.dt.convert_time_zone(zone).dt.strftime("%Y年%m月%d日").to_list()
    return {"first": first, "last": last}


def _lists(extractions: pl.DataFrame, zone: str) -> list[Row]:
    """One entry a list: how often, when first and last, by which route."""
    day = pl.col("at").dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d")
    return (
        extractions.group_by("list_id")
        .agg(
            downloads=pl.len(),
            versions=pl.col("version_id").n_unique(),
            first=day.min(),
            last=day.max(),
            lost=(pl.col("content") == "lost").any(),
        )
        .sort("list_id")
        .to_dicts()
    )


def _environment(templates: Path) -> Environment:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates),
        autoescape=lambda name: bool(name) and ".html" in str(name),
        undefined=StrictUndefined,
        finalize=lambda value: NOT_CONFIRMED if value is None or value == "" else value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _rendered(environment: Environment, name: str, context: Row) -> str:
    from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError

    try:
        return environment.get_template(name).render(context)
    except UndefinedError as error:
        raise ConfigError(f"{name}: no value for the placeholder {_placeholder(error)}") from None
    except TemplateNotFound as error:
        raise ConfigError(f"{error.name}: the playbook has no such template") from None
    except TemplateSyntaxError as error:
        raise ConfigError(f"{error.name}: line {error.lineno}: not a valid template") from None
    except TemplateError as error:
        raise ConfigError(f"{name}: {type(error).__name__}") from None


def _placeholder(error: Exception) -> str:
    """The last quoted name in Jinja's message; only a plain name, so never a value."""
    names = re.findall(r"'([A-Za-z_][A-Za-z0-9_]*)'", str(error))
    return names[-1] if names else "(unnamed)"

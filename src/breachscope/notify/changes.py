"""What a supplement or withdrawal changes: for programs, and as a plain text until it is read."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from breachscope.errors import ConfigError
from breachscope.notify.documents import changes as documents
from breachscope.notify.documents import words
from breachscope.notify.documents.jinja import PlaybookEnvironment, rendered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from breachscope.notify.package import Change, Package

TEMPLATE: Final = "package_change.txt.j2"
TEXT: Final = "変更点.txt"
DOCUMENT: Final = "changes.json"
PEOPLE: Final = "people_changes.csv"


def files(package: Package, change: Change, templates: Path) -> dict[str, str]:
    """File name -> text.

    Raises:
        ConfigError: the template is missing or wrong, or asks for what is not given.

    """
    from jinja2 import TemplateError

    try:
        template = PlaybookEnvironment(templates, word=False).get_template(TEMPLATE)
    except TemplateError:
        raise ConfigError(f"{TEMPLATE}: missing, or not a valid template") from None
    told = _told(change)
    named = words.read(templates)
    context: Mapping[str, Any] = {
        **told,
        "figures": [asdict(documents.figure(figure, named)) for figure in change.figures],
        "others": [asdict(o) for o in documents.others(change, package.zone, named)],
        "reasons": [documents.reason(reason, named) for reason in change.reasons],
        "recipient": package.recipient,
        "case": package.case,
        "run": str(package.run),
        "issue": str(package.issue),
        "draft": package.draft,
    }
    document = {
        "schema": "breachscope/package-change/1",
        "party_id": package.recipient.party_id,
        "run": package.run,
        "issue": package.issue,
        **told,
    }
    return {
        TEXT: rendered(template, TEMPLATE, dict(context)),
        DOCUMENT: json.dumps(document, ensure_ascii=False, indent=2) + "\n",
    }


def _told(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "previous_issue": change.previous_issue,
        "previous_run": change.previous_run,
        "previous_package": change.previous_package,
        "figures": [asdict(figure) for figure in change.figures],
        "period_changed": change.period_changed,
        "persons": {
            "added": change.added,
            "withdrawn": change.withdrawn,
            "moved": change.moved,
        },
        "period": {"before": list(change.period_before), "after": list(change.period_after)},
        "items": [asdict(item) for item in change.items],
        "withdrawn_wholly": change.withdrawn_wholly,
        "reasons": list(change.reasons),
    }

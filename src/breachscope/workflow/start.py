"""A new case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from breachscope import __version__, playbook
from breachscope.case import config, folder, ledger
from breachscope.errors import ConfigError
from breachscope.workflow.context import now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def init(
    root: Path,
    *,
    name: str,
    zone: str,
    playbook: str,
    accounts: Sequence[str],
    hosts: Sequence[str],
    days: tuple[str | None, str | None],
    command: Sequence[str],
    knowledge_date: object = None,
    organisations: dict[str, Any] | None = None,
) -> folder.CaseFolder:
    """Make a case folder and open its ledger.

    Raises:
        ConfigError: the folder is not empty, a zone, day or playbook is wrong.

    """
    told: dict[str, Any] = {
        "name": name,
        "zone": zone,
        "playbook": playbook,
        "knowledge_date": knowledge_date,
        "organisations": organisations or {},
        "focus": {"accounts": list(accounts), "hosts": list(hosts), "from": days[0], "to": days[1]},
    }
    made = folder.create(root, checked(told))
    entry = {"action": "case made", "at": now(), "command": list(command), "version": __version__}
    ledger.append(made.ledger, entry)
    return made


def checked(told: dict[str, Any]) -> config.CaseSettings:
    """Settings from what was told, the playbook read once to see that it is there.

    Raises:
        ConfigError: all mistakes at once.

    """
    try:
        settings = config.CaseSettings.model_validate(told)
    except ValidationError as error:
        mistakes = playbook.mistakes(error, "init")
        raise ConfigError("\n  ".join(mistakes)) from error
    playbook.load(settings.playbook)
    return settings

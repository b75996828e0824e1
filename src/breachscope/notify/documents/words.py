"""The words of the documents, from `words.toml` in the playbook's templates."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from breachscope.errors import ConfigError
from breachscope.playbook import mistakes

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "words.toml"


class Words(BaseModel):
    """Names of things in the documents; a legal team may change any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    public: list[str]  # sectors under Chapter 5
    marks: dict[str, str]  # draft, final
    fields: dict[str, str]
    tiers: dict[str, str]
    figures: dict[str, str]
    change_kinds: dict[str, str]
    measures: dict[str, str]
    routes: dict[str, str]
    binds: dict[str, str]
    scopes: dict[str, str]
    sectors: dict[str, str]
    kinds: dict[str, str]  # kinds of evidence
    reasons: dict[str, str]  # reasons of the playbook's rules
    channels: dict[str, str]
    channel_reasons: dict[str, str]
    holds: dict[str, str]
    duties: dict[str, str]  # kinds of obligation
    answers: dict[str, str]  # yes, no, review
    recipients: dict[str, str]
    triggers: dict[str, str]
    item_classes: dict[str, str]
    item_marks: dict[str, str]  # of the classes duties hang on: shown wherever an item is named
    item_status: dict[str, str]  # sure, unsure, none, none so far
    item_grounds: dict[str, str]  # what the class of an item was told by


def read(templates: Path) -> Words:
    """Read the words.

    Raises:
        ConfigError: the file is missing or has mistakes; all of them, with their keys.
    """
    path = templates / FILE
    try:
        with path.open("rb") as file:
            return Words.model_validate(tomllib.load(file))
    except FileNotFoundError:
        raise ConfigError(f"the playbook has no {FILE}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{FILE}: {error}") from None
    except ValidationError as error:
        told = "\n  ".join(mistakes(error, FILE))
        raise ConfigError(f"{FILE} has mistakes:\n  {told}") from None

"""`documents.toml`: what people state for the documents, read with all mistakes at once.

Nothing in it changes a run: it is who writes, whom to ask, and what no evidence can tell.
"""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from breachscope.errors import ConfigError
from breachscope.playbook import mistakes

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "documents.toml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sender(_Strict):
    """The organisation that writes."""

    name: str | None = None
    representative: str | None = None
    address: str | None = None
    corporate_number: str | None = None
    industry: str | None = None
    contact: str | None = None


class Desk(_Strict):
    """Where persons can ask whether they are affected."""

    name: str | None = None
    phone: str | None = None
    hours: str | None = None
    mail: str | None = None
    url: str | None = None


class Letters(_Strict):
    """How persons are written to."""

    order: tuple[Literal["post", "mail", "phone"], ...] = ("post", "mail", "phone")
    stale_before: date | None = None  # contacts of older versions are not used


class Statements(_Strict):
    """What people state for all documents, and for those of single parties."""

    prepared_on: str | None = None
    sender: Sender = Sender()
    desk: Desk = Desk()
    letters: Letters = Letters()
    statements: dict[str, str] = {}
    parties: dict[str, dict[str, str]] = {}  # party -> statements of its own
    digest: str = ""

    def of(self, party: str) -> dict[str, str]:
        """The statements for one party: its own before those for all."""
        return {**self.statements, **self.parties.get(party, {})}


def read(root: Path) -> Statements:
    """What people state in a case; nothing where there is no such file.

    Raises:
        ConfigError: it is not TOML, or has mistakes; all of them, with their keys.
    """
    path = root / FILE
    if not path.is_file():
        return Statements()
    content = path.read_bytes()
    try:
        told = tomllib.loads(content.decode())
        if "digest" in told:
            raise ConfigError(f"{FILE}: digest: is not for people to state")
        return Statements.model_validate({**told, "digest": hashlib.sha256(content).hexdigest()})
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{FILE}: {error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{FILE}: is not UTF-8") from None
    except ValidationError as error:
        listed = "\n  ".join(mistakes(error, FILE))
        raise ConfigError(f"{FILE} has mistakes:\n  {listed}") from None

"""`case.toml`: what people edit, read with all mistakes at once."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from breachscope.errors import ConfigError
from breachscope.playbook import DEFAULT, mistakes

if TYPE_CHECKING:
    from pathlib import Path

UTC = ZoneInfo("UTC")


class FocusSettings(BaseModel):
    """What is under inquiry; an empty list means all. Days are whole, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    accounts: list[str] = []
    hosts: list[str] = []
    first_day: date | None = Field(default=None, alias="from")
    last_day: date | None = Field(default=None, alias="to")


class OrganisationSettings(BaseModel):
    """What is known of a party, or of an organisation of the entrustments."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sector: Literal["private", "iaa", "iaa_schedule2", "local", "local_iaa", "national"] | None = (
        None
    )
    knew_on: date | None = None
    jurisdictions: list[str] | None = None  # else those of the case


class CaseSettings(BaseModel):
    """The settings of one case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    zone: str = "Asia/Tokyo"
    playbook: str = DEFAULT
    knowledge_date: date | None = None
    focus: FocusSettings = FocusSettings()
    recipients: dict[str, str | list[str]] = {}  # party -> public keys its package is sealed for
    organisation: str | None = None  # the own one, as the entrustments name it
    organisations: dict[str, OrganisationSettings] = {}
    jurisdictions: list[str] = ["jp-appi"]
    improper_purpose: Literal["yes", "no", "review"] | None = None  # else as the playbook says

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(
                f"no time zone is called {zone!r}; write one such as Asia/Tokyo"
            ) from error
        return zone

    def keys_of(self, party: str) -> list[str]:
        """The public keys a party's package is sealed for; none if it has none."""
        told = self.recipients.get(party, [])
        keys = [told] if isinstance(told, str) else told
        return [key.strip() for key in keys if key.strip()]

    def day_start(self, day: date) -> datetime:
        """The first instant of a day in the case's zone, as UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)

    def focus_bounds(self) -> tuple[datetime | None, datetime | None]:
        """The time under inquiry as [start, end) in UTC."""
        first, last = self.focus.first_day, self.focus.last_day
        start = self.day_start(first) if first else None
        end = self.day_start(last + timedelta(days=1)) if last else None
        return start, end


def read(path: Path) -> CaseSettings:
    """Read `case.toml`.

    Raises:
        ConfigError: it is not TOML, or has mistakes; all of them, with their keys.

    """
    try:
        with path.open("rb") as file:
            return CaseSettings.model_validate(tomllib.load(file))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"case.toml: {error}") from error
    except ValidationError as error:
        told = "\n  ".join(mistakes(error, "case.toml"))
        raise ConfigError(f"case.toml has mistakes:\n  {told}") from error


def text(settings: CaseSettings) -> str:
    """The `case.toml` of these settings, with a word on each."""
    focus = settings.focus
    lines = [
        "# One investigation. Edit freely: the next run takes up what changed and says so.",
        f"name = {_toml(settings.name)}",
        f"zone = {_toml(settings.zone)}          # for evidence that declares no zone of its own",
        f"playbook = {_toml(settings.playbook)}",
    ]
    if settings.knowledge_date:
        day = settings.knowledge_date.isoformat()
        lines.append(f"knowledge_date = {day}  # the day your own organisation knew")
    lines += [
        "",
        "[focus]                        # what is under inquiry; empty means everything",
        f"accounts = {_toml_list(focus.accounts)}",
        f"hosts = {_toml_list(focus.hosts)}",
    ]
    if focus.first_day:
        lines.append(
            f"from = {focus.first_day.isoformat()}              # whole days, both included"
        )
    if focus.last_day:
        lines.append(f"to = {focus.last_day.isoformat()}")
    lines += [
        "",
        "[recipients]                   # party = public key its package is sealed for:",
        '# P1 = "age1…"                 # age1…, ssh-ed25519 … or ssh-rsa …; or a list of such',
        *_organisations_text(settings),
    ]
    return "\n".join(lines) + "\n"


def _organisations_text(settings: CaseSettings) -> list[str]:
    lines = ["", "# [organisations.ID]: sector, knew_on of a party or of one in the entrustments"]
    for name, about in settings.organisations.items():
        lines += ["", f"[organisations.{_toml(name)}]"]
        if about.sector:
            lines.append(f"sector = {_toml(about.sector)}")
        if about.knew_on:
            lines.append(f"knew_on = {about.knew_on.isoformat()}")
        if about.jurisdictions is not None:
            lines.append(f"jurisdictions = {_toml_list(about.jurisdictions)}")
    return lines


def _toml(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _toml_list(values: list[str]) -> str:
    return "[" + ", ".join(_toml(value) for value in values) + "]"

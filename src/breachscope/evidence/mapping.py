"""The mapping file: what a file's columns and words mean, where the playbook cannot know."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from breachscope.errors import ConfigError
from breachscope.playbook import mistakes
from breachscope.schema import KINDS, Column, ColumnType, Kind

if TYPE_CHECKING:
    from pathlib import Path

BOOLEANS = ("true", "false")
OFFSET = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")


class Pattern(BaseModel):
    """A canonical column that is part of another column's text."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    column: str
    regex: str


class Mapping(BaseModel):
    """One mapping file; keys of every table are canonical columns of `kind`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Kind
    zone: str | None = None
    encoding: str | None = None
    skip_rows: Annotated[int, Field(ge=0)] | None = None
    columns: dict[str, str] = {}
    formats: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    patterns: dict[str, Pattern] = {}

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str | None) -> str | None:
        if zone is not None and not is_zone(zone):
            raise ValueError("no such zone; write it as Asia/Tokyo, UTC or +09:00")
        return zone

    @field_validator("columns")
    @classmethod
    def _columns_are_known(cls, found: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        _refuse(_unknown(found, info))
        return found

    @field_validator("formats")
    @classmethod
    def _formats_are_of_times(cls, found: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        wrong = _unknown(found, info)
        for name, column in _columns(info).items():
            if name in found and column.type not in (ColumnType.TIME, ColumnType.DATE):
                wrong.append(f"{name}: is neither a time nor a date")
        _refuse(wrong)
        return found

    @field_validator("values")
    @classmethod
    def _words_are_known(
        cls, found: dict[str, dict[str, str]], info: ValidationInfo
    ) -> dict[str, dict[str, str]]:
        wrong = _unknown(found, info)
        for name, column in _columns(info).items():
            words = BOOLEANS if column.type is ColumnType.BOOLEAN else column.words
            if name in found and not words:
                wrong.append(f"{name}: has no fixed words")
            elif bad := sorted(set(found.get(name, {}).values()) - set(words)):
                wrong.append(f"{name}: {', '.join(bad)}: not one of {', '.join(words)}")
        _refuse(wrong)
        return found

    @field_validator("patterns")
    @classmethod
    def _patterns_compile(
        cls, found: dict[str, Pattern], info: ValidationInfo
    ) -> dict[str, Pattern]:
        wrong = _unknown(found, info)
        wrong += [f"{name}: {why}" for name, p in found.items() if (why := _regex_fault(name, p))]
        _refuse(wrong)
        return found


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        ConfigError: it is missing or wrong; all mistakes at once, each with its key.
    """
    try:
        return Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name}: cannot be read as UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}: {error}") from error
    except ValidationError as error:
        wrong = mistakes(error, path.name)
        raise ConfigError("the mapping has mistakes:\n  " + "\n  ".join(wrong)) from None


def is_zone(name: str) -> bool:
    """The name is a zone of the tz database, or an offset like +09:00."""
    if OFFSET.fullmatch(name):
        return True
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def part_of(column: pl.Expr, name: str, pattern: Pattern) -> pl.Expr:
    """The named group of the pattern in the column's text; null where it does not match."""
    return column.str.extract(pattern.regex, _python(pattern.regex).groupindex[name])


def _python(regex: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", regex))


def _regex_fault(name: str, pattern: Pattern) -> str | None:
    try:
        if name not in _python(pattern.regex).groupindex:
            return f"the regex has no group (?<{name}>...)"
        pl.Series([""]).str.extract(pattern.regex, 1)
    except (re.error, pl.exceptions.PolarsError):
        return "the regex does not compile"
    return None


def _columns(info: ValidationInfo) -> dict[str, Column]:
    kind = info.data.get("kind")
    return {column.name: column for column in KINDS[kind]} if kind else {}


def _unknown(
    found: dict[str, str] | dict[str, Pattern] | dict[str, dict[str, str]], info: ValidationInfo
) -> list[str]:
    known = _columns(info)
    return [
        f"{name}: {info.data['kind']} has no such column"
        for name in found
        if known and name not in known
    ]


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise ValueError("; ".join(wrong))

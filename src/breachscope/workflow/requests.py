"""Requests to take evidence in: from the command line, or a manifest of many files."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import polars as pl

from breachscope import evidence
from breachscope.case import register
from breachscope.errors import ConfigError
from breachscope.evidence.mapping import is_zone
from breachscope.schema import Kind

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Request:
    """One file to take in."""

    path: Path
    kind: Kind
    options: register.Options = field(default_factory=register.Options)
    custody: register.Custody = field(default_factory=register.Custody)


MANIFEST_OPTIONS = tuple(asdict(register.Options()))
MANIFEST_CUSTODY = ("exhibit", "received_from", "acquired_at", "authority", "tool", "sha256")


def manifest(path: Path) -> list[Request]:
    """The files a manifest names: `kind`, `file`, and any option of `add` as a column.

    Files are taken from the manifest's own folder and may not leave it.

    Raises:
        ConfigError: all its mistakes, with their lines.

    """
    try:
        table = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ConfigError(f"{path.name}: cannot be read as CSV") from error
    wrong: list[str] = []
    known = {"kind", "file", *MANIFEST_OPTIONS, *MANIFEST_CUSTODY}
    if unknown := sorted(set(table.columns) - known):
        wrong.append(f"line 1: no such option: {', '.join(unknown)}")
    if missing := sorted({"kind", "file"} - set(table.columns)):
        wrong.append(f"line 1: no column {', '.join(missing)}")
    requests = []
    if not wrong:
        for line, row in enumerate(table.iter_rows(named=True), start=2):
            try:
                requests.append(_request(path.parent, row))
            except ConfigError as error:
                wrong.append(f"line {line}: {error}")
    if wrong:
        raise ConfigError(f"{path.name} has mistakes:\n  " + "\n  ".join(wrong))
    return requests


def _request(base: Path, row: dict[str, str | None]) -> Request:
    given = {name: value for name, value in row.items() if value}
    if "file" not in given or "kind" not in given:
        raise ConfigError("no kind or no file")
    file = base / given["file"]
    if not file.resolve().is_relative_to(base.resolve()):
        raise ConfigError("the file lies outside the manifest's folder")
    options = {name: given[name] for name in MANIFEST_OPTIONS if name in given}
    if "mapping" in options:
        options["mapping"] = mapping_text(base / options["mapping"])
    custody = {name: given[name] for name in MANIFEST_CUSTODY if name in given and name != "sha256"}
    return Request(
        file,
        kind_named(given["kind"]),
        checked_options(register.Options(**options)),
        checked_custody(register.Custody(**custody, expected_sha256=given.get("sha256"))),
    )


def kind_named(name: str) -> Kind:
    """The kind of this name.

    Raises:
        ConfigError: there is none; names those there are.

    """
    try:
        return Kind(name)
    except ValueError as error:
        raise ConfigError(f"no kind of evidence is called {name}", hint=", ".join(Kind)) from error


def checked_custody(custody: register.Custody) -> register.Custody:
    """The same, its time with an offset.

    Raises:
        ConfigError: `acquired_at` is no time, or has no offset.

    """
    if custody.acquired_at is None:
        return custody
    try:
        moment = datetime.fromisoformat(custody.acquired_at)
    except ValueError as error:
        raise ConfigError("acquired-at: write it as 2023-09-01T10:00:00+09:00") from error
    if moment.tzinfo is None:
        raise ConfigError("acquired-at: say the offset too, as in 2023-09-01T10:00:00+09:00")
    return replace(custody, acquired_at=moment.isoformat())


def checked_options(options: register.Options) -> register.Options:
    """The same, its clock offset a number, its zone one there is, its end a day.

    Raises:
        ConfigError: it is none.

    """
    try:
        seconds = float(options.clock_offset)
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise ConfigError("clock-offset: write seconds, as in 90 or -3600")
    if options.ended_by is not None:
        try:
            date.fromisoformat(options.ended_by)
        except ValueError as error:
            raise ConfigError("ended-by: write a day as 2022-12-31") from error
    if options.zone is not None and not is_zone(options.zone):
        raise ConfigError(
            f"zone: there is none called {options.zone}",
            hint="write it as Asia/Tokyo, UTC or +09:00",
        )
    return options


def mapping_text(path: Path) -> str:
    """A mapping file's text, checked.

    Raises:
        ConfigError: it cannot be read, or has mistakes; all of them.

    """
    evidence.load_mapping(path)
    return path.read_text(encoding="utf-8-sig")

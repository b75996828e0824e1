"""Jurisdictions: duties to report and notify as dated data, read from TOML.

A jurisdiction is a folder: `jurisdiction.toml` (calendar, clocks, recipients, what a report
says) and one file a regime, a body of rules with its triggers and exemptions. Every fact says
how far it was checked. All mistakes of all files are reported at once, with file and key.
"""

from __future__ import annotations

import hashlib
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from breachscope.errors import ConfigError
from breachscope.jurisdictions.model import (
    Applies,
    Calendar,
    Clock,
    ClockChoice,
    Exemption,
    Head,
    Jurisdiction,
    Note,
    Regime,
    Role,
    Rule,
    Trigger,
)
from breachscope.playbook import read_toml, shipped
from breachscope.schema import SECTORS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "Applies",
    "Calendar",
    "Clock",
    "ClockChoice",
    "Exemption",
    "Jurisdiction",
    "Note",
    "Regime",
    "Role",
    "Rule",
    "Trigger",
    "load",
]

HEAD = "jurisdiction.toml"
FOLDER = "jurisdictions"


def load(name: str, near: Sequence[Path] = ()) -> Jurisdiction:
    """Read a jurisdiction by name, or by path (taken from the folders `near`).

    Raises:
        ConfigError: it is not there, or is wrong; all mistakes at once.

    """
    folder = next((place for place in _places(name, near) if (place / HEAD).is_file()), None)
    if folder is None:
        there = sorted(path.parent.name for path in (shipped() / FOLDER).glob(f"*/{HEAD}"))
        raise ConfigError(f"no jurisdiction called {name}", hint=f"there are: {', '.join(there)}")
    wrong: list[str] = []
    head = read_toml(folder / HEAD, Head, wrong)
    files = sorted(path for path in folder.glob("*.toml") if path.name != HEAD)
    regimes = [regime for path in files if (regime := read_toml(path, Regime, wrong))]
    if head:
        wrong += [said for regime in regimes for said in _unknown(head, regime)]
    wrong += _double_rules(regimes)
    wrong += _forgotten(regimes)
    if head is None or wrong:
        raise ConfigError(f"the jurisdiction {name} has mistakes:\n  " + "\n  ".join(wrong))
    return Jurisdiction(head=head, regimes=regimes, digest=_digest([folder / HEAD, *files]))


def _places(name: str, near: Sequence[Path]) -> list[Path]:
    own = [folder / inside for folder in near for inside in (name, f"{FOLDER}/{name}")]
    return [*own, shipped() / FOLDER / name]


def _unknown(head: Head, regime: Regime) -> list[str]:
    """Clocks, recipients and content of a regime that the head does not have."""
    codes = {content.code for content in head.content}
    found = []
    for rule in regime.rules:
        clocks = {choice.clock for choice in rule.clocks} - head.clocks.keys()
        found += [f"{regime.id}: {rule.id}: no clock {name}" for name in sorted(clocks)]
        if rule.recipient not in head.recipients:
            found.append(f"{regime.id}: {rule.id}: no recipient {rule.recipient}")
        unknown = sorted(set(rule.content) - codes)
        found += [f"{regime.id}: {rule.id}: no content {code}" for code in unknown]
    return found


def _double_rules(regimes: list[Regime]) -> list[str]:
    """Rules of one id must not be in force on one day; ids belong to one regime."""
    owners: dict[str, str] = {}
    found = []
    for regime in regimes:
        for rule in regime.rules:
            owners.setdefault(rule.id, regime.id)
        found += [
            f"{regime.id}: {rule.id}: is a rule of {owners[rule.id]} too"
            for rule in regime.rules
            if owners[rule.id] != regime.id
        ]
        spans = sorted(
            (rule.id, rule.valid_from, rule.valid_to or date.max) for rule in regime.rules
        )
        found += [
            f"{regime.id}: {name}: two of it are in force on {start}"
            for (name, _, end), (other, start, _) in pairwise(spans)
            if name == other and start <= end
        ]
    return found


def _forgotten(regimes: list[Regime]) -> list[str]:
    """Sectors no regime covers: whoever is of one would owe nothing, and nobody would say so."""
    covered = {sector for regime in regimes if not regime.needs for sector in regime.sectors()}
    return [f"no regime covers the sector {sector}" for sector in SECTORS if sector not in covered]


def _digest(files: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in files:
        whole.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()

"""What a part of a stage was made from, so that a run can say why it computes it again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from breachscope import schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BLOCK = 1 << 22


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything that, if changed, makes a part out of date."""

    stage: str
    part: str
    inputs: Mapping[str, str]  # name of an input -> its digest
    settings: Mapping[str, Any]
    stage_version: int
    schema: str = field(default_factory=schema.digest)  # of the tables' declarations

    def digest(self) -> str:
        """One short name for this state, the same on every machine."""
        return digest_of(asdict(self))

    def reasons(self, last: Fingerprint | None) -> list[str]:
        """Say what changed since `last`, in words for the terminal; empty if nothing did."""
        if last is None:
            return ["never computed"]
        mine, theirs = set(self.inputs), set(last.inputs)
        changed = sorted(name for name in mine & theirs if self.inputs[name] != last.inputs[name])
        told = [
            *(_told("new", sorted(mine - theirs))),
            *(_told("gone", sorted(theirs - mine))),
            *(_told("changed", changed)),
        ]
        if self.settings != last.settings:
            told.append("settings or playbook changed")
        if (self.stage_version, self.schema) != (last.stage_version, last.schema):
            told.append("the method of this version of breachscope differs")
        return told


def _told(what: str, names: list[str]) -> list[str]:
    if not names:
        return []
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return [f"{what}: {shown}"]


def digest_of(value: object) -> str:
    """SHA-256 of a value's JSON with sorted keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

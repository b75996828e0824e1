"""The tables kept of one evidence file: the digest of each, and which are not as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breachscope.case.fingerprint import sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def digests(place: Path) -> dict[str, str]:
    """File within the folder -> SHA-256 of every table in it, in order of name."""
    found = sorted(path.relative_to(place).as_posix() for path in place.rglob("*.parquet"))
    return {name: sha256_of(place / name) for name in found}


def changed(place: Path, told: Mapping[str, str]) -> list[str]:
    """Names of the tables that were edited, added or taken away since `told`."""
    found = digests(place)
    return sorted(name for name in found.keys() | told.keys() if found.get(name) != told.get(name))

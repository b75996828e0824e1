"""Each party's folder among the packages: one of its own, whatever its id is made of."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Final

from breachscope.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_NAME: Final = 60
"""Characters of a party's id that are kept in its folder's name."""


def folder_names(parties: Sequence[str]) -> dict[str, str]:
    """Each party's id as a folder's name: no two alike, also where case is not told apart.

    Raises:
        ConfigError: two parties would share a folder all the same.

    """
    alike = Counter(_alike(_safe(party)) for party in parties)
    names = {
        party: _folder_name(party, alone=alike[_alike(_safe(party))] == 1) for party in parties
    }
    owners: dict[str, str] = {}
    for party, name in names.items():
        if owners.setdefault(_alike(name), party) != party:
            raise ConfigError(f"{owners[_alike(name)]} and {party}: packages would be one folder")
    return names


def _safe(party: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in party)[:LONGEST_NAME]


def _alike(name: str) -> str:
    """Names that some file system takes for one are equal in this form."""
    return unicodedata.normalize("NFKC", name).casefold()


def _folder_name(party: str, *, alone: bool) -> str:
    safe = _safe(party)
    if alone and safe == party and not safe.startswith(".") and not safe.endswith("."):
        return safe
    return f"{safe.strip('.')}-{hashlib.sha256(party.encode()).hexdigest()[:16]}"

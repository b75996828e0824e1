"""Packages that left: what was issued to whom, with which figures, as the ledger tells."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

ISSUED: Final = "packages issued"
"""The ledger's action."""


@dataclass(frozen=True, slots=True)
class Issued:
    """One package as it was issued. Figures are whole numbers by name of COUNTS."""

    party_id: str
    run: int
    issue: int  # 1 for the first to this recipient
    kind: str  # notice, supplement, withdrawal
    package: str  # SHA-256 of its manifest
    sealed: str | None  # SHA-256 of the encrypted file; none if it left unsealed
    keys: list[str]  # whom it was encrypted for
    figures: dict[str, int]
    period: list[str]  # first and last download, fields
    persons: str  # digest of who is listed in which tier
    listed: int
    signed_by: str | None = None
    items: list[list[str]] | None = None  # column, class, sure or unsure; None: not recorded
    at: str = field(default="", compare=False)

    def entry(self) -> dict[str, Any]:
        """The ledger's payload."""
        plain = asdict(self)
        del plain["at"]
        return plain


def by_party(entries: Iterable[dict[str, Any]]) -> dict[str, list[Issued]]:
    """Party -> everything issued to it, in order."""
    found: dict[str, list[Issued]] = {}
    for entry in entries:
        if entry.get("action") == ISSUED:
            for payload in entry["issued"]:
                issued = Issued(**payload, at=str(entry["at"]))
                found.setdefault(issued.party_id, []).append(issued)
    return found

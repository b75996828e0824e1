"""A column in the making: its facts, what its header says, and its claims."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from breachscope.linkage.columns_claims import Claim, rank

if TYPE_CHECKING:
    from collections.abc import Iterable

    from breachscope.linkage.columns_facts import Facts
    from breachscope.linkage.columns_headers import Hint

NAMES: Final = ("name", "family_name", "given_name", "name_kana")


@dataclass(frozen=True, slots=True)
class Judged:
    """One column in the making."""

    facts: Facts
    hint: Hint
    claims: tuple[Claim, ...]

    @property
    def best(self) -> Claim | None:
        """Its best claim."""
        return self.claims[0] if self.claims else None

    def claim(self, *roles: str) -> Claim | None:
        """Its best claim to one of these roles."""
        return next((claim for claim in self.claims if claim.role in roles), None)

    def is_surely(self, *roles: str) -> bool:
        """Content alone gives it one of these roles."""
        return self.best is not None and self.best.is_clear and self.best.role in roles


Columns = dict[str, Judged]


def with_claim(column: Judged, claim: Claim) -> Judged:
    """The column with this claim in place of its claim to the same role."""
    others = (other for other in column.claims if other.role != claim.role)
    return replace(column, claims=_ranked([*others, claim]))


def instead(column: Judged, role: str, other: str, words: str) -> Judged:
    """The column with its claim to one role made one to another, and words added."""
    claims = [
        replace(claim, role=other, why=claim.why + words) if claim.role == role else claim
        for claim in column.claims
    ]
    return replace(column, claims=_ranked(claims))


def _ranked(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    return tuple(sorted(claims, key=rank))

"""The role of a column by its cells and its header, and what is said for it.

Content decides where it is clear: at least 80 % of the cells pass a test that hardly anything
else passes (`columns_claims`), and fewer than 20 % could be what the header says. Otherwise
the header stands, if one cell in ten can be what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from breachscope.linkage.columns_claims import FEW, LEAST, Claim, percent
from breachscope.linkage.columns_fits import fit
from breachscope.linkage.columns_headers import (
    NOT_A_ROLE,
    NUMBER,
    THING,
    Hint,
    is_nameless,
    own_name,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breachscope.linkage.columns_judged import Judged

By = Literal["content", "header", "ruling"]

FOREIGN: Final = 0.2
"""Clear content overrules a header that fewer of the cells could follow."""
HOPELESS: Final = 0.1
"""A header that fewer of the cells could follow says nothing."""

ADDRESSES: Final = ("address", "postal_address", "prefecture", "city", "town", "lot", "building")
_PARTS: Final = ("prefecture", "city", "town", "lot", "building")
PHONES: Final = ("phone", "mobile", "phones")
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(ADDRESSES, ADDRESSES),
    "address_rest": ADDRESSES,
    **dict.fromkeys(PHONES, PHONES),
    "name": ("name", "name_kana"),
    NUMBER: ("customer_no",),
    THING: ("organisation",),
}
"""What a header says -> the roles that are closer words for it."""
_ALONE: Final = ("birth_date", "customer_no")
"""Roles that content gives without being sure, where no header speaks."""


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """What one column holds, and why."""

    column: str  # its name in the frame, which may be a row's cell: show `header`
    header: str  # as the file has it; empty where it has none, or where it is a row's cell
    role: str  # one of columns_claims.ROLES
    share: float  # of filled cells that fit
    runner_up: str | None
    runner_up_share: float
    filled: int  # of all rows
    by: By
    disagrees: bool  # the header says one thing, content clearly another
    evidence: str  # in words, never a value
    of_another: bool = False  # by its header: a guardian's, an employer's


def decided(column: Judged, header: str, filled: int) -> ColumnRole:
    """The role by the rule of this module, without rulings."""
    said, best = column.hint.role, column.best
    role, by = _by_content(column) if said is None else _by_both(column, said)
    against = (
        best is not None and best.is_clear and said is not None and not _agree(said, best.role)
    )
    disagrees = against or (said is not None and role != "other" and not _agree(said, role))
    disagrees |= role == "other" and by == "content" and said not in (None, *NOT_A_ROLE)
    return _told(column, header, filled, role, by, disagrees=disagrees)


def _by_content(column: Judged) -> tuple[str, By]:
    for claim in column.claims:
        if claim.share >= LEAST and (claim.strong or claim.role in _ALONE):
            return claim.role, "content"
    return "other", "content"


def _by_both(column: Judged, said: str) -> tuple[str, By]:
    best, closer = column.best, column.claim(*_GROUPS.get(said, (said,)))
    if said in _PARTS and fit(column.facts, said) >= LEAST:
        return said, "content" if best is not None and best.role == said else "header"
    if best is not None and best.is_clear and _agree(said, best.role):
        return best.role, "content"
    if best is not None and best.is_clear and fit(column.facts, said) < FOREIGN:
        return best.role, "content"
    if said in NOT_A_ROLE:
        return "other", "header"
    if closer is not None and closer.share >= 0.3:
        return closer.role, "header"
    if said == "address_rest":
        return "building" if column.facts.share("words") >= LEAST else "other", "header"
    if said == "customer_no" or not column.facts.filled or fit(column.facts, said) >= HOPELESS:
        return said, "header"
    if said == "address" and fit(column.facts, "town") >= LEAST:
        return "town", "header"
    return "other", "content"


def _agree(said: str, role: str) -> bool:
    return role in _GROUPS.get(said, (said,)) or (role == "other" and said in NOT_A_ROLE)


def _told(
    column: Judged,
    header: str,
    filled: int,
    role: str,
    by: By,
    *,
    disagrees: bool,
) -> ColumnRole:
    claim = column.claim(role)
    next_ = next((other for other in column.claims if other.role != role), None)
    return ColumnRole(
        column=column.facts.column,
        header=header,
        role=role,
        share=round(_share(column, role, claim, next_), 4),
        runner_up=next_.role if next_ else None,
        runner_up_share=round(next_.share, 4) if next_ else 0.0,
        filled=filled,
        by=by,
        disagrees=disagrees,
        evidence=_evidence(column, header, role, claim, by, disagrees=disagrees),
        of_another=column.hint.of_another,
    )


def _share(column: Judged, role: str, claim: Claim | None, next_: Claim | None) -> float:
    if claim is not None:
        return claim.share
    if role == "other":
        return 1.0 - next_.share if next_ else float(column.facts.filled > 0)
    return fit(column.facts, role)


def _evidence(
    column: Judged, header: str, role: str, claim: Claim | None, by: str, *, disagrees: bool
) -> str:
    """What is said for the role, for the reader of a report."""
    seen = column.facts.filled
    if not seen:
        return "no cell is filled" + ("; its header says so" if by == "header" else "")
    words = [f"{percent(claim.share)} of {seen:,} cells {claim.why}"] if claim else []
    if claim is None and role != "other":
        words.append(f"{percent(fit(column.facts, role))} of {seen:,} cells could be such")
    if column.facts.distinct == 1 and seen > 1:
        words.append("one value throughout")
    if role == "other" and not words:
        words.append(f"{seen:,} cells fit no role")
    if by == "header":
        words.append("its header says so")
    if disagrees:
        words.append(f"its header says {_in_words(column.hint)}, its cells do not")
    if not header and not is_nameless(own_name(column.facts.column)):
        words.append("the name of this column is a row's cell and not shown")
    if seen < FEW:
        words.append(f"a small sample: only {seen} cells")
    return "; ".join(words)


def _in_words(said: Hint) -> str:
    return (said.role or "nothing").replace("_", " ")


def ruled(role: ColumnRole, column: Judged, overrides: Mapping[str, str]) -> ColumnRole:
    """The role as a person ruled, with what content says as the runner-up."""
    if role.column not in overrides:
        return role
    ruled = overrides[role.column]
    best = column.best
    against = best is not None and best.is_clear and best.role != ruled
    return _told(column, role.header, role.filled, ruled, "ruling", disagrees=against)

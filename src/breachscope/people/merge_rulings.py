"""A person's rulings on records joined by a rung, within one party.

`accept` says that the records a rung joined are one person each: of that party it counts as
strict, and the high bound falls to it. `reject` says that they are not: of that party it joins
nobody any more; what a looser rung joins as well stays in the low bound. Other parties keep the
playbook's policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from breachscope.playbook import Identity, Rung


@dataclass(frozen=True, slots=True)
class RuledMerge:
    """One ruling in force: whether what the rung joined in that party are persons."""

    party_id: str
    rung: str
    holds: bool


def ruled(policy: Identity, party_id: str, rulings: Sequence[RuledMerge]) -> Identity:
    """The policy as it holds for one party.

    Args:
        policy: the playbook's.
        party_id: the party.
        rulings: those in force, of any party; of rungs the policy has not they say nothing.
    """
    mine = {ruling.rung: ruling.holds for ruling in rulings if ruling.party_id == party_id}
    rungs = [_as_ruled(rung, mine) for rung in policy.rungs if mine.get(rung.name, True)]
    return policy.model_copy(update={"rungs": rungs})


def rejected(rulings: Sequence[RuledMerge]) -> Mapping[str, frozenset[str]]:
    """Rung -> parties of whom it joins nobody."""
    names = sorted({ruling.rung for ruling in rulings if not ruling.holds})
    return {
        name: frozenset(r.party_id for r in rulings if r.rung == name and not r.holds)
        for name in names
    }


def _as_ruled(rung: Rung, mine: Mapping[str, bool]) -> Rung:
    return rung.model_copy(update={"policy": "strict"}) if rung.name in mine else rung

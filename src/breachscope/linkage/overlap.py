"""How much of one list lies within another: what two lists share though neither was copied.

A third list of somebody else's may be about one party's people because it shares customers with
it. How often a list lies so far within another is seen in the parties' own lists: each is a third
list to all others. Where hardly any does, a leak that does is hardly one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

MOSTLY: Final = 0.5
"""A lesser share of a leak is no list within another, and tells nothing."""
MOST: Final = 1.0
"""log10 at most: the lists of a case are few, and none of them was chosen at random."""


def contained(
    person: npt.NDArray[np.uint32], starts: npt.NDArray[np.int64], parties: Sequence[str]
) -> dict[str, float]:
    """Party -> the largest share of its persons that one other party holds as well.

    Args:
        person: of every record, whom it is of; records of one party together.
        starts: of each party, the place of its first record; the last is how many there are.
        parties: in that order.
    """
    from scipy import sparse  # slow to import, and wanted only where there are leaks

    party = np.repeat(np.arange(len(parties), dtype=np.int32), np.diff(starts))
    ones = np.ones(person.size, np.int32)
    holds = sparse.coo_array(
        (ones, (person.astype(np.int32), party)),
        shape=(int(person.max(initial=0)) + 1, len(parties)),
    ).tocsr()
    holds.data[:] = 1  # a party with several records of a person holds the person once
    shared = (holds.T @ holds).toarray().astype(float)
    own = np.maximum(np.diag(shared), 1.0)
    np.fill_diagonal(shared, 0.0)
    most = shared.max(axis=1, initial=0.0) / own
    return dict(zip(parties, most.tolist(), strict=True))


def rarity(share: float, within: Mapping[str, float]) -> float:
    """log10 of how rarely a list lies within another by this share or more; from 0 to MOST.

    One list more is taken to do so than does (Laplace's rule of succession), so that few lists
    tell little.

    Args:
        share: of the leak's rows, at least, that are about the party's people.
        within: `contained`.
    """
    if share < MOSTLY or not within:
        return 0.0
    as_much = sum(other >= share for other in within.values())
    return min(float(np.log10((len(within) + 1) / (as_much + 1))), MOST)

"""Which parties may be named as a source, and why not the others.

Three things must hold, each against its own doubt. Exclusive rows, about people no other party
holds, must be more than false matches give: decoys through the same pipeline tell how many
(Robach, Hof and van de Wiel, 2025), and with many parties asked the false discovery rate is held
(Benjamini and Hochberg, 1995). The mixture with the party must be a hundred times likelier than
the best without it. And the list must be a copy, not one that merely shares customers: by the
version its rows stand in, by cells in which holders differ, by how rarely lists share so much.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.linkage import origins
from breachscope.linkage.history import of_a_copy
from breachscope.linkage.overlap import rarity
from breachscope.linkage.spelling import agrees_in_private, contrast, own_agreement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from breachscope.linkage.history import History
    from breachscope.linkage.origins import Floats, Missed, Origins
    from breachscope.linkage.strata import Chance

FALSE_DISCOVERY: Final = 0.05
LEAST_LOG10_LR: Final = 2.0
LEAST_COPY: Final = 2.0
"""log10 of how much likelier a copy is than a list that shares customers, by all that tells."""
LEAST_BESIDE: Final = 1.0
"""The same beside a party that is named already: whoever sells one stolen list has likely put it
together from several. Rows made up to frame a party have none of it (measured: 0.0)."""
RIVAL: Final = 0.2
"""A holder with at least this share of the party's weight may be a source itself: rows of both
are not held against either."""
AGAINST: Final = -1.0
"""So much against a copy says that its people are in the list and not its records; a cell or two
say nothing."""
FEWEST: Final = 5
LIKELIER: Final = 0.5
MOST_ALIKE: Final = 0.85
"""Where neither cells nor history tell, the party must explain at least so much of all rows,
strangers among them: a list of somebody else's, all but whose whole is one party's people, is
unlikely unless it was copied there. Nor may what no directory tells differ in more than a few of
the cells there are (`spelling.ENOUGH_PRIVATE`)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one party."""

    party_id: str
    weight: float
    low: float
    high: float
    rows: float  # of the leak, by the mixture
    exclusive: int
    expected: float  # exclusive rows that false matches would give
    p_value: float
    q_value: float  # adjusted for all parties
    log10_lr: float
    wins: float  # cells that agree with the party alone, of those in which holders differ
    losses: float
    log10_contrast: float  # of those no directory tells: the leak agrees as with its source
    log10_own: float  # it agrees with the party more than others do: told, and names nobody
    log10_history: float  # its rows stand in one version, as those of a copy; below 0: they do not
    log10_overlap: float  # so rarely do lists of the case lie within another as the leak in it
    place: Chance | None  # exclusive rows by place alone; null where the towns were not given
    named: bool
    reason: str

    @property
    def log10_copy(self) -> float:
        """How much likelier its records were copied, by cells and by history where it is for it."""
        return self.log10_contrast + max(self.log10_history, 0.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """The mixture of a leak, and the evidence for every party that holds any of its people."""

    parties: tuple[str, ...]
    mixture: Origins
    evidence: tuple[Evidence, ...]  # by the weight to be expected, the greatest first
    leak_rows: tuple[int, ...]  # the leaked row of each row of the mixture
    missed: Missed  # of a source's own rows


def judged(
    claims: pl.DataFrame,
    rows: pl.DataFrame,
    persons: Mapping[str, int],
    all_persons: int,
    decoys: Sequence[tuple[pl.DataFrame, int]],
    alike: pl.DataFrame,
    by_chance: float = origins.BY_CHANCE,
    places: Mapping[str, Chance] = MappingProxyType({}),
    history: History | None = None,
    within: Mapping[str, float] = MappingProxyType({}),
) -> Judged:
    """Weigh every party.

    Args:
        claims: CLAIMS of the leak.
        rows: LEAK_ROWS of the leak.
        persons: party -> how many persons it has.
        all_persons: persons over all parties.
        decoys: of each kind, CLAIMS of the decoys and how many decoys there were.
        alike: SPELT_ALIKE.
        by_chance: see origins.BY_CHANCE.
        places: `strata.by_place`; parties it lacks have no exclusive row, or no town is known.
        history: the parties' versions; not asked where it is not given.
        within: `overlap.contained`; not asked where it is not given.
    """
    parties = tuple(sorted(persons))
    held = _held(claims, rows, parties)
    sizes = np.array([max(persons[party], 1) for party in parties], float)
    data = origins.Rows(held, _matched(claims, rows), sizes, max(all_persons, 1))
    missed = origins.missed(_contacts(claims))
    chances = origins.likelihoods(data, by_chance, missed.share)
    whole = origins.fitted(chances)
    bounds = origins.intervals(data, whole, by_chance, missed)
    exclusive = _exclusive(claims)
    expected = _expected(decoys, rows.height)
    numbers = rows["leak_row"].to_numpy()
    touched = [i for i in range(len(parties)) if held[:, i].any()]
    p_values = {
        i: _at_least(exclusive.get(parties[i], 0), expected.get(parties[i], 0.0) + 0.5)
        for i in touched
    }
    q_values = _adjusted(p_values, len(parties))
    found = [
        _evidence(
            parties, i, chances, whole, bounds, claims, rows.height,
            exclusive.get(parties[i], 0), expected.get(parties[i], 0.0), p_values[i], q_values[i],
            alike, places.get(parties[i]),
            _history(i, parties[i], whole, claims, numbers, persons[parties[i]], history), within,
        )
        for i in touched
    ]  # fmt: skip
    if any(one.named for one in found):
        found = [_beside(one) for one in found]
    likely = dict(zip(parties, origins.expected(chances, sizes).tolist(), strict=False))
    ordered = sorted(found, key=lambda one: (-round(likely[one.party_id], 9), one.party_id))
    return Judged(parties, whole, tuple(ordered), tuple(rows["leak_row"].to_list()), missed)


def _history(
    i: int, party: str, whole: Origins, claims: pl.DataFrame,
    numbers: npt.NDArray[np.uint32], persons: int, history: History | None,
) -> float:  # fmt: skip
    """What the party's versions say of the rows that the mixture gives it."""
    mine = numbers[whole.responsibilities[:, i] > LIKELIER]
    if history is None or mine.size < FEWEST:
        return 0.0
    return of_a_copy(claims, mine, party, persons, history)


def _beside(one: Evidence) -> Evidence:
    """The evidence for a party once another is named: less of its own spelling is enough."""
    enough = (
        one.rows >= FEWEST
        and one.log10_lr >= LEAST_LOG10_LR
        and one.q_value <= FALSE_DISCOVERY
        and one.log10_contrast >= 0
        and one.log10_copy >= LEAST_BESIDE
    )
    return replace(one, named=True, reason="") if enough else one


def _held(claims: pl.DataFrame, rows: pl.DataFrame, parties: Sequence[str]) -> Floats:
    """Rows by parties: the probability that the row is about someone the party holds."""
    once = claims.unique(["leak_row", "person", "party_id"], keep="first", maintain_order=True)
    place = {party: i for i, party in enumerate(parties)}
    held = np.zeros((rows.height, len(parties)))
    row = np.searchsorted(rows["leak_row"].to_numpy(), once["leak_row"].to_numpy())
    column = once["party_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
    np.add.at(held, (row, column), once["probability"].to_numpy())
    return np.minimum(held, 1.0)


def _matched(claims: pl.DataFrame, rows: pl.DataFrame) -> Floats:
    once = claims.unique(["leak_row", "person"], keep="first", maintain_order=True)
    summed = once.group_by("leak_row").agg(p=pl.col("probability").sum())
    known = rows.select("leak_row").join(summed, on="leak_row", how="left", maintain_order="left")
    matched: Floats = known["p"].fill_null(0.0).clip(0.0, 1.0).to_numpy()
    return matched


def _contacts(claims: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Sure rows by the contacts the leak holds: one agrees with some record of the person."""
    sure = claims.filter(pl.col("probability") >= 0.9)
    told = [field for field in origins.CONTACTS if sure[field].count()]
    agree = sure.group_by("leak_row", maintain_order=True).agg(
        pl.col(field).any(ignore_nulls=True) for field in told
    )
    contacts: npt.NDArray[np.bool_] = agree.select(told).to_numpy().astype(bool)
    return contacts.reshape(agree.height, len(told))


def _exclusive(claims: pl.DataFrame) -> dict[str, int]:
    """Party -> rows that are surely about someone whom no other party holds."""
    sure = claims.filter(pl.col("probability") >= 0.9)
    alone = sure.filter(pl.col("party_id").n_unique().over("leak_row") == 1)
    counted = alone.group_by("party_id").agg(rows=pl.col("leak_row").n_unique())
    return dict(counted.iter_rows())


def _expected(decoys: Sequence[tuple[pl.DataFrame, int]], rows: int) -> dict[str, float]:
    """Party -> exclusive rows as decoys give them: the worse kind, for as many rows."""
    worst: dict[str, float] = {}
    for claims, count in decoys:
        for party, found in _exclusive(claims).items():
            worst[party] = max(worst.get(party, 0.0), found * rows / max(count, 1))
    return worst


def _at_least(count: int, mean: float) -> float:
    """The chance of so many or more, if they come by chance (Poisson)."""
    from scipy.special import pdtrc  # slow to import, and wanted only where there are leaks

    return float(pdtrc(count - 1, mean)) if count else 1.0


def _adjusted(p_values: Mapping[int, float], tests: int) -> dict[int, float]:
    """Benjamini and Hochberg's adjustment; parties that hold nobody count as tests too."""
    ranked = sorted(p_values, key=lambda i: (p_values[i], i))
    q_values: dict[int, float] = {}
    least = 1.0
    for rank in range(len(ranked), 0, -1):
        i = ranked[rank - 1]
        least = min(least, p_values[i] * tests / rank)
        q_values[i] = least
    return q_values


def _evidence(
    parties: Sequence[str], i: int, chances: Floats, whole: Origins, bounds: Floats,
    claims: pl.DataFrame, rows: int, exclusive: int, expected: float, p_value: float,
    q_value: float, alike: pl.DataFrame, place: Chance | None, history: float,
    within: Mapping[str, float],
) -> Evidence:  # fmt: skip
    weight = float(whole.weights[i])
    low, high = map(float, bounds[i])
    log10_lr = origins.log10_lr_without(chances, whole, i) if weight > 1e-6 else 0.0
    rivals = {
        parties[j] for j in range(len(parties)) if j != i and whole.weights[j] >= RIVAL * weight
    }
    wins, losses, telling, own = 0.0, 0.0, 0.0, 0.0
    if weight * rows >= origins.LEAST_ROWS:
        wins, losses, telling = contrast(claims, parties[i], rivals)
        own = own_agreement(claims, parties[i], alike)
    # Of a list of people of all times it tells nothing that many are the party's.
    overlap = rarity(low, within) if history >= 0 else 0.0
    is_all_but_whole = (
        low >= MOST_ALIKE
        and history > -LEAST_COPY  # a list may be put together from more versions than are tried
        and (place is None or place.p_value <= FALSE_DISCOVERY)
        and agrees_in_private(claims, parties[i])
    )
    reason = _doubt(
        weight * rows, log10_lr, exclusive, expected, q_value, telling, max(history, 0.0),
        overlap, is_all_but_whole,
    )  # fmt: skip
    return Evidence(
        parties[i], weight, low, high, weight * rows, exclusive, round(expected, 3), p_value,
        q_value, log10_lr, wins, losses, telling, own, history, overlap, place, not reason, reason,
    )  # fmt: skip


def _doubt(
    rows: float, log10_lr: float, exclusive: int, expected: float, q_value: float,
    contrast: float, history: float, overlap: float, is_all_but_whole: bool,
) -> str:  # fmt: skip
    """Why the party may not be named; empty where it may."""
    if rows < FEWEST:
        return "too few rows are about its people"
    if log10_lr < LEAST_LOG10_LR:
        return "the rows are explained nearly as well without it"
    if q_value > FALSE_DISCOVERY and history + overlap < LEAST_COPY:
        return (
            f"{exclusive} rows are about its people alone, where false matches give "
            f"about {expected:.1f}"
        )
    if contrast + history <= AGAINST:
        return "its people are in the list, but not as its records spell them: shared customers"
    if contrast + history + overlap >= LEAST_COPY:
        return ""
    if is_all_but_whole:
        return ""
    return "its people are in the list, but nothing shows that its own records were copied"

"""Whom each leaked row is about: a person, only a household, nobody, or it cannot be told.

A decision is taken per row, not per pair. The hypotheses of a row exclude one another: it is
about person j of the inventory; about someone else of household h; about nobody the inventory
knows. Their prior chances are fitted to the whole leak.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from breachscope.schema import LEAK_ROWS, MATCH_VERDICT

if TYPE_CHECKING:
    from breachscope.resolve.weights import Floats

ROUNDS: Final = 50
LEAST_SHARE: Final = 1e-4
PRIOR_ROWS: Final = (1.0, 2.0, 2.0)
"""Rows of each kind that are taken to be there (a Dirichlet prior): about somebody in the
inventory, about a relative only, about nobody known."""
KEPT: Final = 0.01
"""Persons less likely than this for a row are let go."""

POSTERIORS: Final = pl.Schema(
    {"row": pl.UInt32(), "person": pl.UInt32(), "record": pl.UInt32(), "probability": pl.Float64()}
)
"""One row a leaked row (0-based) and person it may be about, with that person's nearest record."""


ALLOWANCE: Final = 1.3
"""The doubt left of a row's person is stated as so many times what the weights leave.

They take fields for independent; within a household they are not, and stated errors on hard
lists came out at 0.4 to 0.6 of the true ones without it (docs/method.md, section 13).
"""


@dataclass(frozen=True, slots=True)
class Odds:
    """The compared pairs of a leak: log-likelihood ratios against U, in nats."""

    row: npt.NDArray[np.uint32]  # ascending
    record: npt.NDArray[np.uint32]
    person: npt.NDArray[np.uint32]  # over all parties
    lr_person: Floats
    lr_household: Floats


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of the rows, and the shares it rests on."""

    rows: pl.DataFrame  # LEAK_ROWS
    posteriors: pl.DataFrame  # POSTERIORS
    share_in: float  # of the leak's rows whose person is in the inventory
    share_household: float  # of those whose household is, but not they


def decided(
    odds: Odds,
    rows: int,
    persons: int,
    least: float = 0.9,
    frozen: tuple[float, float] | None = None,
) -> Decided:
    """Decide every row of a leak.

    Args:
        odds: of all compared pairs.
        rows: of the leak; rows without a pair are about nobody.
        persons: of the inventory, over all parties.
        least: how probable a verdict must be.
        frozen: the two shares, for decoys that go the way of the leak they were made from;
            fitted where they are not given.
    """
    best = _by_person(odds)
    household = _highest(odds.row, odds.lr_household, rows)
    log_persons = np.log(max(persons, 1))
    share_in, share_household = frozen or (0.5, 0.1)
    for _ in range(ROUNDS):
        chance, p_household, p_none = _posteriors(
            best, household, rows, log_persons, share_in, share_household
        )
        if frozen:
            break
        before = share_in, share_household
        share_in, share_household = _shares(float(chance.sum()), float(p_household.sum()), rows)
        if abs(share_in - before[0]) + abs(share_household - before[1]) < 1e-7:
            break
    posteriors = best.select("row", "person", "record").with_columns(
        probability=pl.Series(chance, dtype=pl.Float64)
    )
    posteriors = _one_to_one(posteriors.filter(pl.col("probability") >= KEPT))
    return Decided(
        _verdicts(posteriors, p_household, p_none, least),
        posteriors,
        share_in,
        share_household,
    )


def _shares(about: float, relatives: float, rows: int) -> tuple[float, float]:
    """Shares of rows about somebody, and about a relative only, with the prior's rows added.

    However good the match of a few rows is, a leak may hold a relative, or somebody unknown: the
    fewer its rows, the less they can say that it holds none.
    """
    whole = rows + sum(PRIOR_ROWS)
    share_in = (about + PRIOR_ROWS[0]) / whole
    share_household = (relatives + PRIOR_ROWS[1]) / whole
    share_household = min(max(share_household, LEAST_SHARE), 1 - 2 * LEAST_SHARE)
    return min(max(share_in, LEAST_SHARE), 1 - LEAST_SHARE - share_household), share_household


def _by_person(odds: Odds) -> pl.DataFrame:
    """row, person, record, lr: the nearest record of each person; one person's agree together."""
    pairs = pl.DataFrame(
        {"row": odds.row, "person": odds.person, "record": odds.record, "lr": odds.lr_person}
    )
    return pairs.sort(
        "row", "person", "lr", "record", descending=[False, False, True, False]
    ).unique(["row", "person"], keep="first", maintain_order=True)


def _highest(row: npt.NDArray[np.uint32], value: Floats, rows: int) -> Floats:
    highest = np.full(rows, -np.inf)
    np.maximum.at(highest, row, value)
    return highest


def _posteriors(
    best: pl.DataFrame, household: Floats, rows: int, log_persons: float,
    share_in: float, share_household: float,
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Chance of each row's persons, of a household only, of nobody."""
    row = best["row"].to_numpy()
    person = best["lr"].to_numpy() + np.log(share_in) - log_persons
    relative = household + np.log(share_household) - log_persons
    nobody = np.log(1.0 - share_in - share_household)
    top = np.maximum(relative, nobody)
    np.maximum.at(top, row, person)
    weight = np.exp(person - top[row])
    p_household, p_none = np.exp(relative - top), np.exp(nobody - top)
    whole = np.bincount(row, weights=weight, minlength=rows) + p_household + p_none
    return weight / whole[row], p_household / whole, p_none / whole


def _one_to_one(posteriors: pl.DataFrame) -> pl.DataFrame:
    """Rows that rival for one person, where some of them have another, are assigned at best.

    Within each connected component of rows and persons the assignment of greatest total
    log-odds is kept (Jaro, JASA 84, 1989). Rows that have no other person keep theirs: a list
    may hold a person twice, and which of the two is the copy cannot be told.
    """
    likely = posteriors.filter(pl.col("probability") >= 0.3)
    rivals = likely.filter(pl.len().over("person") > 1)
    torn = likely.join(rivals.select("person").unique(), on="person", how="semi")
    torn = likely.join(torn.select("row").unique(), on="row", how="semi")
    torn = torn.filter(pl.len().over("row") > 1)
    if torn.is_empty():
        return posteriors
    return posteriors.join(
        _losers(likely, torn), on=["row", "person"], how="anti", maintain_order="left"
    )


def _losers(likely: pl.DataFrame, torn: pl.DataFrame) -> pl.DataFrame:
    """row, person: what the best assignment does not give, of rows with a choice."""
    from scipy.sparse import coo_array  # slow to import, and most commands decide nothing
    from scipy.sparse.csgraph import connected_components

    row, person = torn["row"].to_numpy(), torn["person"].to_numpy()
    rows, at = np.unique(row, return_inverse=True)
    people, to = np.unique(person, return_inverse=True)
    size = rows.size + people.size
    graph = coo_array((np.ones(at.size), (at, to + rows.size)), (size, size))
    _, part = connected_components(graph, directed=False)
    value = torn["probability"].to_numpy()
    lost: list[tuple[int, int]] = []
    for chosen in np.split(
        np.argsort(part[at], kind="stable"), np.flatnonzero(np.diff(np.sort(part[at]))) + 1
    ):
        if 1 < chosen.size <= 4_000:
            lost += _assigned(row[chosen], person[chosen], value[chosen])
    return pl.DataFrame(lost, schema={"row": pl.UInt32, "person": pl.UInt32}, orient="row")


def _assigned(
    row: npt.NDArray[np.uint32], person: npt.NDArray[np.uint32], value: Floats
) -> list[tuple[int, int]]:
    from scipy.optimize import linear_sum_assignment

    rows, at = np.unique(row, return_inverse=True)
    people, to = np.unique(person, return_inverse=True)
    if people.size < rows.size or people.size == 1:
        return []
    cost = np.full((rows.size, people.size), 50.0)
    cost[at, to] = -np.log(np.maximum(value, 1e-9))
    given = dict(zip(*linear_sum_assignment(cost), strict=True))
    taken = set(given.values())
    return [
        (int(row[i]), int(person[i]))
        for i in range(row.size)
        if given.get(at[i]) != to[i] and to[i] in taken and value[i] < 0.9
    ]


def _stated(probability: pl.Expr) -> pl.Expr:
    """The probability with ALLOWANCE, where a person is likely at all."""
    return pl.when(probability > 0.5).then(1 - ALLOWANCE * (1 - probability)).otherwise(probability)


def _verdicts(
    posteriors: pl.DataFrame, p_household: Floats, p_none: Floats, least: float
) -> pl.DataFrame:
    """LEAK_ROWS of every row."""
    likeliest = (
        posteriors.sort("row", "probability", "person", descending=[False, True, False])
        .group_by("row", maintain_order=True)
        .agg(
            person=pl.col("person").first(),
            probability=_stated(pl.col("probability").first()),
            any=pl.col("probability").sum(),
        )
    )
    rows = pl.DataFrame(
        {
            "row": np.arange(p_none.size, dtype=np.uint32),
            "p_household": p_household,
            "p_none": p_none,
        }
    ).join(likeliest, on="row", how="left", validate="1:1", maintain_order="left")
    verdict = (
        pl.when(pl.col("probability") >= least)
        .then(pl.lit("person"))
        .when(pl.col("any") >= least)
        .then(pl.lit("ambiguous"))
        .when(pl.col("p_household") >= least)
        .then(pl.lit("household"))
        .when(pl.col("p_none") >= least)
        .then(pl.lit("none"))
        .when(pl.col("any").fill_null(0) + pl.col("p_household") >= least)
        .then(pl.lit("household"))
        .otherwise(pl.lit("ambiguous"))
    )
    return rows.select(
        leak_row=pl.col("row") + 1,
        verdict=verdict.cast(MATCH_VERDICT),
        person=pl.when(verdict == "person").then("person"),
        probability=pl.col("probability").fill_null(0.0),
        p_household="p_household",
        p_none="p_none",
    ).cast(LEAK_ROWS)

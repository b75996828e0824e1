"""The shipped weights and decision on febrl4: English fields, without the number, no labels.

Blocking, the fitting of three classes, the share of rows about somebody and the decision of a row
are the code under test; keys, levels and starting values for English fields are written here, for
it has none. Who is whom goes one to one: the assignment of greatest total log-odds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Final
from unittest import mock

import numpy as np
import numpy.typing as npt
import polars as pl
from febrl import febrl4
from figures import matching
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist
from scipy.optimize import linear_sum_assignment

from breachscope.linkage.deciding import Odds, decided
from breachscope.resolve import blocking, weights
from breachscope.resolve.blocking import BLOCKS, SEED, Caps
from breachscope.resolve.comparison import MISSING, Levels
from breachscope.resolve.weights import Chances, Fit, Floats

ALIKE: Final = 0.88  # Jaro and Winkler's similarity of two spellings of one word
RANDOM: Final = 300_000
NAME: Final = ("else", "surname", "given", "both near", "swapped", "one near", "both")
THREE: Final = ("else", "near", "same")
FIELDS: Final = {
    "name": NAME, "street_number": THREE, "address_1": THREE, "address_2": THREE,
    "suburb": THREE, "postcode": THREE, "state": ("else", "same"), "date_of_birth": THREE,
}  # fmt: skip
_TEXT: Final = ("address_1", "address_2", "suburb")
_NUMBER: Final = ("street_number", "postcode")
_OFTEN: Final = np.array([0.1, 0.1, 0.8])
PERSON: Final[Chances] = {
    "name": np.array([0.03, 0.04, 0.04, 0.05, 0.04, 0.2, 0.6]),
    **dict.fromkeys((*_TEXT, *_NUMBER, "date_of_birth"), _OFTEN),
    "state": np.array([0.1, 0.9]),
}
HOUSEHOLD: Final[Chances] = {
    "name": np.array([0.2, 0.7, 0.02, 0.02, 0.01, 0.03, 0.02]),
    **dict.fromkeys((*_TEXT, *_NUMBER), _OFTEN),
    "state": np.array([0.1, 0.9]),
    "date_of_birth": np.array([0.97, 0.02, 0.01]),
}
"""Where fitting begins: round figures. The set holds no households, so that what is stated of them
is kept as it stands; fitted, that class takes the persons with a name misspelt."""
STRENGTH: Final = {"P": weights.STRENGTH["P"], "H": 1e9}

KEYS: Final[dict[str, Sequence[str]]] = {
    "phone": ("given_name", "surname"),
    "phone2": ("surname", "given_name"),  # either is looked for in either: names swapped
    "name": ("date_of_birth",),
    "kana": ("street_number", "address_1"),
    "address": ("surname", "suburb"),
    "email": ("given_name", "suburb"),
    "customer": ("surname", "postcode"),
    "birth_name": ("given_name", "postcode"),
    "birth_given": ("address_1", "suburb"),
    "birth_kana": ("address_1", "postcode"),
    "town_name": ("address_2", "state"),
    "postal_kana": ("postcode", "street_number"),
    "phone_tail_name": ("suburb", "street_number"),
}
"""Columns each block's key is made of."""


def block_keys(table: pl.DataFrame) -> pl.DataFrame:
    """The shipped blocks' columns, made of other fields."""
    return table.select(
        pl.when(pl.all_horizontal(pl.col(*parts).is_not_null()))
        .then(pl.concat_str(parts, separator="\0").hash(SEED))
        .otherwise(0)
        .alias(block)
        for block, parts in KEYS.items()
    ).select(BLOCKS)


def candidates(copy: pl.DataFrame, original: pl.DataFrame) -> tuple[Levels, Levels]:
    """Places in `copy` and in `original` of the pairs to compare."""
    asked = block_keys(copy)
    found = blocking.hits(blocking.Wanted.of(asked), block_keys(original), 0)
    pairs = blocking.candidates(asked, found, Caps()).pairs
    return pairs["row"].to_numpy(), pairs["record"].to_numpy()


def levels(left: pl.DataFrame, right: pl.DataFrame) -> dict[str, Levels]:
    """The level of every field for every pair."""
    made = {"name": _name(left, right)}
    for name in _TEXT:
        made[name] = _three(left[name], right[name], _alike(left[name], right[name]))
    for name in (*_NUMBER, "date_of_birth"):
        near = _one_edit(left[name], right[name])
        made[name] = _three(left[name], right[name], near)
    state = _equal(left["state"], right["state"]).astype(np.uint8)
    state[_missing(left["state"], right["state"])] = MISSING
    return {name: made.get(name, state) for name in FIELDS}


def _name(left: pl.DataFrame, right: pl.DataFrame) -> Levels:
    given, surname = (left["given_name"], right["given_name"]), (left["surname"], right["surname"])
    same_given, same_surname = _equal(*given), _equal(*surname)
    near_given, near_surname = _alike(*given), _alike(*surname)
    swapped = _alike(given[0], surname[1]) & _alike(surname[0], given[1])
    level = np.zeros(left.height, np.uint8)
    level[near_surname] = 1
    level[near_given & ~near_surname] = 2
    level[near_given & near_surname] = 3
    level[swapped & ~(near_given & near_surname)] = 4
    level[(same_given & near_surname) | (near_given & same_surname)] = 5
    level[same_given & same_surname] = 6
    level[_missing(*given) & _missing(*surname)] = MISSING
    return level


def _one_edit(left: pl.Series, right: pl.Series) -> npt.NDArray[np.bool_]:
    """Equal, or made equal by one edit or a swap of neighbours."""
    texts = [side.fill_null("").to_list() for side in (left, right)]
    apart = cpdist(*texts, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
    return (apart <= 1) & ~_missing(left, right)


def _three(left: pl.Series, right: pl.Series, near: npt.NDArray[np.bool_]) -> Levels:
    level = near.astype(np.uint8)
    level[_equal(left, right)] = 2
    level[_missing(left, right)] = MISSING
    return level


def _equal(left: pl.Series, right: pl.Series) -> npt.NDArray[np.bool_]:
    return (left == right).fill_null(value=False).to_numpy()


def _missing(left: pl.Series, right: pl.Series) -> npt.NDArray[np.bool_]:
    return (left.is_null() | right.is_null()).to_numpy()


def _alike(left: pl.Series, right: pl.Series) -> npt.NDArray[np.bool_]:
    texts = left.fill_null("").to_list(), right.fill_null("").to_list()
    similarity = cpdist(*texts, scorer=JaroWinkler.similarity, workers=1)
    return (similarity >= ALIKE) & ~_missing(left, right)


def log_unrelated(
    made: dict[str, Levels], row: Levels, copy: pl.DataFrame, original: pl.DataFrame,
    unrelated: Chances,
) -> Floats:  # fmt: skip
    """Log-chance of each pair's agreement by accident: of equal values, how common they are."""
    total = np.zeros(row.size)
    shares = {name: _log_shares(copy[name], original[name]) for name in copy.columns[1:]}
    for name, level in made.items():
        table = np.zeros(256)
        table[: unrelated[name].size] = np.log(unrelated[name])
        rare = (
            shares["given_name"] + shares["surname"] if name == "name" else shares[name]
        )[row]  # fmt: skip
        total += np.where(level == len(FIELDS[name]) - 1, rare, table[level])
    return total


def _log_shares(asked: pl.Series, held: pl.Series) -> Floats:
    """Of each value the log-share of the other list's records that hold it."""
    counts = held.drop_nulls().value_counts(name="records").rename({held.name: "value"})
    found = pl.DataFrame({"value": asked}).join(
        counts, on="value", how="left", maintain_order="left"
    )
    records = found["records"].fill_null(0).to_numpy()
    return np.log(np.maximum(records, 1) / held.count())


def linked(copy: pl.DataFrame, original: pl.DataFrame) -> dict[str, str]:
    """Record of `original` -> its record of `copy`."""
    row, record = candidates(copy, original)
    made = levels(copy[row], original[record])
    dice = np.random.default_rng([copy.height, original.height])
    at = dice.integers(0, copy.height, RANDOM), dice.integers(0, original.height, RANDOM)
    english = {"FIELDS": FIELDS, "PERSON": PERSON, "HOUSEHOLD": HOUSEHOLD, "STRENGTH": STRENGTH}
    with mock.patch.multiple(weights, **english):
        unrelated = weights.shares(levels(copy[at[0]], original[at[1]]))
        log_u = log_unrelated(made, row, copy, original, unrelated)
        fit = weights.fitted(made, log_u, unrelated, copy.height, original.height)
    return _one_to_one(_odds(fit, made, log_u, row, record), copy, original)


def _odds(fit: Fit, made: dict[str, Levels], log_u: Floats, row: Levels, record: Levels) -> Odds:
    person, household = fit.log_person(made) - log_u, fit.log_household(made) - log_u
    return Odds(row, record, record, person, household)


def _one_to_one(odds: Odds, copy: pl.DataFrame, original: pl.DataFrame) -> dict[str, str]:
    """The likeliest assignment; a pair less likely than that there is nobody is not linked.

    Relatives are no rival: who is like a record but for the given name is here that person.
    """
    found = decided(odds, copy.height, original.height)
    nobody = np.log(1.0 - found.share_in - found.share_household)
    gain = odds.lr_person + np.log(found.share_in / original.height) - nobody
    value = np.zeros((copy.height, original.height))
    value[odds.row, odds.record] = np.maximum(gain, 0.0)
    given, to = linear_sum_assignment(value, maximize=True)
    sure = value[given, to] > 0
    names = original["record"].gather(to[sure]), copy["record"].gather(given[sure])
    return dict(zip(*names, strict=True))


def main() -> None:
    lists = febrl4()
    began = time.perf_counter()
    found = linked(lists.copy, lists.original)
    wall = round(time.perf_counter() - began, 2)
    print(json.dumps({"wall": wall, "best": matching(found, dict(lists.truth.iter_rows()))}))


if __name__ == "__main__":
    main()

"""Rows that are about nobody, made from the leak's own: what the pipeline finds in them is false.

Linking made-up records and counting the links that result estimates the share of false links
without labels (Robach, Hof and van de Wiel, Statistics in Medicine, 2025). Drawing every field
from another row misses the hard case, a relative of someone listed; hence a second kind that
keeps a household and changes the person. What belongs to one person alone (mobile, e-mail,
customer number) is never kept: with it a decoy would be a true match.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.japanese.phones import is_mobile
from breachscope.schema import RECORD_KEYS

if TYPE_CHECKING:
    import numpy.typing as npt

    Order = npt.NDArray[np.intp]


class Decoy(StrEnum):
    """How a decoy is made."""

    INDEPENDENT = "independent"
    HOUSEHOLD = "household"


_PERSON: Final = ("name_key", "kana_key", "given_key", "given_kana_key", "sex_key")
_GROUPS: Final = (
    _PERSON,
    ("phone_key",),
    ("phone2_key",),
    ("postal_key", "address_key"),
    ("birth_date",),
    ("email_key",),
    ("customer_key",),
)

DECOYS: Final = pl.Schema({**RECORD_KEYS, "of": pl.UInt32(), "draw": pl.UInt32()})
"""RECORD_KEYS, the row (0-based) that lent the household or the name, and the draw."""


def decoys(keys: pl.DataFrame, kind: Decoy, draws: int, rows: int, seed: int) -> pl.DataFrame:
    """DECOYS: `draws` sets of at most `rows` decoys each, made from a leak.

    Args:
        keys: RECORD_KEYS of the leak.
        kind: what is kept together.
        draws: how many sets.
        rows: the most rows of a set; drawn without repetition.
        seed: the same seed gives the same decoys.
    """
    dice = np.random.default_rng([seed, len(kind)])
    make = _independent if kind is Decoy.INDEPENDENT else _household
    parts = [pl.DataFrame(schema=DECOYS)]
    for draw in range(draws):
        chosen = np.sort(dice.permutation(keys.height)[:rows])
        made = make(keys, chosen, dice)
        parts.append(
            made.with_columns(
                of=pl.Series(chosen, dtype=pl.UInt32), draw=pl.lit(draw, pl.UInt32)
            ).select(DECOYS.names())
        )
    return pl.concat(parts).with_columns(row_no=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))


def _independent(keys: pl.DataFrame, chosen: Order, dice: np.random.Generator) -> pl.DataFrame:
    """Name, telephones, address, birth: each from another row."""
    columns = [keys["row_no"][chosen]]
    for group in _GROUPS:
        others = dice.integers(0, keys.height, chosen.size)
        columns += [keys[column][others] for column in group]
    return pl.DataFrame(columns).select(RECORD_KEYS.names())


def _household(keys: pl.DataFrame, chosen: Order, dice: np.random.Generator) -> pl.DataFrame:
    """Address and landline of a row, the name of a namesake of its family, a third row's birth.

    The lender has the same two first characters of the name, so that family name, reading and
    given name belong together; a row whose family name stands alone lends its family name to
    another's given name, and has no reading.
    """
    lender, is_family = _namesakes(keys, chosen, dice)
    kept, lent = keys[chosen], keys[lender]
    family = kept["name_key"].str.slice(0, 2)
    composed = family + lent["name_key"].str.slice(2)
    alone = pl.Series(~is_family)
    first, second = (
        kept.select(pl.when(~is_mobile(column)).then(pl.col(column))).to_series()
        for column in ("phone_key", "phone2_key")
    )
    nothing = pl.lit(None, pl.String)
    third = dice.integers(0, keys.height, chosen.size)  # with the lender's birth it would be him
    return lent.with_columns(
        birth_date=keys["birth_date"][third],
        postal_key=kept["postal_key"],
        address_key=kept["address_key"],
        phone_key=first.alias("phone_key"),
        phone2_key=second.alias("phone2_key"),
        name_key=pl.when(alone).then(composed).otherwise("name_key"),
        kana_key=pl.when(alone).then(nothing).otherwise("kana_key"),
        email_key=nothing,
        customer_key=nothing,
    ).select(RECORD_KEYS.names())


def _namesakes(
    keys: pl.DataFrame, chosen: Order, dice: np.random.Generator
) -> tuple[Order, npt.NDArray[np.bool_]]:
    """For each chosen row another of its family name but not its name, else any other."""
    families = keys["name_key"].str.slice(0, 2).fill_null("").to_numpy()
    names = keys["name_key"].fill_null("").to_numpy()
    order = np.argsort(families, kind="stable")
    low = np.searchsorted(families[order], families[chosen], side="left")
    high = np.searchsorted(families[order], families[chosen], side="right")
    lender = order[low + (dice.random(chosen.size) * (high - low)).astype(np.intp)]
    is_family = (names[lender] != names[chosen]) & (families[chosen] != "")
    lender[~is_family] = dice.integers(0, keys.height, int((~is_family).sum()))
    return lender, is_family

"""Who is listed where and when, and what each party's records say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from facts import FACTS, PLACE, facts
from forms import Form, drawn_form, held, written
from noise import KEYING, Land, applied
from tables import Bools, Floats, Ints

from breachscope.schema import RECORD_FIELDS
from people import HOUSEHOLD_MOVED, MARRIED, MOVED, NEW_MOBILE, NONE, People

FIRST_UPLOAD: Final = datetime(2022, 1, 14, 2, 10, tzinfo=UTC)
EVER_LISTED: Final = 0.55  # of a household's listable people, once a party has the household
TAKEN_TWICE: Final = 0.004
"""Share of people a party has as two customers without knowing."""
CORRECTED: Final = 9  # a change of the record alone: its errors are put right
RE_ASKED: Final = 8  # both telephones are asked for
PHONES: Final = (0.3, 0.4, 0.3)
"""Shares of people who give a landline, a mobile, both."""
_BY_KIND: Final = {HOUSEHOLD_MOVED: (*PLACE, "landline"), MOVED: (*PLACE, "landline"),
                   NEW_MOBILE: ("mobile",),
                   MARRIED: ("family", "family_kana", *PLACE, "landline")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Party:
    """One party: its system, and how thickly it is spread over the regions."""

    number: int
    party_id: str
    form: Form
    spread: Floats  # by region
    weight: float


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in a party's list: one entry a person."""

    person: Ints
    first: Ints  # version
    last: Ints
    change: Ints  # what of the record is replaced
    change_version: Ints  # the first version with the new values; `last` + 1 where nothing is
    up_to_date: Bools  # already listed as after the person's change
    phones: Ints  # 0 landline, 1 mobile, 2 both


def parties(count: int, regions: int, seed: int) -> tuple[Party, ...]:
    """Parties of all sizes, the first the largest; half of them are at home in few regions."""
    dice = np.random.default_rng([seed, 2])
    sizes = np.sort(dice.lognormal(0, 0.8, count))[::-1]
    made = []
    for number in range(count):
        spread = dice.gamma(2.0, 0.5, regions)
        if number and dice.random() < 0.5:
            spread *= np.isin(np.arange(regions), dice.permutation(regions)[:4]) * 8.0 + 0.02
        form = drawn_form(dice)
        made.append(Party(number, f"P{number + 1:02d}", form, spread, float(sizes[number])))
    return tuple(made)


def listed(of: People, region: Ints, activity: Floats, party: Party, size: int, seed: int) -> Ints:
    """The people of a party, about `size` of them.

    Args:
        of: all people.
        region: of each household.
        activity: of each household, how often it is anybody's customer.
        party: whose.
        size: how many.
        seed: of the task.
    """
    dice = np.random.default_rng([seed, 3, party.number])
    pull = activity * party.spread[region]
    share = size / (EVER_LISTED * of.listable.sum())
    rate = pull * (share / pull.mean())
    touched = dice.random(of.households) < rate
    inside = touched[of.household] & of.listable & (dice.random(of.size) < EVER_LISTED)
    return np.flatnonzero(inside).astype(np.int32)


def members(of: People, person: Ints, party: Party, versions: int, seed: int) -> Members:
    """When they come, leave, and have a value replaced; in the order they were taken in."""
    dice = np.random.default_rng([seed, 4, party.number])
    twice = person[dice.random(person.size) < TAKEN_TWICE]
    person = np.concatenate([person, twice])[dice.permutation(person.size + twice.size)]
    size = person.size
    first = np.where(dice.random(size) < 0.6, 0, dice.integers(1, versions, size))
    leaves = dice.random(size) < 0.25
    last = np.where(leaves, first + (dice.random(size) * (versions - first)).astype(np.int32),
                    versions - 1)  # fmt: skip
    order = np.argsort(first, kind="stable")
    person, first, last = person[order], first[order], last[order]
    since = of.change_version[person]
    known = (of.change[person] != NONE) & (since <= first)
    up_to_date = known & (dice.random(size) < np.where(since < 0, 0.75, 0.9))
    learned = since + dice.integers(0, 4, size)
    learns = (of.change[person] != NONE) & (since >= 0) & ~known & (dice.random(size) < 0.7)
    other = dice.random(size)
    change = np.select(
        [learns, other < 0.02, other < 0.04], [of.change[person], RE_ASKED, CORRECTED], NONE
    )
    when = np.where(learns, learned, 1 + first + (dice.random(size) * (last - first)).astype(int))
    happens = (change != NONE) & (when > first) & (when <= last)
    return Members(
        person, first.astype(np.int32), last.astype(np.int32),
        np.where(happens, change, NONE).astype(np.int32),
        np.where(happens, when, last + 1).astype(np.int32),
        up_to_date, dice.choice(3, size, p=PHONES).astype(np.int32),
    )  # fmt: skip


def known_facts(land: Land, party: Party, who: Members, seed: int) -> pl.DataFrame:
    """FACTS the party keeps: record stretches, with member, person, first and last version."""
    dice = np.random.default_rng([seed, 5, party.number])
    fresh = told(land, who.person, who.up_to_date, who.phones)
    fresh = fresh.with_columns(_customers(party, who.person.size))
    keyed = applied(fresh.with_columns(person=who.person), land, dice, KEYING).drop("operations")
    before = keyed.with_columns(
        pl.Series("member", np.arange(who.person.size), pl.Int32),
        pl.Series("first_version", who.first, pl.Int32),
        pl.Series("last_version", who.change_version - 1, pl.Int32),
    )
    at = np.flatnonzero(who.change != NONE)
    after = before[at].with_columns(
        _replaced(land, who, at, fresh[at], before[at]),
        first_version=pl.Series(who.change_version[at], dtype=pl.Int32),
        last_version=pl.Series(who.last[at], dtype=pl.Int32),
    )
    return held(pl.concat([before, after]), party.form)


def told(land: Land, person: Ints, changed: Bools, phones: Ints) -> pl.DataFrame:
    """What people say of themselves; some give one telephone of the two they have."""
    told = facts(land.people, person, changed, land.tables)
    return told.with_columns(
        mobile=pl.when(pl.Series(phones > 0) | pl.col("landline").is_null()).then("mobile"),
        landline=pl.when(pl.Series(phones != 1) | pl.col("mobile").is_null()).then("landline"),
    )


def _replaced(
    land: Land, who: Members, at: npt.NDArray[np.intp], fresh: pl.DataFrame,
    before: pl.DataFrame,
) -> list[pl.Series]:  # fmt: skip
    """The columns of FACTS after each record's change."""
    kind, person = pl.Series(who.change[at]), who.person[at]
    new = facts(land.people, person, np.ones(at.size, bool), land.tables)
    both = facts(land.people, person, who.up_to_date[at], land.tables)
    columns = []
    for name in FACTS.names():
        kinds = [of for of, columns_of in _BY_KIND.items() if name in columns_of]
        value = new[name].zip_with(kind.is_in(kinds), before[name])
        value = fresh[name].zip_with(kind == CORRECTED, value)
        if name in ("mobile", "landline"):
            value = both[name].zip_with(kind == RE_ASKED, value)
        columns.append(value.alias(name))
    return columns


def _customers(party: Party, size: int) -> pl.Series:
    numbers = pl.Series("customer_no", np.arange(size) * 3 + 100_000 + party.number)
    return (
        pl.DataFrame([numbers])
        .select(
            f"{chr(65 + party.number % 26)}" + pl.col("customer_no").cast(pl.String).str.zfill(8)
        )
        .to_series()
    )


def records(known: pl.DataFrame, party: Party) -> pl.DataFrame:
    """Of known facts: RECORD_FIELDS, member, first_version, last_version, place, numbered.

    A change that does not show, for the system has no such column, makes no new record.
    `fact` is the row of `known` a record stands for.
    """
    rows = written(known, party.form).with_columns(
        known["member", "person", "first_version", "last_version"],
        fact=pl.int_range(known.height, dtype=pl.UInt32),
    )
    rows = rows.sort("member", "first_version")
    text = pl.struct(RECORD_FIELDS)
    same = (pl.col("member") == pl.col("member").shift(1)) & (text == text.shift(1))
    rows = rows.with_columns(same=same.fill_null(value=False))
    swallowed = pl.col("same").shift(-1, fill_value=False)
    rows = rows.with_columns(
        last_version=pl.when(swallowed)
        .then(pl.col("last_version").shift(-1))
        .otherwise("last_version")
    ).filter(~pl.col("same"))
    return rows.drop("same").sort("first_version", "member").with_row_index("distinct")


def version_table(party: Party, rows: pl.DataFrame, versions: int) -> pl.DataFrame:
    """party_id, list_id, version, version_id, uploaded_at, rows: one a month."""
    stands = [
        int(((rows["first_version"] <= at) & (rows["last_version"] >= at)).sum())
        for at in range(versions)
    ]
    return pl.DataFrame(
        {
            "party_id": [party.party_id] * versions,
            "list_id": [f"{party.party_id}-L1"] * versions,
            "version": pl.Series(range(versions), dtype=pl.UInt8),
            "version_id": [f"{party.party_id}-L1-V{at + 1:02d}" for at in range(versions)],
            "uploaded_at": [
                FIRST_UPLOAD + timedelta(days=30 * at, minutes=7 * party.number)
                for at in range(versions)
            ],
            "rows": pl.Series(stands, dtype=pl.UInt32),
        }
    )

"""One rung of the identity policy over distinct records whose keys are hashes.

A key is one array over records: a 64-bit hash, 0 where the record holds no value. Values
are compared by hash only: among ten million records the chance that any two different
values fall together is below one in 100,000.

The rule against false joins looks at a whole group, never at pairs: all records that agree
on the rung's keys are one person if, of each field in `unless_differ`, the group holds at
most one value. Where it holds several, only records with the same value join, and records
without a value stay apart, since nobody can say whose they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from breachscope.playbook import Rung
from breachscope.resolve.components import Labels
from breachscope.schema import NAME_SIGNS

Hashes: TypeAlias = npt.NDArray[np.uint64]
Keys: TypeAlias = Mapping[str, Hashes]
Positions: TypeAlias = npt.NDArray[np.intp]

PHONES = ("phone_key", "phone2_key")
SHAREABLE = (PHONES, ("address_key",), ("email_key",), ("customer_key",))
"""Keys that many people may hold (a care home's telephone, a dummy number), by kind of value."""

OWN_CUSTOMER = "own_customer_key"
"""The customer number, 0 where two names of one version share it: a household's number."""

START, _ = NAME_SIGNS

_NONE = np.uint64(0)
_MOST = np.uint64(2**64 - 1)
_COMMON_BITS = 22


@dataclass(frozen=True, slots=True)
class Edges:
    """What one rung says of the records."""

    left: Labels
    """With `right`: pairs of records that are one person."""
    right: Labels
    doubtful_left: Labels
    """With `doubtful_right`: a record kept apart, and one of those it may belong to."""
    doubtful_right: Labels


@dataclass(frozen=True, slots=True)
class _Groups:
    rows: Labels  # records, those of one group side by side
    starts: Positions  # where each group begins; every group has two rows or more

    def sizes(self) -> Positions:
        return np.diff(np.append(self.starts, self.rows.size))

    def ids(self) -> Positions:
        return np.repeat(np.arange(self.starts.size), self.sizes())


def rung_edges(
    rung: Rung,
    keys: Keys,
    known: Keys,
    labels: Labels,
    outside: npt.NDArray[np.bool_] | None = None,
) -> Edges:
    """The pairs one rung joins, less those of records that are one person already.

    Args:
        rung: what must agree, and what must not differ.
        keys: the records' own values.
        known: for each field of `unless_differ`, the value of the person a record has
            already been found to be; 0 where there is none.
        labels: the person each record has been found to be.
        outside: records the rung does not join; none, where not given.
    """
    rows, value = _agreeing(keys, rung.agree)
    if outside is not None:
        within = ~outside[rows]
        rows, value = rows[within], value[within]
    groups = _grouped(*_unsettled(rows, value, labels))
    doubtful: list[tuple[Labels, Labels]] = []
    for field in rung.unless_differ:
        groups, apart = _split(groups, known[field], keys)
        doubtful.append(apart)
    if rung.family_changed:
        groups, apart = _of_one_given_name(groups, keys)
        doubtful.append(apart)
    heads = np.repeat(groups.rows[groups.starts], groups.sizes())
    tails = heads != groups.rows
    return Edges(
        heads[tails],
        groups.rows[tails],
        np.concatenate([np.empty(0, np.uint32), *(pair[0] for pair in doubtful)]),
        np.concatenate([np.empty(0, np.uint32), *(pair[1] for pair in doubtful)]),
    )


def telling(keys: Keys, limit: int) -> dict[str, Hashes]:
    """The keys, less telephones, addresses and the like that more than `limit` names share."""
    names = np.where(keys["name_key"] != _NONE, keys["name_key"], keys["kana_key"])
    told = dict(keys)
    told["phone2_key"] = np.where(
        keys["phone2_key"] == keys["phone_key"], _NONE, keys["phone2_key"]
    )
    for columns in SHAREABLE:
        common = _common_values([told[column] for column in columns], names, limit)
        for column in columns:
            told[column] = without(told[column], common)
    households = np.where(keys.get(OWN_CUSTOMER, keys["customer_key"]) == _NONE, _NONE, _MOST)
    told[OWN_CUSTOMER] = told["customer_key"] & households
    return told


def holding(rung: Rung, keys: Keys) -> npt.NDArray[np.bool_]:
    """Which records hold every key of the rung: two rows of such a record are one person."""
    held = np.zeros(keys["name_key"].size, dtype=np.bool_)
    held[_agreeing(keys, rung.agree)[0]] = True
    return held


def without(values: Hashes, unwanted: Hashes) -> Hashes:
    """The values, 0 in place of the unwanted ones (which are sorted)."""
    if unwanted.size == 0:
        return values
    place = np.searchsorted(unwanted, values)
    found = unwanted[np.minimum(place, unwanted.size - 1)] == values
    return np.where(found, _NONE, values)


def shared(values: Hashes, names: Hashes, limit: int) -> Hashes:
    """The values that more than `limit` different names hold, sorted."""
    held = (values != _NONE) & (names != _NONE)
    pairs = pl.DataFrame({"value": values[held], "name": names[held]})
    holders = pairs.group_by("value").agg(names=pl.col("name").n_unique())
    found = holders.filter(pl.col("names") > limit).get_column("value").sort()
    return found.to_numpy().astype(np.uint64)


def mixed(first: Hashes, second: Hashes) -> Hashes:
    """One hash of two, in which their order counts."""
    mix = (first ^ (first >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15)
    mix = (mix ^ second) * np.uint64(0xBF58476D1CE4E5B9)
    spread: Hashes = mix ^ (mix >> np.uint64(29))
    return spread


def _common_values(columns: list[Hashes], names: Hashes, limit: int) -> Hashes:
    """As `shared`; only values frequent enough to be shared so widely are looked at closely."""
    values, held_by = np.concatenate(columns), np.concatenate([names] * len(columns))
    bucket = _bucket(values, _COMMON_BITS)
    crowded = np.bincount(bucket, minlength=1 << _COMMON_BITS)[bucket] > limit
    return shared(values[crowded], held_by[crowded], limit)


def _agreeing(keys: Keys, agree: list[str]) -> tuple[Labels, Hashes]:
    """Records that hold every key asked for, and one hash of these; a record once a telephone."""
    columns = [column for column in agree if column != "any_phone"]
    if not {"name_key", "kana_key"} & set(agree):  # without a name, a household is no person
        columns = [OWN_CUSTOMER if column == "customer_key" else column for column in columns]
    values = [keys[column] for column in columns]
    if "any_phone" not in agree:
        return _holding(values)
    found = [_holding([*values, keys[phone]]) for phone in PHONES]
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def _holding(columns: list[Hashes]) -> tuple[Labels, Hashes]:
    held = columns[0] != _NONE
    for column in columns[1:]:
        held &= column != _NONE
    rows = np.flatnonzero(held).astype(np.uint32)
    value = np.zeros(rows.size, dtype=np.uint64)
    for column in columns:
        value = mixed(value, column[rows])
    return rows, value


def _unsettled(rows: Labels, value: Hashes, labels: Labels) -> tuple[Labels, Hashes]:
    """The rows, less most of those whose value only one person holds: they need no sorting.

    Values are looked at by bucket, in whichever order; a bucket with two people is kept whole.
    """
    bits = min(25, int(rows.size).bit_length() + 2)
    bucket, person = _bucket(value, bits), labels[rows]
    someone = np.zeros(1 << bits, dtype=np.uint32)
    someone[bucket] = person
    contested = np.zeros(1 << bits, dtype=np.bool_)
    contested[bucket[someone[bucket] != person]] = True
    kept = contested[bucket]
    return rows[kept], value[kept]


def _bucket(values: Hashes, bits: int) -> Positions:
    return (values >> np.uint64(64 - bits)).astype(np.intp)


def _grouped(rows: Labels, value: Hashes) -> _Groups:
    """Rows of equal value side by side; rows that stand alone are left out."""
    order = pl.Series(value).arg_sort().to_numpy()  # four times as quick as NumPy's
    rows, value = rows[order], value[order]
    same = value[1:] == value[:-1]
    follows = np.concatenate([[False], same])[: value.size]
    followed = np.concatenate([same, [False]])[: value.size]
    kept = follows | followed
    return _Groups(rows[kept], np.flatnonzero(~follows[kept]))


def _split(groups: _Groups, values: Hashes, keys: Keys) -> tuple[_Groups, tuple[Labels, Labels]]:
    """Part the groups that hold two values; return with them the rows nobody can place."""
    nobody = np.empty(0, dtype=np.uint32)
    if groups.rows.size == 0:
        return groups, (nobody, nobody)
    held = values[groups.rows]
    least = np.minimum.reduceat(np.where(held == _NONE, _MOST, held), groups.starts)
    most = np.maximum.reduceat(held, groups.starts)
    at_odds = (most != _NONE) & (least != most)
    if not at_odds.any():
        return groups, (nobody, nobody)
    ids = groups.ids()
    torn = at_odds[ids]
    parts, apart = _parts(groups.rows[torn], ids[torn], held[torn], least, keys)
    agreed = _Groups(groups.rows[~torn], _starts(ids[~torn]))
    return _Groups(
        np.concatenate([agreed.rows, parts.rows]),
        np.concatenate([agreed.starts, parts.starts + agreed.rows.size]),
    ), apart


def _of_one_given_name(groups: _Groups, keys: Keys) -> tuple[_Groups, tuple[Labels, Labels]]:
    """Without the groups in which two names begin with one sign: twins, one in 由美 as the other.

    With them the rows of the groups left out, each beside the first of its group.
    """
    ids = groups.ids()
    names = pl.DataFrame(
        {"id": ids, "name": keys["name_key"][groups.rows], "start": keys[START][groups.rows]}
    )
    told = names.group_by("id").agg(two=pl.col("name").n_unique() > pl.col("start").n_unique())
    two = np.zeros(groups.starts.size, dtype=np.bool_)
    two[told.filter("two")["id"].to_numpy()] = True
    out = two[ids]
    heads = np.repeat(groups.rows[groups.starts], groups.sizes())
    tails = out & (heads != groups.rows)
    return (
        _Groups(groups.rows[~out], _starts(ids[~out])),
        (groups.rows[tails], heads[tails]),
    )


def _parts(
    rows: Labels, ids: Positions, held: Hashes, least: Hashes, keys: Keys
) -> tuple[_Groups, tuple[Labels, Labels]]:
    """Groups of equal value; and each row without one beside a row of its group's least value.

    Which row that is depends on what the rows hold, never on their order.
    """
    placed = held != _NONE
    stand_in = np.zeros(least.size, dtype=np.uint32)
    lowest = np.flatnonzero(held == least[ids])
    lowest = lowest[np.argsort(_marks(keys, rows[lowest]), kind="stable")]
    stand_in[ids[lowest]] = rows[lowest]  # the last is written last
    apart = rows[~placed], stand_in[ids[~placed]]
    return _grouped(rows[placed], mixed(ids[placed].astype(np.uint64), held[placed])), apart


def _marks(keys: Keys, rows: Labels) -> Hashes:
    """One hash of all that each of these records holds."""
    mark = np.zeros(rows.size, dtype=np.uint64)
    for column in sorted(keys):
        mark = mixed(mark, keys[column][rows])
    return mark


def _starts(ids: Positions) -> Positions:
    """Where each run of equal ids begins."""
    return np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]])[: ids.size])

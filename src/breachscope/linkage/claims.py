"""Every record of the people a leaked row may be about, and whether it is spelt as the leak is.

Parties keep one customer in different words: another telephone, an old address, a keying error
of their own. A leaked cell that agrees with one party's record and not with another's tells
where it was copied from: a natural fingerprint (so Benesse's customers knew their source in
2014). What any broker re-formats is compared by its canonical value; of a name the very signs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import polars as pl

from breachscope.schema import CLAIMS, RECORD_FIELDS, SPELT_ALIKE

if TYPE_CHECKING:
    import numpy.typing as npt

LEAST: Final = 0.05
"""Persons less probable than this for a row make no claim."""

_SEED: Final = 20_231_018
_COMPARED: Final = {
    "kana_same": "kana_key",
    "birth_same": "birth",
    "email_same": "email_key",
    "customer_same": "customer_key",
}
FIELDS: Final = (
    "name_same", "kana_same", "phone_same", "address_same", "birth_same", "email_same",
    "customer_same",
)  # fmt: skip


class Records(Protocol):
    """What is asked of the inventory (`workflow.linking.StoredInventory`)."""

    person: npt.NDArray[np.uint32]

    def values(self, records: npt.NDArray[np.uint32]) -> pl.DataFrame:
        """comparison.VALUES of these ascending records."""
        ...

    def spelt_names(self, records: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
        """`spelt_name` of these ascending records; 0 where there is none."""
        ...

    def places(self, records: npt.NDArray[np.uint32]) -> pl.DataFrame:
        """party_id and distinct of these records."""
        ...


class AtHand:
    """Some people's records, read once; `Records` for whoever asks for these alone."""

    def __init__(self, people: pl.Series, records: Records) -> None:
        """Read the records of these people (`person`, over all parties)."""
        self.person = records.person
        self._of = records
        self._at = _records_of(people, records.person)["record"].to_numpy()
        self._values = records.values(self._at)
        self._names = records.spelt_names(self._at)

    def values(self, records: npt.NDArray[np.uint32]) -> pl.DataFrame:
        """As of `Records`."""
        return self._values[np.searchsorted(self._at, records).astype(np.uint32)]

    def spelt_names(self, records: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
        """As of `Records`."""
        return self._names[np.searchsorted(self._at, records)]

    def places(self, records: npt.NDArray[np.uint32]) -> pl.DataFrame:
        """As of `Records`."""
        return self._of.places(records)


def likely(posteriors: pl.DataFrame) -> pl.DataFrame:
    """row, person, probability: of POSTERIORS, those that make a claim."""
    enough = pl.col("probability") >= LEAST
    return posteriors.filter(enough).select("row", "person", "probability")


def spelt_name(records: pl.LazyFrame) -> pl.Expr:
    """A hash of the name as spelt, but for width and spaces; 0 where there is none.

    Args:
        records: text columns, any of `schema.RECORD_FIELDS`.
    """
    have = set(records.collect_schema()) & set(RECORD_FIELDS)
    whole: list[pl.Expr] = [pl.col("name")] if "name" in have else []
    if {"family_name", "given_name"} <= have:
        whole.append(pl.concat_str("family_name", "given_name"))
    text = pl.coalesce(whole) if whole else pl.lit(None, pl.String)
    plain = text.str.normalize("NFKC").str.replace_all(r"\s+", "")
    return pl.when(plain.str.len_chars() > 0).then(plain.hash(_SEED)).otherwise(0)


def claims(
    posteriors: pl.DataFrame,
    values: pl.DataFrame,
    names: npt.NDArray[np.uint64],
    records: Records,
) -> pl.DataFrame:
    """CLAIMS of one leak, by row, party and record.

    Args:
        posteriors: deciding.POSTERIORS.
        values: comparison.VALUES of the leak, row by row.
        names: `spelt_name` of the leak, row by row.
        records: the inventory.
    """
    claiming = likely(posteriors)
    held = _records_of(claiming["person"].unique(), records.person)
    pairs = claiming.join(held, on="person", how="inner", maintain_order="left")
    wanted, place = np.unique(pairs["record"].to_numpy(), return_inverse=True)
    row = pairs["row"].to_numpy()
    theirs, mine = records.values(wanted)[place.astype(np.uint32)], values[row]
    same = _same_spellings(mine, theirs, names[row], records.spelt_names(wanted)[place])
    where = records.places(wanted)[place.astype(np.uint32)]
    made = pl.concat([pairs, where, same], how="horizontal")
    return (
        made.with_columns(leak_row=pl.col("row") + 1)
        .select(CLAIMS.names())
        .cast(CLAIMS)
        .sort("leak_row", "party_id", "distinct")
    )


def spelt_alike(claimed: pl.DataFrame, records: Records) -> pl.DataFrame:
    """SPELT_ALIKE, from the claimed people whom several parties hold.

    Args:
        claimed: CLAIMS.
        records: the inventory.
    """
    held = _records_of(claimed["person"].unique(), records.person)
    placed = pl.concat([held, records.places(held["record"].to_numpy())], how="horizontal")
    once = placed.sort("record").unique(["person", "party_id"], keep="first", maintain_order=True)
    pairs = once.join(once, on="person", suffix="_other").filter(
        pl.col("party_id") != pl.col("party_id_other")
    )
    wanted, place = np.unique(
        np.concatenate([pairs["record"].to_numpy(), pairs["record_other"].to_numpy()]),
        return_inverse=True,
    )
    at = place.astype(np.uint32)
    values, names = records.values(wanted), records.spelt_names(wanted)
    mine, theirs = at[: pairs.height], at[pairs.height :]
    same = _same_spellings(values[mine], values[theirs], names[mine], names[theirs])
    told = pl.concat([pairs.select("party_id"), same], how="horizontal").unpivot(
        list(FIELDS), index="party_id", variable_name="field", value_name="is_same"
    )
    return (
        told.group_by("party_id", "field")
        .agg(told=pl.col("is_same").count(), same=pl.col("is_same").sum())
        .cast(SPELT_ALIKE)
        .sort("party_id", "field")
    )


def _records_of(people: pl.Series, person: npt.NDArray[np.uint32]) -> pl.DataFrame:
    """person, record: every record of these people."""
    wanted = np.zeros(int(person.max(initial=0)) + 1, bool)
    wanted[people.to_numpy()] = True
    record = np.flatnonzero(wanted[person]).astype(np.uint32)
    return pl.DataFrame({"person": person[record], "record": record})


def _same_spellings(
    mine: pl.DataFrame,
    theirs: pl.DataFrame,
    my_name: npt.NDArray[np.uint64],
    their_name: npt.NDArray[np.uint64],
) -> pl.DataFrame:
    """For each pair: is the cell the very one of the record; null where either has none."""
    named = (my_name != 0) & (their_name != 0)
    name = pl.Series("name_same", my_name == their_name)
    return pl.DataFrame(
        [
            name.set(pl.Series(~named), None),
            *((mine[c] == theirs[c]).alias(field) for field, c in _COMPARED.items()),
            _same_phone(mine, theirs),
            _same_address(mine["address_key"], theirs["address_key"]),
        ]
    )


def _same_address(mine: pl.Series, theirs: pl.Series) -> pl.Series:
    """Town and house number are the same; a room behind a dash, as some systems write, is none."""
    both = pl.DataFrame({"a": mine, "b": theirs})
    within = [pl.col(x).str.starts_with(pl.col(y) + "-") for x, y in (("a", "b"), ("b", "a"))]
    same = (pl.col("a") == pl.col("b")) | within[0] | within[1]
    return both.select(address_same=same).to_series()


def _same_phone(mine: pl.DataFrame, theirs: pl.DataFrame) -> pl.Series:
    """A telephone of one kind that both hold is the same; null where they hold none in common."""
    kinds = []
    for kind in ("mobile", "landline"):
        pairs = [mine[m] == theirs[t] for m in (kind, f"{kind}2") for t in (kind, f"{kind}2")]
        equal = pl.DataFrame(pairs, schema=[str(place) for place in range(len(pairs))])
        told = ~pl.all_horizontal(pl.all().is_null())
        same = pl.any_horizontal(pl.all().fill_null(value=False))
        kinds.append(equal.select(pl.when(told).then(same).alias(kind)))
    both = pl.concat(kinds, how="horizontal")
    known = pl.any_horizontal(pl.all().fill_null(value=False))
    missing = pl.all_horizontal(pl.all().is_null())
    answer = pl.when(known).then(pl.lit(value=True)).when(~missing).then(pl.lit(value=False))
    return both.select(phone_same=answer).to_series()

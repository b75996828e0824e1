"""The distinct records of a party: rows of equal canonical values, over all its versions.

Hashes are Polars' own: they hold within one version of Polars and are never an identity on
disk. Whoever keeps them between runs must keep `hashing()` beside them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from breachscope.resolve.rungs import OWN_CUSTOMER, Hashes, shared, without
from breachscope.schema import KEY_COLUMNS, NAME_SIGNS, PARTED, VALUE_COLUMNS

_SEED: Final = 20_231_017
_ROW = ("row_a", "row_b")  # 128 bits: two records with both equal are equal
_END: Final = 2  # signs of most given names
_BATCH_ROWS: Final = 1_000_000  # versions are taken in lots, so that few joins are needed

_OWN = ("name_key", "kana_key", "phone_key", "phone2_key", "email_key", "customer_key")

KEY_HASHES: Final = pl.Schema(
    {column: pl.UInt64() for column in (*KEY_COLUMNS, *NAME_SIGNS, OWN_CUSTOMER)}
)
"""One row a distinct record, in order: hashes of its values, 0 where it holds none."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """The distinct records of a party, and where each stood first."""

    version_ids: list[str]
    index: pl.DataFrame  # version (place in version_ids), row_no, distinct
    records: pl.DataFrame  # version, row_no of its first record, then its key hashes


def hashing() -> str:
    """A short text that changes whenever key hashes of this machine would."""
    probe = pl.Series(["breachscope"]).hash(_SEED).item()
    return f"polars {pl.__version__} {probe:016x}"


def distinct_records(versions: Iterable[tuple[str, pl.DataFrame]]) -> Distinct:
    """Give each distinct record its number, in order of first appearance."""
    version_ids: list[str] = []
    households: list[Hashes] = []
    seen = pl.DataFrame(schema={**dict.fromkeys(_ROW, pl.UInt64()), "distinct": pl.UInt32()})
    index, records = [_no_index()], [_no_records()]
    given = {column: [_no_given(column)] for column in PARTED}
    for batch in _batches(_hashed(versions, version_ids, households)):
        numbered, new = _numbered(batch, seen)
        seen = pl.concat([seen, new.select(seen.columns)])
        index.append(numbered)
        records.append(new.select(records[0].columns))
        for column, told in given.items():
            told.append(_given_names(batch, numbered, column))
    named = pl.concat(records)
    for column, told in given.items():
        named = _with_given(named, pl.concat(told), column)
    own = _own_customer(named, households)
    return Distinct(version_ids, pl.concat(index), own)


def _hashed(
    versions: Iterable[tuple[str, pl.DataFrame]], ids: list[str], households: list[Hashes]
) -> Iterator[pl.DataFrame]:
    """Hash each version; note its id, and the customer numbers that two names share in it.

    Rows that hold nothing of someone's own are left out: a sex or a town can be anybody's.
    """
    for version_id, frame in versions:
        version = pl.lit(len(ids), dtype=pl.UInt32()).alias("version")
        held = pl.any_horizontal(pl.col(_OWN).is_not_null()) | _dwelling()
        hashes = frame.filter(held).select(version, "row_no", *_key_hashes(), _dwelling())
        ids.append(version_id)
        households.append(_households(hashes))
        keys = hashes.select(VALUE_COLUMNS)
        rows = [keys.hash_rows(seed).alias(row) for seed, row in enumerate(_ROW, _SEED)]
        yield hashes.with_columns(*rows, _told_address()).drop("dwelling")


def _households(hashes: pl.DataFrame) -> Hashes:
    """Customer numbers that two names of one version share: a household's, or a dummy."""
    named = pl.when(pl.col("name_key") > 0).then("name_key").otherwise("kana_key")
    names = hashes.select(named).to_series()
    return shared(hashes["customer_key"].to_numpy(), names.to_numpy(), 1)


def _dwelling() -> pl.Expr:
    """The address says which house, not only which town: namesakes live in every town."""
    return pl.col("address_key").str.contains("[0-9]").fill_null(value=False).alias("dwelling")


def _told_address() -> pl.Expr:
    """A town alone tells records apart, and joins none."""
    return pl.when("dwelling").then("address_key").otherwise(0).alias("address_key")


def _key_hashes() -> list[pl.Expr]:
    """One seed for all keys: a first telephone may equal a second."""
    name = pl.col("name_key")
    whole = pl.when(name.str.len_chars() > _END).then(name)
    signs = dict(zip(NAME_SIGNS, (whole.str.head(1), whole.str.tail(_END)), strict=True))
    keys = {column: pl.col(column) for column in KEY_COLUMNS} | signs
    return [
        pl.when(key.is_not_null()).then(key.hash(_SEED)).otherwise(0).cast(pl.UInt64()).alias(name)
        for name, key in keys.items()
    ]


def _batches(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    waiting: list[pl.DataFrame] = []
    for frame in frames:
        waiting.append(frame)
        if sum(part.height for part in waiting) >= _BATCH_ROWS:
            yield pl.concat(waiting)
            waiting = []
    if waiting:
        yield pl.concat(waiting)


def _numbered(batch: pl.DataFrame, seen: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The batch's rows with their numbers; and the records that were not seen before."""
    once = batch.select(_ROW).with_row_index("at").unique(_ROW, keep="first", maintain_order=True)
    known = once.join(seen, on=_ROW, how="left", maintain_order="left", validate="1:1")
    fresh = known.filter(pl.col("distinct").is_null()).select("at")
    new = batch[fresh["at"]].with_row_index("distinct", offset=seen.height)
    numbers = pl.concat([known.drop_nulls("distinct").drop("at"), new.select(seen.columns)])
    rows = batch.select("version", "row_no", *_ROW)
    numbered = rows.join(numbers, on=_ROW, how="left", maintain_order="left", validate="m:1")
    return numbered.select(_no_index().columns), new


def _given_names(batch: pl.DataFrame, numbered: pl.DataFrame, column: str) -> pl.DataFrame:
    """The given names of the batch's records, or their readings, each once."""
    told = pl.concat([numbered.select("distinct"), batch.select(column)], how="horizontal")
    return told.filter(pl.col(column) > 0).unique(maintain_order=True)


def _with_given(records: pl.DataFrame, given: pl.DataFrame, column: str) -> pl.DataFrame:
    """One record may stand with its name parted in one list and unparted in another.

    Its given name is what any of them tells; if they part it differently, it is not known.
    """
    told = given.group_by("distinct").agg(
        pl.col(column).first(), one=pl.col(column).n_unique() == 1
    )
    sure = told.filter("one").select("distinct", column)
    rows = (
        records.drop(column)
        .with_row_index("distinct")
        .join(sure, on="distinct", how="left", validate="1:1", maintain_order="left")
    )
    return rows.with_columns(pl.col(column).fill_null(0)).select(records.columns)


def _no_given(column: str) -> pl.DataFrame:
    return pl.DataFrame(schema={"distinct": pl.UInt32(), column: pl.UInt64()})


def _own_customer(records: pl.DataFrame, households: list[Hashes]) -> pl.DataFrame:
    unwanted = np.unique(np.concatenate([np.empty(0, np.uint64), *households]))
    own = without(records["customer_key"].to_numpy(), unwanted)
    return records.with_columns(pl.Series(OWN_CUSTOMER, own))


def _no_index() -> pl.DataFrame:
    place = {"version": pl.UInt32(), "row_no": pl.UInt32(), "distinct": pl.UInt32()}
    return pl.DataFrame(schema=place)


def _no_records() -> pl.DataFrame:
    place = {"version": pl.UInt32(), "row_no": pl.UInt32()}
    return pl.DataFrame(schema={**place, **dict.fromkeys((*KEY_COLUMNS, *NAME_SIGNS), pl.UInt64())})

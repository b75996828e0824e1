"""Which pairs are compared at all: a leaked row and a record that agree on one of several keys.

The union of many narrow keys loses little where one or two of a row's fields are wrong (Fellegi
and Sunter, JASA 64, 1969, section 4; Christen, Data Matching, 2012, chapter 4). Keys that very
many records hold are capped, and the cap is reported: what it hides can still be reached by the
row's other keys. Hashes are Polars' own and hold within one version of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

if TYPE_CHECKING:
    from breachscope.resolve.rungs import Hashes

SEED: Final = 20_240_124
BLOCKS: Final = (
    "phone",
    "phone2",
    "name",
    "kana",
    "address",
    "email",
    "customer",
    "birth_name",
    "birth_given",
    "birth_kana",
    "town_name",
    "postal_kana",
    "phone_tail_name",
)
"""Keys in order; the first seven are whole values, whose frequency is a weight as well."""

TOLD_AS: Final = {block: "phone" if block == "phone2" else block for block in BLOCKS}
"""Either of two telephones may equal the other's either: both are one kind of value."""
VALUES: Final = ("phone", "phone2", "name", "kana", "address", "email", "customer")
CONTACT: Final = frozenset({"phone", "phone2", "address", "email"})
IDENTITY: Final = frozenset({"name", "kana", "birth_name", "birth_given", "birth_kana"})
SHARED: Final = frozenset({"name", "kana", "town_name", "postal_kana"})
"""Keys that namesakes share by nature."""
_BITS: Final = 22
_NONE: Final = np.uint64(0)

HITS: Final = pl.Schema({"block": pl.UInt8(), "key": pl.UInt64(), "record": pl.UInt32()})
"""Records that hold a key of the leak; `phone2` is told as `phone`."""

PAIRS: Final = pl.Schema({"row": pl.UInt32(), "record": pl.UInt32(), "by": pl.UInt16()})
"""A row of the leak (0-based) and a record to compare; `by` has a bit for each block."""

CAPPED: Final = pl.Schema(
    {"block": pl.String(), "keys": pl.UInt32(), "pairs": pl.UInt64(), "rows": pl.UInt32()}
)
"""Keys too common to be compared, the pairs and the leaked rows they would have given."""


@dataclass(frozen=True, slots=True)
class Caps:
    """Above these, a key's pairs are not compared."""

    records: int = 2_000
    pairs: int = 40_000
    shared: int = 150
    """Of SHARED keys. A pair that has nothing else in common with one of so many namesakes could
    not be decided: each of them would be as likely."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The pairs to compare, and what was left out."""

    pairs: pl.DataFrame  # PAIRS, by row and record
    capped: pl.DataFrame  # CAPPED
    held: pl.DataFrame  # block, key, records: how many records hold each value of the leak


def block_keys(keys: pl.LazyFrame) -> pl.LazyFrame:
    """One column of 64-bit hashes a block, 0 where the record lacks what it is made of.

    Args:
        keys: RECORD_KEYS (any row order, kept).
    """
    name, kana = pl.col("name_key"), pl.col("kana_key")
    birth = pl.col("birth_date").cast(pl.String())
    town = pl.col("address_key").str.extract(r"^([^0-9]{2,})")
    has_house = pl.col("address_key").str.contains("[0-9]")
    given = pl.coalesce(pl.col("given_key").str.slice(-2), name.str.slice(-2))
    made: dict[str, list[pl.Expr]] = {
        "phone": [pl.col("phone_key")],
        "phone2": [pl.col("phone2_key")],
        "name": [name],
        "kana": [kana],
        "address": [pl.when(has_house).then("address_key")],
        "email": [pl.col("email_key")],
        "customer": [pl.col("customer_key")],
        "birth_name": [birth, name.str.slice(0, 1)],
        "birth_given": [birth, given],
        "birth_kana": [birth, kana.str.slice(0, 2)],
        "town_name": [town, name.str.slice(0, 2), name.str.len_chars()],
        "postal_kana": [pl.col("postal_key"), kana.str.slice(0, 3)],
        "phone_tail_name": [pl.col("phone_key").str.slice(-6), name.str.slice(0, 2)],
    }
    return keys.select(_hashed(block, parts) for block, parts in made.items())


def _hashed(block: str, parts: list[pl.Expr]) -> pl.Expr:
    """A whole value is hashed as it is; of two telephones either may equal the other."""
    whole = parts[0] if len(parts) == 1 else pl.concat_str(parts, separator="\0")
    return pl.when(whole.is_not_null()).then(whole.hash(SEED)).otherwise(0).alias(block)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The keys a leak asks for, block by block, made ready to be looked for in many records."""

    keys: dict[str, Hashes]  # sorted; both telephones under `phone`
    seen: dict[str, npt.NDArray[np.bool_]]  # by the first bits of a key: may it be asked for

    @classmethod
    def of(cls, leak: pl.DataFrame) -> Wanted:
        """The keys of a leak's `block_keys`."""
        keys = {block: leak[block].to_numpy() for block in BLOCKS}
        keys["phone"] = np.concatenate([keys["phone"], keys.pop("phone2")])
        sorted_ = {block: np.setdiff1d(values, [_NONE]) for block, values in keys.items()}
        seen = {block: np.zeros(1 << _BITS, bool) for block in sorted_}
        for block, values in sorted_.items():
            seen[block][_bucket(values)] = True
        return cls(sorted_, seen)


def hits(wanted: Wanted, records: pl.DataFrame, first: int) -> pl.DataFrame:
    """HITS: the records of one party that hold a key of the leak.

    Args:
        wanted: the leak's keys.
        records: block_keys of the party's records, in order of `distinct`.
        first: the number of the party's first record over all parties.
    """
    found = [pl.DataFrame(schema=HITS)]
    for block, keys in wanted.keys.items():
        if not keys.size:
            continue
        for column in (own for own in BLOCKS if TOLD_AS[own] == block):
            held = records[column].to_numpy()
            maybe = np.flatnonzero(wanted.seen[block][_bucket(held)])
            key = held[maybe]
            place = np.minimum(np.searchsorted(keys, key), keys.size - 1)
            sure = (keys[place] == key) & (key != _NONE)
            found.append(hit_frame(block, key[sure], maybe[sure] + first))
    return pl.concat(found)


def candidates(leak: pl.DataFrame, found: pl.DataFrame, caps: Caps) -> Candidates:
    """The pairs of the leak's rows and the records hit, each once.

    Args:
        leak: block_keys of the leak, row by row.
        found: HITS of all parties; of keys that are not the leak's, too.
        caps: how common a key may be.
    """
    asked = _asked(leak)
    found = found.join(asked, on=["block", "key"], how="semi")
    held = found.group_by("block", "key").agg(records=pl.len().cast(pl.UInt32))
    counted = (
        asked.group_by("block", "key")
        .agg(rows=pl.len())
        .join(held, on=["block", "key"], how="inner", validate="1:1")
        .with_columns(pairs=pl.col("rows").cast(pl.UInt64) * pl.col("records"))
    )
    shared = pl.col("block").is_in([BLOCKS.index(block) for block in SHARED])
    most = pl.when(shared).then(min(caps.shared, caps.records)).otherwise(caps.records)
    fits = (pl.col("records") <= most) & (pl.col("pairs") <= caps.pairs)
    kept = counted.filter(fits).select("block", "key")
    few = found.join(kept, on=["block", "key"], how="semi").unique()
    met = asked.join(few, on=["block", "key"], how="inner")
    return Candidates(_once(met), _told(counted.filter(~fits)), held.sort("block", "key"))


def _bucket(values: Hashes) -> npt.NDArray[np.intp]:
    return (values >> np.uint64(64 - _BITS)).astype(np.intp)


def hit_frame(block: str, key: Hashes, record: npt.NDArray[Any]) -> pl.DataFrame:
    """HITS of one block."""
    return pl.DataFrame(
        {"block": np.full(key.size, BLOCKS.index(block), np.uint8), "key": key, "record": record},
        schema=HITS,
        strict=False,
    )


def _asked(leak: pl.DataFrame) -> pl.DataFrame:
    """row, block, key: every key of every row."""
    rows = leak.with_row_index("row")
    parts = [
        rows.select(
            "row",
            block=pl.lit(BLOCKS.index(TOLD_AS[block]), pl.UInt8),
            key=block,
        ).filter(pl.col("key") != 0)
        for block in BLOCKS
    ]
    return pl.concat(parts).unique(["row", "block", "key"])


def _once(met: pl.DataFrame) -> pl.DataFrame:
    """PAIRS: each pair once, with all blocks that gave it."""
    packed = (
        (met["row"].cast(pl.UInt64) * (1 << 32) + met["record"].cast(pl.UInt64)).to_numpy().copy()
    )
    order = np.argsort(packed, kind="stable")
    packed = packed[order]
    bits = (np.uint16(1) << met["block"].to_numpy().astype(np.uint16))[order]
    starts = np.flatnonzero(np.diff(packed, prepend=packed[:1] + np.uint64(1)))
    by = np.bitwise_or.reduceat(bits, starts) if starts.size else bits
    pairs = packed[starts]
    return pl.DataFrame(
        {
            "row": (pairs >> np.uint64(32)).astype(np.uint32),
            "record": (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32),
            "by": by,
        },
        schema=PAIRS,
    )


def _told(capped: pl.DataFrame) -> pl.DataFrame:
    """CAPPED, by block."""
    told = (
        capped.group_by("block")
        .agg(keys=pl.len(), pairs=pl.col("pairs").sum(), rows=pl.col("rows").sum())
        .sort("block")
    )
    names = pl.Series("block", BLOCKS, dtype=pl.String).gather(told["block"])
    return told.with_columns(names).cast(CAPPED).select(CAPPED.names())


def is_by(pairs: pl.DataFrame, blocks: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Which pairs one of these blocks gave."""
    mask = sum(1 << BLOCKS.index(block) for block in blocks)
    found: npt.NDArray[np.bool_] = (pairs["by"].to_numpy() & np.uint16(mask)) != 0
    return found


def recall(contact: float, identity: float, both: float) -> float:
    """The share of true pairs that blocking reaches, by capture and recapture.

    Chapman's estimate of all true pairs from those found by contact keys, by identity keys, and
    by both (Chapman, 1951; as used for linkage by Herzog, Scheuren and Winkler, 2007, chapter 6).
    Independence of the two is assumed; where good rows agree on both kinds it errs high.
    """
    every = (contact + 1) * (identity + 1) / (both + 1) - 1
    reached = contact + identity - both
    return min(reached / every, 1.0) if every > 0 else 1.0

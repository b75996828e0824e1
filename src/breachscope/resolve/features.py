"""What pairs are compared by, worked out once a value and not once a pair.

Equality of text is equality of 64-bit hashes: of ten million pairs and a score of fields one
false equality is expected in 10^11 leaks. Beginnings and ends, which only tell which pairs
are worth measuring, are 32 bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    Codes = npt.NDArray[np.uint64]
    Marks = npt.NDArray[np.uint32]
    Lengths = npt.NDArray[np.uint8]

SEED: Final = 20_240_711
PHONES: Final = ("mobile", "mobile2", "landline", "landline2")

ENDS: Final = {
    "name_key": 1,
    "kana_key": 2,
    "address_key": 6,
    **dict.fromkeys(PHONES, 4),
}
"""Columns whose edits are counted, and how many letters of each end are looked at first.

Two texts of at least 2k + 1 letters that one edit makes equal have their first or their last k
letters in common: an edit touches one letter, or two neighbours.
"""

_PARTS: Final = {
    "name_start": pl.col("name_key").str.slice(0, 2),
    "name_end": pl.col("name_key").str.slice(-2, 2),
    "kana_start": pl.col("kana_key").str.slice(0, 3),
    "kana_end": pl.col("kana_key").str.slice(-3, 3),
    "town": pl.col("address_key").str.extract(r"^([^0-9]+)"),
    "house": pl.col("address_key").str.extract(r"([0-9][0-9-]*)$"),
    "lot": pl.col("address_key").str.extract(r"^([^0-9]*[0-9]+)"),
}
_WHOLE: Final = (
    "name_key", "kana_key", "given_key", *PHONES, "postal_key", "address_key", "email_key",
    "customer_key", "sex_key",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Features:
    """Values made ready to be compared, row for row."""

    codes: Mapping[str, Codes]
    """Hashes of whole values and of parts of them, 0 where there is none; `birth` is its eight
    digits, a byte each. A column that is empty throughout is left out."""
    marks: Mapping[str, Marks]  # `COLUMN:first` and `COLUMN:last`, of ENDS
    lengths: Mapping[str, Lengths]  # letters, of ENDS; 0 where there is none
    values: pl.DataFrame  # comparison.VALUES

    @classmethod
    def of(cls, values: pl.DataFrame) -> Features:
        """The features of comparison.VALUES."""
        held = [name for name in values.columns if values[name].null_count() < values.height]
        parts: dict[str, pl.Expr] = {name: pl.col(name) for name in _WHOLE if name in held}
        parts |= {name: part for name, part in _PARTS.items() if part.meta.root_names()[0] in held}
        ends = [name for name in ENDS if name in held]
        made = (
            values.lazy()
            .select(
                *(_hashed(part).alias(name) for name, part in parts.items()),
                *(_mark(name, 0).alias(f"{name}:first") for name in ends),
                *(_mark(name, -ENDS[name]).alias(f"{name}:last") for name in ends),
                *(_length(name).alias(f"{name}:length") for name in ends),
            )
            .collect()
        )
        codes = {name: made[name].to_numpy() for name in parts}
        if "birth" in held:
            codes["birth"] = _digits(values["birth"])
        return cls(
            codes,
            {
                name: made[name].to_numpy()
                for name in made.columns
                if name.endswith(("first", "last"))
            },
            {name: made[f"{name}:length"].to_numpy() for name in ends},
            values,
        )


def _hashed(text: pl.Expr) -> pl.Expr:
    return pl.when(text.is_not_null()).then(text.hash(SEED)).otherwise(0).cast(pl.UInt64)


def _mark(name: str, start: int) -> pl.Expr:
    """The low half of the hash of one end."""
    end = pl.col(name).str.slice(start, ENDS[name]).hash(SEED)
    return (end & 0xFFFF_FFFF).cast(pl.UInt32).fill_null(0)


def _length(name: str) -> pl.Expr:
    return pl.col(name).str.len_chars().fill_null(0).clip(0, 255).cast(pl.UInt8)


def _digits(dates: pl.Series) -> Codes:
    """YYYYMMDD as eight bytes of one number; 0 where there is no date."""
    number = dates.cast(pl.UInt64, strict=False).fill_null(0).to_frame("n")
    digits = [(pl.col("n") // 10**place % 10 + 1) * 256**place for place in range(8)]
    packed = pl.when(pl.col("n") > 0).then(pl.sum_horizontal(digits)).otherwise(0)
    return number.select(packed.cast(pl.UInt64)).to_series().to_numpy()

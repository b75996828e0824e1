"""People's rulings on data items: what waited is settled, what was taken for sure is put right."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.schema import ITEMS, ItemClass

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Ruled:
    """A person's ruling: what a column, or the title, of one list or of all (`*`) holds."""

    id: str
    place: str  # LIST/COLUMN or */COLUMN
    item_class: ItemClass
    why: str


PLAIN: Final = (ItemClass.IDENTITY, ItemClass.CONTACT, ItemClass.HANDLING)
"""Classes no duty hangs on: a ruling on a column leaves them beside what it says."""


def with_grounds(table: pl.DataFrame) -> pl.DataFrame:
    """ITEMS with the ground of each row: what the rules say of its column in all of its list.

    How many values fit is no part of it, only whether any do: another version that looks the
    same leaves a ruling where it is.
    """
    said = pl.concat_str(
        [
            pl.col(name).cast(pl.String).fill_null("")
            for name in ("item_class", "sure", "by", "rule")
        ]
        + [(pl.col("fitting").fill_null(0) > 0).cast(pl.String)],
        separator="|",
    )
    of = ["list_id", "item"]
    told = table.group_by(of).agg(said=said.unique().sort())
    grounds = [
        hashlib.sha256("\n".join([listed or "", item, *lines]).encode()).hexdigest()[:16]
        for listed, item, lines in told.iter_rows()
    ]
    named = told.select(*of, ground=pl.Series(grounds, dtype=pl.String()))
    joined = table.drop("ground").join(named, on=of, how="left", validate="m:1", nulls_equal=True)
    return joined.select(table.columns)


def ruled(table: pl.DataFrame, rulings: Iterable[Ruled]) -> pl.DataFrame:
    """ITEMS with people's rulings: what waited is settled, what was taken for sure is put right.

    Args:
        table: ITEMS.
        rulings: a later one goes before an earlier one on the same column; so those on all lists
            come first.

    """
    for ruling in rulings:
        mine = pl.concat_str("list_id", pl.lit("/"), "item") == ruling.place
        if ruling.place.startswith("*/"):
            mine = pl.col("item") == ruling.place.removeprefix("*/")
        plain_row = pl.col("sure") & pl.col("item_class").is_in([each.value for each in PLAIN])
        said = table.filter(mine).unique("version_id", keep="first", maintain_order=True)
        told = said.with_columns(
            item_class=pl.lit(ruling.item_class.value, ITEMS["item_class"]),
            sure=pl.lit(value=True),
            by=pl.lit("ruling", ITEMS["by"]),
            rule=pl.lit(None, pl.String),
            fitting=pl.lit(None, pl.UInt32),
            why=pl.lit(f"ruling {ruling.id}: {ruling.why}"),
            ruling=pl.lit(ruling.id),
        )
        same = pl.col("item_class") == ruling.item_class.value
        table = pl.concat([table.filter(~mine | (plain_row & ~same)), told.select(table.columns)])
    return table

"""Which data items each record that left held, so that a person is told of their own alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np
import polars as pl

from breachscope.notify.documents.items import OTHERS, Piece, printed, titled
from breachscope.people.items import fits
from breachscope.schema import ATTRIBUTE_PREFIX, RECORD_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from breachscope.notify.documents.words import Words
    from breachscope.notify.package import Reached
    from breachscope.playbook import ContentItem, Items

SET = pl.UInt32()
"""Number of a set of items: millions of records fill a few dozen different ones."""

_BITS = 30
"""Pieces told apart in a number before it is counted anew: 2^31 rows and these fit 63 bits."""

Ordered = tuple[int, *Piece]
"""A piece with its place among the columns."""


@dataclass(frozen=True, slots=True)
class OwnItems:
    """The items of one party's versions, each numbered; a record fills a set of them."""

    words: Words
    columns: Mapping[tuple[str, str], list[tuple[Ordered, ContentItem | None]]]
    titles: Mapping[str, list[Ordered]]  # version -> what standing in that list tells
    numbers: dict[Ordered, int]
    sets: dict[tuple[int, ...], int] = field(default_factory=dict)

    @classmethod
    def of(cls, reached: Reached | None, rules: Items, words: Words) -> Self:
        """From ITEMS of the versions that left; None of a run that has none."""
        columns: dict[tuple[str, str], list[tuple[Ordered, ContentItem | None]]] = {}
        titles: dict[str, list[Ordered]] = {}
        contents = {rule.id: rule for rule in rules.contents}
        for row in titled(reached.table, words).iter_rows(named=True) if reached else ():
            piece = row["order"], row["title"], row["item_class"], row["sure"]
            if row["of_title"]:
                titles.setdefault(row["version_id"], []).append(piece)
            else:
                key = row["version_id"], row["field"] or row["item"]
                by_value = contents.get(row["rule"]) if row["by"] == "content" else None
                columns.setdefault(key, []).append((piece, by_value))
        known = {piece for held in columns.values() for piece, _ in held}
        known.update(piece for held in titles.values() for piece in held)
        return cls(words, columns, titles, {p: n for n, p in enumerate(sorted(known))})

    def filled(self, version: str, rows: pl.DataFrame) -> pl.Series:
        """Of each row of a version, the set of the items it holds something of.

        What the values alone tell of a column is told of the rows whose own value fits.

        Args:
            version: its id.
            rows: the records' fields and attributes, by their stored names.

        Returns:
            `filled`, of SET: a place in `sets`.

        """
        pieces = list(self._of_version(version, rows))
        alike = np.zeros(rows.height, np.int64)  # rows that fill the same have the same number
        for at, (_, holds) in enumerate(pieces, 1):
            alike = alike * 2 + (holds if isinstance(holds, bool) else holds.to_numpy())
            if at % _BITS == 0:
                alike = np.unique(alike, return_inverse=True)[1]
        _, examples, which = np.unique(alike, return_index=True, return_inverse=True)
        sets = [self._set_of_row(pieces, int(row)) for row in examples]
        return pl.Series("filled", np.array(sets, np.uint32)[which], SET)

    def _set_of_row(self, pieces: Sequence[tuple[int, pl.Series | bool]], row: int) -> int:
        held = {n for n, holds in pieces if (holds if isinstance(holds, bool) else holds[row])}
        return self.sets.setdefault(tuple(sorted(held)), len(self.sets))

    def _of_version(
        self, version: str, rows: pl.DataFrame
    ) -> Iterator[tuple[int, pl.Series | bool]]:
        for column in rows.columns:
            name = column.removeprefix(ATTRIBUTE_PREFIX)
            text = rows[column].cast(pl.String)
            there = text.str.contains(r"\S").fill_null(value=False)
            for piece, rule in self.columns.get(
                (version, name), [(self._unclassified(name), None)]
            ):
                yield self._number(piece), there & fits(text, rule) if rule else there
        for piece in self.titles.get(version, ()):
            yield self._number(piece), True

    def _unclassified(self, name: str) -> Ordered:
        """Of a run without items: the column by its name."""
        place = RECORD_FIELDS.index(name) if name in RECORD_FIELDS else OTHERS
        return place, self.words.fields.get(name, name), "", True

    def _number(self, piece: Ordered) -> int:
        return self.numbers.setdefault(piece, len(self.numbers))

    def printed(self, numbers: Sequence[int]) -> list[str]:
        """Items as documents print them, each title once."""
        pieces = {number: piece for piece, number in self.numbers.items()}
        own = sorted(pieces[number] for number in numbers)
        return list(printed((piece[1:] for piece in own), self.words))

    def of_persons(self, records: pl.DataFrame) -> pl.DataFrame:
        """person_key, items: of each person those of all their records, as printed.

        Args:
            records: person_key, filled.

        """
        told = (
            records.select("person_key", "filled")
            .drop_nulls()
            .unique()
            .sort("person_key", "filled")
            .group_by("person_key", maintain_order=True)
            .agg(key=pl.col("filled").cast(pl.String))
            .with_columns(pl.col("key").list.join(" "))
        )
        numbers = list(self.sets)
        distinct = [
            {"key": key, "items": self._union(numbers[int(at)] for at in key.split())}
            for key in told["key"].unique().sort()
        ]
        schema = {"key": pl.String(), "items": pl.List(pl.String())}
        shown = pl.DataFrame(distinct, schema=schema).filter(pl.col("items").list.len() > 0)
        return told.join(
            shown, on="key", how="inner", validate="m:1", maintain_order="left"
        ).select("person_key", "items")

    def _union(self, sets: Iterable[tuple[int, ...]]) -> list[str]:
        return self.printed(sorted({number for one in sets for number in one}))

"""Which data items each record that left held, so that a person is told of their own alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from breachscope.notify.documents.items import OTHERS, Piece, printed, titled
from breachscope.people.items import fits
from breachscope.schema import ATTRIBUTE_PREFIX, RECORD_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from breachscope.notify.documents.words import Words
    from breachscope.notify.package import Reached
    from breachscope.playbook import ContentItem, Items

NUMBER = pl.UInt32()
"""Of a piece, in the order documents name them."""

Ordered = tuple[int, *Piece]
"""A piece with its place among the columns."""


@dataclass(frozen=True, slots=True)
class OwnItems:
    """The items of one party's versions, each numbered; a record's are those it fills."""

    words: Words
    columns: Mapping[tuple[str, str], list[tuple[Ordered, ContentItem | None]]]
    titles: Mapping[str, list[Ordered]]  # version -> what standing in that list tells
    numbers: dict[Ordered, int]

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
        """Of each row of a version, the numbers of the items it holds something of.

        What the values alone tell of a column is told of the rows whose own value fits.

        Args:
            version: its id.
            rows: the records' fields and attributes, by their stored names.

        """
        pieces = list(self._of_version(version, rows))
        chosen = [pl.when(holds).then(pl.lit(number, NUMBER)) for number, holds in pieces]
        if not chosen:
            return pl.Series("filled", [[]] * rows.height, dtype=pl.List(NUMBER))
        return rows.select(pl.concat_list(chosen).list.drop_nulls().alias("filled")).to_series()

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
            records.select("person_key", item="filled")
            .explode("item")
            .drop_nulls()
            .unique()
            .sort("person_key", "item")
            .group_by("person_key", maintain_order=True)
            .agg("item")
            .with_columns(key=pl.col("item").cast(pl.List(pl.String)).list.join(" "))
        )
        sets: list[dict[str, Any]] = [
            {"key": key, "items": self.printed([int(number) for number in key.split()])}
            for key in told["key"].unique().sort()
        ]
        shown = pl.DataFrame(sets, schema={"key": pl.String(), "items": pl.List(pl.String())})
        return told.join(shown, on="key", how="left", validate="m:1").select("person_key", "items")

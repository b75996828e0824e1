"""The data items of a notice: what the lists that left held, in the documents' words.

Items of a class duties hang on carry that class's mark; what waits for a ruling says so wherever
it is named; a column no rule knows is named too. Nothing is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.schema import RECORD_FIELDS, ItemClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from breachscope.notify.documents.words import Words
    from breachscope.notify.package import Reached

Piece = tuple[str, str, bool]
"""Title, class, whether it is sure."""

OTHERS: Final = len(RECORD_FIELDS)
"""Place of columns breachscope does not know, after those it does; titles of lists come last."""


@dataclass(frozen=True, slots=True)
class DataItem:
    """One item of personal data: what readers call it, what sort it is, and what says so."""

    title: str
    columns: tuple[str, ...]  # as the lists name them
    field: str | None  # the canonical column, of those breachscope knows
    item_class: str
    kind: str  # the class in words
    mark: str | None  # of a class duties hang on
    sure: bool  # false: waits for a ruling
    status: str  # the same in words
    grounds: tuple[str, ...]  # by name, by value, by the list's title, …
    lists: int
    versions: int


@dataclass(frozen=True, slots=True)
class MarkedItems:
    """The items of one class duties hang on."""

    item_class: str
    label: str
    sure: tuple[str, ...]
    unsure: tuple[str, ...]
    said: str | None  # both in one text; or that there is none, as far as can be told


@dataclass(frozen=True, slots=True)
class ItemList:
    """All items of a scope."""

    names: tuple[str, ...]  # with their marks
    items: tuple[DataItem, ...]
    marked: tuple[MarkedItems, ...]
    unsorted: tuple[str, ...]  # those no rule knows
    unknown_versions: int  # versions that left whose columns nobody knows


def titled(table: pl.DataFrame, words: Words) -> pl.DataFrame:
    """The rows with `title`, what to call the item in Japanese, and `order`.

    Args:
        table: ITEMS, and `of_title`: the row is of the list's title, not of a column.
        words: the playbook's words.

    """
    header = pl.col("item").str.replace_all(r"[\p{Cc}\p{Cf}]", "").str.strip_chars()
    places = {name: place for place, name in enumerate(RECORD_FIELDS)}
    known = pl.col("field").replace_strict(places, default=OTHERS, return_dtype=pl.UInt8)
    title = (
        pl.when("of_title")
        .then(pl.format("{}（リスト名による）", "label"))
        .when(pl.col("field").is_not_null())
        .then(pl.col("field").replace_strict(words.fields, default=pl.col("label")))
        .when(header.str.contains(r"[\p{Hiragana}\p{Katakana}\p{Han}]"))
        .then(header)
        .when(pl.col("item_class").cast(pl.String) == ItemClass.OTHER.value)
        .then(header)
        .otherwise(pl.format("{}（{}）", "label", header))
    )
    order = pl.when("of_title").then(pl.lit(OTHERS + 1, pl.UInt8)).otherwise(known)
    return table.with_columns(title=title, order=order)


def item_list(
    reached: Reached | None, fields: Iterable[str], words: Words, *, unbound: bool = False
) -> ItemList:
    """The items of the versions that left, each once a class.

    Args:
        reached: ITEMS of those versions; None of a run that has none.
        fields: the canonical columns that left, told where there are no items.
        words: the playbook's words.
        unbound: a download that counts is tied to no version, so that its columns are not known.

    """
    if reached is None:
        named = tuple(words.fields.get(name, name) for name in fields)
        nothing = (MarkedItems(c, m, (), (), None) for c, m in words.item_marks.items())
        return ItemList(named, (), tuple(nothing), (), 0)
    told = (
        titled(reached.table, words)
        .group_by("title", "item_class")
        .agg(
            order=pl.col("order").min(),
            field=pl.col("field").filter(~pl.col("of_title")).drop_nulls().first(),
            columns=pl.col("item").unique().sort(),
            sure=pl.col("sure").any(),
            grounds=pl.col("by").cast(pl.String).unique().sort(),
            lists=pl.col("list_id").n_unique(),
            versions=pl.col("version_id").n_unique(),
        )
        .sort("order", "title", "item_class")
    )
    items = tuple(_item(row, words) for row in told.iter_rows(named=True))
    unsorted = tuple(i.title for i in items if i.item_class == ItemClass.OTHER)
    open_ends = are_open(unsorted, reached.unknown_versions, unbound=unbound)
    return ItemList(
        names=printed(((i.title, i.item_class, i.sure) for i in items), words),
        items=items,
        marked=tuple(_marked(items, each, words, open_ends) for each in words.item_marks),
        unsorted=unsorted,
        unknown_versions=reached.unknown_versions,
    )


def are_open(unsorted: tuple[str, ...], unknown_versions: int, *, unbound: bool) -> bool:
    """There are items or versions nobody could classify, so that no class is surely absent."""
    return bool(unsorted or unknown_versions or unbound)


def printed(pieces: Iterable[Piece], words: Words) -> tuple[str, ...]:
    """Each title once, with the marks of its classes; those of one title must follow each other."""
    return tuple(
        title + _marks([(c, sure) for _, c, sure in of_title], words)
        for title, of_title in groupby(pieces, itemgetter(0))
    )


def _item(row: Mapping[str, Any], words: Words) -> DataItem:
    item_class, sure = str(row["item_class"]), bool(row["sure"])
    return DataItem(
        title=str(row["title"]),
        columns=tuple(row["columns"]),
        field=row["field"],
        item_class=item_class,
        kind=words.item_classes.get(item_class, item_class),
        mark=words.item_marks.get(item_class),
        sure=sure,
        status=words.item_status["sure" if sure else "unsure"],
        grounds=tuple(words.item_grounds.get(by, by) for by in row["grounds"]),
        lists=row["lists"],
        versions=row["versions"],
    )


def _marked(
    items: Iterable[DataItem], item_class: str, words: Words, open_ends: bool
) -> MarkedItems:
    own = [item for item in items if item.item_class == item_class]
    sure = tuple(item.title for item in own if item.sure)
    unsure = tuple(item.title for item in own if not item.sure)
    parts = ["、".join(sure)] if sure else []
    parts += [f"{words.item_status['unsure']}: {'、'.join(unsure)}"] if unsure else []
    none = words.item_status["none so far" if open_ends else "none"]
    label = words.item_classes.get(item_class, item_class)
    return MarkedItems(item_class, label, sure, unsure, "／".join(parts) or none)


def _marks(classes: Iterable[tuple[str, bool]], words: Words) -> str:
    """〔…〕 with what must be said of a title; empty where nothing must."""
    told: dict[str, None] = {}
    review = words.item_status["unsure"]
    for item_class, sure in classes:
        mark = words.item_marks.get(item_class)
        if sure and mark:
            told[mark] = None
        elif not sure:
            told[f"{mark}か{review}" if mark else f"分類は{review}"] = None
    return f"〔{'・'.join(told)}〕" if told else ""

"""What the columns of a list hold, by the playbook's rules: by name, by value, by the list's title.

Never by a sample: a column nobody knows, and customer numbers, are read in full, each distinct
value once, and the rows that hold it are counted. Other known columns go by their names alone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.people import checkdigits
from breachscope.schema import ITEMS, ItemClass, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from breachscope.playbook import Columns, ContentItem, HeaderItem, Items, TitleItem

CHECKED_FIELDS: Final = ("customer_no",)
"""Known columns whose values are read all the same: numbers of another kind may stand there."""

CHANCE: Final = 0.25
"""Of numbers drawn at random one in ten or eleven passes a check digit. Where many numbers stand
and fewer than this share of them pass, passing says nothing."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a version."""

    name: str  # its own header
    field: str | None = None  # canonical
    stored: str | None = None  # its name in the store; None where the content is lost

    @property
    def read(self) -> bool:
        """Its values are looked at."""
        return self.stored is not None and (self.field is None or self.field in CHECKED_FIELDS)


def version_items(
    columns: Sequence[Column], rules: Items, records: pl.LazyFrame | None
) -> pl.DataFrame:
    """ITEMS of one version, less party, list, version and ruling: one row an item and class.

    Args:
        columns: in order.
        rules: of the playbook.
        records: the rows as they were spelt, columns by their stored name; None where lost.

    """
    rows = []
    for place, column in enumerate(columns):
        counted = (
            value_counts(records, column.stored, _tests(column, rules))
            if records is not None and column.read and column.stored
            else None
        )
        rows += [{"place": place, **row} for row in _column_items(column, rules, counted)]
    return pl.DataFrame(rows, schema=OF_VERSION)


def _tests(column: Column, rules: Items) -> list[ContentItem]:
    """Of a known column, numbers that prove themselves; words are for those nobody knows."""
    return [rule for rule in rules.contents if rule.check or column.field is None]


OF_VERSION: Final = pl.Schema(
    {
        name: dtype
        for name, dtype in ITEMS.items()
        if name not in {"party_id", "list_id", "version_id", "ground", "ruling"}
    }
)


def value_counts(
    records: pl.LazyFrame, column: str, contents: Sequence[ContentItem]
) -> dict[str, int]:
    """Of a column: `rows`, `filled`, and for each content rule the rows that fit it.

    For a check digit also, as `RULE of`, the rows that hold a number that long.
    """
    distinct = (
        records.select(value=pl.col(column).cast(pl.String).str.strip_chars())
        .group_by("value")
        .agg(rows=pl.len())
        .collect()
    )
    filled = distinct.filter(pl.col("value").is_not_null() & (pl.col("value") != ""))
    numbers = checkdigits.with_numbers(filled)
    found = {"rows": _rows(distinct), "filled": _rows(filled)}
    for rule in contents:
        if rule.check:
            found[f"{rule.id} of"] = _rows(numbers.filter(f"has_{rule.check}"))
            found[rule.id] = _rows(numbers.filter(f"is_{rule.check}"))
        else:
            found[rule.id] = _rows(filled.filter(_says(rule)))
    return found


def fits(values: pl.Series, rule: ContentItem) -> pl.Series:
    """Which values fit a rule, as `value_counts` counts them; one Boolean a value."""
    text = pl.DataFrame({"value": values.cast(pl.String).str.strip_chars()})
    if not rule.check:
        return text.select(_says(rule).fill_null(value=False)).to_series()
    numbered = text.with_row_index("at").drop_nulls("value")
    right = checkdigits.with_numbers(numbered).filter(f"is_{rule.check}")["at"]
    return pl.arange(values.len(), dtype=pl.UInt32, eager=True).is_in(right.implode())


def _says(rule: ContentItem) -> pl.Expr:
    """Whether `value` holds one of the rule's words."""
    return pl.col("value").str.contains_any(rule.words, ascii_case_insensitive=True)


def _rows(distinct: pl.DataFrame) -> int:
    return int(distinct["rows"].sum())


def plain(name: str) -> str:
    """A name as names are compared: NFKC, without case and spaces."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _column_items(column: Column, rules: Items, counted: Mapping[str, int] | None) -> Iterator[Row]:
    found = [
        *_by_field(column, rules),
        *_by_header(column, rules, counted),
        *_by_content(rules, counted),
    ]
    best: dict[ItemClass, Row] = {}
    for row in found:  # the first of a class stands, unless a later one is sure
        known = best.get(row["item_class"])
        if known is None or (row["sure"] and not known["sure"]):
            best[row["item_class"]] = row
    if not best:
        best[ItemClass.OTHER] = _row(
            ItemClass.OTHER, column.name, None, sure=False, by="header",
            why="no rule of the playbook knows this column",
        )  # fmt: skip
    totals = {name: counted[name] if counted else None for name in ("rows", "filled")}
    for row in sorted(best.values(), key=lambda row: str(row["item_class"])):
        yield {"item": column.name, "field": column.field, **totals, **row}


def _row(
    item_class: ItemClass, label: str, rule: str | None, *, sure: bool, by: str, why: str
) -> Row:
    return {
        "item_class": item_class.value,
        "label": label,
        "sure": sure,
        "by": by,
        "rule": rule,
        "fitting": None,
        "why": why,
    }


def _by_field(column: Column, rules: Items) -> Iterator[Row]:
    if column.field:
        known = rules.fields[column.field]
        why = f"known as {column.field}"
        yield _row(known.item_class, known.label, column.field, sure=True, by="header", why=why)


def _by_header(column: Column, rules: Items, counted: Mapping[str, int] | None) -> Iterator[Row]:
    if column.field and column.field not in CHECKED_FIELDS:
        return
    name = plain(column.name)
    named = False
    for rule in rules.headers:
        word = next((word for word in rule.words if plain(word) in name), None)
        if word is None or (named and rule.item_class is ItemClass.HANDLING):
            continue  # 結果 is of the handling, 健診結果 is not
        named = True
        row = _row(
            rule.item_class, rule.label, rule.id, sure=rule.sure, by="header",
            why=f"its name holds {word}",
        )  # fmt: skip
        yield row | (_checked(rule, rules, counted) if rule.check and counted else {})


def _checked(rule: HeaderItem, rules: Items, counted: Mapping[str, int]) -> Row:
    """What the values say to a name that may mean it."""
    content = next((c for c in rules.contents if c.check == rule.check), None)
    if content is None:
        return {}
    fitting, filled = counted[content.id], counted["filled"]
    told = {"by": "header and content", "fitting": fitting}
    if filled and fitting >= content.settles_share * filled:
        return {**told, "sure": True, "why": "its name says so and its values fit"}
    return {**told, "why": f"its name says so, {fitting:,} of {filled:,} values fit"}


def _by_content(rules: Items, counted: Mapping[str, int] | None) -> Iterator[Row]:
    if counted is None:
        return
    for rule in rules.contents:
        if rule.id not in counted:
            continue
        fitting, filled = counted[rule.id], counted["filled"]
        of = counted.get(f"{rule.id} of", filled)
        if fitting < rule.asks_count or (rule.check and _is_chance(fitting, of, rule)):
            continue
        settled = fitting >= max(rule.settles_share * of, rule.settles_count)
        why = f"{fitting:,} of {filled:,} values fit"
        row = _row(
            rule.item_class, rule.label, rule.id, sure=rule.settles_alone and settled,
            by="content", why=why,
        )  # fmt: skip
        yield row | {"fitting": fitting}


def _is_chance(fitting: int, of: int, rule: ContentItem) -> bool:
    return of >= 2 * rule.settles_count and fitting < CHANCE * of


def title_items(title: str, rules: Iterable[TitleItem]) -> Iterator[Row]:
    """What it tells to stand in a list of that title."""
    name = plain(title)
    for rule in rules:
        word = next((word for word in rule.words if plain(word) in name), None)
        if word:
            why = f"the list's title holds {word}"
            row = _row(rule.item_class, rule.label, rule.id, sure=rule.sure, by="title", why=why)
            yield {"item": title, "field": None, "rows": None, "filled": None, **row}


def listed_items(columns: str | None, rules: Items, names: Columns) -> pl.DataFrame:
    """The items of a version whose content is lost, by the columns the inventory names for it.

    Args:
        columns: as the inventory has them: names between `|`, `,`, `;` or `、`; None: not told.
        rules: of the playbook.
        names: the playbook's names of columns.

    """
    fields = {
        plain(alias): field
        for field, aliases in names.columns[Kind.RECORDS].items()
        for alias in (field, *aliases)
    }
    told = [name.strip() for name in re.split(r"[|｜,，;；、\t]", columns or "") if name.strip()]
    known = [Column(name, fields.get(plain(name))) for name in told]
    found = version_items(known, rules, None)
    return found.with_columns(by=pl.lit("inventory", ITEMS["by"]))


def with_title(found: pl.DataFrame, title: str | None, rules: Items) -> pl.DataFrame:
    """The same with what the list's title tells, last."""
    told = title_items(title or "", rules.titles)
    rows = [{"place": found.height, **row} for row in told]
    return pl.concat([found, pl.DataFrame(rows, schema=OF_VERSION)])

"""The form of a list: how it writes what it writes. Counts and shares only, never a value.

A list keeps the hand of the system it was made by: the order of its columns, dashes or
brackets in telephone numbers, eras in dates, half-width kana. Two lists of one form may have
one maker; by itself that proves nothing, for many systems write alike. Nothing is folded
before it is looked at, but for what a test itself folds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.japanese.dates import birth_date
from breachscope.linkage.cells import as_records
from breachscope.linkage.columns_facts import looked_at
from breachscope.linkage.shapes import PREFECTURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from breachscope.linkage.columns import ColumnRole

MOST_ROWS: Final = 20_000
DECILES: Final = tuple(tenth / 10 for tenth in range(1, 10))

_D: Final = "[0-9]"
_STYLES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "phone": (
        ("several", rf"{_D}{{4}}[^0-9A-Za-z-]+\D*0{_D}"),
        ("full width", "[０-９]"),
        ("abroad", r"^\+"),
        ("brackets", r"[()（）]"),
        ("dashes", rf"^0{_D}+-{_D}+-{_D}+$"),
        ("digits", r"^0[0-9]+$"),
        ("lost zero", "^[1-9][0-9]{8,9}$"),
    ),
    "postal_code": (
        ("mark", "〒"),
        ("full width", "[０-９]"),
        ("dash", "^[0-9]{3}-[0-9]{4}$"),
        ("digits", "^[0-9]{7}$"),
        ("lost zero", "^[0-9]{5,6}$"),
    ),
    "birth_date": (
        ("full width", "[０-９]"),
        ("era in kanji", "^(?:明治|大正|昭和|平成|令和)"),
        ("era as letter", r"^[MTSHRmtshr][. ]?[0-9]"),
        ("year, month, day signs", "^[0-9]{4}年"),
        ("slashes, padded", "^[0-9]{4}/[0-9]{2}/[0-9]{2}$"),
        ("slashes", "^[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}$"),
        ("dashes", "^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$"),
        ("dots", r"^[0-9]{4}\."),
        ("digits", "^[0-9]{8}$"),
        ("with a time", "[0-9]:[0-9]"),
    ),
    "address": (
        ("full width", "[０-９]"),
        ("numerals in kanji", "[一二三四五六七八九十](?:丁目|番|号)"),
        ("丁目, 番, 号", "[0-9]丁目[0-9]+番"),
        ("丁目, then dashes", "[0-9]丁目[0-9]+-"),
        ("dashes", "[0-9]-[0-9]"),
        ("番地", "[0-9]番地"),
        ("no number", r"^\D*$"),
    ),
    "sex": (
        ("kanji", "[男女]"),
        ("letters", "^[A-Za-zＡ-Ｚ]+$"),
        ("codes", "^[0-9０-９]+$"),
    ),
    "name_gap": (
        ("full-width space", r"\S　\S"),
        ("space", r"\S \S"),
        ("none", "."),
    ),
    "kana_width": (
        ("half width", "[ｦ-ﾟ]"),
        ("hiragana", "[ぁ-ん]"),
        ("full width", "[ァ-ヶ]"),
    ),
    "kana_gap": (
        ("full-width space", r"\S　\S"),
        ("space", r"\S \S"),
        ("none", "."),
    ),
}  # fmt: skip
"""Notation of -> (style, its mark); of several the first that a cell shows."""

_SOURCES: Final = {"name_gap": "name", "kana_width": "kana", "kana_gap": "kana"}
_ADDRESS_HABITS: Final[Mapping[str, str]] = {
    "prefecture named": "^(?:" + "|".join(PREFECTURES) + ")",
    "building named": r"[0-9０-９号地][\s　]+\D|[0-9０-９]号室",
    "大字 written": "大字",
    "small ヶ": "ヶ",
}
_NAME_HABITS: Final[Mapping[str, str]] = {
    "title 様": "(?:様|殿)[\\s　]*$",
    "variant kanji": "[髙﨑邉邊濵德瀨栁廣澤嶋冨]",
}


@dataclass(frozen=True, slots=True)
class FormFacts:
    """How a list is written; shares are of filled cells looked at."""

    rows: int
    looked_at: int
    roles: tuple[str, ...]  # in the order of the columns
    headers: tuple[str, ...]
    styles: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    habits: Mapping[str, float] = field(default_factory=dict)
    filled: Mapping[str, float] = field(default_factory=dict)  # field -> share of rows
    prefectures: Mapping[str, float] = field(default_factory=dict)  # of addresses that name one
    birth_years: tuple[int, ...] = ()  # deciles


def form(cells: pl.DataFrame, roles: Sequence[ColumnRole]) -> FormFacts:
    """The form of a list.

    Args:
        cells: the taken list.
        roles: `columns.column_roles` of it.
    """
    sample = looked_at(cells, MOST_ROWS)
    records = as_records(sample, roles)
    return FormFacts(
        rows=cells.height,
        looked_at=sample.height,
        roles=tuple(role.role for role in roles),
        headers=tuple(role.header for role in roles),
        styles=_styles(records),
        habits=_habits(records),
        filled=_filled(records),
        prefectures=_prefectures(records),
        birth_years=_birth_years(records),
    )


def _styles(records: pl.DataFrame) -> dict[str, dict[str, float]]:
    found = {}
    for what, styles in _STYLES.items():
        source = _SOURCES.get(what, what)
        if source in records.columns:
            found[what] = _shares(_cells(records, source), styles)
    return found


def _cells(records: pl.DataFrame, source: str) -> pl.Series:
    """The filled cells of a field; of telephones those of both columns."""
    names = [name for name in (source, "phone2") if name in records.columns]
    wanted = names if source == "phone" else [source]
    whole = pl.concat([records[name].alias("cell") for name in wanted])
    cells = whole.str.strip_chars().drop_nulls()
    return cells.filter(cells != "")


def _shares(cells: pl.Series, styles: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Style -> share of the cells, by falling share; `other` is what shows none."""
    style: pl.Expr = pl.lit("other")
    for name, mark in reversed(styles):
        style = pl.when(pl.col("cell").str.contains(mark)).then(pl.lit(name)).otherwise(style)
    counted = cells.to_frame("cell").select(style=style).group_by("style").len()
    ordered = counted.sort("len", "style", descending=[True, False])
    return {name: round(count / len(cells), 4) for name, count in ordered.iter_rows()}


def _habits(records: pl.DataFrame) -> dict[str, float]:
    found: dict[str, float] = {}
    for source, habits in (("address", _ADDRESS_HABITS), ("name", _NAME_HABITS)):
        if source not in records.columns:
            continue
        cells = _cells(records, source)
        for name, mark in habits.items():
            share = cells.str.contains(mark).mean()
            found[name] = round(share, 4) if isinstance(share, float) else 0.0
    return found


def _filled(records: pl.DataFrame) -> dict[str, float]:
    own = [name for name in records.columns if name != "row_no"]
    counts = records.select(pl.col(name).str.contains(r"\S").sum() for name in own)
    return {n: round(c / max(records.height, 1), 4) for n, c in _only_row(counts).items()}


def _only_row(counts: pl.DataFrame) -> dict[str, int]:
    return counts.row(0, named=True) if counts.width else {}


def _prefectures(records: pl.DataFrame) -> dict[str, float]:
    """Prefecture -> share of the addresses that name one, by falling share."""
    if "address" not in records.columns:
        return {}
    named = records["address"].str.extract(f"^({'|'.join(PREFECTURES)})").drop_nulls()
    counted = named.value_counts(name="n").sort("n", "address", descending=[True, False])
    return {name: round(count / len(named), 4) for name, count in counted.iter_rows()}


def _birth_years(records: pl.DataFrame) -> tuple[int, ...]:
    if "birth_date" not in records.columns:
        return ()
    years = records.select(birth_date("birth_date").dt.year()).to_series().drop_nulls()
    at = [years.quantile(share, "nearest") for share in DECILES] if len(years) else []
    return tuple(int(year) for year in at if year is not None)


def read(told: Mapping[str, Any]) -> FormFacts:
    """A form as it was kept in JSON."""
    held: dict[str, Any] = dict(told)
    for name in ("roles", "headers", "birth_years"):
        held[name] = tuple(held[name])
    return FormFacts(**held)

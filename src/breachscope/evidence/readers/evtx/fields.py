r"""Fields of records in JSON text, as columns: only those asked for, without building objects.

A key is found by its quotes: within a value a quote stands as \", so no value can be taken for
a key. The first of a name counts; the System part stands before the data.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT: Final = "_text"

_STRING: Final = '"([^"]*)"'
"""Up to the first quote: exact unless the value has an escape, and then a backslash shows it."""
_WHOLE_STRING: Final = r'"((?:[^"\\]|\\.)*)"'
_BARE: Final = r"([^\"\s,{}\[\]]+)"
_ID: Final = r'"EventID":(?:\{.*?"#text":)?"?([0-9]+)'
_PROVIDER: Final = r'"Provider":\{"#attributes":\{.*?"Name":"([^"]*)"'
_BEGIN: Final = (
    '{"Event":{"#attributes":{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"},'
    '"System":{"Provider":{"#attributes":{"Name":"'
)
"""How the text of a record begins that Windows wrote."""
_NOTHING: Final = ("", "-", "null", "NULL")


def event_ids(text: pl.Expr | None = None) -> pl.Expr:
    """The event id of a record: a number, a text, or the text of an element with attributes."""
    return (pl.col(TEXT) if text is None else text).str.extract(_ID, 1)


def providers(text: pl.Expr | None = None) -> pl.Expr:
    """The name of the provider, which alone makes an event id mean something."""
    return (pl.col(TEXT) if text is None else text).str.extract(_PROVIDER, 1)


def with_providers(records: pl.DataFrame, likely: Iterable[str]) -> pl.DataFrame:
    """The records with their provider as `_provider`; looked for where none of those begins it."""
    begins = {name: pl.col(TEXT).str.starts_with(f'{_BEGIN}{name}"') for name in sorted(likely)}
    named = pl.coalesce(pl.when(begin).then(pl.lit(name)) for name, begin in begins.items())
    read = records.with_columns(_provider=named)
    unnamed = pl.when(pl.col("_provider").is_null()).then(TEXT)
    return read.with_columns(_provider=pl.coalesce("_provider", providers(unnamed)))


def fields(records: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """The records with one column of text for each name; null where it says nothing.

    Args:
        records: has `_text`, a record's JSON, compact.
        names: of fields, as EventData or UserData has them.

    """
    wanted = list(names)
    read = records.with_columns(_extracted(name, _STRING) for name in wanted)
    found = pl.col(wanted)
    looks = read.select(
        found.null_count().name.prefix("lacks "),
        found.str.contains("\\", literal=True).any().name.prefix("escaped "),
    )
    for name in wanted:
        if looks[f"lacks {name}"].item():
            read = _where(read, name, pl.col(name).is_null(), _BARE)
        if looks[f"escaped {name}"].item():
            is_escaped = pl.col(name).str.contains("\\", literal=True).fill_null(value=False)
            read = _where(read, name, is_escaped, _WHOLE_STRING)
            read = read.with_columns(_unescaped(read[name]))
    return read.with_columns(
        pl.when(~pl.col(name).is_in(_NOTHING)).then(name).alias(name) for name in wanted
    )


def _extracted(name: str, value: str) -> pl.Expr:
    return pl.col(TEXT).str.extract(f'"{name}":{value}', 1).alias(name)


def _where(read: pl.DataFrame, name: str, rows: pl.Expr, value: str) -> pl.DataFrame:
    """The column read anew in some rows, by another form of value."""
    chosen = read.select(rows).to_series()
    again = read.filter(chosen).select(_extracted(name, value)).to_series()
    return read.with_columns(read[name].scatter(chosen.arg_true(), again))


def _unescaped(column: pl.Series) -> pl.Series:
    distinct = column.drop_nulls().unique()
    hard = distinct.filter(distinct.str.contains("\\", literal=True)).to_list()
    plain = [_plain(text) for text in hard]
    return column.replace(pl.Series(hard, dtype=pl.String), pl.Series(plain, dtype=pl.String))


def _plain(text: str) -> str:
    try:
        found = json.loads(f'"{text}"', strict=False)
    except ValueError:
        return text
    return str(found)

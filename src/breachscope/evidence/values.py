"""Text to typed columns: whole numbers, dates, yes or no, words of a closed set.

Every expression gives null where the text is not of its type; the caller tells that apart
from an empty cell and sets the row aside. No value ever reaches a message.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope.evidence.mapping import BOOLEANS
from breachscope.japanese import dates
from breachscope.schema import Column, ColumnType

if TYPE_CHECKING:
    from breachscope.evidence.spec import ReadSpec

_NOTHING: Final = ("", "-", "--", "null", "(null)", "n/a")
_NUMBER: Final = (
    r"(?i)^\+?([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.0+)? ?"
    r"(?:件|行|名|人|レコード|バイト|bytes?|b|rows?|records?)?$"
)
FAULTS: Final = {
    ColumnType.TEXT: "is empty",
    ColumnType.INTEGER: "not a whole number",
    ColumnType.DATE: "no such date",
    ColumnType.BOOLEAN: "a word the playbook does not know",
    ColumnType.WORD: "a word the playbook does not know",
}


def plain(c: pl.Expr) -> pl.Expr:
    """Without width and the space around it."""
    return c.str.normalize("NFKC").str.strip_chars()


def given(c: pl.Expr) -> pl.Expr:
    """The text; null where it only says that there is none (empty, a dash, NULL)."""
    bare = c.str.strip_chars()
    # No form of these words has more characters than the words: most texts are told by that.
    short = pl.when(bare.str.len_chars() <= max(map(len, _NOTHING))).then(bare)
    empty = plain(short).str.replace_all("[‐‑–—―−ー]", "-").str.to_lowercase().is_in(_NOTHING)
    return pl.when(~empty.fill_null(value=False)).then(c)


def integer(c: pl.Expr) -> pl.Expr:
    """A count as Int64: thousands commas and a plain unit (件, バイト) are left out."""
    digits = plain(c).str.extract(_NUMBER, 1)
    return digits.str.replace_all(",", "", literal=True).cast(pl.Int64, strict=False)


def word(c: pl.Expr, words: dict[str, str]) -> pl.Expr:
    """The canonical word for a word as written."""
    form = plain(c).str.to_lowercase().str.replace_all(r"[\s_]", "")
    return form.replace_strict(words, default=None, return_dtype=pl.String)


def date(c: pl.Expr, format_: str | None) -> pl.Expr:
    """A day, by the mapping's format if there is one."""
    if format_ is None:
        return dates.date(c)
    return pl.coalesce(
        text.str.to_date(format_, strict=False) for text in (c.str.strip_chars(), plain(c))
    )


def typed(c: pl.Expr, column: Column, spec: ReadSpec) -> pl.Expr:
    """The column's text as its type; instants are read in `times`."""
    formats = spec.mapping.formats if spec.mapping else {}
    if column.type is ColumnType.INTEGER:
        return integer(c)
    if column.type is ColumnType.DATE:
        return date(c, formats.get(column.name))
    if column.type is ColumnType.WORD:
        return word(c, words(column, column.words, spec))
    if column.type is ColumnType.BOOLEAN:
        return word(c, words(column, BOOLEANS, spec)) == "true"
    return c


def words(column: Column, allowed: tuple[str, ...], spec: ReadSpec) -> dict[str, str]:
    """Every known spelling of the column's words: its own, the playbook's, the mapping's."""
    known = {word: word for word in allowed}
    for canonical, spellings in spec.columns.values.get(column.name, {}).items():
        if canonical in allowed:
            known |= dict.fromkeys(map(_form, spellings), canonical)
    own = spec.mapping.values.get(column.name, {}) if spec.mapping else {}
    return {_form(k): v for k, v in known.items()} | {_form(k): v for k, v in own.items()}


def _form(spelling: str) -> str:
    text = unicodedata.normalize("NFKC", spelling).strip().lower()
    return "".join(text.split()).replace("_", "")

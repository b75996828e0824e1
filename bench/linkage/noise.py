"""What a broker's hands and a clerk's keys do to records: named operations, each by itself.

An operation hits a row by chance, alone and apart from the others. `noisy` gives the rows as
they come out, with `source` (the row they were made from) and `operations` (their names).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from edits import KANJI, VOICING, both_ways, character, confused, digit, each, slip, transposed
from facts import places
from forms import TO_LARGE
from tables import Tables, drawn
from wordlists import VARIANTS

from people import People

Change = Callable[[pl.DataFrame, "Land", np.random.Generator], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Land:
    """Where rows come from."""

    tables: Tables
    people: People


@dataclass(frozen=True, slots=True)
class Operation:
    """One sort of mishap."""

    name: str
    rate: float  # share of rows it hits in a broker's list
    change: Change


def _text(*columns: str, how: Callable[[str, np.random.Generator], str]) -> Change:
    """The same edit to each of these columns."""

    def change(rows: pl.DataFrame, land: Land, dice: np.random.Generator) -> pl.DataFrame:
        return pl.DataFrame([each(rows[column], how, dice) for column in columns])

    return change


def _either(one: str, other: str, how: Callable[[str, np.random.Generator], str]) -> Change:
    """The edit to the first of the columns where it is filled, else to the other."""

    def change(rows: pl.DataFrame, land: Land, dice: np.random.Generator) -> pl.DataFrame:
        second = pl.Series(dice.random(rows.height) < 0.3) | rows[one].is_null()
        edited = pl.DataFrame([each(rows[column], how, dice) for column in (one, other)])
        return edited.select(
            pl.when(~second).then(one).otherwise(rows[one]).alias(one),
            pl.when(second).then(other).otherwise(rows[other]).alias(other),
        )

    return change


def _set(**columns: pl.Expr) -> Change:
    """Columns from others of the row."""
    return lambda rows, land, dice: rows.with_columns(**columns).select(*columns)


def _gone(*columns: str) -> Change:
    return lambda rows, land, dice: rows.clear().select(columns).clear(rows.height)


def _old_kanji(rows: pl.DataFrame, land: Land, dice: np.random.Generator) -> pl.DataFrame:
    return rows.select(pl.col("family", "given").str.replace_many(VARIANTS))


def _another(kind: str, ring: str) -> Change:
    """Another name of the same ring: of the same reading, or the same kanji read otherwise."""

    def change(rows: pl.DataFrame, land: Land, dice: np.random.Generator) -> pl.DataFrame:
        names = land.tables.given if kind == "given" else land.tables.surnames
        state = land.people.given if kind == "given" else land.people.after.surname
        other = getattr(names, ring)[state[rows["person"].to_numpy()]]
        column, new = (kind, names.kanji) if ring == "alike" else (f"{kind}_kana", names.kana)
        held = pl.DataFrame([rows[column], new[other].alias("new")])
        return held.select(pl.when(pl.col(column).is_not_null()).then("new").alias(column))

    return change


def _married(rows: pl.DataFrame, land: Land, dice: np.random.Generator) -> pl.DataFrame:
    names = land.tables.surnames
    other = drawn(dice, land.tables.surname_odds, rows.height)
    kana = pl.DataFrame([rows["family_kana"], names.kana[other].alias("new")])
    return kana.select(
        names.kanji[other].alias("family"),
        family_kana=pl.when(pl.col("family_kana").is_not_null()).then("new"),
    )


def _new_phone(rows: pl.DataFrame, land: Land, dice: np.random.Generator) -> pl.DataFrame:
    number = pl.Series(dice.integers(7_010_000_000, 9_100_000_000, rows.height))
    mobile = pl.select("0" + number.cast(pl.String)).to_series()
    return rows.select(
        mobile=pl.when(pl.col("mobile").is_not_null()).then(mobile.str.replace("^(0.).", "${1}0")),
        landline=pl.when(pl.col("mobile").is_null()).then("landline"),
    )


def _kin_phone(rows: pl.DataFrame, land: Land, dice: np.random.Generator) -> pl.DataFrame:
    head = pl.Series(land.people.after.mobile[land.people.head[rows["person"].to_numpy()]])
    number = pl.when(head >= 0).then("0" + head.cast(pl.String))
    return rows.select(mobile=pl.coalesce(number, "mobile"))


def _moved(rows: pl.DataFrame, land: Land, dice: np.random.Generator) -> pl.DataFrame:
    home = dice.integers(0, land.people.homes.town.size, rows.height).astype(np.int32)
    new = places(land.people, home, land.tables)
    return new.with_columns(
        postal=pl.when(pl.Series(rows["postal"].is_not_null())).then("postal"),
        landline=pl.lit(None, pl.String),
    )


def _moved_with_phone(rows: pl.DataFrame, land: Land, dice: np.random.Generator) -> pl.DataFrame:
    new = _moved(rows, land, dice)
    return new.with_columns(_new_phone(rows.with_columns(landline=new["landline"]), land, dice))


def _numbers(column: str) -> Change:
    """A number of the house, off by a little or with a digit wrong."""

    def change(rows: pl.DataFrame, land: Land, dice: np.random.Generator) -> pl.DataFrame:
        step = dice.choice(np.array([-2, -1, 1, 2, 10, 9], dtype=np.int32), rows.height)
        number = rows[column].to_numpy()
        return pl.DataFrame({column: np.where(number > 0, np.maximum(number + step, 1), number)})

    return change


def _birth(**parts: pl.Expr) -> Change:
    """A day with some of year, month, day put otherwise; as it is where there is no such day."""
    born = pl.col("birth")
    numbers = {"year": born.dt.year(), "month": born.dt.month(), "day": born.dt.day(), **parts}
    text = pl.concat_str(*(n.cast(pl.String).str.zfill(2) for n in numbers.values()), separator="-")
    new = pl.coalesce(text.str.to_date("%Y-%m-%d", strict=False), born)
    sane = new.is_between(date(1905, 1, 1), date(2022, 12, 31))
    return _set(birth=pl.when(sane).then(new).otherwise(born))


def _birth_digit(rows: pl.DataFrame, land: Land, dice: np.random.Generator) -> pl.DataFrame:
    part = dice.integers(0, 3, rows.height)
    years, months = (part == 0) * dice.choice([-10, -1, 1, 10], rows.height), part == 1
    days = (part == 2) * dice.choice([-10, -1, 1, 10], rows.height)
    moved = pl.DataFrame({"birth": rows["birth"], "days": days, "months": years * 12 + months * 1})
    day = pl.col("birth") + pl.duration(days="days")
    return moved.select(day.dt.offset_by(pl.col("months").cast(pl.String) + "mo"))


_NULL: Final = pl.lit(None, pl.String)
_UNKNOWN: Final = dict.fromkeys(VARIANTS.values(), "〓?")
_MISREAD: Final = both_ways("1l7", "mn", "kh", "08")
_BORN: Final = pl.col("birth").dt
_OTHER_ERA: Final = pl.when(_BORN.year() < 1956).then(63).otherwise(-63)
OPERATIONS: Final = (
    Operation("old kanji", 0.02, _old_kanji),
    Operation("given name of the same reading", 0.012, _another("given", "alike")),
    Operation("family name of the same reading", 0.006, _another("family", "alike")),
    Operation("given name read otherwise", 0.008, _another("given", "reading")),
    Operation("family name read otherwise", 0.008, _another("family", "reading")),
    Operation("character of the given name", 0.01, _text("given", how=character(KANJI))),
    Operation("character of the family name", 0.005, _text("family", how=character(KANJI))),
    Operation("unknown sign", 0.002, _text("family", how=confused(_UNKNOWN))),
    Operation("given name in kana", 0.008, _set(given=pl.coalesce("given_kana", "given"))),
    Operation("married", 0.012, _married),
    Operation("family name only", 0.005, _set(given=pl.lit(""), given_kana=_NULL)),
    Operation("kana in the name column", 0.002, _set(
        family=pl.coalesce("family_kana", "family"), given=pl.coalesce("given_kana", "given"))),
    Operation("kana of the given name", 0.012, _text("given_kana", how=slip)),
    Operation("kana of the family name", 0.008, _text("family_kana", how=slip)),
    Operation("voicing", 0.012, _text("family_kana", how=confused(VOICING))),
    Operation("large kana", 0.1, _set(given_kana=pl.col("given_kana").str.replace_many(TO_LARGE))),
    Operation("no kana", 0.06, _gone("family_kana", "given_kana")),
    Operation("digit of a telephone", 0.015, _either("mobile", "landline", digit)),
    Operation("telephone transposed", 0.004, _either("mobile", "landline", transposed)),
    Operation("new telephone", 0.04, _new_phone),
    Operation("telephone of a relative", 0.01, _kin_phone),
    Operation("no mobile", 0.09, _gone("mobile")),
    Operation("no landline", 0.12, _gone("landline")),
    Operation("moved", 0.05, _moved),
    Operation("moved, with a new telephone", 0.012, _moved_with_phone),
    Operation("lot", 0.01, _numbers("ban")),
    Operation("house number", 0.01, _numbers("go")),
    Operation("no house number", 0.01, _set(go=pl.lit(0, pl.Int32))),
    Operation("town misspelt", 0.008, _text("town", how=character(KANJI))),
    Operation("no prefecture", 0.25, _gone("prefecture")),
    Operation("no building", 0.25, _gone("building")),
    Operation("no room", 0.06, _set(building=_NULL, room=pl.lit(0, pl.Int32))),
    Operation("no post code", 0.05, _gone("postal")),
    Operation("digit of a post code", 0.006, _text("postal", how=digit)),
    Operation("digit of a birth", 0.01, _birth_digit),
    Operation("day and month swapped", 0.003, _birth(month=_BORN.day(), day=_BORN.month())),
    Operation("wrong era", 0.002, _birth(year=_BORN.year() + _OTHER_ERA)),
    Operation("birth unset", 0.004, _set(birth=pl.lit(date(1900, 1, 1)))),
    Operation("no birth", 0.07, _gone("birth")),
    Operation("name, address and telephone only", 0.08, _gone(
        "family_kana", "given_kana", "postal", "birth", "sex", "email")),
    Operation("no sex", 0.05, _gone("sex")),
    Operation("wrong sex", 0.003, _set(sex=pl.col("sex").replace({"m": "f", "f": "m"}))),
    Operation("character of an e-mail", 0.006, _text("email", how=confused(_MISREAD))),
    Operation("no e-mail", 0.4, _gone("email")),
)  # fmt: skip
KEYING: Final = {
    "old kanji": 0.01,
    "given name of the same reading": 0.003,
    "character of the given name": 0.002,
    "family name of the same reading": 0.002,
    "kana of the given name": 0.003,
    "voicing": 0.002,
    "digit of a telephone": 0.004,
    "telephone transposed": 0.001,
    "lot": 0.002,
    "house number": 0.002,
    "town misspelt": 0.001,
    "digit of a post code": 0.002,
    "digit of a birth": 0.002,
    "day and month swapped": 0.0005,
    "character of an e-mail": 0.001,
    "telephone of a relative": 0.003,
}
"""What clerks of a party get wrong when they take a record in: it stays in that party alone."""
LEVELS: Final[dict[str, dict[str, float]]] = {
    "default": {},
    "hard": {"no kana": 0.55, "no mobile": 0.22, "no landline": 0.2, "new telephone": 0.1,
             "moved": 0.1, "moved, with a new telephone": 0.05, "family name only": 0.04,
             "digit of a telephone": 0.03, "no house number": 0.04, "no post code": 0.2,
             "telephone of a relative": 0.02, "given name of the same reading": 0.03,
             "character of the given name": 0.02, "given name in kana": 0.02, "lot": 0.02},
}  # fmt: skip
TWICE: Final = 0.01
"""Share of rows that stand in the list a second time, made from the same record anew."""


def noisy(facts: pl.DataFrame, land: Land, dice: np.random.Generator, level: str) -> pl.DataFrame:
    """The rows of a broker's list: FACTS, person, source, operations."""
    again = np.flatnonzero(dice.random(facts.height) < TWICE)
    source = np.concatenate([np.arange(facts.height), again])
    rates = {one.name: one.rate for one in OPERATIONS} | LEVELS.get(level, {})
    return applied(facts[source], land, dice, rates).with_columns(
        source=pl.Series(source, dtype=pl.UInt32)
    )


def applied(
    facts: pl.DataFrame, land: Land, dice: np.random.Generator, rates: Mapping[str, float]
) -> pl.DataFrame:
    """Each operation to the rows it hits; a column `operations` says which did.

    Args:
        facts: FACTS and person (its place among the people).
        land: where they come from.
        dice: by which rows are hit.
        rates: of the operations by name; those not named do not happen.
    """
    marks = np.zeros(facts.height, np.uint64)
    for bit, one in enumerate(OPERATIONS):
        hit = np.flatnonzero(dice.random(facts.height) < rates.get(one.name, 0.0))
        if hit.size:
            facts = put(facts, hit, one.change(facts[hit], land, dice))
            marks[hit] |= np.uint64(1 << bit)
    return facts.with_columns(_spelt(marks, [one.name for one in OPERATIONS]))


def put(facts: pl.DataFrame, at: npt.NDArray[np.intp], new: pl.DataFrame) -> pl.DataFrame:
    """The columns of `new` in the rows `at`."""
    order = np.arange(facts.height)
    order[at] = facts.height + np.arange(at.size)
    columns = []
    for column in new.columns:
        old = facts[column]
        columns.append(pl.concat([old, new[column].cast(old.dtype)])[order])
    return facts.with_columns(columns)


def _spelt(marks: npt.NDArray[np.uint64], names: list[str]) -> pl.Series:
    """The names of the bits, once a set of them."""
    sets, which = np.unique(marks, return_inverse=True)
    texts = [", ".join(n for bit, n in enumerate(names) if int(one) >> bit & 1) for one in sets]
    return pl.Series("operations", texts)[which]

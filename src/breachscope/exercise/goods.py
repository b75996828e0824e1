"""Rows as they are traded: cells as text and, hidden beside them, what is true of each row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise.days import DAY
from breachscope.exercise.population import Codes, after, codes
from breachscope.exercise.rendering import lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from breachscope.exercise.dice import Ids, Ints
    from breachscope.exercise.removals import Removal
    from breachscope.exercise.styles import Style
    from breachscope.exercise.world import World

CELLS: Final = (
    "name", "kana", "postal_code", "address", "phone", "phone2", "birth_date", "age", "sex",
    "email", "note",
)  # fmt: skip
"""What a row can have; the number a customer has with one party is worth nothing to others."""
MEMBER, RELATIVE, OUTSIDER, POISON = "member", "relative", "outsider", "poison"
TRUE: Final = {
    "_person": pl.UInt32(), "_kind": pl.String(), "_removal": pl.UInt32(), "_row_no": pl.UInt32(),
    "_female": pl.Boolean(), "_birth": pl.Int32(),
}  # fmt: skip
"""What is true of a row, never written: `_removal` and `_row_no` only of stolen ones."""


@dataclass(frozen=True, slots=True)
class Notation:
    """A broker's own way of writing, where he writes lists anew."""

    name_gap: str
    kana: str
    kana_gap: str
    phone: str
    postal: str
    prefecture: bool
    address: str
    small_ke: bool
    birth: str
    sex: str
    drops_building: bool

    def of(self, style: Style) -> Style:
        """The system that knows what that one knows, and writes as the broker does."""
        return replace(
            style, name_gap=self.name_gap, kana=self.kana, kana_gap=self.kana_gap,
            phone=self.phone, postal=self.postal, prefecture=self.prefecture,
            address=self.address, small_ke=self.small_ke, birth=self.birth, sex=self.sex,
            building="none" if self.drops_building else style.building,
        )  # fmt: skip


def draw_notation(rng: np.random.Generator) -> Notation:
    """One of the ways brokers write."""

    def one(*words: str) -> str:
        return words[int(rng.integers(0, len(words)))]

    return Notation(
        name_gap=one("　", " ", ""),
        kana=one("full", "full", "half", "hiragana"),
        kana_gap=one("　", " ", ""),
        phone=one("dashes", "dashes", "plain", "plain", "lost_zero", "wide", "brackets"),
        postal=one("dash", "plain", "mark", "wide"),
        prefecture=bool(rng.random() < 0.7),
        address=one("chome", "dashes", "dashes", "kanji", "wide", "chome_dashes"),
        small_ke=bool(rng.random() < 0.5),
        birth=one("slash", "era", "era_kanji", "plain", "dash"),
        sex=one("kanji", "letter", "digit"),
        drops_building=bool(rng.random() < 0.15),
    )


def written_down(
    ids: Ids, style: Style, salt: int, day: int, about: Callable[[Ids], Codes]
) -> pl.DataFrame:
    """What a system writes of these people on that day, with their sex and birth hidden."""
    before = about(ids)
    frame = _cells(before, style, salt)
    changed = np.flatnonzero((before.change > 0) & (before.change_day <= day))
    if len(changed):
        order = np.arange(len(ids))
        order[changed] = len(ids) + np.arange(len(changed))
        frame = pl.concat([frame, _cells(after(about(ids[changed])), style, salt)])[order]
    return frame.with_columns(
        pl.Series("_female", before.female), pl.Series("_birth", before.birth.astype(np.int32))
    )


def _cells(people: Codes, style: Style, salt: int) -> pl.DataFrame:
    """One text a cell; empty where the system has no such column."""
    columns = ["name" if name == "family_name" else name for name in style.columns]
    wanted = tuple(name for name in columns if name in CELLS)
    plain = replace(style, columns=wanted, separator="\t", quoted=False)
    split = lines(people, plain, salt).str.split_exact("\t", len(wanted) - 1)
    frame = split.struct.rename_fields(list(wanted)).struct.unnest()
    absent = [pl.lit("").alias(name) for name in CELLS if name not in wanted]
    return frame.with_columns(absent).select(CELLS)


def told(
    frame: pl.DataFrame, kind: str, persons: Ids | None, removal: int | None = None,
    rows: Ints | None = None,
) -> pl.DataFrame:  # fmt: skip
    """The rows with what is true of them; without persons they are about nobody who is known."""
    nothing = pl.lit(None, pl.UInt32)
    return frame.with_columns(
        nothing.alias("_person") if persons is None else pl.Series("_person", persons),
        pl.lit(kind).alias("_kind"),
        pl.lit(removal, pl.UInt32).alias("_removal"),
        nothing.alias("_row_no") if rows is None else pl.Series("_row_no", rows),
    ).select(
        *(name for name in CELLS if name in frame.columns),
        *(pl.col(name).cast(kind_) for name, kind_ in TRUE.items()),
    )


def stolen(
    world: World, records: Path, removal: Removal, rows: Ints, notation: Notation | None
) -> pl.DataFrame:
    """These rows of a removal as they stood in the version, or as the broker writes them."""
    version = removal.version
    ids = persons(records, removal)[rows - removal.first]
    style = notation.of(version.plan.style) if notation else version.plan.style
    about = partial(codes, world=world)
    day = version.plan.uploaded // DAY
    frame = written_down(ids, style, version.one.salt, day, about)
    return told(frame, MEMBER, ids, removal.number, rows)


def uploaded(records: Path, removal: Removal) -> pl.DataFrame:
    """What is true of the rows of a removal whose text is handed on as it is."""
    ids = persons(records, removal)
    unseen = pl.DataFrame({name: [None] * len(ids) for name in ("_female", "_birth")})
    return told(unseen, MEMBER, ids, removal.number, np.arange(removal.first, removal.last + 1))


def persons(records: Path, removal: Removal) -> Ids:
    """Who stands in the rows that left, in their order; from the truth's records."""
    here = pl.col("version_id") == removal.version.plan.version_id
    inside = pl.col("row_no").is_between(removal.first, removal.last)
    party = removal.version.one.party.party_id
    found = pl.scan_parquet(records / f"{party}.parquet").filter(here, inside).sort("row_no")
    ids: Ids = found.select("person").collect()["person"].to_numpy().astype(np.uint64)
    return ids

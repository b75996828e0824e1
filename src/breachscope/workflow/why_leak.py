"""From a leak, a part or a row of it back to what it rests on."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.case import folder
from breachscope.errors import ConfigError
from breachscope.workflow import frames, intake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from breachscope.workflow.context import Context

Told = tuple[str, str]

SHOWN: Final = 0.005
"""Parties that explain less of a leak are left to `leak_parties.parquet`."""


def asked(place: Path, subject: str) -> tuple[str, int | None, int | None] | None:
    """Leak, part and row, if the subject is LEAK, LEAK/PART or LEAK:ROW of this run."""
    if not (place / "leaks.parquet").is_file():
        return None
    leaks = set(pl.read_parquet(place / "leaks.parquet", columns=["leak_id"])["leak_id"])
    subject = subject.removeprefix("LEAK:") if subject.startswith("LEAK:") else subject
    if subject in leaks:
        return subject, None, None
    for sign in "/:":
        leak, _, number = subject.rpartition(sign)
        if leak in leaks and number.isdecimal():
            return (leak, int(number), None) if sign == "/" else (leak, None, int(number))
    return None


class Asked:
    """One leak of a run."""

    def __init__(self, context: Context, place: Path, leak_id: str) -> None:
        self.context, self.place, self.leak_id = context, place, leak_id
        row = pl.read_parquet(place / "leaks.parquet").row(
            by_predicate=pl.col("leak_id") == leak_id, named=True
        )
        self.told: dict[str, Any] = row
        self.evidence_id: str = row["evidence_id"]
        self.linked = context.case.store / "leak" / row["linked"]

    def table(self, name: str) -> pl.DataFrame:
        """Of a table of the run, this leak's rows."""
        return (
            pl.scan_parquet(self.place / f"{name}.parquet")
            .filter(pl.col("leak_id") == self.leak_id)
            .collect()
        )

    def parts(self, part: int | None) -> Iterator[Told]:
        """The leak in figures, its parts and the parties weighed."""
        if part is None:
            row = self.told
            yield (
                "leak",
                f"{self.leak_id}: {row['rows']:,} rows: {row['person']:,} about a person, "
                f"{row['household']:,} about a household only, {row['ambiguous']:,} ambiguous, "
                f"{row['none']:,} about nobody known"
                + (f"; {row['refused']}" if row["refused"] else ""),
            )
        for row in self.table("leak_parts").iter_rows(named=True):
            if part in (None, row["part"]):
                yield "part", _part_says(row)
        for row in self.table("leak_parties").iter_rows(named=True):
            if row["weight"] >= SHOWN or row["named"]:
                yield "party", _party_says(row)

    def events(self, part: int | None) -> list[str]:
        """The downloads that fit its parts."""
        parts = self.table("leak_parts")
        if part is not None:
            parts = parts.filter(pl.col("part") == part)
        return parts["events"].explode().drop_nulls().unique(maintain_order=True).to_list()

    def place_of(self, row: int) -> tuple[int | None, int | None]:
        """Line and byte of a data row.

        Raises:
            ConfigError: the leak has not so many rows.
        """
        if not 1 <= row <= self.told["rows"]:
            raise ConfigError(f"{self.leak_id} has {self.told['rows']:,} rows")
        item = next(i for i in self.context.items if i.evidence_id == self.evidence_id)
        taken = frames.scan(self.context.case, intake.current(self.context, item))
        line, byte = taken.select("line", "byte").slice(row - 1, 1).collect().row(0)
        return line, byte

    def row_says(self, row: int) -> str:
        """What was decided of a row."""
        found = self._stored("rows", row).row(0, named=True)
        matches = self.table("matches").filter(pl.col("leak_row") == row)
        about = ", ".join(
            f"{m['person_key']} of {m['party_id']}"
            for m in matches.iter_rows(named=True)
            if m["person_key"]
        )
        return (
            f"{self.leak_id} row {row}: {found['verdict']}"
            f"{': ' + about if about else ''}; probability {found['probability']:.4f}, "
            f"a relative {found['p_household']:.4f}, nobody known {found['p_none']:.4f}"
        )

    def weights(self, row: int) -> Iterator[Told]:
        """The weight of every field for the nearest record, the prior, and their sum."""
        weights = self._stored("waterfall", row)
        if weights.is_empty():
            yield "weight", "no record of the inventory shares a key with it"
            return
        told = folder.read_json(self.linked / "told.json")
        prior = log10(max(told["share_in"], 1e-12) / max(told["persons"], 1))
        yield "weight", f"prior, one of {told['persons']:,} persons: {prior:+.2f}"
        total = prior
        for field in weights.iter_rows(named=True):
            total += field["log10_person"]
            yield (
                "weight",
                f"{field['field']} ({field['level']}): {field['log10_person']:+.2f} for the "
                f"person, {field['log10_household']:+.2f} for a relative",
            )
        yield "weight", f"sum: log10 odds {total:+.2f} of this person against nobody in particular"

    def records(self, row: int) -> list[dict[str, Any]]:
        """Of each party that holds the person, the first record."""
        keys = (
            self.table("matches")
            .filter(pl.col("leak_row") == row)["person_key"]
            .drop_nulls()
            .to_list()
        )
        return (
            pl.scan_parquet(self.place / "people.parquet")
            .filter(pl.col("person_key").is_in(keys))
            .collect()
            .sort("party_id", "version_id", "row_no")
            .unique("party_id", keep="first", maintain_order=True)
            .to_dicts()
        )

    def _stored(self, name: str, row: int) -> pl.DataFrame:
        """What is kept of a row, under the first that is equal to it."""
        copies = pl.scan_parquet(self.linked / "copies.parquet")
        first = copies.filter(pl.col("leak_row") == row).collect()["first"].item()
        kept = pl.scan_parquet(self.linked / f"{name}.parquet")
        return kept.filter(pl.col("leak_row") == first).collect()


def _part_says(row: dict[str, Any]) -> str:
    said: str = f"{row['leak_id']}/{row['part']}, {row['rows']:,} rows: "
    if row["verdict"] == "attributed":
        versions = ", ".join(row["versions"]) or "no kept version"
        said += f"{row['party_id']} by {row['depth']}, {versions}: "
    else:
        said += "cannot tell: "
    return f"{said}{row['reason']}"


def _party_says(row: dict[str, Any]) -> str:
    return (
        f"{row['party_id']}: share {row['weight']:.3f} ({row['weight_low']:.3f}–"
        f"{row['weight_high']:.3f}), {row['rows']:,} rows about its people, {row['exclusive']:,} "
        f"about no other's (false ones {row['exclusive_expected']:.1f}, q {row['q_value']:.2g}), "
        f"log10 likelihood ratio {row['log10_lr']:.1f}, of spellings {row['log10_spelling']:.1f}, "
        f"of its versions {row['log10_history']:.1f}, of lists within one another "
        f"{row['log10_overlap']:.1f}: " + ("named" if row["named"] else row["reason"])
    )

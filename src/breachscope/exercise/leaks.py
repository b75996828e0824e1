"""What became of the removals: lists bought from brokers years later, and what each truly is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from breachscope.exercise import broker, offers
from breachscope.exercise.bystanders import crowd
from breachscope.exercise.days import DAY, dates, day, instant
from breachscope.exercise.recipes import KINDS, Market, Ware, put_together
from breachscope.exercise.removals import Loot, loot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from breachscope.exercise.facts import Shelf
    from breachscope.exercise.office import Office
    from breachscope.exercise.world import World

_LAST_FOUND: Final = day("2024-02-29")
_FIRST_ACQUIRED: Final = day("2023-11-20")
_BROKERS: Final = (
    "名簿業者甲", "名簿業者乙", "名簿業者丙", "名簿業者丁", "会員制掲示板", "訪問販売業者の端末",
)  # fmt: skip


@dataclass(slots=True)
class Sold:
    """Everything found outside, and what is true of it."""

    leaks: list[dict[str, object]] = field(default_factory=list)
    parts: list[pl.DataFrame] = field(default_factory=list)
    given: dict[str, dict[str, str]] = field(default_factory=dict)  # file -> manifest columns


def sell(
    office: Office, world: World, shelf: Shelf, done: pl.DataFrame, truth: Path,
    damaged: Mapping[str, int],
) -> dict[str, pl.DataFrame]:  # fmt: skip
    """Write the leaks, hand them over, and their rows' truth; returns the truth's tables.

    `done` are the truth's downloads; the records of its folder were written before.
    """
    market = Market(world, crowd(world, truth / "records"), loot(done, shelf), damaged)
    (truth / "leak_rows").mkdir()
    kinds = KINDS[: world.scale.leaks]
    numbers = np.random.default_rng([world.seed, 31]).permutation(len(kinds)) + 1
    sold = Sold()
    for place, kind in enumerate(kinds):
        rng = np.random.default_rng([world.seed, 30, place])
        market.leaks = place
        ware = put_together(kind, market, rng)
        if ware is not None:
            _sell_one(office, market, ware, kind, int(numbers[place]), rng, sold, truth)
    for file in sorted(sold.given):
        office.hand_over("leak", file, sold.given[file])
    return {"leaks": _leaks(sold), "leak_parts": pl.concat(sold.parts).sort(_PART_ORDER)}


def _sell_one(
    office: Office, market: Market, ware: Ware, kind: str, number: int,
    rng: np.random.Generator, sold: Sold, truth: Path,
) -> None:  # fmt: skip
    leak_id = f"K{number:02d}"
    made, found = _dates(rng, ware, kind)
    if ware.upload is not None:
        rows, file = ware.rows, offers.hand_on(office, f"leaks/list_{number:02d}", ware.upload, rng)
    else:
        rows, look = _worked(ware, kind, made, rng)
        file = offers.write(office, f"leaks/list_{number:02d}", rows, look)
    by = _BROKERS[int(rng.integers(0, len(_BROKERS)))]
    sold.given[file] = _custody(leak_id, found, by)
    sold.leaks.append({
        "leak_id": leak_id, "file": file, "kind": kind, "rows": len(rows),
        "parent_leak_id": sold.leaks[-1]["leak_id"] if kind == "resold" else None,
        "framed_party_id": ware.framed, "made_at": made, "found_at": found, "found_from": by,
    })  # fmt: skip
    sold.parts.append(_parts(leak_id, rows, market.loot))
    leak_rows(rows, market.loot).write_parquet(truth / "leak_rows" / f"{leak_id}.parquet")
    market.before = replace(ware, rows=rows, since=instant(made, 12))


def _dates(rng: np.random.Generator, ware: Ware, kind: str) -> tuple[int, int]:
    """The days on which it was put together and found: both after everything in it left."""
    later = rng.integers(10, 60) if kind == "resold" else rng.integers(20, 300)
    made = ware.since // DAY + 1 + int(later)
    return made, int(made + rng.integers(5, max(min(1_200, _LAST_FOUND - made), 6)))


def _worked(
    ware: Ware, kind: str, made: int, rng: np.random.Generator
) -> tuple[pl.DataFrame, offers.Look]:
    """The rows after the broker's work, in the order and the form in which they are sold."""
    rows = broker.worked(ware.rows, broker.draw_habits(rng, kind == "bare"), made, rng)
    rows = broker.distinct(rows) if ware.deduplicated else rows
    rows = broker.arranged(rows, rng, ware.mixed)
    look = offers.draw_look(rng, len(rows))
    return offers.led(rows, look), look


def _custody(leak_id: str, found: int, by: str) -> dict[str, str]:
    """The manifest's columns: the inquiry itself got it no earlier than it began to buy lists."""
    told, acquired = dates(pl.Series([found, max(found + 3, _FIRST_ACQUIRED)]), "%Y-%m-%d")
    return {
        "leak": leak_id, "found_at": told, "found_from": by, "received_from": by,
        "acquired_at": f"{acquired}T13:00:00+09:00",
    }  # fmt: skip


_PART_ORDER: Final = ("leak_id", "party_id", "version_id", "at_utc")
_PLACES: Final = {
    "_removal": pl.UInt32(), "party_id": pl.String(), "version_id": pl.String(),
    "file": pl.String(), "line": pl.UInt64(), "event_id": pl.String(), "at_utc": pl.Int64(),
    "determinable": pl.Boolean(),
}  # fmt: skip


def _removed(stock: Loot) -> pl.DataFrame:
    """Every removal: whose, of which version, by which download."""
    rows = [
        (r.number, r.version.one.party.party_id, r.version.plan.version_id, r.file, r.line,
         r.event_id, r.at, stock.determinable(r))
        for r in stock.removals
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=_PLACES, orient="row").with_columns(
        pl.from_epoch("at_utc", time_unit="s").cast(pl.Datetime("us", "UTC"))
    )


def _parts(leak_id: str, rows: pl.DataFrame, stock: Loot) -> pl.DataFrame:
    """One row a removal of which something stands in the leak."""
    counted = rows.drop_nulls("_removal").group_by("_removal").agg(rows=pl.len().cast(pl.Int64))
    return counted.join(_removed(stock), on="_removal", validate="1:1").select(
        pl.lit(leak_id).alias("leak_id"), "party_id", "version_id", "file", "line", "event_id",
        "at_utc", "rows", "determinable",
    )  # fmt: skip


def leak_rows(rows: pl.DataFrame, stock: Loot) -> pl.DataFrame:
    """leak_row, person, party_id, version_id, row_no, kind: of a row not stolen no source."""
    places = _removed(stock).select("_removal", "party_id", "version_id")
    sourced = rows.join(places, on="_removal", how="left", validate="m:1", maintain_order="left")
    return sourced.select(
        pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("leak_row"),
        pl.col("_person").alias("person"), "party_id", "version_id",
        pl.col("_row_no").alias("row_no"), pl.col("_kind").alias("kind"),
    )  # fmt: skip


def _leaks(sold: Sold) -> pl.DataFrame:
    texts = ("leak_id", "file", "kind", "parent_leak_id", "framed_party_id", "found_from")
    schema = {name: pl.String() if name in texts else pl.Int64() for name in sold.leaks[0]}
    frame = pl.DataFrame(sold.leaks, schema=schema).sort("leak_id")
    return frame.with_columns(pl.col("made_at", "found_at").cast(pl.Int32).cast(pl.Date))

"""The leaked list: what was taken of the sources, strangers among it, a broker's hands upon it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import noise
import noise2
import numpy as np
import parties as lists
import polars as pl
from facts import FACTS
from forms import broker_forms, held, written
from noise import KEYING, Land, applied
from parties import Party
from tables import Bools, Ints
from tasks import Task

from breachscope.schema import RECORD_FIELDS

ORIGIN: Final = {
    "source_party": pl.String(),
    "source_version": pl.UInt8(),
    "source_distinct": pl.UInt32(),
}
NOISES: Final = {"broker": noise.noisy, "clerk": noise2.noisy}


def leaked_version(task: Task, party: int) -> int:
    if task.version is not None:
        return task.version
    dice = np.random.default_rng([task.seed, 7, party])
    return int(dice.integers(task.versions // 4, task.versions - 2))


def taken_from(task: Task, party: Party, known: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Records of one version of a source, drawn for the leak."""
    at = leaked_version(task, party.number)
    stands = rows.filter((pl.col("first_version") <= at) & (pl.col("last_version") >= at))
    wanted = round(task.leak_rows * (1 - task.outside) * task.sources[party.number])
    dice = np.random.default_rng([task.seed, 8, party.number])
    chosen = stands[np.sort(dice.permutation(stands.height)[:wanted])]
    return known[chosen["fact"]].select(
        *FACTS.names(),
        "person",
        source_party=pl.lit(party.party_id),
        source_version=pl.lit(at, pl.UInt8),
        source_distinct=chosen["distinct"].cast(pl.UInt32),
    )


def write_leak(
    task: Task, land: Land, everyone: tuple[Party, ...], inside: Ints, taken: list[pl.DataFrame],
    folder: Path,
) -> None:  # fmt: skip
    dice = np.random.default_rng([task.seed, 9])
    in_inventory = np.zeros(land.people.size, bool)
    in_inventory[inside] = True
    strangers = _outside(task, land, everyone, in_inventory, dice)
    origin = pl.DataFrame(schema=ORIGIN)
    rows = pl.concat([origin, *taken, strangers], how="diagonal")
    rows = rows[dice.permutation(rows.height)]
    spoilt = NOISES[task.noise](rows.select(*FACTS.names(), "person"), land, dice, task.level)
    spoilt = spoilt[dice.permutation(spoilt.height)]
    _broker_file(task, spoilt, dice).write_parquet(folder / "leak.parquet")
    _truth(land, rows, spoilt, in_inventory).write_parquet(folder / "truth_leak.parquet")


def _outside(
    task: Task, land: Land, everyone: tuple[Party, ...], in_inventory: Bools,
    dice: np.random.Generator,
) -> pl.DataFrame:  # fmt: skip
    """Rows about people no list ever had, in the columns of the main source."""
    of = land.people
    home_known = np.zeros(of.households, bool)
    home_known[of.household[in_inventory]] = True
    related = home_known[of.household]
    wanted = round(task.leak_rows * task.outside)
    kin = round(wanted * task.relatives)
    who = np.concatenate(
        [
            dice.choice(np.flatnonzero(~in_inventory & related), kin, replace=False),
            dice.choice(np.flatnonzero(~related), wanted - kin, replace=False),
        ]
    ).astype(np.int32)
    main = max(task.sources, key=lambda p: task.sources[p], default=0)
    changed = (of.change[who] > 0) & (of.change_version[who] <= leaked_version(task, main))
    told = lists.told(land, who, changed, dice.choice(3, who.size, p=lists.PHONES).astype(np.int32))
    keyed = applied(told.with_columns(person=who), land, dice, KEYING).drop("operations")
    return held(keyed, everyone[main].form)


def _broker_file(task: Task, spoilt: pl.DataFrame, dice: np.random.Generator) -> pl.DataFrame:
    """The leak as a file: three notations, one after the other, of the same columns."""
    columns = task.leak_columns & (task.columns | {"phone2"})
    forms = broker_forms(dice, columns)
    cuts = np.linspace(0, spoilt.height, len(forms) + 1).astype(int)
    parts = [
        written(held(spoilt[a:b], form), form)
        for form, a, b in zip(forms, cuts[:-1], cuts[1:], strict=True)
    ]
    rows = pl.concat(parts)
    kept = [name for name in RECORD_FIELDS if rows[name].null_count() < rows.height]
    return rows.select(pl.int_range(1, rows.height + 1, dtype=pl.UInt32).alias("leak_row"), *kept)


def _truth(
    land: Land, rows: pl.DataFrame, spoilt: pl.DataFrame, in_inventory: Bools
) -> pl.DataFrame:
    """One row a leaked row."""
    origin = rows[spoilt["source"]]
    person = spoilt["person"].to_numpy()
    household = land.people.household[person]
    home_known = np.zeros(land.people.households, bool)
    home_known[land.people.household[in_inventory]] = True
    known, related = pl.Series(in_inventory[person]), pl.Series(home_known[household])
    return pl.select(
        leak_row=pl.int_range(1, person.size + 1, dtype=pl.UInt32),
        kind=pl.when(known).then(pl.lit("member")).when(related).then(pl.lit("relative"))
        .otherwise(pl.lit("outsider")),
        person=pl.when(known).then(pl.Series(person, dtype=pl.UInt32)),
        household=pl.Series(household, dtype=pl.UInt32),
        source_party=origin["source_party"],
        source_version=origin["source_version"],
        source_distinct=origin["source_distinct"],
        operations=spoilt["operations"],
    )  # fmt: skip


def subsample(folder: Path, rows: int, seed: int, out: Path) -> None:
    """A smaller leak from a generated one, numbered anew; the inventory is copied along."""
    out.mkdir(parents=True, exist_ok=True)
    leak = pl.read_parquet(folder / "leak.parquet")
    chosen = np.random.default_rng([seed, 10]).permutation(leak.height)[:rows]
    numbers = pl.int_range(1, chosen.size + 1, dtype=pl.UInt32).alias("leak_row")
    for name in ("leak", "truth_leak"):
        table = pl.read_parquet(folder / f"{name}.parquet")[chosen]
        table.with_columns(numbers).write_parquet(out / f"{name}.parquet")
    for name in ("records", "truth_records", "versions"):
        shutil.copy2(folder / f"{name}.parquet", out / f"{name}.parquet")

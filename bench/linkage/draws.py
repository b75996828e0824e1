"""Leaks sent from their rows to the parties named, many small ones or one whole, as JSON.

    python bench/linkage/draws.py FOLDER --rows 50 --draws 34 --seed 11
    python bench/linkage/draws.py FOLDER --seed 11 --without P04 --out WHOLE.parquet

FOLDER holds a task whose inventory `kept.py` made ready. Of each draw its outcome is printed, one
line a draw; the truth is read only once the outcome stands. --out keeps the rows decided.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from figures import Draw
from kept import InMemory, decided_rows, every_row
from sources import evidence_in, parted

from breachscope.errors import EvidenceError
from breachscope.linkage.naming import Judged
from breachscope.linkage.pipeline import Linked
from breachscope.linkage.sourcing import Sourced

SHOWN: Final = 2  # parties whose evidence is kept with a draw, beside those named


def drawn_rows(leak: pl.DataFrame, rows: int | None, seed: int, draw: int) -> pl.DataFrame:
    """So many rows of the leak, in its order; all where no number is given."""
    if rows is None:
        return leak
    dice = np.random.default_rng([seed, 30, rows, draw])
    return leak[np.sort(dice.permutation(leak.height)[:rows])]


def outcome(
    task: InMemory, folder: Path, leak: pl.DataFrame, seed: int
) -> tuple[Draw, Linked | None, Sourced | None]:
    """What is told of one leak; without its truth."""
    nothing = Draw(leak.height, (), None, (), {}, [], {})
    try:
        found, weighed = evidence_in(task, leak, seed, folder)
    except EvidenceError as refusal:
        return replace(nothing, refused=str(refusal)), None, None
    parts = parted(found, weighed, folder)
    top = weighed.evidence[0].party_id if weighed.evidence else None
    named = parts.parts.filter(pl.col("verdict") == "attributed")
    told = replace(
        nothing,
        top=top,
        named=tuple(named["party_id"]),
        versions=dict(zip(named["party_id"], named["versions"].to_list(), strict=True)),
        unasked=_unasked(found, weighed, folder),
        log10_lr=round(weighed.evidence[0].log10_lr, 2) if top else 0.0,
        evidence=[
            asdict(one) for at, one in enumerate(weighed.evidence) if at < SHOWN or one.named
        ],
    )
    return told, found, parts


def _unasked(found: Linked, weighed: Judged, folder: Path) -> list[str]:
    """The versions the party of greatest weight would be given, named or not."""
    if not weighed.evidence:
        return []
    alone = (replace(weighed.evidence[0], named=True),)
    parts = parted(found, replace(weighed, evidence=alone), folder).parts
    versions: list[str] = parts["versions"].to_list()[0]
    return versions


def with_truth(told: Draw, rows: pl.DataFrame, truth: pl.DataFrame, versions: pl.DataFrame) -> Draw:
    """The outcome with the sources of the drawn rows and their versions beside."""
    mine = truth.join(rows.select("leak_row"), on="leak_row", how="semi").drop_nulls("source_party")
    counted = mine.group_by("source_party", "source_version").len()
    ordered = counted.sort("len", "source_party", descending=[True, False])
    named = ordered.join(
        versions.select(source_party="party_id", source_version="version", version_id="version_id"),
        on=["source_party", "source_version"],
        how="left",
        maintain_order="left",
    )
    return replace(
        told,
        sources=tuple(named["source_party"]),
        true_versions=dict(named.select("source_party", "version_id").iter_rows()),
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--rows", type=int, help="of each leak drawn; the whole leak if not given")
    options.add_argument("--draws", type=int, default=1)
    options.add_argument("--seed", type=int, required=True)
    options.add_argument("--without", help="a party left out of the inventory")
    options.add_argument("--out", type=Path, help="where the rows of the last draw are kept")
    given = options.parse_args()
    task = InMemory(given.folder, given.without)
    leak = pl.read_parquet(given.folder / "leak.parquet").sort("leak_row")
    for draw in range(given.draws):
        began = time.perf_counter()
        rows = drawn_rows(leak, given.rows, given.seed, draw)
        told, found, parts = outcome(task, given.folder, rows, given.seed * 1000 + draw)
        seconds = round(time.perf_counter() - began, 2)
        truth = pl.read_parquet(given.folder / "truth_leak.parquet")
        versions = pl.read_parquet(given.folder / "versions.parquet")
        line: dict[str, Any] = asdict(with_truth(told, rows, truth, versions))
        if found:
            line["verdicts"] = _counts(found)
        if parts:
            columns = ("party_id", "verdict", "rows", "exclusive", "weight", "log10_lr", "reason")
            line["parts"] = parts.parts.select(columns).to_dicts()
        print(json.dumps(line | {"seconds": seconds}, ensure_ascii=False), flush=True)
        if given.out and found:
            rows_kept = decided_rows(found.matched, task, found.copies)
            if parts:
                rows_kept = with_parties(rows_kept, parts)
            every_row(rows_kept, found.copies).write_parquet(given.out)


def with_parties(rows: pl.DataFrame, parts: Sourced) -> pl.DataFrame:
    """Rows with `tied`: the party whose part the row is of; null where it is of none."""
    named = parts.parts.filter(pl.col("verdict") == "attributed").select("part", tied="party_id")
    of_row = parts.rows.join(named, on="part", how="left", validate="m:1")
    return rows.join(of_row.select("leak_row", "tied"), on="leak_row", how="left", validate="1:1")


def _counts(found: Linked) -> dict[str, int]:
    verdicts = found.matched.decided.rows["verdict"].cast(pl.String)
    return dict(verdicts.value_counts(sort=True).iter_rows())


if __name__ == "__main__":
    main()

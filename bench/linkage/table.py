"""The table of linkage: every figure from fresh seeds, beside the peer's on the same rows.

    python bench/linkage/table.py
    python bench/linkage/table.py --only hard --only default --seeds 11,12,13
    python bench/linkage/table.py --records 20000       # a trial at a fiftieth of the size
    python bench/linkage/table.py --render              # only write linkage.md anew

Figures go to bench/work/linkage.json as they come, so that a stopped run goes on with what is
missing; bench/work/linkage.md is made from them. A task is generated, and deleted once all its
figures stand. The truth is read by the scores and the oracle alone.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import parts
import polars as pl
import rendering
from kept import LABELS, kept_at
from parts import Place
from processes import StepFailed, engine, run
from tasks import TASKS

import breachscope

WORK: Final = Path(__file__).parents[1] / "work"
SEEDS: Final = (11, 12, 13)
PLENTY: Final = "1e7"  # random pairs the peer estimates chance agreement from
FEW: Final = "1e6"

Part = Callable[[Place], dict[str, Any]]
QUALITY: Final[dict[str, Part]] = {
    "ours": parts.ours,
    "oracle": parts.oracle,
    "splink 1e6": lambda at: parts.splink(at, FEW),
}
CELLS: Final[dict[str, dict[str, Part]]] = {
    "febrl4": {"ours": parts.febrl_ours, "splink": parts.febrl_splink},
    "nested": {"draws 50": lambda at: parts.draws(at, 50)},
    "hard": QUALITY
    | {
        "draws 10": lambda at: parts.draws(at, 10, 2 * parts.DRAWS),
        "draws 30": lambda at: parts.draws(at, 30),
        "draws 100": lambda at: parts.draws(at, 100, parts.FEWER),
    },
    "nap": {"whole": parts.whole, "splink 1e6": lambda at: parts.splink(at, FEW)},
    "null": {"whole": parts.whole, "splink 1e6": lambda at: parts.splink(at, FEW)},
    "shared": {"without": lambda at: parts.whole(at, "P04"), "whole": parts.whole},
    "default": QUALITY,
    "default, clerk": QUALITY,
    "hard, clerk": QUALITY,
    "full": {
        "ours": parts.ours,
        "splink 1e7": lambda at: parts.splink(at, PLENTY),
        "splink 1e6": lambda at: parts.splink(at, FEW),
    },
}
"""In the order they are run; the largest last."""


def world(name: str, seed: int, folder: Path, records: int | None) -> dict[str, Any]:
    """Generate a task and make its inventory ready; what preparing took."""
    task, _, noise = name.partition(", ")
    shape: list[object] = [task, "--seed", seed, "--out", folder]
    if noise:
        shape += ["--noise", noise]
    if records:
        rows = max(round(TASKS[task].leak_rows * records / TASKS[task].records), 1_000)
        shape += ["--records", records, "--leak-rows", rows]
    if not (folder / "truth_leak.parquet").exists():
        run("world.py", *shape)
    made = run("kept.py", "prepare", folder)
    told = made["lines"][0]
    return told | made["step"] | {"seconds by step": told["seconds"]}


def cell(
    name: str, seed: int, work: Path, records: int | None, kept: dict[str, Any],
    save: Callable[[], None],
) -> None:  # fmt: skip
    """Make what is missing of one cell."""
    missing = [part for part in CELLS[name] if part not in kept]
    if not missing:
        return
    folder = work / f"{name.replace(', ', '-')}-{seed}"
    ready = "prepare" in kept and (kept_at(folder) / LABELS).exists()
    if name != "febrl4" and not ready:
        kept["prepare"] = world(name, seed, folder, records)
        save()
    for part in missing:
        print(f"{name} {seed} {part}", flush=True)
        try:
            kept[part] = CELLS[name][part](Place(folder, seed))
        except StepFailed as failure:
            print(failure, flush=True)
            continue
        save()
    if all(part in kept for part in CELLS[name]):
        shutil.rmtree(folder, ignore_errors=True)


def machine() -> dict[str, Any]:
    return {
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "polars": pl.__version__,
        "breachscope": breachscope.__version__,
        "engine": engine(),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", action="append", choices=list(CELLS))
    options.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    options.add_argument("--records", type=int, help="of each task's inventory, for a trial")
    options.add_argument("--work", type=Path, help="for generated tasks")
    options.add_argument("--again", action="store_true", help="make the cells chosen anew")
    options.add_argument("--render", action="store_true")
    given = options.parse_args()
    name = f"linkage-{given.records}" if given.records else "linkage"
    store = WORK / f"{name}.json"
    work = given.work or Path(os.environ.get("BREACHSCOPE_BENCH_WORK", WORK / "linkage"))
    WORK.mkdir(parents=True, exist_ok=True)

    def change(name: str, seed: str, figures: dict[str, Any]) -> None:
        """Only this cell: two runs of different cells may be under way at once."""
        whole = json.loads(store.read_text()) if store.exists() else {"cells": {}}
        whole["machine"] = machine()
        whole["cells"].setdefault(name, {})[seed] = figures
        fresh = store.with_suffix(f".{os.getpid()}.new")
        fresh.write_text(json.dumps(whole, ensure_ascii=False, indent=1))
        fresh.replace(store)

    chosen = [] if given.render else (given.only or list(CELLS))
    for name in chosen:
        for seed in given.seeds.split(",") if name != "febrl4" else ["all"]:
            whole = json.loads(store.read_text()) if store.exists() else {"cells": {}}
            kept = {} if given.again else whole["cells"].get(name, {}).get(seed, {})
            cell(
                name, int(seed) if seed != "all" else 0, work, given.records, kept,
                lambda n=name, s=seed, k=kept: change(n, s, k),
            )  # fmt: skip
    page = rendering.page(json.loads(store.read_text()))
    store.with_suffix(".md").write_text(page)


if __name__ == "__main__":
    main()

"""Readers against plaso, and at length: figures to bench/work/readers.json.

    python bench/readers/table.py                  # 100,000 lines, ours and plaso's in turn
    python bench/readers/table.py --long 10000000  # that many lines, ours alone

Ours is the whole of `breachscope add` into a case: hashing, reading, typing, storing, the ledger.
Plaso's is `log2timeline` with the parser of IIS alone, without hashes, which is the least it can
do; it writes events that `psort` must still put out. Both are processes of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

import make_log  # noqa: E402

import run  # noqa: E402

ROOT = HERE.parent.parent
WORK = HERE.parent / "work" / "readers"
RESULTS = HERE.parent / "work" / "readers.json"
PLASO = ROOT / ".venv-plaso" / "bin"
LINES = 100_000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--long", type=int, help="lines of a log for ours alone")
    options.add_argument("--turns", type=int, default=3, help="of each, one after the other")
    given = options.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if given.long:
        found["long"] = {"lines": given.long, **at_length(given.long)}
        write(found)
    for both in () if given.long else compared(given.turns):
        found["compared"] = {"lines": LINES, **both}
        write(found)
    print(json.dumps(found, indent=1))


def write(found: dict[str, Any]) -> None:
    """After every turn, so that a driver that is stopped loses none."""
    RESULTS.write_text(json.dumps({**found, "machine": machine()}, indent=1))


def compared(turns: int) -> Iterator[dict[str, Any]]:
    """The same file by both, in turn, so that what else the machine does falls on both."""
    log = made(LINES)
    steps: dict[str, list[dict[str, float]]] = {"ours": [], "plaso": []}
    for _ in range(turns):
        for name, once in (("ours", ours), ("plaso", plaso)):
            steps[name].append({**asdict(once(log)), "load": round(os.getloadavg()[0], 2)})
        walls = {name: median(step["wall"] for step in each) for name, each in steps.items()}
        cpus = {name: median(step["cpu"] for step in each) for name, each in steps.items()}
        yield {
            "steps": steps,
            "bytes": log.stat().st_size,
            "events": events(),
            "ratio": walls["plaso"] / walls["ours"],
            "ratio_cpu": cpus["plaso"] / cpus["ours"],
        }


def at_length(lines: int) -> dict[str, Any]:
    """Ours on a long log, which is removed again."""
    log = made(lines)
    before = round(os.getloadavg()[0], 2)
    step = ours(log)
    told = {**asdict(step), "load_before": before, "load_after": round(os.getloadavg()[0], 2)}
    size = log.stat().st_size
    log.unlink()
    return {**told, "bytes": size}


def made(lines: int) -> Path:
    path = WORK / f"iis-{lines}.log"
    if not path.exists():
        make_log.write(path, lines)
    return path


def ours(log: Path) -> run.Step:
    case, out = WORK / "case", WORK / "ours.txt"
    shutil.rmtree(case, ignore_errors=True)
    run.measured([*run.BREACHSCOPE, "init", str(case), "--zone", "Asia/Tokyo"], out)
    add = ["add", "--case", str(case), "--as", "downloads", str(log)]
    return run.measured([*run.BREACHSCOPE, *add], out)


def plaso(log: Path) -> run.Step:
    store, out = WORK / "plaso.plaso", WORK / "plaso.txt"
    store.unlink(missing_ok=True)
    command = [
        str(PLASO / "log2timeline"), "--parsers", "text/winiis", "--hashers", "none",
        "--status_view", "none", "--unattended", "--quiet", "--logfile", str(WORK / "plaso.log.gz"),
        "--storage_file", str(store), str(log),
    ]  # fmt: skip
    return run.measured(command, out)


def events() -> dict[str, int]:
    """How many rows, or events, each made of the file."""
    status = WORK / "status.json"
    status.unlink(missing_ok=True)
    run.measured([*run.BREACHSCOPE, "status", "--json", "--case", str(WORK / "case")], status)
    rows = json.loads(status.read_text())["evidence"][0]["rows_taken"]
    info = WORK / "pinfo.txt"
    info.unlink(missing_ok=True)
    run.measured([str(PLASO / "pinfo"), str(WORK / "plaso.plaso")], info)
    lines = [line for line in info.read_text().splitlines() if line.strip().startswith("Total")]
    return {"ours": rows, "plaso": int(lines[-1].split(":")[1]) if lines else 0}


def machine() -> dict[str, Any]:
    import polars as pl

    return {
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "polars": pl.__version__,
        "plaso": plaso_version(),
    }


def plaso_version() -> str:
    found = sorted(PLASO.parent.glob("lib/python*/site-packages/plaso-*.dist-info"))
    return found[0].name.removeprefix("plaso-").removesuffix(".dist-info") if found else "–"


if __name__ == "__main__":
    main()

"""The measured comparisons: each a ratio within one run, written to bench/RESULTS.md.

    python bench/run.py                    # tiny and small: minutes
    python bench/run.py --scale full       # 9.28 million people: 12 GB of memory, 40 GB of disk
    python bench/run.py --only intake      # one comparison

Every step is a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WORK = HERE / "work"
PYTHON = sys.executable
BREACHSCOPE = [PYTHON, "-m", "breachscope"]
SEED = 4711


@dataclass(frozen=True)
class Step:
    """One process: wall seconds, processor seconds, peak resident memory."""

    wall: float
    cpu: float
    peak_gb: float


def measured(command: list[str], log: Path) -> Step:
    began = time.perf_counter()
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)} failed; see {log}")
    scale = 1e6 if sys.platform == "linux" else 1e9
    return Step(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / scale)


def case_steps(scale: str, folder: Path, results: Path) -> dict[str, Any]:
    """A case from evidence to counts; again with nothing changed, a month more, all anew; leaks.

    What was measured is written after every step, so that a driver that is stopped loses none.
    """
    log = folder / "log.txt"
    exercise, case = folder / "exercise", folder / "case"
    in_case = ["--case", str(case)]
    found: dict[str, Any] = {"machine": machine(), "steps": {}}

    def step(name: str, *command: str) -> None:
        found["steps"][name] = asdict(measured([*BREACHSCOPE, *command], log))
        results.write_text(json.dumps(found, indent=1))

    step("exercise", "exercise", str(exercise), "--scale", scale, "--seed", str(SEED))
    first, month, leaks = held_out(exercise / "evidence")
    measured([PYTHON, str(HERE / "steps.py"), "init", str(exercise), str(case)], log)
    step("add", "add", "--manifest", str(first), *in_case)
    step("first run", "run", *in_case)
    step("nothing changed", "run", *in_case)
    step("add a month", "add", "--manifest", str(month), *in_case)
    step("run after a month more", "run", *in_case)
    for kept in (case / "store").iterdir():
        if kept.name not in ("intake", "keys"):
            shutil.rmtree(kept)
    step("later full run", "run", *in_case)
    found["load before the leaks"] = round(os.getloadavg()[0], 2)
    step("add the leaks", "add", "--manifest", str(leaks), *in_case)
    step("run with the leaks", "run", *in_case)
    scored = subprocess.run(
        [PYTHON, str(HERE / "steps.py"), "score", str(exercise), str(case)],
        check=True,
        capture_output=True,
        text=True,
    )
    return found | {
        "sizes": sizes(exercise, case),
        "scores": scored.stdout,
        "machine": machine(),
    }


def held_out(evidence: Path) -> tuple[Path, Path, Path]:
    """Three manifests: what is known at first, the last month of downloads, the leaked lists."""
    with (evidence / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    months = [row for row in rows if row["kind"] == "downloads" and not row["copy_of"]]
    last = max(months, key=lambda row: row["file"])
    leaks = [row for row in rows if row["kind"] == "leak"]
    first = [row for row in rows if row is not last and row["kind"] != "leak"]
    parts = {"first.csv": first, "month.csv": [last], "leaks.csv": leaks}
    for name, part in parts.items():
        with (evidence / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(part)
    return evidence / "first.csv", evidence / "month.csv", evidence / "leaks.csv"


def sizes(exercise: Path, case: Path) -> dict[str, int]:
    """Rows and bytes of the evidence, from the case's own account."""
    told = subprocess.run(
        [*BREACHSCOPE, "status", "--json", "--case", str(case)],
        check=True,
        capture_output=True,
        text=True,
    )
    evidence = json.loads(told.stdout)["evidence"]
    records = [row for row in evidence if row["kind"] == "records"]
    return {
        "files": len(evidence),
        "bytes": sum(row["bytes"] for row in evidence),
        "rows": sum(row["rows_read"] for row in evidence),
        "record_rows": sum(row["rows_taken"] for row in records),
        "download_rows": sum(row["rows_taken"] for row in evidence if row["kind"] == "downloads"),
    }


def compared(name: str, scale: str, folder: Path) -> dict[str, Any]:
    """A comparison of `comparisons.py`, in its own process; its figures as JSON."""
    done = subprocess.run(
        [PYTHON, str(HERE / "comparisons.py"), name, str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    print(f"{scale} {name}: {done.stdout.strip()}")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", action="append", choices=["tiny", "small", "full"])
    options.add_argument("--only", choices=["case", "intake", "ladder"])
    given = options.parse_args()
    WORK.mkdir(exist_ok=True)
    for scale in given.scale or ["tiny", "small"]:
        folder, results = WORK / scale, WORK / f"{scale}.json"
        found = json.loads(results.read_text()) if results.exists() else {}
        if given.only in (None, "case"):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            found = case_steps(scale, folder, results)
            results.write_text(json.dumps(found, indent=1))
        for name in ("intake", "ladder"):
            if given.only in (None, name):
                found[name] = compared(name, scale, folder)
                results.write_text(json.dumps(found, indent=1))
    subprocess.run([PYTHON, str(HERE / "results.py")], check=True)


def machine() -> dict[str, Any]:
    import polars

    import breachscope

    return {
        "processors": os.cpu_count(),
        "load_after": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "polars": polars.__version__,
        "breachscope": breachscope.__version__,
        "system": platform.system(),
    }


if __name__ == "__main__":
    main()

"""A step of the table: a process of its own, what it printed, and what else the machine did."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import breachscope

HERE: Final = Path(__file__).parent
QUIET: Final = 0.25
"""A timing holds if other programs took no more than so many processors during it."""


class StepFailed(Exception):
    """A step ended with an error."""


def engine() -> str:
    """A digest of the code under test, kept beside every figure."""
    digest = hashlib.sha256()
    for path in sorted(Path(breachscope.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def run(script: str, *arguments: object) -> dict[str, Any]:
    """Run a script of this folder.

    Returns:
        `lines`: each line it printed as JSON; `step`: seconds, load before, what others took.

    Raises:
        StepFailed: it ended with an error.
    """
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    load, busy, began = os.getloadavg()[0], _busy(), time.perf_counter()
    own = os.times()
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - began, os.times()
    mine = sum(after[:4]) - sum(own[:4])
    if process.returncode:
        raise StepFailed(f"{' '.join(command)}\n{process.stderr[-2000:]}")
    others = max(_busy() - busy - mine, 0.0) / wall
    step = {"seconds": round(wall, 1), "load": round(load, 2), "others": round(others, 2)}
    return {"lines": [json.loads(x) for x in process.stdout.splitlines() if x[:2] == '{"'],
            "step": step | {"engine": engine()}}  # fmt: skip


def _busy() -> float:
    """Seconds all processors worked since the machine began; 0 where that is not told."""
    told = Path("/proc/stat")
    if not told.exists():
        return 0.0
    user, nice, system, _, _, irq, soft = map(int, told.read_text().split("\n", 1)[0].split()[1:8])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")

"""The parts of a cell of the table: each runs what it names and returns its figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
from figures import Draw, as_retained, drawn, errors, judged_rows, quality, stated_error, untied
from inputs import INVENTORY_KEYS, LEAK_KEYS
from kept import ROWS, kept_at
from processes import run

DRAWS: Final = 34
"""Small leaks of one seed; three seeds make a hundred."""
FEWER: Final = 17
LEAST: Final = 0.5  # of the pairs the peer is asked for


@dataclass(frozen=True, slots=True)
class Place:
    """A generated task."""

    folder: Path
    seed: int

    def truth(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """truth_leak and truth_records."""
        leak = pl.read_parquet(self.folder / "truth_leak.parquet")
        return leak, pl.read_parquet(self.folder / "truth_records.parquet")


def ours(at: Place) -> dict[str, Any]:
    """Our link step and its scores."""
    out = at.folder / "ours.parquet"
    done = run("kept.py", "link", at.folder, "--out", out)
    return {"took": done["lines"][0] | done["step"]} | _scored(at, out)


def oracle(at: Place) -> dict[str, Any]:
    """The same decision with the true parameters."""
    out = at.folder / "oracle.parquet"
    done = run("oracle.py", at.folder, "--out", out)
    return {"took": done["step"]} | _scored(at, out)


def _scored(at: Place, out: Path) -> dict[str, Any]:
    judged = judged_rows(pl.read_parquet(out.with_suffix(ROWS)), *at.truth())
    return {
        "quality": quality(pl.read_parquet(out), *at.truth()),
        "stated": stated_error(judged),
        "untied": untied(judged),
        "errors": errors(judged),
    }


def splink(at: Place, pairs: str) -> dict[str, Any]:
    """The peer, and its scores."""
    out = at.folder / f"splink-{pairs}.parquet"
    done = run("splink_peer.py", at.folder, "--pairs", pairs, "--threshold", LEAST, "--out", out)
    return {
        "took": done["lines"][0] | done["step"],
        "quality": quality(pl.read_parquet(out), *at.truth()),
    }


def draws(at: Place, rows: int, count: int = DRAWS) -> dict[str, Any]:
    """Small leaks drawn from the task's."""
    done = run("draws.py", at.folder, "--rows", rows, "--draws", count, "--seed", at.seed)
    return {"took": done["step"], "found": drawn(_draws(done)), "draws": done["lines"]}


def whole(at: Place, without: str | None = None) -> dict[str, Any]:
    """The whole leak, from rows to the parties named."""
    out = at.folder / "whole.parquet"
    arguments: list[object] = ["--without", without] if without else []
    if not kept_at(at.folder, without).exists():
        run("kept.py", "prepare", at.folder, *arguments)
    done = run("draws.py", at.folder, "--seed", at.seed, "--out", out, *arguments)
    found = {"took": done["step"], "found": drawn(_draws(done)), "draws": done["lines"]}
    if done["lines"][0]["refused"] or without:
        return found
    judged = judged_rows(pl.read_parquet(out), *at.truth())
    keys = [pl.read_parquet(at.folder / name) for name in (LEAK_KEYS, INVENTORY_KEYS)]
    return found | {
        "stated": stated_error(judged),
        "untied": untied(judged, as_retained(*at.truth(), *keys)),
        "errors": errors(judged),
    }


def _draws(done: dict[str, Any]) -> list[Draw]:
    names = Draw.__dataclass_fields__
    return [Draw(**{k: v for k, v in line.items() if k in names}) for line in done["lines"]]


def febrl_ours(at: Place) -> dict[str, Any]:
    """The shipped weights and decision on English fields."""
    done = run("febrl_ours.py")
    return done["lines"][0] | {"took": done["step"]}


def febrl_splink(at: Place) -> dict[str, Any]:
    """The peer's own example of these fields, without the number."""
    done = run("febrl_splink.py")
    return done["lines"][0] | {"took": done["step"]}

"""The sections of bench/RESULTS.md on the readers: their speed, and what fuzzing found."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LEAST_RATIO, MOST_SECONDS, MOST_MB = 8, 180, 500
MENDED = HERE / "readers" / "mended.md"
"""What fuzzing found and how it was mended: written by hand, as it was found."""


def sections() -> dict[str, str]:
    """The sections there are figures for, by title."""
    told = {}
    readers, fuzz = HERE / "work" / "readers.json", HERE / "work" / "fuzz.json"
    if readers.exists():
        told["Readers"] = _readers(json.loads(readers.read_text()))
    if fuzz.exists():
        told["Fuzzing of the readers"] = _fuzzing(json.loads(fuzz.read_text()))
    return told


def replaced(page: str, title: str, body: str) -> str:
    """The page with this section anew: where it stood, else at the end."""
    section = f"## {title}\n\n{body.strip()}\n"
    old = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.M | re.S)
    if old.search(page):
        return old.sub(lambda _: section + "\n", page).rstrip("\n") + "\n"
    return page.rstrip("\n") + "\n\n" + section


def _readers(found: dict[str, Any]) -> str:
    machine = found["machine"]
    lines = [
        f"Made by `make bench-readers`. {machine['processors']} processors shared with others,",
        f"Python {machine['python']}, Polars {machine['polars']}, plaso {machine['plaso']}.",
        "",
    ]
    if both := found.get("compared"):
        lines += _compared(both)
    if long := found.get("long"):
        lines += _long(long)
    return "\n".join(lines)


def _compared(both: dict[str, Any]) -> list[str]:
    size, made = both["bytes"] / 1e6, both["events"]
    lines = [
        f"An IIS log of {both['lines']:,} lines ({size:.1f} MB), by both in turn. Ours is the",
        "whole of `add` into a case; plaso's is `log2timeline` with the parser of IIS alone and",
        "without hashes.",
        f"Rows or events made: ours {made['ours']:,}, plaso {made['plaso']:,}.",
        "",
        "| | load | wall, s | processor, s | peak, MB |",
        "|---|---:|---:|---:|---:|",
    ]
    for place in range(len(both["steps"]["ours"])):
        for name in ("ours", "plaso"):
            step = both["steps"][name][place]
            cells = [f"{step['wall']:.1f}", f"{step['cpu']:.1f}", f"{1000 * step['peak_gb']:.0f}"]
            lines.append(f"| {name}, turn {place + 1} | {step['load']} | {' | '.join(cells)} |")
    wall, cpu = f"{both['ratio']:.1f}", f"{both['ratio_cpu']:.1f}"
    by_clock = _is_met(both["ratio"])
    return [
        *lines,
        "",
        f"Medians: plaso takes {wall} × our wall time (must reach {LEAST_RATIO}: {by_clock})",
        f"and {cpu} × our processor time ({_is_met(both['ratio_cpu'])}). Where wall time is far",
        "above processor time, others had the machine, and only the latter compares.",
        "",
    ]


def _is_met(ratio: float) -> str:
    return "yes" if ratio >= LEAST_RATIO else "no"


def _long(long: dict[str, Any]) -> list[str]:
    lines, peak = long["lines"], 1000 * long["peak_gb"]
    fits = {f"{MOST_SECONDS} s": long["wall"] <= MOST_SECONDS, f"{MOST_MB} MB": peak <= MOST_MB}
    told = ", ".join(f"{name}: {'yes' if is_met else 'no'}" for name, is_met in fits.items())
    each, size = 1e6 * long["cpu"] / lines, long["bytes"] / 1e9
    return [
        f"{lines:,} lines ({size:.2f} GB) by `add` into a case: {long['wall']:.0f} s wall,",
        f"{long['cpu']:.0f} s of processor ({each:.1f} µs a line), peak {peak:.0f} MB; load",
        f"{long['load_before']} before, {long['load_after']} after. Limits: {told}.",
        "",
    ]


def _fuzzing(stretches: list[dict[str, Any]]) -> str:
    minutes = sum(stretch["seconds"] for stretch in stretches) / 60
    cases: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for stretch in stretches:
        cases.update(Counter(stretch["cases"]) - Counter(stretch["refused"]))
        kinds.update({name: found["times"] for name, found in stretch["findings"].items()})
    failures = "; ".join(f"{name} ({times} times)" for name, times in sorted(kinds.items()))
    lines = [
        f"Made by `make fuzz`, {minutes:.0f} minutes in all: samples of every format changed at",
        "random (bytes, lines torn and joined, line ends, encodings, directives inside requests),",
        "read with short blocks, short lines and several zones. Each case must end, raise nothing",
        "but an error of ours, and account for every line at its own place.",
        "",
        "| reader | cases read |",
        "|---|---:|",
        *(f"| {name} | {count:,} |" for name, count in sorted(cases.items())),
        "",
        f"Failures: {failures or 'none'}.",
    ]
    if MENDED.exists():
        lines += ["", MENDED.read_text(encoding="utf-8").strip()]
    return "\n".join(lines)

"""Write bench/RESULTS.md from the figures of bench/work/*.json."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import readers_section

HERE = Path(__file__).parent
SCALES = ("tiny", "small", "full")
OWN_SECTIONS = (
    "Packages, letters, report",
    "Linkage",
    "Readers",
    "Event logs",
    "Fuzzing of the readers",
)
"""Sections made by other programs than `bench/run.py`, or written by hand."""
LIMITS = {
    "add + first run on full": "15 min, 10 GB",
    "later full run on full": "5 min",
    "nothing changed": "1/20 of a full run",
    "a month more": "1/5 of a full run",
    "leaks: add and run": "6 min, 10 GB",
    "intake": "2 × pl.read_csv, 2 GB",
    "intake, peer reads no quotes": "–",
    "ladder": "1.5 × DuckDB",
}


def page(found: dict[str, dict[str, Any]]) -> str:
    lines = [
        "# Measured",
        "",
        "Made by `make bench` and `python bench/run.py --scale full`. Every ratio is within one",
        "run on one machine; seconds are wall clock.",
        "",
    ]
    for scale, result in found.items():
        told = result["machine"]
        lines.append(
            f"- {scale}: {told['processors']} processors, Python {told['python']}, Polars "
            f"{told['polars']}, "
            f"breachscope {told['breachscope']}, load afterwards {told['load_after']}"
        )
        if "note" in result:
            lines.append(f"  - {result['note']}")
    scales = [scale for scale in SCALES if scale in found]
    lines += ["", "| | " + " | ".join(scales) + " |", "|---|" + "---:|" * len(scales)]
    for name in ("files", "bytes", "rows", "record_rows", "download_rows"):
        lines.append(_row(name.replace("_", " "), [f"{found[s]['sizes'][name]:,}" for s in scales]))
    for name in max((result["steps"] for result in found.values()), key=len):
        steps = [found[s]["steps"].get(name, {}) for s in scales]
        lines.append(_row(f"{name}, s", [_seconds(step.get("wall")) for step in steps]))
        lines.append(_row(f"{name}, peak GB", [_gb(step.get("peak_gb")) for step in steps]))
    lines += ["", "## Ratios", "", "| | must reach | " + " | ".join(scales) + " |"]
    lines.append("|---|---|" + "---:|" * len(scales))
    for name, ratio in _ratios(found, scales):
        lines.append(_row(f"{name} | {LIMITS[name]}", ratio))
    lines += ["", "## Cost by rows", ""]
    for scale in scales:
        steps, rows = found[scale]["steps"], found[scale]["sizes"]["rows"]
        seconds = steps["add"]["wall"] + steps["first run"]["wall"]
        lines.append(
            f"- {scale}: {rows:,} rows, {1e6 * seconds / rows:.1f} µs a row (add + first run)"
        )
    for scale in scales:
        lines += ["", f"## Scores, {scale}", "", "```", found[scale]["scores"].rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _ratios(found: dict[str, dict[str, Any]], scales: list[str]) -> list[tuple[str, list[str]]]:
    def wall(scale: str, step: str) -> float:
        seconds: float = found[scale]["steps"][step]["wall"]
        return seconds

    def peak(scale: str) -> float:
        peaks: list[float] = [found[scale]["steps"][s]["peak_gb"] for s in ("add", "first run")]
        return max(peaks)

    def full(scale: str) -> float:
        return wall(scale, "later full run")

    def leaks(scale: str) -> str:
        both = [found[scale]["steps"].get(s) for s in ("add the leaks", "run with the leaks")]
        if None in both:
            return "–"
        minutes = sum(step["wall"] for step in both) / 60
        return f"{minutes:.1f} min, {max(step['peak_gb'] for step in both):.1f} GB"

    def shown(scale: str, name: str, key: str = "ratio") -> str:
        figures = found[scale].get(name)
        return f"{figures[key]:.2f}" if figures and key in figures else "–"

    return [
        (
            "add + first run on full",
            [
                f"{(wall(s, 'add') + wall(s, 'first run')) / 60:.1f} min, {peak(s):.1f} GB"
                for s in scales
            ],
        ),
        ("later full run on full", [f"{full(s) / 60:.1f} min" for s in scales]),
        ("nothing changed", [f"1/{full(s) / wall(s, 'nothing changed'):.1f}" for s in scales]),
        ("a month more", [f"1/{full(s) / wall(s, 'run after a month more'):.1f}" for s in scales]),
        ("leaks: add and run", [leaks(s) for s in scales]),
        ("intake", [shown(s, "intake") for s in scales]),
        (
            "intake, peer reads no quotes",
            [shown(s, "intake", "ratio_without_quotes") for s in scales],
        ),
        ("ladder", [shown(s, "ladder") for s in scales]),
    ]


def _gb(peak: float | None) -> str:
    return "–" if peak is None else f"{peak:.2f}"


def _seconds(wall: float | None) -> str:
    return "–" if wall is None else f"{wall:.1f}"


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    """Sections whose figures are not here stay as they stood."""
    work, results = HERE / "work", HERE / "RESULTS.md"
    files = {scale: work / f"{scale}.json" for scale in SCALES}
    found = {s: json.loads(path.read_text()) for s, path in files.items() if path.exists()}
    before = results.read_text(encoding="utf-8") if results.exists() else ""
    told = page(found) if found else before
    others = {title: body for title, body in parts(before).items() if title in OWN_SECTIONS}
    linkage = work / "linkage.md"
    if linkage.exists():
        others["Linkage"] = linkage.read_text(encoding="utf-8")
    for title, body in (others | readers_section.sections()).items():
        told = readers_section.replaced(told, title, body)
    results.write_text(told, encoding="utf-8")


def parts(told: str) -> dict[str, str]:
    """The sections of a page by title."""
    cut = re.split(r"^## (.*)\n", told, flags=re.M)[1:]
    return dict(zip(cut[::2], cut[1::2], strict=True))


if __name__ == "__main__":
    main()

"""Whether what linkage states of itself holds, on fresh seeds and with the settings frozen.

    python bench/linkage/calibration.py --seeds 1001 1040 --out FOLDER
    python bench/linkage/calibration.py --seeds 1001 1040 --seeds 2001 2040 --out FOLDER \
        --pages docs/linkage

A seed's figures are kept in FOLDER as SEED.json and not worked out again; a seed takes some ten
seconds. With --pages the tables of calibration.md and the chart are written from them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from ours import TaskInventory
from sources import evidence_in, stands_of, task_inventory
from tasks import TASKS, Task
from world import generate

from breachscope.linkage.history import History
from breachscope.linkage.naming import Judged, judged
from breachscope.linkage.origins import interval
from breachscope.linkage.overlap import contained
from breachscope.linkage.pipeline import Linked, LinkSettings
from breachscope.linkage.sourcing import sourced

Figures = dict[str, Any]

KINDS: Final[dict[str, Task]] = {
    "default": TASKS["default"],
    "hard": TASKS["hard"],
    "default, clerk": replace(TASKS["default"], noise="clerk"),
    "hard, clerk": replace(TASKS["hard"], noise="clerk"),
    "nested": TASKS["nested"],
    "shared": TASKS["shared"],
    "nested, clerk": replace(TASKS["nested"], noise="clerk"),
    "shared, hard": replace(TASKS["shared"], level="hard", columns=TASKS["hard"].columns),
}
SAMPLES: Final = (10, 30, 100)
"""Rows of the smaller leaks drawn from each; DRAWS of every size."""
DRAWS: Final = 5
EDGES: Final = (0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1.0)
"""Bins of the stated probability."""
LEAST: Final = LinkSettings().matching.least


def task_of(seed: int) -> tuple[str, Task]:
    """A small task: its kind, its sizes and the share of strangers, by the seed."""
    kind = list(KINDS)[seed % len(KINDS)]
    dice = np.random.default_rng([seed, 20])
    records = int(dice.integers(20_000, 40_001))
    rows = int(np.exp(dice.uniform(np.log(300), np.log(2_000))))
    return kind, replace(
        KINDS[kind],
        people=round(3.2 * records),
        parties=int(dice.integers(6, 21)),
        records=records,
        leak_rows=rows,
        outside=round(float(dice.uniform(0.1, 0.4)), 3),
        seed=seed,
    )


@dataclass(frozen=True, slots=True)
class Case:
    """A leak, linked, and the truth of it."""

    seed: int
    task: TaskInventory
    found: Linked
    weighed: Judged
    stands: pl.DataFrame
    versions: pl.DataFrame
    truth: pl.DataFrame  # truth_leak; of equal rows the first alone, as they are linked
    records: pl.DataFrame  # truth_records

    @property
    def source(self) -> str:
        """The party that gave most."""
        given = self.truth.drop_nulls("source_party")["source_party"].value_counts()
        return str(given.sort("count", "source_party", descending=True)["source_party"][0])

    @property
    def version(self) -> str:
        """The version of it that leaked."""
        leaked = self.truth.filter(pl.col("source_party") == self.source)["source_version"][0]
        of = (pl.col("party_id") == self.source) & (pl.col("version") == leaked)
        return str(self.versions.filter(of)["version_id"][0])

    def of_rows(self, table: pl.DataFrame, leak_rows: Sequence[int]) -> pl.DataFrame:
        return table.filter(pl.col("leak_row").is_in(leak_rows))


def case_of(seed: int, task: Task, folder: Path) -> Case:
    """Generate and link, with the settings shipped."""
    generate(task, folder)
    inventory = task_inventory(folder)
    leak = pl.read_parquet(folder / "leak.parquet").sort("leak_row")
    found, weighed = evidence_in(inventory, leak, seed, folder)
    truth = pl.read_parquet(folder / "truth_leak.parquet").sort("leak_row")
    return Case(
        seed, inventory, found, weighed, *stands_of(folder, found.claims),
        truth.join(found.matched.decided.rows, on="leak_row", how="semi", maintain_order="left"),
        pl.read_parquet(folder / "truth_records.parquet"),
    )  # fmt: skip


def figures_of(seed: int) -> Figures:
    """All figures of one seed."""
    kind, task = task_of(seed)
    with tempfile.TemporaryDirectory() as folder:
        case = case_of(seed, task, Path(folder))
    return {
        "seed": seed,
        "kind": kind,
        "rows": case.truth.height,
        "records": case.task.size,
        **row_figures(case),
        **weight_figures(case),
        **part_figures(case, case.weighed, case.truth["leak_row"].to_list()),
        "small": [small_figures(case, size, draw) for size in SAMPLES for draw in range(DRAWS)],
    }


def row_figures(case: Case) -> Figures:
    """Stated and true errors of rows given a person; likeliest persons by stated probability."""
    likeliest = case.found.matched.decided.posteriors.sort(
        "row", "probability", "person", descending=[False, True, False]
    ).unique("row", keep="first", maintain_order=True)
    places = case.task.places(likeliest["record"].to_numpy())
    number = case.found.matched.decided.rows["leak_row"].gather(likeliest["row"])
    told = (
        pl.concat([likeliest.select("probability", number), places], how="horizontal")
        .join(case.records.rename({"person": "named"}), on=["party_id", "distinct"], how="left")
        .join(case.truth.select("leak_row", "person"), on="leak_row")
        .with_columns(right=(pl.col("named") == pl.col("person")).fill_null(value=False))
    )  # fmt: skip
    sure = told.filter(pl.col("probability") >= LEAST)
    bins = []
    for low, high in pairwise(EDGES):
        within = told.filter(pl.col("probability").is_between(low, high, closed="right"))
        bins.append([within.height, float(within["probability"].sum()), int(within["right"].sum())])
    return {
        "sure": sure.height,
        "stated": float((1 - sure["probability"]).sum()),
        "wrong": int((~sure["right"]).sum()),
        "bins": bins,
    }


def weight_figures(case: Case) -> Figures:
    """Of every true source its share and what is stated of it; what linkage misses."""
    own = case.truth.drop_nulls("source_party")
    stated = {one.party_id: one for one in case.weighed.evidence}
    sources = [
        {"main": party == case.source, "true": rows / case.truth.height,
         "named": bool(getattr(stated.get(party), "named", False))}
        | {name: float(getattr(stated.get(party), name, 0.0)) for name in ("weight", "low", "high")}
        for party, rows in sorted(own["source_party"].value_counts().iter_rows())
    ]  # fmt: skip
    once = case.found.claims.unique(["leak_row", "person"]).join(own, on="leak_row", how="semi")
    missed = case.weighed.missed
    return {
        "sources": sources,
        "missed": [missed.low, missed.share, missed.high],
        "missed_true": max(1 - float(once["probability"].sum()) / own.height, 0.0),
    }


def part_figures(case: Case, weighed: Judged, leak_rows: Sequence[int]) -> Figures:
    """The version set of the main source's part, and rows of which the source cannot be told."""
    claims, rows = (
        case.of_rows(table, leak_rows)
        for table in (case.found.claims, case.found.matched.decided.rows)
    )
    found = sourced("L", weighed, claims, rows, case.stands, case.versions)
    untold = found.parts.filter(pl.col("verdict") == "cannot_tell")["rows"].sum()
    part = found.parts.filter(pl.col("party_id") == case.source)
    versions = part["versions"][0].to_list() if part.height else None
    given = set(case.of_rows(case.truth, leak_rows)["source_party"].drop_nulls())
    return {
        "untold": untold / max(int(found.parts["rows"].sum()), 1),
        "set": None if versions is None else len(versions),
        "holds": None if versions is None else case.version in versions,
        "named_wrongly": sum(one.named and one.party_id not in given for one in weighed.evidence),
    }


def small_figures(case: Case, size: int, draw: int) -> Figures:
    """The same of a few rows: linked with the whole leak, but weighed and dated alone."""
    dice = np.random.default_rng([case.seed, size, draw])
    order = dice.permutation(case.truth.height)[:size]
    chosen = case.truth["leak_row"][np.sort(order)].to_list()
    decoys = [(drawn.claims, drawn.rows.height) for drawn in case.found.decoys]
    party = np.repeat(np.arange(len(case.task.parties)), np.diff(case.task.starts))
    persons = {
        name: int(np.unique(case.task.person[party == i]).size)
        for i, name in enumerate(case.task.parties)
    }
    rows = case.of_rows(case.found.matched.decided.rows, chosen)
    weighed = judged(
        case.of_rows(case.found.claims, chosen), rows, persons, case.task.persons, decoys,
        case.found.alike, history=History(case.stands, case.versions),
        within=contained(case.task.person, case.task.starts, case.task.parties),
    )  # fmt: skip
    one = next((e for e in weighed.evidence if e.party_id == case.source), None)
    truth = case.of_rows(case.truth, chosen)
    return {
        "size": size,
        "main": True,
        "true": truth.filter(pl.col("source_party") == case.source).height / truth.height,
        "low": one.low if one else 0.0,
        "high": one.high if one else 1.0,
        "named": bool(one and one.named),
        **part_figures(case, weighed, chosen),
    }


# ------------------------------------------------------------------ what comes of all seeds


def share(of: Iterable[float]) -> float:
    told = list(of)
    return sum(told) / len(told) if told else float("nan")


def summary(seeds: Sequence[Figures]) -> Figures:
    """Coverage and cost over some seeds."""
    main = [s for one in seeds for s in one["sources"] if s["main"]]
    lesser = [s for one in seeds for s in one["sources"] if not s["main"]]
    return {
        "seeds": len(seeds),
        "sure": sum(one["sure"] for one in seeds),
        "stated": sum(one["stated"] for one in seeds),
        "wrong": sum(one["wrong"] for one in seeds),
        **_weights(main),
        **{f"lesser_{name}": value for name, value in _weights(lesser).items()},
        "missed": share(o["missed"][0] <= o["missed_true"] <= o["missed"][2] for o in seeds),
        **_parts(seeds),
    }


def small_summary(seeds: Sequence[Figures], size: int) -> Figures:
    """The same of the leaks of `size` rows."""
    told = [one for seed in seeds for one in seed["small"] if one["size"] == size]
    return {"leaks": len(told), **_weights(told), **_parts(told)}


def _weights(told: Sequence[Figures]) -> Figures:
    return {
        "weight": share(one["low"] <= one["true"] <= one["high"] for one in told),
        "width": share(one["high"] - one["low"] for one in told),
        "not_named": share(not one["named"] for one in told),
    }


def _parts(told: Sequence[Figures]) -> Figures:
    dated = [one for one in told if one["set"] is not None]
    return {
        "untold": share(one["untold"] for one in told),
        "holds": share(one["holds"] for one in dated),
        "set": share(one["set"] for one in dated),
        "named_wrongly": sum(one["named_wrongly"] for one in told),
    }


def reliability(seeds: Sequence[Figures]) -> list[tuple[float, float, int, int, float, float]]:
    """Of each bin: its low edge, the mean stated, rows, right ones, and their share's bounds."""
    whole = np.sum([np.array(one["bins"], float) for one in seeds], axis=0)
    return [
        (low, stated / rows, int(rows), int(right), *interval(right / rows, rows, dependence=1.0))
        for low, (rows, stated, right) in zip(EDGES[:-1], whole.tolist(), strict=True)
        if rows
    ]


def tables(groups: Sequence[tuple[str, Sequence[Figures]]]) -> dict[str, str]:
    """The tables of docs/linkage/calibration.md by their names there."""
    everything = [one for _, seeds in groups for one in seeds]
    of_groups = [summary(seeds) for _, seeds in groups]
    of_kinds = [(k, summary([one for one in everything if one["kind"] == k])) for k in KINDS]
    small = [(size, small_summary(everything, size)) for size in SAMPLES]
    return {
        "whole": _table(
            ["", *(name for name, _ in groups)],
            [[label, *(cell(one) for one in of_groups)] for label, cell in LINES],
        ),
        "kinds": _table(
            ["kind", "seeds", "errors, stated ÷ true", "weight: held", "mean width",
             "share missed: held", "rows of no named source"],
            [[kind, str(s["seeds"]), _errors_of(s), _percent(s["weight"]), f"{s['width']:.3f}",
              _percent(s["missed"]), _percent(s["untold"])] for kind, s in of_kinds],
        ),
        "small": _table(
            ["rows", "leaks", "weight: held", "mean width", "source not named", "wrongly named",
             "version set: held", "versions in it, of 12"],
            [[str(size), str(s["leaks"]), _percent(s["weight"]), f"{s['width']:.3f}",
              _percent(s["not_named"]), str(s["named_wrongly"]), _percent(s["holds"]),
              _versions(s["set"])] for size, s in small],
        ),
        "reliability": _table(
            ["stated, above", "mean stated", "rows", "share right", "its 95 % bounds"],
            [[f"{low:g}", f"{stated:.4f}", f"{rows:,}", f"{right / rows:.4f}", f"{a:.4f} – {b:.4f}"]
             for low, stated, rows, right, a, b in reliability(everything)],
        ),
    }  # fmt: skip


LINES: Final[tuple[tuple[str, Callable[[Figures], str]], ...]] = (
    ("leaks", lambda s: str(s["seeds"])),
    ("rows given a person", lambda s: f"{s['sure']:,}"),
    ("errors among them, stated ÷ true", lambda s: _errors_of(s)),
    ("**weight of the main source: held**", lambda s: f"**{_percent(s['weight'])}**"),
    ("cost: mean width", lambda s: f"{s['width']:.3f}"),
    ("cost: main source not named", lambda s: _percent(s["not_named"])),
    ("weight of lesser sources: held", lambda s: _percent(s["lesser_weight"])),
    ("cost: mean width", lambda s: f"{s['lesser_width']:.3f}"),
    ("cost: lesser source not named", lambda s: _percent(s["lesser_not_named"])),
    ("share that linkage misses: held", lambda s: _percent(s["missed"])),
    ("**version set of the main source: held**", lambda s: f"**{_percent(s['holds'])}**"),
    ("cost: versions in it, of 12", lambda s: _versions(s["set"])),
    ("cost: rows about known people, of no named source", lambda s: _percent(s["untold"])),
    ("parties named that gave no row", lambda s: str(s["named_wrongly"])),
)  # fmt: skip


def _errors_of(told: Figures) -> str:
    ratio = f"{told['stated'] / told['wrong']:.2f}" if told["wrong"] else "–"
    return f"{told['stated']:.1f} ÷ {told['wrong']} = {ratio}"


def _versions(size: float) -> str:
    return "–" if size != size else f"{size:.2f}"


def _percent(part: float) -> str:
    return "–" if part != part else f"{100 * part:.1f} %"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def put_into(page: str, found: dict[str, str]) -> str:
    """The page with each table between its marks replaced."""
    for name, table in found.items():
        before, mark, after = page.partition(f"<!-- {name} -->\n")
        _, end, after = after.partition("<!-- end -->")
        if not mark or not end:
            raise SystemExit(f"calibration.md has no place for the table {name}")
        page = f"{before}{mark}{table}\n{end}{after}"
    return page


# ------------------------------------------------------------------------------- the chart

LOWEST: Final = 1e-5
BLUE, RED, MIDDLE = "#1f5f99", "#c0241c", 'text-anchor="middle"'


def chart(seeds: Sequence[Figures]) -> str:
    """docs/linkage/calibration.svg: errors stated and true; weights stated and true."""
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 980 440" role="img" '
            'font-family="sans-serif" font-size="12" fill="#222">',
            "<title>Stated against true: errors of rows, and weights of sources</title>",
            '<rect width="980" height="440" fill="#fff"/>',
            *_errors_chart(reliability(seeds)),
            *_weights_chart([s for one in seeds for s in one["sources"] if s["main"]]),
            "</svg>\n",
        ]
    )


def _text(x: float, y: float, words: str, how: str = MIDDLE) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {how}>{words}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, how: str = 'stroke="#333"') -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {how}/>'


def _dot(x: float, y: float, radius: float, ink: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{ink}"/>'


def _frame(left: float, right: float, title: str, below: str, beside: str) -> list[str]:
    middle, at = (left + right) / 2, left - 56
    return [
        _text(middle, 24, title, f'{MIDDLE} font-weight="bold"'),
        _line(left, 380, right, 380),
        _line(left, 50, left, 380),
        _text(middle, 425, below),
        _text(at, 215, beside, f'{MIDDLE} transform="rotate(-90 {at:.0f} 215)"'),
    ]


def _errors_chart(bins: Sequence[tuple[float, float, int, int, float, float]]) -> list[str]:
    """Of each bin of probability the stated and the true share of errors, both in powers."""

    def at(error: float) -> float:
        return 330 * float(np.log(max(error, LOWEST) / LOWEST) / np.log(1 / LOWEST))

    made = [_line(70, 380, 400, 50, 'stroke="#999" stroke-dasharray="4 3"')]
    made += _frame(
        70, 400, "Rows: is the stated chance of error true?",
        "stated chance that the row’s person is wrong (beside each bin its rows)",
        "share that is wrong, with 95 % bounds",
    )  # fmt: skip
    for tick in (0.0001, 0.001, 0.01, 0.1, 1.0):
        x, y = 70 + at(tick), 380 - at(tick)
        made += [_line(x, 380, x, 385), _text(x, 399, f"{tick:g}"), _line(65, y, 70, y)]
        made.append(_text(62, y + 4, f"{tick:g}", 'text-anchor="end"'))
    for _, stated, rows, right, low, high in bins:
        x, top, bottom = 70 + at(1 - stated), 380 - at(1 - low), 380 - at(1 - high)
        made.append(_line(x, top, x, bottom, f'stroke="{BLUE}" stroke-width="2"'))
        made.append(_dot(x, 380 - at(1 - right / rows), 4, BLUE))
        if stated < 0.2:
            made.append(_text(x + 7, bottom + 14, f"{rows:,}", 'font-size="10"'))
        else:
            made.append(_text(x - 6, top + 2, f"{rows:,}", 'text-anchor="end" font-size="10"'))
    return made


def _weights_chart(sources: Sequence[Figures]) -> list[str]:
    """The interval of every main source, by the true share."""
    made = _frame(
        510, 950, "Sources: is the true share in the stated interval?",
        f"{len(sources)} leaks, by the true share (dot); red: outside the interval",
        "share of the leak’s rows",
    )  # fmt: skip
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        y = 380 - 330 * tick
        made += [_line(505, y, 510, y), _text(502, y + 4, f"{tick:.1f}", 'text-anchor="end"')]
    for place, one in enumerate(sorted(sources, key=lambda s: float(s["true"]))):
        x = 518 + 424 * place / max(len(sources) - 1, 1)
        ink = BLUE if one["low"] <= one["true"] <= one["high"] else RED
        low, true, high = (380 - 330 * float(one[name]) for name in ("low", "true", "high"))
        made.append(_line(x, low, x, high, f'stroke="{ink}" stroke-width="2" opacity="0.55"'))
        made.append(_dot(x, true, 2.2, ink))
    return made


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, nargs=2, action="append", required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--pages", type=Path, help="folder of calibration.md and the chart")
    given = options.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    groups = []
    for first, last in given.seeds:
        kept = [given.out / f"{seed}.json" for seed in range(first, last + 1)]
        for path in kept:
            if not path.exists():
                path.write_text(json.dumps(figures_of(int(path.stem))), "utf-8")
        groups.append((f"{first}–{last}", [json.loads(p.read_text("utf-8")) for p in kept]))
        print(json.dumps(summary(groups[-1][1]), indent=1))
    if given.pages:
        page = given.pages / "calibration.md"
        page.write_text(put_into(page.read_text("utf-8"), tables(groups)), "utf-8")
        everything = [one for _, told in groups for one in told]
        (given.pages / "calibration.svg").write_text(chart(everything), "utf-8")


if __name__ == "__main__":
    main()

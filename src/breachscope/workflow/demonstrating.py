"""What `demo` calls: a synthetic case written, taken in, run, packaged, scored."""

from __future__ import annotations

import time
import tomllib
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope import playbook
from breachscope.case import folder
from breachscope.workflow import (
    adding,
    answering,
    controlling,
    intake,
    packaging,
    requests,
    running,
    start,
    tables,
)
from breachscope.workflow.context import opened
from breachscope.workflow.exercising import exercise
from breachscope.workflow.run import quarantine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from breachscope.exercise import ExercisePaths


def demo(
    target: Path, scale: str, seed: int, *, command: Sequence[str], quiet: bool = False
) -> Iterator[str]:
    """Exercise, init, add, run, package, score; yields what to tell as it goes."""
    clock = _Clock()
    paths = exercise(target / "exercise", scale, seed, quiet=quiet)
    yield clock.told(f"exercise {scale}, seed {seed}: evidence in {paths.evidence}")
    case = target / "case"
    made = start.init(case, **mandate(paths.mandate), command=command)
    with folder.exclusive(made):
        outcomes = intake.add(
            opened(case), requests.manifest(paths.manifest), command=command, quiet=quiet
        )
    adding.raise_problems(outcomes)
    yield clock.told(list(adding.told(outcomes))[-1])
    document = running.run(case, command=command, quiet=quiet)
    yield from running.told(document)
    yield clock.told("run and report")
    written = packaging.package(case, None, [], command=command, quiet=quiet).written
    yield clock.told(f"{len(written)} packages in {written[0].parent if written else case}")
    yield from scored(case, paths)
    yield clock.told("scored against the truth")
    yield f"look around: breachscope show scope --case {case}"


class _Clock:
    """Says how long each step took."""

    def __init__(self) -> None:
        self.last = time.perf_counter()

    def told(self, text: str) -> str:
        now = time.perf_counter()
        seconds, self.last = now - self.last, now
        return f"[{seconds:5.1f} s] {text}"


def mandate(path: Path) -> dict[str, Any]:
    """What the inquiry was asked, as `init` takes it."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    focus = told["focus"]
    return {
        "name": told["name"],
        "zone": told["zone"],
        "playbook": playbook.DEFAULT,
        "accounts": focus.get("accounts", []),
        "hosts": focus.get("hosts", []),
        "days": (str(focus["from"]), str(focus["to"])),
        "knowledge_date": told.get("knowledge_date"),
        "organisations": told.get("organisations"),
    }


def scored(case: Path, paths: ExercisePaths) -> list[str]:
    """The run's tables held against what the simulated people did."""
    from breachscope.exercise.scoring import (
        Run,
        all_stretches,
        answer_score,
        control_scores,
        integrity_scores,
        leak_scores,
        read_truth,
        scores,
    )

    context = opened(case)
    _, place = tables.run_folder(context, None)
    files = pl.DataFrame(
        {
            "evidence_id": [item.evidence_id for item in context.items],
            "file": [
                (context.case.root / item.path)
                .resolve()
                .relative_to(paths.evidence.resolve())
                .as_posix()
                for item in context.items
            ],
        }
    )
    aside = quarantine(context.items, context.case)
    found = scores(
        read_truth(paths.truth),
        Run(
            egress=pl.read_parquet(place / "extractions.parquet"),
            counts=pl.read_parquet(place / "counts.parquet"),
            over_parties=pl.read_parquet(place / "over_parties.parquet"),
            quarantined=aside.filter(pl.col("what") == "quarantined"),
            skipped=aside.filter(pl.col("what") == "skipped"),
            files=files,
        ),
    )
    leaks = leak_scores(
        pl.read_parquet(place / "leak_parts.parquet"),
        pl.read_parquet(place / "matches.parquet"),
        paths.truth,
        pl.scan_parquet(place / "people.parquet"),
    )
    answers = answer_score(
        answering.grid(case, all_stretches()),
        pl.read_parquet(paths.truth / "downloads.parquet"),
        pl.read_parquet(paths.truth / "gaps.parquet").filter(pl.col("kind") == "downloads"),
    )
    checked = controlling.check(case, as_of=None, command=[], record=False)
    controls = control_scores(checked.controls, checked.lines, files, paths.truth)
    return [
        *found.as_lines(),
        *leaks,
        *answers.as_lines(),
        *controls,
        *integrity_scores(
            {
                name: pl.read_parquet(place / f"{name}.parquet")
                for name in ("copy_lines", "silences", "rhythms", "number_gaps")
            },
            files,
            paths.truth,
        ),
        *who_scored(place, files, paths.truth),
    ]


def who_scored(place: Path, files: pl.DataFrame, truth: Path) -> list[str]:
    """The verdicts on who was at the keyboard against who was."""
    from breachscope.exercise.scoring import actor_scores, doers

    done = doers(pl.read_parquet(place / "extractions.parquet"), files, truth)
    verdicts, actors = (
        pl.read_parquet(place / f"{name}.parquet") for name in ("act_verdicts", "actors")
    )
    return actor_scores(verdicts, actors, done, truth).as_lines()

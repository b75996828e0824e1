"""Is everything as it was recorded? Ledger and head, every evidence file, every run."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from breachscope.case import decisions, ledger, register
from breachscope.case.fingerprint import sha256_of
from breachscope.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from breachscope.case.folder import CaseFolder


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found; nothing wrong means `problems` is empty."""

    head: str
    entries: int
    evidence: int
    runs: int
    problems: list[str]
    notes: list[str]


def verify(case: CaseFolder, expected_head: str | None) -> Verdict:
    """Check ledger, evidence and runs; every problem is told, none stops the check.

    Args:
        case: the case.
        expected_head: SEQ:DIGEST kept outside; only with it can a cut-off end be proved.

    Raises:
        ConfigError: the expected head is not of that form.

    """
    findings = ledger.check(case.ledger, expected_head)
    torn = [f for f in findings if f.wrong is ledger.Wrong.TORN]
    problems = [
        f"ledger line {f.line}: {f.wrong.value}: {f.message}" for f in findings if f not in torn
    ]
    notes = [f"ledger line {f.line}: {f.message}" for f in torn]
    if problems:
        return Verdict("", 0, 0, 0, problems, notes)
    entries = ledger.entries(case.ledger)
    items = register.items(entries)
    problems += _evidence_problems(case, items)
    runs = [entry for entry in entries if entry.get("action") == "run"]
    problems += _run_problems(case, runs)
    problems += _ruling_problems(case, entries)
    notes += _stopped(case, entries)
    notes.append("unsigned, not timestamped: keep the head outside the case to prove its end")
    return Verdict(
        str(ledger.head(case.ledger)), len(entries), len(items), len(runs), problems, notes
    )


def _evidence_problems(case: CaseFolder, items: list[register.Item]) -> list[str]:
    def problem(item: register.Item) -> str | None:
        path = item.located(case)
        if not path.is_file():
            return f"evidence {item.evidence_id} ({item.path}): is not there"
        if sha256_of(path) != item.sha256:
            return f"evidence {item.evidence_id} ({item.path}): changed since it was added"
        return None

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
        return [found for found in workers.map(problem, items) if found]


def _run_problems(case: CaseFolder, runs: list[dict[str, Any]]) -> list[str]:
    problems = []
    for entry in runs:
        place = case.run(entry["run"])
        if not place.is_dir():
            problems.append(f"run {entry['run']}: its folder is not there")
            continue
        problems += [
            f"run {entry['run']}: {name}.parquet changed since it was written"
            for name, digest in sorted(entry["tables"].items())
            if _digest(place / f"{name}.parquet") != digest
        ]
    return problems


def _ruling_problems(case: CaseFolder, entries: list[dict[str, Any]]) -> list[str]:
    """Rulings that are not those the ledger tells of."""
    told = {entry["decision"]["id"]: entry["decision"] for entry in _of(entries, "ruling")}
    try:
        kept = {made.id: asdict(made) for made in decisions.load(case.decisions)}
    except ConfigError as error:
        return [str(error)]
    changed = [ruling for ruling in told if kept.get(ruling) != told[ruling]]
    slipped_in = sorted(kept.keys() - told.keys(), key=list(kept).index)[:-1]
    return [
        *(f"ruling {ruling}: is not as it was entered" for ruling in changed),
        *(f"ruling {ruling}: is not in the ledger" for ruling in slipped_in),
    ]


def _stopped(case: CaseFolder, entries: list[dict[str, Any]]) -> list[str]:
    """What a command wrote last before it was stopped, or somebody slipped in."""
    runs = {entry["run"] for entry in _of(entries, "run")}
    rulings = [entry["decision"]["id"] for entry in _of(entries, "ruling")]
    kept = [made.id for made in _readable_rulings(case)]
    return [
        f"{what}: is not in the ledger: its command was stopped, or it is somebody else's"
        for what in [
            *(f"run {number}" for number in case.run_numbers() if number not in runs),
            *(f"ruling {ruling}" for ruling in kept[-1:] if ruling not in rulings),
        ]
    ]


def _readable_rulings(case: CaseFolder) -> list[decisions.Decision]:
    try:
        return decisions.load(case.decisions)
    except ConfigError:
        return []


def _of(entries: list[dict[str, Any]], action: str) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry.get("action") == action]


def _digest(path: Path) -> str | None:
    return sha256_of(path) if path.is_file() else None

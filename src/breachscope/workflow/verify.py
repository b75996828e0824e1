"""Is everything as it was recorded? Ledger and head, every evidence file, every run."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from breachscope.case import decisions, folder, ledger, register, stored
from breachscope.case.fingerprint import sha256_of
from breachscope.errors import BreachscopeError, ConfigError
from breachscope.sealing import signers, timestamps
from breachscope.workflow import reporting
from breachscope.workflow.standing import standing

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography import x509

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
    signed: list[str] = field(default_factory=list)  # in words; empty: unsigned
    timestamped: list[str] = field(default_factory=list)


def verify(
    case: CaseFolder,
    expected_head: str | None,
    trusted: Path | None = None,
    roots: Path | None = None,
) -> Verdict:
    """Check ledger, evidence and runs; every problem is told, none stops the check.

    Args:
        case: the case.
        expected_head: SEQ:DIGEST kept outside; only with it can a cut-off end be proved.
        trusted: an allowed-signers file; then one of its people must have signed the ledger.
        roots: certificates of time authorities; then every time stamp must hold under them.

    Raises:
        ConfigError: the expected head, or a file of signers or certificates, is not of its form.

    """
    known = signers.read(trusted) if trusted else None
    authorities = _certificates(roots) if roots else None
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
    problems += _table_problems(case, items)
    problems += _report_problems(case, entries)
    problems += _ruling_problems(case, entries)
    notes += _stopped(case, entries)
    notes.append(
        "what the stages computed (store, but for store/intake) is not sealed: without it, the "
        "next run computes it again"
    )
    outside = standing(case, entries, known, authorities)
    problems += outside.problems
    notes += outside.notes
    notes += outside.lines
    if not (outside.signed and outside.stamped):
        notes.append("keep the head outside the case to prove its end")
    return Verdict(
        str(ledger.head(case.ledger)),
        len(entries),
        len(items),
        len(runs),
        problems,
        notes,
        outside.signed,
        outside.stamped,
    )


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return timestamps.certificates(path.read_bytes())
    except (OSError, ValueError):
        raise ConfigError(f"{path}: holds no certificate in PEM form") from None


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


def _table_problems(case: CaseFolder, items: list[register.Item]) -> list[str]:
    """Tables in the store that are not as read; of files read again, by their reading.json."""
    told = {item.store: item.tables for item in items if item.tables}
    described = (case.store / "intake").glob("*/reading.json")
    # What a killed command left half made is no part of the case; the next one removes it.
    places = sorted(
        path.parent for path in described if not path.parent.name.startswith(folder.TEMPORARY)
    )

    def problems(place: Path) -> list[str]:
        tables = told.get(place.name)
        if tables is None:
            tables = folder.read_json(place / "reading.json").get("tables", {})
        return [
            f"store/intake/{place.name}: {name} changed since it was read from the evidence"
            for name in stored.changed(place, tables)
        ]

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
        return [problem for found in workers.map(problems, places) for problem in found]


def _run_problems(case: CaseFolder, runs: list[dict[str, Any]]) -> list[str]:
    problems = []
    for entry in runs:
        place = case.run(entry["run"])
        if not place.is_dir():
            problems.append(f"run {entry['run']}: its folder is not there")
            continue
        files = {f"{name}.parquet": digest for name, digest in entry["tables"].items()}
        files |= entry.get("records", {})
        problems += [
            f"run {entry['run']}: {name} changed since it was written"
            for name, digest in sorted(files.items())
            if _digest(place / name) != digest
        ]
    return problems


def _report_problems(case: CaseFolder, entries: list[dict[str, Any]]) -> list[str]:
    """Reports that are gone or changed; of one written twice, the later counts."""
    written = {entry["run"]: entry["files"] for entry in _of(entries, reporting.REPORTED)}
    return [
        f"report {number}: {name} is gone or changed since it was written"
        for number, files in sorted(written.items())
        for name, digest in sorted(files.items())
        if _digest(case.report(number) / name) != digest
    ]


def _ruling_problems(case: CaseFolder, entries: list[dict[str, Any]]) -> list[str]:
    """Rulings that are not those the ledger tells of."""
    try:
        decisions.entered(case.decisions, entries)
    except BreachscopeError as error:
        return [str(error)]
    return []


def _stopped(case: CaseFolder, entries: list[dict[str, Any]]) -> list[str]:
    """What a command wrote last before it was stopped, or somebody slipped in."""
    runs = {entry["run"] for entry in _of(entries, "run")}
    return [
        f"run {number}: is not in the ledger: its command was stopped, or it is somebody else's"
        for number in case.run_numbers()
        if number not in runs
    ]


def _of(entries: list[dict[str, Any]], action: str) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry.get("action") == action]


def _digest(path: Path) -> str | None:
    return sha256_of(path) if path.is_file() else None

"""A case as a BagIt bag: ledger, evidence as received, one run and its report.

Everything is held against the ledger while it is copied. Packages are not in it: each is its
own recipient's.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
from typing import TYPE_CHECKING, Final

from breachscope import __version__
from breachscope.case import folder, ledger, outside
from breachscope.errors import ConfigError, TamperedEvidence
from breachscope.sealing import bags
from breachscope.workflow import attesting, reporting
from breachscope.workflow.context import Context, checked_entries, now, opened
from breachscope.workflow.tables import run_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from breachscope.case.register import Item

EXPORTED: Final = "case exported"
"""The ledger's action."""

NAMESPACE: Final = "breachscope-export"
"""The purpose a signature of the bag's manifest names."""

LIST: Final = "evidence.csv"
COLUMNS: Final = ("evidence_id", "kind", "file", "sha256", "bytes", "acquired_at", "added_at")


def export_bag(
    given: Path | None,
    target: Path,
    number: int | None,
    key: Path | None,
    *,
    command: Sequence[str],
) -> Path:
    """Write the bag; all of it or nothing.

    Args:
        given: the case.
        target: the folder to make; it may not lie in the case.
        number: the run; else the last, or none if there is none.
        key: a private key to sign the bag's manifest with.
        command: for the ledger.

    Raises:
        ConfigError: the place is taken or inside the case, or there is no such run.
        TamperedEvidence: a file is not the one the ledger tells of; nothing is left behind.

    """
    sign = attesting.signer(key, NAMESPACE)
    with folder.exclusive(folder.find(given)):
        context = opened(given)
        place = target.resolve()
        if place.exists() or place.is_relative_to(context.case.root):
            raise ConfigError(f"{target}: is there already, or inside the case")
        head = ledger.head(context.case.ledger)
        for left in place.parent.glob(f"{folder.TEMPORARY}{place.name}-*"):
            folder.remove(left)  # of a command that was killed
        with folder.whole(place) as bag:
            payload = bag / bags.PAYLOAD
            _copy_case(context, payload)
            run = _copy_run(context, payload, number)
            info = {
                "Bag-Software-Agent": f"breachscope {__version__}",
                "External-Identifier": f"ledger head {head}",
                "External-Description": f"case {context.settings.name}, run {run or 'none'}",
            }
            bags.seal(bag, info, sign)
        entry = {
            "action": EXPORTED,
            "at": now(),
            "command": list(command),
            "version": __version__,
            "run": run,
            "sha256": bags.sha256(place / bags.SUMS),
        }
        ledger.append(context.case.ledger, entry)
    return target


def _copy_case(context: Context, payload: Path) -> None:
    """Settings, rulings, ledger with all that was said of it, and every evidence file."""
    case = context.case
    evidence = payload / "evidence"
    evidence.mkdir(parents=True)
    for path in (case.settings_file, case.decisions):
        if path.is_file():
            shutil.copyfile(path, payload / path.name)
    for path in sorted(case.ledger.parent.glob("ledger.*")):
        shutil.copyfile(path, evidence / path.name)
    if outside.place(case).is_dir():
        shutil.copytree(
            outside.place(case), evidence / "outside", ignore=shutil.ignore_patterns(".*")
        )
    rows = [_copy_evidence(context, item, payload) for item in context.items]
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    (payload / LIST).write_bytes(text.getvalue().encode("utf-8", "surrogateescape"))


def _copy_evidence(context: Context, item: Item, payload: Path) -> Mapping[str, object]:
    """One evidence file under its id and name, proved to be the one the ledger tells of."""
    inside = f"evidence/files/{item.evidence_id}/{_name(item.file)}"
    target = payload / inside
    target.parent.mkdir(parents=True)
    source = item.located(context.case)
    if not source.is_file():
        raise TamperedEvidence(f"evidence {item.evidence_id} ({item.path}): is not there")
    shutil.copyfile(source, target)
    _held_to(target, item.sha256, f"evidence {item.evidence_id} ({item.path})")
    return {
        "evidence_id": item.evidence_id,
        "kind": item.kind.value,
        "file": f"{bags.PAYLOAD}/{inside}",
        "sha256": item.sha256,
        "bytes": item.bytes,
        "acquired_at": item.custody.acquired_at or "",
        "added_at": item.added_at,
    }


def _copy_run(context: Context, payload: Path, number: int | None) -> int | None:
    """The tables of a run and its report, each proved to be as the ledger tells."""
    if number is None and not context.case.run_numbers():
        return None
    chosen, place = run_folder(context, number)
    entries = checked_entries(context.case)
    told = _files_of_run(entries, chosen)
    _copy_told(place, payload / "runs" / place.name, told, f"run {chosen}")
    report = context.case.report(chosen)
    _copy_told(
        report,
        payload / "reports" / report.name,
        _files_of_report(entries, chosen),
        f"report {chosen}",
    )
    return chosen


def _copy_told(source: Path, target: Path, told: Mapping[str, str], what: str) -> None:
    for name, digest in sorted(told.items()):
        if not (source / name).is_file():
            raise TamperedEvidence(f"{what}: {name} is not there")
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / name)
        _held_to(target / name, digest, f"{what}: {name}")


def _files_of_run(entries: Sequence[Mapping[str, Any]], number: int) -> dict[str, str]:
    for entry in entries:
        if entry.get("action") == "run" and entry["run"] == number:
            tables = {f"{name}.parquet": digest for name, digest in entry["tables"].items()}
            return {**tables, **entry.get("records", {})}
    raise ConfigError(f"run {number} is not in the ledger: its command was stopped")


def _files_of_report(entries: Sequence[Mapping[str, Any]], number: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in entries:
        if entry.get("action") == reporting.REPORTED and entry["run"] == number:
            found = dict(entry["files"])
    return found


def _held_to(path: Path, digest: str, what: str) -> None:
    if bags.sha256(path) != digest:
        raise TamperedEvidence(f"{what}: is not the one the ledger tells of")


def _name(file: str) -> str:
    """A file's name such as a manifest can hold."""
    return bags.safe_name(os.fsencode(file).decode("utf-8", "replace")) or "unnamed"

"""A case for other programs: its events for Timesketch, its lineage, its custody as CASE/UCO."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope import __version__
from breachscope.case import folder, ledger, register
from breachscope.case.fingerprint import sha256_of
from breachscope.errors import ConfigError, ReconciliationError
from breachscope.report import case_uco, lineage, timesketch
from breachscope.workflow.context import Context, checked_entries, now, opened
from breachscope.workflow.parts import Parts, previous_parts
from breachscope.workflow.situation import Moment, Situation, situation
from breachscope.workflow.tables import run_folder, run_items, run_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

EXPORTED: Final = "exported"
"""The ledger's action."""

FORMS: Final = ("timesketch", "graphml", "case-uco")


@dataclass(frozen=True, slots=True)
class Written:
    """One file that was written, and what is to be said of it."""

    path: Path
    says: str


def export(
    given: Path | None, targets: Mapping[str, Path], number: int | None, *, command: Sequence[str]
) -> list[Written]:
    """Write each form asked for to its place; every file whole or not at all.

    Args:
        given: the case.
        targets: form -> place: `timesketch` a folder, `graphml` and `case-uco` a file.
        number: the run, else the last.
        command: for the ledger.

    Raises:
        ConfigError: a place is inside the case, or there is no such run.
        ReconciliationError: what was written does not hold as many events as there are.

    """
    with folder.exclusive(folder.find(given)):
        context = opened(given)
        chosen, _ = run_folder(context, number)
        for target in targets.values():
            if target.resolve().is_relative_to(context.case.root):
                raise ConfigError(f"{target}: is inside the case", hint="name a place beside it")
        written = [
            one
            for form, target in targets.items()
            for one in _WRITERS[form](context, chosen, target)
        ]
        entry = {
            "action": EXPORTED,
            "at": now(),
            "command": list(command),
            "version": __version__,
            "run": chosen,
            "files": {one.path.name: sha256_of(one.path) for one in written},
        }
        ledger.append(context.case.ledger, entry)
    return written


def _timesketch(context: Context, number: int, target: Path) -> Iterator[Written]:
    """`timeline.csv` and `timeline.jsonl`: the same events, counted again from the files."""
    s = _as_of(context, number)
    judged = pl.read_parquet(context.case.run(number) / "extractions.parquet")
    tables = {kind: s.table(kind).collect() for kind in timesketch.TIMES if s.of(kind)}
    found, cut = timesketch.shortened(timesketch.events(tables, judged))
    told = _counts(tables, found, cut)
    target.mkdir(mode=folder.PRIVATE_FOLDER, parents=True, exist_ok=True)
    for name, write, count in (
        ("timeline.csv", pl.DataFrame.write_csv, _csv_rows),
        ("timeline.jsonl", pl.DataFrame.write_ndjson, _json_rows),
    ):
        path = target / name
        with folder.whole(path) as temporary:
            write(found, temporary)
            if count(temporary) != found.height:
                raise ReconciliationError(
                    f"{name}: {count(temporary):,} of {found.height:,} events"
                )
        yield Written(path, told)


def _csv_rows(path: Path) -> int:
    return int(pl.scan_csv(path, infer_schema=False).select(pl.len()).collect().item())


def _json_rows(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def _counts(tables: Mapping[Any, pl.DataFrame], found: pl.DataFrame, cut: int) -> str:
    kinds = ", ".join(f"{kind.value} {table.height:,}" for kind, table in tables.items())
    rows = sum(table.height for table in tables.values())
    if rows != found.height:
        raise ReconciliationError(f"{found.height:,} of {rows:,} events were made ready")
    lost = timesketch.outside_years(found)
    dropped = f"; {lost:,} dated outside 1700 to 9999, which Timesketch drops" if lost else ""
    shorter = f"; {cut:,} texts cut to {timesketch.MOST_BYTES:,} bytes" if cut else ""
    return f"{found.height:,} events ({kinds or 'none'}){dropped}{shorter}"


def _as_of(context: Context, number: int) -> Situation:
    """What the run looked at: its evidence, proved unchanged, as of its moment."""
    record = run_record(context, number)
    seen = replace(context, items=tuple(run_items(context, number)))
    moment = Moment(*(_instant(record[name]) for name in ("events_until", "acquired_until")))
    return situation(seen, Parts(context.case, previous_parts(context.case, number)), moment)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _graphml(context: Context, number: int, target: Path) -> Iterator[Written]:
    """The lineage of every counted download, as `why` and the report's picture read it."""
    place = context.case.run(number)
    names = dict(pl.read_parquet(place / "counts.parquet").select("party_id", "name").iter_rows())
    found = lineage.graph(
        pl.read_parquet(place / "inquiry.parquet"),
        pl.read_parquet(place / "versions.parquet"),
        names,
    )
    with folder.whole(target) as temporary:
        temporary.write_bytes(lineage.graphml(found))
    yield Written(target, f"{found.number_of_nodes():,} nodes, {found.number_of_edges():,} edges")


def _case_uco(context: Context, number: int, target: Path) -> Iterator[Written]:
    """The custody of the case: every act of the ledger, its files and their hashes."""
    del number  # the ledger is of the whole case
    entries = checked_entries(context.case)
    acts = [act for entry in entries if (act := _act(entry))]
    first = sha256_of(context.case.ledger) if not entries else str(entries[0].get("at"))
    found = case_uco.graph(f"{context.settings.name}\0{first}", context.settings.name, acts)
    with folder.whole(target) as temporary:
        temporary.write_text(case_uco.text(found), encoding="utf-8")
    files = sum(len(act.files) for act in acts)
    yield Written(target, f"{len(acts):,} acts, {files:,} files with their SHA-256")


def _act(entry: dict[str, Any]) -> case_uco.Act | None:
    """An act of the ledger; None for those that say nothing of evidence or results."""
    action, at = entry["action"], entry["at"]
    key, version = f"{entry['seq']}", str(entry.get("version", ""))
    if action == register.ADDED:
        return _added(register.from_entry(entry["evidence"]), at, version)
    if action == "run":
        told = {f"{name}.parquet": digest for name, digest in entry["tables"].items()}
        used = tuple(sorted(entry["evidence"]))
        return case_uco.Act(
            f"run {entry['run']}", "run", at, f"run {entry['run']}", version,
            _files({**told, **entry.get("records", {})}), used,
        )  # fmt: skip
    if isinstance(entry.get("files"), dict):
        run = f"run {entry['run']}" if "run" in entry else ""
        files = {name: told for name, told in entry["files"].items() if isinstance(told, str)}
        used = (run,) if run else ()
        return case_uco.Act(f"{action} {key}", action, at, f"{action}, {run}".strip(", "), version,
                            _files(files), used)  # fmt: skip
    if action == "ruling":
        decision = entry["decision"]
        says = f"{decision['id']}: {decision['action']} {decision['subject']}"
        return case_uco.Act(f"ruling {decision['id']}", "ruling", at, says, version)
    return None


def _added(item: register.Item, at: str, version: str) -> case_uco.Act:
    custody = item.custody
    says = (
        f"{item.evidence_id}: {item.kind.value}, {item.rows_taken} of {item.rows_read} rows taken; "
        f"acquired {custody.acquired_at or 'at a time unknown'}; "
        f"on authority: {custody.authority or 'unknown'}; with: {custody.tool or 'unknown'}; "
        f"received from: {'stated in the ledger' if custody.received_from else 'unknown'}"
        + ("" if custody.exhibit else "; no exhibit number was given")
    )
    fact = case_uco.FileFact(item.file, item.sha256, item.bytes)
    return case_uco.Act(
        item.evidence_id, "evidence added", at, says, version, (fact,), exhibit=custody.exhibit
    )


def _files(digests: Mapping[str, str]) -> tuple[case_uco.FileFact, ...]:
    return tuple(case_uco.FileFact(Path(name).name, told) for name, told in sorted(digests.items()))


_WRITERS: Final[dict[str, Callable[[Context, int, Path], Iterator[Written]]]] = {
    "timesketch": _timesketch,
    "graphml": _graphml,
    "case-uco": _case_uco,
}

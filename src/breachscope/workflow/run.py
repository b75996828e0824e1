"""One run: every stage in order, each part computed only if what it is made from changed."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from tqdm import tqdm

from breachscope import __version__
from breachscope.case import folder, ledger
from breachscope.case.fingerprint import Fingerprint, digest_of, sha256_of
from breachscope.errors import EvidenceError, TamperedEvidence
from breachscope.schema import COPY_LINES, PEOPLE, RETOLD, SCOPE, SET_ASIDE, Kind
from breachscope.workflow import (
    actors,
    clocks,
    counting,
    devices,
    duties,
    frames,
    integrity,
    judging,
    leaks,
    notes,
    reconstruction,
    varying,
)
from breachscope.workflow.context import Context, now
from breachscope.workflow.parts import Missing, Parts, as_json, previous_parts
from breachscope.workflow.situation import LOGS, Moment, Situation, situation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from breachscope.workflow.keying import Content

TABLES_VERSION = 1
COVERAGE_TABLES_VERSION = 3

RUN_TABLES = (
    "versions",
    "extractions",
    "inquiry",
    "acts",
    "grounds",
    *actors.TABLES,
    "sources_seen",
    "silences",
    "rhythms",
    "backward_steps",
    "copy_lines",
    "copy_pairs",
    "log_marks",
    *integrity.TABLES,
    "retold",
    "clocks",
    *devices.TABLES,
    "counts",
    "over_parties",
    "scope",
    "people",
    "items",
    "obligations",
    *leaks.TABLES,
)
"""The tables of a run, `runs/N/NAME.parquet`."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to."""

    number: int
    computed: int
    kept: int
    seconds: float


def run(
    context: Context,
    moment: Moment,
    *,
    command: Sequence[str],
    quiet: bool = False,
    sensitivity: bool = False,
) -> Result:
    """Compute what changed and write the next numbered run. The case must be held.

    With `sensitivity`, the run also has the table of what its counts hang on.

    Raises:
        TamperedEvidence: evidence is not what was taken in.
        EvidenceError: evidence is missing, or contradicts itself.
        ReconciliationError: sums do not agree; no run is written.

    """
    began = time.perf_counter()
    put_unrecorded_aside(context.case)
    number = (context.case.run_numbers() or [0])[-1] + 1
    previous = number - 1 or None
    parts = Parts(context.case, previous_parts(context.case, previous))
    with tqdm(unit="part", desc="run", disable=quiet or not sys.stderr.isatty()) as bar:
        parts.on_made = lambda wanted: _show(bar, wanted)
        s = situation(context, parts, moment)
        tables = computed_tables(s, sensitivity=sensitivity)
    result = Result(
        number, len(parts.made), len(parts.asked) - len(parts.made), time.perf_counter() - began
    )
    digests = {name: _digest(path) for name, path in tables.items()}
    _write(s, tables, result, began_at=now())
    entry = {
        "action": "run",
        "at": now(),
        "command": list(command),
        "version": __version__,
        "run": number,
        "evidence": {item.evidence_id: item.sha256 for item in s.items},
        "settings": settings_digest(s),
        "tables": digests,
        "records": {
            name: sha256_of(context.case.run(number) / name) for name in ("run.json", "parts.json")
        },
    }
    ledger.append(context.case.ledger, entry)
    return result


def put_unrecorded_aside(case: folder.CaseFolder) -> None:
    """Rename runs the ledger never heard of: their command was stopped before its end."""
    told = {entry["run"] for entry in ledger.entries(case.ledger) if entry.get("action") == "run"}
    for number in case.run_numbers():
        if number not in told:
            aside = case.runs / f"stopped-{case.run(number).name}"
            folder.remove(aside)
            case.run(number).rename(aside)


def _show(bar: tqdm[Any], wanted: Fingerprint) -> None:
    bar.set_postfix_str(f"{wanted.stage} {wanted.part}"[:40], refresh=False)
    bar.update()


def _digest(path: Path) -> str:
    """A table's digest, noted beside it when it was made.

    Raises:
        TamperedEvidence: the table is not the one that was made; no run is built on it.

    """
    noted, found = path.with_suffix(".sha256"), sha256_of(path)
    if not noted.is_file():
        folder.write_text(noted, found + "\n")
    if noted.read_text(encoding="utf-8").strip() != found:
        raise TamperedEvidence(
            f"store: {path.parent.parent.name}/{path.name} changed since it was computed",
            hint="remove the case's store folder: the next run computes everything again",
        )
    return found


def settings_digest(s: Situation) -> str:
    """One digest of case.toml, playbook and rulings as this run used them."""
    rulings = [(d.id, d.action, d.subject, d.tier, d.value) for d in s.rulings]
    told = [s.context.settings.model_dump(mode="json"), s.context.playbook.digest, rulings]
    return digest_of([told, s.moment.settings()])


def plan(context: Context, moment: Moment) -> list[tuple[Fingerprint, list[str]]]:
    """What a run would compute first, and why; empty if nothing is due.

    Stages that hang on a missing part are not looked into: what they need is not known yet.
    """
    numbers = context.case.run_numbers()
    parts = Parts(
        context.case, previous_parts(context.case, numbers[-1] if numbers else None), dry=True
    )
    try:
        s = situation(context, parts, moment)
        computed_tables(s)
    except Missing:
        pass
    return parts.made


def computed_tables(s: Situation, *, sensitivity: bool = False) -> dict[str, Path]:
    """Every stage in order; the tables of the run by name."""
    if not s.items:
        raise EvidenceError("the case has no evidence", hint="breachscope add --as KIND FILE")
    refuse_double_parties(s)
    told = judging.judged(s)
    seen = coverage_tables(s)
    whole = integrity.integrity_part(s, told)
    who = actors.actors_part(s, told.egress, seen["silences"])
    plugged = devices.devices_part(s)
    timed = clocks.clocks_part(s, told.inventory, told.egress, told.leaks.sources)
    ladder = counted(
        s,
        told.inventory,
        told.egress,
        told.contents,
        told.persons,
        told.labels,
        told.leaks.grounds,
    )
    so_far = {
        "versions": told.inventory,
        **{
            name: told.egress / f"{name}.parquet"
            for name in ("extractions", "inquiry", "acts", "grounds")
        },
        **{name: who / f"{name}.parquet" for name in actors.TABLES},
        **{name: whole / f"{name}.parquet" for name in integrity.TABLES},
        **seen,
        **{name: plugged / f"{name}.parquet" for name in devices.TABLES},
        "clocks": timed,
        **ladder,
    }
    segments = counting.all_segments(told.inventory, told.egress, told.leaks.grounds)
    if sensitivity:
        so_far["sensitivity"] = varying.sensitivity_part(s, told, lambda _: None)
    return {
        **so_far,
        **duties.tables(s, told.inventory, told.contents, so_far, segments),
        **leaks.tables(s, told.leaks, told.egress, told.persons),
    }


def refuse_double_parties(s: Situation) -> None:
    """One party id cannot name two parties.

    Raises:
        EvidenceError: names the file and line of the second one.

    """
    named = s.table(Kind.PARTIES).sort("party_id", "evidence_id", "line")
    double = (
        named.with_columns(
            first_name=pl.col("name").first().over("party_id"),
            first_sector=pl.col("sector").first().over("party_id"),
        )
        .filter(
            (pl.col("name") != pl.col("first_name")) | (pl.col("sector") != pl.col("first_sector"))
        )
        .select("evidence_id", "line")
        .collect()
    )
    if double.height:
        names = {item.evidence_id: item.file for item in s.of(Kind.PARTIES)}
        told = [
            f"{names[e]} line {line}: party_id is another party's" for e, line in double.iter_rows()
        ]
        raise EvidenceError("the parties contradict each other:\n  " + "\n  ".join(told))


def coverage_tables(s: Situation) -> dict[str, Path]:
    """Coverage of every kind of log the case has, gathered."""
    kinds = [kind for kind in LOGS if s.of(kind)]
    places = {kind: reconstruction.coverage_part(s, kind) for kind in kinds}
    copied = {kind: s.superseded(kind).parent for kind in kinds}

    def make(target: Path) -> None:
        for table, file in (
            ("sources_seen", "months"),
            ("silences", "silences"),
            ("rhythms", "rhythm"),
            ("backward_steps", "steps"),
        ):
            files = [place / f"{file}.parquet" for place in places.values()]
            pl.concat([pl.read_parquet(path) for path in files]).write_parquet(
                target / f"{table}.parquet"
            )
        lines = [pl.read_parquet(path / "lines.parquet") for path in copied.values()]
        pairs = [
            pl.read_parquet(path / "pairs.parquet").with_columns(kind=pl.lit(kind.value))
            for kind, path in copied.items()
        ]
        told = [pl.read_parquet(path / "retold.parquet") for path in copied.values()]
        pl.concat([pl.DataFrame(schema=RETOLD), *told]).write_parquet(target / "retold.parquet")
        pl.concat([pl.DataFrame(schema=COPY_LINES), *lines]).write_parquet(
            target / "copy_lines.parquet"
        )
        pl.concat(pairs).write_parquet(target / "copy_pairs.parquet")
        reconstruction.marks_of_logs(s, kinds).write_parquet(target / "log_marks.parquet")

    wanted = Fingerprint(
        "coverage tables",
        "all",
        {kind.value: place.name for kind, place in places.items()}
        | {f"copies of {kind.value}": place.name for kind, place in copied.items()},
        {},
        COVERAGE_TABLES_VERSION,
    )
    place = s.parts.get(wanted, make)
    names = (
        "sources_seen",
        "silences",
        "rhythms",
        "backward_steps",
        "copy_lines",
        "copy_pairs",
        "log_marks",
        "retold",
    )
    return {name: place / f"{name}.parquet" for name in names}


def counted(
    s: Situation,
    inventory: Path,
    judged: Path,
    contents: Mapping[str, Sequence[Content]],
    persons: Mapping[str, Path],
    labels: Path,
    leaked: Path | None,
) -> dict[str, Path]:
    """Reach and the ladder of every party; scope and people gathered."""
    segments = counting.all_segments(inventory, judged, leaked)
    downloads = counting.counted_downloads(judged)
    reaches = {
        party: counting.reach_part(
            s,
            party,
            segments.filter(pl.col("party_id") == party),
            downloads.filter(pl.col("party_id") == party),
            persons[party],
            contents.get(party, []),
        )
        for party in persons
    }
    ladder = counting.counts_part(s, reaches, labels)
    return {
        "counts": ladder / "counts.parquet",
        "over_parties": ladder / "over_parties.parquet",
        "scope": _gathered(s, "scope", SCOPE, reaches),
        "people": _gathered(s, "people", PEOPLE, persons),
    }


def _gathered(s: Situation, name: str, schema: pl.Schema, places: Mapping[str, Path]) -> Path:
    """One table of all parties' parts, in order of party."""

    def make(target: Path) -> None:
        scans = [pl.scan_parquet(place / f"{name}.parquet") for place in places.values()]
        whole = pl.concat([pl.LazyFrame(schema=schema), *scans])
        whole.sink_parquet(target / f"{name}.parquet", compression_level=1, maintain_order=True)

    inputs = {party: place.name for party, place in places.items()}
    wanted = Fingerprint(f"{name} table", "all", inputs, {}, TABLES_VERSION)
    return s.parts.get(wanted, make) / f"{name}.parquet"


def _write(s: Situation, tables: Mapping[str, Path], result: Result, *, began_at: str) -> None:
    """The run's folder: its tables linked to the store, run.json, parts.json."""
    case = s.context.case
    noticed = notes.notes(s, tables)
    with folder.whole(case.run(result.number)) as target:
        target.mkdir(mode=folder.PRIVATE_FOLDER)
        for name, path in tables.items():
            folder.link(path, target / f"{name}.parquet")
        folder.write_json(target / "parts.json", as_json(s.parts.asked))
        folder.write_json(target / "run.json", _record(s, result, noticed, began_at))


def _record(s: Situation, result: Result, noticed: list[str], began_at: str) -> dict[str, Any]:
    made: dict[str, int] = {}
    for fingerprint, _ in s.parts.made:
        made[fingerprint.stage] = made.get(fingerprint.stage, 0) + 1
    return {
        "schema": "breachscope/run/1",
        "run": result.number,
        "at": began_at,
        "seconds": round(result.seconds, 3),
        "version": __version__,
        "polars": pl.__version__,
        "processors": os.cpu_count(),
        **s.moment.settings(),
        "settings": settings_digest(s),
        "case": s.context.settings.model_dump(mode="json"),
        "playbook": {"name": s.context.settings.playbook, "digest": s.context.playbook.digest},
        "jurisdictions": {law.name: law.digest for law in duties.used(s)},
        "rulings": [d.id for d in s.rulings],
        "notes": noticed,
        "evidence": {item.evidence_id: item.sha256 for item in s.items},
        "computed": made,
        "kept": result.kept,
    }


def quarantine(s_items: Sequence[Any], case: folder.CaseFolder) -> pl.DataFrame:
    """Every quarantined and skipped line of this evidence: evidence_id and SET_ASIDE, `what`."""
    found = [
        frames.set_aside(case, item).with_columns(evidence_id=pl.lit(item.evidence_id))
        for item in s_items
        if item.rows_quarantined or item.rows_skipped
    ]
    return pl.concat(found) if found else pl.DataFrame(schema=_ASIDE)


_ASIDE = {**SET_ASIDE, "what": pl.String(), "evidence_id": pl.String()}

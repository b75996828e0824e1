"""The tables of a run as programs and people read them: one JSON document or one frame each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.case import folder
from breachscope.errors import ConfigError
from breachscope.reconstruct import coverage
from breachscope.schema import (
    ATTRIBUTE_PREFIX,
    COPY_EVENTS,
    LADDER_TIERS,
    MARKS_OF_LOGS,
    MEASURES,
    NUMBER_GAPS,
    Kind,
)
from breachscope.workflow import frames, intake

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from breachscope.case.register import Item
    from breachscope.workflow.context import Context

QUARANTINE_SHOWN = 1000
"""Lines named one by one in `show evidence`; the whole list is in the store."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One table: the document for programs, the frame for spreadsheets."""

    name: str
    document: dict[str, Any]
    frame: pl.DataFrame


def run_folder(context: Context, number: int | None) -> tuple[int, Path]:
    """The folder of a run, by default the last.

    Raises:
        ConfigError: there is no such run.

    """
    numbers = context.case.run_numbers()
    if not numbers:
        raise ConfigError("the case has no run yet", hint="breachscope run")
    chosen = numbers[-1] if number is None else number
    if chosen not in numbers:
        raise ConfigError(f"there is no run {chosen}", hint=f"the last is {numbers[-1]}")
    return chosen, context.case.run(chosen)


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 with offset."""
    return moment.isoformat() if moment is not None else None


def document_of(name: str, number: int, **content: object) -> dict[str, Any]:
    """The document of a table, under its schema's name."""
    return {"schema": f"breachscope/{name}/1", "run": number, **content}


def scope(context: Context, number: int | None) -> Shown:
    """Persons and rows of each party and in all."""
    chosen, place = run_folder(context, number)
    counts = pl.read_parquet(place / "counts.parquet")
    over = pl.read_parquet(place / "over_parties.parquet")
    parties = [
        {"party_id": row["party_id"], "name": row["name"], "sector": row["sector"], **_ladder(row)}
        for row in counts.iter_rows(named=True)
    ]
    totals = {**_ladder(_totals(counts)), "persons_over_parties": _persons(over.row(0, named=True))}
    document = document_of("scope", chosen, totals=totals, parties=parties)
    return Shown("scope", document, counts.with_columns(pl.col("fields").list.join(";")))


def _totals(counts: pl.DataFrame) -> dict[str, Any]:
    sums = counts.select(pl.selectors.integer().sum()).row(0, named=True)
    fields = counts["fields"].explode().drop_nulls().unique().sort().to_list()
    first, last = counts["first_at"].min(), counts["last_at"].max()
    return {**sums, "first_at": first, "last_at": last, "fields": fields}


def _ladder(row: dict[str, Any]) -> dict[str, Any]:
    names = ("rows_gross", "rows_gross_low", "rows_gross_high", "rows_distinct", "downloads")
    return {
        **{name: row[name] for name in names},
        "first_at": iso(row["first_at"]),
        "last_at": iso(row["last_at"]),
        "fields": row["fields"],
        "persons": _persons(row),
    }


def _persons(row: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {tier: {m: row[f"{tier}_{m}"] for m in MEASURES} for tier in LADDER_TIERS}


_EXTRACTION = (
    "event_id",
    "evidence_id",
    "line",
    "at",
    "account",
    "host",
    "host_inferred",
    "party_id",
    "list_id",
    "version_id",
    "bind",
    "outside_interval",
    "row_scope",
    "row_from",
    "row_to",
    "rows",
    "rows_low",
    "rows_high",
    "tier",
    "conflict",
    "conflict_tier",
    "reason",
    "act_id",
    "route",
    "work_id",
    "media_serial",
    "file_id",
    "ruling",
)


def extractions(context: Context, number: int | None) -> Shown:
    """Every download: failed, explained and outside the inquiry too."""
    chosen, place = run_folder(context, number)
    table = pl.read_parquet(place / "extractions.parquet", columns=list(_EXTRACTION))
    table = table.select(_EXTRACTION)
    return Shown(
        "extractions", document_of("extractions", chosen, extractions=as_rows(table)), table
    )


def iso_times() -> pl.Expr:
    """Every time of a table as ISO 8601 with its offset, in UTC."""
    text = pl.selectors.datetime().dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00")
    return text.str.replace(".000000", "", literal=True)


def as_rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as JSON has them."""
    return table.with_columns(iso_times(), pl.selectors.date().cast(pl.String)).to_dicts()


def acts(context: Context, number: int | None) -> Shown:
    """The sittings in which lists were fetched without explanation, and what is said of whom."""
    chosen, place = run_folder(context, number)
    said = pl.read_parquet(
        place / "act_verdicts.parquet", columns=["act_id", "verdict", "person_id", "log10_lr"]
    )
    table = pl.read_parquet(place / "acts.parquet").join(
        said, on="act_id", how="left", validate="1:1", maintain_order="left"
    )
    weighed = pl.scan_parquet(place / "actors.parquet").filter(pl.col("verdict") == "identified")
    grounds = {
        (act, who): told
        for act, who, told in weighed.select("act_id", "person_id", "supported_by")
        .collect()
        .iter_rows()
    }
    tiers = ("confirmed", "probable", "possible")
    rows = [
        {
            **{name: value for name, value in row.items() if name not in tiers},
            "tiers": {tier: row[tier] for tier in tiers},
            "supported_by": grounds.get((row["act_id"], row["person_id"]), []),
        }
        for row in as_rows(table)
    ]
    return Shown("acts", document_of("acts", chosen, acts=rows), table)


def coverage_table(context: Context, number: int | None) -> Shown:
    """What each source covers, where it is silent, altered or out of order."""
    chosen, place = run_folder(context, number)
    rhythms = pl.read_parquet(place / "rhythms.parquet")
    tables = {
        name: pl.read_parquet(place / f"{name}.parquet")
        for name in ("silences", "backward_steps", "copy_lines", "copy_pairs")
    }
    tables["log_marks"] = _log_marks(place)
    tables |= {
        name: _table(place, name, schema)
        for name, schema in (("copy_events", COPY_EVENTS), ("number_gaps", NUMBER_GAPS))
    }
    told = [*rhythms.iter_rows(named=True), *eventless(rhythms, tables["log_marks"])]
    sources = [_source(row, tables) for row in told]
    present = {kind for item in run_items(context, chosen) for kind in item.kinds}
    missing = [
        {"kind": source.kind.value, "why": source.why}
        for source in coverage.missing_sources(present, context.playbook.rules.expected)
    ]
    document = document_of("coverage", chosen, sources=sources, expected_missing=missing)
    return Shown("coverage", document, rhythms.with_columns(pl.col("evidence_ids").list.join(";")))


def _log_marks(place: Path) -> pl.DataFrame:
    return _table(place, "log_marks", MARKS_OF_LOGS)


def _table(place: Path, name: str, schema: pl.Schema) -> pl.DataFrame:
    """A table of a run; without rows in a run made before there was such a table."""
    path = place / f"{name}.parquet"
    return pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=schema)


def eventless(rhythms: pl.DataFrame, marks: pl.DataFrame) -> list[dict[str, Any]]:
    """Logs without a single event of their kind that tell all the same that they are not whole."""
    others = marks.filter(~pl.col("kind").is_in(rhythms["kind"].to_list()))
    return [
        dict.fromkeys(rhythms.columns)
        | {"kind": kind, "evidence_ids": sorted(set(own["evidence_id"])), "events": 0}
        for (kind,), own in others.group_by("kind", maintain_order=True)
    ]


def _source(row: dict[str, Any], tables: dict[str, pl.DataFrame]) -> dict[str, Any]:
    kind = row["kind"]
    silent = tables["silences"].filter(pl.col("kind") == kind)
    steps = tables["backward_steps"].filter(pl.col("kind") == kind)
    copies = [
        _copy(pair, tables["copy_lines"], tables["copy_events"])
        for pair in tables["copy_pairs"].iter_rows(named=True)
        if pair["kind"] == kind
    ]
    return {
        **row,
        "first": iso(row["first"]),
        "last": iso(row["last"]),
        "silences": as_rows(silent.drop("kind")),
        **wholeness(tables["log_marks"].filter(pl.col("kind") == kind)),
        "number_gaps": as_rows(tables["number_gaps"].filter(pl.col("kind") == kind).drop("kind")),
        "backward_steps": as_rows(steps.drop("kind")),
        "copies": copies,
    }


_MARKS: Final = {
    "cleared": ("at", "log", "host", "account"),
    "gap": ("log", "host", "first", "last", "records", "why"),
    "damaged": ("records", "why"),
}
_MARK_KEYS: Final = {"cleared": "cleared", "gap": "record_gaps", "damaged": "damaged"}


def wholeness(marks: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Clearings, gaps in record numbers and damage, each with its place."""
    place = ("evidence_id", "member", "line", "byte")
    return {
        _MARK_KEYS[mark]: as_rows(marks.filter(pl.col("mark") == mark).select(*place, *names))
        for mark, names in _MARKS.items()
    }


def _copy(pair: dict[str, Any], lines: pl.DataFrame, events: pl.DataFrame) -> dict[str, Any]:
    both = (pl.col("original") == pair["original"]) & (pl.col("copy") == pair["copy"])
    own = lines.filter(both)
    changed = {
        name: own.filter(pl.col("change") == name) for name in ("missing", "altered", "added")
    }
    altered = changed["altered"].select("line", "copy_line", "columns")
    return {
        "original": pair["original"],
        "copy": pair["copy"],
        "by": pair["by"],
        "declared": pair["declared"],
        "missing_lines": changed["missing"]["line"].to_list(),
        "altered_lines": altered.to_dicts(),
        "added_lines": changed["added"]["copy_line"].to_list(),
        # Each holds lines the other lacks: neither can be the log as it was written.
        "neither_whole": bool(changed["missing"].height and changed["added"].height),
        "downloads": as_rows(events.filter(both).drop("original", "copy")),
    }


def people(context: Context, number: int | None, party: str) -> Shown:
    """The persons of one party whose records surely left, by key; no values."""
    chosen, place = run_folder(context, number)
    if party not in pl.read_parquet(place / "counts.parquet")["party_id"]:
        raise ConfigError(f"there is no party {party}", hint="breachscope show scope lists them")
    table = (
        pl.scan_parquet(place / "scope.parquet")
        .filter(pl.col("party_id") == party)
        .sort("person_key")
        .collect()
    )
    return Shown(
        "people", document_of("people", chosen, party_id=party, people=as_rows(table)), table
    )


def evidence(context: Context) -> Shown:
    """Every evidence file: identity, custody, account of its rows, quarantined lines."""
    rows = [_evidence(context, item) for item in context.items]
    document = {"schema": "breachscope/status/1", "evidence": rows}
    flat = [{k: v for k, v in row.items() if not isinstance(v, (list, dict))} for row in rows]
    return Shown("evidence", document, pl.DataFrame(flat, infer_schema_length=None))


def _evidence(context: Context, item: Item) -> dict[str, Any]:
    aside = frames.set_aside(context.case, intake.current(context, item))
    broken = aside.filter(pl.col("what") == "quarantined").head(QUARANTINE_SHOWN)
    return {
        "evidence_id": item.evidence_id,
        "kind": item.kind.value,
        "file": item.file,
        "sha256": item.sha256,
        "bytes": item.bytes,
        "format": item.format,
        "encoding": item.encoding,
        "zone": item.zone,
        "added_at": item.added_at,
        "acquired_at": item.custody.acquired_at or "unknown",
        "exhibit": item.custody.exhibit,
        "received_from": item.custody.received_from,
        "authority": item.custody.authority,
        "tool": item.custody.tool,
        "rows_read": item.rows_read,
        "rows_taken": item.rows_taken,
        "rows_quarantined": item.rows_quarantined,
        "rows_skipped": item.rows_skipped,
        "quarantine": [
            {name: row[name] for name in ("member", "line", "byte", "column", "reason")}
            for row in broken.iter_rows(named=True)
        ],
        "notes": item.notes,
    }


def reveal(
    context: Context, number: int | None, party: str, person_key: str
) -> list[dict[str, Any]]:
    """One person's records as they stand in the evidence. Enter it in the ledger first.

    Raises:
        ConfigError: the run knows no such person.

    """
    _, place = run_folder(context, number)
    mine = (pl.col("party_id") == party) & (pl.col("person_key") == person_key)
    held = pl.scan_parquet(place / "people.parquet").filter(mine).collect()
    if held.is_empty():
        raise ConfigError("there is no such person in this run")
    versions = pl.read_parquet(place / "versions.parquet").select(
        "version_id", "records_evidence_id"
    )
    places = held.join(versions, on="version_id", how="left", validate="m:1")
    return list(_records(context, places))


def _records(context: Context, places: pl.DataFrame) -> Iterable[dict[str, Any]]:
    items = {item.evidence_id: item for item in context.items if item.kind is Kind.RECORDS}
    one_content = ["records_evidence_id", "version_id"]
    for part in places.partition_by(one_content, maintain_order=True):
        evidence_id, version = part.select(one_content).row(0)
        item = intake.current(context, items[evidence_id])
        wanted = pl.col("row_no").is_in(part["row_no"].to_list())
        rows = rows_of_version(context, item, version).filter(wanted).collect()
        for row in rows.iter_rows(named=True):
            values = {k: v for k, v in row.items() if not k.startswith(ATTRIBUTE_PREFIX) and v}
            yield {"file": item.file, **values}


def rows_of_version(context: Context, item: Item, version: str) -> pl.LazyFrame:
    """The stored rows of one version; a records file may hold several, each with a row 1."""
    rows = frames.scan(context.case, item)
    return rows.filter(pl.col("version_id") == version) if len(item.versions) > 1 else rows


def run_items(context: Context, number: int) -> list[Item]:
    """The evidence a run looked at: what was added later is none of its."""
    seen = run_record(context, number)["evidence"]
    return [item for item in context.items if item.evidence_id in seen]


def run_record(context: Context, number: int | None) -> dict[str, Any]:
    """`run.json` of a run."""
    _, place = run_folder(context, number)
    record: dict[str, Any] = folder.read_json(place / "run.json")
    return record

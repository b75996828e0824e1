"""Taking evidence in: read it once, keep its tables under their digest, enter it in the ledger."""

from __future__ import annotations

import os
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from breachscope import __version__, evidence
from breachscope.case import folder, ledger, register, stored
from breachscope.case.fingerprint import digest_of, sha256_of
from breachscope.errors import BreachscopeError, ConfigError, EvidenceError, TamperedEvidence
from breachscope.schema import Kind, canonical
from breachscope.workflow.context import Context, now
from breachscope.workflow.intake_tables import write_tables
from breachscope.workflow.requests import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from breachscope.playbook import Playbook

INTAKE_VERSION = 4
"""Raised by hand when the same file would be read differently."""

PLAIN = "delimited text"
"""What intake calls a text file that is not packed: its byte offsets are the file's own."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request."""

    request: Request
    item: register.Item | None
    already: bool = False
    problem: BreachscopeError | None = None


def spec_of(
    kind: Kind, options: register.Options, playbook: Playbook, zone: str
) -> evidence.ReadSpec:
    """How a file is read, from its options, the playbook's words and the case's zone."""
    return evidence.ReadSpec(
        kind=kind,
        columns=playbook.columns,
        mapping=_mapping(options.mapping),
        zone=options.zone,
        encoding=options.encoding,
        clock_offset=float(options.clock_offset),
        version_id=options.version,
        party_id=options.party,
        host=options.host,
        default_zone=zone,
        ended_by=options.ended_by,
        routes=tuple(playbook.routes.routes),
    )


def _mapping(text: str | None) -> evidence.Mapping | None:
    """The mapping kept with the evidence; it was checked when the file was added."""
    return evidence.Mapping.model_validate(tomllib.loads(text)) if text else None


def intake_key(context: Context, sha256: str, kind: Kind, options: register.Options) -> str:
    """The digest a file's tables lie under: all that decides what is read from it."""
    how = {
        "zone": options.zone,
        "encoding": options.encoding,
        "mapping": options.mapping,
        "clock_offset": options.clock_offset,
        "version": options.version,
        "party": options.party,
        "host": options.host,
    }
    if kind is Kind.TIMELINE:
        how["routes"] = context.routes_digest
    if options.ended_by:
        how["ended_by"] = options.ended_by
    return digest_of(
        {
            "sha256": sha256,
            "kind": kind.value,
            "how": how,
            "columns": context.columns_digest,
            "case_zone": context.settings.zone,
            "intake": INTAKE_VERSION,
            "schema": str(dict(canonical(kind))),
        }
    )


def tables_folder(case: folder.CaseFolder, key: str) -> Path:
    """Where the tables of one evidence file lie."""
    return case.store / "intake" / key


def add(
    context: Context,
    requests: Sequence[Request],
    *,
    command: Sequence[str],
    copy: bool = False,
    strict: bool = False,
    quiet: bool = False,
) -> list[Outcome]:
    """Take files in, one after the other; a file that cannot be used does not stop the rest.

    Each file is whole or not at all: its tables are renamed into place before the ledger tells
    of it. The case must be held (`folder.exclusive`).
    """
    known = {item.evidence_id: item for item in context.items}
    outcomes = []
    for request in _with_progress(requests, "add", quiet):
        try:
            outcome = _add_one(context, request, known, command, copy=copy, strict=strict)
        except BreachscopeError as problem:
            outcome = Outcome(request, None, problem=problem)
        if outcome.item:
            known[outcome.item.evidence_id] = outcome.item
        outcomes.append(outcome)
    return outcomes


def _with_progress(requests: Sequence[Request], what: str, quiet: bool) -> Iterable[Request]:
    if len(requests) == 1:
        return requests
    shown: Iterable[Request] = tqdm(
        requests, desc=what, unit="file", disable=quiet or not sys.stderr.isatty()
    )
    return shown


def _add_one(
    context: Context,
    request: Request,
    known: dict[str, register.Item],
    command: Sequence[str],
    *,
    copy: bool,
    strict: bool,
) -> Outcome:
    if not request.path.is_file():
        raise EvidenceError(f"{request.path}: no such file")
    item = read_in(context, request, known, strict=strict, copied=copy)
    if item.evidence_id in known:
        return Outcome(request, known[item.evidence_id], already=True)
    if copy:
        _keep_copy(context.case, request.path, item.sha256)
    entry = {
        "action": register.ADDED,
        "at": item.added_at,
        "command": list(command),
        "version": __version__,
        "evidence": item.entry(),
    }
    ledger.append(context.case.ledger, entry)
    return Outcome(request, item)


def read_in(
    context: Context,
    request: Request,
    known: Mapping[str, register.Item] | None = None,
    *,
    strict: bool = False,
    copied: bool = False,
) -> register.Item:
    """Read one file into the store, once; nothing is kept of a file that cannot be used.

    `known` is the evidence there is, by id.

    Raises:
        ConfigError: it is in already, with other options.
        EvidenceError: it cannot be read, or has quarantined rows and `strict`.
        TamperedEvidence: it is not the file its expected digest names.

    """
    asked = request.options
    request = with_end(request)
    spec = spec_of(request.kind, request.options, context.playbook, context.settings.zone)
    incoming = context.case.store / "intake"
    scratch = incoming / f"{folder.TEMPORARY}reading"
    reading = evidence.read(request.path, replace(spec, scratch=scratch))
    if reading.lacks_year and not asked.ended_by:
        reading.note(
            f"no day of its end given: {spec.ended_by}, when the file was modified, stands"
        )
    elif not reading.lacks_year:
        request = replace(request, options=asked)
    incoming.mkdir(mode=folder.PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder.remove(scratch)
    scratch.mkdir(mode=folder.PRIVATE_FOLDER)
    try:
        counts = write_tables(reading, scratch, spec)
        item = _item(context, request, reading, counts, copied=copied)
        _refuse_other_options(request, asked, (known or {}).get(item.evidence_id))
        _check(request, item, strict=strict)
        item = replace(item, tables=stored.digests(scratch))
        folder.write_json(scratch / "reading.json", _description(item))
        with folder.whole(tables_folder(context.case, item.store)) as final:
            scratch.rename(final)
    finally:
        folder.remove(scratch)
    return item


def with_end(request: Request) -> Request:
    """The request with a day by which the file had ended: as given, else its modification."""
    options = request.options
    if options.ended_by or not request.path.is_file():
        return request
    modified = datetime.fromtimestamp(request.path.stat().st_mtime, UTC).date()
    return replace(request, options=replace(options, ended_by=modified.isoformat()))


def _item(
    context: Context,
    request: Request,
    reading: evidence.Reading,
    counts: dict[str, int],
    *,
    copied: bool,
) -> register.Item:
    account = reading.account
    return register.Item(
        evidence_id=register.evidence_id(account.sha256, request.kind, request.options),
        kind=request.kind,
        path=register.stored_path(context.case, request.path),
        sha256=account.sha256,
        bytes=account.size,
        added_at=now(),
        options=request.options,
        custody=request.custody,
        copied=copied,
        format=reading.format,
        encoding=reading.encoding,
        zone=reading.zone_note,
        plain=reading.format == PLAIN,
        rows_read=account.rows_read,
        rows_taken=account.taken,
        rows_quarantined=account.quarantined,
        rows_skipped=account.skipped,
        store=intake_key(context, account.sha256, request.kind, request.options),
        versions=dict(sorted(counts.items())) if request.kind is Kind.RECORDS else {},
        routed=_routed(counts) if request.kind is Kind.TIMELINE else {},
        columns=dict(sorted(reading.columns_found.items())),
        attributes=sorted(reading.attributes),
        notes=list(reading.notes),
    )


def _routed(counts: dict[str, int]) -> dict[str, int]:
    return {kind.value: counts[kind] for kind in Kind if counts.get(kind)}


def _refuse_other_options(
    request: Request, asked: register.Options, known: register.Item | None
) -> None:
    """A day of end that nobody gave is no option: it may differ from copy to copy of a file."""
    other = register.differing(request.options, known.options) if known else []
    if not asked.ended_by:
        other = [name for name in other if name != "ended_by"]
    if known and other:
        raise ConfigError(
            f"{request.path.name}: already in as {known.evidence_id} with other options: "
            + ", ".join(name.replace("_", "-") for name in other),
            hint="evidence is not taken back: in a new case, add it as it should be",
        )


def _check(request: Request, item: register.Item, *, strict: bool) -> None:
    expected = request.custody.expected_sha256
    if expected and expected.lower() != item.sha256:
        raise TamperedEvidence(
            f"{request.path.name}: is not the file its expected SHA-256 names",
            hint=f"its SHA-256 is {item.sha256}",
        )
    if strict and item.rows_quarantined:
        raise EvidenceError(
            f"{request.path.name}: {item.rows_quarantined} rows would be quarantined",
            hint="without --strict the rest is taken in and the quarantined rows are kept apart",
        )


def _description(item: register.Item) -> dict[str, Any]:
    """What of an item depends on the file and its reading alone: no times, no paths."""
    entry = item.entry()
    for name in ("path", "added_at", "custody", "copied", "evidence_id"):
        del entry[name]
    return entry


def _keep_copy(case: folder.CaseFolder, path: Path, sha256: str) -> None:
    final = case.originals / sha256
    if final.exists():
        return
    with folder.whole(final) as temporary:
        temporary.write_bytes(b"")
        with path.open("rb") as source, temporary.open("wb") as target:
            while block := source.read(1 << 22):
                target.write(block)
        if sha256_of(temporary) != sha256:
            raise TamperedEvidence(f"{path.name}: changed while it was taken in")


def current(context: Context, item: register.Item) -> register.Item:
    """The item as read under today's playbook: from the store, else read again.

    Raises:
        EvidenceError: the file is needed and is not there any more.

    """
    key = intake_key(context, item.sha256, item.kind, item.options)
    described = tables_folder(context.case, key) / "reading.json"
    if not described.is_file():
        item = _read_again(context, item, key)
    if key == item.store and item.tables:
        return item  # the ledger tells it all: the store is not asked
    known = folder.read_json(described)
    return replace(
        item,
        store=key,
        tables=known.get("tables", {}),
        **{name: known[name] for name in _READ_AGAIN},
    )


def _read_again(context: Context, item: register.Item, key: str) -> register.Item:
    """Put the tables back; if they are those of the ledger's entry, but other bytes, say so there.

    They can be other bytes where another version of Polars writes them.
    """
    folder.remove(tables_folder(context.case, key))
    path = item.located(context.case)
    again = read_in(context, Request(path, item.kind, item.options, register.Custody()))
    if key != item.store or again.tables == item.tables:
        return item
    entry = {
        "action": register.READ_AGAIN,
        "at": now(),
        "version": __version__,
        "evidence_id": item.evidence_id,
        "tables": again.tables,
    }
    ledger.append(context.case.ledger, entry)
    return replace(item, tables=again.tables)


def refuse_changed_tables(context: Context, items: Sequence[register.Item]) -> None:
    """Hash the stored tables of current items again.

    Raises:
        TamperedEvidence: tables were edited, added or taken away; all of them, by name.

    """
    places = [tables_folder(context.case, item.store) for item in items]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
        changed = list(workers.map(stored.changed, places, [item.tables for item in items]))
    told = [
        f"store/intake/{item.store}/{name} ({item.evidence_id}, {item.file})"
        for item, names in zip(items, changed, strict=True)
        for name in names
    ]
    if told:
        raise TamperedEvidence(
            "tables changed since they were read from the evidence:\n  " + "\n  ".join(told),
            hint="remove the case's store folder: the next run reads everything again",
        )


_READ_AGAIN = (
    "format",
    "encoding",
    "zone",
    "plain",
    "rows_read",
    "rows_taken",
    "rows_quarantined",
    "rows_skipped",
    "versions",
    "routed",
    "columns",
    "attributes",
    "notes",
)

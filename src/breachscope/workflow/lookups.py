"""Look-up files for the contact desk: made from a run, asked without it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

import polars as pl

from breachscope import __version__
from breachscope.case import appending, folder, ledger
from breachscope.errors import ConfigError
from breachscope.notify import lookup
from breachscope.people import reach, scope
from breachscope.schema import COUNTED_TIERS, RECORD_FIELDS, Kind
from breachscope.sealing import bags, guessing
from breachscope.workflow import counting, intake
from breachscope.workflow.context import now, opened
from breachscope.workflow.tables import rows_of_version, run_folder, run_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from breachscope.case.folder import CaseFolder
    from breachscope.workflow.context import Context

MADE: Final = "look-up made"
"""The ledger's action."""

SECRET: Final = "lookup.secret"
SECRET_BYTES: Final = 32
LOT: Final = 500_000
"""Records normalised at once: each lot has a cost of its own."""


def make(
    case: Path | None,
    file: Path,
    number: int | None,
    parties: Sequence[str],
    *,
    command: Sequence[str],
) -> str:
    """Write a look-up of a run's persons, of all parties or of those named; its access code.

    Raises:
        ConfigError: the file is there or inside the case, or a party or run is not there.

    """
    with folder.exclusive(folder.find(case)):
        context = opened(case)
        if file.exists() or file.resolve().is_relative_to(context.case.root):
            raise ConfigError(f"{file}: is there already, or inside the case")
        chosen, place = run_folder(context, number)
        known = pl.read_parquet(place / "counts.parquet")["party_id"].to_list()
        if unknown := [party for party in parties if party not in known]:
            raise ConfigError(
                f"there is no party {', '.join(unknown)}", hint="breachscope show scope lists them"
            )
        wanted = sorted(set(parties or known))
        surely, perhaps = _persons(place, wanted)
        entered = lookup.entered(
            _records(context, chosen, place, surely), _records(context, chosen, place, perhaps)
        )
        told = {
            "case": context.settings.name,
            "run": chosen,
            "reach": {str(mask): persons for mask, persons in entered.reach.items()},
            "unnamed": _unnamed(place, wanted),
        }
        purpose = f"{chosen}\0" + "\0".join(sorted(parties))
        secret = _secret(context.case)
        appending.write_new(file, guessing.made(secret, purpose, entered.identifiers, told))
        entry = {
            "action": MADE,
            "at": now(),
            "command": list(command),
            "version": __version__,
            "run": chosen,
            "parties": sorted(parties),
            "sha256": bags.sha256(file),
        }
        ledger.append(context.case.ledger, entry)
    return guessing.access_code(secret, purpose)


def ask(file: Path, code: str, questions: Iterable[Mapping[str, str]]) -> Iterator[lookup.Said]:
    """Answer each question from the file alone; no case is needed.

    Raises:
        EvidenceError: it is no look-up file.
        ConfigError: the code is wrong or the file changed, or a question names no such detail.

    """
    if not file.is_file():
        raise ConfigError(f"{file}: is not there")
    table = guessing.opened(file, code)
    for question in questions:
        yield lookup.asked(table, question)


def _secret(case: CaseFolder) -> bytes:
    """The case's secret, from which codes come; made when first needed, and never told."""
    path = case.root / SECRET
    if not path.is_file():
        appending.write_new(path, secrets.token_bytes(SECRET_BYTES))
    content = path.read_bytes()
    if len(content) != SECRET_BYTES:
        raise ConfigError(f"{SECRET}: is damaged")
    return content


def _persons(place: Path, parties: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """party_id, person_key of those who surely left, and of those who may have."""
    surely = (
        pl.scan_parquet(place / "scope.parquet")
        .filter(pl.col("party_id").is_in(parties))
        .select("party_id", "person_key")
        .unique()
        .collect()
    )
    segments = counting.all_segments(
        place / "versions.parquet", place, place / "leak_grounds.parquet"
    )
    reached = [_reached(place, party, segments) for party in parties]
    perhaps = pl.concat([surely.head(0), *reached]).unique()
    return surely, perhaps.join(surely, on=["party_id", "person_key"], how="anti")


def _reached(place: Path, party: str, segments: pl.DataFrame) -> pl.DataFrame:
    """Everyone of a party with a record that left or may have left."""
    held = (
        pl.scan_parquet(place / "people.parquet")
        .filter(pl.col("party_id") == party)
        .select("party_id", "person_key", "version_id", "row_no")
        .collect()
    )
    index = held.with_row_index("distinct")
    stretches = scope.best_rows(segments.filter(pl.col("party_id") == party))
    found = [held[one.distinct] for one in reach.places(stretches, reach.version_rows(index))]
    return pl.concat([held.head(0), *found]).select("party_id", "person_key").unique()


def _records(
    context: Context, number: int, place: Path, persons: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """Every record of these persons with its fields, in lots of many versions."""
    rows = (
        pl.scan_parquet(place / "people.parquet")
        .join(persons.lazy(), on=["party_id", "person_key"], how="semi")
        .select("person_key", pl.col("version_id").cast(pl.String), "row_no")
        .collect()
    )
    parts = {
        str(part["version_id"][0]): part
        for part in rows.sort("version_id", "row_no").partition_by("version_id")
    }
    kept = dict(
        pl.read_parquet(place / "versions.parquet")
        .select("version_id", "records_evidence_id")
        .drop_nulls()
        .iter_rows()
    )
    items = {i.evidence_id: i for i in run_items(context, number) if i.kind is Kind.RECORDS}
    lot: list[pl.DataFrame] = []
    for version, part in parts.items():
        item = intake.current(context, items[kept[version]])
        stored = rows_of_version(context, item, version)
        fields = [name for name in RECORD_FIELDS if name in stored.collect_schema()]
        values = stored.select(pl.col("row_no").cast(pl.UInt32), *fields).collect()
        lot.append(part.join(values, on="row_no", how="inner").select("person_key", *fields))
        if sum(frame.height for frame in lot) > LOT:
            yield pl.concat(lot, how="diagonal")
            lot = []
    if lot:
        yield pl.concat(lot, how="diagonal")


def _unnamed(place: Path, parties: Sequence[str]) -> str:
    """Why nobody can be said not to be in the list; empty if the list names everybody."""
    asked = pl.read_parquet(place / "inquiry.parquet").filter(
        pl.col("party_id").is_in(list(parties)) & pl.col("tier").is_in(COUNTED_TIERS)
    )
    lost = asked.filter(pl.col("content") == "lost").height
    return (
        f"{lost} downloads took lists whose content is lost: anybody may be in them" if lost else ""
    )

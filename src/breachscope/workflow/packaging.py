"""The first package of each party: its notice, its counts, its own people, sealed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
from tqdm import tqdm

from breachscope import __version__
from breachscope.case import folder, ledger
from breachscope.case.fingerprint import sha256_of
from breachscope.errors import ConfigError
from breachscope.notify import package as packages
from breachscope.notify import packages as writing
from breachscope.notify import seal
from breachscope.schema import COUNTED_TIERS, RECORD_FIELDS, Kind
from breachscope.workflow import frames, intake
from breachscope.workflow.context import Context, now, opened
from breachscope.workflow.tables import run_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""The date files carry inside: fixed, so that the same run gives the same bytes."""


def package(
    case: Path | None,
    number: int | None,
    parties: Sequence[str],
    *,
    command: Sequence[str],
    quiet: bool = False,
) -> list[Path]:
    """Write the package of each named party, or of every party with anything to tell.

    Packages already there are left as they are.

    Raises:
        ConfigError: a party or run is not there, or a template asks for what is not known.
        ReconciliationError: another party's rows were about to be written; nothing is left.

    """
    with folder.exclusive(folder.find(case)):
        context = opened(case)
        chosen, place = run_folder(context, number)
        counts = pl.read_parquet(place / "counts.parquet")
        wanted = _wanted(counts, parties)
        target = context.case.report(chosen) / "packages"
        target.mkdir(mode=folder.PRIVATE_FOLDER, parents=True, exist_ok=True)
        written: list[Path] = []
        seals: dict[str, str] = {}
        for party in tqdm(wanted, desc="package", disable=quiet or not sys.stderr.isatty()):
            if not (target / _folder_name(party)).exists():
                writing.write_package(
                    target / _folder_name(party),
                    _package(context, chosen, place, counts, party),
                    context.playbook.folder / "templates",
                )
            written.append(target / _folder_name(party))
            seals[party] = sha256_of(written[-1] / seal.SUMS)
        entry = {
            "action": "packages written",
            "at": now(),
            "command": list(command),
            "version": __version__,
            "run": chosen,
            "packages": seals,
        }
        ledger.append(context.case.ledger, entry)
    return written


def _wanted(counts: pl.DataFrame, parties: Sequence[str]) -> list[str]:
    known = counts["party_id"].to_list()
    if unknown := [party for party in parties if party not in known]:
        raise ConfigError(f"there is no party {', '.join(unknown)}")
    touched = counts.filter((pl.col("downloads") > 0) | (pl.col("all_high") > 0))
    return list(parties) or touched["party_id"].to_list()


def _folder_name(party: str) -> str:
    """A party's id as a folder's name, whatever characters it has."""
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in party)
    return safe if safe == party else f"{safe}-{party.encode().hex()[:12]}"


def _package(
    context: Context, number: int, place: Path, counts: pl.DataFrame, party: str
) -> packages.Package:
    named = _recipient(context, counts, party)
    inquiry = pl.scan_parquet(place / "inquiry.parquet")
    own = inquiry.filter(
        (pl.col("party_id") == party) & pl.col("tier").is_in(COUNTED_TIERS)
    ).collect()
    return packages.Package(
        recipient=named,
        counts=counts.filter(pl.col("party_id") == party),
        extractions=own,
        people=affected_people(context, place, party),
        case=context.settings.name,
        run=number,
        program_version=__version__,
        playbook_digest=context.playbook.digest,
        zone=context.settings.zone,
        created=CREATED,
        files={item.evidence_id: item.file for item in context.items},
        limits=tuple(_limits(place, party)),
    )


def _recipient(context: Context, counts: pl.DataFrame, party: str) -> packages.Recipient:
    row = counts.row(by_predicate=pl.col("party_id") == party, named=True)
    table = frames.table(context.case, context.items, Kind.PARTIES)
    contacts = (
        table.filter(pl.col("party_id") == party).select("contact").collect()["contact"].to_list()
    )
    contact = next(iter(contacts), None)
    return packages.Recipient(party, row["name"] or party, row["sector"] or "", contact)


def _limits(place: Path, party: str) -> Iterator[str]:
    """What the evidence cannot tell this party, in sentences."""
    row = pl.read_parquet(place / "counts.parquet").row(
        by_predicate=pl.col("party_id") == party, named=True
    )
    inquiry = pl.scan_parquet(place / "inquiry.parquet").filter(pl.col("party_id") == party)
    own = inquiry.collect()
    counted = own.filter(pl.col("tier").is_in(COUNTED_TIERS))
    lost = counted.filter(pl.col("content") == "lost").height
    count_only = counted.filter(pl.col("row_scope") == "count").height
    conflicts = own.filter("conflict").height
    silences = pl.read_parquet(place / "silences.parquet").filter(pl.col("kind") == "downloads")
    if row["all_low"] != row["all_high"]:
        yield f"本人の数は {row['all_low']:,} 人から {row['all_high']:,} 人の範囲にあります。"
    if lost:
        yield f"{lost} 件のダウンロードは、版の内容が現存しないため、本人を特定できません。"
    if count_only:
        yield f"{count_only} 件のダウンロードは件数のみの記録で、どの行かは分かりません。"
    if conflicts:
        yield f"{conflicts} 件のダウンロードは承認済み作業と矛盾する証拠があり、判断待ちです。"
    for silence in silences.iter_rows(named=True):
        yield (
            f"{silence['from']:%Y-%m-%d} から {silence['to']:%Y-%m-%d} まで(UTC)は"
            "ダウンロード記録がなく、この間の持出しの有無は分かりません。"
        )


def affected_people(context: Context, place: Path, party: str) -> Iterator[pl.DataFrame]:
    """The persons whose records surely left, each with the first record of theirs that did.

    Yields frames of at most some ten thousand persons: party_id, person_key, tier, first_at,
    versions, row_no, version_id and the record's fields as the source spells them.
    """
    scope = pl.scan_parquet(place / "scope.parquet").filter(pl.col("party_id") == party)
    extracted = pl.scan_parquet(place / "inquiry.parquet").select(
        "event_id", at_version="version_id"
    )
    persons = scope.join(extracted, on="event_id", how="left").collect()
    if persons.is_empty():
        return
    held = (
        pl.scan_parquet(place / "people.parquet")
        .filter(pl.col("party_id") == party)
        .join(persons.lazy(), on=["party_id", "person_key"], how="inner")
        .collect()
    )
    told = held.group_by("person_key").agg(
        versions=pl.col("version_id").cast(pl.String).unique().sort().str.join(";")
    )
    first = (
        held.with_columns(shown=pl.col("version_id") == pl.col("at_version"))
        .sort("person_key", "shown", "version_id", "row_no", descending=[False, True, False, False])
        .unique("person_key", keep="first", maintain_order=True)
        .join(told, on="person_key", validate="1:1")
    )
    yield from _with_fields(context, place, first)


def _with_fields(context: Context, place: Path, first: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The chosen records with their fields, version by version, every frame alike."""
    items = {item.evidence_id: item for item in context.items if item.kind is Kind.RECORDS}
    kept = dict(
        pl.read_parquet(place / "versions.parquet")
        .select("version_id", "records_evidence_id")
        .drop_nulls()
        .iter_rows()
    )
    chosen = {
        str(part["version_id"][0]): part
        for part in first.partition_by("version_id", maintain_order=True)
    }
    current = {version: intake.current(context, items[kept[version]]) for version in sorted(chosen)}
    fields = [
        name for name in RECORD_FIELDS if any(name in item.columns for item in current.values())
    ]
    for version, item in current.items():
        yield _one_version(context, chosen[version], item, version, fields)


def _one_version(
    context: Context, part: pl.DataFrame, item: Any, version: str, fields: Sequence[str]
) -> pl.DataFrame:
    rows = frames.scan(context.case, item)
    held = set(rows.collect_schema())
    if len(item.versions) > 1:
        rows = rows.filter(pl.col("version_id") == version)
    values = rows.select(
        pl.col("row_no").cast(pl.UInt32),
        *(pl.col(name) if name in held else pl.lit(None, pl.String).alias(name) for name in fields),
    ).collect()
    return (
        part.join(values, on="row_no", how="left", validate="1:1", maintain_order="left")
        .select("party_id", "person_key", "tier", "first_at", "versions", "row_no", *fields)
        .sort("person_key")
    )


def check(case: Path | None, number: int | None) -> list[str]:
    """Everything wrong with the packages of a run."""
    context = opened(case)
    chosen, place = run_folder(context, number)
    target = context.case.report(chosen) / "packages"
    if not target.is_dir() or not any(target.iterdir()):
        raise ConfigError(f"run {chosen} has no packages", hint="breachscope package")
    scope = pl.scan_parquet(place / "scope.parquet")
    return [
        f"{place_of.name}: {problem}"
        for place_of in sorted(target.iterdir())
        for problem in seal.check(place_of, scope)
    ]

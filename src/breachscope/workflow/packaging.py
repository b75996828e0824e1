"""The first package of each party: its notice, its counts, its own people, sealed."""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
from tqdm import tqdm

from breachscope import __version__
from breachscope.case import folder, ledger, stated
from breachscope.case.fingerprint import sha256_of
from breachscope.errors import ConfigError, TamperedEvidence
from breachscope.notify import package as packages
from breachscope.notify import packages as writing
from breachscope.notify import seal
from breachscope.notify.documents.press import Press
from breachscope.schema import COUNTED_TIERS, Kind
from breachscope.workflow import frames, intake
from breachscope.workflow.affected import affected_people
from breachscope.workflow.context import Context, now, opened
from breachscope.workflow.tables import run_folder, run_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from breachscope.case.register import Item

CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""The date files carry inside: fixed, so that the same run gives the same bytes."""

WRITTEN = "packages written"
"""The ledger's action."""

LONGEST_NAME = 60
"""Characters of a party's id that are kept in its folder's name."""


def package(
    case: Path | None,
    number: int | None,
    parties: Sequence[str],
    *,
    command: Sequence[str],
    final: bool = False,
    quiet: bool = False,
) -> list[Path]:
    """Write the package of each named party, or of every party with anything to tell.

    Packages already there are left as they are, once proved to be what the ledger tells of. One
    the ledger never heard of, its command was stopped, is written again.

    Raises:
        ConfigError: a party or run is not there, or a template asks for what is not known.
        TamperedEvidence: a package that is already there is not the one that was written.
        ReconciliationError: another party's rows were about to be written; nothing is left.

    """
    with folder.exclusive(folder.find(case)):
        context = opened(case)
        chosen, place = run_folder(context, number)
        counts = pl.read_parquet(place / "counts.parquet")
        wanted = _wanted(counts, parties)
        target = context.case.report(chosen) / "packages"
        target.mkdir(mode=folder.PRIVATE_FOLDER, parents=True, exist_ok=True)
        names, told = folder_names(counts["party_id"].to_list()), _told(context, chosen)
        written: list[Path] = []
        seals: dict[str, str] = {}
        statements, templates = stated.read(context.case.root), _templates(context)
        with Press(templates, CREATED) as press:
            for party in tqdm(wanted, desc="package", disable=quiet or not sys.stderr.isatty()):
                written.append(target / names[party])
                if not _stands(written[-1], party, chosen, told.get(party)):
                    made = _package(context, chosen, place, counts, party)
                    made = _stated(made, statements, final=final)
                    writing.write_package(written[-1], made, templates, press=press)
                seals[party] = sha256_of(written[-1] / seal.SUMS)
        entry = {
            "action": WRITTEN,
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
    return list(dict.fromkeys(parties)) or touched["party_id"].to_list()


def folder_names(parties: Sequence[str]) -> dict[str, str]:
    """Each party's id as a folder's name: no two alike, also where case is not told apart.

    Raises:
        ConfigError: two parties would share a folder all the same.

    """
    alike = Counter(_alike(_safe(party)) for party in parties)
    names = {
        party: _folder_name(party, alone=alike[_alike(_safe(party))] == 1) for party in parties
    }
    owners: dict[str, str] = {}
    for party, name in names.items():
        if owners.setdefault(_alike(name), party) != party:
            raise ConfigError(f"{owners[_alike(name)]} and {party}: packages would be one folder")
    return names


def _safe(party: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in party)[:LONGEST_NAME]


def _alike(name: str) -> str:
    """Names that some file system takes for one are equal in this form."""
    return unicodedata.normalize("NFKC", name).casefold()


def _folder_name(party: str, *, alone: bool) -> str:
    safe = _safe(party)
    if alone and safe == party and not safe.startswith(".") and not safe.endswith("."):
        return safe
    return f"{safe.strip('.')}-{hashlib.sha256(party.encode()).hexdigest()[:16]}"


def _told(context: Context, number: int) -> dict[str, str]:
    """The seal of each party's package of a run, as the ledger last told of it."""
    seals: dict[str, str] = {}
    for entry in ledger.entries(context.case.ledger):
        if entry.get("action") == WRITTEN and entry["run"] == number:
            seals |= entry["packages"]
    return seals


def _stands(place: Path, party: str, number: int, told: str | None) -> bool:
    """The package is there and is the one that was written; leftovers are cleared away."""
    if not place.exists():
        return False
    if told is None:
        folder.remove(place)
        return False
    if _digest(place) != told or seal.check(place):
        raise TamperedEvidence(
            f"package {place.name}: is not as it was written",
            hint="breachscope package --check tells the whole of it",
        )
    manifest = seal.facts(place)
    if (manifest["party_id"], manifest["run"]) != (party, number):
        raise TamperedEvidence(f"package {place.name}: is not this party's of run {number}")
    return True


def _digest(place: Path) -> str | None:
    sums = place / seal.SUMS
    return sha256_of(sums) if sums.is_file() else None


def _package(
    context: Context, number: int, place: Path, counts: pl.DataFrame, party: str
) -> packages.Package:
    items = [intake.current(context, item) for item in run_items(context, number)]
    named = _recipient(context, items, counts, party)
    inquiry = pl.scan_parquet(place / "inquiry.parquet")
    own = inquiry.filter(
        (pl.col("party_id") == party) & pl.col("tier").is_in(COUNTED_TIERS)
    ).collect()
    return packages.Package(
        recipient=named,
        counts=counts.filter(pl.col("party_id") == party),
        extractions=own,
        people=affected_people(context, items, place, party),
        case=context.settings.name,
        run=number,
        program_version=__version__,
        playbook_digest=context.playbook.digest,
        zone=context.settings.zone,
        created=CREATED,
        files={item.evidence_id: item.file for item in items},
        limits=tuple(_limits(place, party)),
    )


def _templates(context: Context) -> Path:
    return context.playbook.folder / "templates"


def _stated(
    package: packages.Package, told: stated.Statements, *, final: bool
) -> packages.Package:  # fmt: skip
    """The package with what people state for its documents."""
    return replace(
        package,
        draft=not final,
        prepared_on=told.prepared_on,
        sender=packages.Sender(**told.sender.model_dump()),
        desk=packages.Desk(**told.desk.model_dump()),
        statements=told.of(package.recipient.party_id),
    )


def _recipient(
    context: Context, items: Iterable[Item], counts: pl.DataFrame, party: str
) -> packages.Recipient:
    row = counts.row(by_predicate=pl.col("party_id") == party, named=True)
    own = frames.table(context.case, items, Kind.PARTIES).filter(pl.col("party_id") == party)
    contacts = own.select(pl.col("contact").drop_nulls()).collect()["contact"].to_list()
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


def check(case: Path | None, number: int | None) -> list[str]:
    """Everything wrong with the packages of a run."""
    context = opened(case)
    chosen, place = run_folder(context, number)
    target, told = context.case.report(chosen) / "packages", _told(context, chosen)
    found = sorted(target.iterdir()) if target.is_dir() else []
    if not found and not told:
        raise ConfigError(f"run {chosen} has no packages", hint="breachscope package")
    scope = pl.scan_parquet(place / "scope.parquet")
    names = folder_names(pl.read_parquet(place / "counts.parquet")["party_id"].to_list())
    sealed = {names[party]: digest for party, digest in told.items()}
    return [
        *(f"{name}: {problem}" for name, problem in _against_ledger(target, found, sealed)),
        *(f"{at.name}: {problem}" for at in found for problem in seal.check(at, scope)),
    ]


def _against_ledger(
    target: Path, found: Iterable[Path], sealed: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Packages that are gone, that are other than those written, that nobody wrote."""
    there = {place.name for place in found}
    for name, digest in sealed.items():
        if name not in there:
            yield name, "the ledger tells of this package, and it is not there"
        elif _digest(target / name) != digest:
            yield name, f"{seal.SUMS} is not the one the ledger tells of"
    for name in sorted(there - sealed.keys()):
        yield name, "the ledger does not tell of this package"

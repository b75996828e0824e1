"""What the packages of one run are made from, and what each party is to be told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from breachscope import __version__
from breachscope.case import issued, ledger, stated
from breachscope.case.fingerprint import digest_of
from breachscope.errors import ConfigError
from breachscope.notify import package as packages
from breachscope.notify.documents import holds, words
from breachscope.schema import COUNTED_TIERS
from breachscope.workflow import documenting, outgoing, supplements
from breachscope.workflow.addressees import addressees
from breachscope.workflow.affected import affected_people, records_that_left
from breachscope.workflow.own_items import OwnItems
from breachscope.workflow.package_names import folder_names
from breachscope.workflow.reached_items import reached
from breachscope.workflow.tables import run_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from breachscope.notify.documents.words import Words
    from breachscope.workflow.context import Context

CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""The date files carry inside: fixed, so that the same run gives the same bytes."""

WRITTEN = "packages written"
"""The ledger's action."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all packages of one run are made from."""

    context: Context
    number: int
    place: Path  # the run's folder
    target: Path  # the packages' folder
    counts: pl.DataFrame
    entries: list[dict[str, Any]]
    history: dict[str, list[issued.Issued]]  # party -> what was issued to it, in order
    names: dict[str, str]  # party -> folder
    seals: dict[str, str]  # party -> the seal the ledger tells of
    against: supplements.Against
    statements: stated.Statements
    run_digest: str
    basis: documenting.Basis
    words: Words

    @property
    def templates(self) -> Path:
        """The playbook's templates."""
        return self.context.playbook.folder / "templates"

    def issued_here(self, party: str) -> issued.Issued | None:
        """What was issued to a party from this very run."""
        own = [one for one in self.history.get(party, []) if one.run == self.number]
        return own[-1] if own else None

    def before(self, party: str) -> issued.Issued | None:
        """What a package of this run comes after: the last issued, or that before its own."""
        earlier = self.history.get(party, [])
        own = self.issued_here(party)
        told = earlier[: earlier.index(own)] if own else earlier
        return told[-1] if told else None

    def has_news(self, party: str) -> bool:
        """There is something to tell the party, or it was told from this run."""
        if self.issued_here(party) or party not in self.history:
            return True
        return self.change(party) is not None

    def change(self, party: str) -> packages.Change | None:
        """What this run changes of what the party was told before it."""
        before = self.before(party)
        return self.against.change(before) if before else None

    def package(
        self, party: str, *, final: bool, letters: bool = False
    ) -> packages.Package:  # fmt: skip
        """What the party is to be told; with `letters`, with all letters as PDF."""
        return with_persons(self, party, self.head(party, final=final, letters=letters))

    def head(
        self, party: str, *, final: bool, letters: bool = False
    ) -> packages.Package:  # fmt: skip
        """The same without its persons: no record is read for it."""
        before = self.before(party)
        return replace(
            _stated(_head(self, party), self.statements, final=final, letters=letters),
            change=self.change(party),
            issue=before.issue + 1 if before else 1,
            run_digest=self.run_digest,
        )


def workshop(context: Context, number: int | None) -> Workshop:
    """Everything the packages of a run are made from.

    Raises:
        ConfigError: there is no such run, or what people state has mistakes.

    """
    chosen, place = run_folder(context, number)
    counts = pl.read_parquet(place / "counts.parquet")
    entries = ledger.entries(context.case.ledger)
    return Workshop(
        context=context,
        number=chosen,
        place=place,
        target=context.case.report(chosen) / "packages",
        counts=counts,
        entries=entries,
        history=issued.by_party(entries),
        names=folder_names(counts["party_id"].to_list()),
        seals=told_seals(entries, chosen),
        against=supplements.Against(context, chosen, counts),
        statements=stated.read(context.case.root),
        run_digest=run_digest(entries, chosen),
        basis=documenting.basis(context, place, chosen),
        words=words.read(context.playbook.folder / "templates"),
    )


def run_digest(entries: Iterable[Mapping[str, Any]], number: int) -> str:
    """One digest of all tables of a run, as the ledger tells of them."""
    told = [e for e in entries if e.get("action") == "run" and e["run"] == number]
    if not told:
        raise ConfigError(f"run {number} is not in the ledger: its command was stopped")
    return digest_of(told[-1]["tables"])


def told_seals(entries: Iterable[Mapping[str, Any]], number: int) -> dict[str, str]:
    """The seal of each party's package of a run, as the ledger last told of it."""
    seals: dict[str, str] = {}
    for entry in entries:
        if entry.get("action") == WRITTEN and entry["run"] == number:
            seals |= entry["packages"]
    return seals


def told_outgoing(entries: Iterable[Mapping[str, Any]], number: int) -> dict[str, outgoing.Sealed]:
    """What was made of each party's package for sending, as the ledger last told of it."""
    found: dict[str, outgoing.Sealed] = {}
    for entry in entries:
        if entry.get("action") == WRITTEN and entry["run"] == number:
            told = (outgoing.Sealed(**one) for one in entry.get("outgoing", ()))
            found |= {one.party_id: one for one in told}
    return found


def _head(work: Workshop, party: str) -> packages.Package:
    context, basis = work.context, work.basis
    inquiry = pl.scan_parquet(work.place / "inquiry.parquet")
    own = inquiry.filter(
        (pl.col("party_id") == party) & pl.col("tier").is_in(COUNTED_TIERS)
    ).collect()
    return packages.Package(
        recipient=_recipient(work, party),
        counts=work.counts.filter(pl.col("party_id") == party),
        extractions=own,
        people=(),
        case=context.settings.name,
        run=work.number,
        program_version=__version__,
        playbook_digest=context.playbook.digest,
        zone=context.settings.zone,
        created=CREATED,
        files={item.evidence_id: item.file for item in basis.items},
        limits=tuple(_limits(work.place, party)),
        exhibits=basis.exhibits,
        sources=basis.sources,
        obligations=basis.obligations,
        items=reached(work.place, party),
    )


def with_persons(work: Workshop, party: str, head: packages.Package) -> packages.Package:
    """A party's package with everyone of theirs, and what is known of each."""
    items = work.basis.items
    named = OwnItems.of(head.items, work.context.playbook.items, work.words)
    left = records_that_left(work.place, party)
    who, records = addressees(work.context, items, work.place, party, named, left)
    return replace(
        head,
        people=affected_people(work.context, items, work.place, party, left),
        addressees=who,
        held=holds.held(work.basis.holds, records, party),
    )


def _stated(
    package: packages.Package, told: stated.Statements, *, final: bool, letters: bool
) -> packages.Package:  # fmt: skip
    """The package with what people state for its documents."""
    statements = told.of(package.recipient.party_id)
    return replace(
        package,
        draft=not final,
        prepared_on=told.prepared_on,
        sender=packages.Sender(**told.sender.model_dump()),
        desk=packages.Desk(**told.desk.model_dump()),
        statements=statements,
        mailing=packages.Mailing(told.letters.order, told.letters.stale_before, letters),
        stated_digest=digest_of(
            [
                told.prepared_on,
                told.sender.model_dump(),
                told.desk.model_dump(),
                statements,
                told.letters.model_dump(mode="json"),
            ]
        ),
    )


def _recipient(work: Workshop, party: str) -> packages.Recipient:
    row = work.counts.row(by_predicate=pl.col("party_id") == party, named=True)
    name, sector, basis = row["name"] or party, row["sector"] or "", work.basis
    contact, told_on = basis.contacts.get(party), basis.told_on.get(party)
    return packages.Recipient(party, name, sector, contact, told_on)


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

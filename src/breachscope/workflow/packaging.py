"""The first package of each party: its notice, its counts, its own people, sealed."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import polars as pl
from tqdm import tqdm

from breachscope import __version__
from breachscope.case import folder, issued, ledger, stated
from breachscope.case.fingerprint import digest_of, sha256_of
from breachscope.errors import ConfigError, TamperedEvidence
from breachscope.notify import package as packages
from breachscope.notify import packages as writing
from breachscope.notify import seal
from breachscope.notify.documents import holds, words
from breachscope.notify.documents.press import Press
from breachscope.schema import COUNTED_TIERS
from breachscope.sealing import bags
from breachscope.workflow import attesting, documenting, outgoing, supplements
from breachscope.workflow.addressees import addressees
from breachscope.workflow.affected import affected_people, records_that_left
from breachscope.workflow.context import Context, now, opened
from breachscope.workflow.own_items import OwnItems
from breachscope.workflow.package_names import folder_names
from breachscope.workflow.reached_items import reached
from breachscope.workflow.tables import run_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from breachscope.notify.documents.words import Words


CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""The date files carry inside: fixed, so that the same run gives the same bytes."""

AT_ONCE = 2
"""Packages in work together: much of the work on one keeps one processor busy only."""

WRITTEN = "packages written"
"""The ledger's action."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What `package` left behind."""

    run: int
    written: list[Path]  # the folder of every package that stands now
    unchanged: list[str]  # parties to whom nothing new is to be told, in words
    sealed: list[outgoing.Sealed]
    without_key: list[str]
    notes: list[str]


def package(
    case: Path | None,
    number: int | None,
    parties: Sequence[str],
    *,
    command: Sequence[str],
    final: bool = False,
    letters: bool = False,
    key: Path | None = None,
    strict: bool = False,
    quiet: bool = False,
) -> Packed:
    """Write the package of each named party, or of every party with anything to tell.

    A party that was issued a package before gets a supplement or a withdrawal, or nothing if
    nothing changed. Packages already there are left as they are, once proved to be what the
    ledger tells of; one that was not issued and is no longer what is wanted (draft or final,
    statements, signature, what was issued before) is written again, and so is one the ledger
    never heard of, its command was stopped. Then each is sealed for its recipient.

    Raises:
        ConfigError: a party or run is not there, a key is none, or a template asks for what is
            not known.
        TamperedEvidence: a package that is already there is not the one that was written.
        ReconciliationError: another party's rows were about to be written; nothing is left.

    """
    sign = attesting.signer(key, seal.NAMESPACE)
    with folder.exclusive(folder.find(case)):
        work = workshop(opened(case), number)
        keys = outgoing.keys(work.context.settings, work.names)
        work.target.mkdir(mode=folder.PRIVATE_FOLDER, parents=True, exist_ok=True)
        unchanged: list[str] = []
        told: list[str] = []
        for party in _wanted(work.counts, parties, work.history):
            if work.has_news(party):
                told.append(party)
            else:
                folder.remove(work.target / work.names[party])
                unchanged.append(_nothing_new(work.history[party][-1]))

        def one(party: str, press: Press) -> Path:
            return _stood_or_written(work, party, press, sign, final=final, letters=letters)

        made = _each(work, told, one, quiet=quiet)
        if not parties:
            with Press(work.templates, CREATED) as press:
                documenting.write(
                    work.context,
                    work.place,
                    work.number,
                    work.basis,
                    work.statements,
                    press,
                    final=final,
                )
        sealed = outgoing.write(
            work.target.parent,
            made,
            keys,
            told_outgoing(work.entries, work.number),
            strict=strict,
        )
        without = [party for party in made if party not in keys]
        outgoing.write_list(work.target.parent, sealed, without)
        entry = {
            "action": WRITTEN,
            "at": now(),
            "command": list(command),
            "version": __version__,
            "run": work.number,
            "packages": {p: sha256_of(at / seal.SUMS) for p, at in made.items()},
            "outgoing": [asdict(one) for one in sealed],
        }
        ledger.append(work.context.case.ledger, entry)
    notes = outgoing.shared({p: k for p, k in keys.items() if p in made})
    return Packed(work.number, list(made.values()), unchanged, sealed, without, notes)


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
        return _with_persons(self, party, self.head(party, final=final, letters=letters))

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


def _stood_or_written(
    work: Workshop,
    party: str,
    press: Press,
    sign: Callable[[bytes], str] | None,
    *,
    final: bool,
    letters: bool,
) -> Path:
    """The party's package: the one that stands, or a new one."""
    place = work.target / work.names[party]
    told = work.seals.get(party)
    if work.issued_here(party):
        _must_stand(place, party, told)
        return place
    wanted = work.head(party, final=final, letters=letters)
    if not _stands(place, wanted, told, sign):
        whole = _with_persons(work, party, wanted)
        writing.write_package(place, whole, work.templates, sign, press=press)
    return place


def _each(
    work: Workshop, parties: Sequence[str], one: Callable[[str, Press], Path], *, quiet: bool
) -> dict[str, Path]:
    """`one` of each party, AT_ONCE of them at a time, each with a press of its own."""
    presses: SimpleQueue[Press] = SimpleQueue()

    def with_press(party: str) -> Path:
        press = presses.get()
        try:
            return one(party, press)
        finally:
            presses.put(press)

    with ExitStack() as stack:
        for _ in range(AT_ONCE):
            press = Press(work.templates, CREATED, processes=1)
            presses.put(stack.enter_context(press))
        pool = stack.enter_context(ThreadPoolExecutor(AT_ONCE))
        begun = [(party, pool.submit(with_press, party)) for party in parties]
        hidden = quiet or not sys.stderr.isatty()
        try:
            return {
                party: made.result() for party, made in tqdm(begun, desc="package", disable=hidden)
            }
        finally:
            pool.shutdown(cancel_futures=True)


def _wanted(
    counts: pl.DataFrame, parties: Sequence[str], history: Mapping[str, object]
) -> list[str]:
    """Those named; else all with anything to tell, and all who were told something before."""
    known = counts["party_id"].to_list()
    if unknown := [party for party in parties if party not in known]:
        few = ", ".join(known[:8]) + (f" and {len(known) - 8} more" if len(known) > 8 else "")
        raise ConfigError(
            f"there is no party {', '.join(unknown)}",
            hint=f"this run has {few}; breachscope show scope lists them",
        )
    touched = counts.filter(
        (pl.col("downloads") > 0)
        | (pl.col("all_high") > 0)
        | pl.col("party_id").is_in(list(history))
    )
    return list(dict.fromkeys(parties)) or touched["party_id"].to_list()


def _nothing_new(last: issued.Issued) -> str:
    return f"{last.party_id}: nothing changed since issue {last.issue} (run {last.run})"


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


def _must_stand(place: Path, party: str, told: str | None) -> None:
    """An issued package is never written again, so it must be there as it was.

    Raises:
        TamperedEvidence: it is not.

    """
    if not place.is_dir() or told is None or package_digest(place) != told or seal.check(place):
        raise TamperedEvidence(
            f"package {place.name}: was issued to {party} and is not as it was",
            hint="put it back from what was sent; issued packages are never written again",
        )


def _stands(
    place: Path,
    wanted: packages.Package,
    told: str | None,
    sign: Callable[[bytes], str] | None,
) -> bool:
    """The package is there, is the one that was written, and is what is wanted now.

    One that the ledger never heard of, or that is no longer wanted, is cleared away.

    Raises:
        TamperedEvidence: it is not the one that was written.

    """
    if not place.exists():
        return False
    if told is None:
        folder.remove(place)
        return False
    if package_digest(place) != told or seal.check(place):
        raise TamperedEvidence(
            f"package {place.name}: is not as it was written",
            hint="breachscope package --check tells the whole of it",
        )
    manifest = seal.facts(place)
    party = wanted.recipient.party_id
    if (manifest["party_id"], manifest["run"]) != (party, wanted.run):
        raise TamperedEvidence(f"package {place.name}: is not this party's of run {wanted.run}")
    previous = wanted.change.previous_package if wanted.change else None
    same = (
        manifest["issue"] == wanted.issue
        and manifest["previous_package"] == previous
        and manifest["draft"] == wanted.draft
        and manifest["stated_digest"] == wanted.stated_digest
        and manifest["playbook_digest"] == wanted.playbook_digest
        and (manifest["letters_printed"] or not wanted.mailing.printed)
    )
    if same and _signed_alike(place, sign):
        return True
    folder.remove(place)
    return False


def _signed_alike(place: Path, sign: Callable[[bytes], str] | None) -> bool:
    """Signed as wanted; one that is signed stays so if no signature is asked for."""
    if sign is None:
        return True
    there = place / bags.SIGNATURE
    return there.is_file() and there.read_text("ascii") == sign((place / seal.SUMS).read_bytes())


def package_digest(place: Path) -> str | None:
    """The seal of a package as it stands; none without a manifest."""
    sums = place / seal.SUMS
    return sha256_of(sums) if sums.is_file() else None


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


def _with_persons(work: Workshop, party: str, head: packages.Package) -> packages.Package:
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

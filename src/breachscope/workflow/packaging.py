"""The first package of each party: its notice, its counts, its own people, sealed."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

import polars as pl
from tqdm import tqdm

from breachscope import __version__
from breachscope.case import folder, issued, ledger
from breachscope.case.fingerprint import sha256_of
from breachscope.errors import ConfigError, TamperedEvidence
from breachscope.notify import package as packages
from breachscope.notify import packages as writing
from breachscope.notify import seal
from breachscope.notify.documents.press import Press
from breachscope.sealing import bags
from breachscope.workflow import attesting, beside, documenting, outgoing
from breachscope.workflow.context import now, opened
from breachscope.workflow.workshop import (
    CREATED,
    WRITTEN,
    Workshop,
    told_outgoing,
    with_persons,
    workshop,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


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
        whole = with_persons(work, party, wanted)
        writing.write_package(place, whole, work.templates, sign, press=press)
    return place


def _each(
    work: Workshop, parties: Sequence[str], one: Callable[[str, Press], Path], *, quiet: bool
) -> dict[str, Path]:
    """`one` of each party, some at once, each with a press of its own."""
    presses: SimpleQueue[Press] = SimpleQueue()

    def with_press(party: str) -> Path:
        press = presses.get()
        try:
            return one(party, press)
        finally:
            presses.put(press)

    with ExitStack() as stack:
        for _ in range(beside.AT_ONCE):
            press = Press(work.templates, CREATED, processes=1)
            presses.put(stack.enter_context(press))
        begun = stack.enter_context(beside.begun(with_press, parties))
        hidden = quiet or not sys.stderr.isatty()
        told = tqdm(begun, desc="package", disable=hidden)
        return {party: made.result() for party, made in zip(parties, told, strict=True)}


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

"""`package --issue`: what was handed over, to whom, with which figures, goes into the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from breachscope import __version__
from breachscope.case import folder, issued, ledger
from breachscope.errors import ConfigError, OpenReviewError, ReconciliationError
from breachscope.notify import seal
from breachscope.sealing import bags, sshsig
from breachscope.workflow import checking, outgoing, supplements
from breachscope.workflow.context import now, opened
from breachscope.workflow.workshop import Workshop, told_outgoing, workshop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


WRITE_AGAIN = "breachscope package --final"


def issue(
    case: Path | None,
    number: int | None,
    parties: Sequence[str],
    *,
    command: Sequence[str],
    strict: bool = False,
) -> list[issued.Issued]:
    """Record the packages of a run as issued, those of the parties named or all of them.

    A package that was recorded before is left out.

    Raises:
        ConfigError: a package is not there, a draft, or made before the last one was issued.
        OpenReviewError: with `strict`, a package is not sealed for its recipient.
        ReconciliationError: a check of the packages finds something wrong; nothing is recorded.

    """
    found = checking.check(case, None, number)
    if found.problems:
        told = "\n  ".join(found.problems[:20])
        raise ReconciliationError(f"the packages are not as they should be:\n  {told}")
    with folder.exclusive(folder.find(case)):
        work = workshop(opened(case), number)
        chosen = [p for p in parties or work.seals if not work.issued_here(p)]
        ready = [_ready(work, party) for party in chosen if parties or work.has_news(party)]
        open_ones = [one.party_id for one in ready if one.sealed is None]
        if strict and open_ones:
            raise OpenReviewError(
                f"not sealed for their recipients: {', '.join(open_ones)}",
                hint=outgoing.GIVE_KEYS,
            )
        if not ready:
            return []
        at = now()
        entry = {
            "action": issued.ISSUED,
            "at": at,
            "command": list(command),
            "version": __version__,
            "run": work.number,
            "issued": [one.entry() for one in ready],
        }
        ledger.append(work.context.case.ledger, entry)
    return [replace(one, at=at) for one in ready]


def _ready(work: Workshop, party: str) -> issued.Issued:
    """A party's package as it goes into the ledger."""
    if party not in work.seals:
        raise ConfigError(f"{party}: has no package of run {work.number}", hint=WRITE_AGAIN)
    place = work.target / work.names[party]
    facts = seal.facts(place)
    before = work.before(party)
    if facts["draft"]:
        raise ConfigError(f"{party}: its package is a draft", hint=WRITE_AGAIN)
    if facts["previous_package"] != (before.package if before else None):
        raise ConfigError(
            f"{party}: its package was made before another was issued", hint=WRITE_AGAIN
        )
    out = told_outgoing(work.entries, work.number).get(party)
    sealed = out if out and out.sha256 and out.package == work.seals[party] else None
    listed = supplements.persons(work.place, party)
    return issued.Issued(
        party_id=party,
        run=work.number,
        issue=int(facts["issue"]),
        kind=str(facts["kind"]),
        package=work.seals[party],
        sealed=sealed.sha256 if sealed else None,
        keys=sealed.keys if sealed else [],
        figures=supplements.figures(work.counts, party),
        period=supplements.period(work.counts, party),
        persons=supplements.persons_digest(listed),
        listed=listed.height,
        signed_by=_signer(place),
        items=supplements.items(work.place, party),
    )


def _signer(place: Path) -> str | None:
    path = place / bags.SIGNATURE
    return sshsig.read(path.read_text("ascii")).fingerprint if path.is_file() else None

"""How the ledger stands to the outside: signed by whom, stamped when, up to which entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from breachscope.case import ledger, outside
from breachscope.sealing import bags, signers, sshsig, timestamps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cryptography import x509

    from breachscope.case.folder import CaseFolder
    from breachscope.case.ledger import Head

UNSIGNED = "unsigned"
NOT_STAMPED = "not timestamped"


@dataclass(frozen=True, slots=True)
class Standing:
    """Signatures and time stamps that hold, in words; what is wrong; what is open."""

    signed: list[str] = field(default_factory=list)
    stamped: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """What `verify` and the report say, each kind once even if there is none."""
        return [*(self.signed or [UNSIGNED]), *(self.stamped or [NOT_STAMPED])]


def standing(
    case: CaseFolder,
    entries: Sequence[dict[str, Any]],
    trusted: Sequence[signers.Signer] | None = None,
    roots: Sequence[x509.Certificate] | None = None,
) -> Standing:
    """Check every signature and time stamp kept.

    Args:
        case: the case.
        entries: its ledger, the chain checked.
        trusted: keys of known people; then one of them must have signed.
        roots: certificates of time authorities; then each stamp must hold under them.

    """
    found = Standing()
    heads = {head.seq: head for head in ledger.heads(case.ledger)}
    told = outside.told(entries)
    found.problems.extend(_gone_or_changed(case, told))
    known = [
        _signature(found, said, heads, entries, trusted)
        for said in outside.kept(case, outside.SIGNATURE_SUFFIX)
    ]
    if trusted is not None and not any(known):
        found.problems.append("nobody of --signers signed the ledger")
    for said in outside.kept(case, outside.STAMP_SUFFIX):
        _stamp(found, said, heads, entries, roots)
    unknown = sorted(
        said.path.name
        for suffix in (outside.SIGNATURE_SUFFIX, outside.STAMP_SUFFIX)
        for said in outside.kept(case, suffix)
        if said.path.name not in told
    )
    found.notes.extend(
        f"evidence/outside/{name}: is not in the ledger: its command was stopped, or it is "
        "somebody else's"
        for name in unknown
    )
    return found


def _gone_or_changed(case: CaseFolder, told: dict[str, str]) -> Iterable[str]:
    for name, digest in sorted(told.items()):
        path = outside.place(case) / name
        if not path.is_file():
            yield f"evidence/outside/{name}: is not there"
        elif bags.sha256(path) != digest:
            yield f"evidence/outside/{name}: changed since it was taken in"


def _signature(
    found: Standing,
    said: outside.Said,
    heads: dict[int, Head],
    entries: Sequence[dict[str, Any]],
    trusted: Sequence[signers.Signer] | None,
) -> bool:
    """Enter one signature into `found`; whether somebody trusted made it."""
    head = heads.get(said.seq or 0)
    try:
        signature = sshsig.read(said.raw.decode("ascii", "replace"))
    except ValueError as error:
        found.problems.append(f"evidence/outside/{said.path.name}: {error}")
        return False
    if head is None or not signature.holds(outside.words(head), outside.NAMESPACE):
        found.problems.append(f"evidence/outside/{said.path.name}: signs no head of this ledger")
        return False
    who = signers.who_signed(signature, trusted) if trusted is not None else None
    named = f"{signature.fingerprint} ({who})" if who else signature.fingerprint
    line = f"signed by {named} {_up_to(head, entries)}"
    if trusted is None:
        line += "; whose key it is, --signers FILE tells"
    elif who is None:
        line += "; nobody of --signers"
    found.signed.append(line)
    return who is not None


def _stamp(
    found: Standing,
    said: outside.Said,
    heads: dict[int, Head],
    entries: Sequence[dict[str, Any]],
    roots: Sequence[x509.Certificate] | None,
) -> None:
    name = f"evidence/outside/{said.path.name}"
    head = heads.get(said.seq or 0)
    if head is None or not timestamps.concerns(said.raw, outside.words(head)):
        found.problems.append(f"{name}: is about no head of this ledger")
        return
    try:
        stamp = timestamps.read(said.raw)
    except timestamps.Unreadable:
        beside = f"evidence/outside/{head.seq:06d}.head"
        found.notes.append(
            f"{name}: cannot be read here, so it counts for nothing here; "
            f"openssl ts -verify -in {name} -data {beside} -CAfile CA.pem"
        )
        return
    by = f"{stamp.at:%Y-%m-%dT%H:%M:%SZ} by {stamp.authority or 'an authority it does not name'}"
    whole = f"timestamped at {by} {_up_to(head, entries)}"
    kept = _kept_roots(said.path) if roots is None else None
    under = roots if roots is not None else kept
    if under is None:
        found.stamped.append(f"{whole}; not verified: no --trust")
        return
    try:
        timestamps.verify(said.raw, outside.words(head), under)
    except ValueError as error:
        found.problems.append(f"{name}: does not hold: {error}")
        return
    whose = "--trust" if roots is not None else "certificates kept in the case"
    found.stamped.append(f"{whole}; verified under {whose}")


def _kept_roots(stamp: Path) -> list[x509.Certificate] | None:
    try:
        return timestamps.certificates(stamp.with_suffix(".pem").read_bytes())
    except (OSError, ValueError):
        return None


def _up_to(head: Head, entries: Sequence[dict[str, Any]]) -> str:
    later = [
        entry
        for entry in entries[head.seq :]
        if entry.get("action") not in (outside.SIGNED, outside.STAMPED)
    ]
    covered = f"up to entry {head.seq} of {len(entries)}"
    return f"{covered}, {len(later)} entries not covered" if later else covered

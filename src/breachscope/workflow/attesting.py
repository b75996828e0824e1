"""The ledger to the outside: its head signed, its head stamped by a time authority."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import TYPE_CHECKING

from breachscope import __version__
from breachscope.case import appending, folder, ledger, outside
from breachscope.errors import ConfigError, EvidenceError
from breachscope.sealing import bags, sshsig, timestamps
from breachscope.workflow.context import checked_entries, now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from breachscope.case.folder import CaseFolder
    from breachscope.case.ledger import Head

CHECK_IT = "check it outside: openssl ts -verify -in {stamp} -data {head} -CAfile CA.pem"


def sign(given: Path | None, key: Path, *, command: Sequence[str]) -> tuple[Path, Head]:
    """Sign the ledger's head; the signature's file and the head.

    Raises:
        ConfigError: no case, or no usable key.
        TamperedEvidence: the ledger's chain does not hold.

    """
    private = private_key(key)
    with folder.exclusive(folder.find(given)):
        case, heads = _heads(given)
        text = sshsig.sign(private, outside.words(heads[-1]), outside.NAMESPACE)
        return _keep_signature(case, heads[-1], text, command), heads[-1]


def take_signature(given: Path | None, file: Path, *, command: Sequence[str]) -> tuple[Path, Head]:
    """Keep a signature that was made outside, over the head as it was then.

    Raises:
        EvidenceError: it is not a signature, or not over a head of this ledger.

    """
    text = _read(file).decode("ascii", "replace")
    with folder.exclusive(folder.find(given)):
        case, heads = _heads(given)
        try:
            head = outside.signed_head(text, heads)
        except ValueError as error:
            raise EvidenceError(f"{file}: {error}") from None
        if head is None:
            raise EvidenceError(
                f"{file}: is not over a head of this ledger",
                hint=f"ssh-keygen -Y sign -n {outside.NAMESPACE} -f KEY FILE, over the file that "
                "`breachscope sign --request FILE` wrote",
            )
        return _keep_signature(case, head, text, command), head


def write_head(given: Path | None, file: Path) -> tuple[Head, str]:
    """Write the head's words, for somebody else to sign; the head, and how to sign it."""
    case, heads = _heads(given)
    _write_outside(case, file, outside.words(heads[-1]))
    return heads[-1], f"ssh-keygen -Y sign -n {outside.NAMESPACE} -f KEY {file}"


def write_request(given: Path | None, file: Path) -> Head:
    """Write a request for a time authority over the head as it stands."""
    case, heads = _heads(given)
    _write_outside(case, file, timestamps.request(outside.words(heads[-1])))
    return heads[-1]


def take_stamp(
    given: Path | None, file: Path, trust: Path | None, *, command: Sequence[str]
) -> tuple[Path, Head, datetime | None, list[str]]:
    """Keep a time authority's response as it came; say the time it gives, and what is open.

    With `trust`, certificates in PEM form, the response is verified, and they are kept beside
    it. The time is none if this program cannot read the response.

    Raises:
        EvidenceError: it is about no head of this ledger, nothing was granted, or it does not
            hold under the certificates.

    """
    raw, trusted = _read(file), _read(trust) if trust else None
    with folder.exclusive(folder.find(given)):
        case, heads = _heads(given)
        head = outside.stamped_head(raw, heads)
        if head is None:
            raise EvidenceError(f"{file}: is not about a head of this ledger")
        at, authority, notes = _what_it_says(file, raw, outside.words(head), trusted)
        kept = outside.keep(case, head, outside.STAMP_SUFFIX, raw)
        if trusted:
            appending.write_new(kept.with_suffix(".pem"), trusted)
        entry = {
            "action": outside.STAMPED,
            "stamped": str(head),
            "told_at": at.isoformat() if at else None,
            "authority": authority,
        }
        _record(case, entry, kept, command)
        check = CHECK_IT.format(stamp=kept, head=kept.with_name(f"{head.seq:06d}.head"))
        return kept, head, at, [f"{note}; {check}" for note in notes]


def private_key(path: Path) -> Ed25519PrivateKey:
    """The key to sign with; its passphrase is asked for at the terminal alone."""

    def ask() -> str | None:
        return getpass(f"passphrase of {path}: ") if sys.stdin.isatty() else None

    if not path.is_file():
        raise ConfigError(f"{path}: is not there", hint="a private key: ssh-keygen -t ed25519")
    return sshsig.load_key(path, ask)


def signer(key: Path | None, namespace: str) -> Callable[[bytes], str] | None:
    """What signs a manifest with a key file for one purpose; none without a key."""
    if key is None:
        return None
    private = private_key(key)
    return lambda message: sshsig.sign(private, message, namespace)


def _what_it_says(
    file: Path, raw: bytes, words: bytes, trusted: bytes | None
) -> tuple[datetime | None, str | None, list[str]]:
    try:
        stamp = timestamps.read(raw)
    except timestamps.Unreadable:
        return None, None, ["kept, but this program cannot read it"]
    if not stamp.granted:
        raise EvidenceError(f"{file}: the authority granted nothing")
    if trusted is None:
        return stamp.at, stamp.authority, ["kept, but not verified: no --trust"]
    try:
        timestamps.verify(raw, words, timestamps.certificates(trusted))
    except ValueError as error:
        raise EvidenceError(f"{file}: does not hold: {error}") from None
    return stamp.at, stamp.authority, []


def _heads(given: Path | None) -> tuple[CaseFolder, list[Head]]:
    case = folder.find(given)
    checked_entries(case)
    heads = ledger.heads(case.ledger)
    if not heads:
        raise ConfigError("the ledger has no entry yet")
    return case, heads


def _keep_signature(case: CaseFolder, head: Head, text: str, command: Sequence[str]) -> Path:
    kept = outside.keep(case, head, outside.SIGNATURE_SUFFIX, text.encode())
    key = sshsig.read(text).fingerprint
    _record(case, {"action": outside.SIGNED, "signed": str(head), "key": key}, kept, command)
    return kept


def _record(
    case: CaseFolder, entry: Mapping[str, object], kept: Path, command: Sequence[str]
) -> None:
    said = {"file": kept.name, "sha256": bags.sha256(kept)}
    by = {"at": now(), "command": list(command), "version": __version__}
    ledger.append(case.ledger, {**entry, **said, **by})


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror or 'cannot be read'}") from None


def _write_outside(case: CaseFolder, file: Path, content: bytes) -> None:
    if file.resolve().is_relative_to(case.root):
        raise ConfigError(f"{file}: lies inside the case; name a place outside it")
    if file.exists():
        raise ConfigError(f"{file}: is there already")
    appending.write_new(file, content)

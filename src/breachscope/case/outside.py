"""What people and authorities outside said of the ledger's head: signatures and time stamps.

They lie in `evidence/outside/`, with the words they are about: `000009.head` holds the head
after entry 9 as `ledger.head` held it then, so that `ssh-keygen -Y verify` and `openssl ts
-verify` need nothing of ours. Files are kept byte for byte as they came.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from breachscope.case import appending
from breachscope.sealing import sshsig, timestamps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from breachscope.case.folder import CaseFolder
    from breachscope.case.ledger import Head

NAMESPACE: Final = "breachscope-ledger"
"""The purpose a signature of the head names, so that it can stand for nothing else."""

SIGNED: Final = "ledger signed"
STAMPED: Final = "ledger timestamped"
"""The ledger's actions."""

SIGNATURE_SUFFIX: Final = ".sig"
STAMP_SUFFIX: Final = ".tsr"
SHORT: Final = 8
"""Digits of a digest that tell two files of one head apart."""


@dataclass(frozen=True, slots=True)
class Said:
    """One file from outside, and the entry it is about; none if it is about no entry."""

    path: Path
    raw: bytes
    seq: int | None


def words(head: Head) -> bytes:
    """What is signed and stamped: the head as `ledger.head` holds it."""
    return f"{head}\n".encode()


def place(case: CaseFolder) -> Path:
    """The folder of what came from outside."""
    return case.ledger.parent / "outside"


def keep(case: CaseFolder, head: Head, suffix: str, raw: bytes) -> Path:
    """Keep a file about a head, and the head's own words beside it; the same file once."""
    folder = place(case)
    folder.mkdir(mode=0o700, exist_ok=True)
    appending.write_new(folder / f"{head.seq:06d}.head", words(head))
    kept = folder / f"{head.seq:06d}.{hashlib.sha256(raw).hexdigest()[:SHORT]}{suffix}"
    appending.write_new(kept, raw)
    return kept


def signed_head(text: str, heads: Iterable[Head]) -> Head | None:
    """The head a signature is over, the latest first; none if it is over none of them."""
    signature = sshsig.read(text)
    latest = sorted(heads, key=lambda head: -head.seq)
    return next((h for h in latest if signature.holds(words(h), NAMESPACE)), None)


def stamped_head(raw: bytes, heads: Iterable[Head]) -> Head | None:
    """The head a time stamp is about; none if it is about none of them."""
    return next((head for head in heads if timestamps.concerns(raw, words(head))), None)


def kept(case: CaseFolder, suffix: str) -> Iterator[Said]:
    """Every file of one suffix, in order of name."""
    for path in sorted(place(case).glob(f"*{suffix}")):
        number = path.name.split(".", 1)[0]
        yield Said(path, path.read_bytes(), int(number) if number.isdigit() else None)


def told(entries: Iterable[dict[str, Any]]) -> dict[str, str]:
    """File name -> SHA-256 of everything the ledger tells of."""
    return {
        entry["file"]: entry["sha256"]
        for entry in entries
        if entry.get("action") in (SIGNED, STAMPED)
    }

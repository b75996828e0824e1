"""What leaves: each package encrypted for its own recipient, and the list of all recipients.

`reports/N/outgoing/NAME.zip.age` is for sending. A recipient without a key is listed, and its
package lies open in `outgoing/UNSEALED/`: nobody chooses a password for it unasked.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from breachscope.case import folder
from breachscope.case.fingerprint import sha256_of
from breachscope.errors import ConfigError
from breachscope.notify import seal
from breachscope.sealing import age, bags, zips

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from breachscope.case.config import CaseSettings

OUTGOING: Final = "outgoing"
UNSEALED: Final = "UNSEALED"
LIST: Final = "recipients.csv"
SUFFIX: Final = ".zip.age"
GIVE_KEYS: Final = 'give their public keys in case.toml under [recipients], as in P1 = "age1…"'
COLUMNS: Final = ("party_id", "sealed", "file", "sha256", "package_sha256", "keys")


@dataclass(frozen=True, slots=True)
class Sealed:
    """One package ready to leave; `sha256` is of the encrypted file, none if it is open."""

    party_id: str
    file: str
    package: str  # SHA-256 of its manifest
    sha256: str | None
    keys: list[str]


def keys(settings: CaseSettings, parties: Iterable[str]) -> dict[str, list[str]]:
    """Party -> its public keys, every one proved to be a key.

    Raises:
        ConfigError: a key is not one, or stands for a party that is not there; all at once.

    """
    known = set(parties)
    told = {party: settings.keys_of(party) for party in settings.recipients}
    wrong = [f"there is no party {party}" for party in sorted(told.keys() - known)]
    wrong += [
        f"{party}: key {place} is not a public key ({age.FORMS})"
        for party, given in sorted(told.items())
        for place, key in enumerate(given, 1)
        if not age.is_key(key)
    ]
    if wrong:
        raise ConfigError("case.toml: recipients:\n  " + "\n  ".join(wrong))
    return {party: given for party, given in told.items() if given}


def shared(told: Mapping[str, list[str]]) -> list[str]:
    """Keys that stand for several parties: each of them could open the others' packages."""
    owners: dict[str, list[str]] = {}
    for party, given in sorted(told.items()):
        for key in given:
            owners.setdefault(" ".join(key.split()[:2]), []).append(party)
    return [
        f"{', '.join(parties)} have one key: each can open the packages of all of them"
        for parties in owners.values()
        if len(parties) > 1
    ]


def write(
    report: Path,
    packages: Mapping[str, Path],
    told: Mapping[str, list[str]],
    before: Mapping[str, Sealed],
    *,
    strict: bool,
) -> list[Sealed]:
    """Seal each package, or lay it open where its recipient has no key and not `strict`.

    Args:
        report: `reports/N`.
        packages: party -> its package's folder.
        told: party -> public keys.
        before: what the ledger tells of earlier sealing; what still stands is left alone.
        strict: make nothing for recipients without a key.

    """
    place = report / OUTGOING
    place.mkdir(mode=folder.PRIVATE_FOLDER, exist_ok=True)
    for left in place.rglob(f"{folder.TEMPORARY}*"):
        folder.remove(left)  # of a command that was killed; it may hold persons
    found = []
    for party, package in packages.items():
        if party in told:
            folder.remove(place / UNSEALED / package.name)
            found.append(_sealed(place, party, package, told[party], before.get(party)))
        else:
            folder.remove(place / f"{package.name}{SUFFIX}")
            if not strict:
                found.append(_open(place, party, package))
    _drop_if_empty(place / UNSEALED)
    return found


def write_list(report: Path, sealed: Iterable[Sealed], without: Iterable[str]) -> None:
    """The list of all recipients of a run: who gets which file, and who has no key."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    made = {one.party_id: one for one in sealed}
    for party in sorted({*made, *without}):
        one = made.get(party)
        writer.writerow(
            {
                "party_id": party,
                "sealed": "yes" if one and one.sha256 else "NO",
                "file": one.file if one else "",
                "sha256": (one.sha256 if one else None) or "",
                "package_sha256": one.package if one else "",
                "keys": "; ".join(one.keys) if one else "",
            }
        )
    folder.write_text(report / OUTGOING / LIST, text.getvalue())


def stands(report: Path, one: Sealed) -> bool:
    """The encrypted file is there as it was made."""
    path = report / OUTGOING / one.file
    return one.sha256 is not None and path.is_file() and sha256_of(path) == one.sha256


def _sealed(
    place: Path, party: str, package: Path, given: list[str], before: Sealed | None
) -> Sealed:
    digest = sha256_of(package / seal.SUMS)
    same = before and (before.package, before.keys) == (digest, given)
    if before and same and stands(place.parent, before):
        return before
    target = place / f"{package.name}{SUFFIX}"
    plain = place / f"{folder.TEMPORARY}{package.name}.zip"
    fresh = place / f"{folder.TEMPORARY}{target.name}"
    try:
        zips.pack(package, plain)
        age.encrypt(plain, fresh, given)
        fresh.chmod(folder.PRIVATE_FILE)
        fresh.replace(target)
    finally:
        plain.unlink(missing_ok=True)
        fresh.unlink(missing_ok=True)
    return Sealed(party, target.name, digest, sha256_of(target), list(given))


def _open(place: Path, party: str, package: Path) -> Sealed:
    """The package under other names of the same files, in a folder whose name says it is open."""
    target = place / UNSEALED / package.name
    folder.remove(target)
    with folder.whole(target) as fresh:
        for path in bags.files_in(package):
            inside = fresh / path.relative_to(package)
            inside.parent.mkdir(mode=folder.PRIVATE_FOLDER, parents=True, exist_ok=True)
            folder.link(path, inside)
    digest = sha256_of(package / seal.SUMS)
    return Sealed(party, f"{UNSEALED}/{target.name}", digest, None, [])


def _drop_if_empty(path: Path) -> None:
    if path.is_dir() and not any(path.iterdir()):
        path.rmdir()

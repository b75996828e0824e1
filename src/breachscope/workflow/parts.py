"""Parts: pieces of a stage's result, kept under the digest of all they were made from.

A part is a folder `store/STAGE/DIGEST`. It is computed when it is not there; new evidence
changes the digests of the parts it touches and of no others.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from breachscope.case import folder
from breachscope.case.fingerprint import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Key = tuple[str, str]


@dataclass(slots=True)
class Parts:
    """The parts of one run: fetched from the store, or made and put there.

    `asked` holds every fingerprint of the run in order, `made` those that were computed, with
    the reasons. With `dry` nothing is computed; asking for a missing part raises `Missing`.
    """

    case: folder.CaseFolder
    previous: Mapping[Key, Fingerprint]
    dry: bool = False
    asked: list[Fingerprint] = field(default_factory=list)
    made: list[tuple[Fingerprint, list[str]]] = field(default_factory=list)
    on_made: Callable[[Fingerprint], None] | None = None

    def place(self, wanted: Fingerprint) -> Path:
        """Where a part lies, or would."""
        return self.case.store / wanted.stage.replace(" ", "-") / wanted.digest()

    def has(self, wanted: Fingerprint) -> bool:
        """The part is in the store."""
        return self.place(wanted).is_dir()

    def get(self, wanted: Fingerprint, make: Callable[[Path], None]) -> Path:
        """The folder of a part; `make` fills a new folder if it is not in the store."""
        place = self.place(wanted)
        self.asked.append(wanted)
        if place.is_dir():
            return place
        reasons = wanted.reasons(self.previous.get((wanted.stage, wanted.part)))
        self.made.append((wanted, reasons or ["its result is no longer in the store"]))
        if self.dry:
            raise Missing(wanted)
        if self.on_made:
            self.on_made(wanted)
        with folder.whole(place) as temporary:
            folder.remove(temporary)
            temporary.mkdir(mode=folder.PRIVATE_FOLDER)
            make(temporary)
        return place

    def apart(self) -> Parts:
        """The same store with an account of its own, for work that goes on beside other work."""
        return replace(self, asked=[], made=[])

    def joined(self, other: Parts) -> None:
        """Take the account of work done apart into this one."""
        self.asked += other.asked
        self.made += other.made


class Missing(Exception):
    """A part that a dry run would have to compute."""

    def __init__(self, wanted: Fingerprint) -> None:
        super().__init__(wanted.stage)
        self.wanted = wanted


def as_json(fingerprints: list[Fingerprint]) -> list[dict[str, Any]]:
    """Fingerprints for `runs/N/parts.json`."""
    return [asdict(fingerprint) for fingerprint in fingerprints]


def previous_parts(case: folder.CaseFolder, number: int | None) -> dict[Key, Fingerprint]:
    """The fingerprints of an earlier run, by stage and part."""
    if number is None:
        return {}
    path = case.run(number) / "parts.json"
    if not path.is_file():
        return {}
    known = {field.name for field in fields(Fingerprint)}
    found = [
        Fingerprint(**entry)
        for entry in folder.read_json(path)
        if entry.keys() == known  # another version of breachscope may have kept others
    ]
    return {(fingerprint.stage, fingerprint.part): fingerprint for fingerprint in found}

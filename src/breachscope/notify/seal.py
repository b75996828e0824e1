"""The seal on a package: what is in it, by hash, and a check that nothing else is.

A package is a BagIt bag. `manifest-sha256.txt` is what `sha256sum -c` reads; its own digest
is what the case's ledger keeps, and what a signature stands on. `data/manifest.json` tells
what the package is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.notify.cells import safe_value
from breachscope.sealing import bags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from breachscope.notify.package import Frame

PAYLOAD: Final = bags.PAYLOAD
MANIFEST: Final = "manifest.json"
SUMS: Final = bags.SUMS
NAMESPACE: Final = "breachscope-package"
"""The purpose a package's signature names, so that it can stand for nothing else."""

BOUND: Final = ("affected_people.csv", "extractions.csv")
"""The tables in which every row must be of the package's own party."""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One file of a package as it was sealed."""

    name: str
    bytes: int
    sha256: str


def sealed(
    folder: Path, facts: Mapping[str, object], sign: Callable[[bytes], str] | None = None
) -> list[SealedFile]:
    """Write the manifest of all files under `data/`, and make the folder a bag.

    `facts` stand at the manifest's head: party_id, run and whatever else tells what it is.
    `sign` gives the text of a signature over the bytes of `manifest-sha256.txt`.
    """
    files = [_file(path, folder / PAYLOAD) for path in bags.files_in(folder / PAYLOAD)]
    document: dict[str, Any] = {"schema": "breachscope/package/2", **facts}
    document["files"] = [
        {"name": f.name, "bytes": f.bytes, "sha256": f.sha256} for f in files
    ]  # fmt: skip
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    (folder / PAYLOAD / MANIFEST).write_bytes(text.encode())
    bags.seal(folder, _info(facts), sign)
    return [_file(path, folder) for path in bags.files_in(folder)]


def facts(folder: Path) -> dict[str, Any]:
    """What a package says it is.

    Raises:
        ValueError: it does not say.

    """
    try:
        document = json.loads((folder / PAYLOAD / MANIFEST).read_bytes())
    except OSError:
        raise ValueError("no manifest") from None
    if not isinstance(document, dict):
        raise ValueError("no manifest")
    return document


def check(folder: Path, scope: Frame | None = None) -> list[str]:
    """Everything wrong with a package; an empty list if nothing is.

    With `scope` (SCOPE, of all parties), each person in the package must stand in it as the
    package's party's own. Problems name files, never a value.
    """
    try:
        document = facts(folder)
        party = str(document["party_id"])
        listed = {f"{PAYLOAD}/{f['name']}": str(f["sha256"]) for f in document["files"]}
        sums = bags.sums_of(folder / SUMS)
    except (OSError, ValueError, KeyError, TypeError):
        return [f"{MANIFEST} or {SUMS}: missing or not readable"]
    own = f"{PAYLOAD}/{MANIFEST}"
    return [
        *bags.problems(folder),
        *_between({**listed, own: sums.get(own, "")}, sums),
        *_of_others(folder / PAYLOAD, party, scope),
    ]


def _info(told: Mapping[str, object]) -> dict[str, str]:
    said = {
        "Bag-Software-Agent": f"breachscope {told['program_version']}",
        "External-Identifier": f"run {told['run']}, issue {told['issue']}, {told['party_id']}",
        "External-Description": f"notification package of {told['case']}",
    }
    return {key: str(value) for key, value in said.items()}


def _file(path: Path, folder: Path) -> SealedFile:
    name = path.relative_to(folder).as_posix()
    return SealedFile(name, path.stat().st_size, bags.sha256(path))


def _between(listed: Mapping[str, str], sums: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(listed.keys() | sums.keys()):
        if listed.get(name) != sums.get(name):
            yield f"{name}: {MANIFEST} and {SUMS} do not agree"


def _of_others(folder: Path, party: str, scope: Frame | None) -> Iterator[str]:
    for name in BOUND:
        if not (folder / name).is_file():
            continue
        table = pl.scan_csv(folder / name, infer_schema=False, glob=False)
        try:
            others = table.filter(pl.col("party_id").ne_missing(safe_value(party))).select(pl.len())
            if others.collect().item():
                yield f"{name}: has rows of another party"
        except pl.exceptions.PolarsError:
            yield f"{name}: cannot be read as a table"
    if scope is not None:
        yield from _strangers(folder / BOUND[0], party, scope)


def _strangers(path: Path, party: str, scope: Frame) -> Iterator[str]:
    own = scope.lazy().filter(pl.col("party_id") == party).select("person_key")
    try:
        people = pl.scan_csv(path, infer_schema=False, glob=False).select("person_key")
        strange = people.join(own, on="person_key", how="anti").select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError):
        yield f"{path.name}: cannot be read as a table"
        return
    if strange:
        yield f"{path.name}: {strange} persons are not this party's in the run"

"""The seal on a package: what is in it, by hash, and a check that nothing else is.

`manifest-sha256.txt` is what `sha256sum -c` reads. It names `manifest.json`, and its own
digest is what the case's ledger keeps. It shows what changed, not who made it: there is no
signature on it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.notify.cells import safe_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from breachscope.notify.package import Frame

MANIFEST: Final = "manifest.json"
SUMS: Final = "manifest-sha256.txt"
BOUND: Final = ("affected_people.csv", "extractions.csv")
"""The tables in which every row must be of the package's own party."""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One file of a package as it was sealed."""

    name: str
    bytes: int
    sha256: str


def sealed(folder: Path, facts: Mapping[str, object]) -> list[SealedFile]:
    """Write the manifest of all files in a folder, and its sums; say what is there.

    `facts` stand at the manifest's head: party_id, run and whatever else tells what it is.
    """
    files = [_file(path) for path in _there(folder) if path.name not in (MANIFEST, SUMS)]
    document: dict[str, Any] = {"schema": "breachscope/package/1", **facts}
    document |= {"signed": False, "timestamped": False}
    document["files"] = [
        {"name": f.name, "bytes": f.bytes, "sha256": f.sha256} for f in files
    ]  # fmt: skip
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_bytes(text.encode())
    files.append(_file(folder / MANIFEST))
    sums = "".join(f"{f.sha256}  {f.name}\n" for f in files)
    (folder / SUMS).write_bytes(sums.encode())
    return [*files, _file(folder / SUMS)]


def check(folder: Path, scope: Frame | None = None) -> list[str]:
    """Everything wrong with a package; an empty list if nothing is.

    With `scope` (SCOPE, of all parties), each person in the package must stand in it as the
    package's party's own. Problems name files, never a value.
    """
    try:
        sums = _sums(folder / SUMS)
        manifest = json.loads((folder / MANIFEST).read_bytes())
        party = str(manifest["party_id"])
        listed = {str(f["name"]): str(f["sha256"]) for f in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return [f"{MANIFEST} or {SUMS}: missing or not readable"]
    return [
        *_against_sums(folder, sums),
        *_between({**listed, MANIFEST: sums.get(MANIFEST, "")}, sums),
        *_of_others(folder, party, scope),
    ]


def _there(folder: Path) -> list[Path]:
    return sorted(
        (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()), key=str
    )


def _file(path: Path) -> SealedFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return SealedFile(path.name, path.stat().st_size, digest)


def _sums(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("  ", 1) for line in lines]
    return {name: digest for digest, name in pairs}


def _against_sums(folder: Path, sums: Mapping[str, str]) -> Iterator[str]:
    there = {path.relative_to(folder).as_posix(): path for path in _there(folder)}
    for name in sorted(sums.keys() - there.keys()):
        yield f"{name}: missing"
    for name in sorted(there.keys() - sums.keys() - {SUMS}):
        yield f"{name}: not in the manifest"
    for name in sorted(there.keys() & sums.keys()):
        if there[name].is_symlink():
            yield f"{name}: is a link"
        elif _file(there[name]).sha256 != sums[name]:
            yield f"{name}: changed since it was sealed"


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

"""BagIt bags (RFC 8493, version 1.0): a folder whose content any tool can check.

`manifest-sha256.txt` names every file under `data/` in the form `sha256sum -c` reads. No file
name may need BagIt's percent-encoding, which `sha256sum` does not know. The same content gives
the same bytes: no date is written.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

PAYLOAD: Final = "data"
SUMS: Final = "manifest-sha256.txt"
TAG_SUMS: Final = "tagmanifest-sha256.txt"
SIGNATURE: Final = f"{SUMS}.sig"
DECLARATION: Final = "bagit.txt"
INFO: Final = "bag-info.txt"
TAGS: Final = (DECLARATION, INFO, SUMS, SIGNATURE)
_DECLARED: Final = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S.*)")
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f%\\]")


def seal(folder: Path, info: Mapping[str, str], sign: Callable[[bytes], str] | None = None) -> None:
    """Make a folder whose content stands in `data/` a bag.

    `sign` gives the text of a signature over the bytes of the manifest.

    Raises:
        ValueError: a file's name cannot stand in a manifest.

    """
    files = {path.relative_to(folder).as_posix(): path for path in files_in(folder / PAYLOAD)}
    if wrong := [name for name in files if safe_name(name) != name]:
        raise ValueError(f"{len(wrong)} file names cannot stand in a manifest")
    sums = _lines({name: sha256(path) for name, path in files.items()})
    size = sum(path.stat().st_size for path in files.values())
    told = {**info, "Payload-Oxum": f"{size}.{len(files)}"}
    _write(folder / DECLARATION, _DECLARED)
    _write(folder / INFO, "".join(f"{key}: {_one_line(value)}\n" for key, value in told.items()))
    _write(folder / SUMS, sums)
    if sign:
        _write(folder / SIGNATURE, sign(sums.encode()))
    tags = {name: sha256(folder / name) for name in TAGS if (folder / name).exists()}
    _write(folder / TAG_SUMS, _lines(tags))


def sums_of(path: Path) -> dict[str, str]:
    """A manifest: file -> SHA-256.

    Raises:
        OSError: it is not there.
        ValueError: it is not a manifest.

    """
    found: dict[str, str] = {}
    for line in path.read_bytes().decode("utf-8").splitlines():
        parts = _LINE.fullmatch(line)
        if not parts or parts[2] in found:
            raise ValueError("not a manifest")
        found[parts[2]] = parts[1]
    return found


def problems(folder: Path) -> Iterator[str]:
    """Everything wrong with a bag as a bag, by file."""
    try:
        sums, tags = sums_of(folder / SUMS), sums_of(folder / TAG_SUMS)
        declared = (folder / DECLARATION).read_bytes() == _DECLARED.encode()
    except (OSError, ValueError):
        yield f"{DECLARATION}, {SUMS} or {TAG_SUMS}: missing or not readable"
        return
    if not declared:
        yield f"{DECLARATION}: is not as BagIt wants it"
    known = sums | tags
    there = {path.relative_to(folder).as_posix(): path for path in files_in(folder)}
    for name in sorted(known.keys() - there.keys()):
        yield f"{name}: missing"
    for name in sorted(there.keys() - known.keys() - {TAG_SUMS}):
        yield f"{name}: not in the manifest"
    for name in sorted(there.keys() & known.keys()):
        if there[name].is_symlink():
            yield f"{name}: is a link"
        elif sha256(there[name]) != known[name]:
            yield f"{name}: changed since it was sealed"


def files_in(folder: Path) -> list[Path]:
    """Every file and link below a folder, in order of name."""
    return sorted(
        (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()),
        key=lambda path: path.as_posix(),
    )


def safe_name(name: str) -> str:
    """The name with every character a manifest cannot hold made an underscore."""
    return _UNSAFE.sub("_", name.encode("utf-8", "replace").decode())


def sha256(path: Path) -> str:
    """A file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lines(sums: Mapping[str, str]) -> str:
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())

"""A folder as one zip file: the same files give the same bytes."""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING, Final

from breachscope.sealing.bags import files_in

if TYPE_CHECKING:
    from pathlib import Path

THE_DATE: Final = (2000, 1, 1, 0, 0, 0)
OWNER_ONLY: Final = 0o100600 << 16
LARGE: Final = 1 << 31


def pack(folder: Path, target: Path) -> None:
    """Write a folder's files, in order of name, under the folder's own name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files_in(folder):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            entry = zipfile.ZipInfo(name, THE_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = OWNER_ONLY
            large = path.stat().st_size >= LARGE
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=large) as sink:
                shutil.copyfileobj(source, sink, 1 << 20)

"""A hive in memory, with the changes its transaction logs hold."""

from __future__ import annotations

import io
import logging
import re
import struct
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from breachscope.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from breachscope.evidence.containers import Stream

MAGIC: Final = b"regf"
BASE: Final = 4096
MOST_BYTES: Final = 1 << 29
DIRTY: Final = (
    "the hive was not closed, and its transaction logs are not with it: changes may be missing"
)
TOO_LONG: Final = "the hive leads round and round: what is read of it has come to an end"
_TIMES_OVER: Final = 8
_LEAST_READ: Final = 1 << 20
_KEPT_WITHIN: Final = 1 << 31
_TYPE_AT: Final = 28
_BINS_AT: Final = 40
_HIVE: Final = 0


def is_hive(head: bytes) -> bool:
    """The file begins as a hive does."""
    return _type_of(head) == _HIVE


def is_log(head: bytes) -> bool:
    """The file begins as a hive's transaction log does."""
    return _type_of(head) not in (None, _HIVE)


def _type_of(head: bytes) -> int | None:
    if not head.startswith(MAGIC) or len(head) < _TYPE_AT + 4:
        return None
    (found,) = struct.unpack_from("<I", head, _TYPE_AT)
    return int(found)


def is_dirty(data: bytes) -> bool:
    """The numbers written before and after the last change differ."""
    first, second = struct.unpack_from("<II", data.ljust(BASE, b"\0"), 4)
    return bool(first != second)


class Bounded(io.BytesIO):
    """A hive's bytes, read no more than many times over.

    A sound hive is read a few times over at most. One whose lists name the same keys again and
    again could be read for ever, each level multiplying the one above.
    """

    left: int
    asked_too_much: bool = False

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.left = max(_TIMES_OVER * len(data), _LEAST_READ)

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes.

        Raises:
            EOFError: the hive has been read too many times over.
        """
        if size is not None and size >= _KEPT_WITHIN:
            return b""  # the value stands in its own entry; the library asks for what follows, too
        found = super().read(size)
        self.left -= len(found)
        if self.left < 0:
            self.asked_too_much = True
            raise EOFError(TOO_LONG)
        return found


@dataclass(slots=True)
class Hives:
    """The hives and transaction logs of an archive, by their names in it."""

    hives: dict[str, bytes] = field(default_factory=dict)
    logs: dict[str, bytes] = field(default_factory=dict)

    def keep(self, name: str, head: bytes, stream: Stream) -> bool:
        """Take a member in, if it is one of them."""
        kept = self.hives if is_hive(head) else self.logs if is_log(head) else None
        if kept is None:
            return False
        kept[name] = whole(stream)
        return True

    def with_logs(self) -> Iterator[tuple[str, bytes, list[bytes]]]:
        """Each hive with its logs, which are taken out: NAME.LOG1 is of NAME."""
        for name, data in self.hives.items():
            own = [log for log in self.logs if _stem(log) == name.casefold()]
            yield name, data, [self.logs.pop(log) for log in own]


def whole(stream: Stream) -> bytes:
    """A hive or a log, held in memory.

    Raises:
        EvidenceError: it is larger than hives are.
    """
    pieces, size = [], 0
    while piece := stream.read(1 << 24):
        size += len(piece)
        if size > MOST_BYTES:
            raise EvidenceError(f"is a registry hive of more than {MOST_BYTES >> 20} MB")
        pieces.append(piece)
    return b"".join(pieces)


def _stem(log: str) -> str:
    return re.sub(r"\.log[0-9]*$", "", log.casefold())


def opened(
    data: bytes, logs: Sequence[bytes], scratch: Path | None, note: Callable[[str], None]
) -> Any:
    """The library's hive.

    Raises:
        EvidenceError: the library is not installed, or the hive is too broken to be opened.
    """
    try:
        from regipy.registry import RegistryHive
    except ImportError:
        raise EvidenceError(
            "is a registry hive, and the library that reads them is not installed",
            hint="pip install 'breachscope[windows]'",
        ) from None
    quiet = logging.getLogger("regipy")  # it would print what it cannot read
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    (bins,) = struct.unpack_from("<I", data.ljust(BASE, b"\0"), _BINS_AT)
    if len(data) < BASE + bins:
        note(f"the hive is cut short: {len(data):,} bytes of {BASE + bins:,}")
    # The library reads paths only; the folder is the case's own where a case is there.
    with tempfile.TemporaryDirectory(prefix="hive-", dir=scratch) as name:
        folder = Path(name)
        place = folder / "hive"
        place.write_bytes(data)
        if is_dirty(data):
            place = _with_logs(place, logs, note)
        try:
            library: Any = RegistryHive
            hive = library(str(place))
        except Exception:  # a broken hive raises whatever the library meets in it
            raise EvidenceError("is a registry hive too damaged to be opened") from None
    hive._stream = hive.root._stream = Bounded(hive._stream.getvalue())  # keys below share it
    return hive


def _with_logs(place: Path, logs: Sequence[bytes], note: Callable[[str], None]) -> Path:
    """The hive with the changes of its logs, the older first."""
    whole = [log for log in logs if len(log) > BASE // 8]
    if not whole:
        note(DIRTY)
        return place
    from regipy.recovery import apply_transaction_logs

    ordered = sorted(whole, key=lambda log: struct.unpack_from("<I", log, 4)[0])[-2:]
    names = []
    for number, log in enumerate(ordered):
        path = place.with_name(f"log{number}")
        path.write_bytes(log)
        names.append(str(path))
    restored = place.with_name("restored")
    older = names[0] if len(names) > 1 else None
    try:
        apply: Any = apply_transaction_logs
        _, pages = apply(str(place), names[-1], older, str(restored))
    except Exception:  # as above; the hive as it stands is still evidence
        note("the hive was not closed, and its transaction logs do not fit it: read without them")
        return place
    note(f"the hive was not closed; {pages} pages are taken from its transaction logs")
    return restored

"""Records of chunks as JSON text, by the library; what it passes over is told.

Records whose event nobody asks for are stepped over (`scan`). What the library gives is held
against the records that stand there; where it is not exactly those, all are decoded.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from itertools import compress, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from breachscope.errors import EvidenceError
from breachscope.evidence.readers.evtx.chunks import CHUNK, HIGHEST, as_file
from breachscope.evidence.readers.evtx.fields import TEXT, event_ids
from breachscope.evidence.readers.evtx.rings import without_rings
from breachscope.evidence.readers.evtx.scan import (
    UNKNOWN,
    Scan,
    scanned,
    staying,
    stepping_over,
)
from breachscope.evidence.readers.evtx.templates import Templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from breachscope.evidence.readers.evtx.chunks import Damage, Group

NOT_DECODED: Final = "the record cannot be decoded"
IN_DAMAGE: Final = "in a damaged chunk: "
NO_RECORD: Final = "a damaged chunk in which no record can be found: "

PLACE: Final = {"line": pl.Int64(), "byte": pl.Int64()}
SOUND: Final = pl.Schema({**PLACE, TEXT: pl.String()})
BROKEN: Final = pl.Schema({**PLACE, "reason": pl.String()})

_AT: Final = pl.Datetime("us", "UTC")
_IDS: Final = 1 << 16  # an event's id has 16 bits
_PAIR: Final[Any] = itemgetter("event_record_id", "data")
_MOST_TURNS: Final = 1 << 20  # more than any group has records
_BURST: Final = 256
"""So many records are decoded before another thread is let in: the library lets none in itself."""


@dataclass(frozen=True, slots=True)
class Records:
    """The records of some chunks: `sound` is of SOUND, `broken` of BROKEN.

    `sound` has the event's id (`_id`) and, where it is known without the text, its time (`_at`).
    The text is null of records that were stepped over.
    Together they are every record that begins in those chunks, and one line for each damaged
    chunk in which no record can be found.
    """

    sound: pl.DataFrame
    broken: pl.DataFrame


def require() -> None:
    """Stop where the library is not installed.

    Raises:
        EvidenceError: names the extra to install.
    """
    try:
        import evtx  # noqa: F401
    except ImportError:
        raise EvidenceError(
            "is a Windows event log, and the library that reads them is not installed",
            hint="pip install 'breachscope[windows]'",
        ) from None


@dataclass(slots=True)
class Asked:
    """What is asked for of one file: events by their ids; and the templates met in it so far."""

    wanted: NDArray[np.bool_]
    templates: Templates = field(default_factory=Templates)

    @classmethod
    def of(cls, events: Iterable[str]) -> Asked:
        """These events; a record of whose id nothing is known is asked for, too."""
        wanted = np.zeros(_IDS + 1, np.bool_)
        wanted[[int(number) for number in events]] = True
        wanted[UNKNOWN] = True
        return cls(wanted)


@dataclass(slots=True)
class Gathering:
    """Records of neighbouring chunks, taken in group by group."""

    asked: Asked
    lines: list[int | None] = field(default_factory=list)
    bytes: list[int | None] = field(default_factory=list)
    ids: list[NDArray[np.int64]] = field(default_factory=list)
    times: list[NDArray[np.int64]] = field(default_factory=list)
    decoded: list[NDArray[np.bool_]] = field(default_factory=list)
    texts: list[pl.Series] = field(default_factory=list)
    broken: list[pl.DataFrame] = field(default_factory=list)

    def add(self, group: Group, pause: Callable[[], None]) -> None:
        """What the library makes of a group, held against the records that stand in it.

        `pause` is called now and then, to let another thread in.
        """
        self.broken += [_in_damage(damage) for damage in group.damages]
        numbers, begins = group.places.numbers, group.places.bytes
        ids, times = np.full(len(numbers), UNKNOWN), np.zeros(len(numbers), np.int64)
        # What is damaged is given to the library as it is.
        firsts = np.flatnonzero(np.diff(group.at // CHUNK, prepend=-1))
        if numbers and len(firsts) * CHUNK == len(group.data) and not group.damages:
            scan = scanned(group.data, group.at, self.asked.templates)
            ids, times = scan.ids, scan.times
            if self._step(group, firsts, scan, pause):
                return
        found, decoded = texts(group.data, pause)
        if found == numbers:
            self._take(numbers, begins, ids, times, None, decoded)
            return
        every = pl.DataFrame(_matched(numbers, begins, found, decoded), schema=SOUND)
        lacks = pl.col(TEXT).is_null()
        sound = every.filter(~lacks)
        none = np.full(sound.height, UNKNOWN)
        lines, places = sound["line"].to_list(), sound["byte"].to_list()
        self._take(lines, places, none, none, None, sound[TEXT])
        self.broken.append(every.filter(lacks).select("line", "byte", reason=pl.lit(NOT_DECODED)))

    def _step(
        self, group: Group, firsts: NDArray[np.int64], scan: Scan, pause: Callable[[], None]
    ) -> bool:
        """Take a group in, stepping over what is not asked for; false if that does not go well."""
        # The first record tells of which log and machine the file is.
        stays = staying(scan, self.asked.wanted, firsts, with_first=not self.lines)
        if stays.all():
            return False
        numbers = group.places.numbers
        found: list[int] = []
        decoded: list[str] = []
        if stays.any():
            data = stepping_over(group.data, group.at, scan.ends, stays)
            found, decoded = texts(data, pause)
        if found != list(compress(numbers, stays.tolist())):
            return False
        self._take(numbers, group.places.bytes, scan.ids, scan.times, stays, decoded)
        return True

    def _take(
        self,
        lines: list[int],
        places: list[int],
        ids: NDArray[np.int64],
        times: NDArray[np.int64],
        decoded: NDArray[np.bool_] | None,
        texts: list[str] | pl.Series,
    ) -> None:
        self.lines += lines
        self.bytes += places
        self.ids.append(ids)
        self.times.append(times)
        self.decoded.append(np.ones(len(lines), np.bool_) if decoded is None else decoded)
        self.texts.append(pl.Series(TEXT, texts, pl.String))

    def records(self) -> Records:
        """All of them, with their events' ids and the times that are known."""
        if not self.lines:
            sound = pl.DataFrame(schema=SOUND).with_columns(_id=event_ids(), _at=pl.lit(None, _AT))
            return Records(sound, pl.concat([pl.DataFrame(schema=BROKEN), *self.broken]))
        decoded = np.concatenate(self.decoded)
        text = pl.concat(self.texts)
        if len(text) < len(decoded):
            which = pl.Series(np.cumsum(decoded) - 1, dtype=pl.Int64)
            text = text.gather(which.set(pl.Series(~decoded), None))
        columns = {
            "line": self.lines,
            "byte": self.bytes,
            TEXT: text,
            "_id": np.concatenate(self.ids),
            "_at": np.concatenate(self.times),
        }
        known = pl.col("_id") != UNKNOWN
        read = pl.when(~known).then(TEXT)
        sound = pl.DataFrame(columns, schema={**SOUND, "_id": pl.Int64(), "_at": pl.Int64()})
        sound = sound.with_columns(
            _id=pl.coalesce(pl.when(known).then(pl.col("_id").cast(pl.String)), event_ids(read)),
            _at=pl.when(known).then(pl.col("_at").cast(_AT)),
        )
        return Records(sound, pl.concat([pl.DataFrame(schema=BROKEN), *self.broken]))


def texts(chunks: bytes | bytearray, pause: Callable[[], None]) -> tuple[list[int], list[str]]:
    """Every record the library can decode, number and JSON; what it cannot it leaves out."""
    import evtx

    pairs: list[tuple[int, str]] = []
    if not chunks:
        return [], []
    file = io.BytesIO(as_file(without_rings(chunks)))
    records = evtx.PyEvtxParser(file, 1).records_json()
    for _ in range(_MOST_TURNS):
        before = len(pairs)
        try:
            pairs.extend(map(_PAIR, islice(records, _BURST)))  # what came before an error stays
        except RuntimeError:
            continue
        if len(pairs) < before + _BURST:
            break
        pause()
    return [number for number, _ in pairs], [text for _, text in pairs]


def _matched(
    numbers: list[int], begins: list[int], found: list[int], decoded: list[str]
) -> dict[str, list[object]]:
    """By number, the first to the first, where the library left records out or found others."""
    waiting: dict[int, list[str]] = {}
    for number, text in zip(found, decoded, strict=True):
        waiting.setdefault(number, []).append(text)
    own = [waiting[n].pop(0) if waiting.get(n) else None for n in numbers]
    left = [(number, text) for number, texts in waiting.items() for text in texts]
    # A number no log can reach is not one: the record is kept, and cannot be read.
    others = [(n, text) if n < HIGHEST else (None, None) for n, text in left]
    return {
        "line": [*numbers, *(number for number, _ in others)],
        "byte": [*begins, *(None for _ in others)],
        TEXT: [*own, *(text for _, text in others)],
    }


def _in_damage(damage: Damage) -> pl.DataFrame:
    places = damage.places
    if places is None:
        return pl.DataFrame(schema=BROKEN)
    if not places.numbers:
        alone = {"line": [None], "byte": [damage.byte], "reason": [NO_RECORD + damage.why]}
        return pl.DataFrame(alone, schema=BROKEN)
    every = pl.DataFrame({"line": places.numbers, "byte": places.bytes}, schema=PLACE)
    return every.with_columns(reason=pl.lit(IN_DAMAGE + damage.why))

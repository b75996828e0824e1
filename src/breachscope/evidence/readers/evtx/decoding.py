"""Records of chunks as JSON text, by the library; what it passes over is told."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.errors import EvidenceError
from breachscope.evidence.readers.evtx.chunks import HEADER, HIGHEST
from breachscope.evidence.readers.evtx.fields import TEXT, event_ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from breachscope.evidence.readers.evtx.chunks import Damage, Group

NOT_DECODED: Final = "the record cannot be decoded"
IN_DAMAGE: Final = "in a damaged chunk: "
NO_RECORD: Final = "a damaged chunk in which no record can be found: "

PLACE: Final = {"line": pl.Int64(), "byte": pl.Int64()}
SOUND: Final = pl.Schema({**PLACE, TEXT: pl.String()})
BROKEN: Final = pl.Schema({**PLACE, "reason": pl.String()})

_PAIR: Final[Any] = itemgetter("event_record_id", "data")
_MOST_TURNS: Final = 1 << 20  # more than any group has records
_BURST: Final = 256
"""So many records are decoded before another thread is let in: the library lets none in itself."""


@dataclass(frozen=True, slots=True)
class Records:
    """The records of some chunks: `sound` is of SOUND with the event's id, `broken` of BROKEN.

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
class Gathering:
    """Records of neighbouring chunks, taken in group by group."""

    lines: list[int | None] = field(default_factory=list)
    bytes: list[int | None] = field(default_factory=list)
    texts: list[pl.Series] = field(default_factory=list)
    broken: list[pl.DataFrame] = field(default_factory=list)

    def add(self, group: Group, pause: Callable[[], None]) -> None:
        """What the library makes of a group, held against the records that stand in it.

        `pause` is called now and then, to let another thread in.
        """
        numbers, begins = group.places.numbers, group.places.bytes
        found, decoded = texts(group.data, pause)
        damaged = [_in_damage(damage) for damage in group.damages]
        if found == numbers:
            self.lines += numbers
            self.bytes += begins
            self.texts.append(pl.Series(TEXT, decoded, pl.String))
            self.broken += damaged
            return
        every = pl.DataFrame(_matched(numbers, begins, found, decoded), schema=SOUND)
        lacks = pl.col(TEXT).is_null()
        sound = every.filter(~lacks)
        self.lines += sound["line"].to_list()
        self.bytes += sound["byte"].to_list()
        self.texts.append(sound[TEXT])
        lost = every.filter(lacks).select("line", "byte", reason=pl.lit(NOT_DECODED))
        self.broken += [lost, *damaged]

    def records(self) -> Records:
        """All of them, with their events' ids."""
        text = pl.concat(self.texts) if self.texts else pl.Series(TEXT, [], pl.String)
        columns = {"line": self.lines, "byte": self.bytes, TEXT: text}
        sound = pl.DataFrame(columns, schema=SOUND).with_columns(_id=event_ids())
        return Records(sound, pl.concat([pl.DataFrame(schema=BROKEN), *self.broken]))


def texts(data: bytes, pause: Callable[[], None]) -> tuple[list[int], list[str]]:
    """Every record the library can decode, number and JSON; what it cannot it leaves out."""
    import evtx

    pairs: list[tuple[int, str]] = []
    if len(data) <= HEADER:
        return [], []
    records = evtx.PyEvtxParser(io.BytesIO(data), 1).records_json()
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

"""Event ids and times of records before any is decoded, and chunks without those not wanted.

Most records of a log are of events nobody asks for, and decoding is what costs. A record's values
stand behind its template, so its id and its time can be read at their places (`templates`); where
anything is not as Windows writes it, nothing is said and the record is decoded. To step over
records the one before is given a size that reaches to the next that is wanted: the library ends a
record where its binary XML ends, not where its size does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from breachscope.evidence.readers.evtx.chunks import CHUNK, WORD, anywhere
from breachscope.evidence.readers.evtx.templates import DEFINITION, FILETIME, MOST_VALUES, UINT16

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from breachscope.evidence.readers.evtx.templates import Templates

UNKNOWN: Final = -1
"""Stands for the id of a record of which nothing is said."""

_SIZE_AT: Final = 4
_HEAD: Final = np.dtype(
    {
        "names": ["size", "number", "written", "fragment", "instance", "definition"],
        "formats": ["<u4", "<u8", "<u8", "<u4", "<u2", "<u4"],
        "offsets": [_SIZE_AT, 8, 16, 24, 28, 34],
        "itemsize": 38,
    }
)
"""A record's header, the header of its binary XML, and the instance of a template."""
_FRAGMENT: Final = 0x0001010F
_INSTANCE: Final = 0x010C
_MARGIN: Final = WORD.itemsize * (1 + MOST_VALUES)
"""The count of the values; behind it stand so many sizes (16 bits) and types (8 bits), then the
values."""
_FORM: Final = np.dtype([(name, "<i8") for name in ("event_id", "time", "plain", "begin")])
"""A form's places, and where the values' sizes begin."""
_ASKED: Final[dict[str, tuple[int, np.dtype[Any]]]] = {
    "event_id": (UINT16, np.dtype("<u2")),
    "time": (FILETIME, np.dtype("<u8")),
}
_END: Final = 0  # the token behind a record's values
_NESTED: Final = 0x21  # binary XML as a value
_LAST_NUMBER_AT: Final = 32  # in a chunk's header: the library stops behind that record
_TICKS_TO_1970: Final = 116_444_736_000_000_000  # of 100 ns, from 1601
_LATEST: Final = _TICKS_TO_1970 + 10_000_000 * 86_400 * 365 * 200
"""Times from 1970 to about 2170 are believed; the library knows how to print others."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Of each record: its event's id or UNKNOWN, its time in µs since 1970, where it ends."""

    ids: NDArray[np.int64]
    times: NDArray[np.int64]
    ends: NDArray[np.int64]


def scanned(data: bytes, at: NDArray[np.int64], templates: Templates) -> Scan:
    """What records say of themselves.

    Args:
        data: whole chunks.
        at: where their records begin.
        templates: those met in the file so far.

    """
    ids, times = np.full(len(at), UNKNOWN), np.zeros(len(at), np.int64)
    inside = at <= len(data) - _HEAD.itemsize
    head = anywhere(data, _HEAD)[np.where(inside, at, 0)]
    ends = at + anywhere(data, WORD)[at + _SIZE_AT]
    form = _forms(data, at, head["definition"].astype(np.int64), templates)
    known = inside & (head["fragment"] == _FRAGMENT) & (head["instance"] == _INSTANCE)
    known &= (form["event_id"] >= 0) & _is_moment(head["written"])
    known &= form["begin"] <= len(data) - _MARGIN
    known &= ~_in_chunks_ended_early(data, at, head["number"])
    rows = np.flatnonzero(known)
    if len(rows):
        found, ticks, sure = _values(data, form[rows], ends[rows])
        rows = rows[sure]
        ids[rows], times[rows] = found[sure], (ticks[sure].astype(np.int64) - _TICKS_TO_1970) // 10
    return Scan(ids, times, ends)


def _in_chunks_ended_early(
    data: bytes, at: NDArray[np.int64], numbers: NDArray[np.uint64]
) -> NDArray[np.bool_]:
    """Whether the number at which the library stops is not the last of the record's chunk."""
    last = np.frombuffer(data, "<u8")[_LAST_NUMBER_AT // 8 :: CHUNK // 8]
    chunk = at // CHUNK
    goes_on = np.append(chunk[1:] == chunk[:-1], False)
    ended = chunk[(numbers == last[chunk]) & goes_on]
    return np.isin(chunk, ended) if len(ended) else np.zeros(len(at), np.bool_)


def _is_moment(ticks: NDArray[np.uint64]) -> NDArray[np.bool_]:
    return (ticks >= _TICKS_TO_1970) & (ticks < _LATEST)


def _forms(
    data: bytes, at: NDArray[np.int64], offset: NDArray[np.int64], templates: Templates
) -> NDArray[Any]:
    """Each record's form, by the offset of its definition, as rows of `_FORM`."""
    offset[offset > CHUNK - DEFINITION] = 0  # none stands there
    place = at // CHUNK * CHUNK + offset
    every, which = np.unique(place, return_inverse=True)
    found = [(p // CHUNK, templates.at(data, p)) for p in every.tolist()]
    times = Counter((chunk, definition.guid) for chunk, definition in found)
    rows = [
        # Of definitions with one GUID the library takes the first for all of a chunk.
        (d.form.event_id, d.form.time, d.form.plain, d.size)
        if d.form and times[chunk, d.guid] == 1
        else (UNKNOWN, 0, 0, 0)
        for chunk, d in found
    ]
    form: NDArray[Any] = np.array(rows, _FORM)[which]
    behind = at + _HEAD.itemsize
    form["begin"] = np.where(place == behind, behind + DEFINITION + form["begin"], behind)
    return form


def _values(
    data: bytes, form: NDArray[Any], ends: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.bool_]]:
    """Event ids, times in ticks, and whether all is as expected; `ends` are the records'."""
    count = anywhere(data, WORD)[form["begin"]].astype(np.int64)
    sure = count <= MOST_VALUES
    columns = np.arange(max(1, count[sure].max(initial=0)))
    of = anywhere(data, np.dtype(("<u4", (len(columns),))))[form["begin"] + WORD.itemsize]
    if count.min() < len(columns):
        of[columns >= count[:, None]] = 0
    until = np.cumsum(of & 0xFFFF, axis=1, dtype=np.uint32)
    first = form["begin"] + WORD.itemsize + 4 * count
    behind = first + until[:, -1]
    sure &= behind < ends - 4
    behind[~sure] = 0
    sure &= np.frombuffer(data, np.uint8)[behind] == _END
    nested = np.packbits(of >> 16 & 0xFF == _NESTED, axis=1, bitorder="little")
    for byte in range(nested.shape[1]):
        sure &= nested[:, byte] & form["plain"] >> 8 * byte == 0
    first[~sure] = 0
    each = np.arange(len(form))
    made = []
    for name, (kind, value) in _ASKED.items():
        place = np.minimum(form[name], len(columns) - 1)
        sure &= (form[name] < count) & (of[each, place] == kind << 16 | value.itemsize)
        at = first + until[each, place] - value.itemsize
        at[~sure] = 0
        made.append(anywhere(data, value)[at])
    return made[0], made[1], sure & _is_moment(made[1])


def staying(
    scan: Scan, wanted: NDArray[np.bool_], firsts: NDArray[np.int64], *, with_first: bool
) -> NDArray[np.bool_]:
    """Which records are to be decoded.

    Args:
        scan: of the records of some chunks.
        wanted: by event id, which are asked for; the last is for UNKNOWN.
        firsts: the first record of each chunk.
        with_first: the first of all is to be among them.

    """
    stays: NDArray[np.bool_] = wanted[scan.ids]
    stays[0] |= with_first
    counts = np.diff([*firsts, len(stays)])
    some: NDArray[np.bool_] = np.repeat(np.logical_or.reduceat(stays, firsts), counts)
    stays[firsts] = True  # the library begins with it
    before = np.maximum.accumulate(np.where(stays, np.arange(len(stays)), 0))
    stays |= scan.ids[before] == UNKNOWN  # its end is not known, so nothing is stepped over
    return stays & some


def stepping_over(
    data: bytes, at: NDArray[np.int64], ends: NDArray[np.int64], stays: NDArray[np.bool_]
) -> bytearray:
    """The chunks that have records to decode, with sizes that reach from one to the next.

    Args:
        data: whole chunks.
        at: where their records begin.
        ends: where they end.
        stays: which are to be decoded: none of a chunk, or its first among others.

    """
    chunk = at // CHUNK
    used = np.unique(chunk[stays])
    there = np.isin(chunk, used)
    begin, end, kept = at[there], ends[there], np.flatnonzero(stays[there])
    reach = end[np.append(kept[1:], len(end)) - 1] - begin[kept]
    view = memoryview(data)
    made = bytearray().join(view[n * CHUNK : (n + 1) * CHUNK] for n in used.tolist())
    place = np.searchsorted(used, chunk[stays]) * CHUNK + begin[kept] % CHUNK
    anywhere(made, WORD)[place + _SIZE_AT] = reach
    return made

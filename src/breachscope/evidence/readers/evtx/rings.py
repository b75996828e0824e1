"""Chains of a chunk that come back to themselves: the library would follow them for ever.

A chunk's header names where its strings and its templates begin, by their hash; each tells where
the next of the same hash stands (libevtx documentation). In a damaged chunk a chain may end where
it began. The header's place of such a chain is emptied: the library then reads what it needs from
where the records point to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from breachscope.evidence.readers.evtx.chunks import CHUNK, WORD, anywhere

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TABLES: Final = slice(128 // 4, (128 + 4 * (64 + 32)) // 4)
"""Words of a chunk's header: where 64 chains of strings and 32 of templates begin."""
_USUAL: Final = 32
"""Links of a chain; whole chunks hold a few hundred strings and templates, by 64 and 32 hashes."""


def without_rings(chunks: bytes | bytearray) -> bytes | bytearray:
    """The chunks, those chains left out that do not end within the chunk.

    Args:
        chunks: whole chunks, one after another.

    """
    if not chunks:
        return chunks  # none of the slice's chunks can be read
    words = np.frombuffer(chunks, "<u4").reshape(-1, CHUNK // 4)
    heads = words[:, _TABLES]
    chunk, slot = np.nonzero(heads)
    at = heads[chunk, slot].astype(np.int64)
    alive = np.arange(at.size)
    every = anywhere(chunks, WORD)
    for _ in range(_USUAL):
        alive = alive[at[alive] <= CHUNK - 4]  # beyond the chunk the library stops by itself
        at[alive] = every[chunk[alive] * CHUNK + at[alive]]
        alive = alive[at[alive] != 0]
        if not alive.size:
            return chunks
    rings = [n for n in alive.tolist() if _comes_back(every, int(chunk[n]) * CHUNK, int(at[n]))]
    if not rings:
        return chunks
    made = bytearray(chunks)
    for n in rings:
        head = int(chunk[n]) * CHUNK + 4 * (_TABLES.start + int(slot[n]))
        made[head : head + 4] = bytes(4)
    return made


def _comes_back(every: NDArray[np.uint32], base: int, at: int) -> bool:
    met: set[int] = set()
    while at and at <= CHUNK - 4:
        if at in met:
            return True
        met.add(at)
        at = int(every[base + at])
    return False

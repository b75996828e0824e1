"""Chance without a state: the same person and the same question give the same answer.

People are too many to keep; whatever is asked of one is computed from a number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def mixed(ids: Ids, salt: int) -> Ids:
    """64 well-mixed bits for every id, other ones for every salt (splitmix64)."""
    x: Ids = ids + np.uint64((salt * _GOLDEN + 0x632BE59BD9B4E019) & _MASK)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def unit(ids: Ids, salt: int) -> Floats:
    """A number in [0, 1) for every id."""
    return (mixed(ids, salt) >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def pick(ids: Ids, salt: int, n: int) -> Ints:
    """One of 0 … n-1 for every id, all equally likely."""
    return (mixed(ids, salt) % np.uint64(n)).astype(np.int64)


def one(number: int, salt: int) -> float:
    """`unit` of a single number."""
    x = (number + salt * _GOLDEN + 0x632BE59BD9B4E019) & _MASK
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & _MASK
    return float((x ^ (x >> 31)) >> 11) / float(1 << 53)

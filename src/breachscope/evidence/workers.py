"""Threads of a reader that gives its rows one batch after another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def workers(count: int) -> Iterator[ThreadPoolExecutor]:
    """So many threads; what they have not begun is dropped in the end, and none is waited for.

    A reader that is let go before its end may be closed by the garbage collector, in the middle
    of another thread's start: there, to wait for a thread's end is to wait for ever.
    """
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)

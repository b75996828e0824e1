"""Several things in work at once, their results as if they had come one after the other."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from breachscope.workflow.situation import Situation

AT_ONCE: Final = 2
"""Things in work together: much of the work on one keeps one processor busy only."""

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def each(
    s: Situation,
    one: Callable[[Situation, Thing], Result],
    things: Sequence[Thing],
    order: Sequence[int] | None = None,
) -> list[Result]:
    """`one` of every thing, AT_ONCE at a time; results and accounts in the things' own order.

    Args:
        s: the situation; each call is given it with an account of parts of its own.
        one: may be called from several threads at once.
        things: what to work on.
        order: in which to begin, as places in `things`; the longest first leaves no processor
            idle at the end.

    Raises:
        Whatever `one` raises, of the first thing that fails; what was not begun is left.

    """
    apart = [replace(s, parts=s.parts.apart()) for _ in things]
    pairs = list(zip(apart, things, strict=True))
    with begun(lambda pair: one(*pair), pairs, order) as working:
        done: list[Result] = []
        for view, made in zip(apart, working, strict=True):
            wait([made])
            s.parts.joined(view.parts)  # of one that failed too: a plan lists what it lacks
            done.append(made.result())
    return done


@contextmanager
def begun(
    one: Callable[[Thing], Result], things: Sequence[Thing], order: Sequence[int] | None = None
) -> Iterator[list[Future[Result]]]:
    """`one` of every thing, AT_ONCE at a time: what each comes to, in the things' own order.

    On leaving, what was not begun is left, and what was is waited for.
    """
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        working = {at: pool.submit(one, things[at]) for at in order or range(len(things))}
        yield [working[at] for at in range(len(things))]
    finally:
        pool.shutdown(cancel_futures=True)

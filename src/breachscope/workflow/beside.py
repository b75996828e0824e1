"""Work on several things of a case at once, accounted for as if it had been one after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    pool = ThreadPoolExecutor(AT_ONCE)
    begun = {at: pool.submit(one, apart[at], things[at]) for at in order or range(len(things))}
    done: list[Result] = []
    try:
        for at, view in enumerate(apart):
            wait([begun[at]])
            s.parts.joined(view.parts)  # of one that failed too: a plan lists what it lacks
            done.append(begun[at].result())
    finally:
        pool.shutdown(cancel_futures=True)
    return done

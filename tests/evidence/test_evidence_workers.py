"""A reader that is let go waits for none of its threads."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future

from breachscope.evidence.workers import workers


def test_letting_go_of_a_reader_waits_for_no_thread() -> None:
    gate, begun = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        gate.wait(20)

    def reader() -> Iterator[list[Future[None]]]:
        with workers(1) as pool:
            yield [pool.submit(work), pool.submit(work)]

    reading = reader()
    running, waiting = next(reading)
    begun.wait(20)
    reading.close()

    assert not running.done()
    assert waiting.cancelled()
    gate.set()
    running.result(20)

"""Real threads for tests of races."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Barrier
from typing import TypeVar

A_MOMENT = 0.3

T = TypeVar("T")


def together(works: Sequence[Callable[[], T]]) -> list[T]:
    """Start all at the same moment, each in a thread of its own; give what they gave."""
    start = Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def meanwhile(work: Future[T]) -> Future[T]:
    """Let another transaction run beside the open one: on SQLite it waits for it, on PostgreSQL it may go ahead."""
    wait([work], timeout=A_MOMENT)
    return work

"""Who does the work of a campaign: processes of our own, or an executor that is lent to us."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, ParamSpec, TypeVar

from aliquot.errors import InputError, Where

T = TypeVar("T")
P = ParamSpec("P")

ALONE = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "NPROC": "1",
}
"""One thread for each worker, of linear algebra and of XLA (which reads NPROC): more fight over the cores."""


class Processes(ProcessPoolExecutor):
    """A pool of fresh processes of one thread each, which end with this one.

    They are spawned, not forked: JAX has threads, and a forked child inherits the locks that they hold but
    not the threads that would let go of them.

    Args:
        workers: How many.

    Example:
        >>> with Processes(1) as pool:
        ...     pool.submit(max, 2, 3).result()
        3
    """

    def __init__(self, workers: int) -> None:
        super().__init__(workers, multiprocessing.get_context("spawn"), initializer=stay_with_parent)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand a call over; this is where processes are started."""
        with _environment():
            return super().submit(fn, *args, **kwargs)


@dataclass(slots=True)
class Crew:
    """An executor, and whether we may replace it."""

    executor: Executor
    workers: int
    """How many it has."""
    ours: bool
    """Whether we started it, and end it."""

    @classmethod
    def of(cls, executor: Executor) -> "Crew":
        """Take what somebody lends us."""
        return cls(executor, _workers(executor), ours=False)

    def renew(self) -> None:
        """Start afresh after a process of ours died."""
        self.executor.shutdown(wait=True, cancel_futures=True)
        self.executor = Processes(self.workers)

    def dismiss(self) -> None:
        """End our processes; what was lent is left as it is."""
        if self.ours:
            self.executor.shutdown(wait=True, cancel_futures=True)


def own_crew(jobs: int) -> Crew:
    """Start a pool of our own, one process for each core that we may use.

    Args:
        jobs: How many there are to do; more processes than jobs would only wait.

    Raises:
        InputError: If this process is itself being started as such a worker.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise InputError(
            given="a script that starts worker processes as it is imported",
            expected="the call below 'if __name__ == \"__main__\":'",
            why="each worker imports the script, and would start workers of its own",
            remedy="Put what the script does under that line.",
            where=Where(key="simulate_many"),
        )
    workers = max(1, min(jobs, cores()))
    return Crew(Processes(workers), workers, ours=True)


def cores() -> int:
    """Return the number of cores that this process may use [1]."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def stay_with_parent() -> None:
    """End this worker when its parent is gone: a pool whose parent was killed would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


@contextmanager
def _environment() -> Iterator[None]:
    """Have processes that start meanwhile use one thread each.

    The environment of their birth counts: the libraries read it as they are loaded, before any code of ours
    runs there. What the user has set stays.
    """
    missing = [name for name in ALONE if name not in os.environ]
    os.environ.update({name: ALONE[name] for name in missing})
    try:
        yield
    finally:
        for name in missing:
            os.environ.pop(name, None)


def _workers(executor: Executor) -> int:
    """Return how many workers an executor has, those of Dask counted by their threads."""
    client: Any = getattr(executor, "_client", None)
    if client is not None:
        return max(1, int(sum(client.nthreads().values())))
    return getattr(executor, "_max_workers", 0) or cores()

"""Sharing simulations out among processes: chunks of a second or two, and what to do when a process dies."""

import os
import statistics
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field
from itertools import islice
from math import ceil
from typing import Any

from aliquot.errors import SimulationError, Where
from aliquot.synthesis.crew import Crew, own_crew
from aliquot.synthesis.run import Run
from aliquot.synthesis.worker import Answer, Job, Worked, work_through

CHUNK_S = 1.5
"""Time that a chunk should take [s]: long against the milliseconds of handing it over, short to lose."""

FRESH_POOLS = 2
"""How often a job is tried again after the pool that held it broke: once may be chance, twice is a habit."""


@dataclass(slots=True)
class Share:
    """How work is shared out: what waits, what is being done, how fast it goes.

    Args:
        jobs: What is to be done.
        call: Simulates one recipe; a function of a module, so that other processes find it.
        options: Keyword options of each call.
        stands_on: The basis that every worker must have.
    """

    jobs: Sequence[Job]
    call: Callable[..., Run]
    options: Mapping[str, Any]
    stands_on: str
    waiting: deque[Job] = field(init=False)
    """Jobs of which nothing is known yet."""
    suspects: deque[Job] = field(default_factory=deque, init=False)
    """Jobs that were at work when a pool broke: they go first, and one by one."""
    at_work: dict[Future[Worked], tuple[Job, ...]] = field(default_factory=dict, init=False)
    """Chunks that are handed over."""
    breaks: Counter[str] = field(default_factory=Counter, init=False)
    """How many pools broke with a job in them, by its key."""
    pace: deque[float] = field(default_factory=lambda: deque(maxlen=32), init=False)
    """Seconds of the latest jobs; the few that waited for the compiler do not move their median."""

    def __post_init__(self) -> None:
        """Line up the jobs."""
        self.waiting = deque(self.jobs)

    def chunk(self, workers: int) -> tuple[Job, ...]:
        """Return the next chunk, empty when nothing waits.

        Args:
            workers: How many chunks are worked on at a time.
        """
        if self.suspects:
            return (self.suspects.popleft(),)
        size = 1
        if self.pace:
            fitting = ceil(CHUNK_S / max(statistics.median(self.pace), 1e-6))
            # Towards the end each takes half of an equal share: none is waited for long.
            size = max(1, min(fitting, ceil(len(self.waiting) / (2 * workers))))
        taken = tuple(islice(self.waiting, size))
        for _ in taken:
            self.waiting.popleft()
        return taken

    def hand_over(self, crew: Crew) -> None:
        """Keep every worker busy, and once the pace is known a chunk in reserve for each."""
        ahead = crew.workers * (2 if self.pace and not self.suspects else 1)
        while len(self.at_work) < ahead and (chunk := self.chunk(crew.workers)):
            try:
                future = crew.executor.submit(work_through, self.call, chunk, dict(self.options))
            except BrokenExecutor:
                self._suspect(chunk)
                self.recover(crew)
            else:
                self.at_work[future] = chunk

    def collect(self, crew: Crew) -> Iterator[Answer]:
        """Wait for a chunk or more, and yield what came of their jobs."""
        done, _ = wait(self.at_work, return_when=FIRST_COMPLETED)
        broken = False
        for future in done:
            chunk = self.at_work.pop(future)
            try:
                worked = future.result()
            except BrokenExecutor:
                self._suspect(chunk)
                broken = True
            except Exception as fault:
                fault.add_note(f"while simulating {_recipes(chunk)}")
                raise
            else:
                self._compare(worked)
                self.pace.extend(answer.seconds for answer in worked.answers)
                yield from worked.answers
        if broken:
            self.recover(crew)

    def recover(self, crew: Crew) -> None:
        """Go on with a fresh pool after a worker died.

        Raises:
            SimulationError: If the executor is not ours to replace, or a job has been through too many.
        """
        # A pool breaks as a whole: what it still held comes back too, or came through at the last moment.
        for future in [future for future in self.at_work if not _came_through(future)]:
            self._suspect(self.at_work.pop(future))
        worn = [job for job in self.suspects if self.breaks[job.key] > FRESH_POOLS]
        if worn or not crew.ours:
            raise _died(worn or list(self.suspects), crew)
        crew.renew()

    def withdraw(self) -> None:
        """Take back what no worker has begun."""
        for future in self.at_work:
            future.cancel()

    def _suspect(self, chunk: Sequence[Job]) -> None:
        """Note that a pool broke with a chunk in it."""
        self.suspects.extend(chunk)
        self.breaks.update(job.key for job in chunk)

    def _compare(self, worked: Worked) -> None:
        """Refuse the work of a process that stands on something else; raises SimulationError."""
        if worked.stands_on != self.stands_on:
            raise SimulationError(
                given=f"a worker with {worked.stands_on}",
                expected=f"{self.stands_on}, as in this process",
                why="equal content must give equal runs",
                remedy="Install the same version there, with the same folder in ALIQUOT_CARDS.",
            )


def share_out(share: Share, executor: Executor | None) -> Iterator[Answer]:
    """Do all jobs and yield what came of them, as it comes.

    Args:
        share: The jobs.
        executor: Who does them; a pool of our own processes unless given.

    Yields:
        One answer for each job, in no particular order.

    Raises:
        SimulationError: If workers keep dying.
    """
    if not share.jobs:
        return
    crew = own_crew(len(share.jobs)) if executor is None else Crew.of(executor)
    try:
        share.hand_over(crew)
        while share.at_work or share.waiting or share.suspects:
            yield from share.collect(crew)
            share.hand_over(crew)
    finally:
        share.withdraw()
        crew.dismiss()


def _came_through(future: Future[Worked]) -> bool:
    """Tell whether a chunk was finished, after the pool broke."""
    done, _ = wait([future], timeout=10.0)  # because a broken pool settles all it holds at once
    return bool(done) and not future.cancelled() and not isinstance(future.exception(), BrokenExecutor)


def _recipes(jobs: Sequence[Job]) -> str:
    """Return the recipes of a chunk, in words."""
    names = list(dict.fromkeys(job.recipe.id for job in jobs))
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(f"'{name}'" for name in names[:5]) + more


def _died(jobs: Sequence[Job], crew: Crew) -> SimulationError:
    """Return the error of workers that die again and again."""
    tried = f"{FRESH_POOLS + 1} times in a row" if crew.ours else "in an executor that can not be replaced"
    return SimulationError(
        given=f"a worker process that died {tried}, at work on {_recipes(jobs)}",
        expected="processes that live until their simulations are done",
        why="something ended them from outside (often: no memory left), or one of these recipes does",
        remedy="Simulate these alone to see; a script must call this below 'if __name__ == \"__main__\":', "
        "because each worker imports it.",
        where=Where(jobs[0].recipe.id, key=f"process {os.getpid()}"),
    )

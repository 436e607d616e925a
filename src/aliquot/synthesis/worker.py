"""What happens in a worker process: recipes in, runs out as the bytes of their files."""

import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aliquot import errors
from aliquot.errors import AliquotError, SimulationError, Where
from aliquot.knowledge import records
from aliquot.recipe.record import Recipe
from aliquot.synthesis.archive import pack
from aliquot.synthesis.content import basis
from aliquot.synthesis.run import Run


@dataclass(frozen=True, slots=True)
class Job:
    """One simulation to do."""

    key: str
    """Its name by content."""
    recipe: Recipe
    chemistry: records.Chemistry


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of Aliquot's on its way between processes; exceptions with named arguments can not travel."""

    kind: str
    parts: Mapping[str, str]
    where: Where
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: AliquotError) -> "Refusal":
        """Take an error apart."""
        parts = {name: getattr(error, name) for name in ("given", "expected", "why", "remedy")}
        return cls(type(error).__name__, parts, error.where, tuple(getattr(error, "__notes__", ())))

    def error(self) -> AliquotError:
        """Put it together again.

        Example:
            >>> from aliquot.errors import RecipeError
            >>> sent = Refusal.of(RecipeError(given="a", expected="b", why="c", remedy="D."))
            >>> sent.error()
            RecipeError('a', 'b', 'c', 'D.')
        """
        kind: type[AliquotError] = getattr(errors, self.kind, SimulationError)
        error = kind(**self.parts, where=self.where)
        for note in self.notes:
            error.add_note(note)
        return error


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one job: a run or a refusal."""

    key: str
    seconds: float
    """Time it took [s]."""
    content: bytes | None = None
    """The run as its file."""
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of a chunk."""

    stands_on: str
    """The basis of the worker."""
    answers: tuple[Answer, ...]


def work_through(call: Callable[..., Run], jobs: Sequence[Job], options: Mapping[str, Any]) -> Worked:
    """Do the jobs of a chunk, one after the other.

    Args:
        call: Simulates one recipe.
        jobs: What to simulate.
        options: Keyword options of each call.

    Raises:
        Exception: Whatever is no error of Aliquot's, with the recipe as its note.
    """
    return Worked(basis(), tuple(_answer(call, job, options) for job in jobs))


def _answer(call: Callable[..., Run], job: Job, options: Mapping[str, Any]) -> Answer:
    """Do one job."""
    began = time.perf_counter()
    try:
        content = pack(call(job.recipe, job.chemistry, **options), job.key)
    except AliquotError as error:
        return Answer(job.key, time.perf_counter() - began, refusal=Refusal.of(error))
    except Exception as fault:  # noqa: BLE001  it is raised again, in a form that can travel
        fault.add_note(f"in recipe '{job.recipe.id}' with chemistry '{job.chemistry.id}'")
        raise _portable(fault) from None
    return Answer(job.key, time.perf_counter() - began, content)


def _portable(fault: Exception) -> Exception:
    """Return a fault that survives the way to another process: one that does not would break the pool."""
    try:
        pickle.loads(pickle.dumps(fault))  # noqa: S301  our own, of a moment ago
    except Exception:  # noqa: BLE001  constructors of others may fail in any way
        told = RuntimeError(f"{type(fault).__name__}: {fault}")
        for note in fault.__notes__:
            told.add_note(note)
        return told.with_traceback(fault.__traceback__)
    return fault

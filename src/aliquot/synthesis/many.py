"""Ensembles: many recipes with many chemistries, on all cores or many machines."""

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aliquot.errors import AliquotError, FormatError
from aliquot.knowledge import records
from aliquot.recipe.record import Recipe
from aliquot.synthesis.archive import Archive, unpack
from aliquot.synthesis.chunks import Share, share_out
from aliquot.synthesis.content import basis, key_of
from aliquot.synthesis.run import Run
from aliquot.synthesis.simulate import simulate
from aliquot.synthesis.worker import Answer, Job


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one recipe with one chemistry: a run, or the error that says why there is none."""

    key: str
    """Digest of recipe, chemistry, options and version: equal content has an equal key everywhere."""
    recipe: str
    """Name of the recipe."""
    chemistry: str
    """Name and version of the chemistry."""
    run: Run | None
    """The run, None where it was refused."""
    error: AliquotError | None = None
    """Why there is no run."""
    flags: tuple[str, ...] = ()
    """What happened on the way, whole sentences."""


def simulate_many(
    recipes: Recipe | Iterable[Recipe],
    chemistries: records.Chemistry | Iterable[records.Chemistry],
    *,
    executor: Executor | None = None,
    folder: Path | str | None = None,
    progress: Callable[[str], None] | None = None,
    **options: Any,  # noqa: ANN401  those of simulate
) -> tuple[Outcome, ...]:
    """Simulate every recipe with every chemistry, side by side.

    Recipes are handed to the workers in chunks of one or two seconds. What is asked for twice is computed
    once. A script calls this below ``if __name__ == "__main__":``, because worker processes import it.

    Args:
        recipes: What was dosed, pumped and heated.
        chemistries: Constants of the reaction system, one set or several.
        executor: Who does the work, anything of ``concurrent.futures`` (Dask: ``client.get_executor()``);
            one process for each core unless given.
        folder: Where runs are kept, a file each. What lies there is not computed again, so a campaign that
            was interrupted goes on. Errors are not kept: what was refused is tried again.
        progress: Called with the name of the recipe as each outcome is there.
        options: Further options of :func:`aliquot.simulate`, the same for all.

    Returns:
        One outcome for each pair, in the order given: all of the first recipe, then of the second.

    Raises:
        InputError: If an option can not be told by its content, or the folder can not be written.
        SimulationError: If workers keep dying, or one has another version of Aliquot or other cards. An
            error of a single recipe is told in its outcome instead, and stops nothing.

    Example:
        >>> from aliquot.knowledge.store import chemistry
        >>> from aliquot.recipe import read_recipe, recipe_book
        >>> recipe = read_recipe(recipe_book("inp_wang2023"))
        >>> hot_and_cold = [recipe.only("180C"), recipe.only("250C")]
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> with ThreadPoolExecutor(1) as here:  # the default starts processes
        ...     outcomes = simulate_many(hot_and_cold, chemistry("inp_wang2023"), executor=here)
        >>> [outcome.run.aliquots[0].label for outcome in outcomes]
        ['180C', '250C']
    """
    every = (recipes,) if isinstance(recipes, Recipe) else recipes
    cards = (chemistries,) if isinstance(chemistries, records.Chemistry) else chemistries
    archive = None if folder is None else Archive.at(folder)
    return Campaign(simulate, options, archive).carry_out(every, cards, executor, progress)


@dataclass(frozen=True, slots=True)
class Campaign:
    """How each pair of recipe and chemistry becomes a run, and where it is kept.

    Args:
        call: Simulates one recipe with one chemistry; a function of a module, so that other processes find
            it.
        options: Keyword options of each call.
        archive: Where runs are kept, None for nowhere.
    """

    call: Callable[..., Run]
    options: Mapping[str, Any]
    archive: Archive | None = None

    def carry_out(
        self,
        recipes: Iterable[Recipe],
        chemistries: Iterable[records.Chemistry],
        executor: Executor | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> tuple[Outcome, ...]:
        """Return the outcome of every pair, as :func:`simulate_many` says."""
        stands_on = basis()
        asked = self._jobs(recipes, tuple(chemistries), stands_on)
        often = Counter(job.key for job in asked)
        found: dict[str, Outcome] = {}
        for outcome in self._outcomes({job.key: job for job in asked}, stands_on, executor):
            found[outcome.key] = outcome
            if progress is not None:
                for _ in range(often[outcome.key]):
                    progress(outcome.recipe)
        return tuple(found[job.key] for job in asked)

    def _jobs(
        self, recipes: Iterable[Recipe], cards: tuple[records.Chemistry, ...], stands_on: str
    ) -> list[Job]:
        """Return the job of every pair; what is asked for twice is there twice."""
        jobs = [
            Job(key_of(recipe, card, self.options, stands_on), recipe, card)
            for recipe in recipes
            for card in cards
        ]
        if jobs:  # a misspelt option is told here, before any worker is started
            inspect.signature(self.call).bind(jobs[0].recipe, jobs[0].chemistry, **self.options)
        return jobs

    def _outcomes(
        self, jobs: Mapping[str, Job], stands_on: str, executor: Executor | None
    ) -> Iterator[Outcome]:
        """Yield the outcome of every job: first of what is kept, then of the others as they are done."""
        missing: list[Job] = []
        doubts: dict[str, tuple[str, ...]] = {}
        for key, job in jobs.items():
            run, flags = self._kept(key)
            if run is None:
                missing.append(job)
                doubts[key] = flags
            else:
                yield _outcome(job, run, None, flags)
        for answer in share_out(Share(missing, self.call, self.options, stands_on), executor):
            yield self._outcome(jobs[answer.key], answer, doubts[answer.key])

    def _kept(self, key: str) -> tuple[Run | None, tuple[str, ...]]:
        """Return the run that is kept, if any, and what is wrong with its file."""
        if self.archive is None:
            return None, ()
        try:
            return self.archive.load(key), ()
        except FormatError as error:
            return None, (f"Computed anew, because of its file: {error}",)

    def _outcome(self, job: Job, answer: Answer, flags: tuple[str, ...]) -> Outcome:
        """Keep a run, and return its outcome; or that of a refusal."""
        run = error = None
        if answer.refusal is not None:
            error = answer.refusal.error()
        elif answer.content is not None:
            run = unpack(answer.content, job.key, job.recipe.id)
            if self.archive is not None:
                self.archive.save(job.key, answer.content)
        return _outcome(job, run, error, flags)


def _outcome(job: Job, run: Run | None, error: AliquotError | None, flags: tuple[str, ...]) -> Outcome:
    """Return the outcome of a job."""
    chemistry = f"{job.chemistry.id}/{job.chemistry.version}"
    return Outcome(job.key, job.recipe.id, chemistry, run, error, flags)

"""Reproduce a paper: simulate its recipe, look at it as its spectrometer did, compare every number."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from aliquot.knowledge import store
from aliquot.knowledge.records import Observations
from aliquot.recipe import FlowRecipe, read_recipe, recipe_book
from aliquot.recipe.record import Recipe
from aliquot.reproduce.closeup import Trace
from aliquot.reproduce.flasks import course_rows
from aliquot.reproduce.record import Reproduction
from aliquot.reproduce.samples import condition_of, sample_row
from aliquot.reproduce.told import what_rows_tell
from aliquot.reproduce.traces import traces
from aliquot.synthesis import observe, simulate


def reproduce(
    paper: str, *, seed: int = 2023, closely: bool = False, progress: Callable[[str], None] | None = None
) -> Reproduction:
    """Compute the published numbers of a paper.

    Of a campaign in a tube each sample is simulated and given the spectrum that the paper's instrument would
    have taken, from which first exciton and sizes are read back. Flasks are computed as courses, with
    constants that know the calibration rows alone and with each set that was fitted to everything.

    Args:
        paper: Name of a card of observations, such as ``"wang2023"``.
        seed: Seed of the noise of the spectra.
        closely: Whether the course of every flask, and what the rows tell of the constants, are computed too:
            what a report shows beside the numbers.
        progress: Called with a line whenever a sample is simulated or read, and after each set of constants.

    Returns:
        Rows and conditions, misses included.

    Raises:
        CardError: If no observations of that paper are on a card.
        InputError: If the study that gave the constants is gone, or no longer fits their card.
        SimulationError: If a simulation failed.

    Example:
        >>> result = reproduce("wang2023")                                          # doctest: +SKIP
        >>> result.counted(Role.ARITHMETIC)                                         # doctest: +SKIP
        (37, 37)
    """
    card = store.observations(paper)
    told = progress if progress is not None else _silent
    recipe = recipe_of(card)
    if recipe is None or card.chemistry is None:
        flasks = course_rows(card, told)
        found = Reproduction(card.id, None, (), flasks, seed, card.chemistry, card.everything)
        return _closely(found, card, told) if closely else found
    chemistry = store.chemistry(card.chemistry)
    run = observe(simulate(recipe, chemistry, progress=lambda name: told(f"simulated {name}")), seed=seed)
    conditions = []
    for aliquot in run.aliquots:
        conditions.append(condition_of(aliquot))
        told(f"read {aliquot.label}")
    samples = {condition.aliquot.label: condition for condition in conditions}
    known = {
        name: samples[condition.sample]
        for name, condition in card.conditions.items()
        if condition.recipe == recipe.id and condition.sample in samples
    }
    for name, shelled in shelled_of(card).items():
        known[name] = condition_of(observe(simulate(shelled, chemistry), seed=seed).aliquots[0])
        told(f"simulated and read {name}")
    rows = [
        sample_row(entry, card, known, recipe, chemistry.remarks.get(entry.id)) for entry in card.observations
    ]
    found = Reproduction(card.id, run, tuple(conditions), tuple(rows), seed)
    return _closely(found, card, told) if closely else found


def steps_of(card: Observations, *, closely: bool = False) -> int:
    """Return how often :func:`reproduce` tells of its progress.

    Example:
        >>> steps_of(store.observations("mech2023")), steps_of(store.observations("mech2023"), closely=True)
        (4, 13)
    """
    recipe = recipe_of(card)
    if recipe is None or card.chemistry is None:
        times = 1 + (1 + bool(card.checks)) * closely
        return times * (1 + len(card.everything)) + closely
    return 2 * len(recipe.samples) + len(shelled_of(card)) + closely


def _closely(found: Reproduction, card: Observations, told: Callable[[str], None]) -> Reproduction:
    """Return a reproduction with the courses of its flasks, and what the rows tell of the constants."""
    followed: list[Trace] = []
    if found.run is None:
        for name in (card.chemistry, *card.everything):
            followed += traces(card, name)
            told(f"followed with {name or 'a chemistry for each run'}")
    checks = card.model_copy(update={"observations": card.checks})
    held = course_rows(checks, told) if card.checks else ()
    learnt = None if card.chemistry is None else what_rows_tell(store.chemistry(card.chemistry))
    told("asked what the rows tell of the constants")
    return replace(found, traces=tuple(followed), checks=held, told=learnt)


def recipe_of(card: Observations) -> FlowRecipe | None:
    """Return the recipe whose samples are simulated for a paper, None where it has none in a tube.

    Example:
        >>> recipe_of(store.observations("wang2023")).id
        'inp_wang2023'
    """
    unshelled = (
        recipe for name, recipe in _tubes(card) if recipe.shell is None and not card.conditions[name].given
    )
    return next(unshelled, None)


def shelled_of(card: Observations) -> dict[str, FlowRecipe]:
    """Return the recipes of samples on whose cores a shell grows, each of that sample alone, by condition.

    Example:
        >>> [recipe.id for recipe in shelled_of(store.observations("wang2023")).values()]
        ['inp_zns_wang2023']
    """
    return {
        name: recipe.only(str(card.conditions[name].sample))
        for name, recipe in _tubes(card)
        if recipe.shell is not None
    }


def _tubes(card: Observations) -> Iterator[tuple[str, FlowRecipe]]:
    """Yield the conditions that are samples of a tube with a spectrometer; each recipe is read once."""
    read: dict[str, Recipe] = {}
    for name, condition in card.conditions.items():
        if condition.sample is None:
            continue
        if condition.recipe not in read:
            read[condition.recipe] = read_recipe(recipe_book(condition.recipe))
        recipe = read[condition.recipe]
        if isinstance(recipe, FlowRecipe) and recipe.observe is not None:
            yield name, recipe


def _silent(line: str) -> None:
    """Say nothing."""

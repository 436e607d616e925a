"""Reproduce a paper: simulate its recipe, look at it as its spectrometer did, compare every number."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from aliquot.errors import CardError, Where
from aliquot.instruments.absorbance.edge import find_edge
from aliquot.instruments.absorbance.invert import invert
from aliquot.knowledge import store
from aliquot.knowledge.records import Observation, Observations, Role, Term
from aliquot.population import SizeDistribution, Weighting
from aliquot.recipe import FlowRecipe, read_recipe, recipe_book
from aliquot.reproduce.closeup import Trace
from aliquot.reproduce.flasks import course_rows
from aliquot.reproduce.record import Condition, Reproduction, Row
from aliquot.reproduce.rows import Answer, arithmetic_row, computed_of, row_of, unit_of
from aliquot.reproduce.told import what_rows_tell
from aliquot.reproduce.traces import traces
from aliquot.synthesis import Aliquot, observe, simulate

NOT_READ = "Not computed: of this paper only the samples of its campaign are simulated and read."
"""What is said of a row whose run is no sample of the campaign."""


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
        found = Reproduction(paper, None, (), flasks, seed, card.chemistry, card.everything)
        return _closely(found, card, told) if closely else found
    chemistry = store.chemistry(card.chemistry)
    run = observe(simulate(recipe, chemistry, progress=lambda name: told(f"simulated {name}")), seed=seed)
    conditions = []
    for aliquot in run.aliquots:
        conditions.append(_condition(aliquot))
        told(f"read {aliquot.label}")
    samples = {condition.aliquot.label: condition for condition in conditions}
    known = {
        name: samples[condition.sample]
        for name, condition in card.conditions.items()
        if condition.recipe == recipe.id and condition.sample in samples
    }
    rows = [_row(entry, card, known, recipe, chemistry.remarks.get(entry.id)) for entry in card.observations]
    found = Reproduction(paper, run, tuple(conditions), tuple(rows), seed)
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
    return 2 * len(recipe.samples) + closely


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
    for condition in card.conditions.values():
        recipe = (
            read_recipe(recipe_book(condition.recipe)) if condition.sample and not condition.given else None
        )
        if isinstance(recipe, FlowRecipe) and recipe.shell is None and recipe.observe is not None:
            return recipe
    return None


def _silent(line: str) -> None:
    """Say nothing."""


def _condition(aliquot: Aliquot) -> Condition:
    """Read a simulated aliquot's spectrum as if nothing were known of its population."""
    population, signal = aliquot.population, aliquot.signals[0]
    if population is None:  # observe() has refused such an aliquot
        raise AssertionError
    return Condition(
        aliquot=aliquot,
        simulated=population.sizes(Weighting.VOLUME),
        edge=find_edge(signal),
        # its spectrum was written by the very kernel that reads it: there is no lineshape to doubt
        recovered=invert(signal, store.material(population.material), lineshape="exact"),
    )


def _row(
    entry: Observation,
    card: Observations,
    known: Mapping[str, Condition],
    recipe: FlowRecipe,
    remark: str | None = None,
) -> Row:
    """Return the row of an observation, computed where it needs no chemistry or its samples are known."""
    if entry.role is Role.ARITHMETIC and entry.beyond is None:
        return arithmetic_row(entry, card)
    beyond = entry.beyond
    if beyond is None and any(term.condition not in known for term in entry.terms):
        beyond = NOT_READ
    if beyond is not None:
        return row_of(entry, card, None, note=entry.missed_because, beyond=beyond)

    def answer(term: Term) -> Answer:
        return _of_sample(term, known[term.condition or ""], recipe)

    return row_of(
        entry, card, computed_of(entry, answer, unit_of(entry)), note=remark or entry.missed_because
    )


def _of_sample(term: Term, condition: Condition, recipe: FlowRecipe) -> Answer:
    """Return what a sample says of a term, with its unit; None where the spectrum is mute."""
    aliquot = condition.aliquot
    match term.quantity:
        case "diameter":
            return _sizes(term, condition).mean, "nm"
        case "RSD":
            return 100.0 * _sizes(term, condition).rsd, "%"
        case "E1":
            found = condition.edge.e1.value
            return (None if found is None else found.value), "nm"
        case "conversion":
            return (None if aliquot.conversion is None else 100.0 * aliquot.conversion), "%"
        case "rate":
            return _rate(aliquot, recipe), "g/s"
        case _:
            raise CardError(
                given=f"the quantity '{term.quantity}' of a sample",
                expected="diameter, RSD, E1, conversion or rate",
                why="nothing else is computed for the samples of a tube",
                remedy="Say 'beyond' on the card why nothing gives it.",
                where=Where("observations", key=term.quantity),
            )


def _sizes(term: Term, condition: Condition) -> SizeDistribution:
    """Return the simulated sizes in the weighting of a term."""
    population = condition.aliquot.population
    if term.weighting == "volume" or population is None:
        return condition.simulated
    return population.sizes(Weighting.NUMBER)


def _rate(aliquot: Aliquot, recipe: FlowRecipe) -> float | None:
    """Return the product that leaves the tube per time: what the dots hold, times the flow [g s-1]."""
    population = aliquot.population
    if population is None or aliquot.flow is None:
        return None
    return population.dot_units * aliquot.flow * store.material(recipe.material).molar_mass.to("g/mol")

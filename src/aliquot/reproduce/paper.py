"""Reproduce a paper: simulate its recipe, look at it as its spectrometer did, compare every number."""

from collections.abc import Callable, Mapping

from aliquot.errors import CardError, Where
from aliquot.instruments.absorbance.edge import find_edge
from aliquot.instruments.absorbance.invert import invert
from aliquot.knowledge import store
from aliquot.knowledge.records import Observation, Observations, Role, Term
from aliquot.population import SizeDistribution, Weighting
from aliquot.recipe import FlowRecipe, read_recipe, recipe_book
from aliquot.reproduce.flasks import course_rows
from aliquot.reproduce.record import Condition, Reproduction, Row
from aliquot.reproduce.rows import Answer, arithmetic_row, computed_of, row_of, unit_of
from aliquot.synthesis import Aliquot, observe, simulate

NOT_READ = "Not computed: of this paper only the samples of its campaign are simulated and read."
"""What is said of a row whose run is no sample of the campaign."""


def reproduce(paper: str, *, seed: int = 2023, progress: Callable[[str], None] | None = None) -> Reproduction:
    """Compute the published numbers of a paper.

    Of a campaign in a tube the recipe is simulated, each sample is given the spectrum that the paper's
    instrument would have taken, and from that spectrum alone first exciton and size distribution are read
    back. Of flasks the courses are computed, once with constants that know the calibration rows alone and
    once with each set that was fitted to everything. Rows that need no chemistry are arithmetic.

    Args:
        paper: Name of a card of observations, such as ``"wang2023"``.
        seed: Seed of the noise of the spectra.
        progress: Called with a line whenever a sample is simulated or read, and after each set of constants.

    Returns:
        Rows and conditions, misses included.

    Raises:
        CardError: If no observations of that paper are on a card.
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
        return Reproduction(paper, None, (), flasks, seed, card.chemistry, card.everything)
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
    return Reproduction(paper, run, tuple(conditions), tuple(rows), seed)


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

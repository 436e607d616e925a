"""Reproduce a paper: simulate its recipe, look at it as its spectrometer did, compare every number."""

from collections.abc import Callable

from aliquot.errors import CardError, Where
from aliquot.instruments.absorbance.edge import find_edge
from aliquot.instruments.absorbance.invert import invert
from aliquot.knowledge import store
from aliquot.knowledge.records import Observation
from aliquot.population import Weighting
from aliquot.recipe import FlowRecipe, flow_recipe, read_recipe, recipe_book
from aliquot.reproduce.record import Condition, Reproduction, Row
from aliquot.synthesis import Aliquot, observe, simulate
from aliquot.units import to_float


def reproduce(paper: str, *, seed: int = 2023, progress: Callable[[str], None] | None = None) -> Reproduction:
    """Compute the published numbers of a paper.

    The recipe is simulated, each sample is given the spectrum that the paper's instrument would have taken,
    and from that spectrum alone first exciton and size distribution are read back.

    Args:
        paper: Name of a card of observations, such as ``"wang2023"``.
        seed: Seed of the noise of the spectra.
        progress: Called with a line whenever a sample is simulated or read.

    Returns:
        Rows and conditions, misses included.

    Raises:
        CardError: If no observations of that paper are on a card.
        SimulationError: If a simulation failed.

    Example:
        >>> from aliquot.knowledge.records import Role
        >>> result = reproduce("wang2023")
        >>> result.counted(Role.ARITHMETIC)
        (8, 8)
    """
    card = store.observations(paper)
    recipe = flow_recipe(read_recipe(recipe_book(card.recipe)))
    chemistry = store.chemistry(card.chemistry)
    told = progress if progress is not None else _silent
    run = observe(simulate(recipe, chemistry, progress=lambda name: told(f"simulated {name}")), seed=seed)

    conditions = []
    for aliquot in run.aliquots:
        conditions.append(_condition(aliquot))
        told(f"read {aliquot.label}")
    by_name = {condition.aliquot.label: condition for condition in conditions}
    rows = []
    for entry in card.observations:
        computed = (
            _of_recipe(entry, recipe) if entry.sample is None else _of_sample(entry, by_name[entry.sample])
        )
        rows.append(_row(entry, computed, card.source, chemistry.remarks.get(entry.id)))
    return Reproduction(paper, run, tuple(conditions), tuple(rows), seed)


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
        recovered=invert(signal, store.material(population.material)),
    )


def _of_sample(entry: Observation, condition: Condition) -> tuple[float | None, str]:
    """Return what a sample says of a published number, with its unit; None where the spectrum is mute."""
    aliquot = condition.aliquot
    match entry.quantity:
        case "diameter":
            return condition.simulated.mean, "nm"
        case "RSD":
            return 100.0 * condition.simulated.rsd, "%"
        case "E1":
            found = condition.edge.e1.value
            return (None if found is None else found.value), "nm"
        case "conversion":
            return (None if aliquot.conversion is None else 100.0 * aliquot.conversion), "%"
        case "time":
            return (None if aliquot.time_s is None else aliquot.time_s / 60.0), "min"
        case _:
            raise _unasked(entry)


def _of_recipe(entry: Observation, recipe: FlowRecipe) -> tuple[float | None, str]:
    """Return what the recipe as a whole says of a published number, with its unit."""
    of = entry.of or ""
    match entry.quantity:
        case "concentration":
            return recipe.feed.dosed_concentrations[of], "mM"  # mol m-3
        case "ratio":
            return recipe.feed.ratio(*of.split("/")), "1"
        case "volume":
            return recipe.tube.volume * 1e6, "mL"
        case _:
            raise _unasked(entry)


def _unasked(entry: Observation) -> CardError:
    return CardError(
        given=f"the quantity '{entry.quantity}' "
        + ("of no sample" if entry.sample is None else "of a sample"),
        expected="diameter, RSD, E1, conversion or time of a sample; concentration, ratio or volume of all",
        why="nothing else is computed for this recipe",
        remedy="Name the sample, or leave it out.",
        where=Where("observations", key=entry.id),
    )


def _row(entry: Observation, computed: tuple[float | None, str], source: str, remark: str | None) -> Row:
    """Put a published number beside its computed counterpart, in one unit."""
    value, unit = computed
    return Row(
        id=entry.id,
        condition=entry.sample,
        quantity=entry.quantity,
        unit=unit,
        published=_number(entry.value, unit),
        computed=value,
        tolerance=_number(entry.tolerance, unit),
        role=entry.role,
        source=f"{source}, {entry.place}",
        reading=entry.reading,
        errata=entry.errata,
        note=remark,
    )


def _number(text: str, unit: str) -> float:
    """Return a number of the card in the unit of its comparison; ratios are written without one."""
    return float(text) if unit == "1" else to_float(text, unit)

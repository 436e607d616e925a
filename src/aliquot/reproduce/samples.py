"""Samples of a tube: each read from its own spectrum as if nothing were known of it, and its rows."""

from collections.abc import Mapping

from aliquot.errors import CardError, Where
from aliquot.instruments.absorbance.edge import find_edge
from aliquot.instruments.absorbance.invert import invert
from aliquot.knowledge import store
from aliquot.knowledge.records import Observation, Observations, Role, Term
from aliquot.population import SizeDistribution, Weighting
from aliquot.recipe import FlowRecipe
from aliquot.reproduce.record import Condition, Row
from aliquot.reproduce.rows import Answer, arithmetic_row, computed_of, row_of, unit_of
from aliquot.synthesis import Aliquot
from aliquot.units import EV_NM, to_float

NOT_READ = "Not computed: of this paper only the samples of its campaign are simulated and read."
"""What is said of a row whose run is no sample of the campaign."""


def condition_of(aliquot: Aliquot) -> Condition:
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


def sample_row(
    entry: Observation,
    card: Observations,
    known: Mapping[str, Condition],
    recipe: FlowRecipe,
    remark: str | None = None,
) -> Row:
    """Return the row of an observation, computed where it needs no chemistry or its samples are known.

    Args:
        entry: The observation.
        card: Its card.
        known: Samples by condition.
        recipe: The campaign.
        remark: What the chemistry says of a miss.
    """
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
        case "emission" | "emission width":
            peak, width = emission_of(condition, recipe.material)
            return (peak if term.quantity == "emission" else width), "nm"
        case "conversion":
            return (None if aliquot.conversion is None else 100.0 * aliquot.conversion), "%"
        case "rate":
            return _rate(aliquot, recipe), "g/s"
        case _:
            raise CardError(
                given=f"the quantity '{term.quantity}' of a sample",
                expected="diameter, RSD, E1, emission, emission width, conversion or rate",
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


def emission_of(condition: Condition, material: str) -> tuple[float | None, float | None]:
    """Return where dots in a shell emit, and the full width of that line [nm], by the link of the card.

    Args:
        condition: The sample.
        material: Material of the cores, whose card holds the link.

    Returns:
        None for both where the sample has no shell, its spectrum no exciton, or the card no link.
    """
    found, shell = condition.edge.e1.value, condition.aliquot.shell
    links = store.material(material).links
    link = next((one for one in links if shell is not None and one.shell == shell.shell.material), None)
    if found is None or link is None:
        return None, None
    energy = EV_NM / found.value - to_float(link.shift, "eV")
    half = 0.5 * to_float(link.width, "eV")
    return EV_NM / energy, EV_NM / (energy - half) - EV_NM / (energy + half)

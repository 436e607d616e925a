"""The arithmetic of a recipe: doses to moles, mixtures to concentrations, volumes and flows to times.

What was dosed is kept beside what is active (as dosed times purity), because papers print either. In a
mixture liquids add their volumes, however they were dosed, and dissolved solids add none, unless the recipe
states the volume.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from aliquot.knowledge.records import Reagent
from aliquot.recipe.record import Dose, Purity, Sample, Solution, Tube
from aliquot.units import Quantity


def dose(key: str, quantity: Quantity, purity: Purity | None, card: Reagent) -> Dose:
    """Turn a dosed mass, volume or amount into moles.

    Args:
        key: Name of the dose in the recipe.
        quantity: What was dosed, in g, m3 or mol.
        purity: Purity, None if it was not reported.
        card: Card of the reagent; its density is needed for a volume, and for any liquid.

    Returns:
        The dose, with amount and volume.

    Example:
        >>> from aliquot.knowledge.store import reagent
        >>> phosphine = dose("P", Quantity.parse("4.4 mL", "m3"), Purity(0.97, 0.97, "97 %"), reagent("PDEA"))
        >>> round(phosphine.dosed * 1e3, 2), round(phosphine.active * 1e3, 2)      # mmol
        (16.06, 15.58)
    """
    molar_mass = card.molar_mass.to("g/mol")
    density = card.density.to("g/m3") if card.density else None
    if quantity.unit == "m3" and density is not None:
        amount = quantity.value * density / molar_mass
    elif quantity.unit == "g":
        amount = quantity.value / molar_mass
    else:
        amount = quantity.value
    liquid = density is not None and (card.state == "liquid" or quantity.unit == "m3")
    volume = amount * molar_mass / density if liquid and density is not None else 0.0
    return Dose(key, card.id, amount, purity, volume, quantity.text)


def needs_density(quantity: Quantity, card: Reagent) -> bool:
    """Tell whether a dose can only be counted with the density of its reagent, and there is none.

    Example:
        >>> from aliquot.knowledge.store import reagent
        >>> needs_density(Quantity.parse("1 mL", "m3"), reagent("InCl3"))
        True
    """
    return card.density is None and (quantity.unit == "m3" or card.state == "liquid")


def solution(name: str, doses: Sequence[Dose], stated_volume: float | None = None) -> Solution:
    """Mix doses.

    Args:
        name: Name of the mixture.
        doses: What goes into it.
        stated_volume: Its volume, if the recipe states one [m3].

    Returns:
        The mixture; doses of one reagent add up.
    """
    volume = sum(part.volume for part in doses) if stated_volume is None else stated_volume
    active = _per_volume(((part.reagent, part.active) for part in doses), volume)
    dosed = _per_volume(((part.reagent, part.dosed) for part in doses), volume)
    return Solution(name, tuple(doses), volume, active, dosed)


def sample(name: str, flow: float, temperatures: Sequence[float], tube: Tube) -> Sample:
    """Compute the residence times of a sample.

    Args:
        name: Name of the sample.
        flow: Volume flow at the temperature of the pump [m3 s-1].
        temperatures: Temperature of each zone [K].
        tube: The tube.

    Returns:
        The sample, with t = V/Q for every zone, without thermal expansion of the liquid.
    """
    times = tuple(tube.cross_section * zone.length / flow for zone in tube.zones)
    return Sample(name, flow, tuple(temperatures), times)


def _per_volume(amounts: Iterable[tuple[str, float]], volume: float) -> Mapping[str, float]:
    """Add up amounts by reagent and divide by the volume [mol m-3]."""
    total: defaultdict[str, float] = defaultdict(float)
    for reagent, amount in amounts:
        total[reagent] += amount
    return {reagent: amount / volume for reagent, amount in total.items()}

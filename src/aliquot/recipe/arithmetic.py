"""The arithmetic of a recipe: doses to moles, mixtures to concentrations.

What was dosed is kept beside what is active (as dosed times purity), because papers print either. In a
mixture liquids add their volumes, however they were dosed, and dissolved solids and gases add none, unless
the recipe states the volume.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from aliquot.knowledge.records import Material, Reagent
from aliquot.recipe.record import Dose, Purity, Solution
from aliquot.units import Quantity

GAS_VOLUME = 8.314462618 * 298.15 / 101325.0
"""Volume of one mole of an ideal gas at 25 degC and 1 atm [m3 mol-1]."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was weighed or measured out of a bottle."""

    quantity: Quantity
    """A mass [g], a volume [m3] or moles [mol]."""
    purity: Purity | None = None
    """Purity of the reagent, None if it was not reported."""
    concentration: float | None = None
    """Concentration of the solution that was measured out, None for the reagent itself [mol m-3]."""
    carrier: Reagent | None = None
    """Solvent of that solution, None where there is none or it was not reported."""


def dose(key: str, measured: Measured, card: Reagent) -> Dose:
    """Turn a dosed mass, volume or amount into moles.

    Args:
        key: Name of the dose in the recipe.
        measured: What was dosed.
        card: Card of the reagent; its density is needed for a volume of it, and for any liquid.

    Returns:
        The dose, with amount and volume.

    Example:
        >>> from aliquot.knowledge.store import reagent
        >>> bottle = Measured(Quantity.parse("4.4 mL", "m3"), Purity(0.97, 0.97, "97 %"))
        >>> phosphine = dose("P", bottle, reagent("PDEA"))
        >>> round(phosphine.dosed * 1e3, 2), round(phosphine.active * 1e3, 2)      # mmol
        (16.06, 15.58)
    """
    if measured.concentration is not None:
        return _dissolved(key, measured, measured.concentration, card)
    quantity = measured.quantity
    molar_mass = card.molar_mass.to("g/mol")
    density = card.density.to("g/m3") if card.density else None
    if quantity.unit == "m3" and card.state == "gas":
        amount = quantity.value / GAS_VOLUME
    elif quantity.unit == "m3" and density is not None:
        amount = quantity.value * density / molar_mass
    elif quantity.unit == "g":
        amount = quantity.value / molar_mass
    else:
        amount = quantity.value
    liquid = card.state != "gas" and density is not None and (card.state == "liquid" or quantity.unit == "m3")
    volume = amount * molar_mass / density if liquid and density is not None else 0.0
    return Dose(key, card.id, amount, measured.purity, volume, quantity.text)


def product(key: str, quantity: Quantity, recipe: str, material: Material) -> Dose:
    """Turn a weighed product of another recipe into formula units; its ligands are counted as product.

    Args:
        key: Name of the dose in the recipe.
        quantity: Mass [g] or formula units [mol].
        recipe: Name of the recipe that makes it.
        material: Card of its material.

    Returns:
        The dose, of the material.

    Example:
        >>> from aliquot.knowledge.store import material
        >>> seeds = product("seeds", Quantity.parse("20 mg", "g"), "cd3p2_tiwari2025_dots", material("InP"))
        >>> round(seeds.dosed * 1e3, 3)                                            # mmol
        0.137
    """
    amount = quantity.value / material.molar_mass.to("g/mol") if quantity.unit == "g" else quantity.value
    return Dose(key, material.id, amount, None, 0.0, quantity.text, product=recipe)


def needs_density(quantity: Quantity, card: Reagent) -> bool:
    """Tell whether a dose can only be counted with the density of its reagent, and there is none.

    Example:
        >>> from aliquot.knowledge.store import reagent
        >>> needs_density(Quantity.parse("1 mL", "m3"), reagent("TOPO"))
        True
    """
    return card.density is None and card.state != "gas" and (quantity.unit == "m3" or card.state == "liquid")


@dataclass(frozen=True, slots=True)
class Pour:
    """What is poured from one vessel into another."""

    doses: tuple[Dose, ...]
    """Its doses, in proportion."""
    volume: float
    """Its volume: that of a mixture may be another than its liquids add up to [m3]."""
    undosed: tuple[str, ...] = ()
    """Keys of what is in it without a reported dose."""


def portion(source: Solution, volume: float | None = None) -> Pour:
    """Return a portion of a mixture.

    Args:
        source: The mixture.
        volume: How much of it, None for all [m3].

    Returns:
        Its doses, amounts and volumes in proportion, and the volume poured.

    Example:
        >>> stock = solution("stock", [Dose("acid", "OA", 1e-3, None, 1e-6, "1 mmol")], 10e-6)
        >>> poured = portion(stock, 5e-6)
        >>> poured.doses[0].dosed, poured.volume
        (0.0005, 5e-06)
    """
    if volume is None or source.volume <= 0.0:
        return Pour(source.doses, source.volume, source.undosed)
    share = volume / source.volume
    doses = tuple(
        replace(part, dosed=part.dosed * share, volume=part.volume * share, carried=part.carried * share)
        for part in source.doses
    )
    return Pour(doses, volume, source.undosed)


def solution(name: str, parts: Sequence[Dose | Pour], stated_volume: float | None = None) -> Solution:
    """Mix doses and portions.

    Args:
        name: Name of the mixture.
        parts: What goes into it.
        stated_volume: Its volume, if the recipe states one [m3].

    Returns:
        The mixture; doses of one reagent add up. Without any volume it has no concentrations.
    """
    doses = tuple(dose for part in parts for dose in (part.doses if isinstance(part, Pour) else (part,)))
    volume = sum(part.volume for part in parts) if stated_volume is None else stated_volume
    active = _per_volume(((part.reagent, part.active) for part in doses), volume)
    dosed = _per_volume(((part.reagent, part.dosed) for part in doses), volume)
    undosed = tuple(key for part in parts if isinstance(part, Pour) for key in part.undosed)
    return Solution(name, doses, volume, active, dosed, undosed)


def _dissolved(key: str, measured: Measured, concentration: float, card: Reagent) -> Dose:
    """Return the dose of a solution of known concentration.

    What its solvent brings follows from additive volumes: all of the volume is solvent, less what the reagent
    itself holds bound (1 M TOPTe in TOP: 2.24 mmol TOP per mL, of which 1 mmol is bound to Te).
    """
    volume = measured.quantity.value
    amount = concentration * volume
    carrier, carried = measured.carrier, 0.0
    if carrier is not None and carrier.density is not None:
        whole = volume * carrier.density.to("g/m3") / carrier.molar_mass.to("g/mol")
        carried = max(whole - amount * card.holds.get(carrier.id, 0.0), 0.0)
    name = None if carrier is None else carrier.id
    text = measured.quantity.text
    return Dose(key, card.id, amount, measured.purity, volume, text, concentration, name, carried)


def _per_volume(amounts: Iterable[tuple[str, float]], volume: float) -> Mapping[str, float]:
    """Add up amounts by reagent and divide by the volume [mol m-3]."""
    if volume <= 0.0:
        return {}
    total: defaultdict[str, float] = defaultdict(float)
    for reagent, amount in amounts:
        total[reagent] += amount
    return {reagent: amount / volume for reagent, amount in total.items()}

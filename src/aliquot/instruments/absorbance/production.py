"""Yield and production: an amount in the crude liquid, against what the recipe can make and over time.

X    = c / c_max                            c_max: formula units if all of what limits reacts
rate = Q c M,   per volume of coil: space-time yield
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from aliquot.errors import RecipeError, Where, suggestion
from aliquot.finding import Finding, Interval
from aliquot.knowledge.formula import composition
from aliquot.knowledge.records import Material
from aliquot.recipe import Recipe
from aliquot.recipe.stoichiometry import balance
from aliquot.units import to_float

_MG_PER_H = to_float("1 g/s", "mg/h")


@dataclass(frozen=True, slots=True)
class Most:
    """What a mixture can make at most.

    Example:
        >>> Most(83.2, ("In",)).concentration_mol_m3
        83.2
    """

    concentration_mol_m3: float
    """Formula units per volume of the mixture [mM]."""
    limits: tuple[str, ...]
    """What runs out: elements, or electrons."""


@dataclass(frozen=True, slots=True)
class Production:
    """What comes out of a reactor in an hour."""

    rate: Finding
    """Mass of semiconductor over time [mg/h]."""
    space_time: Finding
    """The same per volume of the reactor [mg/(h mL)]; without value where no volume was given."""


def most_of(recipe: Recipe, material: Material, *, basis: str | None = None) -> Most:
    """Return the highest concentration of formula units that the mixture of a recipe can give.

    By stoichiometry, electrons included: of an aminophosphine only one in four becomes InP, so that it limits
    where indium seems to. Volumes are taken as additive; what expands or evaporates is not counted.

    Args:
        recipe: The recipe; its mixture is the feed of a tube or all that a flask gets.
        material: What is made.

    Rarely needed:
        basis: An element to count alone, such as ``"In"``, as authors do who quote a yield 'by indium'.

    Raises:
        RecipeError: If the mixture has no volume, an element is missing, or the basis is none of them.

    Example:
        >>> from aliquot.knowledge import store
        >>> from aliquot.recipe import read_recipe
        >>> recipe = read_recipe("inp_wang2023")
        >>> most = most_of(recipe, store.material("InP"))
        >>> round(most.concentration_mol_m3, 1), most.limits
        (87.7, ('electrons',))
        >>> round(most_of(recipe, store.material("InP"), basis="In").concentration_mol_m3, 1)
        90.1
    """
    mixture = recipe.mixture
    made = balance(mixture.amounts, material)
    wanted = composition(material.id)
    if basis is not None and basis not in wanted:
        raise RecipeError(
            given=f"a yield by '{basis}'",
            expected=f"an element of {material.id}",
            why="only what ends in the dots can be counted",
            remedy=suggestion(basis, wanted),
            where=Where(recipe.id),
        )
    product = made.product if basis is None else made.elements[basis] / wanted[basis]
    if not (mixture.volume > 0.0 and product > 0.0):
        raise RecipeError(
            given=f"{product * 1e3:.4g} mmol of {material.id} in {mixture.volume * 1e6:.4g} mL",
            expected="a mixture with a volume and with all elements of the material",
            why="a yield is a concentration over the highest possible one",
            remedy="Complete the doses of the recipe, or give the concentration of what limits yourself.",
            where=Where(recipe.id),
        )
    return Most(product / mixture.volume, made.limits if basis is None else (basis,))


def yield_of(concentration: Finding, most: Most) -> Finding:
    """Return the yield of a synthesis: formula units found over those possible.

    A yield above 1 is told as it comes, with a doubt; it is not cut.

    Args:
        concentration: Formula units per volume of crude liquid [mM], as ``amount_of`` finds them.
        most: What the mixture can make.

    Example:
        >>> found = yield_of(Finding("concentration", "mM", Interval.normal(66.3, 9.0)), Most(90.1, ("In",)))
        >>> round(found.value.value, 3), found.definition
        (0.736, 'formula units found over those that In would allow (90.1 mM)')
    """
    limited = " and ".join(most.limits)
    found = scaled(replace(concentration, quantity="yield", unit="1"), 1.0 / most.concentration_mol_m3)
    meant = f"formula units found over those that {limited} would allow ({most.concentration_mol_m3:.1f} mM)"
    flags = concentration.flags
    if found.value is not None and found.value.value > 1.0:
        flags += (
            "The yield is above 1: something else absorbs there, or path, dilution or medium are others.",
        )
    return replace(found, definition=meant, flags=flags)


def production(
    concentration: Finding,
    material: Material,
    *,
    flow_ml_min: float,
    volume_ml: float | None = None,
) -> Production:
    """Return what a flow reactor makes in an hour.

    Args:
        concentration: Formula units per volume of crude liquid [mM].
        material: What is made.
        flow_ml_min: Volume of crude liquid that leaves, cold [mL/min].
        volume_ml: Volume of the reactor [mL], for the space-time yield.

    Returns:
        Rate and space-time yield, with the budget of the concentration; the flow counts as exact.

    Example:
        >>> from aliquot.knowledge import store
        >>> made = production(Finding("concentration", "mM", Interval.normal(66.3, 9.0)),
        ...                   store.material("InP"), flow_ml_min=0.20, volume_ml=3.6)
        >>> round(made.rate.value.value), round(made.space_time.value.value, 1)
        (116, 32.2)
    """
    per_mm = material.molar_mass.to("g/mol") * to_float(f"{flow_ml_min} mL/min", "m3 s-1") * _MG_PER_H
    named = replace(
        concentration, quantity="production", unit="mg/h", definition=f"mass of {material.id} alone"
    )
    rate = scaled(named, per_mm)
    if volume_ml is None:
        return Production(
            rate, Finding("space-time yield", "mg/(h mL)", None, flags=("No volume was given.",))
        )
    per_volume = replace(rate, quantity="space-time yield", unit="mg/(h mL)")
    return Production(rate, scaled(per_volume, 1.0 / volume_ml))


def flow_for(rate_mg_h: float, concentration_mol_m3: float, material: Material) -> float:
    """Return the flow at which a reactor makes a given mass per hour [mL/min].

    Args:
        rate_mg_h: Mass of semiconductor per hour [mg/h].
        concentration_mol_m3: Formula units per volume of crude liquid [mM].
        material: What is made.

    Example:
        >>> from aliquot.knowledge import store
        >>> round(flow_for(107.0, 0.736 * 90.1, store.material("InP")), 4)      # no such flow was printed
        0.1845
    """
    per_volume = concentration_mol_m3 * material.molar_mass.to("g/mol")
    return rate_mg_h / (per_volume * to_float("1 mL/min", "m3 s-1") * _MG_PER_H)


def scaled(finding: Finding, factor: float) -> Finding:
    """Return a finding times an exact factor, its budget with it."""
    value = finding.value
    if value is None:
        return finding
    budget: Mapping[str, float] = {cause: factor * sd for cause, sd in finding.budget.items()}
    moved = Interval(factor * value.value, factor * value.low, factor * value.high, value.level)
    return replace(finding, value=moved, budget=MappingProxyType(budget))

"""What can come of a recipe: limiting reagent, electrons, excess, free acid.

Product is counted in formula units of the material, as if the reaction went to its end. An aminophosphine is
pnictogen and reductant at once: InX3 + 4 P(NR2)3 -> InP + 3 [P(NR2)4]X, two electrons from each that is not
consumed (rule ``reductant-electrons``).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aliquot.knowledge.formula import ANIONS, composition
from aliquot.knowledge.records import Material, Reagent
from aliquot.knowledge.store import find_reagent, reagent
from aliquot.recipe.record import Recipe

ELECTRONS = "electrons"
"""What limits the product where the reductant does."""


@dataclass(frozen=True, slots=True)
class Balance:
    """How far the doses reach.

    Example:
        >>> from aliquot.knowledge.store import material
        >>> made = balance({"InCl3": 0.004, "PDEA": 0.016}, material("InP"))
        >>> made.limits, round(made.product * 1e3, 6), made.electrons_needed
        (('In', 'electrons'), 4.0, 6.0)
    """

    product: float
    """Formula units if all of what limits reacts [mol]; 0 where an element is missing."""
    mass: float
    """The same as mass [g]."""
    limits: tuple[str, ...]
    """Elements that run out first, or ``"electrons"``; all that do so together."""
    elements: Mapping[str, float]
    """What is brought of each element of the material [mol]."""
    excess: Mapping[str, float]
    """Of each element: brought per needed for that product [1]; likewise of electrons."""
    sources: Mapping[str, tuple[str, ...]]
    """Cards that bring each element."""
    electrons_needed: float
    """Electrons per formula unit, beyond those that the sources bring bound: TOPTe brings its own [1]."""


def balance(amounts: Mapping[str, float], material: Material) -> Balance:
    """Count what doses can make.

    Args:
        amounts: Active amount of each card [mol]; names that are no cards of reagents are left out.
        material: What is made.

    Returns:
        The balance.
    """
    wanted = composition(material.id)
    cards = {name: card for name in amounts if (card := find_reagent(name)) is not None}
    elements = {element: _brought(element, amounts, cards) for element in wanted}
    needed = sum(
        count * max(_mean_oxidation(element, amounts, cards) - ANIONS[element], 0.0)
        for element, count in wanted.items()
        if element in ANIONS and elements[element] > 0.0
    )
    reach = {element: elements[element] / count for element, count in wanted.items()}
    if needed > 0.0 and min(reach.values()) > 0.0:
        reach[ELECTRONS] = _reach_of_electrons(needed, wanted, amounts, cards)
    product = min(reach.values())
    limits = tuple(name for name, most in reach.items() if most <= product * 1.001)
    return Balance(
        product=product,
        mass=product * material.molar_mass.to("g/mol"),
        limits=limits,
        elements=elements,
        excess={name: most / product if product > 0.0 else 0.0 for name, most in reach.items()},
        sources={
            element: tuple(name for name, card in cards.items() if element in card.oxidation)
            for element in wanted
        },
        electrons_needed=needed,
    )


def free_acid(recipe: Recipe) -> float:
    """Return the carboxylic acid that is left when oxides and acetates of metals have taken theirs [mol].

    Args:
        recipe: The recipe.

    Returns:
        Acid as dosed, less two for CdO and the like; negative where there is too little.
    """
    left = 0.0
    for dose in recipe.mixture.doses:
        card = find_reagent(dose.reagent)
        if card is not None:
            left += dose.dosed if "acid" in card.roles else -card.takes_acid * dose.dosed
    return left


def _brought(element: str, amounts: Mapping[str, float], cards: Mapping[str, Reagent]) -> float:
    return sum(
        amounts[name] * composition(card.formula)[element]
        for name, card in cards.items()
        if element in card.oxidation
    )


def _mean_oxidation(element: str, amounts: Mapping[str, float], cards: Mapping[str, Reagent]) -> float:
    """Return the mean oxidation state in which an element is brought, less electrons bound beside it [1].

    TOPTe brings Te(0) with a phosphine that gives two electrons and becomes the oxide: it is Te(-II).
    """
    total = 0.0
    for name, card in cards.items():
        if element in card.oxidation:
            atoms = composition(card.formula)[element]
            paid = sum(bound * reagent(held).donates for held, bound in card.holds.items())
            total += amounts[name] * (atoms * card.oxidation[element] - paid)
    return total / _brought(element, amounts, cards)


def _reach_of_electrons(
    needed: float, wanted: Mapping[str, int], amounts: Mapping[str, float], cards: Mapping[str, Reagent]
) -> float:
    """Return how many formula units the reductants are good for [mol].

    A source of the pnictogen that is itself a reductant gives electrons only as far as it is not consumed.
    """
    given, spent = 0.0, 0.0
    for name, card in cards.items():
        given += amounts[name] * card.donates
        for element, count in wanted.items():
            if element in ANIONS and element in card.oxidation and card.donates:
                share = amounts[name] / _brought(element, amounts, cards)
                spent += card.donates * count * share
    return given / (needed + spent)

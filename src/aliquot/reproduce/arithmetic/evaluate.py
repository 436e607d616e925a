"""Which formula answers a row: by its quantity and by the numbers that it is given."""

from collections.abc import Callable, Mapping

from aliquot.knowledge.records import Observations, Term
from aliquot.reproduce.arithmetic import doses, light, masses, numbers, tube
from aliquot.reproduce.arithmetic.asked import Answer, Asked

_OF_RECIPE: Mapping[tuple[str, ...], Callable[[Asked], Answer]] = {
    ("concentration",): doses.concentration,
    ("ratio",): doses.ratio,
    ("ratio", "counted"): doses.ratio,
    ("ratio", "drawn"): doses.drawn,
    ("ratio", "syringe"): tube.strokes,
    ("ratio", "grown"): doses.most_growth,
    ("amount",): doses.amount,
    ("amount", "counted"): doses.amount,
    ("mass",): doses.product,
    ("volume",): doses.volume,
    ("time",): tube.time,
    ("time", "flow"): tube.time_at,
    ("time", "zone"): tube.time_in,
    ("flow", "conversion", "rate"): tube.flow_for,
    ("flow", "conversion", "rate", "volume"): tube.flow_for,
    ("rate", "conversion", "flow"): tube.rate_at,
    ("rate", "conversion", "flow", "volume"): tube.rate_at,
    ("conversion", "flow", "rate"): tube.conversion_for,
    ("conversion", "flow", "rate", "volume"): tube.conversion_for,
}
"""Quantity and names of what is given, for what follows from a recipe."""

_OF_FORMULA: Mapping[tuple[str, ...], Callable[[Asked], Answer]] = {
    ("mass",): masses.of_formula,
    ("mass", "amount"): masses.of_amount,
    ("mass", "diameter"): masses.of_dot,
    ("charge",): masses.charge,
    ("density", "diameter", "mass"): masses.density,
    ("size", "mass"): masses.diameter,
    ("size", "density", "mass"): masses.diameter,
    ("size", "cover", "ligand", "mass"): masses.diameter,
    ("size", "curve", "wavelength"): light.size,
    ("count", "formula"): masses.units_in,
    ("count", "mass"): masses.units,
    ("count", "diameter"): masses.units,
    ("energy", "wavelength"): light.energy,
    ("energy", "longer", "shorter"): light.apart,
    ("width", "peak", "width"): light.width,
    ("colour", "peak", "width"): light.colour,
    ("amount", "density", "purity", "volume"): numbers.amount,
    ("ratio", "denominator", "numerator"): numbers.quotient,
    ("ratio", "denominator", "numerator", "power"): numbers.quotient,
    ("ratio", "into", "portion"): numbers.dilution,
    ("ratio", "RSD"): numbers.volume_over_number,
}
"""The same, for what follows from a formula or printed numbers."""


def evaluate(term: Term, card: Observations) -> Answer:
    """Return the number of a term that needs no chemistry.

    Args:
        term: What is asked for.
        card: The card of observations, for its conditions.

    Returns:
        The number, and the unit in which it is.

    Raises:
        CardError: If no formula answers it.
        RecipeError: If its recipe can not be read.

    Example:
        >>> from aliquot.knowledge.store import observations
        >>> found, unit = evaluate(Term(quantity="charge", of="Cd32P20(oleate)5"), observations("wang2023"))
        >>> found, unit
        (-1.0, '1')
    """
    condition = None if term.condition is None else card.conditions[term.condition]
    asked = Asked(term, condition)
    answers = _OF_FORMULA if condition is None else _OF_RECIPE
    found = answers.get((term.quantity, *sorted(term.given)))
    if found is None:
        raise asked.unasked("no formula gives it from these numbers")
    return found(asked)

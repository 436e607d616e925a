"""Formulas: how many atoms of which element."""

import re
from collections.abc import Mapping

from aliquot.errors import InputError

_PART = re.compile(r"([A-Z][a-z]?)(\d*)")
ANIONS: Mapping[str, int] = {"N": -3, "P": -3, "As": -3, "Sb": -3, "S": -2, "Se": -2, "Te": -2}
"""Oxidation state in the dot of the elements that are not the metal."""


def composition(formula: str) -> dict[str, int]:
    """Return the atoms of a formula without parentheses.

    Args:
        formula: Such as ``"Cd3P2"`` or ``"C12H30N3P"``.

    Returns:
        Number of atoms by element.

    Raises:
        InputError: If it is no such formula.

    Example:
        >>> composition("Cd3P2")
        {'Cd': 3, 'P': 2}
    """
    parts = _PART.findall(formula)
    if not formula or "".join(element + count for element, count in parts) != formula:
        raise InputError(
            given=f"'{formula}'",
            expected="a formula such as 'Cd3P2'",
            why="elements and their numbers are needed to count atoms",
            remedy="Write elements and numbers only, parentheses multiplied out.",
        )
    found: dict[str, int] = {}
    for element, count in parts:
        found[element] = found.get(element, 0) + int(count or 1)
    return found

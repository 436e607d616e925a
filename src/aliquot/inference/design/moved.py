"""How the numbers of a plan move with the knobs: by differences on the host, where nothing is integrated.

A plan is arithmetic: doses over volumes, lengths over flows, nodes of residence times. Its numbers are smooth
in the knobs, and exact to rounding, so that a difference over a ten-thousandth of a range gives their slopes
to 1e-7. Integration, which is not exact, is never differenced: its slopes follow by forward mode from these.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from aliquot.inference.dual import Dual

STEP = 1e-4
"""Step of the differences, as a share of a knob's range [1]."""
CENTRAL = ((1.0, 0.5), (-1.0, -0.5))
FORWARD = ((0.0, -1.5), (1.0, 2.0), (2.0, -0.5))
BACKWARD = ((0.0, 1.5), (-1.0, -2.0), (-2.0, 0.5))
STENCILS = (CENTRAL, FORWARD, BACKWARD)
"""Steps and weights of first differences, all of second order; one-sided ones stay within a bound."""

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Moved(Generic[Thing]):
    """Something that was made at a point, and beside it.

    Attributes:
        here: What was made at the point.
        beside: For each knob weights, and what was made at their points.

    Example:
        >>> square = Moved(9.0, (((0.5 / STEP, (3.0 + STEP) ** 2), (-0.5 / STEP, (3.0 - STEP) ** 2)),))
        >>> found = square(lambda number: number)
        >>> float(found.value), round(float(found.slope[0]), 6)
        (9.0, 6.0)
    """

    here: Thing
    beside: tuple[tuple[tuple[float, Thing], ...], ...]

    @property
    def knobs(self) -> int:
        """Number of knobs."""
        return len(self.beside)

    def __call__(self, number: Callable[[Thing], Any]) -> Dual:
        """Return a number, or an array of them, with its slopes by the knobs' places.

        Args:
            number: Takes it from what was made.
        """
        value = np.asarray(number(self.here), float)
        slopes = [
            sum((weight * np.asarray(number(made), float) for weight, made in side), np.zeros_like(value))
            for side in self.beside
        ]
        return Dual(value, np.stack(slopes, axis=-1) if slopes else np.zeros((*value.shape, 0)))

"""Dual numbers: values with their slopes by every free constant, carried through what is read from a run.

The solver gives the slopes of all rungs; what papers print follows from them by a few sums and ratios. Their
slopes follow by the rules that one learns at school: nothing has to be compiled for a new observation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

Values = Float[np.ndarray, "*shape"]
Slopes = Float[np.ndarray, "*shape constants"]


@dataclass(frozen=True, slots=True)
class Dual:
    """Values, and how they change with every constant.

    Attributes:
        value: Values, in any shape.
        slope: Derivatives by the constants, along a last axis; of length 0 where none were asked for.

    Example:
        >>> x = Dual(np.array(3.0), np.array([1.0, 0.0]))
        >>> y = Dual(np.array(2.0), np.array([0.0, 1.0]))
        >>> ratio = x / y
        >>> float(ratio.value), ratio.slope.tolist()
        (1.5, [0.5, -0.75])
    """

    value: Values
    slope: Slopes

    @classmethod
    def still(cls, value: Any, constants: int) -> "Dual":  # noqa: ANN401  whatever NumPy takes
        """Return values that no constant moves."""
        held = np.asarray(value, float)
        return cls(held, np.zeros((*held.shape, constants)))

    @property
    def constants(self) -> int:
        """Number of constants by which slopes are known."""
        return int(self.slope.shape[-1])

    def __add__(self, other: "Dual | float | Values") -> "Dual":
        """Return the sum."""
        other = self._lifted(other)
        return Dual(np.asarray(self.value + other.value), self.slope + other.slope)

    def __sub__(self, other: "Dual | float | Values") -> "Dual":
        """Return the difference."""
        other = self._lifted(other)
        return Dual(np.asarray(self.value - other.value), self.slope - other.slope)

    def __mul__(self, other: "Dual | float | Values") -> "Dual":
        """Return the product."""
        other = self._lifted(other)
        slope = self.slope * other.value[..., None] + other.slope * self.value[..., None]
        return Dual(np.asarray(self.value * other.value), slope)

    def __truediv__(self, other: "Dual | float | Values") -> "Dual":
        """Return the ratio."""
        other = self._lifted(other)
        ratio = np.asarray(self.value / other.value)
        slope = (self.slope - ratio[..., None] * other.slope) / other.value[..., None]
        return Dual(ratio, slope)

    def __pow__(self, exponent: float) -> "Dual":
        """Return a power of values above 0."""
        raised = np.asarray(self.value**exponent)
        return Dual(raised, self.slope * (exponent * raised / self.value)[..., None])

    def __getitem__(self, place: Any) -> "Dual":  # noqa: ANN401  whatever NumPy takes
        """Return a part, by places among the values."""
        return Dual(np.asarray(self.value[place]), np.asarray(self.slope[place]))

    def log(self) -> "Dual":
        """Return the natural logarithm of values above 0."""
        return Dual(np.asarray(np.log(self.value)), self.slope / self.value[..., None])

    def exp(self) -> "Dual":
        """Return the exponential."""
        raised = np.asarray(np.exp(self.value))
        return Dual(raised, self.slope * raised[..., None])

    def through(self, matrix: Float[np.ndarray, "last new"]) -> "Dual":
        """Return the last axis of the values multiplied by a matrix."""
        slope = np.moveaxis(np.moveaxis(self.slope, -1, -2) @ matrix, -1, -2)
        return Dual(np.asarray(self.value @ matrix), slope)

    def at_least(self, floor: float) -> "Dual":
        """Return values not below a floor, to be divided by; what is held there has no slope."""
        low = np.asarray(self.value < floor)
        return Dual(np.where(low, floor, self.value), np.where(low[..., None], 0.0, self.slope))

    def largest(self) -> "Dual":
        """Return the largest of the values along their only axis."""
        return self[int(np.argmax(self.value))]

    def _lifted(self, other: "Dual | float | Values") -> "Dual":
        return other if isinstance(other, Dual) else Dual.still(other, self.constants)


def joined(parts: Sequence[Dual]) -> Dual:
    """Return duals of one shape along a new first axis; at least one.

    Example:
        >>> joined([Dual.still(1.0, 2), Dual.still(4.0, 2)]).value.tolist()
        [1.0, 4.0]
    """
    return Dual(np.stack([part.value for part in parts]), np.stack([part.slope for part in parts]))

"""Free constants of a study: the places of a card they stand for, and what is believed beforehand."""

from math import log10
from typing import Literal

import numpy as np
from jaxtyping import Float
from pydantic import Field, model_validator

from aliquot.knowledge.document import Schema

_DECADES = "log10 "  # begins the name of a constant of which the logarithm is fitted


class Prior(Schema):
    """A normal belief about a constant, in the unit of the constant or in decades of it."""

    mean: float
    """Centre [unit, or log10 of it]."""
    sd: float = Field(gt=0.0)
    """Standard deviation [unit, or decades]."""
    bounds: tuple[float, float] | None = None
    """Ends beyond which it is not searched [unit, or log10 of it]; six standard deviations unless given."""
    because: str
    """Grounds of the belief."""

    @model_validator(mode="after")
    def _lies_within(self) -> "Prior":
        low, high = self.range
        if not low < self.mean < high:
            message = f"a mean of {self.mean:g} does not lie within the bounds {low:g} to {high:g}"
            raise ValueError(message)
        return self

    @property
    def range(self) -> tuple[float, float]:
        """Its bounds."""
        return self.bounds or (self.mean - 6.0 * self.sd, self.mean + 6.0 * self.sd)


class Free(Schema):
    """A constant that is fitted.

    Example:
        >>> rate = Free(name="log10 c", keys=("solubility.value",), unit="M", transform="log10",
        ...             prior=Prior(mean=-2.0, sd=0.3, because="an example"))
        >>> rate.symbol, rate.text(-2.0)
        ('c', '0.01 M')
    """

    name: str
    """Short name of what is fitted, such as ``"log10 k"``; beside a value in its unit stands its symbol."""
    keys: tuple[str, ...] = Field(min_length=1)
    """Dotted keys of the chemistry's card that take its value; several that are one constant."""
    times: dict[str, float] = Field(default_factory=dict)
    """Factor by which the value at a key differs, such as 0.5; 1 where not named [1]."""
    unit: str
    """Unit in which it is written."""
    transform: Literal["linear", "log10"] = "linear"
    """Whether the number that is fitted is the value, or its decadic logarithm."""
    prior: Prior

    @model_validator(mode="after")
    def _multiplies_its_own_keys(self) -> "Free":
        strange = sorted(set(self.times) - set(self.keys))
        if strange:
            message = f"'times' names {', '.join(strange)}, which is none of its keys"
            raise ValueError(message)
        return self

    @property
    def symbol(self) -> str:
        """Its name beside a value in its own unit; as :func:`symbol`."""
        return symbol(self.name, self.transform)

    def value(self, theta: float) -> float:
        """Return the constant in its unit."""
        return 10.0**theta if self.transform == "log10" else theta

    def theta(self, value: float) -> float:
        """Return what is fitted for a value of the constant in its unit."""
        return log10(value) if self.transform == "log10" else value

    def text(self, theta: float, key: str | None = None) -> str:
        """Return the constant as the card writes it, at one of its keys."""
        factor = self.times.get(key or "", 1.0)
        number = float(f"{factor * self.value(theta):.15g}")
        return f"{number!r} {self.unit}"


def symbol(name: str, transform: str) -> str:
    """Return the name of a constant beside a value in its own unit: that is no logarithm any more.

    Args:
        name: Name of what is fitted.
        transform: 'linear' or 'log10'.

    Example:
        >>> symbol("log10 k_a", "log10"), symbol("gamma", "linear")
        ('k_a', 'gamma')
    """
    return name.removeprefix(_DECADES) if transform == "log10" else name


def means(free: tuple[Free, ...]) -> Float[np.ndarray, " constants"]:
    """Return the prior means, shape (constants,)."""
    return np.array([one.prior.mean for one in free])


def spreads(free: tuple[Free, ...]) -> Float[np.ndarray, " constants"]:
    """Return the prior standard deviations, shape (constants,)."""
    return np.array([one.prior.sd for one in free])


def bounds(free: tuple[Free, ...]) -> Float[np.ndarray, "2 constants"]:
    """Return lower and upper bounds, shape (2, constants)."""
    return np.array([one.prior.range for one in free]).reshape(-1, 2).T

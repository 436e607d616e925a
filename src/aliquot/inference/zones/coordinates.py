"""Coordinates: what differs from recipe to recipe, between which ends, and how a box is filled."""

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
from jaxtyping import Float
from pydantic import Field, model_validator

from aliquot.errors import AliquotError
from aliquot.inference import shelf
from aliquot.knowledge.document import Schema
from aliquot.units import to_float

TEMPERATURE = "temperature"
SOLVENT = "solvent"

Values = Mapping[str, np.ndarray]
"""For some coordinates, by name, the value of each recipe: numbers in the coordinate's unit, or words."""


class Coordinate(Schema):
    """One thing that is varied.

    Example:
        >>> amine = Coordinate(name="amine", of="OAM", low=0.0, high=1200.0, unit="mM")
        >>> amine.at(np.array([0.0, 0.5, 1.0])).tolist()
        [0.0, 600.0, 1200.0]
    """

    name: str
    """Its name in figures and tables."""
    of: str
    """Reagent card whose concentration it is, 'temperature', or 'solvent'."""
    low: float | None = None
    """Lower end [unit]."""
    high: float | None = None
    """Upper end [unit]."""
    unit: str | None = None
    """Unit in which it is written."""
    scale: Literal["linear", "log"] = "linear"
    """Whether points lie evenly in the value or in its logarithm."""
    values: tuple[str, ...] = ()
    """Words in the place of numbers: reagent cards of solvents."""
    words: dict[str, str] = Field(default_factory=dict)
    """How a value is called in figures, such as {TOL: toluene}."""

    @model_validator(mode="after")
    def _has_ends_or_words(self) -> "Coordinate":
        numbers = (self.low, self.high, self.unit)
        if (self.of == SOLVENT) != bool(self.values):
            message = "a solvent takes 'values', its cards; all else takes 'low', 'high' and 'unit'"
        elif not self.values and None in numbers:
            message = "'low', 'high' and 'unit' are needed, or 'values'"
        elif self.values and any(entry is not None for entry in numbers):
            message = "'values' takes the place of 'low', 'high' and 'unit'"
        elif self.low is not None and self.high is not None and self.low >= self.high:
            message = f"{self.low:g} does not lie below {self.high:g}"
        elif self.scale == "log" and not (self.low or 0.0) > 0.0:
            message = "a logarithmic scale needs a lower end above 0"
        else:
            shelf.refuse("Coordinate", self._misfits())
            return self
        raise ValueError(message)

    def _misfits(self) -> Iterator[tuple[shelf.Place, str, AliquotError]]:
        """Yield its unit if that is none of a concentration or temperature, as it is written."""
        if self.unit is not None:
            for place, _, fault in shelf.unfit([(("unit",), f"1 {self.unit}", self.target)]):
                yield place, self.unit, fault

    @property
    def target(self) -> str:
        """Unit in which it is computed, K or mol m-3."""
        return "K" if self.of == TEMPERATURE else "mol m-3"

    @property
    def ends(self) -> tuple[float, float]:
        """Its ends [unit]; of words their first and last place."""
        if self.values:
            return 0.0, float(len(self.values) - 1)
        return float(self.low or 0.0), float(self.high or 0.0)

    def at(self, places: Float[np.ndarray, " n"]) -> np.ndarray:
        """Return the values at places between 0 and 1, numbers [unit] or words, shape (n,)."""
        if self.values:
            index = np.minimum((places * len(self.values)).astype(int), len(self.values) - 1)
            return np.asarray(np.array(self.values)[index])
        low, high = self.ends
        if self.scale == "log":
            return np.asarray(low * (high / low) ** places)
        return np.asarray(low + (high - low) * places)

    def along(self, count: int) -> np.ndarray:
        """Return ``count`` values from end to end, of words each once."""
        return np.array(self.values) if self.values else self.at(np.linspace(0.0, 1.0, count))

    def si(self, values: np.ndarray) -> Float[np.ndarray, " n"]:
        """Return numbers in mol m-3 or K: affine, so that two conversions tell all."""
        zero, one = (to_float(f"{number} {self.unit}", self.target) for number in ("0", "1"))
        return np.asarray(zero + (one - zero) * values)

    def from_si(self, value: float) -> float:
        """Return a concentration [mol m-3] or temperature [K] in the unit of the coordinate."""
        zero, one = (float(self.si(np.array([number]))[0]) for number in (0.0, 1.0))
        return (value - zero) / (one - zero)

    @property
    def title(self) -> str:
        """Name and unit, for axes and headings."""
        unit = "°C" if self.unit == "degC" else self.unit
        return self.name if unit is None else f"{self.name} [{unit}]"

    def word(self, value: str) -> str:
        """Return how a word is called."""
        return self.words.get(value, value)


def sobol(coordinates: tuple[Coordinate, ...], count: int, seed: int) -> Values:
    """Return scrambled Sobol' points of a box; the first of many are those of few.

    Args:
        coordinates: The box.
        count: How many.
        seed: Seed of the scrambling.

    Source:
        S. Joe and F. Y. Kuo, SIAM J. Sci. Comput. 30 (2008) 2635, directions as in SciPy.

    Example:
        >>> box = (Coordinate(name="amine", of="OAM", low=0.0, high=1.0, unit="M"),)
        >>> few, many = (sobol(box, n, 7)["amine"] for n in (3, 20))
        >>> bool((few == many[:3]).all())
        True
    """
    from scipy.stats import qmc  # noqa: PLC0415  a second of loading, for maps alone

    drawer = qmc.Sobol(len(coordinates), rng=np.random.default_rng(seed))
    places = drawer.random_base2(max(count - 1, 1).bit_length())[:count]
    return {one.name: one.at(places[:, i]) for i, one in enumerate(coordinates)}


def grid(coordinates: tuple[Coordinate, ...], count: int) -> Values:
    """Return the points of a grid, ``count`` along each coordinate, every word once; the last runs fastest.

    Example:
        >>> box = (Coordinate(name="amine", of="OAM", low=0.0, high=1.0, unit="M"),
        ...        Coordinate(name="solvent", of="solvent", values=("TOL", "ODE")))
        >>> grid(box, 2)["solvent"].tolist()
        ['TOL', 'ODE', 'TOL', 'ODE']
    """
    axes = [one.along(count) for one in coordinates]
    index = np.indices([axis.size for axis in axes]).reshape(len(axes), -1)
    return {one.name: axis[i] for one, axis, i in zip(coordinates, axes, index, strict=True)}

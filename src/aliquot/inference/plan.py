"""Plans: what a reactor does, in numbers that no constant of the chemistry can change.

Volumes, temperatures, joins and feeds follow from a recipe alone. A plan holds them, so that a fit reads each
recipe once and then only integrates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from aliquot.errors import TopRungError, Where
from aliquot.inference.stretch import Drive


class Variant(NamedTuple):
    """What of a chemistry differs from condition to condition."""

    solvent: str | None = None
    """Reagent card of the solvent on which the chemistry depends."""
    scaled: tuple[tuple[str, float], ...] = ()
    """Dotted keys of its card, and the factor on the number that stands there [1]."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of time between two kinks, and what joins at once before it."""

    drive: Drive
    """Temperature and feed."""
    times: Float[np.ndarray, " T"]
    """Rising times from its beginning, the last its end [s]."""
    keep: float = 1.0
    """Volume before what joins over that after it [1]."""
    joined: Float[np.ndarray, " species"] = field(default_factory=lambda: np.zeros(0))
    """What joins, per volume after it [mol m-3], shape (species,); empty where nothing does."""
    dots: Mapping[str, float] = field(default_factory=dict)
    """Formula units of other recipes' products that join, per volume after it [mol m-3]."""
    fed_dots: Mapping[str, float] = field(default_factory=dict)
    """Formula units of such products in what is fed [mol m-3]."""
    idle: bool = False
    """Whether nothing is there that could react: only the thermometer moves."""
    where: Where = field(default_factory=Where)
    """Step of the recipe, for errors."""


@dataclass(frozen=True, slots=True)
class Look:
    """A moment at which the vessel is looked at."""

    time: float
    """Time since the reaction began; in a tube the mean residence time [s]."""
    leg: int
    """Leg in which it falls."""
    place: int
    """Its place among the times of that leg."""
    brought: Float[np.ndarray, " species"]
    """Concentrations if nothing had reacted [mol m-3], shape (species,)."""
    dots: float
    """Formula units that were brought as particles [mol m-3]."""
    temperature: float
    """[K]."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Dots that a paper measured, in the place of what their own recipe would give: no constant moves them.

    Example:
        >>> from aliquot.knowledge.store import material
        >>> volume = material("Cd3P2").unit_volume
        >>> found = Measured(3.4, 0.08).rungs(900, volume)
        >>> d = np.cbrt(6 / np.pi * volume * np.arange(1, 901))
        >>> round(float(found @ d / found.sum()), 2)                                # nm
        3.4
    """

    diameter: float
    """Mean by number [nm]."""
    rsd: float
    """Standard deviation of the diameter over its mean, by number [1]."""
    where: Where = field(default_factory=Where)
    """The condition, for errors."""

    def rungs(self, size: int, unit_volume: float) -> Float[np.ndarray, " N"]:
        """Return a normal distribution of diameters on the rungs of a ladder, of any amount.

        Args:
            size: Length of the ladder.
            unit_volume: Volume of a formula unit [nm3].

        Raises:
            TopRungError: If the ladder ends below the mean.
        """
        units = np.pi / 6.0 * self.diameter**3 / unit_volume
        if units > size:
            raise TopRungError(
                given=f"dots of {self.diameter:g} nm, {units:.0f} formula units, at the start",
                expected=f"at most {size} units",
                why="they are put on the ladder of this run",
                remedy=f"Ask for more rungs, such as 'numerics: {{most: {2 * int(units)}}}'.",
                where=self.where,
            )
        n = np.arange(1.0, size + 1.0)
        d = np.cbrt(6.0 / np.pi * unit_volume * n)
        away = (d / self.diameter - 1.0) / self.rsd
        # dots of a rung stand for a stretch of diameters that shrinks with size: dd/dn = d/(3n)
        return np.asarray(np.exp(-0.5 * away**2) * d / n)


@dataclass(frozen=True, slots=True)
class FlaskPlan:
    """What happens in a flask."""

    start: Float[np.ndarray, " species"]
    """Concentrations at the beginning [mol m-3], shape (species,)."""
    dots: Mapping[str, float]
    """Formula units of other recipes' products at the beginning [mol m-3]."""
    legs: tuple[Leg, ...]
    """Stretches, in order."""
    looks: tuple[Look, ...]
    """When it is looked at, in order."""
    variant: Variant
    """What of the chemistry differs here."""
    products: Mapping[str, "FlaskPlan | Measured"] = field(default_factory=dict)
    """Where the dots of other recipes that take part come from: a plan that is looked at last, or a paper."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of tube, and what joins at its inlet."""

    drives: tuple[tuple[Drive, ...], ...]
    """What an element of liquid meets: for each node of residence times one drive for each zone.

    In one zone all elements have one history: then there is one row.
    """
    stays: Float[np.ndarray, "nodes zones"]
    """Times that elements spend in each zone [s]."""
    weights: Float[np.ndarray, " nodes"]
    """Their shares of the liquid, summing to 1."""
    keep: float
    """Volume before what joins over that after it [1]."""
    joined: Float[np.ndarray, " species"]
    """What joins, per volume after it [mol m-3], shape (species,)."""


@dataclass(frozen=True, slots=True)
class TubePlan:
    """What happens to a solution in a tube until it is one sample of a campaign."""

    start: Float[np.ndarray, " species"]
    """Concentrations in what enters [mol m-3], shape (species,)."""
    passages: tuple[Passage, ...]
    """Pieces of the tube, in order."""
    looks: tuple[Look, ...]
    """The sample: one look."""
    variant: Variant = field(default_factory=Variant)
    """What of the chemistry differs here."""
    where: Where = field(default_factory=Where)
    """Sample, for errors."""


Plan = FlaskPlan | TubePlan

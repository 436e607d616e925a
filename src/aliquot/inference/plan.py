"""Plans: what a reactor does, in numbers that no constant of the chemistry can change.

Volumes, temperatures, joins and feeds follow from a recipe alone. A plan holds them, so that a fit reads each
recipe once and then only integrates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from aliquot.errors import Where
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
    products: Mapping[str, "FlaskPlan"] = field(default_factory=dict)
    """Plans of the recipes whose products take part, each looked at last."""


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

"""Close-ups: what a report shows beside the numbers, runs over time and what rows tell of constants."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from aliquot.inference.identify import Direction
from aliquot.inference.laplace import UNTOLD
from aliquot.knowledge.records import Term


class Line(NamedTuple):
    """What a curve of a figure is of."""

    quantity: str
    """As on the card of observations: share, diameter, emission, ..."""
    of: str | None = None
    """Cluster, species or dots."""
    weighting: str = "volume"
    """Of sizes."""

    @classmethod
    def of_term(cls, term: Term) -> "Line":
        """Return the course that a term belongs to; a time of maximum belongs to that of its share."""
        share = term.quantity in {"share", "time of maximum"}
        return cls("share" if share else term.quantity, term.of, "volume" if share else str(term.weighting))


@dataclass(frozen=True, slots=True)
class Sizes:
    """Dots at one time, by volume, as a spectrum would see them."""

    time: float
    """[s]."""
    diameters: Float[np.ndarray, " sizes"]
    """[nm]."""
    density: Float[np.ndarray, " sizes"]
    """Share of the volume per diameter [nm-1]."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A run over time.

    Attributes:
        condition: Its name on the card.
        chemistry: Card of the constants.
        times: Rising times [s], shape (looks,).
        lines: Courses by what they are of [1, nm, %], each of shape (looks,); not-a-number without dots.
        sizes: Distributions at the times that the paper speaks of, where it speaks of widths.
    """

    condition: str
    chemistry: str
    times: Float[np.ndarray, " looks"]
    lines: Mapping[Line, Float[np.ndarray, " looks"]]
    sizes: tuple[Sizes, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What rows tell of constants.

    Attributes:
        study: Study of the book by which the constants were fitted.
        chemistry: Card of the constants.
        free: Names of the constants.
        rows: Number of rows.
        bounds: How many of these are bounds, which tell nothing once they are met.
        directions: Combinations of the constants, from the best known to the least.
        at_bound: Constants of the card that lie at a bound of their prior, by name.
    """

    study: str
    chemistry: str
    free: tuple[str, ...]
    rows: int
    bounds: int
    directions: tuple[Direction, ...]
    at_bound: tuple[str, ...]

    @property
    def determined(self) -> int:
        """Number of combinations that the rows determine."""
        return sum(one.determined for one in self.directions)

    @property
    def untold(self) -> int:
        """Number of combinations of which the rows tell nothing: the spread of the prior is left."""
        return sum(one.left >= UNTOLD for one in self.directions)

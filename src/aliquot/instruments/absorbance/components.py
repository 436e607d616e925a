"""The lineshapes that one spectrum is read with: one, or draws around one or several."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.evidence import Belief, weigh
from aliquot.instruments.absorbance.frame import as_on_the_card
from aliquot.instruments.absorbance.learning import Basin, climb, settled
from aliquot.instruments.absorbance.lineprior import LinePrior
from aliquot.instruments.absorbance.problem import Problem
from aliquot.instruments.absorbance.reduced import Reduced
from aliquot.instruments.absorbance.starts import starts

SLIGHT = 0.02
"""Basins of less weight are left out [1]."""

STRETCH = 1.35
"""Draws of the lineshape of one spectrum go so much farther than Laplace's approximation says [1].

It is taken with the priors of the best lineshape, which move along with the lineshape, and its landscape is
skewed: without, the intervals of means hold the truth in 87 % of drawn cases, with it in 92 %
(benchmarks/coverage_of_intervals.py). A series is told well enough: there 95 % hold without."""

_ENDS = 3  # envelopes from which another noise is weighed
_NEAR = 0.05  # squared distance of two lineshapes, in their own spreads, below which they are one


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """A lineshape, how it scatters, and what is believed of the sizes with it.

    Attributes:
        weight: Its share of belief [1].
        z: Coordinates of the lineshape, shape (free,).
        root: Lower root of their covariance; None where the lineshape is taken as exact, shape (free, free).
        problem: Columns with that lineshape.
        belief: Priors of the sizes.
    """

    weight: float
    z: Float[np.ndarray, " free"]
    root: Float[np.ndarray, "free free"] | None
    problem: Problem
    belief: Belief


def exact(s: Reduced) -> list[Component]:
    """Return the lineshape of the card, without any doubt."""
    problem = as_on_the_card(s.frame)
    z = np.zeros(s.frame.freedom.size)
    return [Component(1.0, z, None, problem, weigh(problem, s.beyond, s.noise))]


def learned(s: Reduced, prior: LinePrior) -> list[Component]:
    """Return the lineshape of the card with its own doubts, which this spectrum does not change."""
    only = exact(s)[0]
    return [Component(1.0, only.z, prior.root, only.problem, only.belief)]


def searched(s: Reduced, prior: LinePrior) -> list[Component]:
    """Return the lineshapes that the card and this spectrum together make likely."""
    basins = _distinct([climb([s], start, prior) for start in starts([s], prior)])
    return _components(basins)


def again(s: Reduced, found: Sequence[Component], prior: LinePrior) -> list[Component]:
    """Return the same lineshapes with the evidence of another noise."""
    only = found[0]
    if len(found) == 1 and only.problem is as_on_the_card(s.frame):
        return [replace(only, belief=weigh(only.problem, s.beyond, s.noise))]
    return _components([settled([s], c.z, [c.belief.ends(_ENDS)], prior) for c in found])


def _components(basins: Sequence[Basin]) -> list[Component]:
    heights = np.array([basin.height for basin in basins])
    weights = np.exp(heights - heights.max())
    weights /= weights.sum()
    found = [
        Component(float(w), b.z, STRETCH * np.linalg.cholesky(b.covariance), b.problems[0], b.beliefs[0])
        for w, b in zip(weights, basins, strict=True)
        if w > SLIGHT
    ]
    return sorted(found, key=lambda component: -component.weight)


def _distinct(basins: Sequence[Basin]) -> list[Basin]:
    """Return basins, highest first, each once."""
    kept: list[Basin] = []
    for basin in sorted(basins, key=lambda b: -b.height):
        apart = [float((basin.z - b.z) @ np.linalg.solve(b.covariance, basin.z - b.z)) for b in kept]
        if min(apart, default=np.inf) > _NEAR:
            kept.append(basin)
    return kept

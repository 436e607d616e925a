"""What a search makes small: the objective and what is missing of the targets, with slopes."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.inference.design.point import Point
from aliquot.inference.design.study import Design
from aliquot.inference.dual import Dual, joined

DEAR = 10.0
"""Price of missing a target by one spread, in usual objectives [1]: our choice, above what one can gain."""


@dataclass(frozen=True, slots=True)
class Merit:
    """How points of a design are compared.

    Attributes:
        study: Targets and objective.
        scale: Size of the objective that counts as one [its unit].
        nearest: Whether only the targets count, their misses squared: the nearest that can be reached.
    """

    study: Design
    scale: float
    nearest: bool = False

    def cost(self, point: Point) -> Dual:
        """Return what has to be as small as it can [1]."""
        if self.nearest:
            return Dual.still(0.0, point.objective.constants)
        sign = -1.0 if self.study.sense == "maximise" else 1.0
        return point.objective * (sign / self.scale)

    def margins(self, point: Point) -> Dual:
        """Return by how much each end of each target is met, over its spread [1], shape (ends,)."""
        found = []
        for target, number in zip(self.study.targets, point.targets, strict=True):
            low, high = target.bounds
            found += [] if low is None else [(number - low) / target.spread - self.study.keep]
            found += [] if high is None else [(number * -1.0 + high) / target.spread - self.study.keep]
        return joined(found) if found else Dual(np.zeros(0), np.zeros((0, point.objective.constants)))

    def total(self, cost: float, short: Float[np.ndarray, " ends"], dear: float) -> float:
        """Return cost and misses as one number.

        Args:
            cost: The cost.
            short: What is missing of each margin, 0 where nothing is.
            dear: Price of a miss; of the nearest point misses are squared.
        """
        if self.nearest:
            return 0.5 * float(short @ short)
        return cost + dear * float(short.sum())

    def of(self, point: Point, dear: float) -> float:
        """Return a point's merit; less is better."""
        short = np.maximum(-self.margins(point).value, 0.0)
        return self.total(float(self.cost(point).value), short, dear)


def violation(study: Design, point: Point) -> float:
    """Return how far a point misses its targets: root of the sum of squared misses over spreads [1]."""
    misses = [
        target.miss(float(number.value)) for target, number in zip(study.targets, point.targets, strict=True)
    ]
    return float(np.sqrt(np.sum(np.square(misses)))) if misses else 0.0

"""What is believed of the constants of a lineshape: a normal distribution of their coordinates z."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.constants import correlation_of, freedom_of
from aliquot.instruments.absorbance.kernel import lineshape_of
from aliquot.knowledge.records import Material


@dataclass(frozen=True, eq=False)
class LinePrior:
    """A normal distribution of coordinates.

    Attributes:
        mean: Mean of z, shape (free,).
        covariance: Covariance of z, shape (free, free).
    """

    mean: Float[np.ndarray, " free"]
    covariance: Float[np.ndarray, "free free"]

    @cached_property
    def precision(self) -> Float[np.ndarray, "free free"]:
        """Inverse of the covariance."""
        return np.linalg.inv(self.covariance)

    @cached_property
    def root(self) -> Float[np.ndarray, "free free"]:
        """Lower root of the covariance, which turns independent draws into draws of z."""
        return np.linalg.cholesky(self.covariance)

    def cost(self, z: Float[np.ndarray, " free"]) -> float:
        """Return twice the fall of the log density from its top to z [1]."""
        away = z - self.mean
        return float(away @ self.precision @ away)


def prior_of(material: Material) -> LinePrior:
    """Return what the card of a material believes of its lineshape.

    Raises:
        CardError: If the card has no lineshape.
    """
    shape = lineshape_of(material)
    return LinePrior(np.zeros(freedom_of(shape).size), correlation_of(shape))

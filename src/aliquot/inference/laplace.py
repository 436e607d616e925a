"""Intervals at an optimum: a normal law with the curvature of the cost (Laplace's approximation)."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.inference.dual import Dual
from aliquot.inference.free import Free, bounds, spreads

LEVEL = 1.959963984540054
"""Standard deviations on either side of an interval of 95 % [1]."""
UNDETERMINED = 0.30
"""Share of the prior's standard deviation above which the data have not determined a constant [1]: the
measure of docs/explanation/inference.md, of our choice."""
UNTOLD = 0.99
"""Share of the prior's standard deviation from which the posterior is the prior [1]: the data then weigh
less than a fiftieth of what the prior does. Of our choice."""
_AT_BOUND = 1e-3  # of the distance between the bounds


@dataclass(frozen=True, slots=True)
class Posterior:
    """A normal law about an optimum.

    Attributes:
        theta: Optimum [unit, or log10 of it], shape (free,).
        covariance: Its covariance, shape (free, free).
        shares: Standard deviations over those of the prior [1], shape (free,).
        at_bound: Constants that lie at a bound of their prior, by name.
    """

    theta: Float[np.ndarray, " free"]
    covariance: Float[np.ndarray, "free free"]
    shares: Float[np.ndarray, " free"]
    at_bound: tuple[str, ...]

    @property
    def sd(self) -> Float[np.ndarray, " free"]:
        """Standard deviations [unit, or decades], shape (free,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    def sd_of(self, slope: Float[np.ndarray, " free"]) -> float:
        """Return the standard deviation of a number, in its unit, by its slope by the constants."""
        return float(np.sqrt(max(slope @ self.covariance @ slope, 0.0)))


def laplace(free: tuple[Free, ...], theta: Float[np.ndarray, " free"], residuals: Dual) -> Posterior:
    """Return the normal law whose precision is that of residuals linearised at the optimum.

    It holds where residuals are straight over the interval; a profile says whether they are.

    Args:
        free: Free constants.
        theta: Optimum, shape (free,).
        residuals: Residuals with slopes there, those of the prior among them.

    Example:
        >>> from aliquot.inference.free import Prior
        >>> one = (Free(name="m", keys=("a",), unit="1", prior=Prior(mean=1.0, sd=0.5, because="so")),)
        >>> told = Dual(np.array([0.0, 0.0]), np.array([[2.0 / 0.5 * np.sqrt(2.0)], [1.0 / 0.5]]))
        >>> laplace(one, np.array([1.0]), told).shares.round(3).tolist()
        [0.333]
    """
    sd = spreads(free)
    scaled = residuals.slope * sd
    # The prior keeps this matrix from being singular.
    covariance = np.linalg.inv(scaled.T @ scaled) * np.outer(sd, sd)
    return Posterior(theta, covariance, np.sqrt(np.diag(covariance)) / sd, stuck(free, theta))


def stuck(free: tuple[Free, ...], theta: Float[np.ndarray, " free"]) -> tuple[str, ...]:
    """Return the constants that lie at a bound of their prior, by name.

    Args:
        free: Free constants.
        theta: Where they lie [unit, or log10 of it], shape (free,).

    Returns:
        Those within a thousandth of the distance between their bounds from one of them, in their order.

    Example:
        >>> from aliquot.inference.free import Prior
        >>> prior = Prior(mean=1.0, sd=0.5, bounds=(0.0, 2.0), because="so")
        >>> one = (Free(name="m", keys=("a",), unit="1", prior=prior),)
        >>> [stuck(one, np.array([place])) for place in (0.01, 0.001, 2.0)]
        [(), ('m',), ('m',)]
    """
    low, high = bounds(free)
    near = _AT_BOUND * (high - low)
    at = (theta <= low + near) | (theta >= high - near)
    return tuple(one.name for one, is_at in zip(free, at.tolist(), strict=True) if is_at)

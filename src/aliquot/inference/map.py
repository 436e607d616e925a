"""The most probable constants: a bounded trust region on residuals and priors, from several starts.

SciPy's trust-region reflective method (Branch, Coleman and Li 1999, SIAM J. Sci. Comput. 21, 1) keeps to the
bounds, asks for values and slopes by turns from plain Python, and backs off where a run fails; so evaluations
can be remembered, shared out to two cores and resumed (decision record 0015).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares
from scipy.stats import norm, qmc

from aliquot.inference.evaluator import Evaluator, Theta
from aliquot.inference.free import Free, bounds, means, spreads

Steps = Float[np.ndarray, " moving"]

MOST = 60
"""Evaluations after which a start is given up [1]: because those that arrive do so in 10 to 30."""
_INSIDE = 1e-6  # of a prior's spread, from the bounds: where a reflective search has to begin
_SPREAD = 0.7  # of the prior, over which starts lie: its tails hold little and are slow to leave


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where a search ended."""

    theta: tuple[float, ...]
    """Free constants [unit, or log10 of it]."""
    cost: float
    """Sum of the squared residuals, those of the prior among them [1]; infinite where nothing was found."""
    evaluations: int
    """Evaluations that it took."""
    message: str
    """How it ended, a sentence."""


def optimum(evaluator: Evaluator, start: Theta, held: Mapping[int, float] | None = None) -> Optimum:
    """Search from one start.

    Args:
        evaluator: Residuals by constants.
        start: Where to begin, within the bounds [unit, or log10 of it].
        held: Constants that do not move, by place, with their values.

    Returns:
        Where it ended.
    """
    free = evaluator.problem.study.free
    held = held or {}
    asked, start = evaluator.asked, np.array(start, float)
    start[list(held)] = list(held.values())
    begin = _computable(evaluator, start, held)
    if begin is None:
        return Optimum(
            tuple(start.tolist()), np.inf, evaluator.asked - asked, "Nothing can be computed there."
        )
    point, size = begin
    moving = [i for i in range(len(free)) if i not in held]
    centre, scale = means(free), spreads(free)

    def whole(steps: Steps) -> Theta:
        theta = point.copy()
        theta[moving] = centre[moving] + scale[moving] * steps
        return theta

    # Values are asked for with their slopes: most steps are taken, and then the slopes are needed anyway.
    def values(steps: Steps) -> Float[np.ndarray, " residuals"]:
        found = evaluator.residuals(whole(steps), slopes=True)
        return np.full(size, np.inf) if found is None else found.value

    def slopes(steps: Steps) -> Float[np.ndarray, "residuals moving"]:
        found = evaluator.residuals(whole(steps), slopes=True)
        return np.zeros((size, len(moving))) if found is None else found.slope[:, moving] * scale[moving]

    ends = (bounds(free)[:, moving] - centre[moving]) / scale[moving]
    first = np.clip((point[moving] - centre[moving]) / scale[moving], ends[0] + _INSIDE, ends[1] - _INSIDE)
    found = least_squares(values, first, slopes, ends, ftol=1e-6, xtol=1e-4, gtol=1e-4, max_nfev=MOST)
    told = "It arrived." if found.success else f"It was given up after {MOST} evaluations."
    return Optimum(tuple(whole(found.x).tolist()), 2.0 * float(found.cost), evaluator.asked - asked, told)


def _computable(evaluator: Evaluator, start: Theta, held: Mapping[int, float]) -> tuple[Theta, int] | None:
    """Return the first point on the way from a start to the prior means that can be computed, None if none.

    Far out in a prior dots may run beyond the longest ladder, which says nothing of what lies between.
    """
    centre = means(evaluator.problem.study.free)
    centre[list(held)] = list(held.values())
    for part in (1.0, 0.7, 0.5, 0.3, 0.0):
        point = centre + part * (start - centre)
        found = evaluator.residuals(point, slopes=True)
        if found is not None:
            return point, found.value.size
    return None


def starts(free: Sequence[Free], count: int, seed: int) -> list[Theta]:
    """Return points from which to search: the prior means, then Sobol's points of the prior.

    Args:
        free: Free constants.
        count: How many.
        seed: Seed of the scrambling.

    Example:
        >>> from aliquot.inference.free import Prior
        >>> one = Free(name="m", keys=("a",), unit="1", prior=Prior(mean=1.0, sd=0.5, because="an example"))
        >>> [len(start) for start in starts([one], 3, seed=1)]
        [1, 1, 1]
    """
    centre, sd = means(tuple(free)), spreads(tuple(free))
    low, high = bounds(tuple(free))
    if count == 1:
        return [centre]
    drawn = qmc.Sobol(len(free), rng=np.random.default_rng(seed)).random(1 << (count - 1).bit_length())
    others = centre + _SPREAD * sd * norm.ppf(np.clip(drawn[: count - 1], 1e-3, 1.0 - 1e-3))
    margin = 0.01 * (high - low)
    return [centre, *np.clip(others, low + margin, high - margin)]

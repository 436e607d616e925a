"""The most probable constants: a bounded trust region on residuals and priors, from several starts.

SciPy's trust-region reflective method (Branch, Coleman and Li 1999, SIAM J. Sci. Comput. 21, 1) keeps to the
bounds, asks for values and slopes by turns from plain Python, and backs off where a run fails; so evaluations
can be remembered, shared out to two cores and resumed (decision record 0015).
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares

from aliquot.inference.evaluator import Evaluator, Theta
from aliquot.inference.free import bounds, means, spreads
from aliquot.inference.likelihood import residuals
from aliquot.inference.starts import Optimum, begun, nowhere

Steps = Float[np.ndarray, " moving"]

MOST = 60
"""Evaluations after which a start is given up [1]: because those that arrive do so in 10 to 30."""
_INSIDE = 1e-6  # of a prior's spread, from the bounds: where a reflective search has to begin


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
    begin = begun(evaluator, start, held)
    if begin.numbers is None:
        return nowhere(begin, evaluator.asked - asked)
    point = begin.theta
    size = residuals(evaluator.problem, begin.numbers).value.size + len(free)
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
    inside = np.clip((point[moving] - centre[moving]) / scale[moving], ends[0] + _INSIDE, ends[1] - _INSIDE)
    found = least_squares(values, inside, slopes, ends, ftol=1e-6, xtol=1e-4, gtol=1e-4, max_nfev=MOST)
    told = "It arrived." if found.success else f"It was given up after {MOST} evaluations."
    theta, cost = tuple(whole(found.x).tolist()), 2.0 * float(found.cost)
    return Optimum(theta, cost, evaluator.asked - asked, found.success, told, begin.fault)

"""Thresholds, all of them at once: a sequential linear programme on signed margins.

A table of thresholds ("below 3 % at 0.5 h", "maximum at about 2 h") is met or it is not, and a sum of squares
does not know that one row is missed by little while ten have room. Each bound here becomes a margin, above 0
where it is met; a linear programme in a trust region asks for the step that takes most off what is missing,
and the step is taken if it does. It closed in seconds what differential evolution did not in minutes
(docs/explanation/inference.md).
"""

import numpy as np
from jaxtyping import Float
from scipy.optimize import linprog

from aliquot.errors import AliquotError
from aliquot.inference.dual import Dual, joined
from aliquot.inference.evaluator import Evaluator, Theta
from aliquot.inference.free import bounds
from aliquot.inference.map import Optimum
from aliquot.inference.problem import Problem
from aliquot.inference.rows import Row

AIM = 0.025
"""Margin that a step aims at [1]: a little more than is asked for, since a step is not linear."""
GOAL = 0.015
"""Margin at which a threshold counts as met [1]: above what the integrator's tolerance may take away."""
_CLIP = (-3.0, 1.0)  # one hopeless row does not steer, and one with much room does not matter
_FIRST, _WIDEST, _LEAST = 0.04, 0.15, 5e-4  # trust region, in shares of the distance between bounds
_WIDER, _NARROWER = 1.6, 0.4
_STILL = 1e-4  # what a move over the whole width costs against what is missing
MOST = 120
"""Evaluations after which a search is given up."""


def margins(problem: Problem, numbers: Dual) -> Dual:
    """Return the margin of every bound of every fitted row [1], above 0 where it is met.

    Args:
        problem: The study.
        numbers: What constants give, by :meth:`~aliquot.inference.problem.Problem.numbers`.
    """
    rows = problem.fitted
    place = len(rows)
    found = []
    for i, row in enumerate(rows):
        lead = None
        if row.is_time_of_maximum:
            lead, place = numbers[place], place + 1
        found += sides(row, numbers[i], lead)
    whole = joined(found)
    clipped = (whole.value < _CLIP[0]) | (whole.value > _CLIP[1])
    return Dual(np.clip(whole.value, *_CLIP), np.where(clipped[:, None], 0.0, whole.slope))


def sides(row: Row, found: Dual, lead: Dual | None = None) -> list[Dual]:
    """Return the margins of one row, one for each of its bounds.

    A share of the bound above it, its logarithm below: what is a thousandth of what it should be still says
    which way is up.

    Args:
        row: The observation.
        found: What was computed [its unit].
        lead: By how much a maximum stands out, for a time of maximum.
    """
    if lead is not None:
        return [lead]
    low, high = row.bounds
    if row.tolerance:  # near a value: in tolerances, since the value may be 500 nm and the tolerance 5
        ends = (found - (low or 0.0), found * -1.0 + (high or 0.0))
        return [end / row.tolerance for end in ends]
    margin = []
    if low is not None:
        margin.append(_over(found, low, row))
    if high is not None:
        margin.append(_over(found, high, row) * -1.0)
    return margin


def _over(found: Dual, bound: float, row: Row) -> Dual:
    """Return how far a number is above a bound: (x - b)/b where it is met, else ln(x/b); smooth at b."""
    if bound <= 0.0:
        return (found - bound) / row.spread
    above = float(found.value) > bound
    upper = row.bounds[1] == bound
    if above is not upper:
        return found / bound - 1.0
    return (found / bound).at_least(1e-12).log()


def best_margins(evaluator: Evaluator, start: Theta) -> Optimum:
    """Search from one start for constants that meet all thresholds.

    Args:
        evaluator: Numbers by constants.
        start: Where to begin, within the bounds [unit, or log10 of it].

    Returns:
        Where it ended; its cost is what is missing of all margins together, 0 where all are met.
    """
    free = evaluator.problem.study.free
    low, high = bounds(free)
    asked, theta, radius = evaluator.asked, np.asarray(start, float), _FIRST
    here = _margins(evaluator, theta, slopes=True)
    if here is None:
        return Optimum(tuple(theta.tolist()), np.inf, 1, "Nothing can be computed at the start.")
    while here.value.min() < GOAL and radius > _LEAST and evaluator.asked - asked < MOST:
        step = _step(here, theta, low, high, radius)
        there = None if step is None else _margins(evaluator, theta + step, slopes=False)
        if step is not None and there is not None and _missing(there) < _missing(here) - 1e-6:
            arrived = _margins(evaluator, theta + step, slopes=True)
            if arrived is not None:
                theta, here, radius = theta + step, arrived, min(_WIDEST, radius * _WIDER)
                continue
        radius *= _NARROWER
    told = (
        "All thresholds are met." if here.value.min() >= GOAL else "No step takes more off what is missing."
    )
    return Optimum(tuple(theta.tolist()), _missing(here), evaluator.asked - asked, told)


def _margins(evaluator: Evaluator, theta: Theta, *, slopes: bool) -> Dual | None:
    found = evaluator.numbers(theta, slopes=slopes)
    if isinstance(found, AliquotError):
        return None
    margin = margins(evaluator.problem, found)
    if evaluator.told is not None:
        short = int((margin.value < GOAL).sum())
        evaluator.told(f"{short} of {margin.value.size} margins short, by {_missing(margin):.3g} in all")
    return margin


def _missing(margin: Dual) -> float:
    """Return what is missing of all margins together [1]."""
    return float(np.maximum(GOAL - margin.value, 0.0).sum())


def _step(
    here: Dual,
    theta: Theta,
    low: Float[np.ndarray, " free"],
    high: Float[np.ndarray, " free"],
    radius: float,
) -> Float[np.ndarray, " free"] | None:
    """Return the step that a linear programme asks for, None where it has no answer."""
    width = high - low
    rows, free = here.value.size, theta.size
    # min sum s + eps |d|  subject to  g + J w d + s >= aim,  s >= 0,  d = up - down within trust region and
    # bounds: what matters to no margin stays where it is.
    slopes = here.slope * width
    left = np.hstack([-slopes, slopes, -np.eye(rows)])
    up, down = (np.clip(room, 0.0, radius) for room in ((high - theta) / width, (theta - low) / width))
    answer = linprog(
        np.concatenate([np.full(2 * free, _STILL), np.ones(rows)]),
        A_ub=left,
        b_ub=here.value - AIM,
        bounds=[(0.0, float(end)) for end in (*up, *down)] + [(0.0, None)] * rows,
        method="highs",
    )
    if answer.x is None:
        return None
    step = (answer.x[:free] - answer.x[free : 2 * free]) * width
    return np.asarray(np.clip(theta + step, low, high) - theta)

"""Thresholds, all of them at once: a sequential linear programme on signed margins.

A table of thresholds ("below 3 % at 0.5 h", "maximum at about 2 h") is met or it is not, and a sum of squares
does not know that one row is missed by little while ten have room. Each bound here becomes a margin, above 0
where it is met; a linear programme in a trust region asks for the step that takes most off what is missing,
and the step is taken if it does. It closed in seconds what differential evolution did not in minutes
(docs/explanation/inference.md).

What is far off has to wait: while anything near can be gained, rows beyond :data:`FAR` do not steer. Where
nothing more can, they do, each the less the further off it is; so a start from which every row is far off
arrives too. If they stay far off all the same, it was for nothing and is taken back.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.optimize import linprog

from aliquot.errors import AliquotError
from aliquot.inference.dual import Dual, joined
from aliquot.inference.evaluator import Evaluator, Theta
from aliquot.inference.free import bounds
from aliquot.inference.likelihood import by_row
from aliquot.inference.problem import Problem
from aliquot.inference.rows import Row
from aliquot.inference.starts import Optimum, begun, nowhere

AIM = 0.025
"""Margin that a step aims at [1]: a little more than is asked for, since a step is not linear."""
GOAL = 0.015
"""Margin at which a threshold counts as met [1]: above what the integrator's tolerance may take away."""
FAR = -3.0
"""Margin below which a row waits [1]: a twentieth of its bound, or three tolerances off, of our choice."""
_AMPLE = 1.0  # a row with more room than this does not matter
_FIRST, _WIDEST, _LEAST = 0.04, 0.15, 5e-4  # trust region, in shares of the distance between bounds
_WIDER, _NARROWER = 1.6, 0.4
_STILL = 1e-4  # what a move over the whole width costs against what is missing
_GAIN = 1e-6  # least that a step has to take off what is missing
MOST = 120
"""Evaluations after which a search is given up."""


def margins(problem: Problem, numbers: Dual) -> Dual:
    """Return the margin of every bound of every fitted row [1], above 0 where it is met.

    Args:
        problem: The study.
        numbers: What constants give, by :meth:`~aliquot.inference.problem.Problem.numbers`.
    """
    whole = joined([side for one in by_row(problem, numbers) for side in sides(*one)])
    ample = whole.value > _AMPLE
    return Dual(np.where(ample, _AMPLE, whole.value), np.where(ample[:, None], 0.0, whole.slope))


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


class Place(NamedTuple):
    """Constants, and the margins there."""

    theta: Theta
    """Free constants [unit, or log10 of it]."""
    margins: Dual
    """Margins [1], with slopes."""


def best_margins(evaluator: Evaluator, start: Theta) -> Optimum:
    """Search from one start for constants that meet all thresholds.

    Args:
        evaluator: Numbers by constants.
        start: Where to begin, within the bounds [unit, or log10 of it].

    Returns:
        Where it ended; its cost is what is missing of all margins together, of each no more than down to
        :data:`FAR` [1], and 0 where all are met.
    """
    asked = evaluator.asked
    begin = begun(evaluator, start)
    if begin.numbers is None:
        return nowhere(begin, evaluator.asked - asked)
    here = Place(begin.theta, margins(evaluator.problem, begin.numbers))
    here = _followed(evaluator, here, asked + MOST, far=False)
    if here.margins.value.min() < FAR:
        there = _followed(evaluator, here, asked + MOST, far=True)
        # Where what is far off stays so, it has drawn the others away for nothing.
        here = there if _missing(there.margins) < _missing(here.margins) else here
    spent = evaluator.asked - asked
    theta, missing = tuple(here.theta.tolist()), _missing(here.margins)
    is_met = bool(here.margins.value.min() >= GOAL)
    arrived = is_met or spent < MOST
    return Optimum(theta, missing, spent, arrived, _told(spent, is_met=is_met, arrived=arrived), begin.fault)


def _followed(evaluator: Evaluator, here: Place, until: int, *, far: bool) -> Place:
    """Return where steps lead until all is met, none takes more off, or so much was asked.

    Args:
        evaluator: Numbers by constants.
        here: Where to begin.
        until: How often may have been asked by the end.
        far: Whether rows steer that are far off.
    """
    radius = _FIRST
    while here.margins.value.min() < GOAL and radius > _LEAST and evaluator.asked < until:
        step = _step(here, bounds(evaluator.problem.study.free), radius, far=far)
        tried = None if step is None else _margins(evaluator, here.theta + step, slopes=False)
        missing = _missing(here.margins, far=far)
        if step is not None and tried is not None and _missing(tried, far=far) < missing - _GAIN:
            arrived = _margins(evaluator, here.theta + step, slopes=True)
            if arrived is not None:
                here, radius = Place(here.theta + step, arrived), min(_WIDEST, radius * _WIDER)
                continue
        radius *= _NARROWER
    return here


def _told(spent: int, *, is_met: bool, arrived: bool) -> str:
    """Return how a search ended after so many evaluations, a sentence."""
    if is_met:
        return "All thresholds are met."
    return (
        "No step takes more off what is missing."
        if arrived
        else f"It was given up after {spent} evaluations."
    )


def _margins(evaluator: Evaluator, theta: Theta, *, slopes: bool) -> Dual | None:
    found = evaluator.numbers(theta, slopes=slopes)
    if isinstance(found, AliquotError):
        return None
    margin = margins(evaluator.problem, found)
    if evaluator.told is not None:
        short = int((margin.value < GOAL).sum())
        evaluator.told(f"{short} of {margin.value.size} margins short, by {_missing(margin):.3g} in all")
    return margin


def _missing(margin: Dual, *, far: bool = False) -> float:
    """Return what is missing of all margins together [1]: beyond :data:`FAR` its logarithm, or no more."""
    near = np.maximum(margin.value, FAR)
    beyond = np.log1p(near - margin.value) if far else 0.0
    return float(np.sum(np.maximum(GOAL - near, 0.0) + beyond))


def _weights(margin: Dual, *, far: bool) -> Float[np.ndarray, " margins"]:
    """Return by how much each row steers [1]: the slope of what is missing by its margin."""
    beyond = np.maximum(FAR - margin.value, 0.0)
    return np.where(beyond > 0.0, far / (1.0 + beyond), 1.0)


def _step(here: Place, ends: Float[np.ndarray, "2 free"], radius: float, *, far: bool) -> Theta | None:
    """Return the step that a linear programme asks for, None where it has no answer.

    Args:
        here: Where it begins.
        ends: Lower and upper bounds of the constants.
        radius: Of the trust region, in shares of the distance between bounds [1].
        far: Whether rows steer that are far off.
    """
    (low, high), (theta, margin) = ends, here
    width = high - low
    rows, free = margin.value.size, theta.size
    # min sum w s + eps |d|  subject to  g + J d + s >= aim,  s >= 0,  d = up - down within trust region and
    # bounds, in shares of the width: what matters to no margin stays where it is.
    slopes = margin.slope * width
    left = np.hstack([-slopes, slopes, -np.eye(rows)])
    up, down = (np.clip(room, 0.0, radius) for room in ((high - theta) / width, (theta - low) / width))
    answer = linprog(
        np.concatenate([np.full(2 * free, _STILL), _weights(margin, far=far)]),
        A_ub=left,
        b_ub=margin.value - AIM,
        bounds=[(0.0, float(end)) for end in (*up, *down)] + [(0.0, None)] * rows,
        method="highs",
    )
    if answer.x is None:
        return None
    step = (answer.x[:free] - answer.x[free : 2 * free]) * width
    return np.asarray(np.clip(theta + step, low, high) - theta)

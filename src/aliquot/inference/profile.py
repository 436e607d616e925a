"""Profile likelihoods: how the best cost rises when one constant is held elsewhere.

Laplace's interval is that of a parabola. A profile searches all other constants again at each value: it shows
an interval that is lopsided, or open to one side.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from aliquot.errors import InputError, suggestion
from aliquot.inference.evaluator import Evaluator
from aliquot.inference.free import Free, bounds, symbol
from aliquot.inference.map import optimum
from aliquot.inference.record import Fit

RISE = 3.841458820694124
"""Rise of the cost at the ends of an interval of 95 %: the quantile of chi-square with one degree [1]."""
STEPS = (1.0, 2.0, 3.0)
"""Places of a profile on either side of the optimum, in standard deviations by Laplace [1]."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile of one constant."""

    name: str
    """The constant."""
    theta: tuple[float, ...]
    """Its values, rising [unit, or log10 of it]."""
    cost: tuple[float, ...]
    """Least cost at each [1]; infinite where nothing could be computed."""
    low: float | None
    """Lower end of its 95 % interval [unit, or log10 of it], None where the profile does not rise so far."""
    high: float | None
    """Upper end, likewise."""
    flags: tuple[str, ...] = ()
    """What was seen on the way."""


def place_of(free: Sequence[Free], name: str) -> int:
    """Return the place of a constant of which a profile is asked.

    Args:
        free: Constants of the study.
        name: Its name, or its symbol as tables show it: 'log10 k' or 'k'.

    Raises:
        InputError: If there is none.

    Example:
        >>> from aliquot.inference.study import read_study
        >>> free = read_study("inp_wang2023").free
        >>> place_of(free, "k_a"), place_of(free, "log10 k_a")
        (3, 3)
    """
    names, symbols = [one.name for one in free], [one.symbol for one in free]
    for known in (names, symbols):
        if name in known:
            return known.index(name)
    raise InputError(
        given=f"a profile of '{name}'",
        expected="a constant of the study",
        why="a profile holds one of them and fits the others",
        remedy=suggestion(symbol(name, "log10"), symbols),
    )


def profile(evaluator: Evaluator, found: Fit, name: str) -> Profile:
    """Return the profile likelihood of a constant, its prior included.

    Args:
        evaluator: Residuals by constants.
        found: The fit about whose optimum it is taken.
        name: The constant, as in :func:`place_of`.

    Raises:
        InputError: If the study has no such constant.
    """
    free = evaluator.problem.study.free
    place = place_of(free, name)
    low, high = bounds(free)[:, place]
    best = np.array([one.theta for one in found.constants])
    sd = found.constants[place].sd
    costs = {float(best[place]): found.cost}
    for side in (-1.0, 1.0):
        start = best
        for step in STEPS:
            held = float(np.clip(best[place] + side * step * sd, low, high))
            if held in costs:
                continue
            ended = optimum(evaluator, start, {place: held})
            costs[held] = ended.cost
            start = np.array(ended.theta) if np.isfinite(ended.cost) else start
    theta = sorted(costs)
    cost = [costs[value] for value in theta]
    flags = []
    if min(cost) < found.cost - 0.05:
        flags.append(
            f"A profile of {free[place].name} found a better optimum, "
            f"by {found.cost - min(cost):.2g}; fit again."
        )
    ends = _crossings(theta, cost, theta[int(np.argmin(cost))])
    return Profile(free[place].name, tuple(theta), tuple(cost), *ends, tuple(flags))


def _crossings(theta: list[float], cost: list[float], centre: float) -> tuple[float | None, float | None]:
    """Return where the cost has risen by :data:`RISE` on either side, None where it does not."""
    known = [(value, one) for value, one in zip(theta, cost, strict=True) if np.isfinite(one)]
    values, costs = (np.array(part) for part in zip(*known, strict=True))
    level = costs.min() + RISE
    curve = PchipInterpolator(values, costs - level)
    ends: list[float | None] = []
    for edge in (values[0], values[-1]):
        inside = edge != centre and float(curve(edge)) > 0.0
        ends.append(float(brentq(curve, min(edge, centre), max(edge, centre))) if inside else None)
    return ends[0], ends[1]

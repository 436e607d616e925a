"""One likelihood for all observations: how far what is computed lies from what was seen.

A value is Gaussian with half its tolerance for a standard deviation: a tolerance says how near counts as met,
which a chemist means as nearly always, and two standard deviations are 95 %. A bound costs nothing on its
side and the square of the distance over its softness on the other; a whole spectrum is Gaussian at every
wavelength. So everything is a residual, and the sum of their squares is minus twice the logarithm of the
likelihood.
"""

from collections.abc import Iterator

import numpy as np

from aliquot.inference.dual import Dual, joined
from aliquot.inference.problem import Problem
from aliquot.inference.rows import Row

AHEAD = 0.05
"""Softness with which a maximum stands out, in ln [1]: because 5 % of an absorbance are seen."""


def residuals(problem: Problem, numbers: Dual) -> Dual:
    """Return distances over standard deviations [1], shape (residuals,), those of the prior not among them.

    Args:
        problem: The study.
        numbers: What constants give, by :meth:`~aliquot.inference.problem.Problem.numbers`.
    """
    found = [residual(*one) for one in by_row(problem, numbers)]
    flat = [joined(found)] if found else []
    place = len(found) + sum(row.has_lead for row in problem.fitted)
    for part in problem.spectra:
        size = part.measured.size
        block = numbers[place : place + size]
        shape = part.measured.shape
        flat.append(part.residuals(Dual(block.value.reshape(shape), block.slope.reshape(*shape, -1))))
        place += size
    return Dual(np.concatenate([one.value for one in flat]), np.concatenate([one.slope for one in flat]))


def by_row(problem: Problem, numbers: Dual) -> Iterator[tuple[Row, Dual, Dual | None]]:
    """Yield fitted rows, each with its number [its unit] and by how much its maximum stands out [1], if so.

    Args:
        problem: The study.
        numbers: What constants give, by :meth:`~aliquot.inference.problem.Problem.numbers`.
    """
    rows = problem.fitted
    lead = len(rows)  # these stand behind the rows
    for i, row in enumerate(rows):
        yield row, numbers[i], numbers[lead] if row.has_lead else None
        lead += row.has_lead


def residual(row: Row, found: Dual, lead: Dual | None = None) -> Dual:
    """Return the distance of one row over its standard deviation [1].

    Args:
        row: The observation.
        found: What was computed [its unit].
        lead: By how much a maximum stands out, for a time of maximum.
    """
    if row.value is not None:
        return (found - row.value) / row.spread
    if lead is not None:
        return _beyond(lead * -1.0) / AHEAD
    low, high = row.bounds
    below = _beyond(found * -1.0 + low) if low is not None else found * 0.0
    above = _beyond(found - high) if high is not None else found * 0.0
    return (above - below) / row.spread


def met(row: Row, found: float, lead: float | None = None) -> bool:
    """Tell whether an observation is met.

    Args:
        row: The observation.
        found: What was computed [its unit].
        lead: By how much a maximum stands out, for a time of maximum that lies between bounds.
    """
    if lead is not None:
        return lead >= 0.0
    low, high = row.bounds
    slack = 1e-9 * max(abs(end) for end in (low, high) if end is not None)
    return (low is None or found >= low - slack) and (high is None or found <= high + slack)


def _beyond(over: Dual) -> Dual:
    """Return what is above 0, else 0."""
    above = np.asarray(over.value > 0.0)
    return Dual(np.where(above, over.value, 0.0), np.where(above[..., None], over.slope, 0.0))

"""Starts of a search: where they lie, from where they can be left, and what is told of those that can not.

Both searches of a fit begin alike: at the prior means, then at Sobol's points of the prior. A start at which
nothing can be computed is moved towards the prior means; one that dies all the same is counted, with its
reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, qmc

from aliquot.errors import AliquotError, Where
from aliquot.inference.dual import Dual
from aliquot.inference.evaluator import Evaluator, Theta
from aliquot.inference.free import Free, bounds, means, spreads
from aliquot.inference.problem import Problem

_WAY = (1.0, 0.7, 0.5, 0.3, 0.0)  # from the prior means to a start: where along it a search tries to begin
_SPREAD = 0.7  # of the prior, over which starts lie: its tails hold little and are slow to leave


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where a search ended."""

    theta: tuple[float, ...]
    """Free constants [unit, or log10 of it]."""
    cost: float
    """Sum of the squared residuals, those of the prior among them, or what is missing of all margins [1];
    infinite where nothing was found."""
    evaluations: int
    """Evaluations that it took."""
    arrived: bool
    """Whether it ended by itself: not where it was given up, nor where nothing could be computed."""
    message: str
    """How it ended, a sentence."""
    fault: AliquotError | None = None
    """Why nothing could be computed at its start, None where it could."""

    @property
    def died(self) -> bool:
        """Whether nothing could be computed on the way to the prior means either."""
        return not np.isfinite(self.cost)


@dataclass(frozen=True, slots=True)
class Begun:
    """Where a search can begin: its start, or the first point on the way to the prior means that computes.

    Far out in a prior dots may run beyond the longest ladder, which says nothing of what lies between.
    """

    theta: Theta
    """Free constants [unit, or log10 of it]; the start where nothing can be computed on the way."""
    numbers: Dual | None
    """What they give, with slopes; None where nothing can be computed on the way."""
    fault: AliquotError | None
    """Why nothing can be computed at the start itself, None where it can."""


def begun(evaluator: Evaluator, start: Theta, held: Mapping[int, float] | None = None) -> Begun:
    """Return the first point on the way from a start to the prior means at which every number is finite.

    Args:
        evaluator: Numbers by constants.
        start: Where to begin [unit, or log10 of it].
        held: Constants that do not move, by place, with their values.
    """
    fault, centre = None, means(evaluator.problem.study.free)
    for place, value in (held or {}).items():
        centre[place] = value
    for part in _WAY:
        theta = start if part == 1.0 else centre + part * (start - centre)
        found = evaluator.numbers(theta, slopes=True)
        if isinstance(found, Dual):
            return Begun(theta, found, fault)
        fault = fault or found
        if evaluator.told is not None:
            evaluator.told("nothing could be computed")
    return Begun(start, None, fault)


def nowhere(begin: Begun, evaluations: int) -> Optimum:
    """Return the end of a search that could not begin."""
    theta = tuple(begin.theta.tolist())
    return Optimum(
        theta, np.inf, evaluations, arrived=False, message="Nothing could be computed.", fault=begin.fault
    )


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


def all_died(problem: Problem, ended: Sequence[Optimum]) -> AliquotError:
    """Return the error of a study of which no start can be computed: an error as that of most of them."""
    most = _counted(problem, ended)[0][1]
    return type(most)(
        given="the only start" if len(ended) == 1 else f"{len(ended)} starts",
        expected="finite numbers at one of them, or on its way to the prior means",
        why=f"nothing can be computed: {reasons(problem, ended)}",
        remedy=most.remedy,
        where=Where(problem.study.id),
    )


def reasons(problem: Problem, ended: Iterable[Optimum]) -> str:
    """Return why starts could not be computed: reasons with their counts, the most frequent first."""
    return "; ".join(
        f"{count} × {_place(problem, fault)}{fault.given} ({fault.why})"
        for count, fault in _counted(problem, ended)
    )


def _counted(problem: Problem, ended: Iterable[Optimum]) -> list[tuple[int, AliquotError]]:
    """Return the first fault of each kind in each place, with the number of its like."""
    found: dict[tuple[str, str], list[AliquotError]] = {}
    for one in ended:
        if one.fault is not None:
            found.setdefault((_place(problem, one.fault), one.fault.why), []).append(one.fault)
    return sorted(((len(faults), faults[0]) for faults in found.values()), key=lambda pair: -pair[0])


def _place(problem: Problem, fault: AliquotError) -> str:
    """Return the condition or the observation at which something failed, in words."""
    row = next((row for row in problem.rows if str(row.where) == str(fault.where)), None)
    if row is not None:
        return f"for '{row.id}', of {', '.join(map(repr, problem.needs[row.id]))}: "
    return f"in {str(fault.where)!r}: " if str(fault.where) else ""

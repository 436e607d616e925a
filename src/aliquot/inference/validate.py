"""Cross-validation by series: what a fit predicts of a series that it has not seen."""

from dataclasses import dataclass, replace

import numpy as np

from aliquot.inference.evaluator import Evaluator, Theta
from aliquot.inference.fit import searched, series_of
from aliquot.inference.map import optimum
from aliquot.inference.record import Fit, Line
from aliquot.inference.starts import Optimum
from aliquot.inference.summary import summary


@dataclass(frozen=True, slots=True)
class Left:
    """A series that was left out."""

    series: str
    """Its name."""
    lines: tuple[Line, ...]
    """Its observations, predicted from all others."""
    moved: tuple[float, ...]
    """By how much each constant moved, in its standard deviations of the whole fit [1]."""
    constants: tuple[float, ...]
    """Constants without it [unit, or log10 of it]."""

    @property
    def met(self) -> tuple[int, int]:
        """How many of its observations are met, and how many there are."""
        known = [line for line in self.lines if line.met is not None]
        return sum(bool(line.met) for line in known), len(known)

    @property
    def rms(self) -> float | None:
        """Root mean square of its distances, in standard deviations of the observations [1]."""
        known = [line.residual for line in self.lines if line.residual is not None]
        return float(np.sqrt(np.mean(np.square(known)))) if known else None


def cross_validated(evaluator: Evaluator, found: Fit) -> tuple[Left, ...]:
    """Leave one series out at a time, fit to the others and predict it.

    Args:
        evaluator: Residuals by constants.
        found: The fit to all series.

    Raises:
        InputError: If all observations belong to one series.
    """
    problem = evaluator.problem
    series = series_of(problem)
    best = np.array([one.theta for one in found.constants])
    sd = np.array([one.sd for one in found.constants])
    left = []
    for name in series:
        out = [row.id for row in problem.fitted if name in row.series]
        other = replace(evaluator, problem=problem.without(out), scope=f"without {name}", best=np.inf)
        ended = _searched(other, best)
        theta = np.array(ended.theta)
        lines = tuple(line for line in summary(other, theta).lines if line.id in out)
        left.append(Left(name, lines, tuple(((theta - best) / sd).tolist()), ended.theta))
    return tuple(left)


def _searched(evaluator: Evaluator, best: Theta) -> Optimum:
    """Return where a search without a series ends.

    Least squares go on from the optimum of the whole fit. Margins begin anew: constants that meet all
    thresholds meet those of a part too, so that from there none would move, and nothing would be predicted.
    """
    if evaluator.problem.study.solver == "least squares":
        return optimum(evaluator, best)
    return min(searched(evaluator, until_met=True), key=lambda one: one.cost)

"""Cross-validation by series: what a fit predicts of a series that it has not seen."""

from dataclasses import dataclass, replace

import numpy as np

from aliquot.errors import InputError, Where
from aliquot.inference.evaluator import Evaluator
from aliquot.inference.map import optimum
from aliquot.inference.record import Fit, Line
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
        found: The fit to all series, from whose optimum each search starts.

    Raises:
        InputError: If all observations belong to one series.
    """
    problem = evaluator.problem
    series = list(dict.fromkeys(name for row in problem.fitted for name in row.series))
    if len(series) < 2:
        raise InputError(
            given=f"observations of the series {', '.join(series) or 'none'} alone",
            expected="two series or more",
            why="nothing would be left to fit to",
            remedy="Name the series of the conditions: 'series: ...'.",
            where=Where(problem.study.id, key="conditions"),
        )
    best = np.array([one.theta for one in found.constants])
    sd = np.array([one.sd for one in found.constants])
    left = []
    for name in series:
        out = [row.id for row in problem.fitted if name in row.series]
        other = replace(evaluator, problem=problem.without(out), scope=f"without {name}", best=np.inf)
        ended = optimum(other, best)
        theta = np.array(ended.theta)
        lines = tuple(line for line in summary(other, theta).lines if line.id in out)
        left.append(Left(name, lines, tuple(((theta - best) / sd).tolist()), ended.theta))
    return tuple(left)

"""A fit from beginning to end: search from every start, then intervals and what the data can not tell."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from aliquot.inference.evaluator import Evaluator
from aliquot.inference.folder import RunFolder
from aliquot.inference.map import Optimum, optimum, starts
from aliquot.inference.margins import best_margins
from aliquot.inference.problem import Problem
from aliquot.inference.record import Fit
from aliquot.inference.study import Study
from aliquot.inference.summary import nothing, summary

Told = Callable[[str], None]


def fit(
    study: Study,
    *,
    folder: RunFolder | None = None,
    beside: Path | None = None,
    told: Told | None = None,
) -> Fit:
    """Fit the free constants of a study.

    Args:
        study: What is fitted to what.
        folder: Run folder in which evaluations are kept; an interrupted fit goes on from it.
        beside: Folder beside which the study's spectra lie.
        told: Called with a line after each evaluation.

    Returns:
        Constants with 95 % intervals, combinations that the data determine, observations met and missed.

    Raises:
        InputError: If the study can not be made ready.
        SimulationError: If nothing can be computed from any start.
    """
    return fitted(Evaluator(Problem.of(study, beside), folder, told))


def fitted(evaluator: Evaluator) -> Fit:
    """Fit the free constants of a problem; as :func:`fit`.

    Args:
        evaluator: Residuals by constants.

    Raises:
        SimulationError: If nothing can be computed from any start.
    """
    ended = _searched(evaluator)
    best = min(ended, key=lambda one: one.cost)
    if not np.isfinite(best.cost):
        raise nothing(evaluator, np.array(best.theta))
    return summary(evaluator, np.array(best.theta), tuple(ended))


def _searched(evaluator: Evaluator) -> list[Optimum]:
    study = evaluator.problem.study
    begin = starts(study.free, study.starts, study.seed)
    search = optimum if study.solver == "least squares" else best_margins
    return [search(evaluator, start) for start in begin]

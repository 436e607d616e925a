"""A fit from beginning to end: search from every start, then intervals and what the data can not tell."""

from pathlib import Path

import numpy as np

from aliquot.errors import AliquotError, InputError, Where
from aliquot.inference.evaluator import Evaluator
from aliquot.inference.folder import RunFolder
from aliquot.inference.map import optimum
from aliquot.inference.margins import best_margins
from aliquot.inference.problem import Problem, Told
from aliquot.inference.record import Fit
from aliquot.inference.rows import OWN
from aliquot.inference.starts import Optimum, all_died, starts
from aliquot.inference.study import Study
from aliquot.inference.summary import summary
from aliquot.knowledge.document import Document


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
        SimulationError, InputError: If nothing can be computed from any start, by the fault of most.
    """
    return fitted(Evaluator(Problem.of(study, beside), folder, told))


def fitted(evaluator: Evaluator) -> Fit:
    """Fit the free constants of a problem; as :func:`fit`.

    Args:
        evaluator: Residuals by constants.

    Raises:
        SimulationError, InputError: If nothing can be computed from any start, by the fault of most.
    """
    ended = searched(evaluator)
    best = min(ended, key=lambda one: one.cost)
    if best.died:
        raise all_died(evaluator.problem, ended)
    return summary(evaluator, np.array(best.theta), tuple(ended))


def searched(evaluator: Evaluator, *, until_met: bool = False) -> list[Optimum]:
    """Search from the starts of a study, by its solver.

    Args:
        evaluator: Residuals by constants.
        until_met: Whether later starts are left out once one meets all thresholds.
    """
    study = evaluator.problem.study
    search = optimum if study.solver == "least squares" else best_margins
    ended: list[Optimum] = []
    for start in starts(study.free, study.starts, study.seed):
        ended.append(search(evaluator, start))
        if until_met and ended[-1].cost == 0.0:
            break
    return ended


def series_of(problem: Problem) -> tuple[str, ...]:
    """Return the series that can be left out, one at a time, in the order of the rows.

    Args:
        problem: The study, made ready.

    Raises:
        InputError: If all that is fitted belongs to one series.
    """
    series = tuple(dict.fromkeys(name for row in problem.fitted for name in row.series))
    if len(series) > 1:
        return series
    raise InputError(
        given=f"observations of one series, '{series[0]}'" if series else "observations of no series",
        expected="two series or more",
        why="nothing would be left to fit to",
        remedy="Name the series of the conditions: 'series: ...'.",
        where=Where(problem.study.id, key="conditions"),
    )


def placed(fault: AliquotError, study: Study, document: Document) -> AliquotError:
    """Return an error of a study with file, line and key, where it was told by the names in the study.

    Args:
        fault: What was raised when the study was made ready.
        study: The study.
        document: Its document.
    """
    file, key = fault.where.file, fault.where.key
    if file not in {study.id, OWN} or key is None:
        return fault
    steps = ["observations", "own", key] if file == OWN else key.split(".", 2)
    own = [one.id for one in study.observations.own]
    if steps[:2] == ["observations", "own"] and steps[-1] in own:
        steps[-1] = str(own.index(steps[-1]))
    return fault.at(document.where(steps))

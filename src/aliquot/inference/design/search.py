"""Searches for the best recipe: from several starts, step by step, never across a limit."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import qmc

from aliquot.errors import InputError
from aliquot.inference.design.merit import Merit
from aliquot.inference.design.point import Made, Places, Point
from aliquot.inference.design.problem import Problem
from aliquot.inference.design.step import Model

DEAR = 10.0
"""Price of missing a target by one spread, in usual objectives [1]: our choice, above what one can gain."""
LOOKED_AT = 4
"""Points that are looked at for each start that is taken."""
_FIRST, _LEAST, _WIDEST = 0.2, 2e-4, 0.5  # radius of the trust region, as a share of the knobs' ranges
_GOOD = 0.7  # of the gain that a model promised: above it the model is believed further
_ENOUGH = 1e-5  # merit: below this a step is not worth an evaluation
_SEARCHED = 16  # points for each that is looked at, among which those within all limits are looked for
_HALVINGS = 12  # of a step that would cross a limit


@dataclass(frozen=True, slots=True)
class Ended:
    """Where a search ended."""

    point: Point
    """The last point, with slopes."""
    evaluations: int
    """Evaluations with slopes."""
    message: str
    """How it ended, a sentence."""


def search(problem: Problem, start: Places, merit: Merit, held: Collection[int] = ()) -> Ended | None:
    """Search from one start.

    Args:
        problem: The design.
        start: Where to begin, within all limits.
        merit: How points are compared.
        held: Knobs that do not move, by place.

    Returns:
        Where it ended; None where nothing can be computed at the start.
    """
    here = problem.at(start, slopes=True)
    if not isinstance(here, Point):
        return None
    bend = np.eye(start.size) * (1e-6 if merit.nearest else 0.1)
    free = np.array([0.0 if i in held else 1.0 for i in range(start.size)])
    radius, count = _FIRST, 1
    while count < problem.study.most:
        model = Model(here, merit, bend, DEAR)
        step = _within(problem, here.places, model.step(radius * free))
        gain = model.at(np.zeros(start.size)) - model.at(step)
        if gain < _ENOUGH:
            return Ended(here, count, "It arrived: no step within the limits is worth taking.")
        there = problem.at(here.places + step, slopes=True)
        count += 1
        if isinstance(there, Point):
            bend = bend if merit.nearest else model.bent(there)
            won = merit.of(here, DEAR) - merit.of(there, DEAR)
            if won < _GOOD * gain and not merit.nearest:
                there, more = _mended(problem, there, merit, free)
                count += more
                won = merit.of(here, DEAR) - merit.of(there, DEAR)
            if won > 0.05 * gain:
                wide = float(np.abs(step).max()) > 0.7 * radius and won > _GOOD * gain
                here, radius = there, min(_WIDEST, 2.0 * radius) if wide else radius
                continue
        radius = 0.4 * min(radius, float(np.abs(step).max()))
        if radius < _LEAST:
            return Ended(here, count, "It arrived: steps became as small as a setting can be made.")
    return Ended(here, count, f"It was given up after {count} evaluations.")


def _mended(
    problem: Problem, point: Point, merit: Merit, free: Float[np.ndarray, " knobs"]
) -> tuple[Point, int]:
    """Return a point brought back to targets that bent away from under a step, and what that cost.

    Without it steps along a curved bound become ever shorter (Maratos's effect); the slopes at the point that
    a step led to are known, and the shortest way back follows from them.
    """
    if not (merit.margins(point).value < 0.0).any():
        return point, 0
    back = Model(point, merit, np.eye(free.size), DEAR).back(_WIDEST * free)
    step = _within(problem, point.places, back)
    if not step.any():
        return point, 0
    there = problem.at(point.places + step, slopes=True)
    better = isinstance(there, Point) and merit.of(there, DEAR) < merit.of(point, DEAR)
    return (there if better and isinstance(there, Point) else point), 1


def _within(problem: Problem, places: Places, step: Places) -> Places:
    """Return a step, halved until it crosses no limit."""
    for _ in range(_HALVINGS):
        if problem.is_admissible(places + step):
            return step
        step = 0.5 * step
    return np.zeros_like(step)


def starts(problem: Problem) -> list[Point]:
    """Return points to begin with, the most promising first: of Sobol's points those that come nearest.

    Args:
        problem: The design.

    Raises:
        InputError: If no point lies within all limits, or nothing can be computed at any.
    """
    study = problem.study
    wanted = LOOKED_AT * study.starts
    found: list[Point] = []
    reasons: dict[str, int] = {}
    for places in _sobol(problem, _SEARCHED * wanted):
        made = problem.made(places)
        if not problem.is_admissible(places):
            told = (
                [limit.words for limit in made.limits if limit.room < 0.0] if isinstance(made, Made) else []
            )
            for reason in told or ([*made.faults] if isinstance(made, Made) else [str(made)]):
                reasons[reason] = reasons.get(reason, 0) + 1
            continue
        point = problem.at(places)
        if isinstance(point, Point):
            found.append(point)
        else:
            reasons[str(point)] = reasons.get(str(point), 0) + 1
        if len(problem.asked) >= wanted:
            break
    if not found:
        raise _nowhere(problem, reasons)
    merit = Merit(study, scale_of(found))
    return sorted(found, key=lambda point: merit.of(point, DEAR))[: study.starts]


def _sobol(problem: Problem, count: int) -> list[Places]:
    """Return the middle of all ranges, then Sobol's points."""
    size = len(problem.study.knobs)
    drawn = qmc.Sobol(size, rng=np.random.default_rng(problem.study.seed))
    points = drawn.random(1 << (count - 1).bit_length())
    return [np.full(size, 0.5), *points]


def scale_of(points: list[Point]) -> float:
    """Return the size of the objective that counts as one [its unit]: the middle one among points."""
    sizes = [abs(float(point.objective.value)) for point in points]
    return float(np.median(sizes)) or max(sizes) or 1.0


def _nowhere(problem: Problem, reasons: dict[str, int]) -> InputError:
    """Return the error of a design without any point to begin with."""
    most = sorted(reasons, key=lambda reason: -reasons[reason])[:2]
    return InputError(
        given="ranges of knobs within which no recipe can be computed",
        expected="some recipe within all limits",
        why="everywhere one of these is crossed or fails: " + "; ".join(most),
        remedy="Move the ranges of the knobs, or the limit that stands in their way.",
        where=problem.where,
    )

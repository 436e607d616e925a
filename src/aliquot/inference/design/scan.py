"""A look at the whole box before any slope is followed: cheap runs, from which searches begin.

A search goes downhill, and where a target lies far off that is often the nearest corner of the box. What the
box holds elsewhere is seen only by looking: at its middle, its corners, and Sobol's points between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.stats import qmc

from aliquot.errors import AliquotError, InputError
from aliquot.inference.design.failed import failed
from aliquot.inference.design.merit import DEAR, Merit, violation
from aliquot.inference.design.point import Made, Places, Point
from aliquot.inference.design.problem import Problem

LOOKED_AT = 16
"""Points that are looked at for each start that is taken, corners apart."""
_CORNERS = 5  # knobs up to which all corners are looked at: 32
_SEARCHED = 8  # points for each that is looked at, among which those within all limits are looked for
_APART = 0.25  # of a range: starts nearer to one another than this would end at one place


@dataclass(frozen=True, slots=True)
class Scan:
    """What was seen of the box.

    Attributes:
        points: Recipes that could be computed, without slopes.
    """

    points: tuple[Point, ...]

    @property
    def scale(self) -> float:
        """Size of the objective that counts as one [its unit]: the middle one among the points."""
        sizes = [abs(float(point.objective.value)) for point in self.points]
        return float(np.median(sizes)) or max(sizes) or 1.0

    def starts(self, merit: Merit, count: int) -> list[Point]:
        """Return the most promising points that are no neighbours of one another, the best first.

        Args:
            merit: How points are compared.
            count: How many are wanted.
        """
        return apart(sorted(self.points, key=lambda point: merit.of(point, DEAR)), count)

    def nearest(self, merit: Merit, count: int) -> list[Point]:
        """Return the points that miss the targets least and are no neighbours, the nearest first."""
        return apart(sorted(self.points, key=lambda point: violation(merit.study, point)), count)


def apart(points: Sequence[Point], count: int) -> list[Point]:
    """Return the first of some points that are no neighbours; neighbours too where there are too few others.

    Args:
        points: Points, the best first.
        count: How many are wanted.
    """
    taken: list[Point] = []
    for point in points:
        if all(float(np.abs(point.places - one.places).max()) > _APART for one in taken):
            taken.append(point)
    others = [point for point in points if not any(point is one for one in taken)]
    return [*taken, *others][:count]


def scan(problem: Problem) -> Scan:
    """Look at the whole box of the knobs, within all limits.

    Args:
        problem: The design, which remembers what could not be computed.

    Raises:
        InputError: If no point lies within all limits, or nothing can be computed at any.
    """
    wanted = LOOKED_AT * problem.study.starts
    ends, inner = _ends(problem), _sobol(problem, _SEARCHED * wanted)
    found: list[Point] = []
    reasons: dict[str, int] = {}
    looked = 0
    for number, places in enumerate((*ends, *inner)):
        if not problem.is_admissible(places):
            for reason in _in_the_way(problem.made(places)):
                reasons[reason] = reasons.get(reason, 0) + 1
            continue
        point = problem.at(places)
        if isinstance(point, Point):
            found.append(point)
        else:
            reasons[point.why] = reasons.get(point.why, 0) + 1
        looked += number >= len(ends)
        if looked >= wanted:
            break
    if not found:
        raise _nowhere(problem, reasons)
    return Scan(tuple(found))


def _ends(problem: Problem) -> list[Places]:
    """Return the middle of all ranges, and the corners of the box where these are not too many."""
    size = len(problem.study.knobs)
    corners = product((0.0, 1.0), repeat=size) if size <= _CORNERS else ()
    return [np.full(size, 0.5), *(np.array(corner) for corner in corners)]


def _sobol(problem: Problem, count: int) -> list[Places]:
    """Return Sobol's points, which fill the box evenly however many are taken."""
    drawn = qmc.Sobol(len(problem.study.knobs), rng=np.random.default_rng(problem.study.seed))
    return list(drawn.random(1 << (count - 1).bit_length()))


def _in_the_way(made: Made | AliquotError) -> list[str]:
    """Return what a recipe crosses, or why there is none."""
    if not isinstance(made, Made):
        return [made.why]
    return [limit.words for limit in made.limits if limit.room < 0.0] or [*made.faults]


def _nowhere(problem: Problem, reasons: dict[str, int]) -> InputError:
    """Return the error of a design without any point to begin with."""
    most = sorted(reasons, key=lambda reason: -reasons[reason])[:2]
    lost = failed(problem)
    return InputError(
        given="ranges of knobs within which no recipe can be computed",
        expected="some recipe within all limits",
        why="everywhere one of these is crossed or fails: " + "; ".join(most),
        remedy="Move the ranges of the knobs, or the limit that stands in their way."
        + ("" if lost is None else lost.remedy),
        where=problem.where,
    )

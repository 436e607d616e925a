"""The trade-off: the best objective as one target is moved, all others staying."""

from functools import partial

from aliquot.inference.design.merit import Merit, violation
from aliquot.inference.design.point import Point
from aliquot.inference.design.problem import Problem
from aliquot.inference.design.record import Compromise
from aliquot.inference.design.search import DEAR, search
from aliquot.inference.design.study import Design
from aliquot.units import to_float


def front(problem: Problem, best: Point, merit: Merit) -> tuple[Compromise, ...]:
    """Return the best recipes along the values of a front, empty where a study asks for none.

    Each search begins at the best of what is known for its value: the design, and its neighbour.

    Args:
        problem: The design.
        best: Where the design's own search ended.
        merit: How its points are compared.
    """
    asked = problem.study.front
    if asked is None:
        return ()
    found, known = [], [best]
    for value in asked.values:
        moved = problem.study.moved(asked.target, value)
        here = Merit(moved, merit.scale)
        begin = min(known, key=partial(here.of, dear=DEAR))
        ended = search(problem, begin.places, here)
        point = begin if ended is None else ended.point
        known.append(point)
        found.append(_compromise(problem, moved, point, value))
    return tuple(found)


def _compromise(problem: Problem, moved: Design, point: Point, value: str) -> Compromise:
    target = next(one for one in moved.targets if moved.front is not None and one.name == moved.front.target)
    return Compromise(
        value=to_float(value, target.unit),
        feasible=violation(moved, point) == 0.0,
        settings=tuple(problem.values(point.places)),
        objective=float(point.objective.value),
        targets=tuple(float(one.value) for one in point.targets),
    )

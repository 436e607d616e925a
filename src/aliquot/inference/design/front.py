"""The trade-off: the best objective as one target is moved, all others staying."""

from functools import partial

from aliquot.errors import SimulationError
from aliquot.inference.design.merit import DEAR, Merit, violation
from aliquot.inference.design.point import Point
from aliquot.inference.design.problem import Problem
from aliquot.inference.design.record import Compromise
from aliquot.inference.design.scan import Scan
from aliquot.inference.design.seek import Seeker
from aliquot.inference.design.study import Design
from aliquot.units import to_float


def front(problem: Problem, best: Point, merit: Merit, seen: Scan) -> tuple[Compromise, ...]:
    """Return the best recipes along the values of a front, empty where a study asks for none.

    Each search begins at the best of what is known for its value: the design, its neighbours, the scan. Where
    no recipe meets the targets, it is the nearest.

    Args:
        problem: The design.
        best: Where the design's own search ended.
        merit: How its points are compared.
        seen: What is known of the whole box.
    """
    asked = problem.study.front
    if asked is None:
        return ()
    found, known = [], [best, *seen.points]
    for value in asked.values:
        moved = problem.study.moved(asked.target, value)
        here = Merit(moved, merit.scale)
        begin = min(known, key=partial(here.of, dear=DEAR))
        try:
            point = Seeker(problem).best([begin], here, Scan(tuple(known)))
        except SimulationError:  # no slopes there: what is known stands
            point = begin
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

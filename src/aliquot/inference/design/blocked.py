"""What would have to give where a target is missed: knobs that press against an end or a limit."""

import numpy as np

from aliquot.inference.design.limits import TOUCHED
from aliquot.inference.design.merit import Merit, violation
from aliquot.inference.design.point import Point
from aliquot.inference.design.problem import Problem
from aliquot.inference.design.record import Blocked

_BEYOND = 2.0  # ranges: a straight line says nothing further out
_AT = 1e-3  # of a range: near enough to an end to stand at it


def blocked(problem: Problem, point: Point) -> tuple[Blocked, ...]:
    """Return the knobs that would meet the targets if they could go on, each alone, the nearest first.

    A straight line from the point, as the targets' misses fall along it; none where all targets are met.

    Args:
        problem: The design.
        point: The nearest point, with slopes.
    """
    if violation(problem.study, point) == 0.0 or point.objective.constants == 0:
        return ()
    margins = Merit(problem.study, 1.0).margins(point)
    short = np.maximum(-margins.value, 0.0)
    slope = -short @ margins.slope  # of half the squared misses, by each place
    found = []
    for i, knob in enumerate(problem.study.knobs):
        way = -float(np.sign(slope[i]))
        by = _in_the_way(problem, point, i, way)
        distance = float(short @ short) / abs(float(slope[i])) if slope[i] else np.inf
        if by and distance <= _BEYOND:
            to = knob.value(float(point.places[i]) + way * distance)
            found.append((distance, Blocked(knob.name, to, knob.unit, by)))
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def _in_the_way(problem: Problem, point: Point, i: int, way: float) -> tuple[str, ...]:
    """Return what stops a knob on its way up (1) or down (-1)."""
    knob, place = problem.study.knobs[i], float(point.places[i])
    found = []
    if (way > 0.0 and place >= 1.0 - _AT) or (way < 0.0 and place <= _AT):
        found.append(f"its {'high' if way > 0.0 else 'low'} end, {knob.high if way > 0.0 else knob.low}")
    for limit, room, slope in zip(point.made.limits, point.rooms.value, point.rooms.slope[:, i], strict=True):
        if room <= 10.0 * TOUCHED and way * float(slope) < 0.0:
            found.append(limit.words)
    return tuple(found)

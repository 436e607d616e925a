"""What would have to give where a target is missed: knobs that press against an end or a limit."""

import numpy as np

from aliquot.inference.design.limits import TOUCHED
from aliquot.inference.design.merit import Merit, violation
from aliquot.inference.design.point import Places, Point
from aliquot.inference.design.problem import Problem
from aliquot.inference.design.record import Blocked

_BEYOND = 2.0  # ranges: a straight line says nothing further out
_AT = 1e-3  # of a range: near enough to an end to stand at it


def blocked(problem: Problem, point: Point, set_at: Places | None = None) -> tuple[Blocked, ...]:
    """Return each knob at an end or a limit, and whether going on would help, the nearest to enough first.

    A straight line from the point, as the targets' misses fall along it, each knob alone; nothing where all
    targets are met.

    Args:
        problem: The design.
        point: The nearest point, with slopes.
        set_at: Where the knobs stand when rounded to what can be dialled; as the point unless given.
    """
    if violation(problem.study, point) == 0.0 or point.objective.constants == 0:
        return ()
    margins = Merit(problem.study, 1.0).margins(point)
    short = np.maximum(-margins.value, 0.0)
    slope = -short @ margins.slope  # of half the squared misses, by each place
    places = point.places if set_at is None else set_at
    found = []
    for i in range(places.size):
        for way in (-1.0, 1.0):
            by = _in_the_way(problem, point, float(places[i]), i, way)
            gain = -way * float(slope[i])
            distance = float(short @ short) / gain if gain > 0.0 else np.inf
            if by:
                found.append((distance, _told(problem, point, i, way * distance, by)))
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def _told(problem: Problem, point: Point, i: int, further: float, by: tuple[str, ...]) -> Blocked:
    """Return what it would do to go on, with how far further that would have to be [ranges], signed."""
    knob, enough = problem.study.knobs[i], abs(further) <= _BEYOND
    return Blocked(
        knob.name,
        "higher" if further > 0.0 else "lower",
        "enough" if enough else "some" if np.isfinite(further) else "none",
        knob.value(float(point.places[i]) + further) if enough else None,
        knob.unit,
        by,
    )


def _in_the_way(problem: Problem, point: Point, place: float, i: int, way: float) -> tuple[str, ...]:
    """Return what stops a knob on its way up (1) or down (-1)."""
    knob, found = problem.study.knobs[i], []
    if (way > 0.0 and place >= 1.0 - _AT) or (way < 0.0 and place <= _AT):
        found.append(f"its {'high' if way > 0.0 else 'low'} end, {knob.high if way > 0.0 else knob.low}")
    for limit, room, slope in zip(point.made.limits, point.rooms.value, point.rooms.slope[:, i], strict=True):
        if room <= 10.0 * TOUCHED and way * float(slope) < 0.0:
            found.append(limit.words)
    return tuple(found)

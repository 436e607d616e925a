"""A search for the best recipe from one start: step by step, never across a limit."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import AliquotError
from aliquot.inference.design.merit import DEAR, Merit
from aliquot.inference.design.point import Places, Point
from aliquot.inference.design.space import DesignSpace
from aliquot.inference.design.step import Model

_FIRST, _LEAST, _WIDEST = 0.2, 2e-4, 0.5  # radius of the trust region, as a share of the knobs' ranges
_WALL = 2e-3  # radius at which a search gives way to a ladder's end: each look beyond costs a full ladder
_GOOD = 0.7  # of the gain that a model promised: above it the model is believed further
_ENOUGH = 1e-5  # merit: below this a step is not worth an evaluation
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


def search(
    space: DesignSpace, start: Places, merit: Merit, held: Collection[int] = ()
) -> Ended | AliquotError:
    """Search from one start.

    Args:
        space: Where it may look.
        start: Where to begin, within all limits.
        merit: How points are compared.
        held: Knobs that do not move, by place.

    Returns:
        Where it ended, or why nothing can be computed at the start.
    """
    here = space.at(start, slopes=True)
    if not isinstance(here, Point):
        return here
    bend = np.eye(start.size) * (1e-6 if merit.nearest else 0.1)
    free = np.array([0.0 if i in held else 1.0 for i in range(start.size)])
    radius, count = _FIRST, 1
    while count < merit.study.most:
        model = Model(here, merit, bend, DEAR)
        step = _within(space, here.places, model.step(radius * free))
        gain = model.at(np.zeros(start.size)) - model.at(step)
        if gain < _ENOUGH:
            return Ended(here, count, "It arrived: no step within the limits is worth taking.")
        there = space.at(here.places + step, slopes=True)
        count += 1
        if isinstance(there, Point):
            bend = bend if merit.nearest else model.bent(there)
            won = merit.of(here, DEAR) - merit.of(there, DEAR)
            if won < _GOOD * gain and not merit.nearest:
                there, more = _mended(space, there, merit, free)
                count += more
                won = merit.of(here, DEAR) - merit.of(there, DEAR)
            if won > 0.05 * gain:
                wide = float(np.abs(step).max()) > 0.7 * radius and won > _GOOD * gain
                here, radius = there, min(_WIDEST, 2.0 * radius) if wide else radius
                continue
        computed = isinstance(there, Point)
        radius = (0.4 if computed else 0.2) * min(radius, float(np.abs(step).max()))
        if not computed and radius < _WALL:
            return Ended(here, count, "It was stopped where recipes can no longer be computed.")
        if radius < _LEAST:
            return Ended(here, count, "It arrived: steps became as small as a setting can be made.")
    return Ended(here, count, f"It was given up after {count} evaluations.")


def _mended(
    space: DesignSpace, point: Point, merit: Merit, free: Float[np.ndarray, " knobs"]
) -> tuple[Point, int]:
    """Return a point brought back to targets that bent away from under a step, and what that cost.

    Without it steps along a curved bound become ever shorter (Maratos's effect); the slopes at the point that
    a step led to are known, and the shortest way back follows from them.
    """
    if not (merit.margins(point).value < 0.0).any():
        return point, 0
    back = Model(point, merit, np.eye(free.size), DEAR).back(_WIDEST * free)
    step = _within(space, point.places, back)
    if not step.any():
        return point, 0
    there = space.at(point.places + step, slopes=True)
    better = isinstance(there, Point) and merit.of(there, DEAR) < merit.of(point, DEAR)
    return (there if better and isinstance(there, Point) else point), 1


def _within(space: DesignSpace, places: Places, step: Places) -> Places:
    """Return a step, halved until it crosses no limit."""
    for _ in range(_HALVINGS):
        if space.is_admissible(places + step):
            return step
        step = 0.5 * step
    return np.zeros_like(step)

"""One step of a search: a quadratic model with linear margins, within a trust region and all limits.

Sequential l1 quadratic programming in a trust region, with damped BFGS (J. Nocedal and S. Wright, Numerical
Optimization, chapter 18): targets that can not all be met in the model are missed at a price, so that there
always is a step. The model has as many unknowns as knobs and ends of targets, a dozen at most; SciPy's SLSQP
solves it.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize, nnls

from aliquot.inference.design.limits import TOUCHED
from aliquot.inference.design.merit import Merit
from aliquot.inference.design.point import Places, Point
from aliquot.inference.dual import Dual

Vector = Float[np.ndarray, " knobs"]


@dataclass(frozen=True, slots=True)
class Model:
    """A point as a search sees its surroundings.

    Attributes:
        point: Where it stands.
        merit: How points are compared.
        bend: Curvature of the cost, shape (knobs, knobs), positive definite.
        dear: Price of a miss.
    """

    point: Point
    merit: Merit
    bend: Float[np.ndarray, "knobs knobs"]
    dear: float

    @property
    def cost(self) -> Dual:
        """The cost here."""
        return self.merit.cost(self.point)

    @property
    def margins(self) -> Dual:
        """By how much targets are met here."""
        return self.merit.margins(self.point)

    def at(self, step: Vector) -> float:
        """Return the merit that the model expects after a step."""
        cost, margins = self.cost, self.margins
        value = float(cost.value + cost.slope @ step + 0.5 * step @ self.bend @ step)
        short = np.maximum(-(margins.value + margins.slope @ step), 0.0)
        return self.merit.total(value, short, self.dear)

    def step(self, radius: Vector) -> Vector:
        """Return the step with the least merit of the model, within a radius of each knob and the limits."""
        return _least(self.point, self.margins, self.cost.slope, self.bend, radius, self._price)

    def back(self, radius: Vector) -> Vector:
        """Return the shortest step that brings the point back to its targets, by a straight line."""
        knobs = self.point.places.size
        return _least(self.point, self.margins, np.zeros(knobs), np.eye(knobs), radius, self._price)

    @property
    def _price(self) -> float | None:
        """Price of a miss, None where misses are squared."""
        return None if self.merit.nearest else self.dear

    def bent(self, point: Point) -> Float[np.ndarray, "knobs knobs"]:
        """Return the curvature after a step to another point, by Powell's damped BFGS formula.

        The curvature is that of the Lagrangian: margins that bind bend the cost along them.
        """
        step = point.places - self.point.places
        pull = self._pull(point)
        change = self._lagrangian(point, pull) - self._lagrangian(self.point, pull)
        return _updated(self.bend, step, change)

    def _pull(self, point: Point) -> Float[np.ndarray, " ends"]:
        """Return the multipliers of the margins at a point, by least squares, none below 0."""
        cost, margins = self.merit.cost(point), self.merit.margins(point)
        near = np.flatnonzero(margins.value < 0.1)
        pull = np.zeros(margins.value.size)
        ways = np.eye(point.places.size)
        walls = np.concatenate(
            [
                ways[point.places <= 0.0],
                -ways[point.places >= 1.0],
                point.rooms.slope[point.rooms.value < TOUCHED],
            ]
        )
        if near.size:
            columns = np.concatenate([margins.slope[near], walls]).T
            pull[near] = np.minimum(nnls(columns, cost.slope)[0][: near.size], self.dear)
        return pull

    def _lagrangian(self, point: Point, pull: Float[np.ndarray, " ends"]) -> Vector:
        """Return the slope of the Lagrangian."""
        if self.merit.nearest:
            margins = self.merit.margins(point)
            return np.asarray(-np.maximum(-margins.value, 0.0) @ margins.slope)
        return np.asarray(self.merit.cost(point).slope - pull @ self.merit.margins(point).slope)


def _least(
    point: Point,
    margins: Dual,
    gradient: Vector,
    bend: Float[np.ndarray, "knobs knobs"],
    radius: Vector,
    price: float | None,
) -> Vector:
    """Return the step d with the least g d + d B d / 2 + misses, within radius, ends and limits."""
    places, rooms = point.places, point.rooms
    knobs, ends = places.size, margins.value.size
    whole = np.concatenate([gradient, np.full(ends, price or 0.0)])
    curvature = np.zeros((knobs + ends, knobs + ends))
    curvature[:knobs, :knobs] = bend
    curvature[knobs:, knobs:] = np.eye(ends) if price is None else 0.0
    left = np.block([[margins.slope, np.eye(ends)], [rooms.slope, np.zeros((rooms.value.size, ends))]])
    right = np.concatenate([margins.value, rooms.value])
    low, high = np.maximum(-radius, -places), np.minimum(radius, 1.0 - places)
    answer = minimize(
        lambda z: float(whole @ z + 0.5 * z @ curvature @ z),
        np.concatenate([np.zeros(knobs), np.maximum(-margins.value, 0.0)]),
        jac=lambda z: whole + curvature @ z,
        bounds=[*zip(low.tolist(), high.tolist(), strict=True), *[(0.0, None)] * ends],
        constraints={"type": "ineq", "fun": lambda z: left @ z + right, "jac": lambda _: left},
        method="SLSQP",
        options={"maxiter": 200, "ftol": 1e-12},
    )
    found = answer.x[:knobs] if np.isfinite(answer.x).all() else np.zeros(knobs)
    return np.asarray(np.clip(places + found, 0.0, 1.0) - places)


def _updated(
    bend: Float[np.ndarray, "knobs knobs"], step: Places, change: Vector
) -> Float[np.ndarray, "knobs knobs"]:
    """Return curvature that explains a change of slope over a step, kept positive definite.

    Example:
        >>> _updated(np.eye(2), np.array([1.0, 0.0]), np.array([4.0, 0.0])).tolist()
        [[4.0, 0.0], [0.0, 1.0]]
    """
    expected = bend @ step
    length = float(step @ expected)
    if length <= 1e-16:
        return bend
    along = float(step @ change)
    if along < 0.2 * length:  # Powell's damping
        share = 0.8 * length / (length - along)
        change = share * change + (1.0 - share) * expected
        along = float(step @ change)
    return np.asarray(bend - np.outer(expected, expected) / length + np.outer(change, change) / along)

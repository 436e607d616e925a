"""Searches on designs whose numbers are formulas: known optima, walls, targets that can not be had."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.inference.design.limits import Limit
from aliquot.inference.design.merit import Merit, violation
from aliquot.inference.design.point import Made, Point
from aliquot.inference.design.search import search
from aliquot.inference.design.step import Model
from aliquot.inference.dual import Dual
from designs import study


class Valley:
    """A design of formulas: maximise x + y, with x^2 + y^2 at most 1.125 and x below 0.9."""

    def __init__(self, below="1.125 1", wall=0.9):
        self.study = study(
            targets=[{"quantity": "share", "of": "dots", "below": below, "scale": "0.1 1", "because": "so"}],
            keep=0.0,
        )
        self.wall, self.asked = wall, []

    def is_admissible(self, places):
        return bool(places.min() >= 0.0 and places.max() <= 1.0 and places[0] <= self.wall + 1e-9)

    def at(self, places, *, slopes=False):  # noqa: ARG002  as a design's
        assert self.is_admissible(places)
        self.asked.append(places)
        limit = Limit("wall", "a wall", float(places[0]), self.wall, "1", 1.0, 1.0)
        made = Made(None, None, (limit,), ())
        rooms = Dual(np.array([self.wall - places[0]]), np.array([[-1.0, 0.0]]))
        total = Dual(np.array(places.sum()), np.ones(2))
        round_ = Dual(np.array(float(places @ places)), 2.0 * places)
        return Point(places, total, (round_,), rooms, made)


@pytest.mark.parametrize(
    ("below", "wall", "best"),
    [
        ("1.125 1", 0.9, (0.75, 0.75)),  # where the circle has the slope of the objective
        ("1.125 1", 0.6, (0.6, np.sqrt(1.125 - 0.36))),  # where the wall meets the circle
        ("3 1", 0.9, (0.9, 1.0)),  # where only wall and end hold
    ],
)
@pytest.mark.parametrize("start", [(0.1, 0.1), (0.55, 0.95), (0.3, 0.0)])
def test_a_search_finds_a_known_optimum_and_never_leaves_its_limits(below, wall, best, start):
    valley = Valley(below, wall)
    ended = search(valley, np.array(start), Merit(valley.study, 1.0))
    assert ended.point.places == pytest.approx(best, abs=2e-3)
    assert float(ended.point.objective.value) == pytest.approx(sum(best), abs=1e-4)
    assert violation(valley.study, ended.point) < 1e-3
    assert ended.evaluations <= 30


def test_where_nothing_meets_a_target_the_search_for_the_nearest_ends_nearest():
    valley = Valley("1.125 1", 0.9)
    impossible = study(
        targets=[
            {
                "id": "small",
                "quantity": "share",
                "of": "dots",
                "below": "0.5 1",
                "scale": "0.1 1",
                "because": "so",
            },
            {
                "id": "large",
                "quantity": "share",
                "of": "dots",
                "above": "0.9 1",
                "scale": "0.1 1",
                "because": "so",
            },
        ],
        keep=0.0,
    )
    original = valley.at

    def twice(places, *, slopes=False):
        point = original(places, slopes=slopes)
        return Point(point.places, point.objective, point.targets * 2, point.rooms, point.made)

    valley.study, valley.at = impossible, twice
    ended = search(valley, np.array([0.2, 0.3]), Merit(impossible, 1.0, nearest=True))
    # (r2 - 0.5)^2 + (0.9 - r2)^2 is least half way
    assert float(ended.point.targets[0].value) == pytest.approx(0.7, abs=1e-3)
    assert violation(impossible, ended.point) == pytest.approx(np.sqrt(2.0) * 2.0, rel=1e-3)


@given(st.tuples(st.floats(0.0, 0.9), st.floats(0.0, 1.0)), st.floats(0.01, 0.5))
@settings(max_examples=40, deadline=None)
def test_a_step_of_the_model_stays_within_radius_ends_and_limits(places, radius):
    valley = Valley()
    point = valley.at(np.array(places))
    step = Model(point, Merit(valley.study, 1.0), np.eye(2), 10.0).step(np.full(2, radius))
    assert np.abs(step).max() <= radius + 1e-9
    assert (point.places + step).min() >= 0.0
    assert (point.places + step).max() <= 1.0
    assert point.places[0] + step[0] <= 0.9 + 1e-7

"""Searches on designs whose numbers are formulas: known optima, walls, targets that can not be had."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.errors import SimulationError
from aliquot.inference.design.blocked import blocked
from aliquot.inference.design.failed import failed
from aliquot.inference.design.limits import Limit
from aliquot.inference.design.merit import DEAR, Merit, violation
from aliquot.inference.design.point import Point
from aliquot.inference.design.problem import Problem
from aliquot.inference.design.scan import LOOKED_AT, apart, scan
from aliquot.inference.design.search import search
from aliquot.inference.design.seek import Seeker
from aliquot.inference.design.space import DesignSpace
from aliquot.inference.design.step import Model
from aliquot.inference.dual import Dual
from designs import problem, study

RECIPE_OF = problem(study())
RECIPE = RECIPE_OF.made(np.array([0.4, 0.5]))
"""A recipe for points of formulas, of which a search looks at its limits alone."""
ROOMS = Dual(np.ones(len(RECIPE.limits)), np.zeros((len(RECIPE.limits), 2)))
"""Room everywhere."""


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
        made = replace(RECIPE, limits=(limit,))
        rooms = Dual(np.array([self.wall - places[0]]), np.array([[-1.0, 0.0]]))
        total = Dual(np.array(places.sum()), np.ones(2))
        round_ = Dual(np.array(float(places @ places)), 2.0 * places)
        return Point(places, total, (round_,), rooms, made)


@pytest.mark.parametrize("space", [Valley(), problem(study())])
def test_a_search_looks_at_designs_and_formulas_alike(space):
    assert isinstance(space, DesignSpace)
    assert not isinstance(space.study, DesignSpace)


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


def test_a_search_that_can_not_begin_says_why_and_is_counted(monkeypatch):
    fault = SimulationError(given="dots beyond the ladder", expected="none", why="it is full", remedy="None.")

    class Partly(Valley):
        """Nothing can be computed where x is below a half."""

        def at(self, places, *, slopes=False):
            return fault if places[0] < 0.5 else super().at(places, slopes=slopes)

    space = Partly()
    merit = Merit(space.study, 1.0)
    assert search(space, np.array([0.2, 0.2]), merit) is fault
    begin = [Valley().at(np.array(places)) for places in ([0.2, 0.2], [0.6, 0.3], [0.1, 0.9])]
    monkeypatch.setattr(Problem, "at", lambda _, places, *, slopes: space.at(places, slopes=slopes))
    monkeypatch.setattr(Problem, "is_admissible", lambda _, places: space.is_admissible(places))
    seeker = Seeker(problem(study()))
    (ended,) = seeker.searched(begin, merit)
    assert ended.places == pytest.approx((0.75, 0.75), abs=2e-3)
    (doubt,) = seeker.doubts()
    assert doubt == "2 of 3 searches could not begin: 2 × it is full, such as dots beyond the ladder."
    with pytest.raises(SimulationError, match="3 × it is full, such as dots beyond the ladder"):
        seeker.searched(begin[:1], merit)


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


# --- the whole box ---------------------------------------------------------------------------------------


class Hidden(Valley):
    """Nothing meets 0.9: a gentle slope leads to 0.2 in one corner, a hill by another one reaches 0.7."""

    HILL = np.array([0.85, 0.15])

    def __init__(self):
        super().__init__(wall=1.0)
        self.study = study(
            targets=[
                {
                    "quantity": "share",
                    "of": "dots",
                    "above": "0.9 1",
                    "scale": "0.1 1",
                    "because": "so",
                }
            ],
            keep=0.0,
        )

    def at(self, places, *, slopes=False):
        point = super().at(places, slopes=slopes)
        hill = 0.6 * np.exp(-np.sum((places - self.HILL) ** 2) / 0.0288)
        slope = -0.1 - hill * (places - self.HILL) / 0.0144
        return replace(point, targets=(Dual(np.array(0.2 - 0.1 * places.sum() + hill), slope),))


@pytest.fixture
def hidden(monkeypatch):
    space = Hidden()
    monkeypatch.setattr(Problem, "at", lambda _, places, *, slopes=False: space.at(places, slopes=slopes))
    monkeypatch.setattr(Problem, "is_admissible", lambda _, places: space.is_admissible(places))
    return Problem(space.study, RECIPE_OF.base, RECIPE_OF.card)


def test_the_nearest_is_found_though_slopes_lead_to_another_corner(hidden):
    seen = scan(hidden)
    merit = Merit(hidden.study, seen.scale)
    middle = search(hidden, np.array([0.5, 0.5]), Merit(hidden.study, 1.0, nearest=True))
    assert violation(hidden.study, middle.point) == pytest.approx(7.0, abs=0.01)  # where slopes lead
    best = Seeker(hidden).best(seen.starts(merit, 1), merit, seen)
    assert best.places == pytest.approx(Hidden.HILL, abs=0.03)
    assert violation(hidden.study, best) < 3.1


def test_the_nearest_is_found_though_every_start_leads_to_another_corner(hidden):
    seen = scan(hidden)
    merit = Merit(hidden.study, seen.scale)
    begin = [hidden.at(np.array([0.4, 0.5])), hidden.at(np.array([0.2, 0.6]))]
    assert violation(hidden.study, Seeker(hidden).best(begin, merit, seen)) < 3.1


def test_a_scan_looks_at_middle_corners_and_between(hidden):
    seen = scan(hidden)
    assert len(seen.points) == LOOKED_AT * hidden.study.starts + 1 + 4
    looked_at = [tuple(point.places) for point in seen.points]
    assert {(0.5, 0.5), (0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)} <= set(looked_at)


def test_starts_are_the_best_that_are_no_neighbours(hidden):
    seen = scan(hidden)
    merit = Merit(hidden.study, seen.scale)
    first, second, third = seen.starts(merit, 3)
    assert merit.of(first, DEAR) == min(merit.of(point, DEAR) for point in seen.points)
    for one, other in ((first, second), (first, third), (second, third)):
        assert np.abs(one.places - other.places).max() > 0.25
    assert [*apart([first, first, second], 3)] == [first, second]  # none twice, though more are wanted


def test_what_could_not_be_computed_is_counted_with_its_reason_and_place():
    short = problem(study())
    assert failed(short) is None
    seen = scan(short)
    lost = failed(short)
    assert len(seen.points) + lost.count == len(short.asked)
    assert lost.count == lost.outgrown > 0
    assert "600 rungs" in lost.told
    assert lost.remedy.endswith("'numerics: {most: 1200}'.")
    (_, coolest, _, unit), _ = lost.at
    warm = [short.values(places)[0] for places, _ in short.faults]
    assert (coolest, unit) == (min(warm), "degC")


def test_a_search_gives_way_where_recipes_can_no_longer_be_computed():
    fault = SimulationError(given="dots beyond the ladder", expected="none", why="it is full", remedy="None.")
    lost = []

    class Ending(Valley):
        """The ladder ends where x is above 0.7, short of the best."""

        def at(self, places, *, slopes=False):
            if places[0] > 0.7:
                lost.append(places)
                return fault
            return super().at(places, slopes=slopes)

    space = Ending("3 1")
    ended = search(space, np.array([0.5, 0.5]), Merit(space.study, 1.0))
    assert ended.message == "It was stopped where recipes can no longer be computed."
    assert 0.65 < ended.point.places[0] <= 0.7
    assert len(lost) <= 5  # each would cost a run on the longest ladder


@pytest.mark.parametrize(
    ("slope", "help_", "to"),
    [
        ((-0.4, 0.0), "enough", 168.75),  # 0.1125 short at 0.4 a range of 40 K
        ((-0.05, 0.0), "some", None),
        ((0.4, 0.0), "none", None),
        ((0.0, 0.3), "none", None),
    ],
)
def test_a_knob_at_an_end_says_whether_going_on_would_help(slope, help_, to):
    one = problem(
        study(
            targets=[
                {"quantity": "share", "of": "dots", "above": "0.9 1", "scale": "0.1 1", "because": "so"}
            ],
            keep=0.0,
        )
    )
    short = Dual(np.array(0.7875), np.array(slope))
    point = Point(np.array([0.0, 0.5]), Dual(np.array(1.0), np.ones(2)), (short,), ROOMS, RECIPE)
    (told,) = blocked(one, point)
    assert (told.knob, told.way, told.help) == ("temperature", "lower", help_)
    assert told.to == (None if to is None else pytest.approx(to))
    assert told.by == ("its low end, 180 degC",)
    assert {"enough": "about 168.8 degC", "some": "not enough", "none": "is no help"}[help_] in told.told


def test_a_knob_that_rounding_set_to_its_end_is_told_too():
    one = problem(study(targets=Hidden().study.model_dump(exclude_none=True)["targets"], keep=0.0))
    short = Dual(np.array(0.3), np.array([-0.4, 0.1]))
    point = Point(np.array([0.01, 0.5]), Dual(np.array(1.0), np.ones(2)), (short,), ROOMS, RECIPE)
    assert blocked(one, point) == ()
    assert [told.knob for told in blocked(one, point, np.array([0.0, 0.5]))] == ["temperature"]

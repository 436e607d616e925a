"""Designs: slopes against differences, limits that are never crossed, whole designs."""

from functools import cache

import numpy as np
import pytest

from aliquot.errors import InputError, RangeError
from aliquot.inference.design.blocked import blocked
from aliquot.inference.design.design import design
from aliquot.inference.design.merit import Merit, violation
from aliquot.inference.design.point import Made, Point
from aliquot.inference.design.problem import Problem, seen_of
from aliquot.inference.design.record import Designed
from aliquot.inference.design.scan import scan
from aliquot.inference.design.search import search
from aliquot.inference.design.study import read_design
from aliquot.population import Weighting
from aliquot.recipe import parse_recipe
from aliquot.recipe.checks import review
from aliquot.recipe.concern import Severity
from aliquot.synthesis import simulate
from designs import BASE, problem, study

# --- the compiled map, once for all tests of this file ---------------------------------------------------


@cache
def small() -> Problem:
    return problem(study())


@cache
def found() -> tuple[Designed, list[np.ndarray]]:
    """The small design, and every place that was computed for it."""
    asked: list[np.ndarray] = []
    original = Problem.at

    def recorded(self, places, *, slopes=False):
        asked.append(np.array(places))
        return original(self, places, slopes=slopes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Problem, "at", recorded)
        return design(study()), asked


def at(places, *, slopes=False) -> Point:
    point = small().at(np.array(places), slopes=slopes)
    assert isinstance(point, Point)
    return point


def numbers(point: Point) -> np.ndarray:
    return np.array([float(one.value) for one in (point.objective, *point.targets)])


# --- slopes ----------------------------------------------------------------------------------------------


def test_slopes_by_the_knobs_are_those_of_differences_of_the_whole_map():
    here, step = np.array([0.4, 0.5]), 2e-3
    sloped = at(here, slopes=True)
    for i in range(2):
        ahead, behind = here.copy(), here.copy()
        ahead[i] += step
        behind[i] -= step
        by_differences = (numbers(at(ahead)) - numbers(at(behind))) / (2.0 * step)
        by_forward_mode = np.array([float(one.slope[i]) for one in (sloped.objective, *sloped.targets)])
        # the integrator's own error is 1e-5 of a number, over a step of 2e-3
        assert by_forward_mode == pytest.approx(by_differences, rel=3e-3)


def test_values_with_slopes_are_those_without():
    fresh = problem(study())
    plain = fresh.at(np.array([0.3, 0.6]))
    assert numbers(at([0.3, 0.6], slopes=True)) == pytest.approx(numbers(plain), rel=1e-12)


def test_slopes_at_the_end_of_a_range_need_nothing_beyond_it():
    seen: list[np.ndarray] = []
    fresh = problem(study())
    inner = fresh._make

    def recorded(places):
        seen.append(places.copy())
        return inner(places)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Problem, "_make", lambda _, places: recorded(places))
        end = fresh.at(np.array([0.0, 0.5]), slopes=True)
    assert isinstance(end, Point)
    assert min(float(places.min()) for places in seen) >= 0.0
    near = at([1e-3, 0.5], slopes=True)
    assert end.targets[0].slope == pytest.approx(near.targets[0].slope, rel=0.02)


def test_limits_that_touch_bend_slopes_inwards_too():
    pump = 0.3  # mL/min, below the end of the knob
    knob = small().study.knobs[1]
    touching = np.array([0.5, knob.place(pump)])
    assert small().is_admissible(touching)
    assert not small().is_admissible(touching + np.array([0.0, 1e-6]))
    point = at(touching, slopes=True)
    room = [limit.name for limit in point.made.limits].index("pump, most, the feed")
    assert point.rooms.value[room] == pytest.approx(0.0, abs=1e-9)
    assert point.rooms.slope[room, 1] == pytest.approx(-pump * np.log(0.4 / 0.08) / 0.03, rel=1e-5)


# --- limits ----------------------------------------------------------------------------------------------


def test_no_point_beyond_a_limit_is_ever_computed():
    _, asked = found()
    assert len(asked) > 8
    for places in asked:
        assert places.min() >= -1e-12
        assert places.max() <= 1.0 + 1e-12
        made = small().made(np.clip(places, 0.0, 1.0))
        assert isinstance(made, Made)
        assert all(limit.room >= -1e-9 * limit.scale for limit in made.limits)
        sample = made.recipe.samples[0]
        assert 0.05 <= 6e7 * sample.flow * (1 - 1e-9) <= 0.3
        assert 453.15 - 1e-6 <= sample.temperatures[0] <= 523.15


def test_to_ask_beyond_a_limit_is_a_fault_of_ours():
    with pytest.raises(ValueError, match="crosses a limit"):
        small().at(np.array([0.5, 1.0]))  # 0.4 mL/min, where the pump ends at 0.3


def test_temperatures_of_the_calibration_are_a_limit_unless_left_on_purpose():
    hot = BASE.replace("high: 220 degC", "high: 270 degC")
    beyond = np.array([1.0, 0.2])
    with pytest.raises(RangeError, match=r"set point of 270 degC.*180 to 250 degC.*End the knob at 250 degC"):
        problem(study(hot))
    with pytest.raises(RangeError, match=r"knobs\.0\.low: got .* set point of 150 degC"):
        problem(study(BASE.replace("low: 180 degC", "low: 150 degC")))
    slack = study(BASE.replace("high: 220 degC", "high: 250.4 degC"))  # a simulation lets half a kelvin pass
    assert not problem(slack).is_admissible(beyond)
    free = hot.replace("limits:\n", "limits:\n  extrapolate: true\n")
    made = problem(study(free)).made(beyond)
    assert isinstance(made, Made)
    assert not any("calibration" in limit.name for limit in made.limits)


def test_what_boils_is_a_limit_and_pressure_moves_it():
    text = read_design("cdte_design")
    flask = problem(text)
    warm = np.array([text.knobs[0].place(100.0), 0.3, 0.5])
    hot = np.array([text.knobs[0].place(101.0), 0.3, 0.5])
    assert flask.is_admissible(warm)
    made = flask.made(hot)
    assert isinstance(made, Made)
    over = [limit for limit in made.limits if limit.room < 0.0]
    assert {limit.name.split(",")[1].strip() for limit in over} == {"TOL"}
    assert over[0].end == pytest.approx(100.6, abs=0.2)  # 10 K below 110.6 degC
    tube = BASE.replace("recipe: inp_wang2023", "recipe: inp_wang2023").replace(
        "limits:\n", "limits:\n  pressure: 5 bar\n  pressure_because: an example\n"
    )
    ends = [
        next(one.end for one in made.limits if "OAM" in one.name)
        for made in (small().made(np.array([0.5, 0.5])), problem(study(tube)).made(np.array([0.5, 0.5])))
    ]
    assert ends[1] > ends[0] + 50.0


def test_a_vessel_that_would_overflow_is_a_limit(tmp_path):
    recipe = tmp_path / "flask.yaml"
    recipe.write_text(
        """
format: aliquot-variation/1
id: flask
title: in a flask of 60 mL
base: cdte_mech2023_toluene
change: {vessels: {flask: {volume: 60 mL}}}
""",
        encoding="utf-8",
    )
    asked = study(
        """
format: aliquot-design/1
id: full
title: a full flask
recipe: flask.yaml
chemistry: cdte_mech2023
knobs: [{name: phosphine, keys: [reagents.phosphine.dose], low: 10 mL, high: 30 mL, because: an example}]
targets: [{quantity: share, of: "449", above: 50 %, because: an example}]
minimise: {quantity: time}
"""
    )
    made = [problem(asked, tmp_path).made(np.array([place])) for place in (0.4, 0.6)]
    assert [one.is_admissible for one in made] == [True, False]
    (limit,) = [one for one in made[1].limits if one.name == "vessel, flask"]
    assert limit.value == pytest.approx(62.0)
    assert limit.end == 60.0


def test_ranges_with_nothing_admissible_are_refused_with_the_limit_that_stands_in_the_way():
    asked = study(
        BASE.replace("pump: {low: 0.05 mL/min, high: 0.3 mL/min", "pump: {low: 1 mL/min, high: 2 mL/min")
    )
    with pytest.raises(InputError, match="what the pump can do"):
        scan(problem(asked))


# --- a whole design --------------------------------------------------------------------------------------


def test_the_written_recipe_simulated_anew_meets_the_targets():
    made, _ = found()
    assert made.feasible
    recipe = parse_recipe(made.recipe)
    aliquot = simulate(recipe).aliquots[-1]
    sizes = aliquot.population.sizes(Weighting.VOLUME)
    assert 2.55 <= sizes.mean <= 2.65
    assert 100.0 * sizes.rsd <= 11.0
    assert made.targets[0].simulated == pytest.approx(sizes.mean, rel=1e-6)
    assert made.targets[1].simulated == pytest.approx(100.0 * sizes.rsd, rel=1e-5)
    # mg/h by hand: units in dots [mol m-3] times flow [m3 s-1] times 145.79 g/mol of InP
    by_hand = aliquot.population.dot_units * recipe.samples[0].flow * 145.79 * 3.6e6
    assert made.objective.simulated == pytest.approx(by_hand, rel=1e-3)


def test_the_design_is_as_good_as_any_of_a_grid():
    made, _ = found()
    best = 0.0
    for warm in np.linspace(0.0, 1.0, 4):
        for fast in np.linspace(0.0, 0.82, 5):  # to 0.3 mL/min, where the pump ends
            point = small().at(np.array([warm, fast]))
            if isinstance(point, Point) and violation(small().study, point) == 0.0:
                best = max(best, float(point.objective.value))
    assert best > 0.0
    assert made.objective.simulated >= 0.995 * best


def test_settings_can_be_dialled_and_stand_in_the_recipe():
    made, _ = found()
    warm, fast = made.settings
    assert warm.value == round(warm.value)
    assert fast.value == pytest.approx(round(fast.value, 3), abs=1e-12)
    recipe = parse_recipe(made.recipe)
    assert recipe.samples[0].temperatures[0] - 273.15 == pytest.approx(warm.value)
    assert 6e7 * recipe.samples[0].flow == pytest.approx(fast.value)
    assert [sample.name for sample in recipe.samples] == ["designed"]


def test_the_recipe_is_one_that_the_checks_accept():
    made, _ = found()
    recipe = parse_recipe(made.recipe)
    assert [one.text for one in review(recipe) if one.severity is Severity.ERROR] == []
    assert recipe.given == {}
    assert "flow.rate" in recipe.assumed


def test_errors_of_settings_follow_from_slopes():
    made, _ = found()
    diameter = made.targets[0]
    place = np.array(
        [knob.place(one.value) for knob, one in zip(small().study.knobs, made.settings, strict=True)]
    )
    warmer = place + np.array([2.0 / 40.0, 0.0])
    shift = float(at(warmer).targets[0].value) - float(at(place).targets[0].value)
    assert diameter.by_knob[0] == pytest.approx(shift, rel=0.35)  # 2 K along a curved map
    assert diameter.by_settings >= abs(diameter.by_knob[0])


def test_an_impossible_target_is_told_with_the_nearest_and_with_what_stands_in_its_way():
    asked = study(
        most=8,
        targets=[
            {"quantity": "diameter", "value": "3.4 nm", "tolerance": "0.05 nm", "because": "so"},
            {"quantity": "RSD", "below": "9 %", "because": "so"},
        ],
    )
    made = design(asked)
    assert not made.feasible
    assert made.violation > 1.0
    assert [one.met for one in made.targets].count(False) >= 1
    missed = made.targets[0]
    assert missed.miss == pytest.approx((3.35 - missed.simulated) / 0.05, rel=1e-6)
    at_end = {one.name for one in made.settings if one.at_end is not None}
    assert at_end
    assert at_end <= {one.knob for one in made.blocked}
    assert any("low end" in way or "calibration" in way for one in made.blocked for way in one.by)
    assert all((one.to is not None) is (one.help == "enough") for one in made.blocked)
    # no recipe of a grid is nearer
    nearest = min(
        violation(asked, point)
        for warm in (0.0, 0.5, 1.0)
        for fast in (0.0, 0.4, 0.8)
        if isinstance(point := small().at(np.array([warm, fast])), Point)
    )
    assert made.violation <= nearest * 1.01


def test_nothing_is_blocked_where_all_targets_are_met():
    assert blocked(small(), at([0.4, 0.5])) == () or violation(small().study, at([0.4, 0.5])) > 0.0


def test_equal_studies_are_searched_alike():
    ended = [search(problem(study(most=5)), np.array([0.4, 0.5]), Merit(study(), 10.0)) for _ in range(2)]
    assert ended[0].point.places.tolist() == ended[1].point.places.tolist()
    assert numbers(ended[0].point).tolist() == numbers(ended[1].point).tolist()


# --- the data behind the constants -----------------------------------------------------------------------


def test_what_lies_within_the_data_of_the_constants_is_no_doubt():
    made, _ = found()
    assert not [flag for flag in made.flags if "beyond the data" in flag]


def test_what_could_not_be_computed_of_the_box_is_told_though_the_design_is_feasible():
    made, asked = found()
    assert made.feasible
    assert 0 < made.failed.count < len(asked)
    assert made.failed.most == 600
    (name, low, high, unit), _ = made.failed.at
    assert (name, unit) == ("temperature", "degC")
    assert 200.0 < low < high <= 220.0  # dots outgrow 600 rungs where it is hot


# --- numbers ---------------------------------------------------------------------------------------------


def test_amounts_times_and_shares_are_those_of_the_recipe():
    asked = study(
        targets=[
            {"quantity": "time", "below": "10 h", "because": "so"},
            {"quantity": "amount", "of": "PDEA", "below": "100 mmol", "because": "so"},
            {"quantity": "conversion", "above": "1 %", "because": "so"},
            {"quantity": "share", "of": "In", "below": "1 1", "because": "so"},
        ]
    )
    one = problem(asked)
    point = one.at(np.array([0.4, 0.5]))
    assert isinstance(point, Point)
    hours, per_hour, converted, left = (float(found.value) for found in point.targets)
    sample = point.made.recipe.samples[0]
    assert hours == pytest.approx(sample.residence_time / 3600.0)
    feed = point.made.recipe.feed
    assert per_hour == pytest.approx(3.6e6 * feed.concentrations["PDEA"] * sample.flow)
    assert converted / 100.0 == pytest.approx(1.0 - left)


def test_doses_move_what_conversions_and_shares_are_counted_against():
    text = BASE.replace(
        "keys: [flow.temperatures.HB1], low: 180 degC, high: 220 degC, step: 1 K, error: 2 K,",
        "keys: [reagents.indium.dose], low: 700 mg, high: 1000 mg, error: 1 mg,",
    )
    asked = study(
        text,
        targets=[
            {"quantity": "conversion", "above": "1 %", "because": "so"},
            {"quantity": "share", "of": "dots", "above": "1 %", "because": "so"},
        ],
    )
    one, here, step = problem(asked), np.array([0.5, 0.5]), np.array([0.01, 0.0])
    sloped = one.at(here, slopes=True)
    ahead, behind = one.at(here + step), one.at(here - step)
    for told, more, less in zip(sloped.targets, ahead.targets, behind.targets, strict=True):
        assert float(told.slope[0]) == pytest.approx(float(more.value - less.value) / 0.02, rel=3e-3)


def test_an_amount_of_what_is_not_dosed_is_refused():
    asked = study(targets=[{"quantity": "amount", "of": "TMSP", "below": "1 mmol", "because": "so"}])
    told = problem(asked).at(np.array([0.4, 0.5]))
    assert isinstance(told, InputError)
    assert "PDEA" in str(told)


def test_a_search_sees_what_a_fit_sees():
    here = np.array([0.4, 0.5])
    made = small().made(here)
    seen = seen_of(small().forward(made.plan.variant), made.plan)
    assert float(at(here).made.plan.looks[-1].time) == seen.looks[-1].time
    share = 1.0 - seen.species.value[-1, 0] / seen.looks[-1].brought[0]
    assert 0.1 < share < 1.0

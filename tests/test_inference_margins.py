"""Thresholds, all at once: margins that are smooth, and a search that meets what can be met."""

import numpy as np
import pytest

from aliquot.inference.dual import Dual
from aliquot.inference.evaluator import Evaluator
from aliquot.inference.fit import fitted
from aliquot.inference.margins import FAR, GOAL, best_margins, margins, sides
from aliquot.inference.rows import Row, rows_of
from aliquot.inference.told import as_json
from aliquot.inference.validate import cross_validated
from studies import HEAD, PLACES, Toy, entry, study

FEW = PLACES[::3]


def text(bounds: list[str]) -> str:
    """A study of thresholds."""
    lines = [entry(f"t{i}", FEW[i][0], FEW[i][1], "1 min", bound) for i, bound in enumerate(bounds)]
    return (
        HEAD.replace("starts: 1", "starts: 1\nsolver: margins") + "observations:\n  own:\n" + "".join(lines)
    )


def row(bounds: str, quantity: str = "conversion") -> Row:
    return rows_of(study(HEAD + "observations:\n  own:\n" + entry("one", "rich", quantity, "1 min", bounds)))[
        0
    ][0]


class Followed(Evaluator):
    """An evaluator that remembers where it was asked."""

    def __init__(self, problem: Toy) -> None:
        super().__init__(problem)
        self.places: list[list[float]] = []

    def numbers(self, theta, *, slopes: bool = False):
        self.places.append(theta.tolist())
        return super().numbers(theta, slopes=slopes)


def number(x: float) -> Dual:
    return Dual(np.array(x), np.array([1.0]))


@pytest.mark.parametrize(("bounds", "sign"), [("above: 50 %", 1.0), ("below: 50 %", -1.0)])
def test_a_margin_is_smooth_where_it_is_met(bounds: str, sign: float) -> None:
    one = row(bounds)
    (at,) = sides(one, number(50.0))
    assert float(at.value) == pytest.approx(0.0)
    for side in (-1.0, 1.0):
        (near,) = sides(one, number(50.0 + side * 1e-4))
        assert float(near.value) == pytest.approx(sign * side * 2e-6, rel=1e-3)
        assert float(near.slope[0]) == pytest.approx(sign * 0.02, rel=1e-3)
    (hopeless,) = sides(one, number(0.05 if sign > 0 else 5e4))
    assert float(hopeless.value) == pytest.approx(-np.log(1000.0))


def test_a_value_has_two_margins_in_tolerances() -> None:
    found = sides(row("value: 50 %, tolerance: 4 %"), number(53.0))
    assert [round(float(one.value), 6) for one in found] == [1.75, 0.25]


def test_a_time_of_maximum_has_its_lead() -> None:
    (only,) = sides(row("above: 1 %"), number(1.0), lead=number(-0.3))
    assert float(only.value) == -0.3


def test_all_thresholds_are_met_at_once() -> None:
    problem = Toy.from_text(text(["above: 6 %", "above: 1.5 nm", "below: 3 %", "above: 3 %, below: 7 %"]))
    evaluator = Evaluator(problem)
    start = np.array([one.prior.mean for one in problem.study.free])
    begin = margins(problem, problem.numbers(start))
    assert begin.value.min() < 0.0
    found = best_margins(evaluator, start)
    assert found.message == "All thresholds are met."
    end = margins(problem, problem.numbers(np.array(found.theta)))
    assert end.value.min() >= GOAL
    assert found.cost == 0.0
    assert found.theta[3] == start[3]  # what matters to no threshold stays where it is
    told = fitted(evaluator)
    assert told.counted(fitted=True) == (4, 4)


def test_what_can_not_be_met_together_is_told() -> None:
    problem = Toy.from_text(text(["above: 6 %", "above: 1.5 nm", "below: 3 %", "below: 3 %"]))
    start = np.array([one.prior.mean for one in problem.study.free])
    found = best_margins(Evaluator(problem), start)
    assert found.cost > 0.1
    assert "No step" in found.message
    assert found.arrived
    inside = np.array([one.prior.range for one in problem.study.free])
    assert ((np.array(found.theta) >= inside[:, 0]) & (np.array(found.theta) <= inside[:, 1])).all()


@pytest.mark.parametrize("away", [-5.5, -3.0, 3.0, 5.5])
def test_a_value_is_reached_from_hundreds_of_tolerances_away(away: float) -> None:
    """Beyond a few tolerances a row waits, and steers once nothing nearer can be gained."""
    problem = Toy.from_text(text(["value: 8.0 %, tolerance: 0.05 %", "value: 3.2 nm, tolerance: 0.04 nm"]))
    mean, sd = (np.array([getattr(one.prior, part) for one in problem.study.free]) for part in ("mean", "sd"))
    start = mean + away * sd
    begin = margins(problem, problem.numbers(start, slopes=True))
    assert begin.value.min() < -100.0
    assert begin.slope[begin.value < FAR].any(axis=1).all()
    found = best_margins(Evaluator(problem), start)
    assert found.message == "All thresholds are met."
    assert margins(problem, problem.numbers(np.array(found.theta))).value.min() >= GOAL


def test_a_hopeless_row_does_not_steer_while_others_gain() -> None:
    bounds = ["above: 6 %", "above: 1.5 nm", "below: 3 %", "value: 900 %, tolerance: 1 %"]
    problem, without = (Toy.from_text(text(bounds[:count])) for count in (4, 3))
    start = np.array([one.prior.mean for one in problem.study.free])
    with_it, alone = Followed(problem), Followed(without)
    found, wanted = best_margins(with_it, start), best_margins(alone, start)
    assert len(alone.places) > 3
    np.testing.assert_array_equal(with_it.places[: len(alone.places)], alone.places)
    assert len(with_it.places) > len(alone.places)  # then it does, to no avail
    assert found.theta == wanted.theta
    assert found.cost == pytest.approx(wanted.cost + GOAL - FAR)


def test_a_search_that_is_given_up_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aliquot.inference.margins.MOST", 4)
    problem = Toy.from_text(text(["value: 8.0 %, tolerance: 0.05 %"]))
    found = best_margins(Evaluator(problem), np.array([one.prior.mean for one in problem.study.free]) - 0.1)
    assert found.message == "It was given up after 4 evaluations."
    assert not found.arrived


def test_what_thresholds_leave_open_is_told() -> None:
    """What is met has no slope: the posterior is the prior, and all who read of a fit are told."""
    asked = text(["above: 6 %", "above: 1.5 nm"])
    found = fitted(Evaluator(Toy.from_text(asked)))
    assert found.counted(fitted=True) == (2, 2)
    assert found.not_told == tuple(one.name for one in found.constants)
    assert all(one.share == pytest.approx(1.0) for one in found.constants)
    assert any("gives back the prior of 4 of 4 constants" in flag for flag in found.flags)
    assert found.card.calibration.endswith("as wide as the prior: k, k_a, gamma, E_k.")
    told = as_json(found)
    assert told["not_told"] == list(found.not_told)
    assert not any(one["told"] for one in told["constants"])


def test_a_series_that_is_left_out_is_not_known_from_the_fit() -> None:
    """The fit's own constants meet what is left of the rows: from there nothing would move."""
    evaluator = Evaluator(Toy.from_text(text(["above: 6 %", "above: 1.5 nm", "below: 3 %", "above: 2.5 %"])))
    assert [row.series for row in evaluator.problem.fitted] == [("rich",)] * 3 + [("poor",)]
    found = fitted(evaluator)
    assert found.counted(fitted=True) == (4, 4)
    left = cross_validated(evaluator, found)
    assert [one.series for one in left] == ["rich", "poor"]
    assert max(map(abs, left[0].moved)) > 1.0
    assert left[0].met == (2, 3)  # 6 % of 'rich' follow from its own rows alone
    assert left[1].met == (1, 1)  # 2.5 % of 'poor' from those of 'rich'


@pytest.mark.slow
def test_thresholds_of_the_clusters_are_met_again() -> None:
    """From constants pushed off the card, the 28 thresholds and five checks come back."""
    from aliquot.inference.problem import Problem  # noqa: PLC0415
    from aliquot.inference.study import read_study  # noqa: PLC0415

    asked = read_study("cdte_thresholds")
    problem = Problem.of(asked)
    rng = np.random.default_rng(28)
    mean, sd = (np.array([getattr(one.prior, part) for one in asked.free]) for part in ("mean", "sd"))
    start = mean + 0.05 * sd * rng.standard_normal(mean.size)
    assert margins(problem, problem.numbers(start)).value.min() < 0.0
    found = best_margins(Evaluator(problem), start)
    assert found.message == "All thresholds are met."

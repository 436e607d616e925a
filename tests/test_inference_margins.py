"""Thresholds, all at once: margins that are smooth, and a search that meets what can be met."""

import numpy as np
import pytest

from aliquot.inference.dual import Dual
from aliquot.inference.evaluator import Evaluator
from aliquot.inference.fit import fitted
from aliquot.inference.margins import GOAL, best_margins, margins, sides
from aliquot.inference.rows import Row, rows_of
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
    inside = np.array([one.prior.range for one in problem.study.free])
    assert ((np.array(found.theta) >= inside[:, 0]) & (np.array(found.theta) <= inside[:, 1])).all()


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

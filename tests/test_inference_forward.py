"""The forward map of a fit is the simulation, of flasks and tubes; and its slopes are derivatives."""

from pathlib import Path

import numpy as np
import pytest

from aliquot.errors import InputError, RecipeError, SimulationError, TopRungError, Where
from aliquot.inference.constants import Constants
from aliquot.inference.dual import Dual
from aliquot.inference.forward import Accuracy, Forward, Outcome, Seen
from aliquot.inference.plan import FlaskPlan
from aliquot.inference.planning import plan_of
from aliquot.inference.problem import Problem
from aliquot.inference.stretch import Passed
from aliquot.knowledge import store
from aliquot.knowledge.records.observations import Condition
from aliquot.recipe import FlowRecipe, read_recipe
from aliquot.synthesis import Run, simulate
from studies import HEAD, PLACES, TRUTH, observed, study

USUAL = Accuracy().tolerances
FED = """
format: aliquot-recipe/1
id: fed
title: InP, fed and sampled
material: InP
reagents:
  indium: {is: InCl3, dose: 1 mmol, purity: null}
  amine: {is: OAM, dose: 10 mL, purity: null}
  early: {is: PDEA, dose: 0.5 mL, purity: null}
  late: {is: PDEA, dose: 1 mL, purity: null}
  diluent: {is: OAM, dose: 4 mL, purity: null}
solutions: {more: {of: [late, diluent]}}
vessels: {flask: {type: flask}}
apparatus: {room: 25 degC, heating: 20 K/min, recovery: 30 s, cooling: 10 s}
steps:
  - charge: {into: flask, what: [indium, amine]}
  - heat: {vessel: flask, to: 200 degC, rate: null}
  - inject: {what: [early], into: flask, at: 200 degC, duration: 0 s}
  - hold: {vessel: flask, at: 200 degC, for: 60 s, aliquots: {volume: 1 mL, at: [30 s]}}
  - feed: {what: [more], into: flask, at: 200 degC, for: 2 min, aliquots: {volume: 1 mL, at: [30 s, 90 s]}}
  - heat: {vessel: flask, to: 205 degC, rate: 10 K/min}
  - hold: {vessel: flask, at: 205 degC, for: 30 s, aliquots: {volume: 1 mL, at: [20 s]}}
  - quench: {vessel: flask, how: in air}
"""


def seen(outcome: Outcome) -> Seen:
    assert isinstance(outcome, Seen)
    return outcome


def both(
    card: str, condition: Condition, rungs: int = 600, most: int = 600, top: float = 1e-6
) -> tuple[Seen, Run]:
    """What a fit sees of a condition, and what a simulation makes of it."""
    chemistry, recipe = store.chemistry(card), read_recipe(condition.recipe, values=condition.given or None)
    if isinstance(recipe, FlowRecipe):
        recipe = recipe.only(condition.sample)
    run = simulate(recipe, chemistry, begin=rungs, rungs=max(rungs, most), tolerances=USUAL, extrapolate=True)
    times = () if condition.sample else [aliquot.time_s for aliquot in run.aliquots]
    plan = plan_of(condition, chemistry, times, Where("x"))
    forward = Forward(Constants.of(chemistry, (), [plan.variant]), {"x": plan}, Accuracy(rungs, rungs, top))
    return seen(forward.run(np.zeros(0))["x"]), run


def assert_same(found: Seen, run: Run) -> None:
    assert len(found.looks) == len(run.aliquots)
    for i, (look, aliquot) in enumerate(zip(found.looks, run.aliquots, strict=True)):
        population = aliquot.population
        assert look.time == pytest.approx(aliquot.time_s)
        assert look.temperature == pytest.approx(aliquot.temperature, abs=0.01)
        size = min(population.rungs.size, found.rungs.value.shape[1])
        scale = population.rungs.max()
        np.testing.assert_allclose(
            found.rungs.value[i, :size] / scale, population.rungs[:size] / scale, atol=1e-5
        )
        np.testing.assert_allclose(found.species.value[i], list(population.species.values()), atol=1e-4)


def test_a_tube_is_what_the_simulation_says() -> None:
    assert_same(*both("inp_wang2023", Condition(recipe="inp_wang2023", sample="180C")))


def test_shots_feeds_samples_and_ramps_are_what_the_simulation_says(tmp_path: Path) -> None:
    path = tmp_path / "fed.yaml"
    path.write_text(FED, encoding="utf-8")
    found, run = both("inp_wang2023", Condition(recipe=str(path)))
    assert len(run.aliquots) == 5  # four samples, and what is left
    assert_same(found, run)
    brought = [look.brought for look in found.looks]
    assert brought[0][1] < brought[1][1] < brought[3][1]  # phosphorus is fed, and indium diluted
    assert brought[0][0] > brought[3][0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "given", "rungs"),
    [
        ("cd3p2_tiwari2025_dots:965", {}, 600),
        (
            "cd3p2_tiwari2025_overgrowth:965",
            {"steps.3.feed.for": "6 min", "reagents.free acid.dose": "1 mL"},
            1500,
        ),
    ],
)
def test_hot_injections_and_seeds_are_what_the_simulation_says(recipe: str, given: dict, rungs: int) -> None:
    condition = Condition(recipe=recipe, given=given, given_because="a test" if given else None)
    assert_same(*both("cd3p2_tiwari2025", condition, rungs))


@pytest.mark.slow
def test_agglomerating_clusters_are_what_the_simulation_says() -> None:
    assert_same(*both("cdte_mech2023", Condition(recipe="cdte_mech2023_ode"), most=3000, top=1e-2))


@pytest.fixture(scope="module")
def problem() -> Problem:
    return Problem.of(study(HEAD + observed(dict.fromkeys(PLACES, 1.0))))


def test_slopes_are_derivatives(problem: Problem) -> None:
    theta = TRUTH + np.array([0.1, -0.1, 0.005, 5.0])
    found = problem.numbers(theta, slopes=True)
    values = problem.numbers(theta)
    np.testing.assert_allclose(found.value, values.value, rtol=1e-6)
    scale = np.abs(found.slope).max(axis=0)
    for i, step in enumerate((1e-3, 1e-3, 1e-4)):
        move = np.zeros(4)
        move[i] = step
        up, down = (problem.numbers(theta + side * move).value for side in (1, -1))
        np.testing.assert_allclose(
            (up - down) / (2 * step) / scale[i], found.slope[:, i] / scale[i], atol=3e-3
        )
    assert scale[3] == 0.0  # at the reference temperature an activation energy changes nothing


def test_results_do_not_depend_on_who_was_asked_with_them(problem: Problem) -> None:
    alone = seen(problem.forward.run(TRUTH, ["poor"])["poor"])
    together = seen(problem.forward.run(TRUTH)["poor"])
    np.testing.assert_array_equal(alone.rungs.value, together.rungs.value)
    with pytest.raises(InputError, match="Did you mean 'poor'"):
        problem.forward.run(TRUTH, ["por"])


def test_a_ladder_that_does_not_suffice_is_told_and_lengthened(problem: Problem) -> None:
    forward = problem.forward
    short = Forward(forward.constants, forward.plans, Accuracy(300, 300, 1e-6))
    outcome = short.run(TRUTH, ["rich"])["rich"]
    assert isinstance(outcome, TopRungError)
    assert "such as 'numerics: {most: 600}'" in str(outcome)
    grown = Forward(forward.constants, forward.plans, Accuracy(300, 600, 1e-6))
    assert seen(grown.run(TRUTH, ["rich"])["rich"]).rungs.value.shape[1] == 600


def test_an_integration_that_stops_is_told(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    def given_up(*_: object) -> Passed:
        return Passed(Dual.still(np.zeros((1, 3)), 0), Dual.still(np.zeros((1, 600)), 0), 4096, done=False)

    monkeypatch.setattr("aliquot.inference.forward.passed", given_up)
    outcome = problem.forward.run(TRUTH, ["rich"])["rich"]
    assert isinstance(outcome, SimulationError)
    assert not isinstance(outcome, TopRungError)
    assert "stopped after 4096 steps" in str(outcome)
    assert outcome.where.file == "rich"


def test_a_condition_of_the_book_becomes_a_plan() -> None:
    card = store.chemistry("cdte_mech2023")
    condition = store.observations("mech2023").conditions["ode"]
    plan = plan_of(condition, card, [1800.0], Where("ode"), further=[3600.0])
    assert isinstance(plan, FlaskPlan)
    assert [look.time for look in plan.looks] == [1800.0, 3600.0]
    assert plan.variant.solvent == "ODE"
    batch = plan_of(Condition(recipe="cdte_mech2023_ode"), card, [1800.0], Where("ode"), further=[9e9])
    assert [look.time for look in batch.looks] == [1800.0]  # further looks end with the recipe


@pytest.mark.parametrize(
    ("condition", "times", "error", "word"),
    [
        (Condition(recipe="inp_wang2023"), (), InputError, "no sample"),
        (Condition(recipe="inp_wang2023", sample="180"), (), InputError, "Did you mean '180C'"),
        (Condition(recipe="inp_zns_wang2023", sample="core-shell"), (), InputError, "a shell grows"),
        (Condition(recipe="cdte_mech2023_ode"), (), RecipeError, "one material|makes|for CdTe"),
    ],
)
def test_what_can_not_be_planned_is_refused(
    condition: Condition, times: tuple, error: type, word: str
) -> None:
    with pytest.raises(error, match=word):
        plan_of(condition, store.chemistry("inp_wang2023"), times, Where("x"))


def test_a_flask_is_not_asked_after_its_end_nor_for_what_it_does_not_follow() -> None:
    card = store.chemistry("cdte_mech2023")
    with pytest.raises(InputError, match="one before the recipe ends at 24 h"):
        plan_of(Condition(recipe="cdte_mech2023_ode"), card, [100 * 3600.0], Where("x"))
    stated = store.observations("mech2023").conditions["ode"].stated
    assert stated is not None
    wrong = stated.model_copy(update={"concentrations": {"TOPTee": "20 mM"}})
    with pytest.raises(InputError, match="Did you mean 'TOPTe'"):
        plan_of(Condition(recipe="cdte_mech2023_ode", stated=wrong), card, [1.0], Where("x"))
    with pytest.raises(InputError, match="nothing is observed of"):
        plan_of(Condition(recipe="cdte_mech2023_ode", stated=stated), card, [], Where("x"))

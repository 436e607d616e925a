"""The spread of a design by its constants, and the designs of the book from beginning to end."""

import numpy as np
import pytest

from aliquot.inference.design.belief import Believed, Rival
from aliquot.inference.design.design import design
from aliquot.inference.design.spread import spread
from aliquot.inference.design.study import read_design
from aliquot.inference.free import Free, Prior
from aliquot.recipe import parse_recipe
from aliquot.synthesis import simulate
from designs import problem, study

SMALL = problem(study())
PLACES = np.array([0.4, 0.5])


def test_a_spread_is_that_of_the_constants():
    card = SMALL.card
    gamma = Free(
        name="gamma",
        keys=("surface_energy.value",),
        unit="J m-2",
        prior=Prior(mean=0.1156, sd=0.03, because="an example"),
    )
    thetas = np.array([[0.1156], [0.10], [0.12]])
    made, point = SMALL.made(PLACES), SMALL.at(PLACES)
    numbers = np.array([float(one.value) for one in (point.objective, *point.targets)])
    found = spread(SMALL, made, Believed("an example", (Rival(card, (gamma,), thetas),)))
    assert found.drawn.draws == 3
    assert found.drawn.failed == 0
    assert found.numbers[0] == pytest.approx(numbers, rel=1e-9)
    assert len(set(found.numbers[:, 1])) == 3
    told = found.interval(1)
    assert told.low <= told.value <= told.high
    met = [
        all(t.is_met(x) for t, x in zip(SMALL.study.targets, row[1:], strict=True)) for row in found.numbers
    ]
    assert found.drawn.chance == pytest.approx(sum(met) / 3.0)


def test_constants_with_which_nothing_can_be_computed_count_as_misses():
    ample = Free(
        name="m",
        keys=("surface_energy.value",),
        unit="J m-2",
        prior=Prior(mean=0.1156, sd=0.06, because="an example"),
    )
    made = SMALL.made(PLACES)
    rival = Rival(SMALL.card, (ample,), np.array([[0.1156], [0.35]]))  # of which dots outgrow 600 rungs
    found = spread(SMALL, made, Believed("an example", (rival,)))
    assert (found.drawn.draws, found.drawn.failed) == (2, 1)
    assert found.drawn.chance <= 0.5


@pytest.mark.slow
def test_the_design_of_the_book_meets_its_targets_with_a_chance_that_is_told():
    made = design(read_design("inp_design"))
    assert made.feasible
    assert 3.05 <= made.targets[0].simulated <= 3.15
    assert made.targets[1].simulated <= 10.0
    assert made.objective.simulated == pytest.approx(16.4, abs=0.3)  # mg/h
    assert made.drawn.draws == 64
    assert 0.05 < made.drawn.chance < 0.6
    assert any("A reaction of 150 min lies beyond the data" in flag for flag in made.flags)
    assert any("of which the constants know 351 mM alone" in flag for flag in made.flags)
    assert made.targets[0].spread.low < made.targets[0].simulated < made.targets[0].spread.high
    assert [one.objective for one in made.front] == sorted(
        (one.objective for one in made.front), reverse=True
    )


@pytest.mark.slow
def test_the_flask_of_the_book_stays_below_what_boils():
    made = design(read_design("cdte_design"))
    assert made.feasible
    recipe = parse_recipe(made.recipe)
    assert recipe.hottest - 273.15 <= 100.65
    aliquot = simulate(recipe).aliquots[-1]
    share = 34.0 * aliquot.clusters["449"] / recipe.mixture.concentrations["TOPTe"]
    assert share >= 0.8

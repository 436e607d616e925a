"""Every recipe of the book runs, or says what is missing and then runs with values of ours."""

import numpy as np
import pytest

from aliquot.errors import RangeError, RecipeError
from aliquot.kinetics.integrate import Tolerances
from aliquot.knowledge.store import chemistry
from aliquot.recipe import read_recipe
from aliquot.recipe.book import recipe_names
from aliquot.synthesis import Run, simulate

ROUGH = Tolerances(relative=1e-3)

DOSES = {
    "reagents.octadecene.dose": "6 mL",
    "reagents.octadecene in flask.dose": "6 mL",
    "reagents.cadmium.dose": "1.5 mmol",
    "reagents.phosphorus.dose": "1.0 mmol",
}
"""Of the feed for which no amount is printed: those of the overgrowths, with half of their cadmium."""
GROWN = {"steps.3.feed.for": "25 min", "reagents.free acid.dose": "1 mL"}
VALUES = {
    "cd3p2_tiwari2025_clusters": {"steps.4.hold.for": "20 min"},
    "cd3p2_tiwari2025_conversion": {"steps.2.feed.for": "10 min", **DOSES},
    **{f"cd3p2_tiwari2025_overgrowth:{line}": GROWN for line in (965, 1010, 1102, 1145)},
}
"""What the papers do not print, in the order in which it is missed."""
COLD = ("cd3p2_tiwari2025_clusters",)
"""Recipes at temperatures far from those of any calibration."""
EXPECTED = ("Taylor-Aris", "The cores rest", "lies outside")
"""Beginnings or parts of flags that samples may carry."""
FLOWING = ("inp_wang2023", "inp_zns_wang2023")


def check(run: Run, *, cold: bool) -> None:
    """A run that can be believed: atoms are kept, nothing is negative, time goes on."""
    assert run.aliquots
    for aliquot in run.aliquots:
        population = aliquot.population
        assert population is not None
        assert abs(aliquot.mass_error) < 1e-12
        assert np.isfinite(population.rungs).all()
        assert population.rungs.min() > -1e-6
        assert aliquot.conversion is None or -1e-9 <= aliquot.conversion <= 1.0 + 1e-9
        assert all(any(known in flag for known in EXPECTED) for flag in aliquot.flags), aliquot.flags
        assert any("lies outside" in flag for flag in aliquot.flags) == cold
    if not run.recipe.id.startswith(FLOWING):
        times = [aliquot.time_s for aliquot in run.aliquots]
        assert times == sorted(times)


@pytest.mark.parametrize("name", [name for name in recipe_names() if name not in VALUES])
def test_a_complete_recipe_of_the_book_runs(name):
    recipe = read_recipe(name)
    if name == "inp_wang2023":  # its seven samples are run elsewhere
        recipe = recipe.only(recipe.samples[0].name)

    run = simulate(recipe, rungs=2500, tolerances=ROUGH)

    check(run, cold=False)
    assert run.chemistry.startswith(recipe.material.lower())


@pytest.mark.parametrize("name", VALUES)
def test_an_incomplete_recipe_runs_once_it_has_what_it_misses(name):
    run = simulate(read_recipe(name, VALUES[name]), tolerances=ROUGH, extrapolate=name in COLD)

    check(run, cold=name in COLD)


@pytest.mark.parametrize("name", VALUES)
def test_an_incomplete_recipe_says_what_is_missing_until_nothing_is(name):
    given: dict[str, str] = {}
    for key, value in VALUES[name].items():
        with pytest.raises(RecipeError) as met:
            simulate(read_recipe(name, given), tolerances=ROUGH)
        assert f'--set "{key}=' in str(met.value)
        given[key] = value


@pytest.mark.parametrize("name", COLD)
def test_a_recipe_far_from_any_calibration_says_how_to_run_it(name):
    with pytest.raises(RangeError, match=r"110 degC.*180 to 215 degC.*--extrapolate"):
        simulate(read_recipe(name, VALUES[name]), tolerances=ROUGH)


def test_a_shell_of_estimates_grows_on_the_cores():
    """Nothing is known of it but that it was made: dots grow thicker, zinc and sulfur are used alike."""
    (aliquot,) = simulate(read_recipe("inp_zns_wang2023"), rungs=2500, tolerances=ROUGH).aliquots
    coated = aliquot.shell

    assert coated is not None
    assert 0.2 < coated.thickness_nm < 1.5
    assert coated.shell.dot_units > 0.0
    assert 0.5 < coated.on_cores < 1.0
    fed = {
        "Zn": 445.9427 * 2 / 3,
        "S": 4133.1522 / 3,
    }  # of the stock and of the thiol, one part on two [mol m-3]
    used = {name: fed[name] - coated.shell.species[name] for name in fed}
    assert used["Zn"] == pytest.approx(used["S"], rel=1e-4)
    assert 0.3 < used["Zn"] / fed["Zn"] < 1.0
    laid = coated.coat.sum() + coated.shell.n @ coated.shell.rungs
    assert laid == pytest.approx(used["Zn"], rel=1e-4)


def test_what_stands_on_the_shell_card_is_called_an_estimate():
    card = chemistry("zns_wang2023")

    assert "every constant is an estimate" in card.claims_not
    assert card.attachment.rate.interval
    assert card.solubility.interval
    assert all(reaction.rate.interval for reaction in card.reactions.values())

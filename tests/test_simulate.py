"""The forward map on the paper's recipe: balance, determinism, agreement of equal things, honest refusals."""

import numpy as np
import pytest

from aliquot.errors import RangeError, RecipeError
from aliquot.kinetics.integrate import Tolerances
from aliquot.knowledge.store import chemistry
from aliquot.population import Weighting
from aliquot.reactors.residence import Dispersion
from aliquot.recipe import parse_recipe, read_recipe, recipe_book
from aliquot.synthesis import Run, simulate

BOOK = recipe_book("inp_wang2023")
CARD = chemistry("inp_wang2023")


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(read_recipe(BOOK), CARD)


def test_every_sample_becomes_an_aliquot(run: Run) -> None:
    assert [aliquot.label for aliquot in run.aliquots] == [sample.name for sample in run.recipe.samples]
    assert all(
        aliquot.time_s == sample.residence_time
        for aliquot, sample in zip(run.aliquots, run.recipe.samples, strict=True)
    )


def test_mass_is_exact(run: Run) -> None:
    assert run.mass_error < 1e-12


def test_dots_grow_with_temperature_and_time(run: Run) -> None:
    size = {a.label: a.population.sizes(Weighting.VOLUME) for a in run.aliquots}
    hotter = [size[name] for name in ("180C", "200C", "225C", "250C")]
    longer = [size[name] for name in ("200C-0.3", "200C-0.2", "200C", "200C-0.05")]
    for series in (hotter, longer):
        assert np.all(np.diff([sizes.mean for sizes in series]) > 0)
    assert np.all(np.diff([sizes.rsd for sizes in hotter]) > 0)


def test_conversion_and_population_tell_one_story(run: Run) -> None:
    feed = run.recipe.feed.concentrations["InCl3"]
    for aliquot in run.aliquots:
        assert aliquot.population.units / feed == pytest.approx(aliquot.conversion, rel=1e-9)
        assert 0 < aliquot.population.dot_units <= aliquot.population.units


def test_equal_input_gives_equal_output(run: Run) -> None:
    again = simulate(run.recipe.only("200C"), CARD).aliquots[0]
    first = next(aliquot for aliquot in run.aliquots if aliquot.label == "200C")
    np.testing.assert_array_equal(again.population.rungs, first.population.rungs)


def test_tighter_tolerances_change_nothing_that_is_shown(run: Run) -> None:
    recipe = run.recipe.only("250C")
    loose = simulate(recipe, CARD).aliquots[0].population.sizes(Weighting.VOLUME)
    tight = (
        simulate(recipe, CARD, tolerances=Tolerances(1e-7, 1e-11))
        .aliquots[0]
        .population.sizes(Weighting.VOLUME)
    )
    assert loose.mean == pytest.approx(tight.mean, abs=1e-4)
    assert loose.rsd == pytest.approx(tight.rsd, abs=1e-5)


def test_dispersion_broadens(run: Run) -> None:
    recipe = run.recipe.only("180C")
    sharp = simulate(recipe, CARD, dispersion=Dispersion.PLUG).aliquots[0].population.sizes(Weighting.VOLUME)
    broad = run.aliquots[0].population.sizes(Weighting.VOLUME)
    assert 0.002 < broad.rsd - sharp.rsd < 0.02


def test_two_zones_at_one_temperature_are_one_zone(run: Run) -> None:
    text = BOOK.read_text(encoding="utf-8")
    text = text.replace(
        "- {name: HB1, length: 4.6 m}", "- {name: HB1, length: 2.3 m}\n    - {name: HB1b, length: 2.3 m}"
    )
    text = text.replace("{HB1: 200 degC}", "{HB1: 200 degC, HB1b: 200 degC}")
    text = text.replace("{HB1: 225 degC}", "{HB1: 225 degC, HB1b: 225 degC}")
    text = text.replace("{HB1: 180 degC}", "{HB1: 180 degC, HB1b: 180 degC}")
    text = text.replace("{HB1: 250 degC}", "{HB1: 250 degC, HB1b: 250 degC}")
    split = simulate(parse_recipe(text, file="split.yaml").only("200C"), CARD).aliquots[0]
    whole = next(aliquot for aliquot in run.aliquots if aliquot.label == "200C")
    ours, theirs = split.population.sizes(Weighting.VOLUME), whole.population.sizes(Weighting.VOLUME)
    assert ours.mean == pytest.approx(theirs.mean, abs=1e-4)
    assert ours.rsd == pytest.approx(theirs.rsd, abs=1e-4)


def test_an_extrapolation_is_flagged() -> None:
    text = BOOK.read_text(encoding="utf-8").replace("{HB1: 180 degC}", "{HB1: 170 degC}")
    recipe = parse_recipe(text, file="cold.yaml").only("180C")
    with pytest.raises(RangeError, match="170 degC; expected 180 to 250 degC") as refused:
        simulate(recipe, CARD)
    assert "sample 180C" in str(refused.value.where)
    aliquot = simulate(recipe, CARD, extrapolate=True).aliquots[0]
    assert any("extrapolation" in flag for flag in aliquot.flags)


def test_a_recipe_without_the_precursor_is_refused() -> None:
    recipe = read_recipe(BOOK)
    species = {**CARD.species, "P": CARD.species["P"].model_copy(update={"from_": {"TMSP": 1.0}})}
    card = CARD.model_copy(update={"species": species})
    with pytest.raises(RecipeError, match="'TMSP', which brings P"):
        simulate(recipe, card)
    with pytest.raises(RecipeError, match="one reaction system"):
        simulate(recipe, CARD.model_copy(update={"material": "CdSe"}))

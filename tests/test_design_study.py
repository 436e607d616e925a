"""Design studies: what they may say, and how they are refused; knobs, targets, what is believed."""

import json
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import studies as fit_studies
from aliquot.errors import CardError, InputError, RecipeError
from aliquot.inference.cards import values
from aliquot.inference.design.belief import believed, card_of
from aliquot.inference.design.knobs import Knob
from aliquot.inference.design.study import Aim, Target, read_design
from aliquot.inference.evaluator import Evaluator
from aliquot.inference.fit import fitted
from aliquot.inference.free import bounds
from aliquot.inference.keep import folder_of, save
from aliquot.knowledge import store
from aliquot.knowledge.document import Document
from designs import BASE, problem, study

# --- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("low: 180 degC", "low: 230 degC", "nothing between"),
        ("low: 0.08 mL/min", "low: 0 mL/min", "begins above 0"),
        ("error: 2 K", "error: 2 degC", "in K"),
        ("error_because: an example, ", "", "error_because"),
        ("quantity: RSD, below: 11 %", "quantity: RSD", "'value' and 'tolerance'"),
        ("quantity: RSD, below: 11 %", "quantity: RSD, below: 0 %", "needs 'scale'"),
        ("maximise: {quantity: rate}", "maximise: {quantity: populations}", "nothing else can be aimed at"),
        ("maximise: {quantity: rate}", "", "one of 'maximise' and 'minimise'"),
        ("quantity: RSD, below", "quantity: RSD, at: 2 h, below", "make its time a knob"),
        ("quantity: RSD, below: 11 %", "quantity: diameter, below: 11 nm", "stands twice"),
        ("chemistry: inp", "front: {target: RSD, values: [1 %, 2 %]}\nchemistry: inp", "with a value"),
    ],
)  # fmt: skip
def test_a_study_that_means_nothing_is_refused_in_words(old, new, words):
    assert old in BASE
    with pytest.raises(Exception, match=words):
        study(BASE.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "key", "given", "words"),
    [
        ("value: 2.6 nm", "value: 2.6", "targets.0.value", "2.6", "Add a unit: '2.6 nm'."),
        ("value: 2.6 nm", "value: 2.6 degC", "targets.0.value", "'2.6 degC'", "converts to nm"),
        ("below: 11 %", "below: 11", "targets.1.below", "11", "Add a unit: '11 %'."),
        ("quantity: RSD", "quantity: RDS", "targets.1.quantity", "'RDS'", "Did you mean 'RSD'?"),
        ("quantity: rate", "quantity: emission", "maximise.quantity", "'emission'", "here: 'E1', 'RSD'"),
        ("low: 180 degC", "low: 180", "knobs.0.low", "180", "Add a unit: '180 degC'."),
        ("high: 220 degC", "high: 220 mL", "knobs.0.high", "'220 mL'", "converts to degC"),
        ("error: 2 K", "error: 2", "knobs.0.error", "2", "Add a unit: '2 K'."),
        ("error: 2 K", "error: 2 degC", "knobs.0.error", "'2 degC'", "in K"),
        ("step: 1 K", "step: 0 K", "knobs.0.step", "'0 K'", "above 0"),
        ("starts: 1", "front: {target: RDS, values: [1 %, 2 %]}", "front.target", "'RDS'", "'diameter'"),
        ("starts: 1", "front: {target: diameter, values: [2, 3 nm]}", "front.values.0", "2", "Add a unit"),
        ("starts: 1", "front: {target: diameter, values: [2 nm, 3 K]}", "front.values.1", "'3 K'", "to nm"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_told_at_its_own_key_with_what_stands_there(old, new, key, given, words):
    assert old in BASE
    with pytest.raises(CardError) as refused:
        study(BASE.replace(old, new, 1))
    fault = refused.value
    assert (fault.where.key, fault.given) == (key, given)
    assert words in f"{fault.expected} {fault.remedy} {fault.why}"
    assert str(fault).count("'emission width'") == 0  # of papers, not of designs
    assert fault.where.line is not None


def test_a_wrong_name_of_a_study_is_answered_with_the_nearest():
    with pytest.raises(InputError, match="Did you mean 'inp_design'"):
        read_design("inp_desing")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("keys: [flow.rate]", "keys: [flow.rat]", "flow.rate"),
        ("sample: 200C", "sample: 300C", "200C"),
        ("recipe: inp_wang2023", "recipe: inp_wang", "inp_wang2023"),
    ],
)
def test_names_that_are_not_there_are_refused_with_those_that_are(old, new, words):
    with pytest.raises((InputError, RecipeError), match=words):
        problem(study(BASE.replace(old, new, 1)))


# --- knobs and targets -----------------------------------------------------------------------------------


@given(st.floats(0.0, 1.0), st.sampled_from(["linear", "log"]))
def test_places_and_settings_are_one_another(place, scale):
    knob = Knob(name="x", keys=("a",), low="2 mL", high="9 mL", scale=scale, because="so")
    assert 2.0 <= knob.value(place) <= 9.0
    assert knob.place(knob.value(place)) == pytest.approx(place, abs=1e-9)


@given(st.floats(0.02, 0.2))
def test_settings_lie_within_the_ends_and_on_the_steps(value):
    knob = Knob(name="x", keys=("a",), low="0.02 mL/min", high="0.2 mL/min", step="3 uL/min", because="so")
    for one in knob.settings(value):
        assert 0.02 <= one <= 0.2
        assert abs(one - value) <= 0.003 + 1e-12
        assert one / 0.003 == pytest.approx(round(one / 0.003), abs=1e-6)


@given(st.floats(-5.0, 20.0))
def test_a_miss_is_nothing_where_a_target_is_met_and_grows_beyond(found):
    target = Target(quantity="RSD", above="2 %", below="8 %", scale="2 %", because="so")
    assert (target.miss(found) == 0.0) is target.is_met(found)
    assert target.miss(found) == pytest.approx(max(2.0 - found, found - 8.0, 0.0) / 2.0)


def test_what_a_recipe_leaves_null_can_be_given():
    text = """
format: aliquot-design/1
id: dark
title: Cd3P2
recipe: cd3p2_tiwari2025_clusters
given: {"steps.4.hold.for": 20 min}
given_because: an example
chemistry: cd3p2_tiwari2025
knobs: [{name: temperature, keys: [steps.4.hold.at], low: 80 degC, high: 120 degC, because: an example}]
limits: {extrapolate: true}
minimise: {quantity: time}
"""
    base = problem(study(text)).base
    recipe = base.recipe(base.settings([100.0]))
    assert recipe.steps[4].duration == 1200.0
    assert recipe.assumed["steps.4.hold.for"] == "an example"
    with pytest.raises(Exception, match="given_because"):
        study(text.replace("given_because: an example\n", ""))


def test_an_aim_has_no_condition():
    with pytest.raises(ValueError, match="one recipe"):
        Aim(quantity="RSD", condition="there")


def test_a_study_tells_the_line_of_a_fault():
    text = BASE.replace("scale: log,", "scale: powers,")
    with pytest.raises(Exception, match=r"small.yaml, line \d+"):
        Document(text, "small.yaml").read(type(study()))


# --- what is believed ------------------------------------------------------------------------------------


FIT = fit_studies.HEAD.replace(
    "{mean: 0.115, sd: 0.02, because", "{mean: 0.115, sd: 0.02, bounds: [0.1, 0.1151], because"
) + fit_studies.observed({place: 2.0 + 0.3 * i for i, place in enumerate(fit_studies.PLACES[::3])})
"""A fit that ends at a bound of gamma, and is told nothing of E_k."""


@pytest.fixture
def run_folder(tmp_path):
    """What a fit leaves behind."""
    with closing(folder_of(tmp_path / "fit", FIT, fit_studies.study(FIT))) as folder:
        save(fitted(Evaluator(fit_studies.Toy.from_text(FIT), folder)), folder)
    return tmp_path / "fit"


def test_draws_of_a_fit_lie_within_its_priors_and_are_the_same_again(run_folder):
    asked = study(spread={"fit": "fit", "draws": 200})
    card = card_of(asked, run_folder.parent)
    assert (card.id, card.version) == ("inp_wang2023", store.chemistry("inp_wang2023").version + 1)
    told, again = (believed(asked, card, run_folder.parent) for _ in range(2))
    (rival,) = told.rivals
    low, high = bounds(rival.free)
    assert rival.thetas.shape == (200, 4)
    assert (rival.thetas >= low).all()
    assert (rival.thetas <= high).all()
    assert rival.thetas.tolist() == again.rivals[0].thetas.tolist()
    assert "Of the fit gamma lay at a bound: its intervals mean little." in told.flags
    assert any("told nothing of E_k: these are drawn" in flag for flag in told.flags)
    means = rival.thetas.mean(axis=0)
    assert np.abs(means - values(card, rival.free)).max() < 5.0  # kJ/mol are the coarsest unit


def test_a_law_that_lies_beyond_its_bounds_is_refused(run_folder):
    result = json.loads((run_folder / "result.json").read_text(encoding="utf-8"))
    result["constants"][0]["theta"] = 50.0
    (run_folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
    asked = study(spread={"fit": "fit", "draws": 8})
    with pytest.raises(InputError, match="small: got a law of which 0 of 8000 draws lie within the bounds"):
        believed(asked, card_of(asked, run_folder.parent), run_folder.parent)


def test_a_fit_that_has_not_ended_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"result\.json"):
        card_of(study(spread={"fit": "nowhere"}), tmp_path)


def test_rival_cards_stand_beside_the_one_that_predicts():
    asked = study(chemistry="cdte_mech2023", spread={"cards": ("cdte_mech2023_wide", "cdte_mech2023")})
    told = believed(asked, card_of(asked))
    assert [rival.card.id for rival in told.rivals] == ["cdte_mech2023", "cdte_mech2023_wide"]


def test_a_spread_of_another_chemistry_is_refused():
    asked = study(spread={"study": "cdte_449_alone"})
    with pytest.raises(InputError, match="belongs to the constants"):
        believed(asked, card_of(asked))

"""Portions, stated volumes, doses that are not reported, names of recipes: what a batch may leave open."""

import re

import pytest

from aliquot.errors import RecipeError
from aliquot.knowledge.store import material
from aliquot.recipe import parse_recipe, read_recipe
from aliquot.recipe.ledger import ledger
from aliquot.recipe.scale import scale_factor
from aliquot.recipe.stoichiometry import balance
from tried_batch import BATCH

ML = 1e-6
LINES = BATCH.splitlines()
STOCK = "stock: {of: [indium, amine]}"
SHOT = "shot: {of: [phosphine, solvent]}"


def test_no_more_is_poured_than_there_is():
    with pytest.raises(
        RecipeError, match=r"line 16.*got 14\.1 mL of 'stock' in all; expected at most the 10"
    ):
        parse_recipe(BATCH.replace("what: [stock: 5 mL]", "what: [stock: 5 mL, stock: 9.1 mL]"), "mine.yaml")
    with pytest.raises(RecipeError, match="'stock' in 2 places"):
        parse_recipe(BATCH.replace("what: [shot]", "what: [shot, stock]"))


def test_only_what_reaches_the_reactor_reacts():
    recipe = parse_recipe(BATCH.replace("stock: 5 mL", "stock: 1 mL"))

    assert recipe.amounts["InCl3"] == pytest.approx(1e-3)
    assert recipe.mixture.amounts["InCl3"] == pytest.approx(1e-4)
    assert balance(recipe.mixture.amounts, material("InP")).product == pytest.approx(1e-4)
    assert recipe.mixture.volume == pytest.approx(6 * ML)
    assert scale_factor(recipe, "12 mL") == pytest.approx(2.0)


def test_a_stated_volume_stays_with_its_portions():
    stated = BATCH.replace(STOCK, "stock: {of: [indium, amine], volume: 20 mL}")
    recipe = parse_recipe(stated)

    assert ledger(recipe)[0].after.volume == pytest.approx(5 * ML)
    assert ledger(recipe)[0].after.amounts["InCl3"] == pytest.approx(0.25e-3)
    nested = parse_recipe(stated.replace(SHOT, "shot: {of: [phosphine, solvent, stock: 10 mL]}"))
    assert nested.solution("shot").volume == pytest.approx(15 * ML)


def test_solids_alone_with_a_stated_volume_keep_it():
    text = BATCH.replace(STOCK, "stock: {of: [indium], volume: 10 mL}")
    text = text.replace("  amine: {is: OAM, dose: 10 mL, purity: 80-90 %}\n", "")

    assert ledger(parse_recipe(text))[0].after.volume == pytest.approx(5 * ML)


@pytest.mark.parametrize("key", ["amine", "indium", "phosphine", "solvent"])
def test_any_dose_may_be_unknown(key):
    lines = [
        re.sub(r"dose: [^,]+", "dose: null", line) if line.strip().startswith(f"{key}:") else line
        for line in LINES
    ]
    text = "\n".join(lines).replace("what: [stock: 5 mL]", "what: [stock]")
    if key in {"amine", "solvent"}:
        text += "\nchecks: {ratios: {PDEA/InCl3: '1:1'}, volume: 15 mL}"
    recipe = parse_recipe(text)

    assert recipe.undosed
    assert recipe.mixture.undosed == (key,)
    assert not any(check.kind == "volume" for check in recipe.checks)


def test_solutions_in_a_circle_are_told():
    text = BATCH.replace(STOCK, "stock: {of: [indium, amine, shot: 1 mL]}")
    text = text.replace(SHOT, "shot: {of: [phosphine, solvent, stock: 1 mL]}")

    with pytest.raises(RecipeError, match="made before"):
        parse_recipe(text)


AGREES = ["'1:4'", "'0.25:1'", "0.25", "0.3"]
DIFFERS = ["'1:3'", "0.4", "'4:8:1'", "'nan:1'", "'1e400:1'", "'0:1'"]


@pytest.mark.parametrize("ratio", [*AGREES, *DIFFERS])
def test_a_ratio_is_compared_at_the_digits_in_which_it_is_told(ratio):
    text = BATCH.replace("dose: 1 mL, purity: 97 %", "dose: 4 mmol, purity: 97 %")
    text = text.replace("stock: 5 mL", "stock: 10 mL")
    (check,) = parse_recipe(f"{text}checks: {{ratios: {{InCl3/PDEA: {ratio}}}}}\n").checks

    assert check.agrees is (ratio in AGREES)
    assert abs(check.stated) < 1e9


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf"])
def test_a_number_that_is_none_is_refused(number):
    with pytest.raises(RecipeError, match=r"checks\.ratios"):
        parse_recipe(f"{BATCH}checks: {{ratios: {{InCl3/PDEA: {number}}}}}\n")


def test_a_minus_pasted_from_a_page_is_read():
    (check,) = parse_recipe(f"{BATCH}checks: {{free_acid: −5 mmol}}\n").checks

    assert check.stated == -5.0
    assert not check.agrees


def test_a_negative_time_is_refused():
    with pytest.raises(RecipeError, match=r"line 20, .*got '-1 h'; expected a quantity of 0 or more"):
        parse_recipe(BATCH.replace("for: 30 min", "for: -1 h"), "mine.yaml")


def test_what_a_variation_leaves_out_is_forgotten_everywhere(tmp_path):
    head = "format: aliquot-variation/1\nid: bare\ntitle: No tellurium\nbase: cdte_mech2023_ode\n"
    (tmp_path / "bare.yaml").write_text(f"{head}without: [tellurium]\n", encoding="utf-8")
    recipe = read_recipe(tmp_path / "bare.yaml")

    assert "TOPTe" not in recipe.amounts
    assert not any("TOPTe" in check.what for check in recipe.checks)
    assert not any("tellurium" in key for key in recipe.assumed)


def test_recipes_that_vary_each_other_are_refused(tmp_path):
    for one, other in (("a", "b"), ("b", "a")):
        text = f"format: aliquot-variation/1\nid: {one}\ntitle: {one}\nbase: {other}.yaml\n"
        (tmp_path / f"{one}.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(RecipeError, match=r"a\.yaml, line 4, base: got 'b\.yaml', which varies this file"):
        read_recipe(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cdte_mech2023_top", "one recipe of the series"),
        ("cdte_mech2023_top:11mL", "Did you mean '10mL'"),
        ("cdte_mech2023_od", "Did you mean 'cdte_mech2023_ode'"),
        ("inp_wang2023:200C", "holds a single recipe"),
        ("nowhere.yaml", "a YAML file that can be read"),
        (f"{'x' * 300}:a", "the name of a recipe|a YAML file"),
    ],
)
def test_a_name_that_is_none_says_which_there_are(name, said):
    with pytest.raises(RecipeError, match=said):
        read_recipe(name)

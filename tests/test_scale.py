"""Scaling and writing back: linear in every dose, comments kept, nothing else touched."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.errors import RecipeError
from aliquot.knowledge.document import Document
from aliquot.recipe import parse_recipe, read_recipe, recipe_names
from aliquot.recipe.bench import instructions, weighings
from aliquot.recipe.read import recipe_document
from aliquot.recipe.scale import scale, scale_factor
from aliquot.recipe.variation import VariedDocument

BOOK = recipe_names()
few = settings(max_examples=20, deadline=None, derandomize=True)


SINGLE = [name for name in BOOK if not isinstance(recipe_document(name), VariedDocument)]
VARIED = [name for name in BOOK if name not in SINGLE]


@pytest.mark.parametrize("name", SINGLE)
def test_a_recipe_is_written_back_as_it_was(name):
    document = recipe_document(name)

    assert parse_recipe(document.dump(), document.file) == read_recipe(name)
    assert document.dump() == document.text


@pytest.mark.parametrize("name", VARIED)
def test_a_recipe_of_a_series_can_stand_alone(name):
    alone, varied = parse_recipe(recipe_document(name).dump()), read_recipe(name)

    assert alone.amounts == varied.amounts
    assert alone.unreported == varied.unreported
    assert sorted((check.what, check.computed) for check in alone.checks) == sorted(
        (check.what, check.computed) for check in varied.checks
    )


@few
@given(name=st.sampled_from(BOOK), factor=st.floats(0.01, 100.0))
def test_scaling_is_linear_in_every_dose_and_leaves_ratios(name, factor):
    before = read_recipe(name)
    after = scale(recipe_document(name), f"x{factor!r}").recipe

    for card, amount in before.amounts.items():
        assert after.amounts[card] == pytest.approx(factor * amount, rel=1e-5)
    for one, other in zip(before.solutions, after.solutions, strict=True):
        assert other.volume == pytest.approx(factor * one.volume, rel=1e-5)
        assert other.concentrations == pytest.approx(one.concentrations, rel=2e-5)
    assert after.unreported == before.unreported


def test_scaled_to_product_it_makes_that_much():
    scaled = scale(recipe_document("cd3p2_tiwari2025_dots:965"), "2.5 g product")

    assert scale_factor(scaled.recipe, "2.5 g product") == pytest.approx(1.0, rel=1e-5)
    assert scaled.factor == pytest.approx(2500 / 99.7, rel=1e-3)


def test_scaled_to_a_volume_it_has_that_volume():
    scaled = scale(recipe_document("inp_wang2023"), "100 mL")

    assert scaled.recipe.feed.volume == pytest.approx(100e-6, rel=1e-5)
    assert "# a range counts with its midpoint" in scaled.text
    assert scaled.recipe.tube == read_recipe("inp_wang2023").tube


def test_a_share_of_the_product_takes_more_recipe():
    recipe = read_recipe("inp_wang2023")

    whole, part = (scale_factor(recipe, "1 g product", fraction=share) for share in (1.0, 0.736))
    assert part == pytest.approx(whole / 0.736)


@pytest.mark.parametrize(
    "to", ["", "x0", "x-2", "xnan", "xinf", "2.5", "2.5 g", "-3 mL", "0 g product", "much"]
)
def test_what_is_no_amount_is_refused(to):
    with pytest.raises(
        RecipeError, match=r"'2\.5 g product', a volume such as '100 mL', or a factor such as 'x3'"
    ):
        scale_factor(read_recipe("inp_wang2023"), to)


def test_a_recipe_with_an_unknown_limiting_dose_can_not_make_a_mass():
    with pytest.raises(RecipeError, match="nothing is dosed of"):
        scale_factor(read_recipe("cd3p2_tiwari2025_conversion"), "1 g product")


@pytest.mark.parametrize("name", BOOK)
def test_the_bench_sheet_tells_every_dose_and_every_step(name):
    recipe = read_recipe(name)
    lines, told = weighings(recipe), instructions(recipe)

    assert {line.key for line in lines} == {*(dose.key for dose in recipe.doses), *recipe.undosed}
    assert len(told) >= len(getattr(recipe, "steps", recipe.solutions))
    assert all(line.endswith(".") and "None" not in line and "nan" not in line for line in told)
    for line in lines:
        known = line.key not in recipe.undosed
        assert (line.dosed is not None) == known
        assert (line.mass is not None or line.volume is not None) == known


def test_scaling_leaves_the_document_that_it_was_given():
    document = recipe_document("inp_wang2023")
    before = document.dump()

    assert [scale(document, "x2").recipe.feed.volume for _ in range(2)] == [pytest.approx(88.8e-6)] * 2
    assert document.dump() == before


def test_what_two_places_share_is_scaled_once_in_each():
    text = recipe_document("inp_wang2023").text.replace(
        "amine for indium: {is: OAM, dose: 20 mL, purity: 80-90 %}",
        "amine for indium: &amine {is: OAM, dose: 20 mL, purity: 80-90 %}",
    )
    text = text.replace("amine for zinc: {is: OAM, dose: 20 mL, purity: 80-90 %}", "amine for zinc: *amine")
    scaled = scale(Document(text, "mine.yaml", RecipeError), "x2")

    assert [dose.volume * 1e6 for dose in scaled.recipe.doses if dose.reagent == "OAM"] == pytest.approx(
        [40, 40]
    )


@pytest.mark.parametrize("fraction", [0.0, -1.0, 1.5, float("nan")])
def test_a_fraction_that_is_no_share_is_refused(fraction):
    with pytest.raises(RecipeError, match="a share above 0 and up to 1"):
        scale_factor(read_recipe("inp_wang2023"), "x2", fraction=fraction)

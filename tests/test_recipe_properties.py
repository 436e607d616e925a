"""What must hold for every recipe, whatever its numbers."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.errors import RecipeError
from aliquot.recipe import parse_recipe, recipe_book

GOOD = recipe_book("inp_wang2023").read_text(encoding="utf-8")
TEMPLATE = """\
format: aliquot-recipe/1
id: any
title: Any recipe
material: InP
reagents:
  indium: {{is: InCl3, dose: {indium}, purity: {purity}}}
  amine: {{is: OAM, dose: {amine}, purity: 80-90 %}}
  phosphine: {{is: PDEA, dose: {phosphine}, purity: 97 %}}
solutions:
  stock: {{of: [indium, amine, phosphine]}}
tube:
  bore: {bore}
  length: 4.6 m
  inlet_temperature: {inlet}
  zones: [{{name: HB1, length: 1.6 m}}, {{name: HB2, length: 3 m}}]
flow: {{feed: stock, temperatures: {{HB1: 200 degC, HB2: 180 degC}}}}
samples: [{{name: only, flow: {flow}}}]
"""
USUAL = {
    "indium": "0.8847 g",
    "purity": "99 %",
    "amine": "40 mL",
    "phosphine": "4.4 mL",
    "bore": "1 mm",
    "inlet": "25 degC",
    "flow": "0.1 mL/min",
}

positive = st.floats(min_value=1e-3, max_value=1e3)
few = settings(max_examples=60, deadline=None, derandomize=True)


def made(**changes):
    return parse_recipe(TEMPLATE.format(**(USUAL | changes)))


@few
@given(positive)
def test_scaling_all_doses_leaves_concentrations(factor):
    scaled = made(
        indium=f"{0.8847 * factor!r} g", amine=f"{40 * factor!r} mL", phosphine=f"{4.4 * factor!r} mL"
    )

    assert scaled.feed.concentrations == pytest.approx(made().feed.concentrations, rel=1e-12)
    assert scaled.feed.volume == pytest.approx(factor * made().feed.volume, rel=1e-12)


@few
@given(positive, positive)
def test_the_unit_of_a_dose_does_not_matter(grams, millilitres):
    one = made(indium=f"{grams!r} g", amine=f"{millilitres!r} mL")
    other = made(indium=f"{grams * 1e3!r} mg", amine=f"{millilitres * 1e3!r} µL")

    assert other.feed.concentrations == pytest.approx(one.feed.concentrations, rel=1e-12)


@few
@given(positive)
def test_mass_volume_and_moles_of_a_liquid_are_one_dose(millilitres):
    volume = made(phosphine=f"{millilitres!r} mL")
    mass = made(phosphine=f"{millilitres * 0.903!r} g")
    moles = made(phosphine=f"{millilitres * 0.903 / 247.361!r} mol")

    assert mass.feed.concentrations == pytest.approx(volume.feed.concentrations, rel=1e-12)
    assert moles.feed.concentrations == pytest.approx(volume.feed.concentrations, rel=1e-12)


@few
@given(positive)
def test_residence_time_is_inverse_to_flow(millilitres):
    slow, fast = made(flow=f"{millilitres!r} mL/min"), made(flow=f"{2 * millilitres!r} mL/min")
    (one,), (other,) = slow.samples, fast.samples

    assert one.residence_time == pytest.approx(2 * other.residence_time, rel=1e-12)
    assert sum(one.residence_times) == pytest.approx(slow.tube.volume / one.flow, rel=1e-12)


@few
@given(st.floats(min_value=-200.0, max_value=400.0))
def test_celsius_and_kelvin_are_one_temperature(celsius):
    kelvin = made(inlet=f"{celsius + 273.15!r} K").tube.inlet_temperature

    assert made(inlet=f"{celsius!r} degC").tube.inlet_temperature == pytest.approx(kelvin, rel=1e-9)


@few
@given(st.floats(min_value=1.0, max_value=100.0), st.floats(min_value=0.0, max_value=1.0))
def test_active_never_exceeds_dosed(high, share):
    low = max(high * share, 0.5)
    recipe = made(purity=f"{low:.3f}-{max(low, high):.3f} %")

    for reagent, active in recipe.feed.concentrations.items():
        assert 0 < active <= recipe.feed.dosed_concentrations[reagent]


PLACES = [
    (number, line)
    for number, line in enumerate(GOOD.splitlines(), start=1)
    if line and not line.startswith(("#", " ")) and ":" in line and "assumed" not in line
]


@few
@given(st.sampled_from(PLACES), st.from_regex(r"[a-z]{3,9}", fullmatch=True))
def test_an_unknown_key_always_names_its_line(place, word):
    number, line = place
    key = f"x{word}"
    lines = GOOD.splitlines()
    lines.insert(number - 1, f"{key}: something")

    with pytest.raises(RecipeError, match=f"unknown key '{key}'") as caught:
        parse_recipe("\n".join(lines), file="mine.yaml")

    assert caught.value.where.line == number
    assert line == lines[number]


@few
@given(st.sampled_from(["indium", "zinc", "phosphine"]), st.from_regex(r"[a-z]{3,9}", fullmatch=True))
def test_an_unknown_key_of_a_reagent_always_names_its_line(reagent, word):
    text = GOOD.replace(f"  {reagent}: {{is:", f"  {reagent}: {{x{word}: 1, is:", 1)

    with pytest.raises(RecipeError, match=f"reagents.{reagent}.x{word}") as caught:
        parse_recipe(text)

    assert f"x{word}" in text.splitlines()[caught.value.where.line - 1]


@few
@given(st.text(max_size=20))
def test_any_dose_is_read_or_refused_by_us(written):
    text = TEMPLATE.format(**(USUAL | {"phosphine": "'" + written.replace("'", "''") + "'"}))
    with suppress(RecipeError):
        assert parse_recipe(text).feed.concentrations["PDEA"] > 0

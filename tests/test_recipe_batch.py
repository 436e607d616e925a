"""Flasks, mixtures, series: what batch recipes hold and how they follow each other."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.errors import RecipeError
from aliquot.recipe import BatchRecipe, FlowRecipe, flow_recipe, parse_recipe, read_recipe
from aliquot.recipe.batch import Heat, Hold, Inject
from aliquot.recipe.ledger import ledger
from tried_batch import BATCH

ML = 1e-6
SERIES = """\
format: aliquot-series/1
id: halves
title: Less indium
base: base.yaml
varies: amount of indium
recipes:
  - id: half
    title: Half the indium
    change: {reagents: {indium: {dose: 0.5 mmol}}, steps: {4: {hold: {at: 170 degC}}}}
  - id: bare
    title: No amine
    without: [amine]
    change: {solutions: {stock: {volume: 10 mL}}}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "base.yaml").write_text(BATCH, encoding="utf-8")
    (tmp_path / "halves.yaml").write_text(SERIES, encoding="utf-8")
    return tmp_path


def test_steps_become_records_in_plain_numbers():
    recipe = parse_recipe(BATCH)

    assert isinstance(recipe, BatchRecipe)
    assert [step.verb for step in recipe.steps] == ["charge", "degas", "heat", "inject", "hold", "cool"]
    heat, inject, hold = (recipe.steps[index] for index in (2, 3, 4))
    assert isinstance(heat, Heat)
    assert heat.to == pytest.approx(453.15)
    assert heat.rate == pytest.approx(1 / 6)
    assert isinstance(inject, Inject)
    assert inject.duration == 0.0
    assert isinstance(hold, Hold)
    assert hold.aliquots is not None
    assert hold.aliquots.times == (300.0, 1800.0)
    assert hold.aliquots.volume == pytest.approx(ML)
    assert recipe.reactor == "flask"
    assert recipe.hottest == pytest.approx(453.15)
    assert set(recipe.unreported) == {
        "reagents.indium.purity",
        "reagents.solvent.purity",
        "steps.1.degas.pressure",
        "steps.5.cool.rate",
    }


def test_the_ledger_keeps_every_mole_and_millilitre():
    recipe = parse_recipe(BATCH)
    entries = ledger(recipe)
    charged, injected, held = entries[0].after, entries[3].after, entries[4].after

    assert charged.volume == pytest.approx(5 * ML)
    assert charged.amounts["InCl3"] == pytest.approx(0.5e-3)  # half of the stock of 10 mL
    assert injected.volume == pytest.approx(10 * ML)
    assert injected.temperature == pytest.approx(453.15)
    assert held.volume == pytest.approx(8 * ML)
    assert held.drawn == pytest.approx(2 * ML)
    for card, amount in injected.amounts.items():
        assert held.amounts[card] == pytest.approx(0.8 * amount)
        assert held.concentration(card) == pytest.approx(injected.concentration(card))


def test_a_series_changes_what_it_says_and_nothing_else(folder):
    base, half = read_recipe(folder / "base.yaml"), read_recipe(f"{folder / 'halves.yaml'}:half")

    assert half.id == "halves:half"
    assert half.base == "small"
    assert half.amounts["InCl3"] == pytest.approx(0.5 * base.amounts["InCl3"])
    assert half.amounts["PDEA"] == base.amounts["PDEA"]
    assert half.steps[4].at == pytest.approx(443.15)
    assert half.steps[3] == base.steps[3]


def test_what_is_left_out_is_left_out_everywhere(folder):
    bare = read_recipe(f"{folder / 'halves.yaml'}:bare")

    assert "OAM" not in bare.amounts
    assert [dose.key for dose in bare.solution("stock").doses] == ["indium"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dose: 0.5 mmol", "dose: 0.5 min", "halves.yaml, line 9, reagents.indium.dose: got '0.5 min'"),
        (
            "dose: 0.5 mmol",
            "dsoe: 0.5 mmol",
            "halves.yaml, line 9, reagents.indium.dsoe: got the unknown key",
        ),
        ("steps: {4:", "steps: {9:", "halves.yaml, line 9, .*got '9'; expected the number of an item"),
        ("without: [amine]", "without: [amin]", "halves.yaml, line 12, .*Did you mean 'amine'"),
        ("base: base.yaml", "base: nowhere.yaml", "nowhere.yaml"),
    ],
)
def test_a_slip_in_a_series_is_told_with_its_line(folder, old, new, said):
    (folder / "halves.yaml").write_text(SERIES.replace(old, new), encoding="utf-8")

    name = "bare" if "amin" in new else "half"
    with pytest.raises(RecipeError, match=said):
        read_recipe(f"{folder / 'halves.yaml'}:{name}")


def test_a_series_asks_which_recipe(folder):
    with pytest.raises(RecipeError, match="one recipe of the series"):
        read_recipe(folder / "halves.yaml")
    with pytest.raises(RecipeError, match="Did you mean 'half'"):
        read_recipe(f"{folder / 'halves.yaml'}:halv")
    with pytest.raises(RecipeError, match="holds a single recipe"):
        read_recipe(f"{folder / 'base.yaml'}:half")


BAD = {
    "unknown verb": ("  - heat: {", "  - haet: {", "line 18, steps.2.haet.*Did you mean 'heat'"),
    "two verbs": (
        "rate: 10 K/min}",
        "rate: 10 K/min}\n    purge: {vessel: flask, gas: N2}",
        "a step is one verb",
    ),
    "unknown vessel": (
        "into: flask, at",
        "into: flaks, at",
        "line 19, steps.3.inject.into.*Did you mean 'flask'",
    ),
    "unknown dose": ("what: [shot]", "what: [shto]", "line 19.*Did you mean 'shot'"),
    "late aliquot": ("at: [5 min, 30 min]", "at: [5 min, 31 min]", "line 20.*'31 min'.*30 min"),
    "rate of time": ("rate: 10 K/min", "rate: 10 min", "line 18, steps.2.heat.rate"),
    "portion of a dose": (
        "what: [shot]",
        "what: [shot, solvent: 1 mL]",
        "all of a dose, or a portion of a solution",
    ),
    "poured twice": ("what: [shot]", "what: [shot, solvent]", "'solvent' in 2 places"),
    "lost solution": (
        "what: [shot]",
        "what: [stock: 1 mL]",
        "line 12, solutions.shot.*in no solution or step",
    ),
    "solution of the future": ("of: [indium, amine]", "of: [indium, amine, shot]", "line 11.*made before"),
    "is and product": ("is: ODE, dose", "is: ODE, product: other, dose", "either 'is' or 'product'"),
    "in without concentration": (
        "is: ODE, dose",
        "is: ODE, in: TOP, dose",
        "'in' is the solvent of a solution",
    ),
    "mass of a solution": (
        "dose: 4 mL, purity",
        "dose: 4 g, concentration: 1 M, purity",
        "measured out by volume",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_batch_is_told_with_its_place(name):
    old, new, said = BAD[name]
    assert old in BATCH

    with pytest.raises(RecipeError, match=said):
        parse_recipe(BATCH.replace(old, new, 1), "mine.yaml")


def test_a_dissolved_dose_brings_its_solvent():
    text = BATCH.replace(
        "  solvent: {is: ODE, dose: 4 mL, purity: null}\n",
        "  solvent: {is: TOPTe, dose: 1 mL, concentration: 1 M, in: TOP}\n",
    )
    recipe = parse_recipe(text)
    dose = next(dose for dose in recipe.doses if dose.key == "solvent")

    assert dose.dosed == pytest.approx(1e-3)
    assert dose.volume == pytest.approx(ML)
    assert dose.carried == pytest.approx(1.242e-3, abs=2e-6)  # 2.242 mmol in a mL, one of them bound (E035)
    assert recipe.amounts["TOP"] == dose.carried


def test_an_unreported_dose_is_kept_as_unknown():
    recipe = parse_recipe(BATCH.replace("dose: 4 mL, purity", "dose: null, purity"))

    assert recipe.undosed == {"solvent": "ODE"}
    assert recipe.solution("shot").undosed == ("solvent",)
    assert ledger(recipe)[-1].after.incomplete == ("solvent",)
    assert "reagents.solvent.dose" in recipe.unreported


def test_a_gas_is_dosed_by_volume_as_an_ideal_one():
    text = BATCH.replace(
        "  solvent: {is: ODE, dose: 4 mL, purity: null}\n",
        "  solvent: {is: PH3, dose: 24.465 mL, purity: null}\n",
    )
    dose = next(dose for dose in parse_recipe(text).doses if dose.key == "solvent")

    assert dose.dosed == pytest.approx(1e-3, rel=1e-4)
    assert dose.volume == 0.0


def test_what_needs_a_flow_says_so_of_a_batch():
    with pytest.raises(RecipeError, match="expected a flow recipe"):
        flow_recipe(parse_recipe(BATCH))


def test_a_stream_that_joins_shortens_the_time_behind_it():
    recipe = read_recipe("inp_zns_wang2023")

    assert isinstance(recipe, FlowRecipe)
    core, shell = recipe.samples[0].residence_times
    assert core / 60 == pytest.approx(59.9, abs=0.05)
    assert shell / 60 == pytest.approx(39.9, abs=0.05)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    portion=st.floats(0.01, 9.99),
    draws=st.lists(st.floats(1.0, 1800.0), min_size=1, max_size=5),
    drawn=st.floats(1e-3, 0.5),
)
def test_whatever_is_drawn_amounts_and_volumes_shrink_alike(portion, draws, drawn):
    times = ", ".join(f"{time!r} s" for time in sorted(draws))
    text = BATCH.replace("stock: 5 mL", f"stock: {portion!r} mL").replace(
        "at: [5 min, 30 min]", f"at: [{times}]"
    )
    entries = ledger(parse_recipe(text.replace("volume: 1 mL", f"volume: {drawn!r} mL")))
    before, after = entries[3].after, entries[4].after

    assert before.volume == pytest.approx((portion + 5.0) * ML, rel=1e-9)
    assert after.volume == pytest.approx(before.volume - drawn * ML * len(draws), rel=1e-9)
    for card, amount in before.amounts.items():
        assert after.amounts[card] / after.volume == pytest.approx(amount / before.volume, rel=1e-9)


LINES = BATCH.splitlines()
NAMES = {
    "indium",
    "amine",
    "phosphine",
    "solvent",
    "stock",
    "shot",
    "flask",
}  # the author's, not the grammar's
KEYS = [
    (number, match.start(1), match[1])
    for number, line in enumerate(LINES, start=1)
    for match in re.finditer(r"(?:^|[{ -])([a-z]\w*)(?=: )", line)
    if match[1] not in NAMES
]
UNITS = [
    (number, match.start(1), match[1])
    for number, line in enumerate(LINES, start=1)
    for match in re.finditer(r"\d (mmol|mL|degC|h|min|K/min)(?=[,}\]])", line)
]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(place=st.sampled_from(KEYS), letter=st.sampled_from("xqz"))
def test_a_misspelt_key_always_names_its_line(place, letter):
    number, column, key = place
    lines = [*LINES]
    lines[number - 1] = f"{lines[number - 1][:column]}{letter}{letter}{lines[number - 1][column:]}"

    with pytest.raises(RecipeError) as caught:
        parse_recipe("\n".join(lines), "mine.yaml")
    told = [str(caught.value), *getattr(caught.value, "__notes__", [])]
    assert any(f"line {number}," in each for each in told), (key, told)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(place=st.sampled_from(UNITS), unit=st.sampled_from(["furlong", "Pa", "mV", "kat", "??"]))
def test_a_bad_unit_always_names_its_line(place, unit):
    number, column, written = place
    lines = [*LINES]
    line = lines[number - 1]
    lines[number - 1] = f"{line[:column]}{unit}{line[column + len(written) :]}"

    with pytest.raises(RecipeError, match=f"line {number},"):
        parse_recipe("\n".join(lines), "mine.yaml")

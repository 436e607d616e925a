"""The recipe of wang2023: doses, concentrations, times, and the author's numbers against ours."""

import pytest

from aliquot.errors import RecipeError
from aliquot.recipe import Purity, Tube, Zone, parse_recipe, read_recipe, recipe_book
from aliquot.recipe.stated import agrees
from aliquot.units import to_float

FILE = recipe_book("inp_wang2023")
MINUTE = 60.0
ML = 1e-6
WORKUP = tuple(
    f"workup.{step}"
    for step in ("1.centrifuge.radius", "2.redisperse.volume", "4.centrifuge.radius", "5.redisperse.volume")
)


@pytest.fixture(scope="module")
def recipe():
    return read_recipe(FILE)


def test_doses_are_the_printed_moles(recipe):
    doses = {dose.key: dose for dose in recipe.doses}

    assert doses["indium"].dosed == pytest.approx(4.0001e-3, abs=1e-7)
    assert doses["zinc"].dosed == pytest.approx(19.9999e-3, abs=1e-7)
    assert doses["phosphine"].dosed == pytest.approx(16.06e-3, abs=5e-6)
    assert doses["phosphine"].active == pytest.approx(15.58e-3, abs=5e-6)


def test_the_stock_is_the_liquids_together(recipe):
    assert recipe.feed is recipe.solution("stock") or recipe.feed == recipe.solution("stock")
    assert recipe.feed.volume == pytest.approx(44.4 * ML)


def test_concentrations_as_dosed(recipe):
    dosed = recipe.feed.dosed_concentrations

    assert dosed["InCl3"] == pytest.approx(90.1, abs=0.05)
    assert dosed["ZnCl2"] == pytest.approx(450.4, abs=0.05)
    assert dosed["PDEA"] == pytest.approx(361.8, abs=0.05)
    assert dosed["OAM"] * recipe.feed.volume == pytest.approx(121.6e-3, abs=1e-4)  # both portions together


def test_active_concentrations_count_the_purity(recipe):
    active = recipe.feed.concentrations

    assert active["PDEA"] == pytest.approx(0.97 * recipe.feed.dosed_concentrations["PDEA"])
    assert active["OAM"] == pytest.approx(0.85 * recipe.feed.dosed_concentrations["OAM"])
    assert active["ZnCl2"] == pytest.approx(0.99 * recipe.feed.dosed_concentrations["ZnCl2"])


def test_phosphorus_to_indium(recipe):
    assert recipe.feed.ratio("PDEA", "InCl3") == pytest.approx(4.02, abs=0.005)
    assert recipe.feed.active_ratio("PDEA", "InCl3") == pytest.approx(3.90, abs=0.005)


def test_the_tube(recipe):
    assert recipe.tube.volume == pytest.approx(3.595 * ML, abs=5e-10)
    assert recipe.tube.bore == pytest.approx(0.9975e-3)
    assert recipe.tube.inlet_temperature == pytest.approx(298.15)
    assert recipe.tube.zones == (Zone("HB1", 4.6),)


def test_the_samples_in_their_order(recipe):
    assert [sample.name for sample in recipe.samples] == [
        "180C",
        "200C",
        "225C",
        "250C",
        "200C-0.05",
        "200C-0.2",
        "200C-0.3",
    ]
    assert [sample.temperatures for sample in recipe.samples] == [
        (pytest.approx(273.15 + celsius),) for celsius in (180, 200, 225, 250, 200, 200, 200)
    ]


@pytest.mark.parametrize(
    ("name", "minutes", "digits"),
    [("200C-0.3", 11.98, 2), ("200C", 35.95, 2), ("180C", 35.95, 2), ("200C-0.05", 71.9, 1)],
)
def test_residence_times(recipe, name, minutes, digits):
    assert round(recipe.sample(name).residence_time / MINUTE, digits) == minutes


def test_the_absorbance_is_taken_as_the_paper_says_where_it_says(recipe):
    observe = recipe.observe

    assert observe.window_nm == (400.0, 900.0)
    assert observe.path_mm == 1.0
    assert observe.medium == "hexane"
    assert observe.dilution == 20.0
    assert "observe.dilution" in recipe.assumed


def test_what_the_author_states_against_what_we_compute(recipe):
    assert len(recipe.checks) == 13
    assert [check.kind for check in recipe.checks if not check.agrees] == ["order", "order", "production"]
    lines = FILE.read_text(encoding="utf-8").splitlines()
    for check in recipe.checks:
        assert any(step in lines[check.place.line - 1] for step in check.place.key.split(".")[1:])


def test_sources_errata_and_what_is_not_reported(recipe):
    assert recipe.sources == ("wang2023",)
    assert "E043" in recipe.errata
    assert recipe.unreported == ("tube.coil_radius", *WORKUP)


def test_names_that_nothing_has_are_refused(recipe):
    with pytest.raises(RecipeError, match="Did you mean 'stock'"):
        recipe.solution("stok")
    with pytest.raises(RecipeError, match=r"Did you mean '200C-0\.05'"):
        recipe.sample("200C-0.5")
    with pytest.raises(RecipeError, match=r"'DDT'.*Known here: 'InCl3'"):
        recipe.feed.ratio("DDT", "InCl3")


def test_a_recipe_can_be_narrowed_to_some_samples(recipe):
    assert [sample.name for sample in recipe.only("250C", "180C").samples] == ["250C", "180C"]


def test_a_wrong_number_of_the_author_is_found():
    text = FILE.read_text(encoding="utf-8").replace("phosphine: 16 mmol", "phosphine: 16.5 mmol")
    (check,) = (check for check in parse_recipe(text).checks if check.kind == "amount" and not check.agrees)

    assert check.what == "amount of phosphine"
    assert check.stated == 16.5
    assert check.computed == pytest.approx(16.06, abs=0.005)
    assert check.unit == "mmol"
    assert check.note == "15.58 mmol are active at 97 %"


def test_a_purity_that_is_not_reported_counts_as_all_and_is_listed():
    text = FILE.read_text(encoding="utf-8").replace(
        "dose: 4.4 mL, purity: 97 %", "dose: 4.4 mL, purity: null"
    )
    recipe = parse_recipe(text)

    assert recipe.feed.active_ratio("PDEA", "InCl3") == pytest.approx(4.02, abs=0.005)
    assert recipe.unreported == ("reagents.phosphine.purity", "tube.coil_radius", *WORKUP)


def test_a_stated_volume_wins_over_the_sum():
    text = FILE.read_text(encoding="utf-8").replace("volume: additive", "volume: 48.1 mL")

    assert parse_recipe(text).feed.dosed_concentrations["InCl3"] == pytest.approx(83.16, abs=0.01)


def test_zones_share_the_residence_time_by_length():
    text = FILE.read_text(encoding="utf-8").replace(
        "- {name: HB1, length: 4.6 m}", "- {name: HB1, length: 1.6 m}\n    - {name: cold, length: 300 cm}"
    )
    text = text.replace("temperatures: {HB1: 200 degC}", "temperatures: {HB1: 200 degC, cold: 25 degC}")
    recipe = parse_recipe(text)
    first, second = recipe.sample("200C").residence_times

    assert second / first == pytest.approx(3.0 / 1.6)
    assert recipe.sample("250C").temperatures == (pytest.approx(523.15), pytest.approx(298.15))


@pytest.mark.parametrize(
    ("written", "low", "high", "value"),
    [
        ("97 %", 0.97, 0.97, 0.97),
        ("80-90 %", 0.8, 0.9, 0.85),
        ("80–90%", 0.8, 0.9, 0.85),
        ("'>= 98 %'", 0.98, 1.0, 0.99),
        ("≥98 %", 0.98, 1.0, 0.99),
        ("99.999 %", 0.99999, 0.99999, 0.99999),
    ],
)
def test_purities_as_bottles_give_them(written, low, high, value):
    text = FILE.read_text(encoding="utf-8").replace("4.4 mL, purity: 97 %", f"4.4 mL, purity: {written}")
    purity = parse_recipe(text).doses[-1].purity

    assert (purity.low, purity.high, purity.value) == (low, high, value)


@pytest.mark.parametrize(
    ("computed", "written", "met"),
    [
        (16.06, "16", True),
        (16.5, "16", True),
        (16.51, "16", False),
        (4.016, "4.02", True),
        (4.014, "4.02", False),
        (119.8, "120", True),
        (0.0249, "2.5e-2", True),
    ],
)
def test_a_number_agrees_if_it_rounds_to_the_written_one(computed, written, met):
    assert agrees(computed, written) is met


def test_volumes_and_purities_are_computed_where_they_are_asked_for():
    tube = Tube(bore=2e-3, length=1.0, inlet_temperature=300.0, zones=(Zone("only", 1.0),))

    assert tube.volume == pytest.approx(to_float("3.14159265 mL", "m3"))
    assert Purity(0.5, 1.0, "50-100 %").value == 0.75

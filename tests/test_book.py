"""The recipe book: what the four papers print, what follows from it, which of their errors are found."""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from aliquot.knowledge import store
from aliquot.knowledge.base import Base
from aliquot.recipe import Recipe, parse_recipe, read_recipe, recipe_book, recipe_names, series_names
from aliquot.recipe.checks import review, review_series
from aliquot.recipe.checks.errata import CODE as UNFOUND
from aliquot.recipe.concern import Concern, Severity
from aliquot.recipe.ledger import ledger
from aliquot.recipe.read import recipe_document, recipe_of, series_of
from aliquot.recipe.stoichiometry import balance, free_acid

ROOT = Path(__file__).parents[1]
TWINS = ROOT / "tests" / "twins"
SEEDS = ROOT.parent / "shared" / "seeds"
GROUND = ROOT.parent / "shared" / "basis" / "characterisation.md"
BASE = Base()
FOUND = {erratum.id: erratum.found_by for erratum in BASE.cards("errata").values() if erratum.found_by}
CDTE = [name for name in recipe_names() if name.startswith("cdte_mech2023")]
OVERGROWN = [name for name in recipe_names() if name.startswith("cd3p2_tiwari2025_overgrowth:")]
ML, MMOL, MINUTE = 1e-6, 1e-3, 60.0

opened = cache(read_recipe)


def dosed(recipe: str, key: str) -> float:
    """Return the amount of a dose [mmol]."""
    return next(dose.dosed for dose in opened(recipe).doses if dose.key == key) / MMOL


def liquid(recipe: str, key: str) -> float:
    """Return the volume of a dose [mL]."""
    return next(dose.volume for dose in opened(recipe).doses if dose.key == key) / ML


def total(recipe: str, card: str) -> float:
    """Return how much of a card all doses bring [mmol]."""
    return opened(recipe).amounts.get(card, 0.0) / MMOL


def flask(recipe: str) -> float:
    """Return the volume of the flask before samples are drawn [mL]."""
    return max(entry.after.volume for entry in ledger(opened(recipe))) / ML


def in_flask(recipe: str, card: str) -> float:
    """Return a concentration in the charged flask [mM]."""
    return ledger(opened(recipe))[0].after.concentration(card)


def minutes(sample: str, zone: int = 0, recipe: str = "inp_wang2023") -> float:
    """Return a residence time [min]."""
    return opened(recipe).sample(sample).residence_times[zone] / MINUTE


def full_yield(recipe: str) -> float:
    """Return the mass of product at full yield [mg]."""
    made = opened(recipe)
    return balance(made.amounts, store.material(made.material)).mass * 1e3


def indium_yield() -> float:
    """Return the mass of InP in a volume of stock if all indium reacts [mg/mL]."""
    return opened("inp_wang2023").feed.dosed_concentrations["InCl3"] * 145.79 * 1e-3


def sulfur_to(card: str) -> float:
    """Return sulfur over a metal where the streams meet."""
    recipe = opened("inp_zns_wang2023")
    (sample,) = recipe.samples
    sulfur = recipe.solution("sulfur").dosed_concentrations["DDT"] * sample.side_flows[1]
    return sulfur / (recipe.feed.dosed_concentrations[card] * sample.flow)


def stated(recipe: str, key: str) -> tuple[float, float, bool]:
    """Return a number as printed and as computed, and whether they agree."""
    (check,) = (check for check in opened(recipe).checks if check.place.key == f"checks.{key}")
    return check.stated, check.computed, check.agrees


# --- what is in the book ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_reads(name):
    recipe = opened(name)

    assert recipe.id == name
    assert isinstance(recipe, Recipe)
    assert set(recipe.sources) < {"mech2023", "wang2023", "tiwari2025"}
    assert recipe.sources == (name.split("_")[1 if not name.startswith("inp_zns") else 2].partition(":")[0],)


def test_as_many_recipes_as_the_papers_print():
    papers = Counter(opened(name).sources[0] for name in recipe_names())

    assert papers == {"mech2023": 20, "wang2023": 2, "tiwari2025": 11}
    assert len(CDTE) >= 16


def test_series_hold_what_the_papers_vary():
    assert {
        name: [n.partition(":")[2] for n in recipe_names() if n.startswith(f"{name}:")]
        for name in series_names()
    } == {
        "cdte_mech2023_amine": ["0mmol", "12.6mmol", "25.1mmol", "50mmol", "6mmol"],
        "cdte_mech2023_degassing": ["degassed", "undegassed"],
        "cdte_mech2023_ratio": ["0.6", "1.2", "2.4", "4.8"],
        "cdte_mech2023_temperature": ["100C", "150C", "50C"],
        "cdte_mech2023_top": ["0mL", "10mL", "5mmol"],
        "cd3p2_tiwari2025_dots": ["1010", "1102", "1145", "965"],
        "cd3p2_tiwari2025_overgrowth": ["1010", "1102", "1145", "965"],
    }


def test_what_is_grown_on_is_in_the_book():
    seeds = {dose.product for name in OVERGROWN for dose in opened(name).doses if dose.product}

    assert len(seeds) == 4
    assert seeds <= set(recipe_names())


@pytest.mark.parametrize("name", CDTE)
def test_every_batch_of_clusters_has_its_volume_and_concentration(name):
    """50 mL, and 20 mM by tellurium: l.69, l.85."""
    assert flask(name) == pytest.approx(50.0, abs=0.02)
    assert in_flask(name, "TOPTe") == pytest.approx(20.0, abs=0.01)


def test_conversion_prints_no_amount_and_has_none():
    recipe = opened("cd3p2_tiwari2025_conversion")

    assert recipe.doses == ()
    assert set(recipe.undosed) == {"cadmium", "phosphorus", "octadecene", "octadecene in flask"}
    assert recipe.steps[-1].duration is None
    assert recipe.steps[-1].aliquots.times == (300.0, 600.0)


@pytest.mark.parametrize(
    ("name", "celsius", "seconds"),
    [("965", 215, 40), ("1010", 215, 55), ("1102", 210, 90), ("1145", 200, 45)],
)
def test_dots_by_temperature_and_time(name, celsius, seconds):
    recipe = opened(f"cd3p2_tiwari2025_dots:{name}")
    heat, inject, hold = recipe.steps[3:6]

    assert [heat.to, inject.at, hold.at] == [pytest.approx(celsius + 273.15)] * 3
    assert hold.duration == seconds


# --- the printed numbers, with the line of the paper ------------------------------------------------------

PRINTED = [
    ("001", 53, "1 M TOPTe stock solution"),
    ("001", 62, "2 ml 1 ml 10 ml 17.6 ml"),
    ("001", 62, "1.2 mmol 1.0 mmol 21.2 mmol 37.4 mmo"),
    ("001", 69, "1.2 mmol, from 2 ml of 0.6 M"),
    ("001", 69, "TOP (10 ml, 21.2 mmol) and OAM (17.6 ml, 37.4 mmol). ODE (19.4 ml)"),
    ("001", 69, "volume to 50 ml, resulting in a reaction concentration of 20 mM based on Te"),
    ("001", 69, "~0.5 torr vacuum for 30 minutes"),
    (
        "001",
        69,
        "2 ml aliquots were withdrawn from the reaction mixture at 0.5, 1, 1.5, 2, 4, 8, 23, and 24 hours",
    ),
    ("001", 81, "in ODE without degassing"),
    ("001", 81, "Performing the reaction in octane"),
    ("001", 85, "from 0 ml to 10 ml (0 mmol to 21.7 mmol). The amount of OAM was kept at 50 mmol"),
    ("001", 85, "total volume at 50 ml (balanced with toluene)"),
    ("001", 85, "TOP amount to 5 mmol"),
    ("001", 94, "With 0 mmol of OAM"),
    ("001", 94, "OAM to 6 mmol"),
    ("001", 94, "exceeded 12.6 mmol"),
    ("001", 94, "from 25.1 mmol to 50 mmol"),
    ("001", 103, "(A) 0.6 mmol, (B) 1.2 mmol, (C) 2.4 mmol, and (D) 4.8 mmol"),
    ("001", 107, "the 4:8:1 reaction"),
    ("001", 109, "at 50 °C"),
    ("001", 111, "to 150 °C using ODE as the solvent"),
    ("003", 50, "99.999%"),
    ("003", 50, "80–90%"),
    ("003", 54, "884.72 mg (4 mmol)"),
    ("003", 54, "2.7257 g (20 mmol)"),
    ("003", 54, "4.4 mL (16 mmol)"),
    ("003", 56, "0.05–0.3 mL min<sup>-1</sup> which results in mean residence times from 12 min to 72 min"),
    ("003", 56, "= 1:3"),
    ("003", 56, "10 000 rpm"),
    ("003", 60, "= 1:5"),
    ("003", 60, "InP core QDs flow: 0.06 mL min<sup>-1</sup>, DDT flow: 0.03 mL min<sup>-1</sup>"),
    ("003", 85, "(2.5 mL, 20 bar)"),
    ("003", 85, "three identical heating units"),
    ("003", 85, "ID = 0.9975 mm, stretched length approx. 4.6 m"),
    ("003", 122, "107 mg h<sup>-1</sup> with a conversion of 73.6%"),
    ("004", 46, "(150 °C) under nitrogen"),
    ("004", 54, "into ODE at 180 °C"),
    ("004", 86, "in the presence of free oleic acid"),
    ("004", 129, "0.30 mmol cadmium oleate, 1.8 ml of 1-octadecene (ODE), and 0.10 mmol"),
    ("004", 129, "into 6.0 ml of octadecene at 110 °C"),
    ("004", 133, "1.5 mmol cadmium oxide and 5.5 mmol oleic acid were degassed at 110 °C in 20 ml of ODE"),
    ("004", 133, "0.145 ml TMSP"),
    ("004", 135, "in 2.5 ml of 1-octadecene"),
    ("004", 135, "210 °C and reacted for 90 seconds"),
    ("004", 139, "6 ml of 0.50 M $\\text{Cd}(\\text{oleate})_2$, 6 ml ODE, and 290 μl TMSP"),
    ("004", 139, "(about 20 mg) were dispersed in 1 ml of toluene and added to 6 ml of ODE"),
]


@pytest.mark.parametrize(("paper", "line", "text"), PRINTED)
def test_the_paper_prints_it_there(paper, line, text):
    if not SEEDS.is_dir():
        pytest.skip("the texts of the papers are not part of the repository")
    (file,) = SEEDS.glob(f"{paper}_*.txt")

    assert text in file.read_text(encoding="utf-8").split("\n")[line - 1]


# --- printed against computed: the table of the ground, row by row ----------------------------------------

Row = tuple[str, Callable[[], float], float, float]
"""Beginning of the row; what is computed from the book; what the row says, and how near it has to be."""
ROWS: list[Row] = [
    ("001: 17.6 mL OAM = 37.4 mmol", lambda: dosed("cdte_mech2023_ode", "amine"), 53.5, 0.05),
    ("001: 17.6 mL OAM = 37.4 mmol", lambda: 0.70 * dosed("cdte_mech2023_ode", "amine"), 37.44, 0.006),
    ("001: 50 / 25.1 / 12.6 / 6 mmol OAM", lambda: liquid("cdte_mech2023_amine:50mmol", "amine"), 16.5, 0.06),
    (
        "001: 50 / 25.1 / 12.6 / 6 mmol OAM",
        lambda: liquid("cdte_mech2023_amine:25.1mmol", "amine"),
        8.3,
        0.06,
    ),
    (
        "001: 50 / 25.1 / 12.6 / 6 mmol OAM",
        lambda: liquid("cdte_mech2023_amine:12.6mmol", "amine"),
        4.1,
        0.06,
    ),
    ("001: 50 / 25.1 / 12.6 / 6 mmol OAM", lambda: liquid("cdte_mech2023_amine:6mmol", "amine"), 2.0, 0.06),
    (
        "001: 50 / 25.1 / 12.6 / 6 mmol OAM",
        lambda: liquid("cdte_mech2023_amine:50mmol", "amine") / 0.7,
        23.5,
        0.06,
    ),
    ("001: 10 mL TOP = 21.2", lambda: dosed("cdte_mech2023_toluene", "phosphine"), 22.4, 0.05),
    ("001: 10 mL TOP = 21.2", lambda: 0.97 * dosed("cdte_mech2023_toluene", "phosphine"), 21.75, 0.005),
    ("001: 2+1+10+17.6+19.4", lambda: flask("cdte_mech2023_ode"), 50.0, 1e-6),
    ("001: 2+1+10+17.6+19.4", lambda: in_flask("cdte_mech2023_ode", "TOPTe"), 20.0, 1e-6),
    ("001: 2+1+10+17.6+19.4", lambda: in_flask("cdte_mech2023_ode", "CdOA2"), 24.0, 1e-6),
    ("001: 2+1+10+17.6+19.4", lambda: stated("cdte_mech2023_ode", "ratios.CdOA2/TOPTe")[1], 1.2, 1e-9),
    ("001: Cd series", lambda: dosed("cdte_mech2023_ratio:0.6", "cadmium"), 0.6, 1e-9),
    ("001: Cd series", lambda: dosed("cdte_mech2023_ratio:4.8", "cadmium"), 4.8, 1e-9),
    ("001: Cd series", lambda: liquid("cdte_mech2023_ratio:2.4", "cadmium"), 4.0, 1e-9),
    (
        "001: Cd series",
        lambda: liquid("cdte_mech2023_ratio:4.8", "cadmium") / flask("cdte_mech2023_ratio:4.8"),
        0.16,
        1e-6,
    ),
    ('001: "0 TOP"', lambda: total("cdte_mech2023_top:0mL", "TOP"), 1.2, 0.05),
    ("001: aliquots", lambda: ledger(opened("cdte_mech2023_ode"))[-1].after.drawn / ML / 50.0, 0.32, 1e-6),
    ("001: aliquots", lambda: stated("cdte_mech2023_ode", "dilution")[1], 101.0, 1e-6),
    ("003: 884.72 mg InCl3", lambda: dosed("inp_wang2023", "indium"), 4.0001, 5e-5),
    ("003: 884.72 mg InCl3", lambda: dosed("inp_wang2023", "zinc"), 19.9999, 1e-4),
    ("003: 4.4 mL PDEA", lambda: dosed("inp_wang2023", "phosphine"), 16.06, 0.005),
    ("003: 4.4 mL PDEA", lambda: total("inp_zns_wang2023", "PDEA"), 15.58, 0.005),
    ("003: stock", lambda: opened("inp_wang2023").feed.volume / ML, 44.4, 1e-6),
    ("003: stock", lambda: opened("inp_wang2023").feed.dosed_concentrations["InCl3"], 90.1, 0.05),
    (
        "003: stock",
        lambda: opened("inp_wang2023").feed.dosed_concentrations["PDEA"],
        360.0,
        2.0,
    ),  # from 16 mmol
    ("003: stock", lambda: opened("inp_wang2023").feed.dosed_concentrations["ZnCl2"], 450.0, 0.5),
    ("003: stock", lambda: 0.80 * 2 * dosed("inp_wang2023", "amine for zinc"), 97.0, 0.5),
    ("003: stock", lambda: 0.90 * 2 * dosed("inp_wang2023", "amine for zinc"), 109.0, 0.5),
    ("003: stock", indium_yield, 13.1, 0.05),
    ("003: tube 4.6 m", lambda: opened("inp_wang2023").tube.volume / ML, 3.595, 5e-4),
    ("003: tube 4.6 m", lambda: stated("inp_wang2023", "residence_times.1.5 mL/min")[1], 2.40, 0.005),
    ("003: tube 4.6 m", lambda: minutes("200C-0.3"), 11.98, 0.005),
    ("003: tube 4.6 m", lambda: minutes("200C"), 35.95, 0.005),
    ("003: tube 4.6 m", lambda: minutes("200C-0.05"), 71.9, 0.05),
    ("003: tube 4.6 m", lambda: stated("inp_wang2023", "residence_times.0.03 mL/min")[1], 119.8, 0.05),
    (
        "003: syringe",
        lambda: opened("inp_wang2023").syringe / opened("inp_wang2023").tube.volume,
        0.70,
        0.005,
    ),
    ("003: 107 mg/h", lambda: 107.0 / (0.736 * indium_yield() * 60.0), 0.185, 6e-4),
    ("003: 107 mg/h", lambda: 100.0 * 107.0 / (0.2 * indium_yield() * 60.0), 67.9, 0.05),
    ("003: shell", lambda: minutes("core-shell", 0, "inp_zns_wang2023"), 59.9, 0.05),
    ("003: shell", lambda: minutes("core-shell", 1, "inp_zns_wang2023"), 39.9, 0.06),
    ("003: shell", lambda: sulfur_to("ZnCl2"), 4.6, 0.05),
    ("003: shell", lambda: sulfur_to("InCl3"), 23.0, 0.5),
    ("004: 0.145 mL TMSP", lambda: dosed("cd3p2_tiwari2025_dots:965", "phosphorus"), 0.4995, 1e-4),
    ("004: 0.145 mL TMSP", lambda: 1.5 / dosed("cd3p2_tiwari2025_dots:1145", "phosphorus"), 3.00, 0.005),
    ("004: 0.145 mL TMSP", lambda: dosed("cd3p2_tiwari2025_overgrowth:965", "phosphorus"), 0.999, 5e-4),
    ("004: 0.145 mL TMSP", lambda: dosed("cd3p2_tiwari2025_overgrowth:965", "cadmium"), 3.0, 1e-9),
    ("004: 0.145 mL TMSP", lambda: 0.30 / dosed("cd3p2_tiwari2025_clusters", "phosphorus"), 3.0, 1e-9),
    ("004: 5.5 mmol oleic acid", lambda: free_acid(opened("cd3p2_tiwari2025_dots:1102")) / MMOL, 2.5, 1e-9),
    ("004: 5.5 mmol oleic acid", lambda: dosed("cd3p2_tiwari2025_injection", "acid") / 1.5, 3.67, 0.005),
    ("004: 5.5 mmol oleic acid", lambda: full_yield("cd3p2_tiwari2025_dots:965"), 99.7, 0.05),
]


@pytest.mark.parametrize(
    ("row", "compute", "value", "tolerance"), ROWS, ids=[f"{i}-{row[0]}" for i, row in enumerate(ROWS)]
)
def test_the_table_of_printed_against_computed(row, compute, value, tolerance):
    assert compute() == pytest.approx(value, abs=tolerance)
    if not GROUND.is_file():
        pytest.skip("computed; the table itself is not part of the repository")
    assert f"\n| {row}" in GROUND.read_text(encoding="utf-8")


def test_phosphorus_limits_the_dots_of_cadmium_phosphide():
    made = opened("cd3p2_tiwari2025_dots:965")

    assert balance(made.amounts, store.material("Cd3P2")).limits == ("P",)


@pytest.mark.parametrize(
    ("recipe", "key", "printed", "agrees"),
    [
        ("cdte_mech2023_ode", "amounts.phosphine", 21.2, False),
        ("cdte_mech2023_ode", "amounts.amine", 37.4, False),
        ("cdte_mech2023_ode", "concentrations.TOPTe", 20.0, True),
        ("cdte_mech2023_ode", "dilution", 100.0, False),
        ("cdte_mech2023_top:10mL", "amounts.phosphine", 21.7, False),
        ("cdte_mech2023_top:0mL", "amounts.TOP", 0.0, False),
        ("cdte_mech2023_ratio:4.8", "ratios.CdOA2/TOPTe.0", 4.8, True),
        ("cdte_mech2023_ratio:4.8", "ratios.CdOA2/TOPTe.1", 4.8, False),
        ("inp_wang2023", "residence_range.times.0", 12.0, False),
        ("inp_wang2023", "production.rate", 107.0, False),
        ("inp_zns_wang2023", "amounts.phosphine", 16.0, True),
        ("cd3p2_tiwari2025_clusters", "temperatures.0", 150.0, False),
        ("cd3p2_tiwari2025_clusters", "temperatures.1", 110.0, True),
    ],
)
def test_what_is_printed_is_kept_where_it_is_wrong_too(recipe, key, printed, agrees):
    number, _, agreed = stated(recipe, key)

    assert (number, agreed) == (printed, agrees)


# --- located errors, and twins without them ---------------------------------------------------------------


def concerns(name: str) -> tuple[Concern, ...]:
    document = recipe_document(name)
    return review(recipe_of(document), document)


def recipes_in(name: str) -> list[str]:
    return [name] if name in recipe_names() else [n for n in recipe_names() if n.startswith(f"{name}:")]


@pytest.mark.parametrize(
    ("erratum", "name"), [(key, name) for key, found in FOUND.items() for name in found.recipes]
)
def test_a_located_error_is_found_wherever_the_base_says_so(erratum, name):
    told = FOUND[erratum]
    places = [concerns(recipe) for recipe in recipes_in(name)]
    series = review_series(recipe_book(name))
    if any(concern.code == told.check for concern in series):
        places = [series]

    assert places
    for found in places:
        (concern,) = (concern for concern in found if concern.erratum == erratum and concern.code != UNFOUND)
        assert concern.code == told.check
        assert concern.text


def test_every_error_of_a_recipe_is_found():
    assert set(FOUND) == {
        f"E{number:03d}" for number in (28, 29, 30, 31, 34, 35, 36, 37, 40, 43, 44, 45, 46, 49, 51, 63)
    }


TWIN_FILES = sorted(TWINS.glob("*.yaml"))
TWIN_RECIPES = [f"{file}:{variant.id}" for file in TWIN_FILES for variant in series_of(file)[1].recipes]


def test_whatever_carries_an_error_has_a_twin():
    carrying = {name.partition(":")[0] for name in recipe_names() if opened(name).errata}

    assert {file.stem for file in TWIN_FILES} == carrying


@pytest.mark.parametrize("name", TWIN_RECIPES, ids=lambda name: Path(name).name)
def test_a_corrected_twin_raises_nothing_above_a_note(name):
    found = concerns(name)

    assert [str(concern) for concern in found if concern.severity is not Severity.NOTE] == []
    assert [concern.erratum for concern in found if concern.erratum] == []
    assert {concern.code for concern in found} & {"hazard", "limiting"}, "nothing was looked at"
    assert opened(name).unreported == ()


@pytest.mark.parametrize("file", TWIN_FILES, ids=lambda file: file.stem)
def test_a_corrected_series_raises_nothing_above_a_note(file):
    assert [str(found) for found in review_series(file) if found.severity is not Severity.NOTE] == []


# --- the how-to -------------------------------------------------------------------------------------------


def test_the_batch_and_the_series_of_the_how_to_read(tmp_path):
    page = (ROOT / "docs" / "how-to" / "recipe.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(format: .*?)^```", page, re.MULTILINE | re.DOTALL)
    batch, series = blocks[1:]
    file = tmp_path / "small-series.yaml"
    file.write_text(series, encoding="utf-8")

    assert parse_recipe(batch).id == "small-batch"
    assert read_recipe(f"{file}:55s").steps[5].duration == 55.0

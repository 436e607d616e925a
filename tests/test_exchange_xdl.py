"""XDL: only steps and properties of the published standard, and every null listed instead of guessed."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from aliquot.cli.app import run
from aliquot.errors import RecipeError
from aliquot.recipe import BatchRecipe, parse_recipe, read_recipe, recipe_names
from aliquot.recipe.exchange.xdl import to_xdl
from aliquot.recipe.exchange.xdl_steps import identifier, identifiers
from test_docs import check

STANDARD = {
    # XDL 2.0, "Full Steps Specification", croningroup.gitlab.io/chemputer/xdl/standard: required, optional.
    "Add": ({"vessel", "reagent"}, {"volume", "amount", "dropwise", "time", "stir", "stir_speed", "viscous"}),
    "Transfer": ({"from_vessel", "to_vessel"}, {"volume", "amount", "time", "viscous"}),
    "HeatChill": ({"vessel", "temp", "time"}, {"stir", "stir_speed", "purpose"}),
    "HeatChillToTemp": (
        {"vessel", "temp"},
        {"active", "continue_heatchill", "stir", "stir_speed", "purpose"},
    ),
    "StartHeatChill": ({"vessel", "temp"}, {"purpose"}),
    "StopHeatChill": ({"vessel"}, set()),
    "EvacuateAndRefill": ({"vessel"}, {"gas", "repeats"}),
    "Precipitate": ({"vessel"}, {"temp", "time", "stir_speed", "reagent", "volume", "add_time"}),
    "Dissolve": ({"vessel", "solvent"}, {"volume", "amount", "temp", "time", "stir_speed"}),
    # Not among them; from the reference implementation of the same group.
    "Centrifugate": ({"vessel"}, {"rotation_speed", "time", "temp"}),
}
REAGENT = {"name", "cas", "role", "purity", "solid", "molecular_weight", "density"}
BATCHES = [name for name in recipe_names() if isinstance(read_recipe(name), BatchRecipe)]
RECIPE = """
format: aliquot-recipe/1
id: small
title: InP in a flask
material: InP
reagents:
  indium: {is: InCl3, dose: 1 mmol, purity: 98 %}
  amine: {is: OAM, dose: 10 mL, purity: 80-90 %}
  phosphine: {is: PDEA, dose: 2 mL, purity: 97 %}
  solvent: {is: ODE, dose: 3 mL, purity: null}
solutions: {hot shot: {of: [phosphine, solvent]}}
vessels: {flask: {type: three-neck flask}}
steps:
  - charge: {into: flask, what: [indium, amine]}
  - degas: {vessel: flask, at: 120 degC, for: 1 h, pressure: null}
  - purge: {vessel: flask, gas: Ar}
  - inject: {what: [hot shot: 2 mL], into: flask, at: 180 degC, duration: fast}
  - feed: {what: [hot shot: 2 mL], into: flask, at: 180 degC, for: 20 min}
  - hold: {vessel: flask, at: 180 degC, for: null, aliquots: {volume: null, at: [30 min]}}
  - quench: {vessel: flask, how: water bath}
  - precipitate: {vessel: flask, with: EtOH, ratio: 2}
  - centrifuge: {vessel: flask, speed: 6000 rpm, radius: 10 cm, for: null}
  - redisperse: {vessel: flask, in: HEX, volume: 5 mL}
  - precipitate: {vessel: flask, with: EtOH, ratio: 2}
  - collect: {vessel: flask, where: null}
"""


def steps(text):
    """Return all steps of a file in order."""
    procedure = ET.fromstring(text).find("Synthesis/Procedure")  # noqa: S314  our own file
    assert procedure is not None
    return [step for block in procedure for step in block]


@pytest.mark.parametrize("name", BATCHES)
def test_every_recipe_of_the_book_uses_the_standard_s_steps_and_known_names_only(name):
    made = to_xdl(read_recipe(name))
    root = ET.fromstring(made.text)  # noqa: S314  our own file
    vessels = {part.attrib["id"] for part in root.iterfind("Synthesis/Hardware/Component")}
    reagents = {part.attrib["name"] for part in root.iterfind("Synthesis/Reagents/Reagent")}

    for part in root.iterfind("Synthesis/Reagents/Reagent"):
        assert set(part.attrib) <= REAGENT
    for step in steps(made.text):
        required, optional = STANDARD[step.tag]
        assert required <= set(step.attrib) <= required | optional, ET.tostring(step)
        for key, value in step.attrib.items():
            assert "None" not in value
            if key in {"vessel", "from_vessel", "to_vessel"}:
                assert value in vessels
            if key in {"reagent", "solvent"}:
                assert value in reagents
    assert made.lossy


def test_a_hold_is_cut_at_its_aliquots():
    told = [
        (step.tag, step.get("time"), step.get("volume"))
        for step in steps(to_xdl(read_recipe("cdte_mech2023_ode")).text)
    ]
    held = [time for tag, time, _ in told if tag == "HeatChill"]

    assert held == ["30 min", "30 min", "30 min", "30 min", "2 h", "4 h", "15 h", "1 h"]
    assert [volume for tag, _, volume in told if tag == "Transfer"] == ["2 mL"] * 8
    assert told[-1][0] == "Transfer"


def test_the_steps_of_a_small_batch_are_these():
    made = to_xdl(parse_recipe(RECIPE))
    told = [(step.tag, dict(step.attrib)) for step in steps(made.text)]

    assert told == [
        ("Add", {"vessel": "hot_shot", "reagent": "tris(diethylamino)phosphine", "volume": "2 mL"}),
        ("Add", {"vessel": "hot_shot", "reagent": "1-octadecene", "volume": "3 mL"}),
        ("Add", {"vessel": "flask", "reagent": "indium(III) chloride", "amount": "1 mmol"}),
        ("Add", {"vessel": "flask", "reagent": "oleylamine", "volume": "10 mL"}),
        (
            "HeatChillToTemp",
            {"vessel": "flask", "temp": "120 °C", "active": "true", "continue_heatchill": "true"},
        ),
        ("EvacuateAndRefill", {"vessel": "flask", "gas": "Ar"}),
        (
            "HeatChillToTemp",
            {"vessel": "flask", "temp": "180 °C", "active": "true", "continue_heatchill": "true"},
        ),
        ("Transfer", {"from_vessel": "hot_shot", "to_vessel": "flask", "volume": "2 mL"}),
        ("Transfer", {"from_vessel": "hot_shot", "to_vessel": "flask", "volume": "2 mL", "time": "1200 s"}),
        ("HeatChill", {"vessel": "flask", "temp": "180 °C", "time": "30 min"}),
        ("Transfer", {"from_vessel": "flask", "to_vessel": "aliquot_1"}),
        ("StartHeatChill", {"vessel": "flask", "temp": "180 °C"}),
        ("StopHeatChill", {"vessel": "flask"}),
        ("Precipitate", {"vessel": "flask", "reagent": "ethanol", "volume": "28 mL"}),
        ("Centrifugate", {"vessel": "flask", "rotation_speed": "6000 RPM"}),
        ("Dissolve", {"vessel": "flask", "solvent": "n-hexane", "volume": "5 mL"}),
        ("Precipitate", {"vessel": "flask", "reagent": "ethanol"}),
    ]


def test_every_null_and_every_number_without_a_place_is_listed():
    lost = {loss.field: loss.why for loss in to_xdl(parse_recipe(RECIPE)).lossy}

    assert lost["steps.5.hold.for"].startswith("not reported")
    assert lost["steps.5.hold.aliquots.volume"].startswith("not reported")
    assert "5 min" in lost["steps.8.centrifuge.for"]
    assert {
        "steps.1.degas.for",
        "steps.3.inject.duration",
        "steps.6.quench.how",
        "steps.8.centrifuge.radius",
        "steps.10.precipitate.ratio",
        "reagents.amine.purity",
    } <= set(lost)


@pytest.mark.parametrize("name", BATCHES)
def test_no_null_of_any_recipe_of_the_book_is_lost_in_silence(name):
    recipe = read_recipe(name)

    assert set(recipe.unreported) <= {loss.field for loss in to_xdl(recipe).lossy}


def test_every_null_of_a_degassing_a_heating_and_a_feed_is_listed():
    degas = "{vessel: flask, at: null, for: null, pressure: null}\n"
    degas += "  - heat: {vessel: flask, to: 90 degC, rate: null}"
    silent = RECIPE.replace("{vessel: flask, at: 120 degC, for: 1 h, pressure: null}", degas)
    silent = silent.replace("at: 180 degC, for: 20 min", "at: null, for: null")
    recipe = parse_recipe(silent)
    told = [(loss.field, loss.why) for loss in to_xdl(recipe).lossy if "not reported" in loss.why]

    assert set(recipe.unreported) == {field for field, _ in told}
    assert len(told) == len(recipe.unreported)
    assert {"steps.1.degas.at", "steps.1.degas.for", "steps.1.degas.pressure", "steps.2.heat.rate"} < {
        field for field, _ in told
    }
    assert ("steps.1.degas.for", "not reported, and an evacuation has no duration") in told


def test_a_step_behind_a_quench_is_heated_anew():
    again = RECIPE + "  - feed: {what: [hot shot: 1 mL], into: flask, at: 180 degC, for: 1 min}\n"
    told = [step.tag for step in steps(to_xdl(parse_recipe(again)).text)]

    assert told[-2:] == ["HeatChillToTemp", "Transfer"]


def test_names_that_come_to_the_same_identifier_stay_apart():
    names = ["stock 1", "stock_1", "stock-1", "α", "β", "vessel", "stock_1_2"]
    made = identifiers(names)

    assert list(made) == names
    assert len(set(made.values())) == len(names)
    assert all(re.fullmatch("[A-Za-z0-9_]+", name) for name in made.values())
    assert {name: made[name] for name in names if identifier(name) == name} == {
        "stock_1": "stock_1",
        "vessel": "vessel",
        "stock_1_2": "stock_1_2",
    }
    assert made == identifiers(names)
    assert identifiers(["a b"], ["a_b"]) == {"a b": "a_b_2"}


def test_vessels_solutions_and_vials_of_like_names_stay_apart():
    text = RECIPE.replace("hot shot", "α").replace(
        "vessels: {", "vessels: {β: {type: vial}, aliquot 1: {type: vial}, "
    )
    text = text.replace(
        "solutions: {", "solutions: {flask: {of: [phosphine, solvent]}, flask solution: {of: [flask]}, "
    )
    text = text.replace("α: {of: [phosphine, solvent]}", "α: {of: [flask solution]}")
    text = text.replace("{what: [α: 2 mL], into: flask", "{what: [α: 2 mL], into: β", 1)
    made = to_xdl(parse_recipe(text))
    root = ET.fromstring(made.text)  # noqa: S314  our own file
    known = [part.attrib["id"] for part in root.iterfind("Synthesis/Hardware/Component")]

    assert known == [
        *("vessel", "aliquot_1", "flask"),
        *("flask_solution_2", "flask_solution", "vessel_2"),
        "aliquot_1_2",
    ]
    moved = [
        (step.get("from_vessel"), step.get("to_vessel"))
        for step in steps(made.text)
        if step.tag == "Transfer"
    ]
    assert moved == [("vessel_2", "vessel"), ("vessel_2", "flask"), ("flask", "aliquot_1_2")]
    reactor = next(
        part for part in root.iterfind("Synthesis/Hardware/Component") if part.get("type") == "reactor"
    )
    assert reactor.get("id") == "flask"


def test_two_purities_of_one_reagent_have_one_place_and_that_is_told():
    text = RECIPE.replace(
        "  solvent: {is: ODE", "  wet: {is: PDEA, dose: 1 mL, purity: 90 %}\n  solvent: {is: ODE"
    )
    text = text.replace("what: [indium, amine]", "what: [indium, amine, wet]")
    made = to_xdl(parse_recipe(text))

    assert made.text.count('name="tris(diethylamino)phosphine"') == 1
    assert "reagents.wet.purity" in {loss.field for loss in made.lossy}


def test_a_stated_volume_of_a_solution_is_listed():
    stated = RECIPE.replace("[phosphine, solvent]}", "[phosphine, solvent], volume: 6 mL}")
    lost = {loss.field: loss.why for loss in to_xdl(parse_recipe(stated)).lossy}

    assert lost["solutions.hot shot.volume"] == "stated as 6 mL, made of 5 mL of liquids"


def test_a_tube_is_refused_with_a_way_out(tmp_path, monkeypatch, capsys):
    with pytest.raises(RecipeError, match="it has no tube"):
        to_xdl(read_recipe("inp_wang2023"))
    monkeypatch.chdir(tmp_path)
    assert run(["recipe", "export", "inp_wang2023", "--to", "xdl"]) == 2
    assert "--to ord" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_command_writes_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["recipe", "export", "cdte_mech2023_ode", "--to", "xdl", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    check(content, "recipe-export/1")
    assert content["written"] == "cdte_mech2023_ode.xdl"
    assert "steps.1.degas.pressure" in {loss["field"] for loss in content["lossy"]}
    assert steps((tmp_path / "cdte_mech2023_ode.xdl").read_text(encoding="utf-8"))

"""The Open Reaction Database: its schema and its own check accept what is exported; what is lost is told."""

import json
from importlib import import_module

import pytest

from aliquot.cli.app import run
from aliquot.errors import InputError
from aliquot.recipe import BatchRecipe, FlowRecipe, parse_recipe, read_recipe, recipe_names
from aliquot.recipe.exchange import ord as module
from aliquot.recipe.exchange.ord import Depositor, reaction_content, to_ord

NAMES = recipe_names()
SOMEBODY = Depositor("A. Chemist", "a.chemist@example.org", "2026-01-31")
BATCH = """
format: aliquot-recipe/1
id: small
title: InP in a flask
material: InP
reagents:
  indium: {is: InCl3, dose: 89 mg, purity: 98 %}
  amine: {is: OAM, dose: 10 mL, purity: 80-90 %}
  phosphine: {is: PDEA, dose: 2 mL, purity: 97 %}
  solvent: {is: ODE, dose: 3 mL, purity: null}
  thiol: {is: DDT, dose: null, purity: null}
solutions: {shot: {of: [phosphine, solvent]}}
vessels: {flask: {type: three-neck flask, volume: 50 mL}}
steps:
  - charge: {into: flask, what: [indium, amine, thiol]}
  - degas: {vessel: flask, at: 120 degC, for: 1 h, pressure: 1 torr}
  - purge: {vessel: flask, gas: Ar}
  - heat: {vessel: flask, to: 180 degC, rate: 5 K/min}
  - inject: {what: [shot: 2 mL], into: flask, at: 180 degC, duration: fast}
  - hold: {vessel: flask, at: 180 degC, for: 10 min, aliquots: {volume: 1 mL, at: [5 min]}}
  - feed: {what: [shot: 2 mL], into: flask, at: 180 degC, for: 20 min}
  - hold: {vessel: flask, at: 180 degC, for: 1 h, aliquots: {volume: 1 mL, at: [0.5 h, 1 h]}}
  - cool: {vessel: flask, to: 25 degC, rate: null}
  - precipitate: {vessel: flask, with: EtOH, ratio: 3, times: 2}
  - centrifuge: {vessel: flask, speed: 6000 rpm, radius: null, for: 5 min}
  - redisperse: {vessel: flask, in: HEX, volume: 5 mL}
  - collect: {vessel: flask, where: glovebox}
"""


@pytest.fixture
def validations():
    return pytest.importorskip("ord_schema.validations", reason="ord-schema is of the exchange extra")


@pytest.mark.parametrize("name", NAMES)
def test_the_database_s_own_check_finds_nothing_in_any_recipe_of_the_book(name, validations):
    made = to_ord(read_recipe(name), SOMEBODY)

    found = validations.validate_message(made.reaction, raise_on_error=False)

    assert found.errors == []
    assert found.warnings == []


def test_without_a_depositor_that_is_all_that_the_check_misses(validations):
    made = to_ord(read_recipe("cdte_mech2023_ode"))

    found = validations.validate_message(made.reaction, raise_on_error=False)

    assert found.errors
    assert all("record_created" in error for error in found.errors)
    assert made.lossy[-1].field == "provenance.record_created"


def test_its_text_and_json_come_back_as_the_same_message(validations):
    made = to_ord(parse_recipe(BATCH), SOMEBODY)
    pb2 = import_module("ord_schema.proto.reaction_pb2")
    text = import_module("google.protobuf.text_format").Parse(made.pbtxt, pb2.Reaction())
    form = import_module("google.protobuf.json_format").Parse(made.json, pb2.Reaction())

    assert text == made.reaction == form
    assert validations.validate_message(made.reaction, raise_on_error=False).errors == []


def test_amounts_are_those_that_were_dosed():
    content, _ = reaction_content(read_recipe("inp_wang2023"))
    indium, amine, zinc, _, phosphine = content["inputs"]["stock"]["components"]

    assert indium["amount"] == {"mass": {"value": 884.72, "units": "MILLIGRAM"}}
    assert zinc["amount"] == {"mass": {"value": 2.7257, "units": "GRAM"}}
    assert phosphine["amount"] == {"volume": {"value": 4.4, "units": "MILLILITER"}}
    assert amine["features"]["purity"] == {
        "float_value": 85.0,
        "description": "per cent, as written: 80-90 %",
    }
    assert phosphine["is_limiting"]  # at 97 % its electrons run out just before the indium
    assert "is_limiting" not in indium | zinc
    assert (indium["reaction_role"], amine["reaction_role"]) == ("REACTANT", "SOLVENT")


def test_limiting_is_what_runs_out_first_of_what_reacts():
    def limiting(text):
        inputs = reaction_content(parse_recipe(text))[0]["inputs"]
        return {
            part["identifiers"][0]["value"]
            for content in inputs.values()
            for part in content["components"]
            if part.get("is_limiting")
        }

    little = BATCH.replace(
        "[shot: 2 mL], into: flask, at: 180 degC, for", "[solvent], into: flask, at: 180 degC, for"
    )
    little = little.replace("[phosphine, solvent]", "[phosphine]").replace("shot: 2 mL", "shot: 0.1 mL")
    assert limiting(BATCH) == {"indium(III) chloride"}
    assert limiting(little) == {"tris(diethylamino)phosphine"}


def test_every_aliquot_is_an_outcome_with_its_time():
    content, _ = reaction_content(read_recipe("cdte_mech2023_ode"))
    times = [outcome["reaction_time"] for outcome in content["outcomes"]]
    hours = [time["value"] / (60.0 if time["units"] == "MINUTE" else 1.0) for time in times]

    assert hours == [0.5, 1, 1.5, 2, 4, 8, 23, 24]
    assert content["provenance"]["doi"] == "10.1039/d2nr05808a"


def test_times_of_several_steps_add_up():
    content, lossy = reaction_content(parse_recipe(BATCH))
    minutes = [
        outcome["reaction_time"]["value"] * (60 if outcome["reaction_time"]["units"] == "HOUR" else 1)
        for outcome in content["outcomes"]
    ]

    assert minutes == [5, 60, 90]
    assert any(loss.field == "steps.3.heat" for loss in lossy)


def test_portions_of_a_solution_are_inputs_of_their_own_in_order():
    content, lossy = reaction_content(parse_recipe(BATCH))
    first, second = content["inputs"]["shot"], content["inputs"]["shot (2)"]

    assert (first["addition_order"], second["addition_order"]) == (2, 3)
    assert first["addition_speed"] == {"type": "ALL_AT_ONCE"}
    assert second["addition_duration"] == {"value": 20, "units": "MINUTE"}
    volumes = [part["amount"]["volume"]["value"] for part in first["components"]]
    assert sum(volumes) == pytest.approx(2.0)
    assert volumes[0] == pytest.approx(2.0 * 2 / 5)
    assert "thiol" in content["inputs"]
    assert content["inputs"]["thiol"]["components"][0]["amount"]["unmeasured"]["details"] == "not reported"
    assert "reagents.thiol.dose" in {loss.field for loss in lossy}


def test_a_dissolved_dose_is_solute_and_solvent():
    content, _ = reaction_content(read_recipe("cdte_mech2023_ode"))
    solute, solvent = content["inputs"]["tellurium"]["components"]
    unknown = content["inputs"]["cadmium"]["components"][1]

    assert solute["amount"] == {"moles": {"value": 1.0, "units": "MILLIMOLE"}}
    assert solvent["amount"]["volume_includes_solutes"]
    assert solvent["identifiers"][0]["value"] == "trioctylphosphine"
    assert unknown["identifiers"][0]["value"] == "solvent not reported"


def test_conditions_are_dynamic_and_told_step_by_step():
    content, _ = reaction_content(parse_recipe(BATCH))
    conditions = content["conditions"]

    assert conditions["conditions_are_dynamic"]
    assert "to 180 °C (5 K/min)" in conditions["details"]
    assert conditions["temperature"]["setpoint"] == {"value": 180, "units": "CELSIUS"}
    assert conditions["pressure"]["atmosphere"]["type"] == "ARGON"
    assert content["setup"]["vessel"]["preparations"] == [{"type": "EVACUATED_BACKFILLED"}]
    kinds = [step["type"] for step in content["workups"]]
    assert kinds == ["TEMPERATURE", "ADDITION", "CUSTOM", "DISSOLUTION", "CUSTOM"]


def test_a_tube_has_flow_conditions_and_each_sample_its_residence_time():
    recipe = read_recipe("inp_wang2023")
    assert isinstance(recipe, FlowRecipe)
    content, lossy = reaction_content(recipe)

    assert content["conditions"]["flow"]["type"] == "PLUG_FLOW_REACTOR"
    assert content["conditions"]["flow"]["tubing"]["diameter"]["value"] == 0.9975
    assert len(content["outcomes"]) == len(recipe.samples)
    fastest = content["outcomes"][-1]
    assert fastest["reaction_time"]["value"] == pytest.approx(11.98, abs=0.01)
    assert fastest["products"][0]["features"]["flow_mL_min"]["float_value"] == 0.3
    assert {"tube.length", "samples.flow", "flow.temperatures"} <= {loss.field for loss in lossy}


def test_seeds_of_another_recipe_keep_their_name():
    recipe = read_recipe("cd3p2_tiwari2025_overgrowth:965")
    assert isinstance(recipe, BatchRecipe)
    seeds = reaction_content(recipe)[0]["inputs"]["dots"]["components"][0]

    assert seeds["amount"] == {"mass": {"value": 20.0, "units": "MILLIGRAM"}}
    assert seeds["preparations"][0]["details"] == "by the recipe cd3p2_tiwari2025_dots:965"


def test_nulls_assumptions_and_checks_are_kept_as_text():
    content, lossy = reaction_content(read_recipe("cdte_mech2023_ode"))
    metadata = content["provenance"]["reaction_metadata"]

    assert "reagents.amine.purity" in json.loads(metadata["aliquot not reported"]["string_value"])
    assert any(not check["agrees"] for check in json.loads(metadata["aliquot checks"]["string_value"]))
    assert {"null", "assumed", "checks"} <= {loss.field for loss in lossy}


def test_the_missing_package_is_told_with_its_remedy(monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(module, "import_module", absent)
    with pytest.raises(InputError, match=r"pip install 'aliquot\[exchange\]'"):
        to_ord(read_recipe("inp_wang2023"))


@pytest.mark.usefixtures("validations")
def test_the_command_writes_it_and_lists_what_is_lost(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["recipe", "export", "cdte_mech2023_top:5mmol", "--to", "ord", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["written"] == "cdte_mech2023_top_5mmol.pbtxt"
    assert (tmp_path / content["written"]).read_text(encoding="utf-8").startswith("identifiers {")
    assert {"field", "why"} == set(content["lossy"][0])

    words = ["--name", "A", "--email", "a@example.org", "--date", "2026-01-31", "--out", "r.json"]
    assert run(["recipe", "export", "cdte_mech2023_ode", "--to", "ord", *words]) == 0
    told = capsys.readouterr()
    assert told.out == "Written: r.json\n"
    assert "lost: observe.noise: " in told.err
    assert "record_created" not in told.err
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["provenance"]["record_created"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--name", "A"], "--email and --date"),
        (["--date", "31.1.2026"], "expected a day"),
        (["--date", "1970-01-01"], "from 1980 on"),
        (["--out", "there.pbtxt"], "somebody's work"),
        (["--out", "no/folder/a.pbtxt"], "can be written"),
    ],
)
@pytest.mark.usefixtures("validations")
def test_the_command_refuses(words, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.pbtxt").write_text("mine", encoding="utf-8")
    assert run(["recipe", "export", "cdte_mech2023_ode", "--to", "ord", *words]) == 2
    assert told in capsys.readouterr().err
    assert (tmp_path / "there.pbtxt").read_text(encoding="utf-8") == "mine"

"""`aliquot recipe check`: tables, JSON by the contract, exit codes."""

import json
import re
from pathlib import Path

import pytest

from aliquot.cli.app import run
from aliquot.cli.recipe.check import Least
from aliquot.recipe.concern import Severity
from tried_recipes import BATCH, MECH, amine, series


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mech.yaml"
    path.write_text(MECH)
    return path


def test_the_command_prints_tables_and_lines(file, capsys):
    assert run(["recipe", "check", str(file)]) == 0
    told = capsys.readouterr().out

    assert "53.49" in told
    assert "Concerns: errors" in told
    assert "aliquots-removed" in told
    assert "reagents.amine.purity" in told


def test_the_command_keeps_to_its_contract(file, capsys):
    assert run(["recipe", "check", str(file), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)

    assert answer["schema"] == "recipe-check/1"
    assert {*answer} == {
        "aliquot",
        "schema",
        "recipes",
        "amounts",
        "findings",
        "checks",
        "unreported",
    }
    (amine,) = [row for row in answer["amounts"] if row["key"] == "amine"]
    assert amine["dosed_mmol"] == pytest.approx(53.49, abs=0.01)
    assert amine["concentration_mol_m3"] == pytest.approx(1069.8, abs=0.5)
    errors = [one for one in answer["findings"] if one["severity"] == "error"]
    assert [one["code"] for one in errors] == ["stated-amount", "stated-amount", "stated-dilution"]
    assert errors[0]["where"] == "mech.yaml, line 24, checks.amounts.amine"
    assert "reagents.amine.purity" in answer["unreported"]
    assert [check["agrees"] for check in answer["checks"]].count(False) == 3


def test_the_command_can_be_told_what_to_tell(file, capsys):
    assert run(["recipe", "check", str(file), "--severity", "warning", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)

    assert {one["severity"] for one in answer["findings"]} == {"error", "warning"}


def leaves(value, path=""):
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner, f"{path}[]")]
    return [(path, value)]


def test_what_is_printed_is_documented(capsys):
    page = (Path(__file__).parents[1] / "docs" / "how-to" / "json.md").read_text(encoding="utf-8")
    section = page.split("\n## recipe-check/1\n")[1].split("\n## ")[0]
    promised = dict(re.findall(r"^\| `([^`]+)` \| [^|]* \| ([^|]*) \|$", section, re.MULTILINE))
    met = []
    for name in ("cdte_mech2023_amine", "inp_wang2023", "cd3p2_tiwari2025_conversion"):
        assert run(["recipe", "check", name, "--json"]) == 0
        met += leaves(json.loads(capsys.readouterr().out))

    assert {path for path, _ in met} - {"amounts", "checks"} == set(promised)
    may_be_null = {path for path, null in promised.items() if null != "never"}
    assert {path for path, value in met if value is None} <= may_be_null


def test_the_option_has_the_words_of_the_concerns():
    assert [least.value for least in Least] == [severity.value for severity in Severity]


def test_strict_refuses_errors_and_nothing_else(file, tmp_path, capsys):
    assert run(["recipe", "check", str(file), "--strict"]) == 2
    told = capsys.readouterr()
    assert "Concerns: errors" in told.out
    assert "stated-amount" in told.err
    assert run(["recipe", "check", str(file), "--strict", "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["error"]["kind"] == "RecipeError"
    assert len(answer["error"]["notes"]) == 2

    sound = tmp_path / "sound.yaml"
    sound.write_text(json.dumps(BATCH))
    assert run(["recipe", "check", str(sound), "--strict"]) == 0


def test_a_series_is_checked_recipe_by_recipe_and_as_a_whole(tmp_path, capsys):
    file = series(tmp_path, "amount of amine", ("6", amine("6 mmol")), ("50", amine("50 mmol")))
    assert run(["recipe", "check", str(file), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)

    assert [one["id"] for one in answer["recipes"]] == ["tried:6", "tried:50"]
    assert [one["code"] for one in answer["findings"] if one["recipe"] is None] == ["series-without-base"]
    assert {row["recipe"] for row in answer["amounts"]} == {"tried:6", "tried:50"}
    assert run(["recipe", "check", f"{file}:6"]) == 0
    assert "The series as a whole" not in capsys.readouterr().out


def test_a_recipe_that_can_not_be_read_is_refused(tmp_path, capsys):
    file = tmp_path / "broken.yaml"
    file.write_text(MECH.replace("17.6 mL", "17.6 furlongs"))

    assert run(["recipe", "check", str(file), "--json"]) == 2
    assert "line 9" in json.loads(capsys.readouterr().out)["error"]["message"]

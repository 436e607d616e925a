"""The command line as programs rely on it: one JSON object, exit codes, errors that help."""

import json
from pathlib import Path
from typing import Any

import pytest

from aliquot.cli.app import run
from aliquot.recipe import recipe_book


def called(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    """Run a command with --json and return its object; nothing else may have been printed."""
    assert run([*words, "--json"]) == code
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    return json.loads(out)


def in_wavenumbers(path: Path, *labels: str) -> str:
    """Write a JCAMP-DX file of absorbance against wavenumbers, a block for each label."""
    steps = range(201)
    blocks = [
        "\n".join(
            [
                f"##TITLE={label}\n##JCAMP-DX=4.24\n##DATA TYPE=UV/VIS SPECTRUM",
                "##XUNITS=1/CM\n##YUNITS=ABSORBANCE\n##XFACTOR=1\n##YFACTOR=1",
                f"##FIRSTX=15000\n##LASTX=25000\n##NPOINTS={len(steps)}\n##XYDATA=(X++(Y..Y))",
                *(f"{15000 + 50 * i} {0.5 / (1.0 + 2.0 ** ((100 - i) / 5)):.6f}" for i in steps),
                "##END=",
            ]
        )
        for label in labels
    ]
    if len(blocks) > 1:
        head = f"##TITLE=series\n##JCAMP-DX=4.24\n##DATA TYPE=LINK\n##BLOCKS={len(blocks) + 1}"
        blocks = [head, *blocks, "##END="]
    path.write_text("\n".join(blocks) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("verb", ["simulate", "analyse", "reproduce"])
def test_every_verb_has_help_with_examples(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([verb, "--help"]) == 0
    out = capsys.readouterr().out
    assert "Examples:\n" in out
    assert f"aliquot {verb} " in out
    assert "--json" in out


def test_no_words_give_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "Commands:" in capsys.readouterr().out


def test_simulate_keeps_the_contract(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spectra = tmp_path / "spectra.csv"
    content = called(capsys, "simulate", "inp_wang2023", "--sample", "200C", "--spectra", str(spectra))
    assert content["schema"] == "simulate/1"
    (aliquot,) = content["aliquots"]
    assert aliquot["temperature_K"] == pytest.approx(473.15)
    assert aliquot["time_s"] == pytest.approx(2156.87, abs=0.01)
    assert set(aliquot["species_mol_m3"]) == {"In", "P", "P(V)"}
    population = aliquot["population"]
    assert population["weighting"] == "volume"
    assert population["material"] == "InP"
    assert 2.5 < population["mean_diameter_nm"] < 3.0
    assert 0.05 < population["rsd"] < 0.15
    assert 1e23 < population["number_per_m3"] < 1e24
    assert 500 < aliquot["e1_nm"] < 560
    assert content["balance"]["max_relative_error"] < 1e-12
    assert "wang2023" in content["citations"]
    # What it wrote is what `analyse` reads, and the sizes come back.
    found = called(
        capsys, "analyse", str(spectra), "--material", "InP", "--path", "1 mm", "--medium", "hexane"
    )
    mean = found["aliquots"][0]["distribution"]["mean_nm"]
    assert found["aliquots"][0]["time_s"] == pytest.approx(2157)
    assert mean["value"] == pytest.approx(population["mean_diameter_nm"], abs=0.05)


def test_a_recipe_of_ones_own_needs_no_book(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(recipe_book("inp_wang2023").read_text(encoding="utf-8"), encoding="utf-8")
    assert called(capsys, "simulate", str(mine), "--sample", "180C")["recipe"] == "inp_wang2023"


@pytest.mark.parametrize(
    ("words", "kind", "told"),
    [
        (["simulate", "nowhere.yaml"], "RecipeError", "nowhere.yaml"),
        (["simulate", "inp_wang2023", "--sample", "18C"], "RecipeError", "Did you mean '180C'?"),
        (
            ["simulate", "inp_wang2023", "--chemistry", "inp_wang"],
            "CardError",
            "Did you mean 'inp_wang2023'?",
        ),
        (["simulate", "inp_wang2023", "--dispersion", "plug"], "InputError", "Did you mean 'plug flow'?"),
        (["simulate", "inp_wang2023", "--rungs", "400"], "TopRungError", "more rungs"),
        (["simulate", "inp_wang2023", "--nonsense"], "UsageError", "--nonsense"),
        (["analyse", "nowhere.csv", "--material", "CdSe"], "FormatError", "nowhere.csv"),
        (
            ["analyse", "nowhere.csv", "--material", "CdSe", "--transmission", "guess"],
            "InputError",
            "'refuse' or 'convert'",
        ),
        (["emission"], "InputError", "See the examples in 'aliquot emission --help'."),
        (["mass", "nowhere.txt", "--region", "mid"], "InputError", "in 'aliquot mass --help'."),
        (["analyse", "nowhere.csv", "--material", "CdSee"], "CardError", "Did you mean 'CdSe'?"),
        (["reproduce", "wong2023"], "CardError", "Did you mean 'wang2023'?"),
        (["frobnicate"], "UsageError", "frobnicate"),
    ],
)
def test_bad_input_is_an_error_object_and_exit_code_2(
    words: list[str], kind: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    error = called(capsys, *words, code=2)["error"]
    assert error["kind"] == kind
    assert told in error["message"]


def test_people_read_errors_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "nowhere.yaml"]) == 2
    printed = capsys.readouterr()
    assert not printed.out
    assert printed.err.startswith("aliquot: nowhere.yaml")


def test_all_faults_of_a_recipe_are_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = recipe_book("inp_wang2023").read_text(encoding="utf-8")
    bad = tmp_path / "bad.yaml"
    bad.write_text(text.replace("dose: 4.4 mL", "dose: 4.4 mm").replace("bore:", "boer:"), encoding="utf-8")
    error = called(capsys, "simulate", str(bad), code=2)["error"]
    told = " ".join([error["message"], *error["notes"]])
    assert "Did you mean 'bore'?" in told
    assert "4.4 mm" in told


def test_analyse_reads_the_real_series(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shared / "data" / "imperial_cdse" / "run 9 uv-vis.csv"
    content = called(capsys, "analyse", str(file), "--material", "CdSe")
    e1 = {aliquot["time_s"]: aliquot["e1_nm"] for aliquot in content["aliquots"]}
    for time, expected in {30: 489, 120: 512, 210: 521, 300: 527, 390: 530, 480: 532}.items():
        assert e1[time]["value"] == pytest.approx(expected, abs=3)
        assert e1[time]["low"] < e1[time]["value"] < e1[time]["high"]
    first = content["aliquots"][0]
    assert first["diameter_nm"]["definition"] == "diameter seen by TEM (projected)"
    assert first["diameter_nm"]["curves"] == ["yu2003", "jasieniak2009"]
    assert first["distribution"] is None
    assert any("No lineshape" in flag for flag in first["flags"])
    assert content["series"]["trend"] == "growing"


def test_analyse_flags_the_series_that_turns_back(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shared / "data" / "imperial_cdse" / "run 8 uv-vis.csv"
    series = called(capsys, "analyse", str(file), "--material", "CdSe")["series"]
    assert series["trend"] == "reversing"
    assert any("turns back" in flag for flag in series["flags"])


def test_tables_are_for_people(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shared / "data" / "imperial_cdse" / "run 9 uv-vis.csv"
    assert run(["analyse", str(file), "--material", "CdSe"]) == 0
    out = capsys.readouterr().out
    assert "E1 / nm" in out
    assert "growing" in out


def test_analyse_tells_what_spectra_were_converted_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--material", "CdSe", "--no-sizes")
    one = called(capsys, "analyse", in_wavenumbers(tmp_path / "one.jdx", "A1"), *words)
    assert one["series"]["flags"][0] == "'A1': wavenumber / cm-1 became wavelengths in nm."

    file = in_wavenumbers(tmp_path / "two.jdx", "A1", "A2")
    both = called(capsys, "analyse", file, *words)
    assert both["series"]["flags"][0] == "2 spectra: wavenumber / cm-1 became wavelengths in nm."
    assert len(both["aliquots"]) == 2
    assert run(["analyse", file, *words]) == 0
    assert "series: 2 spectra: wavenumber / cm-1" in capsys.readouterr().out


def test_analyse_answers_words_that_it_can_not_make_sense_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = in_wavenumbers(tmp_path / "one.jdx", "A1"), in_wavenumbers(tmp_path / "two.jdx", "A1", "A2")
    for words in (("--lineshape", "guess"), ("--blank", two)):
        error = called(capsys, "analyse", one, "--material", "CdSe", *words, code=2)["error"]
        assert error["kind"] == "InputError"
        assert "See the examples in 'aliquot analyse --help'." in error["message"]

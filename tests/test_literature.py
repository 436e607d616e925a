"""Tables of the literature: all rows read, every kind of doubt found, nothing corrected; recipes begun."""

import json
from pathlib import Path

import pytest

from aliquot.cli.app import run
from aliquot.cli.recipe.import_ import sizes
from aliquot.errors import FormatError
from aliquot.recipe import parse_recipe, read_recipe
from aliquot.recipe.exchange.literature import read_table
from aliquot.recipe.exchange.literature_forms import CDSE, INP
from aliquot.recipe.exchange.skeleton import skeleton
from test_docs import check

TABLES = Path(__file__).parents[2] / "shared" / "data" / "inp_cdse_synthesis_tables"
shared = pytest.mark.skipif(not TABLES.is_dir(), reason="the published tables are not part of the repository")
INP_ROW = {
    "doi": "10.1/a",
    "in_source": "indium chloride",
    "in_amount_mmol": "0.4",
    "p_source": "tris(diethylamino)phosphine",
    "p_amount_mmol": "1.6",
    "sol": "octadecene",
    "sol_amount_ml": "5",
    "total_volume_ml": "8",
    "temp_c": "180",
    "time_min": "20",
    "diameter_nm": "2.9",
    "abs_nm": "550",
    "emission_nm": "600",
}
CDSE_ROW = {
    "Injection Temp (Celsius)": "300",
    "Growth Temp (Celsius)": "260",
    "Metal_source": "cadmium oxide",
    "Metal_mmol (mmol)": "1",
    "Metal_amount (g)": "0.13",
    "Chalcogen_source": "Se powder",
    "Chalcogen_mmol (mmol)": "2",
    "Chalcogen_amount (g)": "0.16",
    "Carboxylic_Acid": "oleic acid",
    "CA_mmol (mmol)": "4",
    "CA_amount (g)": "1.13",
    "Metal/Se_ratio": "0.5",
    "Cd/CA_ratio": "0.25",
    "Solvent I": "octadecene",
    "S_I_amount (g)": "8",
    "Total_amount (g)": "9.42",
    "Time_min (min)": "5",
    "Diameter_nm": "3.0",
    "Absorbance max (nm)": "550",
    "PL max (nm)": "560",
    "Diameter from": "TEM",
    "Citation": "J. Phys. Chem. 1 2 3",
}
NUMBERS = ("mmol", "ml", "amount", "ratio")


def table(tmp_path, form, *rows):
    """Write rows of a table; what they leave out is 'None', or nothing of it."""
    columns = list(form.columns)
    lines = [",".join(columns)]
    for row in rows:
        cells = [row.get(name, "0" if any(word in name for word in NUMBERS) else "None") for name in columns]
        lines.append(",".join(cells))
    path = tmp_path / f"{form.material}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="latin-1")
    return path


def codes(tmp_path, form, row, **changes):
    (found,) = read_table(table(tmp_path, form, row | changes), sizes).rows
    return {flag.code for flag in found.flags}


def test_a_table_is_known_by_its_headings_and_its_units_are_those_of_si(tmp_path):
    found = read_table(table(tmp_path, INP, INP_ROW))
    (row,) = found.rows

    assert (found.material, row.source, row.line, row.number) == ("InP", "10.1/a", 2, 1)
    assert [(s.role, s.name, s.amount, s.volume) for s in row.species] == [
        ("metal", "indium chloride", 0.4e-3, None),
        ("anion source", "tris(diethylamino)phosphine", 1.6e-3, None),
        ("solvent", "octadecene", None, 5e-6),
    ]
    assert (row.temperature, row.time, row.total_volume) == (453.15, 1200.0, 8e-6)
    assert row.injection_temperature is None
    assert row.flags == ()


def test_a_sound_row_of_the_other_table_has_no_doubts(tmp_path):
    (row,) = read_table(table(tmp_path, CDSE, CDSE_ROW), sizes).rows

    assert row.flags == ()
    assert (row.injection_temperature, row.temperature, row.diameter_by) == (573.15, 533.15, "TEM")
    assert row.ratios["Metal/Se_ratio"] == 0.5
    assert [species.mass for species in row.species] == [0.13, 0.16, 1.13, 8.0]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"diameter_nm": "None"}, "no-diameter"),
        ({"abs_nm": "None"}, "no-absorbance"),
        ({"emission_nm": "None"}, "no-emission"),
        ({"abs_nm": "610"}, "absorbance-above-emission"),
        ({"diameter_nm": "8.3"}, "diameter-against-wavelength"),
        ({"diameter_nm": "29", "abs_nm": "None"}, "diameter-outlier"),
        ({"temp_c": "4"}, "cold"),
        ({"p_amount_mmol": "0"}, "zero-amount"),
        ({"zinc_amount_mmol": "0.2"}, "amount-without-name"),
    ],
)
def test_each_doubt_of_the_first_table_is_found(tmp_path, changes, code):
    assert code in codes(tmp_path, INP, INP_ROW, **changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Metal/Se_ratio": "2"}, "ratio-mismatch"),
        ({"Cd/CA_ratio": "0.5"}, "ratio-mismatch"),
        ({"CA_amount (g)": "2.5"}, "mass-mismatch"),
        ({"Total_amount (g)": "20"}, "total-mismatch"),
        ({"Diameter_nm": "6"}, "diameter-against-wavelength"),
    ],
)
def test_each_doubt_of_the_second_table_is_found(tmp_path, changes, code):
    assert code in codes(tmp_path, CDSE, CDSE_ROW, **changes)


def test_beyond_the_range_of_the_curves_a_diameter_is_not_doubted(tmp_path):
    assert sizes("InP", 480.0) is None
    found = codes(tmp_path, INP, INP_ROW, abs_nm="480", diameter_nm="9")

    assert "diameter-against-wavelength" not in found


def test_an_inverse_ratio_is_told_as_such(tmp_path):
    (row,) = read_table(table(tmp_path, CDSE, CDSE_ROW | {"Metal/Se_ratio": "2"})).rows

    (flag,) = row.flags
    assert flag.text == "Metal/Se_ratio: 2, from the amounts 0.5 (the inverse of the two)"


def test_a_row_that_repeats_another_names_it(tmp_path):
    rows = read_table(table(tmp_path, INP, INP_ROW, INP_ROW | {"time_min": "30"}, INP_ROW)).rows

    assert [[flag.text for flag in row.flags] for row in rows] == [[], [], ["the same as row 1"]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n", "it lacks"),
        (",".join(INP.columns) + "\n1,2\n", "as many as there are headings"),
        ("", "0 headings"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path, text, told):
    path = tmp_path / "other.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=told):
        read_table(path)


def test_a_cell_that_is_no_number_is_refused_with_its_line(tmp_path):
    with pytest.raises(FormatError, match="line 2: got 'warm' under 'temp_c'"):
        read_table(table(tmp_path, INP, INP_ROW | {"temp_c": "warm"}))


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf"])
def test_what_only_python_takes_for_a_number_is_refused(tmp_path, cell):
    with pytest.raises(FormatError, match=f"line 2: got '{cell}' under 'temp_c'"):
        read_table(table(tmp_path, INP, INP_ROW | {"temp_c": cell}))


@pytest.mark.parametrize("cell", ["None", ""])
@pytest.mark.parametrize("column", ["Metal_mmol (mmol)", "Chalcogen_mmol (mmol)", "CA_mmol (mmol)"])
def test_a_ratio_of_an_amount_that_is_missing_is_not_doubted(tmp_path, column, cell):
    (row,) = read_table(table(tmp_path, CDSE, CDSE_ROW | {column: cell, "Cd/CA_ratio": "7"})).rows

    doubted = [flag.text.split(":")[0] for flag in row.flags if flag.code == "ratio-mismatch"]
    assert doubted == (["Cd/CA_ratio"] if column.startswith("Chalcogen") else [])


@pytest.mark.parametrize("column", ["Amines_mmol (mmol)", "Metal_mmol (mmol)"])
def test_an_amount_that_is_no_number_is_refused_whether_its_chemical_is_named_or_not(tmp_path, column):
    with pytest.raises(FormatError, match="line 2: got 'some' under"):
        read_table(table(tmp_path, CDSE, CDSE_ROW | {column: "some"}))


def test_a_cell_that_is_too_long_is_refused_with_its_line(tmp_path):
    path = table(tmp_path, INP, INP_ROW, INP_ROW | {"doi": "x" * 200_000})

    with pytest.raises(FormatError, match=r"InP\.csv, line 3: .*field larger than field limit"):
        read_table(path)


@pytest.mark.parametrize("number", [-1, 0, 2])
def test_a_row_that_is_none_is_refused(tmp_path, number):
    with pytest.raises(FormatError, match=f"got row {number}; expected a row from 1 to 1"):
        read_table(table(tmp_path, INP, INP_ROW)).row(number)


def test_a_row_begins_a_recipe_with_nulls_and_notes(tmp_path):
    unknown = INP_ROW | {"amine": "dioctylamine", "amine_amount_mmol": "2", "p_amount_mmol": "0"}
    begun = skeleton(read_table(table(tmp_path, INP, unknown)).row(1))
    recipe = parse_recipe(begun.text)

    assert recipe.amounts["InCl3"] == pytest.approx(0.4e-3)
    assert recipe.undosed == {"anion source": "PDEA"}
    assert {"reagents.metal.purity", "reagents.anion source.dose"} <= set(recipe.unreported)
    assert begun.notes[1] == "'dioctylamine' (2 mmol) is not in the base: add its card and its dose"
    assert "10.1/a" in begun.text


def test_a_row_with_an_injection_temperature_injects_what_the_base_knows(tmp_path):
    known = CDSE_ROW | {"Chalcogen_source": "TOPTe"}
    text = skeleton(read_table(table(tmp_path, CDSE, known)).row(1)).text

    assert "  - inject: {what: [anion source], into: flask, at: 300 degC, duration: null}\n" in text
    assert text.endswith("  - hold: {vessel: flask, at: 260 degC, for: 5 min}\n")
    assert parse_recipe(text).undosed == {}


def test_the_command_prints_rows_and_begins_a_recipe(tmp_path, capsys):
    path = table(tmp_path, INP, INP_ROW, INP_ROW | {"abs_nm": "610"})
    folder = tmp_path / "mine"
    assert run(["recipe", "import", str(path), "--yaml", str(folder), "--row", "2", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)

    check(content, "recipe-import/1")
    assert (content["count"], content["material"]) == (2, "InP")
    assert {"code": "absorbance-above-emission", "rows": 1} in content["flags"]
    assert content["rows"][0]["species"][2]["volume_m3"] == 5e-6
    assert read_recipe(content["written"]).id == "inp_row_2"
    assert run(["recipe", "import", str(path)]) == 0
    assert "absorbance-above-emission" in capsys.readouterr().out
    assert run(["recipe", "import", str(path), "--yaml", str(folder), "--row", "2"]) == 2  # never replaced


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--row", "1"], "--row without --yaml"),
        (["--yaml", "."], "--yaml without --row"),
        (["--yaml", ".", "--row", "3"], "a row from 1 to 1"),
        (["--yaml", ".", "--row", "0"], "--row"),
        (["--yaml", ".", "--row", "-1"], "--row"),
        (["--yaml", "InP.csv", "--row", "1"], "'InP.csv', where a file is in the way; expected a folder"),
        (["--yaml", "InP.csv/deeper", "--row", "1"], "where a file is in the way; expected a folder"),
        (["--yaml", "x" * 300, "--row", "1"], "File name too long"),
    ],
)
def test_the_command_refuses(tmp_path, monkeypatch, capsys, words, told):
    path = table(tmp_path, INP, INP_ROW)
    monkeypatch.chdir(tmp_path)
    assert run(["recipe", "import", path.name, *words]) == 2
    assert told in capsys.readouterr().err


def test_a_folder_that_may_not_be_made_is_told(tmp_path, monkeypatch, capsys):
    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied")

    path = table(tmp_path, INP, INP_ROW)
    monkeypatch.setattr(Path, "mkdir", forbidden)  # as root nothing is forbidden
    assert run(["recipe", "import", str(path), "--yaml", str(tmp_path / "mine"), "--row", "1"]) == 2
    assert "Permission denied" in capsys.readouterr().err


@shared
def test_all_rows_of_both_published_tables_are_read_with_their_doubts():
    inp = read_table(TABLES / "InP_hao_dataset.csv", sizes)
    cdse = read_table(TABLES / "CdSe_Raw.csv", sizes)

    assert (len(inp.rows), len(cdse.rows)) == (219, 234)
    assert len({row.source for row in inp.rows}) == 72
    assert len({row.source for row in cdse.rows}) == 31
    # As the description of the tables counts them.
    found = inp.histogram
    assert (found["no-diameter"], found["no-absorbance"], found["no-emission"]) == (147, 14, 134)
    assert found["duplicate"] == 1
    assert (cdse.histogram["no-absorbance"], cdse.histogram["no-emission"]) == (38, 77)
    assert sum(row.diameter_by == "TEM" for row in cdse.rows) == 177
    # Counted beforehand in the file: four rows with another Metal/Se, one whose emission lies to the blue.
    metal = [flag for row in cdse.rows for flag in row.flags if flag.text.startswith("Metal/Se_ratio")]
    assert len(metal) == 4
    assert cdse.histogram["absorbance-above-emission"] == 1
    # As the how-to on exchange prints them; a new card or curve changes them, and then the page.
    names = ("diameter-against-wavelength", "ratio-mismatch", "mass-mismatch", "zero-amount")
    assert [inp.histogram.get(name, 0) for name in names] == [6, 0, 0, 2]
    assert [cdse.histogram.get(name, 0) for name in names] == [12, 55, 51, 0]


@shared
def test_every_row_of_both_tables_begins_a_recipe_that_reads():
    rows = [row for file in sorted(TABLES.glob("*.csv")) for row in read_table(file).rows]

    assert len(rows) == 453
    for row in rows:
        assert parse_recipe(skeleton(row).text).material == row.material

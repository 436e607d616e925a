"""`aliquot read` and `aliquot convert` as people and programs call them."""

import json

import pytest

from aliquot.cli.app import run
from aliquot.instruments.formats.write import ENDINGS


@pytest.fixture
def spectrum(tmp_path):
    file = tmp_path / "run 5 absorbance.csv"
    file.write_text("Wavelength (nm),30 s,5 min\n" + "\n".join(f"{x},0.1,0.{x}" for x in range(500, 480, -1)))
    return file


def told(capsys, *words):
    code = run([str(word) for word in words])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_one_file_is_told_trace_by_trace(spectrum, capsys):
    code, out, err = told(capsys, "read", spectrum)
    assert (code, err) == (0, "")
    assert "run 5 absorbance.csv: delimited text" in out
    assert "wavelength / nm" in out
    assert "300" in out
    assert "Odd: Only the name of the file says that this is absorbance." in out


def test_many_files_are_told_in_a_row_each_and_one_that_fails_stops_none(spectrum, tmp_path, capsys):
    other = tmp_path / "notes.txt"
    other.write_text("Dear all,\n")
    code, out, _ = told(capsys, "read", spectrum, other)
    assert code == 2
    assert "2 files" in out
    assert "not read" in out
    assert "notes.txt: " in out
    assert "expected Parquet, NeXus" in out


def test_the_object_tells_everything_and_errors_too(spectrum, tmp_path, capsys):
    code, out, err = told(capsys, "read", spectrum, tmp_path / "nowhere.csv", "--json")
    found = json.loads(out)
    assert (code, err, found["schema"]) == (2, "", "read/1")
    first, second = found["files"]
    assert (first["format"], first["points"], first["error"]) == ("delimited text", 40, None)
    trace = first["traces"][1]
    assert (trace["label"], trace["time_s"], trace["points"]) == ("5 min", 300.0, 20)
    assert trace["axis"] == {"kind": "wavelength", "unit": "nm", "written": "Wavelength (nm)"}
    assert (trace["quantity"]["kind"], trace["quantity"]["unit"]) == ("absorbance", "1")
    assert (trace["first"], trace["last"], trace["lowest"], trace["highest"]) == (500.0, 481.0, 0.481, 0.5)
    assert second["error"]["kind"] == "FormatError"
    assert "No such file" in second["error"]["message"]


def test_a_single_file_that_fails_is_an_error_like_any_other(tmp_path, capsys):
    code, out, err = told(capsys, "read", tmp_path / "nowhere.csv")
    assert (code, out) == (2, "")
    assert err.startswith("aliquot: ")
    code, out, _ = told(capsys, "read", tmp_path / "nowhere.csv", "--json")
    assert (code, json.loads(out)["error"]["kind"]) == (2, "FormatError")


@pytest.mark.parametrize(("to", "ending"), ENDINGS.items())
def test_a_file_is_converted_and_read_by_the_same_verb(to, ending, spectrum, tmp_path, capsys):
    needs = {"parquet": "pyarrow", "nexus": "h5py"}
    if to in needs:
        pytest.importorskip(needs[to], reason="it is of the files extra")
    out_file = tmp_path / f"new{ending}"
    code, out, _ = told(capsys, "convert", spectrum, "--to", to, "--out", out_file, "--json")
    found = json.loads(out)
    assert (code, found["schema"], found["to"], found["out"]) == (0, "convert/1", to, str(out_file))
    assert (found["traces"], found["points"]) == (2, 40)
    code, out, _ = told(capsys, "read", out_file, "--json")
    assert [trace["time_s"] for trace in json.loads(out)["files"][0]["traces"]] == [30.0, 300.0]


def test_the_new_file_stands_beside_the_old_and_replaces_nothing(spectrum, capsys):
    code, out, _ = told(capsys, "convert", spectrum, "--to", "jcamp")
    target = spectrum.with_suffix(".jdx")
    assert code == 0
    assert f"2 traces with 40 points. Written: {target}" in out
    code, _, err = told(capsys, "convert", spectrum, "--to", "jcamp")
    assert code == 2
    assert "there already" in err
    assert told(capsys, "convert", spectrum, "--to", "jcamp", "--force")[0] == 0
    code, _, err = told(capsys, "convert", spectrum, "--to", "csv", "--force")
    assert code == 2
    assert "which is the original" in err


def test_an_unknown_format_is_answered_with_those_that_are_known(spectrum, capsys):
    code, _, err = told(capsys, "convert", spectrum, "--to", "jcmp")
    assert code == 2
    assert "Did you mean 'jcamp'?" in err


@pytest.mark.parametrize("verb", ["read", "convert"])
def test_help_has_examples(verb, capsys):
    code, out, _ = told(capsys, verb, "--help")
    assert code == 0
    assert "Examples:" in out
    assert f"aliquot {verb} " in out

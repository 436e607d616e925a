"""Real fluorimeter files, the command and its JSON, the page: as a chemist meets them."""

import csv
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from aliquot.cli import emission as verb
from aliquot.errors import AliquotError, FormatError, InputError
from aliquot.instruments.emission.analyse import Question, analyse
from aliquot.instruments.emission.fit import Kind
from aliquot.instruments.formats import read_emission, read_spectra
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.report.emission import emission_page, write_emission

app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)
app.command("emission")(verb.emission)
NM = np.arange(380, 801)


@app.callback()
def _root() -> None:
    """Stand in for the command line that a verb hangs on."""


def called(*words: str) -> str:
    done = CliRunner().invoke(app, ["emission", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def told(*words: str) -> dict[str, Any]:
    return json.loads(called(*words, "--json"))


def gauss(at, fwhm):
    return np.exp(-4.0 * np.log(2.0) * ((NM - at) / fwhm) ** 2)


@pytest.fixture
def write(tmp_path):
    def written(name, **columns):
        rows = [["Wavelength (nm)", *columns]]
        rows += [[nm, *(f"{column[i]:.6g}" for column in columns.values())] for i, nm in enumerate(NM)]
        path = tmp_path / name
        path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
        return str(path)

    return written


@pytest.fixture(scope="module")
def run8(shared: Path):
    folder = shared / "data" / "imperial_cdse"
    if not folder.is_dir():
        pytest.skip("needs the folder imperial_cdse of instrument files")
    signals = read_emission(folder / "Run 8 FL emission.csv")
    absorbances = {one.label.strip(): one for one in read_spectra(folder / "run 8 uv-vis.csv")}
    return folder, analyse(signals, Question(absorbances=absorbances))


# --- real files -------------------------------------------------------------------------------------------


def test_peaks_agree_with_those_of_the_laboratory(run8):
    folder, found = run8
    with (folder / "CdSe_QD_Radii_AllRuns_Emi.csv").open(encoding="utf-8-sig") as file:
        theirs = [float(row["Emi_peak_nm"]) for row in csv.DictReader(file) if row["Run"] == "Run 8"]
    ours = [one.peak.value.value for one in found.aliquots]
    assert len(ours) == len(theirs) == 18
    # Broad, flat maxima after the turn are read to some nm by anyone
    assert np.abs(np.subtract(ours, theirs))[:11] == pytest.approx(0.0, abs=0.6)
    assert np.abs(np.subtract(ours, theirs)) == pytest.approx(0.0, abs=3.0)


def test_the_anomaly_of_run_8_is_seen(run8):
    _, found = run8
    by_time = {one.signal.time_s: one for one in found.aliquots}
    assert by_time[270.0].peak.value.value == pytest.approx(516.6, abs=0.5)
    assert by_time[480.0].peak.value.value == pytest.approx(484.0, abs=3.0)
    assert str(found.trend) == "reversing"
    assert any("turns back after ~330 s" in flag for flag in found.flags)


def test_widths_and_stokes_shifts_are_those_of_dots(run8):
    _, found = run8
    for one in found.aliquots[4:10]:
        (band,) = one.bands
        assert one.fit.kind is Kind.ON_BACKGROUND
        assert 130.0 < band.fwhm_mev.value.value < 160.0
        assert 55.0 < one.stokes.value.value < 90.0
    assert (
        found.aliquots[0].stokes.value.value > found.aliquots[8].stokes.value.value
    )  # small dots shift more


def test_every_run_is_read_with_reasons_for_what_is_missing(shared: Path):
    for path in sorted((shared / "data" / "imperial_cdse").glob("Run [29] FL emission.csv")):
        for one in analyse(read_emission(path)[::3]).aliquots:
            assert one.bands
            for finding in (one.bands[0].peak_nm, one.bands[0].fwhm_mev):
                assert finding.value is not None or finding.flags
            assert one.colour is not None


def test_excitation_spectra_that_end_early_say_so(shared: Path):
    file = shared / "data" / "imperial_cdse" / "Run 8 FL excitation.csv"
    content = told(str(file), "--material", "CdSe")
    assert content["kind"] == "excitation"
    assert len(content["aliquots"]) == 18
    assert all(any("may lie beyond" in flag for flag in one["flags"]) for one in content["aliquots"])


# --- the command ------------------------------------------------------------------------------------------


def test_the_command_keeps_the_contract(write):
    content = told(write("pl.csv", dots=gauss(607.0, 90.0)), "--excitation", "405")
    assert content["schema"] == "emission/1"
    (one,) = content["aliquots"]
    (band,) = one["bands"]
    assert band["peak_nm"]["value"] == pytest.approx(607.0, abs=0.1)
    assert band["fwhm_nm_as_meV"]["value"] == pytest.approx(305.0, abs=1.0)
    assert band["fwhm_meV"]["low"] < band["fwhm_meV"]["value"] < band["fwhm_meV"]["high"]
    # Counts of photons hold less power in the red than their numbers say
    assert one["colour"]["x"] == pytest.approx(0.5556, abs=5e-4)
    assert one["quantum_yield"] is None
    assert one["stokes_meV"] is None
    whys = [mask["why"] for mask in one["masks"]]
    assert whys == ["scattered excitation at 405 nm", "second order of the excitation at 810 nm"]
    as_power = told(write("pl.csv", dots=gauss(607.0, 90.0)), "--power")["aliquots"][0]["colour"]
    assert (as_power["x"], as_power["y"]) == pytest.approx((0.5623, 0.4336), abs=5e-4)


def test_a_yield_against_a_standard(write):
    sample, dye = write("pl.csv", dots=gauss(550.0, 40.0)), write("dye.csv", dye=2.0 * gauss(460.0, 40.0))
    words = (sample, "--excitation", "370", "--reference", "quinine", "--reference-file", dye)
    more = ("--absorbance", "0.07", "--reference-absorbance", "0.07", "--medium", "hexane")
    content = told(*words, *more)
    phi = content["aliquots"][0]["quantum_yield"]
    assert phi["value"] == pytest.approx(0.5 * 0.546 * (1.385 / 1.339) ** 2, rel=0.01)
    assert phi["low"] < phi["value"] < phi["high"]
    assert "reschgenger2013" in content["citations"]


def test_what_a_yield_lacks_is_told_and_the_rest_is_read(write):
    content = told(write("pl.csv", dots=gauss(550.0, 40.0)), "--excitation", "405", "--reference", "quinine")
    assert content["aliquots"][0]["quantum_yield"] is None
    assert content["aliquots"][0]["bands"]
    assert "--reference-absorbance" in content["series"]["flags"][0]


def test_a_yield_in_a_sphere(write):
    lamp, emitted = gauss(405.0, 6.0), gauss(600.0, 40.0) * 6.0 / 40.0
    empty, off = write("empty.csv", s=lamp), write("off.csv", s=lamp)
    on = write("on.csv", s=0.7 * lamp + 0.3 * 0.309 * emitted)
    content = told("--absolute", empty, off, on, "--excitation", "405")
    (one,) = content["aliquots"]
    assert one["quantum_yield"]["value"] == pytest.approx(0.309, rel=0.01)
    assert one["bands"][0]["peak_nm"]["value"] == pytest.approx(600.0, abs=0.2)
    assert "demello1997" in content["citations"]


def test_sizes_and_hot_cells_come_with_a_material(write):
    path = write("pl.csv", dots=gauss(560.0, 45.0))
    (one,) = told(path, "--excitation", "405", "--material", "InP", "--temperature", "200 degC")["aliquots"]
    assert 2.0 < one["emitting_nm"]["value"] < 3.6
    assert one["room_nm"]["value"] < 560.0 - 10.0
    assert one["shift_meV"]["value"] == pytest.approx(-71.0, abs=1.0)
    (other,) = told(path, "--excitation", "405", "--material", "PbS")["aliquots"]
    assert other["emitting_nm"] is None
    assert any("No sizes that emit" in flag for flag in other["flags"])


def test_people_read_a_table_and_every_doubt_once(write):
    columns = {f"{t} s": gauss(500.0 + t / 10.0, 40.0) for t in (30, 60, 90)}
    out = called(write("FL emission.csv", **columns))
    assert "FWHM / meV" in out
    assert out.count("The excitation is not known") == 1
    assert "Cite: " in out


def test_standards_are_listed():
    content = told("--reference", "list")
    assert content["kind"] == "standards"
    assert {"quinine", "IR-26"} <= {card["id"] for card in content["results"]}
    assert "textbook" in called("--reference", "list")


@pytest.mark.parametrize(
    ("words", "error", "part"),
    [
        ((), InputError, "no file"),
        (("nowhere.csv",), FormatError, "nowhere.csv"),
        (("{pl}", "--kind", "glow"), InputError, "'excitation'"),
        (("{pl}", "--reference", "quinin"), AliquotError, "quinine"),
        (("{pl}", "--material", "CdSee"), AliquotError, "CdSe"),
        (("{pl}", "--medium", "hexan"), AliquotError, "hexane"),
        (("--absolute", "{pl}", "{pl}", "{pl}"), InputError, "--excitation"),
        (("{pl}", "--temperature", "2000 K"), AliquotError, "650 K"),
    ],
)
def test_bad_input_is_an_error_that_helps(write, words, error, part):
    pl = write("pl.csv", dots=gauss(550.0, 40.0))
    with pytest.raises(error, match=re.escape(part)):
        called(*(word.replace("{pl}", pl) for word in words))


# --- the page ---------------------------------------------------------------------------------------------


def test_the_page_stands_on_its_own(tmp_path):
    glow = [
        Signal(SignalKind.EMISSION, NM * 1.0, gauss(500.0 + 10.0 * i, 40.0), f"{i} min", time_s=60.0 * i)
        for i in range(2)
    ]
    question = Question()
    found = analyse(glow, question)
    page = emission_page(found, question)
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", page)
    for svg in re.findall(r"<svg .*?</svg>", page, re.DOTALL):
        root = ET.fromstring(svg)  # noqa: S314  our own drawing
        assert root.find("{http://www.w3.org/2000/svg}title").text
    assert page.count('class="figure"') == 5  # two spectra, course, colours, vials
    for text in ("per wavelength", "per energy", "Budgets", "Method and sources", "CIE 015"):
        assert text in page
    assert write_emission(found, question, tmp_path / "a" / "page.html").read_text(encoding="utf-8") == page
    with pytest.raises(InputError, match="written"):
        write_emission(found, question, tmp_path)


def test_a_page_of_nothing_and_of_two_bands():
    silent = Signal(SignalKind.EMISSION, NM * 1.0, np.zeros(NM.size), "silent")
    two = Signal(SignalKind.EMISSION, NM * 1.0, gauss(500.0, 30.0) + gauss(600.0, 30.0), "two")
    infrared = Signal(SignalKind.EMISSION, NM + 700.0, gauss(600.0, 60.0), "infrared")
    page = emission_page(analyse([silent, two, infrared]), Question())
    assert "no emission" in page
    assert "two bands" in page
    assert "O band" in page

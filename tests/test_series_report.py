"""The page of a series of absorbance spectra: what was found, why what is missing is missing, and how."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from benchmarks.synthetic_clusters import cdte, series
from hypothesis import given
from hypothesis import strategies as st

from aliquot.errors import InputError
from aliquot.finding import Finding
from aliquot.instruments.absorbance.analyse import Question, analyse
from aliquot.instruments.absorbance.observe import Spectrometer, observe
from aliquot.instruments.absorbance.production import Most
from aliquot.instruments.absorbance.recorded import RecordedSeries, read_recorded, series_for
from aliquot.instruments.formats import read_spectra
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.knowledge import store
from aliquot.population import Population
from aliquot.report.absorbance import series_page, write_series
from aliquot.report.absorbance.budgets import tables_of
from aliquot.report.absorbance.look import (
    axis_of,
    clock_of,
    columns_for,
    fit_of,
    name_of,
    ordered,
    shades,
    short,
)
from aliquot.report.absorbance.method_sizes import is_own
from aliquot.report.absorbance.parts import chosen
from aliquot.report.absorbance.spectra import REACH, scale_of, stretches
from aliquot.report.absorbance.tables import findings
from aliquot.units import EV_NM
from pages import Page

NM = np.arange(350.0, 701.0)
HOSTILE = '<script>alert("1")</script> &amp; \x00\x07 量子'


def checked(page: str) -> Page:
    """Return a page that stands on its own."""
    read = Page(page)
    assert not read.open
    assert len(read.names) == len(set(read.names))
    for _, address in read.addresses:
        assert address.startswith("#")
        assert address[1:] in read.names
    for svg in re.findall(r"<svg .*?</svg>", page, re.DOTALL):
        assert ET.fromstring(svg).find("{http://www.w3.org/2000/svg}title").text  # noqa: S314  our own drawing
    assert "{{" not in page
    assert "None" not in read.text
    assert "nan" not in read.text.split()
    return read


def spectrum(e1=520.0, label="dots", time_s=None, noise=1e-3, seed=0, **more) -> Signal:
    """A spectrum with a first exciton on a rising continuum."""
    ev = EV_NM / NM
    line = np.exp(-0.5 * ((ev - EV_NM / e1) / 0.06) ** 2)
    rise = 0.5 / (1.0 + np.exp(-(ev - EV_NM / e1 - 0.3) / 0.08))
    values = 0.3 * line + rise + noise * np.random.default_rng(seed).standard_normal(NM.size)
    return Signal(SignalKind.ABSORBANCE, NM, values, label, time_s=time_s, **more)


@pytest.fixture(scope="module")
def run_9(shared):
    folder = shared / "data" / "imperial_cdse"
    if not folder.is_dir():
        pytest.skip("needs the spectra of imperial_cdse")
    file = folder / "run 9 uv-vis.csv"
    recorded = series_for(read_recorded(folder / "UV-Vis Peak Values.csv"), file.name)
    return analyse(read_spectra(file), store.material("CdSe"), Question(recorded=recorded))


@pytest.fixture(scope="module")
def inp():
    """Two samples of growing dots, read with the lineshape that they teach."""
    card, signals = store.material("InP"), []
    for k, peak in enumerate((200, 240)):
        rungs = np.zeros(500)
        rungs[peak - 70 : peak + 71] = 0.004 * np.hanning(141)
        seen = observe(
            Population("InP", card.unit_volume, rungs),
            card,
            Spectrometer(store.solvent("hexane")),
            label=f"{10 * (k + 1)} min",
            seed=k,
        )
        signals.append(replace(seen, time_s=600.0 * (k + 1), path_mm=1.0, dilution=20.0, medium="hexane"))
    return analyse(signals[::-1], card, Question(most=Most(90.0, ("In",)), flow_ml_min=0.1, volume_ml=3.6))


@pytest.fixture(scope="module")
def inp_page(inp):
    return series_page(inp)


@pytest.fixture(scope="module")
def run_9_page(run_9):
    return series_page(run_9)


@pytest.fixture(scope="module")
def clusters():
    return analyse(series().signals[1::3], cdte(), Question(clusters=("430", "449", "469"), invert=False))


# --- real spectra ---------------------------------------------------------------------------------------


def test_a_real_run_says_what_was_found_and_what_can_not_be(run_9, run_9_page):
    page = run_9_page
    read = checked(page)
    assert len(page.encode()) < 3e6
    assert page.count('class="figure"') == 3  # spectra, course, recorded peaks
    for one in run_9.aliquots:
        assert f"{one.e1.value.value:.1f}" in read.text
        assert f"{one.diameter.value.value:.2f}" in read.text
    assert "18 of 18" in read.text
    assert run_9.recorded.sentence in read.text
    assert "mean diameter, RSD : No lineshape is known for cadmium selenide" in read.text
    assert "No amount without path and dilution and medium" in read.text
    assert "68 of 5418 points were left out, in 4 of 18 spectra" in read.text
    assert "hatch" not in read.text
    assert "<pattern" in page  # what is left out is hatched
    for key in ("yu2003", "jasieniak2009", "nguyen2022"):
        assert f"({key})" in read.text
    assert str(Path(run_9.aliquots[0].signal.where.file).parent) not in page  # a machine is nobody's concern
    assert "run 9 uv-vis.csv" in read.text


def test_equal_findings_give_equal_pages(run_9, run_9_page):
    assert series_page(run_9) == run_9_page


# --- sizes and amounts ----------------------------------------------------------------------------------


def test_sizes_amounts_and_lineshape_are_told_with_their_budgets(inp, inp_page):
    page = inp_page
    read = checked(page)
    assert page.count('class="figure"') == 4  # spectra, sizes, course, lineshape
    names = [name_of(one) for one in ordered(inp.aliquots)]
    assert names == ["10 min", "20 min"]  # given the other way round
    assert [row.name for row in findings(ordered(inp.aliquots)).rows] == names
    for one in inp.aliquots:
        assert f"{one.distribution.value.value:.2f}" in read.text
        assert f"{100 * one.rsd.value.value:.1f}" in read.text
        assert f"{one.amount.concentration.value.value:.1f}" in read.text
        for way in one.recovered.descriptions:
            assert way.method in read.text
    for constant in inp.lineshape.constants:
        assert f"{constant.before[0]:.1f}" in read.text
    assert "learned from 2 spectra of this series" in read.text
    assert "formula units found over those that In would allow (90.0 mM)" in read.text
    assert all(word in read.text for word in ("production", "space-time yield", "noise and smoothing", "μᵢ"))
    assert "(wang2023)" in read.text
    assert "SHA-256" in read.text


def test_residuals_are_in_units_of_the_noise_that_neighbours_tell(inp):
    for one in inp.aliquots:
        fit = fit_of(one)
        assert fit.rms == pytest.approx(1.0, abs=0.25)
        np.testing.assert_allclose(fit.missed * one.examined.noise, one.recovered.residual)


def test_a_bad_fit_is_seen_to_be_one(inp):
    one = inp.aliquots[0]
    off = replace(one.recovered, residual=one.recovered.residual + 0.02, noise=0.02)
    assert fit_of(replace(one, recovered=off)).rms > 10.0


def test_budgets_are_those_of_the_findings(inp):
    aliquots = ordered(inp.aliquots)
    by_name = {}
    for table in tables_of(aliquots):
        causes = [(group.name, cause) for group in table.groups for cause in group.causes]
        assert len(causes) <= 12
        for name, parts in table.rows:
            by_name[name] = {**by_name.get(name, {}), **dict(zip(causes, parts, strict=True))}
    for one in aliquots:
        told, amount = by_name[name_of(one)], one.amount.concentration
        assert told["E1 [nm]", "method"] == f"{one.e1.budget['method']:.2f}"
        rsd = told["RSD by fit [% points]", "noise and smoothing"]
        assert rsd == f"{100 * one.rsd.budget['noise']:.2f}"
        assert told["mean diameter by fit [nm]", "sizing curve"] == "0.100"
        share = 100.0 * amount.budget["mu_i"] / amount.value.value
        assert told["concentration [% of it]", "μᵢ"] == f"{share:.1f}"


def test_a_lineshape_that_was_given_is_not_called_learned(inp):
    given_before = replace(inp.lineshape, labels=("other", "samples"))
    assert is_own(inp.lineshape, inp.aliquots)
    assert not is_own(given_before, inp.aliquots)
    page = series_page(replace(inp, lineshape=given_before))
    assert "This lineshape was learned before and given" in checked(page).text
    assert page.count('class="figure"') == 3


# --- clusters -------------------------------------------------------------------------------------------


def test_clusters_have_verdicts_reasons_and_parts(clusters):
    page = series_page(clusters)
    read = checked(page)
    assert page.count('class="figure"') == 3  # spectra, parts, course
    for claim in clusters.unmixed.claims:
        assert claim.family.id in read.text
        assert claim.reason in read.text
    peak = clusters.unmixed.spectra[2].of("CdTe-449").peak.value
    assert f"{peak.value:.3f}" in read.text
    assert f"{peak.low:.3f} to {peak.high:.3f}" in read.text
    assert clusters.proposed.reason in read.text
    assert "unmixed together into the lines of CdTe-430, CdTe-449 and CdTe-469" in read.text
    assert "var(--nm-449," in page  # in the colour of light at its line
    assert "(mech2023)" in read.text


def test_the_parts_are_shown_where_each_species_is_strongest(clusters):
    shown = chosen(ordered(clusters.aliquots))
    assert 1 <= len(shown) <= 4
    for name in ("CdTe-449", "CdTe-469"):
        heights = {one.label: one.unmixed.of(name).peak.value.value for one in clusters.aliquots}
        assert max(heights, key=heights.get) in {one.label for one in shown}


def test_what_is_read_beside_clusters_says_so(clusters):
    table = findings(ordered(clusters.aliquots))
    letters = dict(table.notes)
    column = [column.name for column in table.columns].index("HWHM")
    notes = [letters.get(row.cells[column].note, "") for row in table.rows]
    assert all("lines of their own" in note for note in notes)


# --- little, much, and hostile --------------------------------------------------------------------------


def test_a_nearly_empty_spectrum_has_a_page_with_reasons():
    noise = 0.002 + 1e-3 * np.random.default_rng(3).standard_normal(NM.size)
    found = analyse([Signal(SignalKind.ABSORBANCE, NM, noise, HOSTILE)], store.material("InP"))
    page = series_page(found)
    read = checked(page)
    assert "<script" not in page
    assert "0 of 1" in read.text
    assert "Nothing absorbs" in read.text
    assert "which shows no first exciton" in read.text
    assert page.count('class="figure"') == 1


def test_every_dash_has_a_reason(inp, clusters):
    for found in (inp, clusters):
        table = findings(found.aliquots)
        letters = dict(table.notes)
        for row in table.rows:
            for cell in row.cells:
                if cell.text.value == "–":
                    assert letters[cell.note].endswith((".", "?"))
        shown = {column.name for column in table.columns}
        absent = {name for names, _ in table.absent for name in names.split(", ")}
        assert not shown & absent
        assert all(reason for _, reason in table.absent)


def test_twenty_aliquots_of_three_thousand_points_make_a_small_page():
    fine = np.linspace(350.0, 700.0, 3001)
    signals = []
    for k in range(20):
        coarse = spectrum(480.0 + 3.0 * k, f"aliquot {k}", 30.0 * (k + 1), noise=0.0)
        values = np.interp(fine, NM, coarse.values)
        values += 1e-3 * np.random.default_rng(k).standard_normal(fine.size)
        signals.append(replace(coarse, wavelengths=fine, values=values))
    found = analyse(signals, store.material("CdSe"), Question(invert=False))
    page = series_page(found)
    assert len(page.encode()) < 1.5e6
    assert "20 of 20" in checked(page).text


def test_one_aliquot_and_aliquots_without_times():
    cdse = store.material("CdSe")
    alone = series_page(analyse([spectrum(label="A")], cdse, Question(invert=False)))
    assert alone.count('class="figure"') == 1
    assert "time [" not in checked(alone).text
    pair = [spectrum(label="A"), spectrum(540.0, "B" * 300, seed=1)]
    page = series_page(analyse(pair, cdse, Question(invert=False)))
    assert "Aliquot by aliquot" in checked(page).text


def test_changes_and_strays_of_a_series_are_marked():
    e1 = [480.0, 495.0, 505.0, 511.0, 540.0, 515.0, 516.0, 508.0, 498.0, 490.0]
    signals = [spectrum(nm, f"{k} min", 60.0 * k, seed=k) for k, nm in enumerate(e1, start=1)]
    recorded = RecordedSeries("Run", {60.0 * k: nm - 20.0 for k, nm in enumerate(e1, start=1)})
    found = analyse(signals, store.material("CdSe"), Question(invert=False, recorded=recorded))
    assert found.course.changes_s
    assert not found.course.in_line.all()
    text = checked(series_page(found)).text
    assert "where the series changes" in text
    assert "fall out of line" in text
    assert "Stretch by stretch: growing from" in text
    assert "were read elsewhere" in text


def test_a_page_of_no_aliquots_is_refused_and_a_file_has_to_be_one(tmp_path):
    found = analyse([spectrum()], store.material("CdSe"), Question(invert=False))
    with pytest.raises(InputError, match="without spectra"):
        series_page(replace(found, aliquots=()))
    written = write_series(found, tmp_path / "new" / "run 9.html")
    assert written.read_text(encoding="utf-8") == series_page(found)
    with pytest.raises(InputError, match="written"):
        write_series(found, tmp_path)


# --- small parts ----------------------------------------------------------------------------------------


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_stretches_are_all_that_is_not_trusted(trusted):
    mask = np.array(trusted)
    back = np.ones(mask.size, dtype=bool)
    for low, high in stretches(mask):
        assert back[low : high + 1].all()
        back[low : high + 1] = False
    np.testing.assert_array_equal(back, mask)


@given(st.text(max_size=80))
def test_any_label_becomes_a_name_that_a_drawing_can_hold(label):
    one = replace(_AN_ALIQUOT, signal=replace(_AN_ALIQUOT.signal, label=label))
    name = name_of(one)
    assert name
    assert name.isprintable()
    assert 0 < len(short(name)) <= 26


_AN_ALIQUOT = analyse([spectrum()], store.material("CdSe"), Question(invert=False)).aliquots[0]


@given(st.integers(1, 40))
def test_panels_leave_few_gaps(count):
    columns = columns_for(count)
    assert 1 <= columns <= 4
    assert -count % columns <= 2


def test_time_is_the_axis_where_it_can_be():
    def at(*times):
        return [
            replace(_AN_ALIQUOT, signal=replace(_AN_ALIQUOT.signal, label=str(k), time_s=time))
            for k, time in enumerate(times)
        ]

    assert axis_of(at(60.0, 120.0)).clock.unit == "s"
    assert axis_of(at(900.0, 86400.0)).logarithmic
    assert not axis_of(at(0.0, 86400.0)).logarithmic
    assert axis_of(at(60.0, 120.0, None)).left_out == ("2",)
    assert axis_of(at(60.0, 60.0, 60.0, 120.0)).clock is None
    assert axis_of(at(None, None)).clock is None
    assert shades(at(60.0, 120.0)) == [0.45, 1.0]
    assert clock_of([3600.0]).told(1800.0) == "30 min"


def test_residuals_of_any_size_are_drawn_to_one_scale():
    assert scale_of([np.zeros(9)]) == 4.0
    assert scale_of([np.full(9, 7.0), np.zeros(9)]) == 7.0
    assert scale_of([np.full(9, 1e3)]) == REACH


def test_a_reason_without_words_is_told_to_be_missing():
    silent = replace(_AN_ALIQUOT, e1=Finding("E1", "nm", None))
    assert ("a", "No reason is known.") in findings([silent]).notes


def test_the_report_needs_no_jax():
    code = "import sys, aliquot.report.absorbance; print({'jax', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "set()"

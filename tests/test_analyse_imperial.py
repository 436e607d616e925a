"""Real CdSe series: shared/data/imperial_cdse."""

from dataclasses import replace

import numpy as np
import pytest

from aliquot.errors import FormatError
from aliquot.instruments.absorbance.analyse import Question, analyse
from aliquot.instruments.absorbance.quality.examine import examine
from aliquot.instruments.absorbance.quality.record import Gate
from aliquot.instruments.absorbance.recorded import compare_recorded, read_recorded, series_for
from aliquot.instruments.absorbance.series import Trend, course_of
from aliquot.instruments.formats import read_spectra
from aliquot.knowledge import store

SPECTRA = {
    n: f"{'run' if n in {8, 9} else 'Run'} {n} {'uv-vis' if n in {8, 9} else 'UV-Vis'}.csv"
    for n in range(1, 10)
}
RUN_9 = {30: 489, 120: 512, 210: 521, 300: 527, 390: 530, 480: 532}


@pytest.fixture(scope="session")
def folder(shared):
    found = shared / "data" / "imperial_cdse"
    if not found.is_dir():
        pytest.skip("needs the spectra of imperial_cdse")
    return found


@pytest.fixture(scope="session")
def signals(folder):
    return {n: read_spectra(folder / file) for n, file in SPECTRA.items()}


@pytest.fixture(scope="session")
def series(signals):
    cdse = store.material("CdSe")
    return {n: analyse(read, cdse) for n, read in signals.items()}


@pytest.fixture(scope="session")
def compared(folder, series):
    """Our first excitons against what the students wrote down, by run."""
    recorded = read_recorded(folder / "UV-Vis Peak Values.csv")
    return {n: compare_recorded(by_time(series[n]), series_for(recorded, SPECTRA[n])) for n in SPECTRA}


def by_time(found):
    return {a.time_s: a.e1.value.value for a in found.aliquots if a.e1.value is not None}


@pytest.mark.parametrize(
    ("run", "count"), {1: 14, 2: 16, 3: 18, 4: 18, 5: 18, 6: 18, 7: 18, 8: 18, 9: 18}.items()
)
def test_every_file_of_spectra_is_read_whole(signals, run, count):
    read = signals[run]
    assert len(read) == count
    assert all(signal.time_s is not None and signal.wavelengths.size >= 250 for signal in read)
    assert read[0].time_s == (20.0 if run == 1 else 30.0)


def test_the_overnight_file_with_its_log_is_read(folder):
    signals = read_spectra(folder / "Run 3 overnight full comparison.csv")
    assert [signal.label for signal in signals[:2]] == ["30 s reaction", "30 s reaction_overnight"]
    assert {signal.wavelengths.size for signal in signals} == {451}
    found = analyse(signals, store.material("CdSe"))
    assert "More than one aliquot was taken at 30 s." in found.flags


def test_whatever_is_no_absorption_is_refused_with_its_place(folder):
    spectra = {*SPECTRA.values(), "Run 3 overnight full comparison.csv"}
    for file in folder.iterdir():
        if file.name not in spectra:
            with pytest.raises(FormatError) as caught:
                read_spectra(file)
            assert caught.value.where.line, file.name


@pytest.mark.parametrize(("time", "expected"), RUN_9.items())
def test_first_exciton_of_run_9(series, time, expected):
    (aliquot,) = [aliquot for aliquot in series[9].aliquots if aliquot.time_s == time]
    assert aliquot.e1.value.value == pytest.approx(expected, abs=3.0)
    assert aliquot.e1.value.high - aliquot.e1.value.low < 12.0


@pytest.mark.parametrize("run", [2, 3, 6, 9])
def test_recorded_peaks_agree_where_they_are_peaks(compared, run):
    found = compared[run]
    assert len(found.differences_nm) >= 14
    assert max(abs(found.low_nm), abs(found.high_nm)) < 5.0
    assert found.agree
    assert f"Run {run}: our E1 agrees with the recorded peaks" in found.sentence


@pytest.mark.parametrize("run", [4, 5, 7, 8])
def test_recorded_peaks_lie_red_where_they_are_edges(compared, run):
    # README of the folder: there the recorded values lie 11-16 nm red of the second derivative.
    found = compared[run]
    assert not found.agree
    assert -16.0 < found.median_nm < -11.0
    assert (
        f"Run {run}: our E1 lies {-found.median_nm:.0f} nm to the blue of the recorded peaks"
        in found.sentence
    )


def test_the_first_run_was_read_like_those(compared):
    # The README does not name it among them; its recorded peaks lie as far to the red.
    assert compared[1].median_nm == pytest.approx(-12.6, abs=0.5)
    assert not compared[1].agree


@pytest.mark.parametrize("run", [1, 2, 3, 5, 6, 9])
def test_growing_series(series, run):
    assert series[run].trend is Trend.GROWING


def test_run_8_turns_back(series):
    assert series[8].trend is Trend.REVERSING
    assert any("turns back after ~330 s" in flag for flag in series[8].flags)
    assert any("No first exciton in 2 of 18 aliquots: 570 s, 600 s" in flag for flag in series[8].flags)


def test_run_9_is_one_stretch_of_growth_and_run_8_two(series):
    nine, eight = (
        course_of(np.array(list(by_time(series[n]))), np.array(list(by_time(series[n]).values())))
        for n in (9, 8)
    )
    assert [stretch.trend for stretch in nine.stretches] == [Trend.GROWING]
    assert nine.in_line.all()
    assert [stretch.trend for stretch in eight.stretches] == [Trend.GROWING, Trend.REVERSING]
    assert 270.0 <= eight.changes_s[0] <= 330.0
    assert eight.stretches[1].moves_nm == pytest.approx(-43.0, abs=1.0)


def test_gates_tell_what_is_seen_in_these_spectra_and_no_step(signals):
    # Its steps of detector lie at 800 nm, where the longest window ends.
    found = {n: [examine(signal) for signal in read] for n, read in signals.items()}
    assert not any(e.about(Gate.STEP) for run in found.values() for e in run)
    assert not any(
        e.about(Gate.STRAY_LIGHT) or e.about(Gate.SATURATION) for run in found.values() for e in run
    )
    # Only the three most concentrated runs reach 2, and lose at most 30 points at the blue end to noise.
    assert {n for n, run in found.items() if any(e.about(Gate.RANGE) for e in run)} == {2, 6, 9}
    assert max(np.count_nonzero(~e.mask) for run in found.values() for e in run) <= 30


def test_diameters_grow_within_the_range_of_cdse(series):
    sizes = [aliquot.diameter.value.value for aliquot in series[9].aliquots]
    assert 2.2 < sizes[0] < 2.4
    assert 2.7 < sizes[-1] < 3.0
    assert np.all(np.diff(sizes) > 0)
    assert series[9].citations == ("yu2003", "jasieniak2009", "nguyen2022")


def test_half_widths_are_those_of_ensembles(series):
    widths = [a.hwhm.value.value for run in series.values() for a in run.aliquots if a.hwhm.value]
    assert min(widths) > 50.0
    assert max(widths) < 120.0


def test_without_a_lineshape_there_is_no_distribution_but_a_reason(series):
    aliquot = series[9].aliquots[0]
    assert (aliquot.distribution.value, aliquot.rsd.value) == (None, None)
    assert "No lineshape is known" in aliquot.distribution.flags[0]


def test_an_aliquot_without_time_is_flagged(folder):
    signals = [replace(signal, time_s=None) for signal in read_spectra(folder / SPECTRA[9])]
    found = analyse(signals, store.material("CdSe"), Question(invert=False))
    assert found.trend is Trend.NONE
    assert "No time is known" in found.aliquots[0].flags[0]

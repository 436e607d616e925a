"""Real CdSe series: shared/data/imperial_cdse."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from aliquot.errors import FormatError
from aliquot.instruments.absorbance.analyse import analyse
from aliquot.instruments.absorbance.series import Trend
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
def series(folder):
    cdse = store.material("CdSe")
    return {n: analyse(read_spectra(folder / file), cdse) for n, file in SPECTRA.items()}


@pytest.fixture(scope="session")
def recorded(folder):
    """The peaks that the students wrote down, by run and time [nm]."""
    with (folder / "UV-Vis Peak Values.csv").open(encoding="utf-8-sig", newline="") as file:
        _, *rows = csv.reader(file)
    peaks = {(1, float(row[0])): float(row[1]) for row in rows if row[0] and row[1]}
    peaks |= {
        (n, float(row[2])): float(row[n + 1])
        for row in rows
        for n in range(2, 10)
        if row[2] and len(row) > n + 1 and row[n + 1]
    }
    return peaks


def differences(found, recorded, run):
    return np.array(
        [
            aliquot.e1.value.value - recorded[run, aliquot.time_s]
            for aliquot in found.aliquots
            if aliquot.e1.value is not None and (run, aliquot.time_s) in recorded
        ]
    )


@pytest.mark.parametrize(
    ("run", "count"), {1: 14, 2: 16, 3: 18, 4: 18, 5: 18, 6: 18, 7: 18, 8: 18, 9: 18}.items()
)
def test_every_file_of_spectra_is_read_whole(folder, run, count):
    signals = read_spectra(folder / SPECTRA[run])
    assert len(signals) == count
    assert all(signal.time_s is not None and signal.wavelengths.size >= 250 for signal in signals)
    assert signals[0].time_s == (20.0 if run == 1 else 30.0)


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
def test_recorded_peaks_agree_where_they_are_peaks(series, recorded, run):
    apart = differences(series[run], recorded, run)
    assert apart.size >= 14
    assert np.abs(apart).max() < 5.0
    assert abs(np.median(apart)) < 2.5


@pytest.mark.parametrize("run", [4, 5, 7, 8])
def test_recorded_peaks_lie_red_where_they_are_edges(series, recorded, run):
    # README of the folder: there the recorded values lie 11-16 nm red of the second derivative.
    assert -17.0 < np.median(differences(series[run], recorded, run)) < -10.0


@pytest.mark.parametrize("run", [1, 2, 3, 5, 6, 9])
def test_growing_series(series, run):
    assert series[run].trend is Trend.GROWING


def test_run_8_turns_back(series):
    assert series[8].trend is Trend.REVERSING
    assert any("turns back after ~330 s" in flag for flag in series[8].flags)
    assert any("No first exciton in 2 of 18 aliquots: 570 s, 600 s" in flag for flag in series[8].flags)


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
    found = analyse(signals, store.material("CdSe"), invert=False)
    assert found.trend is Trend.NONE
    assert "No time is known" in found.aliquots[0].flags[0]

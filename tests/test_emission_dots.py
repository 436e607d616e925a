"""Emission of populations and back: sizes that emit, excitation spectra, Stokes shifts, hot cells."""

from dataclasses import replace

import numpy as np
import pytest

from aliquot.errors import InputError, RangeError, SignalError
from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.edge import Edge, find_edge
from aliquot.instruments.absorbance.kernel import first_exciton
from aliquot.instruments.absorbance.observe import Spectrometer, observe
from aliquot.instruments.emission.analyse import Question, analyse
from aliquot.instruments.emission.band import Band
from aliquot.instruments.emission.dots import DotLine
from aliquot.instruments.emission.emitting import emitting_sizes
from aliquot.instruments.emission.excited import against_absorbing, emitting_edge, excited
from aliquot.instruments.emission.hot import ROOM_K, broadening, hot_cell
from aliquot.instruments.emission.observe import Fluorimeter, observe_emission, observe_excitation
from aliquot.instruments.emission.stokes import stokes_shift
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.knowledge import store
from aliquot.population import Population
from aliquot.units import EV_NM

INP, HEXANE = store.material("InP"), store.solvent("hexane")
LINE = DotLine.of(INP)
SCAN = Fluorimeter(HEXANE)


def dots(mean=2.8, rsd=0.08, amount=1e-3) -> Population:
    """Dots of one spread by number."""
    n = np.arange(1.0, 1200.0)
    sizes = np.cbrt(6.0 * INP.unit_volume * n / np.pi)
    shares = np.exp(-0.5 * ((sizes - mean) / (rsd * mean)) ** 2) * np.gradient(sizes)
    shares[sizes < 1.6] = 0.0
    return Population("InP", INP.unit_volume, amount * shares / shares.sum())


def single(n=205) -> Population:
    rungs = np.zeros(1200)
    rungs[n - 1] = 1e-3
    return Population("InP", INP.unit_volume, rungs)


def emitted(population, line=LINE, seed=None, scan=SCAN):
    return observe_emission(population, INP, scan, line, label="A1", seed=seed)


# --- forward ----------------------------------------------------------------------------------------------


def test_one_size_emits_its_own_line():
    (band,) = analyse([emitted(single())]).aliquots[0].bands
    e1 = float(first_exciton(INP, single().diameters[204:205])[0])
    assert band.peak_ev.value.value == pytest.approx(e1 - LINE.stokes_ev, abs=2e-4)
    assert band.fwhm_mev.value.value == pytest.approx(1e3 * 2.3548 * LINE.sd_ev, rel=2e-3)


def test_photons_emitted_are_those_absorbed_times_the_yield():
    population = dots()
    wide = replace(SCAN, window_nm=(450.0, 1000.0))
    light = emitted(population, replace(LINE, quantum_yield=0.4), scan=wide)
    seen_in = Spectrometer(HEXANE, window_nm=(420.0, 700.0), path_mm=10.0, dilution=1.0)
    absorbance = observe(population, INP, seen_in, label="A1", seed=None).values[0]
    photons = float(np.trapezoid(light.values, light.wavelengths))
    assert photons == pytest.approx(0.4 * absorbance * np.log(10.0), rel=1e-3)


def test_a_broader_population_emits_a_broader_and_redder_band():
    bands = [analyse([emitted(dots(rsd=rsd))]).aliquots[0].bands[0] for rsd in (0.03, 0.12)]
    assert bands[1].fwhm_mev.value.value > 1.5 * bands[0].fwhm_mev.value.value
    assert bands[1].peak_ev.value.value < bands[0].peak_ev.value.value


def test_noise_is_that_of_its_seed():
    first, again, other = (emitted(dots(), seed=seed).values for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    clean = emitted(dots()).values
    assert np.std(first - clean) == pytest.approx(SCAN.noise * clean.max(), rel=0.1)


def test_what_can_not_emit_is_refused():
    with pytest.raises(InputError, match="one material"):
        observe_emission(dots(), store.material("CdSe"), SCAN, LINE, label="A1", seed=None)
    with pytest.raises(InputError, match="more photons"):
        emitted(dots(), replace(LINE, quantum_yield=1.4))
    with pytest.raises(InputError, match="below its first exciton"):
        DotLine(-0.1, 0.04, "none")
    with pytest.raises(InputError, match="scans like that"):
        replace(SCAN, window_nm=(800.0, 450.0))


# --- back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mean", "rsd"), [(2.4, 0.06), (2.8, 0.10), (3.4, 0.08)])
def test_sizes_come_back_from_an_emission(mean, rsd):
    population = dots(mean, rsd)
    found = emitting_sizes(emitted(population, seed=3), INP, LINE)
    true = population.sizes("volume")
    assert found.mean.value.value == pytest.approx(true.mean, abs=0.03)
    assert found.range_nm[0] == pytest.approx(true.quantile(0.05), abs=0.15)
    assert found.range_nm[1] == pytest.approx(true.quantile(0.95), abs=0.15)
    assert found.misfit < 0.01
    assert any("assumed" in flag for flag in found.mean.flags)


def test_a_wrong_stokes_shift_stays_within_the_interval():
    population = dots()
    other = replace(LINE, stokes_ev=1.4 * LINE.stokes_ev)
    found = emitting_sizes(emitted(population, other, seed=3), INP, LINE).mean
    true = population.sizes("volume").mean
    assert abs(found.value.value - true) > 0.02
    assert found.value.low < true < found.value.high
    assert found.budget["Stokes shift"] > 5.0 * found.budget["noise"]


def test_a_yield_that_grows_with_size_is_seen_in_the_mean():
    population = dots(rsd=0.12)
    large = replace(LINE, quantum_yield=lambda d: np.clip(0.4 * (d - 1.6), 0.0, 1.0))
    emitting = emitting_sizes(emitted(population, large, seed=3), INP, LINE).mean.value.value
    absorbing = population.sizes("volume").mean
    assert emitting > absorbing + 0.05
    exact = population.sizes("volume")
    weights = exact.shares * np.clip(0.4 * (exact.diameters - 1.6), 0.0, 1.0)
    assert emitting == pytest.approx(float(weights @ exact.diameters / weights.sum()), abs=0.04)


def test_an_emission_that_is_none_of_the_band_edge_is_told():
    nm = np.arange(450.0, 900.0)
    trap = np.exp(-0.5 * ((EV_NM / nm - 1.75) / 0.18) ** 2) + np.exp(-0.5 * ((EV_NM / nm - 2.3) / 0.02) ** 2)
    found = emitting_sizes(Signal(SignalKind.EMISSION, nm, trap, "A1", excitation_nm=420.0), INP)
    assert any("do not explain" in flag for flag in found.mean.flags)
    infrared = Signal(SignalKind.EMISSION, np.arange(1500.0, 1700.0), np.ones(200), "A1")
    with pytest.raises(RangeError, match="no size"):
        emitting_sizes(infrared, INP)


# --- excitation -------------------------------------------------------------------------------------------


def test_excitation_of_equal_yields_watched_widely_is_absorption():
    scan = Fluorimeter(HEXANE, window_nm=(430.0, 640.0), fixed_nm=532.0)
    broad = replace(LINE, sd_ev=2.0)  # all sizes emit alike at the wavelength that is watched
    light = observe_excitation(dots(), INP, scan, broad, label="A1", seed=None)
    seen_in = Spectrometer(HEXANE, window_nm=(430.0, 640.0), path_mm=10.0, dilution=1.0)
    absorbance = observe(dots(), INP, seen_in, label="A1", seed=None)
    ratio = light.values / absorbance.values
    assert ratio == pytest.approx(ratio[0], rel=0.02)


def test_excitation_watched_in_the_red_is_that_of_large_dots():
    population, seen_in = dots(rsd=0.08), Spectrometer(HEXANE, window_nm=(400.0, 750.0), dilution=1.0)
    absorbing = find_edge(observe(population, INP, seen_in, label="A1", seed=None))
    found = {}
    for watched in (540.0, 600.0):
        scan = Fluorimeter(HEXANE, window_nm=(400.0, 750.0), fixed_nm=watched, noise=1e-3)
        light = observe_excitation(population, INP, scan, LINE, label="A1", seed=2)
        found[watched] = against_absorbing(emitting_edge(light), absorbing, INP)
    assert found[540.0].value.high < 0.0 < found[600.0].value.low
    assert "sizing curve" not in " ".join(found[600.0].budget)


def test_excitation_knows_its_kind_and_its_doubts():
    with pytest.raises(SignalError, match="excitation"):
        emitting_edge(emitted(dots()))
    nm = np.arange(250.0, 411.0)
    cut = Signal(SignalKind.EXCITATION, nm, np.exp(-0.5 * ((nm - 400.0) / 30.0) ** 2), "A1")
    found = excited(cut, None, INP)
    assert any("may lie beyond" in flag for flag in found.flags)
    assert any("watched is not known" in flag for flag in found.flags)
    assert excited(replace(cut, values=np.zeros(nm.size)), None, None).edge.e1.value is None


# --- Stokes shift -----------------------------------------------------------------------------------------


def edge_at(nm, sd=0.5) -> Edge:
    e1 = Finding("E1", "nm", Interval.normal(nm, sd), budget={"noise": sd})
    return Edge(e1, EV_NM / nm, e1, "", ())


@pytest.mark.parametrize(("absorbs", "emits", "mev"), [(447.0, 455.0, 48.8), (530.0, 607.0, 297.0)])
def test_the_shifts_of_the_papers(absorbs, emits, mev):
    found = stokes_shift(Band.at(EV_NM / emits, 0.002), edge_at(absorbs))
    assert found.value.value == pytest.approx(mev, abs=0.3)
    assert bool(found.flags) == (mev > 200.0)
    if mev > 200.0:
        assert "no band-edge Stokes shift" in found.flags[0]


def test_an_emission_above_its_exciton_is_of_another_sample():
    assert "not of one sample" in stokes_shift(Band.at(2.6, 0.001), edge_at(530.0)).flags[0]
    assert stokes_shift(Band.at(2.2, 0.001), Edge.nothing("None.")).value is None


def test_the_shift_of_a_population_is_that_of_its_dots_and_of_its_spread():
    shifts = {}
    for rsd in (0.03, 0.10):
        population = dots(rsd=rsd)
        absorbance = observe(
            population,
            INP,
            Spectrometer(HEXANE, window_nm=(400.0, 700.0), dilution=1.0),
            label="A1",
            seed=None,
        )
        found = analyse([emitted(population)], Question(absorbances={"A1": absorbance})).aliquots[0]
        shifts[rsd] = found.stokes.value
    assert shifts[0.03].value == pytest.approx(1e3 * LINE.stokes_ev, abs=12.0)
    assert shifts[0.10].value > shifts[0.03].value


# --- hot cells --------------------------------------------------------------------------------------------


def test_a_hot_cell_shifts_by_what_the_basis_says():
    e1 = Finding("E1", "nm", Interval.normal(560.0, 0.5), budget={"noise": 0.5})
    found = hot_cell(e1, 473.15, INP)
    assert found.shift.value.value == pytest.approx(-70.0, abs=2.0)
    assert found.shift.value.low < -75.0 < -65.0 < found.shift.value.high + 14.0
    assert found.size_error.value.value == pytest.approx(0.16, abs=0.04)
    assert all("Estimated" in finding.flags[-1] for finding in (found.shift, found.e1_room, found.size_error))


def test_room_temperature_changes_nothing():
    e1 = Finding("E1", "nm", Interval.normal(560.0, 0.5), budget={"noise": 0.5})
    found = hot_cell(e1, ROOM_K)
    assert found.e1_room.value.value == pytest.approx(560.0)
    assert found.broadening == 1.0
    assert found.size_error.value is None


def test_a_line_broadens_as_one_phonon_has_it():
    assert broadening(1e-3 * 295.0 * 60.0) < 1.0
    hot = broadening(4.0 * 295.0)
    assert hot == pytest.approx(2.0, rel=0.06)  # the classical limit, sd as the root of T
    with pytest.raises(RangeError, match="650 K"):
        hot_cell(Finding("E1", "nm", None), 900.0)

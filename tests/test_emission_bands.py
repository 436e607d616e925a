"""Peaks and widths of emission: exact lines, both spaces, masks, cut and double bands, intervals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.errors import SignalError
from aliquot.instruments.emission.analyse import EmissionFindings, Question, analyse
from aliquot.instruments.emission.fit import Kind
from aliquot.instruments.emission.lines import EnergyLine
from aliquot.instruments.emission.masks import masks_of, raman_nm, seen
from aliquot.instruments.emission.space import Counted, jacobian, per_energy, photons, power
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.units import EV_NM

NM = np.arange(430.0, 800.0)


def gauss(at, fwhm, nm=NM):
    return np.exp(-4.0 * np.log(2.0) * ((nm - at) / fwhm) ** 2)


def line(ev, fwhm, lean=0.0, nm=NM):
    """A line in energy as an instrument reads it, per wavelength, its maximum near 1."""
    return EnergyLine(ev, fwhm, lean).at(EV_NM / nm) * jacobian(np.array([EV_NM / ev]))[0] / jacobian(nm)


def signal_of(values, nm=NM, **more) -> Signal:
    return Signal(SignalKind.EMISSION, nm, values, "dots", **more)


def read(values, nm=NM, noise=0.0, seed=0, question=None, **more) -> EmissionFindings:
    noisy = values + noise * np.random.default_rng(seed).standard_normal(nm.size)
    return analyse([signal_of(noisy, nm, **more)], question).aliquots[0]


def holds(finding, truth):
    return finding.value is not None and finding.value.low <= truth <= finding.value.high


# --- spaces -----------------------------------------------------------------------------------------------


def test_photons_are_conserved_between_the_spaces():
    spectrum = per_energy(signal_of(gauss(600.0, 40.0)))
    assert np.trapezoid(spectrum.values, spectrum.energies) == pytest.approx(
        np.trapezoid(gauss(600.0, 40.0), NM), rel=1e-4
    )


@given(st.floats(1e-6, 10.0))
@settings(max_examples=20, deadline=None)
def test_variance_goes_with_the_square_of_the_jacobian(sd):
    signal = signal_of(gauss(600.0, 40.0))
    spectrum = per_energy(signal, np.full(NM.size, sd**2))
    assert np.sqrt(spectrum.variances) == pytest.approx(sd * jacobian(NM)[::-1])


def test_scatter_of_noise_in_energy_is_the_variance_that_is_told():
    random = np.random.default_rng(3)
    drawn = np.stack([per_energy(signal_of(random.standard_normal(NM.size))).values for _ in range(2000)])
    told = per_energy(signal_of(np.ones(NM.size)), np.ones(NM.size)).variances
    assert np.var(drawn, axis=0) == pytest.approx(told, rel=0.2)


def test_absorbance_has_no_jacobian():
    absorbance = Signal(SignalKind.ABSORBANCE, NM, gauss(600.0, 40.0), "dots")
    with pytest.raises(SignalError, match="no density"):
        per_energy(absorbance)
    with pytest.raises(SignalError, match="absorbance"):
        analyse([absorbance])


def test_photons_and_power_are_each_others_inverse():
    counts = gauss(600.0, 40.0)
    assert photons(NM, power(NM, counts, Counted.PHOTONS), Counted.POWER) == pytest.approx(counts)
    assert photons(NM, counts, Counted.PHOTONS) is counts


# --- lines ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lean", [-0.6, -0.2, 0.0, 0.3])
def test_a_line_has_the_maximum_width_and_area_that_it_says(lean):
    energies = np.linspace(1.0, 3.5, 250_001)
    shape = EnergyLine(2.2, 0.15, lean)
    values = shape.at(energies)
    above = energies[values >= 0.5]
    assert energies[values.argmax()] == pytest.approx(2.2, abs=1e-5)
    assert values.max() == pytest.approx(1.0)
    assert above[-1] - above[0] == pytest.approx(0.15, abs=3e-5)
    assert (above[0], above[-1]) == pytest.approx(shape.half_heights, abs=3e-5)
    assert np.trapezoid(values, energies) == pytest.approx(shape.area, rel=3e-5)


@pytest.mark.parametrize("lean", [-0.5, 1e-3, 0.4])
def test_slopes_of_a_line_are_its_derivatives(lean):
    energies, at = np.linspace(1.8, 2.6, 60), np.array([2.2, 0.12, lean])
    slopes = EnergyLine(*at.tolist()).slopes(energies)
    for i, step in enumerate(1e-6 * np.eye(3)):
        up, down = (EnergyLine(*(at + sign * step).tolist()).at(energies) for sign in (1.0, -1.0))
        assert slopes[:, i] == pytest.approx((up - down) / 2e-6, abs=1e-6)


# --- bands ------------------------------------------------------------------------------------------------


def test_the_band_of_the_inp_zns_paper_in_both_spaces():
    (band,) = read(gauss(607.0, 90.0)).bands
    assert band.peak_nm.value.value == pytest.approx(607.0, abs=0.1)
    assert band.fwhm_nm.value.value == pytest.approx(90.0, abs=0.2)
    # The half heights in nm lie 305 meV apart; per energy the band is another one, narrower and to the red.
    assert band.fwhm_nm_as_mev.value.value == pytest.approx(305.0, abs=1.0)
    per_ev = gauss(607.0, 90.0, np.linspace(430.0, 800.0, 370_001)) * np.linspace(430.0, 800.0, 370_001) ** 2
    fine = np.linspace(430.0, 800.0, 370_001)
    above = fine[per_ev >= 0.5 * per_ev.max()]
    exact = 1e3 * EV_NM * (1.0 / above[0] - 1.0 / above[-1])
    assert exact == pytest.approx(298.6, abs=0.1)
    assert band.fwhm_mev.value.value == pytest.approx(exact, abs=0.5)
    assert EV_NM / band.peak_ev.value.value == pytest.approx(fine[per_ev.argmax()], abs=0.2)


@pytest.mark.parametrize(("at", "fwhm", "mev"), [(540, 36, 153), (620, 46, 149), (620, 64, 207)])
def test_published_widths_in_nm_are_those_in_mev(at, fwhm, mev):
    (band,) = read(gauss(float(at), float(fwhm))).bands
    assert band.fwhm_nm_as_mev.value.value == pytest.approx(mev, abs=1.0)


@pytest.mark.parametrize(("at", "fwhm", "peak"), [(607.0, 0.305, 602.2), (1338.0, 0.140, 1327.2)])
def test_a_symmetric_line_in_energy_peaks_to_the_blue_per_wavelength(at, fwhm, peak):
    nm = np.arange(0.7 * at, 1.5 * at)
    (band,) = read(line(EV_NM / at, fwhm, nm=nm), nm).bands
    assert band.peak_nm.value.value == pytest.approx(peak, abs=0.1)
    assert EV_NM / band.peak_ev.value.value == pytest.approx(at, abs=0.1)
    assert band.fwhm_mev.value.value == pytest.approx(1e3 * fwhm, abs=0.3)


@given(st.floats(1.8, 2.5), st.floats(0.07, 0.25), st.floats(-0.4, 0.1), st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_any_line_comes_back(ev, fwhm, lean, seed):
    nm = np.arange(420.0, 900.0)
    found = read(line(ev, fwhm, lean, nm), nm, noise=2e-3, seed=seed)
    (band,) = found.bands
    assert band.peak_ev.value.value == pytest.approx(ev, abs=0.02 * fwhm)
    assert band.fwhm_mev.value.value == pytest.approx(1e3 * fwhm, rel=0.02)


def test_intervals_hold_the_truth_at_two_levels_of_noise():
    for noise in (0.01, 0.03):
        found = [read(line(2.1, 0.15, -0.2), noise=noise, seed=seed).bands[0] for seed in range(25)]
        assert sum(holds(band.peak_ev, 2.1) for band in found) >= 21
        assert sum(holds(band.fwhm_mev, 150.0) for band in found) >= 21
        scatter = np.std([band.peak_ev.value.value for band in found])
        assert np.mean([band.peak_ev.budget["noise"] for band in found]) == pytest.approx(scatter, rel=0.6)


@pytest.mark.parametrize("first", [585.0, 600.0])
def test_a_band_that_is_cut_off_has_a_bound_and_no_width(first):
    nm = np.arange(first, 800.0)
    found = read(gauss(607.0, 90.0, nm), nm, noise=1e-3)
    (band,) = found.bands
    assert band.fwhm_nm.value is None
    assert band.fwhm_mev.value is None
    assert 0.5 * 90.0 < band.at_least[0] <= 90.0
    assert band.at_least[0] == pytest.approx(652.0 - first, abs=1.0)
    assert band.at_least[1] < 305.0
    assert any("does not fall to half on its blue side" in flag for flag in found.flags)
    assert band.peak_nm.value.value == pytest.approx(607.0, abs=1.0)


def test_a_band_whose_maximum_is_not_in_the_spectrum_has_no_peak():
    nm = np.arange(620.0, 800.0)
    (band,) = read(gauss(607.0, 90.0, nm), nm, noise=1e-3).bands
    assert band.peak_nm.value is None
    assert "blue end" in band.peak_nm.flags[0]


@pytest.mark.parametrize(("weak", "apart"), [(1.0, 0.30), (0.3, 0.30), (0.6, 0.22)])
def test_two_modes_are_reported_as_two_bands(weak, apart):
    found = read(line(2.3, 0.12) + weak * line(2.3 - apart, 0.12), noise=2e-3)
    assert found.fit.kind is Kind.TWO
    found_at = sorted(band.peak_ev.value.value for band in found.bands)
    assert found_at == pytest.approx([2.3 - apart, 2.3], abs=0.005)
    for band in found.bands:
        assert band.fwhm_mev.value.value == pytest.approx(120.0, rel=0.05)
    shares = sorted(band.share for band in found.bands)
    # line() is of height 1 per wavelength; photons go as heights per energy
    places = jacobian(np.array([EV_NM / (2.3 - apart), EV_NM / 2.3]))
    height = float(weak * places[0] / places[1])
    assert shares == pytest.approx(sorted([1.0 / (1.0 + height), height / (1.0 + height)]), abs=0.02)
    assert any("Two bands stand apart" in flag for flag in found.flags)


def test_a_line_on_a_broad_background_is_read_above_it():
    both = line(2.3, 0.12) + 0.35 * line(2.0, 0.6)
    found = read(both, noise=2e-3)
    (band,) = found.bands
    assert found.fit.kind is Kind.ON_BACKGROUND
    assert band.peak_ev.value.value == pytest.approx(2.3, abs=0.004)
    assert holds(band.fwhm_mev, 120.0)
    assert band.fwhm_mev.budget["background"] > 0.0
    assert any("broad background" in flag for flag in found.flags)


def test_dark_counts_widen_the_interval_and_not_beyond_the_truth():
    (band,) = read(gauss(600.0, 40.0) + 0.1, noise=1e-3).bands
    assert band.fwhm_nm.budget["baseline"] > 0.5
    assert holds(band.fwhm_nm, 40.0)
    assert band.fwhm_nm.value.low > 0.0


def test_nothing_is_found_where_nothing_emits():
    random = np.random.default_rng(5)
    silent = [np.zeros(NM.size), *(1e-3 * random.standard_normal(NM.size) for _ in range(40))]
    found = [read(values) for values in silent]
    assert sum(bool(one.bands) for one in found) <= 1
    assert found[0].peak.value is None
    assert any("Nothing emits" in flag for flag in found[0].flags)


def test_a_weak_band_is_found_at_three_times_the_noise_of_a_point():
    found = [read(gauss(600.0, 40.0), noise=0.33, seed=seed) for seed in range(20)]
    assert sum(holds(one.peak, 600.0) for one in found) >= 18


def test_too_few_points_are_told():
    found = read(gauss(600.0, 40.0, NM[160:170]), NM[160:170])
    assert found.bands == ()
    assert any("Fewer than" in flag for flag in found.flags)


# --- masks ------------------------------------------------------------------------------------------------


def test_scattered_light_is_left_out_and_never_altered():
    nm = np.arange(390.0, 860.0)
    lamp = 50.0 * np.exp(-0.5 * ((nm - 405.0) / 3.0) ** 2) + 3.0 * np.exp(-0.5 * ((nm - 810.0) / 3.0) ** 2)
    values = gauss(600.0, 40.0, nm) + lamp
    found = read(values, nm, excitation_nm=405.0)
    assert found.bands[0].peak_nm.value.value == pytest.approx(600.0, abs=0.1)
    assert found.bands[0].fwhm_nm.value.value == pytest.approx(40.0, abs=0.2)
    assert found.signal.values is not None
    assert np.array_equal(found.signal.values, values)
    assert [mask.low_nm for mask in found.masks] == [395.0, 800.0]
    assert sum("Left out" in flag for flag in found.flags) == 2


def test_the_mask_is_as_wide_as_the_slit():
    signal = signal_of(gauss(600.0, 40.0), excitation_nm=450.0)
    narrow, wide = (masks_of(signal, slit_nm=slit)[0] for slit in (2.0, 10.0))
    assert (narrow.high_nm - narrow.low_nm, wide.high_nm - wide.low_nm) == (8.0, 40.0)
    assert seen(signal, (narrow,)).sum() == NM.size - 9


def test_raman_of_the_solvent_is_left_out_beside_the_band_and_told_beneath_it():
    assert raman_nm(350.0, 3400.0) == pytest.approx(397.3, abs=0.1)  # water, as fluorimeters are tested
    nm = np.arange(415.0, 760.0)
    at = raman_nm(405.0, 2900.0)
    beside = read(
        gauss(600.0, 40.0, nm) + 0.2 * gauss(at, 10.0, nm), nm, excitation_nm=405.0, medium="hexane"
    )
    assert any("Left out" in flag and "Raman" in flag for flag in beside.flags)
    assert beside.bands[0].peak_nm.value.value == pytest.approx(600.0, abs=0.2)
    beneath = read(gauss(460.0, 40.0, nm), nm, excitation_nm=405.0, medium="hexane")
    assert any("Beneath the band" in flag for flag in beneath.flags)
    assert beneath.bands[0].peak_nm.value.value == pytest.approx(460.0, abs=0.2)


def test_intensity_as_power_is_read_as_photons():
    counts = line(2.1, 0.2)
    told = read(power(NM, counts, Counted.PHOTONS), question=Question(counted=Counted.POWER))
    assert told.bands[0].peak_ev.value.value == pytest.approx(2.1, abs=1e-3)
    assert told.bands[0].fwhm_mev.value.value == pytest.approx(200.0, abs=0.5)


# --- series -----------------------------------------------------------------------------------------------


def test_a_series_turns_back_in_words_of_emission():
    peaks = (480.0, 500.0, 510.0, 512.0, 500.0, 485.0)
    signals = [signal_of(gauss(at, 30.0), time_s=60.0 * i) for i, at in enumerate(peaks)]
    found = analyse(signals)
    assert str(found.trend) == "reversing"
    assert any(flag.startswith("The peak turns back") for flag in found.flags)
    assert not any("E1" in flag for flag in found.flags)

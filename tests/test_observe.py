"""From a population to an absorbance spectrum."""

from dataclasses import replace

import numpy as np
import pytest

from aliquot.errors import InputError, RangeError, SignalError
from aliquot.instruments.absorbance.intrinsic import intrinsic_absorption
from aliquot.instruments.absorbance.observe import Spectrometer, observe
from aliquot.knowledge import store
from aliquot.population import Population

INP = store.material("InP")
QUIET = Spectrometer(store.solvent("hexane"))


def dots(n: int = 281, volume_fraction: float = 2.0e-3) -> Population:
    rungs = np.zeros(600)
    rungs[n - 1] = volume_fraction / (n * 6.02214076e23 * 0.0503e-27)
    return Population("InP", 0.0503, rungs)


def seen(population: Population, spectrometer: Spectrometer = QUIET, seed: int | None = None) -> np.ndarray:
    return observe(population, INP, spectrometer, label="A1", seed=seed).values


def test_absorbance_is_linear_in_the_population():
    one, other = dots(205, 1e-3), dots(409, 5e-4)
    both = Population("InP", 0.0503, one.rungs + other.rungs)
    assert seen(both) == pytest.approx(seen(one) + seen(other), rel=1e-12)


def test_absorbance_grows_with_path_and_falls_with_dilution():
    reference = seen(dots())
    assert seen(dots(), replace(QUIET, path_mm=2.0)) == pytest.approx(2.0 * reference, rel=1e-9)
    assert seen(dots(), replace(QUIET, dilution=40.0)) == pytest.approx(0.5 * reference, rel=1e-9)


def test_a_crude_aliquot_of_wang2023_absorbs_as_computed_by_hand():
    # f = 2.01e-3 (66.3 mM InP), 1 mm, n_s 1.40: A(413 nm) = mu_i f L / ln 10 = 6.1; rung 281 is 3.00 nm
    expected = intrinsic_absorption(INP, 413.28, 1.385) * 2.01e-3 * 0.1 / np.log(10.0)
    found = 20.0 * seen(dots(281, 2.01e-3))[13]
    assert found == pytest.approx(expected, rel=0.01)
    assert 5.8 < found < 6.4


def test_noise_is_reproduced_by_its_seed_and_differs_between_seeds():
    assert np.array_equal(seen(dots(), seed=3), seen(dots(), seed=3))
    difference = seen(dots(), seed=3) - seen(dots(), seed=4)
    assert difference.std() == pytest.approx(np.sqrt(2.0) * 1e-3, rel=0.1)
    assert seen(dots(), replace(QUIET, noise=0.0), seed=3) == pytest.approx(seen(dots()), abs=1e-15)


def test_scatter_and_offset_add_to_the_absorbance():
    turbid = replace(QUIET, scatter=0.05, offset=-0.01)
    added = seen(dots(), turbid) - seen(dots())
    assert added[0] == pytest.approx(0.04, abs=1e-12)
    assert added[400] == pytest.approx(0.05 / 16.0 - 0.01, abs=1e-12)


def test_stray_light_bends_high_absorbance_only():
    strayed = replace(QUIET, stray_light=1e-3, dilution=3.0)
    ratio = seen(dots(), strayed) / seen(dots(), replace(QUIET, dilution=3.0))
    assert ratio[0] < 0.99
    assert ratio[150] > ratio[0]


def test_a_saturated_cuvette_is_refused_with_the_dilution_that_helps():
    with pytest.raises(SignalError, match=r"Dilute at least [3-5]-fold"):
        seen(dots(), replace(QUIET, dilution=1.0))


def test_a_signal_knows_how_it_was_measured():
    signal = observe(dots(), INP, QUIET, label="A1", time_s=720.0, seed=1)
    assert (signal.path_mm, signal.dilution, signal.medium, signal.time_s) == (1.0, 20.0, "hexane", 720.0)


def test_a_window_has_its_wavelengths():
    assert np.array_equal(QUIET.wavelengths, np.arange(400.0, 901.0))
    fine = replace(QUIET, window_nm=(400.0, 700.0), step_nm=0.3).wavelengths
    assert fine[-1] == pytest.approx(700.0)
    assert fine.size == 1001


def test_impossible_spectrometers_are_refused():
    for change in ({"path_mm": 0.0}, {"dilution": 0.5}, {"noise": -1e-3}, {"window_nm": (900.0, 400.0)},
                   {"stray_light": 1.0}, {"scatter": -0.1}, {"step_nm": 0.0}):  # fmt: skip
        with pytest.raises(InputError, match="impossible"):
            replace(QUIET, **change)


def test_population_and_card_must_be_of_one_material():
    stranger = replace(dots(), material="CdTe")
    with pytest.raises(InputError, match="CdTe and the card of InP"):
        seen(stranger)


def test_a_window_in_the_deep_ultraviolet_is_refused():
    with pytest.raises(RangeError, match="begins above"):
        seen(dots(), replace(QUIET, window_nm=(240.0, 900.0)))

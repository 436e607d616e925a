import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aliquot.errors import InputError, SignalError
from aliquot.instruments.mass.calibrate import Anchor, calibrate, recalibrated
from aliquot.instruments.mass.observe import MassSpectrometer, observe, signal
from aliquot.instruments.mass.remainders import repeats
from aliquot.instruments.mass.size import diameter_of
from aliquot.instruments.mass.spectrum import MassSpectrum
from aliquot.population import Population

SIX = [5753.7, 5623.4, 5487.9, 5359.1, 5224.8, 5093.9]
UNITS = {"Cd3P2": 399.18, "Cd(oleate)": 393.87}
UNIT_VOLUME = 0.11750


@pytest.mark.parametrize(
    ("mz", "intensities", "told"),
    [
        ([5.0, 4.0, 3.0], [1.0, 1.0, 1.0], "an m/z of 4 after 5"),
        ([3.0, 3.0, 4.0], [1.0, 1.0, 1.0], "an m/z of 3 after 3"),
        ([3.0, 4.0, 5.0], [1.0, -2.0, 1.0], "an intensity of -2"),
        ([3.0, 4.0, 5.0], [1.0, np.nan, 1.0], "no number"),
        ([3.0, np.nan, 5.0], [1.0, 1.0, 1.0], "gaps"),
        ([3.0, 4.0, 5.0], [0.0, 0.0, 0.0], "nothing but zeros"),
        ([0.0, 4.0, 5.0], [0.0, 1.0, 0.0], "begins at 0"),
        ([], [], "0 values"),
        ([3.0, 4.0], [1.0, 1.0, 1.0], "2 values of m/z and 3 intensities"),
    ],
)
def test_nonsense_is_no_spectrum(mz: list[float], intensities: list[float], told: str) -> None:
    with pytest.raises(SignalError, match=told):
        MassSpectrum(np.array(mz, float), np.array(intensities, float), "A")


# --- calibration -----------------------------------------------------------------------------------------


@given(st.floats(-3e3, 3e3), st.floats(-0.01, 0.01))
def test_three_anchors_undo_any_scale_and_shift_of_the_root(ppm: float, shift: float) -> None:
    known = np.array([212.2373, 1046.542, 5734.51, 8565.76])
    measured = (np.sqrt(known) * (1.0 + 1e-6 * ppm) + shift) ** 2
    pairs = [Anchor(float(k), float(m)) for k, m in zip(known, measured, strict=True)]
    found = calibrate(pairs)
    assert found.corrected(measured) == pytest.approx(known, rel=1e-9)
    assert found.error_ppm is not None
    assert found.error_ppm < 1e-2


def test_a_single_anchor_scales_and_tells_no_error() -> None:
    found = calibrate([Anchor(1000.0, 1000.4)])
    assert found.shift_ppm == pytest.approx(400.0)
    assert found.error_ppm is None


def test_the_axis_tells_where_it_is_extrapolated() -> None:
    found = calibrate([Anchor(5734.5, 5734.0), Anchor(8565.8, 8565.0), Anchor(1046.5, 1046.4)])
    flags = found.flags(1000.0, 140e3)
    assert len(flags) == 1
    assert "reach 8.57 kDa" in flags[0]
    spectrum = MassSpectrum(np.array([2000.0, 9000.0]), np.array([1.0, 2.0]), "A")
    assert recalibrated(spectrum, found).flags == ()


@pytest.mark.parametrize(
    "anchors", [[], [Anchor(212.2, 300.0)], [Anchor(212.2, 212.2)] * 2, [Anchor(-1.0, 3.0)]]
)
def test_impossible_anchors_are_refused(anchors: list[Anchor]) -> None:
    with pytest.raises(InputError, match="KNOWN=MEASURED"):
        calibrate(anchors)


# --- repeating units -------------------------------------------------------------------------------------


def test_the_six_peaks_are_three_interleaved_series() -> None:
    found = repeats(SIX, UNITS)
    thirds = [one for one in found if one.fraction == 3]
    assert found[0].fraction == found[1].fraction == 3
    assert {one.unit for one in found[:2]} == set(UNITS)
    assert {frozenset(row) for row in thirds[0].series} == {
        frozenset({0, 3}),
        frozenset({1, 4}),
        frozenset({2, 5}),
    }
    assert all(one.rms < 2.1 for one in thirds)
    assert found[0].chance < 0.01


def test_random_masses_have_no_series() -> None:
    rng = np.random.default_rng(7)
    chances = [repeats(rng.uniform(5e3, 6e3, 6).tolist(), UNITS)[0].chance for _ in range(20)]
    assert 0.2 < float(np.median(chances)) < 0.8


def test_two_peaks_are_no_series() -> None:
    with pytest.raises(InputError, match="3 peaks"):
        repeats([5000.0, 5100.0], UNITS)


# --- forward ---------------------------------------------------------------------------------------------


def population(**places: float) -> Population:
    rungs = np.zeros(500)
    for rung, amount in places.items():
        rungs[int(rung[1:]) - 1] = amount
    return Population("Cd3P2", UNIT_VOLUME, rungs)


@given(st.floats(0.01, 10.0), st.floats(0.01, 10.0))
def test_counts_are_linear_in_the_population(a: float, b: float) -> None:
    seen = MassSpectrometer(window=(2e4, 1.9e5), half_detected=5e4)
    one, two = population(n95=1.0), population(n350=1.0)
    both = population(n95=a, n350=b)
    assert signal(both, seen) == pytest.approx(a * signal(one, seen) + b * signal(two, seen), abs=1e-12)


def test_every_ion_is_counted_and_stands_at_its_mass() -> None:
    seen = MassSpectrometer(window=(2e4, 6e4), step=10.0)
    counts = signal(population(n95=2.0), seen)
    assert float(counts.sum()) * seen.step == pytest.approx(2.0, rel=1e-6)
    mean = float(counts @ seen.mz / counts.sum())
    assert mean == pytest.approx(95 * 399.183, rel=1e-5)


def test_ligands_make_a_dot_heavier_as_its_diameter_tells() -> None:
    bare, covered = MassSpectrometer(), MassSpectrometer(ligand="oleate", cover=2.0)
    dots = population(n95=1.0)
    mass, heavier = float(bare.masses(dots)[94]), float(covered.masses(dots)[94])
    density = mass / (95 * UNIT_VOLUME) / 602.214076
    assert diameter_of(heavier, density, 2.0, 281.454) == pytest.approx(float(dots.diameters[94]), rel=1e-6)


def test_heavy_ions_are_detected_less_only_if_asked_for() -> None:
    masses = np.array([1e4, 5e4, 2e5])
    assert MassSpectrometer().detected(masses) == pytest.approx(1.0)
    assert MassSpectrometer(half_detected=5e4).detected(masses) == pytest.approx([1 / 1.04, 0.5, 1 / 17])


def test_noise_is_that_of_its_seed() -> None:
    seen = MassSpectrometer(offset=1.0, noise=0.01)
    first, again, other = (observe(population(n95=1.0), seen, label="A", seed=s) for s in (1, 1, 2))
    assert np.array_equal(first.intensities, again.intensities)
    assert float(np.std(first.intensities - other.intensities)) == pytest.approx(0.01 * 2**0.5, rel=0.05)


@pytest.mark.parametrize(
    "wrong",
    [{"window": (5.0, 1.0)}, {"cover": 2.0}, {"charge": 0}, {"noise": -1.0}, {"resolving_power": 0.0}],
)
def test_an_impossible_instrument_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match="impossible"):
        MassSpectrometer(**wrong)  # type: ignore[arg-type]

import numpy as np
import pytest

from aliquot.errors import SignalError
from aliquot.instruments.mass.analyse import diameters
from aliquot.instruments.mass.bands import bands
from aliquot.instruments.mass.observe import MassSpectrometer, observe
from aliquot.instruments.mass.spectrum import MassSpectrum
from aliquot.knowledge import store
from aliquot.population import Population

UNIT = 399.183
INSTRUMENT = MassSpectrometer(
    window=(8e3, 3e5), step=40.0, resolving_power=60.0, gain=1e6, offset=20.0, noise=1.0
)


def lognormal(n: np.ndarray, mean: float, rsd: float) -> np.ndarray:
    s = np.sqrt(np.log1p(rsd**2))
    shape = np.exp(-0.5 * ((np.log(n) - np.log(mean) + 0.5 * s**2) / s) ** 2) / n
    return shape / shape.sum()


def dots(*parts: tuple[float, float, float]) -> Population:
    """Return dots of Cd3P2: share, mean mass [Da] and its RSD of each part."""
    n = np.arange(1.0, 1001.0)
    rungs = sum(share * lognormal(n, mass / UNIT, rsd) for share, mass, rsd in parts)
    return Population("Cd3P2", 0.1175, np.asarray(rungs), dot_from=1)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("share", [0.8, 0.5, 0.2])
def test_two_bands_come_back_with_shares_and_diameters(share: float, seed: int) -> None:
    made = dots((share, 38e3, 0.25), (1.0 - share, 140e3, 0.25))
    found = bands(observe(made, INSTRUMENT, label="A", seed=seed))
    assert len(found.bands) == 2
    card = store.material("Cd3P2")
    for band, part, mass, d in zip(found.bands, (share, 1 - share), (38e3, 140e3), (2.77, 4.28), strict=True):
        assert band.mean.value == pytest.approx(mass, rel=0.02)
        assert band.mean.low - 0.01 * mass < mass < band.mean.high + 0.01 * mass
        assert band.share.value == pytest.approx(part, abs=0.02)
        size = diameters(band, card, "oleate")
        assert size.bare.value is not None
        assert size.with_ligands is not None
        assert size.with_ligands.value is not None
        assert size.bare.value.value == pytest.approx(d, abs=0.03)
        assert size.with_ligands.value.value < size.bare.value.value


@pytest.mark.parametrize("mass", [38e3, 140e3])
def test_a_single_band_is_not_split(mass: float) -> None:
    found = bands(observe(dots((1.0, mass, 0.25)), INSTRUMENT, label="A", seed=4))
    assert len(found.bands) == 1
    assert found.bands[0].mean.value == pytest.approx(mass, rel=0.01)
    assert found.bands[0].share.value == pytest.approx(1.0)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    made = dots((0.5, 38e3, 0.25), (0.5, 140e3, 0.25))
    rows = [bands(observe(made, INSTRUMENT, label="A", seed=seed)).bands for seed in range(30)]
    means = np.array([[band.mean.value for band in row] for row in rows])
    halves = np.array([[(band.mean.high - band.mean.low) / 3.92 for band in row] for row in rows])
    # The claimed standard error is that of repeated measurements within a third.
    assert halves.mean(axis=0) == pytest.approx(means.std(axis=0), rel=0.4)


def test_a_roll_off_of_the_detector_hides_heavy_dots_and_is_told() -> None:
    made = dots((0.5, 38e3, 0.25), (0.5, 140e3, 0.25))
    deaf = MassSpectrometer(
        window=(8e3, 3e5),
        step=40.0,
        resolving_power=60.0,
        gain=1e6,
        offset=20.0,
        noise=1.0,
        half_detected=8e4,
    )
    found = bands(observe(made, deaf, label="A", seed=1))
    assert found.bands[1].share.value < 0.35
    assert any("heavy ions are detected less" in flag for flag in found.flags)


def test_noise_has_no_band_and_a_cut_band_is_told() -> None:
    mz = np.linspace(1e4, 2e5, 4000)
    noise = 50.0 + np.random.default_rng(1).normal(0.0, 2.0, mz.size)
    with pytest.raises(SignalError, match="noise has a best fit"):
        bands(MassSpectrum(mz, noise, "A"))
    whole = observe(dots((1.0, 38e3, 0.3)), INSTRUMENT, label="A", seed=1)
    cut = bands(whole.between(3e4, 3e5))
    assert any("cut off" in flag for flag in cut.flags)

"""Edge back-substitution: exact on its own kernel, and far off on dots, as its docstring says."""

import numpy as np
import pytest
from benchmarks.synthetic_dots import FOUR, INP, errors, spectrum

from aliquot.errors import SignalError
from aliquot.instruments.absorbance.back_substitution import back_substituted
from aliquot.instruments.absorbance.kernel import first_exciton
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.units import EV_NM

WINDOW = np.arange(400.0, 751.0, 0.5)


def bulk_like(sizes, amounts, noise=0.0):
    """The spectrum that dots would have if each absorbed as the bulk, shifted to its first exciton."""
    energies = EV_NM / WINDOW
    above = np.maximum(energies[:, None] - first_exciton(INP, np.asarray(sizes)), 0.0)
    values = (np.sqrt(above) / energies[:, None]) @ np.asarray(amounts)
    values = values / values.max() + noise * np.random.default_rng(0).standard_normal(values.size)
    return Signal(SignalKind.ABSORBANCE, WINDOW, values, "bulk-like")


def test_bulk_like_dots_come_back():
    sizes = np.linspace(2.2, 4.2, 400)
    amounts = np.exp(-0.5 * ((sizes - 3.1) / 0.3) ** 2)
    found = back_substituted(bulk_like(sizes, amounts), INP, step_nm=2.0)
    assert found.mean == pytest.approx(3.1, abs=0.03)
    assert found.rsd == pytest.approx(0.3 / 3.1, abs=0.01)
    assert found.clipped < 0.05


def test_the_largest_dots_begin_where_absorption_does():
    found = back_substituted(bulk_like([3.0], [1.0]), INP)
    edge = EV_NM / float(first_exciton(INP, np.array([3.0]))[0])
    assert found.red_end_nm == pytest.approx(edge, abs=5.0)


def test_noise_is_carried_to_the_blue_and_clipped():
    sizes = np.linspace(2.2, 4.2, 400)
    amounts = np.exp(-0.5 * ((sizes - 3.1) / 0.3) ** 2)
    quiet, noisy = (
        back_substituted(bulk_like(sizes, amounts, noise), INP, step_nm=1.0) for noise in (0, 5e-3)
    )
    assert noisy.clipped > 10.0 * max(quiet.clipped, 0.01)


@pytest.mark.parametrize("name", FOUR)
def test_on_dots_it_reads_sizes_too_small_and_far_too_wide(name):
    shares = FOUR[name]()
    found = back_substituted(spectrum(shares, INP, 1, scatter=0.0), INP).distribution
    d_mean, d_rsd, _ = errors(found.diameters, found.shares, shares)
    assert -1.0 < d_mean < -0.2
    assert 5.0 < d_rsd < 20.0


def test_a_blank_is_refused():
    blank = 1e-3 * np.random.default_rng(0).standard_normal(WINDOW.size)
    with pytest.raises(SignalError, match="stand out of the noise"):
        back_substituted(Signal(SignalKind.ABSORBANCE, WINDOW, blank, "blank"), INP)

"""Few modes or free form: fits of few numbers, which description is enough, resolved modes."""

import numpy as np
import pytest
from benchmarks.synthetic_dots import INP, errors, lognormal, spectrum, tailed
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from aliquot.instruments.absorbance.frame import as_on_the_card, frame
from aliquot.instruments.absorbance.invert import invert
from aliquot.instruments.absorbance.lineprior import prior_of
from aliquot.instruments.absorbance.modes import ONE, TAILED, TWO, Form
from aliquot.instruments.absorbance.nonnegative import nonnegative
from aliquot.instruments.absorbance.parametric import fit_few
from aliquot.instruments.absorbance.problem import BACKGROUND
from aliquot.instruments.absorbance.reduced import reduced
from aliquot.instruments.absorbance.selection import FREE_FORM
from aliquot.instruments.absorbance.starts import first_guess

PRIOR = prior_of(INP)


def read(shares, seed=1):
    return invert(spectrum(shares, INP, seed), INP, lineshape="exact")


def fit(shares, shape):
    signal = spectrum(shares, INP, 1)
    s = reduced(frame(INP, signal.wavelengths, BACKGROUND, 1.375), signal, 1e-3)
    few = fit_few([s], [shape], [first_guess(s, shape)], PRIOR, z=PRIOR.mean, free=False)
    return few, errors(s.frame.diameters, few.distribution(0, s.frame.diameters), shares)


@pytest.mark.parametrize(("mean", "rsd"), [(2.5, 0.06), (2.7, 0.077), (3.0, 0.12), (3.4, 0.175)])
def test_one_log_normal_comes_back(mean, rsd):
    few, (d_mean, d_rsd, apart) = fit(lognormal(mean, rsd), ONE)
    assert abs(d_mean) < 0.01
    assert abs(d_rsd) < 0.3
    assert apart < 0.012
    assert few.misfit[0] < 60.0  # of 32 directions


def test_two_log_normals_come_back():
    shares = 0.55 * lognormal(2.45, 0.07) + 0.45 * lognormal(3.6, 0.083)
    few, (d_mean, d_rsd, apart) = fit(shares, TWO)
    assert abs(d_mean) < 0.02
    assert abs(d_rsd) < 0.5
    assert apart < 0.03
    assert few.amounts[0][0] / few.amounts[0].sum() == pytest.approx(0.55, abs=0.02)


def test_a_front_with_a_tail_comes_back():
    _, (d_mean, d_rsd, apart) = fit(tailed(2.9, 0.11, 0.2), TAILED)
    assert abs(d_mean) < 0.02
    assert abs(d_rsd) < 0.6
    assert apart < 0.02


@pytest.mark.parametrize("form", Form)
@given(place=st.floats(2.0, 4.5), width=st.floats(0.03, 0.2), tail=st.floats(0.03, 0.2))
@settings(max_examples=25, deadline=None)
def test_densities_are_normal_and_never_negative(form, place, width, tail):
    # a tail has no end at zero: what lies below is small for real samples, and counted here
    d = np.linspace(0.01 if form is Form.LOG_NORMAL else -12.0, 14.0, 20001)
    parameters = np.log([place, width, tail][: form.parameters])
    density = form.density(parameters, d)
    assert (density >= 0.0).all()
    assert np.trapezoid(density, d) == pytest.approx(1.0, abs=2e-3)


def test_the_slopes_of_a_log_normal_are_its_derivatives():
    d = np.linspace(1.5, 6.0, 91)
    q = Form.LOG_NORMAL.density(np.log([2.8, 0.1]), d)
    t = np.log(d / 2.8) / 0.1
    to_place, to_width = Form.LOG_NORMAL.slopes(np.log([2.8, 0.1]), d)
    assert to_place == pytest.approx(q * t / 0.1, abs=1e-6)
    assert to_width == pytest.approx(q * (t * t - 1.0), abs=1e-6)


def test_one_mode_is_called_one_and_two_are_called_two():
    one = read(lognormal(2.8, 0.1)).descriptions
    assert one[0].method == "one log-normal"
    two = read(0.5 * lognormal(2.4, 0.07) + 0.5 * lognormal(3.5, 0.08)).descriptions
    assert two[0].method == "two log-normals"
    assert two[0].separation > 2.0
    assert min(description.bic for description in two) == 0.0
    assert {description.method for description in two} >= {FREE_FORM, "one log-normal"}


def test_two_modes_that_can_not_be_told_apart_are_not_claimed():
    close = read(0.5 * lognormal(2.80, 0.09) + 0.5 * lognormal(2.95, 0.09)).descriptions
    assert close[0].method != "two log-normals"
    merged = next(description for description in close if description.method == "two log-normals")
    assert not merged.resolved


def test_a_tail_is_described_by_a_tail():
    assert read(tailed(3.4, 0.16, 0.38)).descriptions[0].method == "front with a tail"


def test_three_modes_are_left_to_free_form():
    three = lognormal(2.2, 0.05) + lognormal(3.0, 0.05) + lognormal(4.2, 0.05)
    assert read(three).descriptions[0].method == FREE_FORM


@given(seed=st.integers(0, 10_000), size=st.integers(2, 25), signed=st.booleans())
@settings(max_examples=60, deadline=None)
def test_non_negative_least_squares_are_those_of_scipy(seed, size, signed):
    rng = np.random.default_rng(seed)
    system, target = rng.standard_normal((size + 5, size)), rng.standard_normal(size + 5)
    free = np.zeros(size, bool)
    free[-1] = signed
    ours = nonnegative(system, target, free)
    wide = np.concatenate([system, -system[:, free]], axis=1)
    _, residual = nnls(wide, target)
    assert (ours[~free] >= 0.0).all()
    assert np.linalg.norm(system @ ours - target) == pytest.approx(residual, rel=1e-9, abs=1e-9)


def test_the_directions_of_a_frame_hold_any_spectrum_of_smooth_dots():
    for shares in (lognormal(2.7, 0.05), tailed(3.4, 0.16, 0.38)):
        signal = spectrum(shares, INP, None)
        window = frame(INP, signal.wavelengths, BACKGROUND, 1.375)
        s = reduced(window, signal, 1e-3)
        held = s.scale * window.basis @ s.rows
        assert np.abs(held - signal.values).max() < 5e-4 * signal.values.max()


def test_what_was_decomposed_for_a_window_is_kept():
    window = frame(INP, np.arange(400.0, 751.0), BACKGROUND, 1.375)
    assert as_on_the_card(window) is as_on_the_card(frame(INP, np.arange(400.0, 751.0), BACKGROUND, 1.375))

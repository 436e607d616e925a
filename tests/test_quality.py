"""Gates of quality: each finds its fault, none alters a value, and sound spectra pass."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.errors import SignalError
from aliquot.instruments.absorbance.edge import find_edge
from aliquot.instruments.absorbance.quality.blank import less_blank
from aliquot.instruments.absorbance.quality.examine import examine
from aliquot.instruments.absorbance.quality.record import Gate
from aliquot.instruments.absorbance.quality.steps import Step, without_step
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.units import EV_NM

NM = np.arange(350.0, 750.0)
NOISE = 3e-4


def dots(nm=NM, e1=2.35, height=0.3):
    """A first exciton, a second line, a continuum and scatter."""
    energy = EV_NM / nm
    line = height * np.exp(-0.5 * ((energy - e1) / 0.06) ** 2)
    second = height * np.exp(-0.5 * ((energy - e1 - 0.26) / 0.10) ** 2)
    return (
        line + second + 1.6 * height * np.clip(energy - e1 - 0.12, 0, None) ** 1.3 + 0.01 * (400.0 / nm) ** 4
    )


def signal(values, nm=NM, noise=NOISE, seed=0):
    return Signal(
        SignalKind.ABSORBANCE,
        nm,
        values + noise * np.random.default_rng(seed).standard_normal(nm.size),
        "30 s",
    )


def gates(examined):
    return {doubt.gate for doubt in examined.doubts}


@pytest.mark.parametrize("seed", range(20))
def test_a_sound_spectrum_passes_all_gates(seed):
    found = examine(signal(dots(), seed=seed))
    assert found.doubts == ()
    assert found.mask.all()
    assert found.noise == pytest.approx(NOISE, rel=0.25)


@given(
    seed=st.integers(0, 10_000),
    offset=st.floats(-0.3, 0.3),
    height=st.floats(0.01, 5.0),
    ceiling=st.floats(0.3, 4.0),
)
@settings(max_examples=60, deadline=None)
def test_no_value_is_ever_altered_and_every_doubt_is_a_sentence(seed, offset, height, ceiling):
    given_to_it = signal(np.minimum(dots(height=height) + offset, ceiling), seed=seed)
    before = given_to_it.values.copy()
    found = examine(given_to_it)
    assert found.signal is given_to_it
    np.testing.assert_array_equal(given_to_it.values, before)
    assert found.mask.shape == before.shape
    for doubt, sentence in zip(found.doubts, found.flags, strict=True):
        assert doubt.low_nm >= NM[0]
        assert doubt.high_nm <= NM[-1]
        assert doubt.low_nm <= doubt.high_nm
        assert re.fullmatch(r"[A-Z].* nm: .*\.", sentence)
        at = found.signal.wavelengths
        inside = (at >= doubt.low_nm) & (at <= doubt.high_nm)
        assert not doubt.masks or not found.mask[inside].any()


# Too much light taken


def test_absorbance_above_three_is_left_out_and_above_two_is_told():
    found = examine(signal(dots(height=1.3)))
    (doubt,) = found.about(Gate.RANGE)
    assert "above 2 stray light" in str(doubt)
    assert not doubt.masks
    high = signal(dots(height=2.0))
    (doubt,) = examine(high).about(Gate.RANGE)
    assert doubt.masks
    np.testing.assert_array_equal(examine(high).mask, high.wavelengths > doubt.high_nm)
    assert high.values[~examine(high).mask].min() > 2.9


@pytest.mark.parametrize(("height", "limit"), [(1.0, 1.2), (2.0, 2.4)])
def test_a_detector_at_its_limit_is_left_out(height, limit):
    whole = signal(dots(height=height))
    clipped = replace(whole, values=np.minimum(whole.values, limit))
    found = examine(clipped)
    (doubt,) = found.about(Gate.SATURATION)
    assert doubt.masks
    np.testing.assert_array_equal(found.mask, clipped.values < limit - 1e-4)


@pytest.mark.parametrize("share", [0.003, 0.01, 0.03])
def test_stray_light_is_known_by_its_ceiling(share):
    true = dots(height=3.0)
    seen = -np.log10((10.0**-true + share) / (1.0 + share))
    found = examine(signal(seen))
    told = found.about(Gate.STRAY_LIGHT)
    assert told
    assert all(f"stops at {-np.log10(share):.1f}"[:-1] in doubt.why for doubt in told)
    # what is left is off by no more than 5 %, give or take what the ceiling is off by
    assert np.all(np.abs(true - seen)[found.mask] < 0.07 * true[found.mask] + 0.01)


def test_a_steep_rise_without_a_ceiling_is_no_stray_light():
    assert Gate.STRAY_LIGHT not in gates(examine(signal(dots(height=0.9))))


def test_a_broad_exciton_is_no_ceiling():
    energy = EV_NM / NM
    broad = 1.4 * np.exp(-0.5 * ((energy - 3.3) / 0.25) ** 2)
    assert Gate.STRAY_LIGHT not in gates(examine(signal(broad)))


# Ends, zero, window, noise


def test_a_lamp_at_its_end_is_left_out():
    rng = np.random.default_rng(1)
    found = examine(signal(dots() + np.where(NM < 380.0, 0.02, 0.0) * rng.standard_normal(NM.size)))
    (doubt,) = found.about(Gate.CUT_OFF)
    assert "the lamp has its end there" in doubt.why
    assert found.mask[NM > 390.0].all()
    assert not found.mask[NM < 370.0].any()


def test_a_detector_at_its_end_is_left_out():
    rng = np.random.default_rng(1)
    found = examine(signal(dots() + np.where(NM > 710.0, 0.02, 0.0) * rng.standard_normal(NM.size)))
    assert "the detector has its end there" in found.about(Gate.CUT_OFF)[0].why
    assert not found.mask[NM > 725.0].any()


def test_a_fall_to_the_blue_is_told_and_not_taken_out():
    falling = dots() * np.clip((NM - 330.0) / 40.0, 0.0, 1.0)
    found = examine(signal(falling))
    (doubt,) = found.about(Gate.CUT_OFF)
    assert "towards the blue end" in doubt.what
    assert found.mask.all()


def test_below_zero_is_told_and_far_below_left_out():
    found = examine(signal(dots() - 0.05))
    assert "more light than through the blank" in found.about(Gate.RANGE)[0].why
    assert found.mask.all()
    assert not examine(signal(dots() - 0.30)).mask[-50:].any()


def test_windows_that_are_too_short_too_coarse_or_cut_are_told():
    short = np.arange(500.0, 540.0)
    assert "eV wide" in " ".join(examine(signal(dots(short), short)).flags)
    coarse = np.arange(350.0, 750.0, 8.0)
    assert "meV apart" in " ".join(examine(signal(dots(coarse), coarse)).flags)
    cut = np.arange(350.0, 535.0)
    assert "still falls" in " ".join(examine(signal(dots(cut), cut)).flags)
    few = np.linspace(400.0, 700.0, 12)
    assert "There are 12 points" in " ".join(examine(signal(dots(few), few)).flags)


def test_noise_is_told_where_it_is_not_small():
    assert Gate.NOISE in gates(examine(signal(dots(height=0.02), noise=5e-3)))


# Blank


def test_a_blank_that_takes_the_light_is_told_and_where_there_was_none_is_left_out():
    blank = Signal(
        SignalKind.ABSORBANCE, NM[20:], np.where(NM[20:] < 390.0, 1.5, 0.5 * (NM[20:] < 420.0)), "toluene"
    )
    found = examine(signal(dots()), blank)
    told = found.about(Gate.BLANK)
    assert [(doubt.low_nm, doubt.high_nm, doubt.masks) for doubt in told] == [
        (350.0, 369.0, True),
        (390.0, 419.0, False),
        (370.0, 389.0, True),
    ]
    assert found.mask[NM >= 390.0].all()
    assert not found.mask[NM < 390.0].any()


def test_a_blank_is_taken_off_only_on_demand_and_never_extrapolated():
    blank = Signal(SignalKind.ABSORBANCE, NM, 0.1 + 0.0 * NM, "hexane")
    taken = less_blank(signal(dots()), blank)
    np.testing.assert_allclose(taken.signal.values, signal(dots()).values - 0.1)
    assert taken.flag == "The blank 'hexane' was taken off."
    with pytest.raises(SignalError, match="not known"):
        less_blank(signal(dots()), blank.between(400.0, 700.0))


# Detector steps


@pytest.mark.parametrize("size", [-0.06, -0.006, 0.006, 0.05])
@pytest.mark.parametrize("width", [1, 3])
def test_a_step_is_found_where_it_is_with_its_size(size, width):
    nm = np.arange(700.0, 1600.0)
    jump = size * np.clip((nm - 900.0) / width, 0.0, 1.0)
    seen = signal(dots(nm, e1=0.95) + jump, nm, noise=1e-4)
    (doubt,) = examine(seen).about(Gate.STEP)
    assert doubt.masks
    assert 899.0 <= doubt.low_nm <= doubt.high_nm <= 904.0
    assert f"{size:+.2f}"[:4] in doubt.what


def test_no_step_is_found_in_two_hundred_sound_spectra():
    found = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        nm = rng.choice([350.0, 700.0]) + np.arange(
            0.0, rng.choice([300.0, 700.0]), rng.choice([0.5, 1.0, 2.0])
        )
        e1 = EV_NM / (nm[0] + rng.uniform(0.3, 0.8) * (nm[-1] - nm[0]))
        values = dots(nm, e1, rng.uniform(0.05, 0.8))
        found += bool(examine(signal(values, nm, 10 ** rng.uniform(-4.5, -2.5), seed)).about(Gate.STEP))
    assert found <= 1


def test_a_spike_and_a_narrow_line_are_no_steps():
    spiked = dots()
    spiked[[100, 101]] += 0.1
    assert Gate.STEP not in gates(examine(signal(spiked)))
    line = np.exp(-0.5 * ((EV_NM / NM - 2.76) / 0.030) ** 2)  # a cluster, half width 35 meV
    assert Gate.STEP not in gates(examine(signal(line, noise=1e-4)))


def test_a_step_is_closed_by_a_copy_that_says_so():
    nm = np.arange(700.0, 1600.0)
    whole = dots(nm, e1=0.95)
    torn = Signal(SignalKind.ABSORBANCE, nm, whole - 0.06 * (nm > 900.0), "batch 1")
    before = torn.values.copy()
    mended = without_step(torn, Step(900.0, 901.0, -0.06, 1e-4))
    np.testing.assert_allclose(mended.signal.values, whole - 0.06, atol=1e-12)
    np.testing.assert_allclose(
        without_step(torn, Step(900.0, 901.0, -0.06, 1e-4), keep="blue").signal.values, whole, atol=1e-12
    )
    np.testing.assert_array_equal(torn.values, before)
    assert "All below 901 nm was moved by -0.0600" in mended.flag


def test_a_step_does_not_move_the_first_exciton_beside_it():
    nm = np.arange(700.0, 1600.0)
    whole = find_edge(signal(dots(nm, e1=0.95), nm, 1e-4))
    torn = find_edge(signal(dots(nm, e1=0.95) - 0.06 * (nm > 900.0), nm, 1e-4))
    assert torn.e1.value.value == pytest.approx(whole.e1.value.value, abs=0.1)


# What follows takes the mask


def test_a_line_in_a_part_that_is_not_trusted_is_not_seen():
    glitch = dots() + 0.1 * np.exp(-0.5 * ((EV_NM / NM - 1.90) / 0.04) ** 2)
    assert find_edge(signal(glitch)).e1_ev == pytest.approx(1.90, abs=0.02)
    trusted = NM < 590.0
    assert find_edge(signal(glitch), trusted).e1_ev == pytest.approx(2.35, abs=0.01)


def test_a_mask_of_another_length_is_refused():
    with pytest.raises(SignalError, match="a mask of 3 points"):
        find_edge(signal(dots()), np.ones(3, dtype=bool))

import re

import numpy as np
import pytest

from aliquot.instruments.absorbance.curvature import curvature, noise_of
from aliquot.instruments.absorbance.edge import HALF_WIDTH, Edge, find_edge
from aliquot.instruments.absorbance.series import Trend, trend_of
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.units import EV_NM

NM = np.arange(380.0, 660.0)
SEEDS = range(60)


def line(e1, sd, height, nm=NM):
    return height * np.exp(-0.5 * ((EV_NM / nm - e1) / sd) ** 2)


def dots(e1, sd, height, nm=NM):
    """A first exciton, a second line 0.26 eV above, a continuum and scatter."""
    continuum = 0.5 * np.clip(EV_NM / nm - e1 - 0.12, 0.0, None) ** 1.3
    return (
        line(e1, sd, height, nm) + line(e1 + 0.26, 1.7 * sd, 0.35, nm) + continuum + 0.01 * (400.0 / nm) ** 4
    )


def edge_of(values, nm=NM, noise=0.0, seed=0) -> Edge:
    noisy = values + np.random.default_rng(seed).normal(0.0, 1.0, nm.size) * noise
    return find_edge(Signal(SignalKind.ABSORBANCE, nm, noisy, "30 s"))


def holds(finding, truth):
    return finding.value is not None and finding.value.low <= truth <= finding.value.high


@pytest.mark.parametrize("e1", [2.1, 2.35, 2.6])
@pytest.mark.parametrize("step", [0.25, 1.0, 2.0])
def test_a_gaussian_on_a_quadratic_background_is_found_exactly(e1, step):
    nm = np.arange(380.0, 720.0, step)
    x = EV_NM / nm - e1
    edge = edge_of(line(e1, 0.055, 0.3, nm) + 0.05 + 0.1 * x + 0.1 * x**2, nm)
    assert edge.e1_ev == pytest.approx(e1, abs=2e-4)
    assert edge.e1.value.value == pytest.approx(EV_NM / e1, abs=0.05)
    assert edge.hwhm.value.value == pytest.approx(55.0 * HALF_WIDTH, rel=0.04)
    assert edge.e1.budget["noise"] < 0.01


@pytest.mark.parametrize("noise", [1e-3, 5e-3])
@pytest.mark.parametrize(("e1", "sd", "height"), [(2.5, 0.05, 0.3), (2.35, 0.06, 0.3), (2.6, 0.075, 0.3)])
def test_intervals_hold_the_truth_beside_a_second_transition(e1, sd, height, noise):
    edges = [edge_of(dots(e1, sd, height), noise=noise, seed=seed) for seed in SEEDS]
    assert sum(holds(edge.e1, EV_NM / e1) for edge in edges) >= 57
    assert sum(holds(edge.hwhm, 1e3 * HALF_WIDTH * sd) for edge in edges) >= 54


def test_noise_alone_is_stated_truly():
    edges = [edge_of(line(2.35, 0.06, 0.3), noise=2e-3, seed=seed) for seed in SEEDS]
    scatter = np.std([edge.e1.value.value for edge in edges])
    stated = np.mean([edge.e1.budget["noise"] for edge in edges])
    assert stated == pytest.approx(scatter, rel=0.35)


def test_a_shoulder_without_a_maximum_is_found():
    values = dots(2.35, 0.06, 0.10) + 2.0 * np.clip(EV_NM / NM - 2.15, 0.0, None)
    assert np.all(np.diff(values[(NM > 420) & (NM < 640)]) < 0)
    assert edge_of(values, noise=3e-4).e1.value.value == pytest.approx(EV_NM / 2.35, abs=2.5)


def test_the_lowest_of_two_excitons_is_taken_though_the_other_is_higher():
    edge = edge_of(line(2.2, 0.05, 0.1) + line(2.6, 0.05, 0.5), noise=1e-4)
    assert edge.e1_ev == pytest.approx(2.2, abs=0.005)


def test_a_glitch_in_the_transparent_part_is_no_exciton():
    glitch = line(1.98, 0.02, 0.004)
    assert edge_of(dots(2.4, 0.06, 0.3) + glitch, noise=5e-5).e1_ev == pytest.approx(2.4, abs=0.01)


@pytest.mark.parametrize(
    ("values", "noise", "reason"),
    [
        (np.exp((400.0 - NM) / 40.0), 1e-4, "No exciton stands out"),
        (np.zeros(NM.size), 1e-3, "Nothing absorbs"),
        (np.full(NM.size, 0.3), 0.0, "Nothing absorbs"),
        (dots(2.35, 0.06, 0.3) * 0.02, 5e-3, "too noisy"),
        (np.minimum(30.0 * dots(2.35, 0.06, 0.3), 3.5), 1e-3, "Saturated below 5"),
        (np.minimum(30.0 * dots(2.35, 0.06, 0.3), 2.4), 0.0, "Saturated below 5"),
    ],
    ids=["tail", "nothing", "flat", "noise", "saturated", "clipped"],
)
def test_without_an_exciton_there_is_a_reason_and_no_value(values, noise, reason):
    edge = edge_of(values, noise=noise)
    assert (edge.e1.value, edge.hwhm.value, edge.e1_ev) == (None, None, None)
    assert edge.flags == edge.e1.flags
    assert any(re.search(reason, flag) for flag in edge.flags)


def test_pure_noise_never_makes_an_exciton():
    assert all(edge_of(np.zeros(NM.size), noise=1e-3, seed=seed).e1.value is None for seed in SEEDS)


@pytest.mark.parametrize("nm", [np.linspace(400, 600, 12), np.array([400.0, 500.0]), np.arange(500.0, 520.0)])
def test_a_spectrum_too_short_or_too_coarse_is_told(nm):
    assert "too" in edge_of(line(2.4, 0.06, 0.3, nm), nm).flags[0]


def test_doubts_are_flagged():
    flags = " ".join(edge_of(8.0 * dots(2.35, 0.06, 0.3) + 0.2, noise=1e-4).flags)
    assert "stray light" in flags
    assert "baseline offset" in flags
    assert "red foot" in " ".join(edge_of(dots(2.0, 0.06, 0.3), noise=1e-4).flags)


def test_noise_is_seen_through_a_spectrum_and_a_glitch():
    values = dots(2.35, 0.06, 0.3)
    values[100] += 0.5
    noisy = values + np.random.default_rng(3).normal(0.0, 1e-3, NM.size)
    assert np.median(noise_of((EV_NM / NM)[::-1], noisy[::-1])) == pytest.approx(1e-3, rel=0.2)


def test_curvature_carries_its_noise():
    energies = np.linspace(1.9, 3.2, 300)
    values = [np.random.default_rng(seed).normal(0.0, 1e-3, 300) for seed in SEEDS]
    bent = [curvature(energies, value) for value in values]
    scatter = np.std([one.values for one in bent], axis=0).mean()
    assert np.mean([one.sd for one in bent]) == pytest.approx(scatter, rel=0.1)


# The second transition


def two_lines(seed):
    """Two lines of random place, width and height on a continuum; where the second lies [nm]."""
    nm = np.arange(350.0, 750.0)
    rng = np.random.default_rng(seed)
    e1, sd, apart = rng.uniform(2.0, 2.6), rng.uniform(0.045, 0.075), rng.uniform(0.18, 0.45)
    height = rng.uniform(0.2, 0.4)
    second = line(e1 + apart, sd * rng.uniform(1.0, 2.0), height * rng.uniform(0.6, 1.5), nm)
    continuum = rng.uniform(0.2, 0.7) * np.clip(EV_NM / nm - e1 - 0.12, 0.0, None) ** 1.3
    values = line(e1, sd, height, nm) + second + continuum + 0.01 * (400.0 / nm) ** 4
    return edge_of(values, nm, 5e-4, seed), EV_NM / (e1 + apart)


def test_the_second_transition_is_found_and_its_interval_holds_it():
    found = [two_lines(seed) for seed in SEEDS]
    assert all(edge.e2.value is not None for edge, _ in found)
    assert sum(holds(edge.e2, truth) for edge, truth in found) >= 51


def test_a_second_transition_is_not_made_up():
    alone = line(2.35, 0.06, 0.3) + 0.5 * np.clip(EV_NM / NM - 2.35 - 0.12, 0.0, None) ** 1.3
    edges = [edge_of(alone, noise=5e-4, seed=seed) for seed in SEEDS]
    assert all(edge.e2.value is None for edge in edges)
    assert "No second transition stands out" in edges[0].e2.flags[0]


def test_without_a_first_exciton_or_a_window_there_is_no_second():
    assert "no second was looked for" in edge_of(np.zeros(NM.size), noise=1e-3).e2.flags[0]
    cut = NM > 505.0
    assert "window ends" in edge_of(dots(2.35, 0.06, 0.3)[cut], NM[cut], 1e-4).e2.flags[0]


def test_the_maximum_lies_to_the_blue_of_the_centre_and_a_shoulder_has_none():
    edge = edge_of(line(2.35, 0.06, 0.3) + 0.3 * np.clip(EV_NM / NM - 2.0, 0.0, None))
    slope, curve = 0.3 * 0.06 / 0.3, 1.0
    shift = slope / curve * 0.06  # of a Gaussian on a slope, to first order
    assert edge.maximum_nm == pytest.approx(EV_NM / (2.35 + shift), abs=0.1)
    shoulder = dots(2.35, 0.06, 0.10) + 2.0 * np.clip(EV_NM / NM - 2.15, 0.0, None)
    assert edge_of(shoulder, noise=3e-4).maximum_nm is None


# Series


TIMES = np.arange(30.0, 330.0, 30.0)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    ("shape", "trend"),
    [
        (490.0 + 12.0 * np.log(TIMES / 30.0), Trend.GROWING),
        (490.0 + 0.0 * TIMES, Trend.STALLED),
        (510.0 - 0.002 * (TIMES - 150.0) ** 2, Trend.REVERSING),
        (510.0 - 0.1 * TIMES, Trend.REVERSING),
    ],
)
def test_trends_through_noise(shape, trend, seed):
    found, flags = trend_of(TIMES, shape + np.random.default_rng(seed).normal(0.0, 0.6, TIMES.size))
    assert found is trend
    assert bool(flags) is (trend is not Trend.GROWING)


def test_one_bad_aliquot_makes_no_trend():
    e1 = 490.0 + 12.0 * np.log(TIMES / 30.0)
    e1[5] -= 20.0
    assert trend_of(TIMES, e1)[0] is Trend.GROWING


def test_too_few_aliquots_and_repeated_times_are_told():
    trend, flags = trend_of(np.array([30.0, 30.0]), np.array([500.0, 510.0]))
    assert trend is Trend.NONE
    assert "at 30 s" in flags[0]
    assert trend_of(np.zeros(0), np.zeros(0))[0] is Trend.NONE

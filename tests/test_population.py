"""Distributions: weightings, moments, and what rebinning must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aliquot.errors import InputError
from aliquot.population import Population, SizeDistribution, Weighting

rungs = arrays(float, 400, elements=st.floats(0.0, 1.0)).filter(lambda c: c[40:].sum() > 1e-3)


@given(rungs)
def test_weightings_of_one_population_agree(c: np.ndarray) -> None:
    population = Population("InP", 0.0503, c)
    number, volume = (population.sizes(weighting) for weighting in Weighting)
    again = volume.reweighted(Weighting.NUMBER)
    np.testing.assert_allclose(again.shares, number.shares, atol=1e-12)
    assert volume.mean == pytest.approx(number.moment(4.0) / number.moment(3.0), rel=1e-9)
    assert volume.mean >= number.mean - 1e-12


@given(rungs, st.floats(0.01, 0.2))
def test_rebinning_keeps_total_and_mean(c: np.ndarray, step: float) -> None:
    sizes = Population("InP", 0.0503, c).sizes("volume")
    coarse = sizes.rebinned(step)
    assert coarse.shares.sum() == pytest.approx(1.0)
    assert coarse.mean == pytest.approx(sizes.mean, rel=1e-9)
    assert 0.0 <= coarse.sd**2 - sizes.sd**2 <= step**2 / 4 + 1e-9


def test_a_density_integrates_to_one() -> None:
    sizes = SizeDistribution.of(np.linspace(2, 4, 41), np.hanning(41), Weighting.VOLUME)
    assert (sizes.density() * 0.05).sum() == pytest.approx(1.0)
    assert sizes.quantile(0.5) == pytest.approx(3.0, abs=0.05)


def test_a_log_normal_has_the_ratio_of_the_textbook() -> None:
    """Volume mean over number mean is exp(3 s^2): 1.030 at 10 %, 1.095 at 17.5 %."""
    d = np.linspace(0.5, 12.0, 4000)
    for rsd, ratio in ((0.10, 1.030), (0.175, 1.095)):
        s = np.sqrt(np.log(1 + rsd**2))
        number = SizeDistribution.of(d, np.exp(-0.5 * (np.log(d / 3) / s) ** 2) / d, Weighting.NUMBER)
        assert number.reweighted("volume").mean / number.mean == pytest.approx(ratio, abs=1e-3)


def test_amounts_are_those_of_formula_units() -> None:
    c = np.zeros(300)
    c[0], c[204] = 5.0, 0.1
    population = Population("InP", 0.0503, c)
    assert population.units == pytest.approx(5.0 + 20.5)
    assert population.dot_units == pytest.approx(20.5)
    assert population.dots_per_m3 == pytest.approx(0.1 * 6.02214076e23)
    assert population.volume_fraction == pytest.approx(20.5 * 30.3e-6, rel=1e-3)  # 30.3 cm3/mol of InP


def test_nothing_has_no_mean() -> None:
    with pytest.raises(InputError, match="a distribution of nothing has no mean"):
        Population("InP", 0.0503, np.zeros(100)).sizes("volume")
    with pytest.raises(InputError, match="rising diameters"):
        SizeDistribution.of(np.array([2.0, 1.0]), np.ones(2), Weighting.NUMBER)

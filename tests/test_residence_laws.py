"""Residence-time distributions against the integrals of their densities."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expn

from aliquot.reactors.residence import convective, taylor_aris


@pytest.mark.parametrize("bodenstein", [8.0, 40.0, 200.0])
def test_first_passage_has_the_moments_of_its_density(bodenstein: float) -> None:
    """E(t) = sqrt(Bo / 4 pi t^3) exp[-Bo (1 - t)^2 / 4 t] for tau = 1, by adaptive quadrature."""

    def density(theta: float) -> float:
        return np.sqrt(bodenstein / (4 * np.pi * theta**3)) * np.exp(
            -bodenstein * (1 - theta) ** 2 / (4 * theta)
        )

    times = taylor_aris(1.0, bodenstein, nodes=9)
    for power in range(7):
        exact = quad(lambda t, p=power: t**p * density(t), 0.0, 1.0)[0]
        exact += quad(lambda t, p=power: t**p * density(t), 1.0, np.inf)[0]
        assert times.weights @ times.times**power == pytest.approx(exact, rel=1e-7)


def test_the_convective_law_is_cumulative_as_it_should() -> None:
    """F(t) = 1 - (tau / 2t)^2 from tau/2 on: each node stands within its own share of the liquid."""
    times = convective(100.0, nodes=64)
    exact = 1.0 - (100.0 / (2.0 * times.times)) ** 2
    above = np.cumsum(times.weights)
    assert (above - times.weights < exact).all()
    assert (exact < above).all()
    assert times.weights.sum() == pytest.approx(1.0, abs=1e-14)


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_moments_of_the_convective_law_that_exist(power: int) -> None:
    """<t^-2p> = integral of (2/tau)^(2p) u^p over u = (1/(p+1)) (2/tau)^(2p)."""
    times = convective(3.0)
    exact = (2.0 / 3.0) ** (2 * power) / (power + 1.0)
    assert times.weights @ times.times ** (-2.0 * power) == pytest.approx(exact, rel=1e-12)


def test_first_order_decay_in_laminar_flow() -> None:
    """Without diffusion conversion is that of an exponential integral: 2 E_3(k tau / 2)."""
    for k in (0.5, 1.0, 4.0):
        times = convective(1.0, nodes=48)
        assert times.weights @ np.exp(-k * times.times) == pytest.approx(2.0 * expn(3, k / 2.0), abs=1e-6)

"""Residence-time distributions against their closed forms, and the numbers of the paper's tube."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aliquot.errors import InputError
from aliquot.knowledge.store import solvent
from aliquot.reactors.profile import Profile
from aliquot.reactors.residence import Dispersion, convective, in_tube, plug, stokes_einstein, taylor_aris
from aliquot.reactors.tube import thermal_lag
from aliquot.recipe.flow import Tube, Zone

TUBE = Tube(bore=0.9975e-3, length=4.6, inlet_temperature=298.15, zones=(Zone("HB1", 4.6),))
ML_MIN = 1e-6 / 60.0


@given(tau=st.floats(1.0, 1e5), bodenstein=st.floats(5.0, 1e4))
def test_first_passage_moments_are_exact(tau: float, bodenstein: float) -> None:
    """Inverse Gaussian: mean tau, variance 2/Bo, third central moment 12/Bo^2, fourth 12/Bo^2 + 120/Bo^3."""
    times = taylor_aris(tau, bodenstein)
    theta = times.times / tau - 1.0
    central = [float(times.weights @ theta**k) for k in range(5)]
    assert central[0] == pytest.approx(1.0, abs=1e-12)
    assert times.mean == pytest.approx(tau, rel=1e-9)
    assert central[2] == pytest.approx(2.0 / bodenstein, rel=1e-7)
    assert central[3] == pytest.approx(12.0 / bodenstein**2, rel=1e-6)
    assert central[4] == pytest.approx(12.0 / bodenstein**2 + 120.0 / bodenstein**3, rel=1e-5)


def test_nodes_integrate_smooth_functions_of_time() -> None:
    """First-order decay is the Laplace transform of first passage, exp[Bo/2 (1 - sqrt(1 + 4 s / Bo))]."""
    times = taylor_aris(1.0, 40.0)
    for s in (0.1, 1.0, 3.0):
        exact = np.exp(20.0 * (1.0 - np.sqrt(1.0 + 4.0 * s / 40.0)))
        assert times.weights @ np.exp(-s * times.times) == pytest.approx(exact, rel=1e-6)


def test_the_convective_limit_has_its_mean_and_its_first_arrival() -> None:
    times = convective(100.0, nodes=200)
    assert times.times[0] > 50.0
    assert times.mean == pytest.approx(100.0, rel=0.005)  # the mean of t^-3 converges slowly
    late = times.weights[times.times > 200.0].sum()
    assert late == pytest.approx((100.0 / 400.0) ** 2, abs=0.005)


def test_plug_flow_is_one_node() -> None:
    assert plug(7.0).mean == 7.0
    assert plug(7.0).relative_spread == 0.0


@pytest.mark.parametrize(
    ("flow", "reach", "spread"), [(0.05, 3.45, 0.11), (0.1, 1.73, 0.155), (0.3, 0.58, 0.27)]
)
def test_the_tube_of_the_paper(flow: float, reach: float, spread: float) -> None:
    """Values of the project's basis for dots at 200 degC: Taylor-Aris valid, valid, marginal."""
    times = in_tube(TUBE, flow * ML_MIN, 473.15, solvent("oleylamine"))
    assert times.reach == pytest.approx(reach, abs=0.03)
    assert times.relative_spread == pytest.approx(spread, abs=0.005)
    assert ("marginal" in times.note) == (flow == 0.3)


def test_beyond_its_validity_taylor_aris_gives_way() -> None:
    times = in_tube(TUBE, 1.5 * ML_MIN, 473.15, solvent("oleylamine"))
    assert times.dispersion is Dispersion.CONVECTIVE
    assert "does not hold" in times.note
    asked = in_tube(TUBE, 1.5 * ML_MIN, 473.15, solvent("oleylamine"), dispersion=Dispersion.PLUG)
    assert asked.dispersion is Dispersion.PLUG
    assert "does not hold" in asked.note


def test_a_dot_diffuses_as_stokes_and_einstein_say() -> None:
    assert stokes_einstein(473.15, solvent("oleylamine"), 2.9) == pytest.approx(2.0e-10, rel=0.01)
    with pytest.raises(InputError, match="without a viscosity"):
        stokes_einstein(300.0, solvent("hexane").model_copy(update={"viscosity": None}), 2.9)


def test_the_liquid_is_hot_within_seconds() -> None:
    assert thermal_lag(TUBE, solvent("oleylamine")) == pytest.approx(1.1, abs=0.02)


def test_wall_heating_passes_its_zones() -> None:
    first = Profile.towards(453.15, start=298.15, lag=1.1)
    second = Profile.towards(523.15, start=float(first(60.0)), lag=1.1)
    at = [float(zone(t)) for zone in (first, second) for t in (0.0, 1.1, 59.9)]
    expected = [298.15, 453.15 - 155.0 / np.e, 453.15, 453.15, 523.15 - 70.0 / np.e, 523.15]
    assert at == pytest.approx(expected, abs=1e-3)
    assert at[2] == 453.15  # held, to the last bit: rate constants need not be computed again


@pytest.mark.parametrize("flow", [0.0, -1.0])
def test_nothing_flows_backwards(flow: float) -> None:
    with pytest.raises(InputError, match="flow"):
        in_tube(TUBE, flow, 473.15, solvent("oleylamine"))

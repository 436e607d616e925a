"""The ladder's laws: conservation, detailed balance, equilibrium, the steady rate of nucleation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from aliquot.errors import InputError, SimulationError, TopRungError
from aliquot.kinetics.integrate import Tolerances, integrate, trajectory
from aliquot.kinetics.ladder import Ladder, State
from ladders import REFERENCE, Ramp, chemistry, held

FEED = (90.0, 360.0)


def random_state(seed: int, size: int = 40) -> State:
    rng = np.random.default_rng(seed)
    return State(jnp.asarray(rng.uniform(1, 90, 2)), jnp.asarray(rng.uniform(0, 1e-2, size)))


def flat(y: State) -> jax.Array:
    return jnp.concatenate([y.species, y.rungs])


@pytest.mark.parametrize("seed", range(4))
def test_the_matrix_is_the_shifted_jacobian(seed: int) -> None:
    ladder, y = held(), random_state(seed)
    rates = ladder.rates(jnp.asarray(REFERENCE), y.rungs.shape[0])
    exact = jax.jacfwd(lambda v: flat(ladder.change(rates, State(v[:2], v[2:]))))(flat(y))
    shifted = ladder.shifted(rates, y, jnp.asarray(7.0)).dense()
    np.testing.assert_allclose(shifted, 7.0 * np.eye(42) - exact, rtol=1e-12, atol=1e-10)


@pytest.mark.parametrize("seed", range(4))
def test_neither_rates_nor_matrix_make_or_lose_atoms(seed: int) -> None:
    ladder, y = held(), random_state(seed)
    n = jnp.arange(1.0, 41.0)
    atoms = jnp.stack(
        [jnp.concatenate([jnp.array([1.0, 0.0]), n]), jnp.concatenate([jnp.array([0.0, 1.0]), 4 * n])]
    )
    change = ladder.vf(jnp.asarray(0.0), y)
    scale = float(jnp.abs(flat(change)) @ jnp.abs(atoms[0]))
    assert np.abs(atoms @ flat(change)).max() < 1e-13 * scale
    rates = ladder.rates(jnp.asarray(REFERENCE), 40)
    jacobian = -ladder.shifted(rates, y, jnp.asarray(0.0)).dense()
    assert np.abs(atoms @ jacobian).max() < 1e-11 * np.abs(jacobian).max()


def test_a_closed_box_comes_to_equilibrium_on_every_rung() -> None:
    ladder = held(k=0.0, attach=1e3, c_inf=1e-3, theta=3.0)
    size, total = 60, 1.5e-3
    start = State(jnp.zeros(2), jnp.zeros(size).at[0].set(total))
    end = trajectory(ladder, start, jnp.array([1e10]), Tolerances(1e-8, 1e-22))
    c = np.asarray(end.rungs[0])
    n = np.arange(1.0, size + 1)
    supersaturation = c[0] / 1e-3
    expected = c[0] * supersaturation ** (n - 1) * np.exp(-3.0 * (n ** (2 / 3) - 1))
    np.testing.assert_allclose(c, expected, rtol=1e-10)
    assert n @ c == pytest.approx(total, rel=1e-12)


def test_equilibrium_stays() -> None:
    ladder = held(k=0.0, attach=1e3, c_inf=1e-3, theta=3.0)
    n = np.arange(1.0, 61.0)
    c = 8e-4 * 0.8 ** (n - 1) * np.exp(-3.0 * (n ** (2 / 3) - 1))
    change = ladder.vf(jnp.asarray(0.0), State(jnp.zeros(2), jnp.asarray(c)))
    flux = 1e3 * c[0] ** 2
    assert np.abs(change.rungs).max() < 1e-12 * flux


@pytest.mark.parametrize(("theta", "supersaturation"), [(14.0, 30.0), (16.0, 40.0), (18.0, 80.0)])
def test_steady_nucleation_goes_at_the_exact_rate(theta: float, supersaturation: float) -> None:
    """1/J = sum_n 1/(a_n c_1 c_n^eq), by Becker and Doering, at the monomer left after the small rungs fill.

    The barriers are so high that the monomer hardly falls while the flux settles.
    """
    size, c_inf, attach = 400, 1e-2, 1e3
    ladder = held(k=0.0, attach=attach, c_inf=c_inf, theta=theta, m=0.0)
    start = State(jnp.zeros(2), jnp.zeros(size).at[0].set(supersaturation * c_inf))
    end = trajectory(ladder, start, jnp.array([0.2]), Tolerances(1e-8, 1e-24))
    c = np.asarray(end.rungs[0])
    n = np.arange(1.0, 201.0)
    c = c[:200]
    a = attach * n ** (2 / 3)
    s = c[0] / c_inf
    log_equilibrium = np.log(c[0]) + (n - 1) * np.log(s) - theta * (n ** (2 / 3) - 1)
    critical = slice(0, 100)  # beyond, the resistance is nil
    exact = 1.0 / np.exp(-np.log(a * c[0])[critical] - log_equilibrium[critical]).sum()
    b = a[:-1] * c_inf * np.exp(theta * (n[1:] ** (2 / 3) - n[:-1] ** (2 / 3)))
    flux = a[:-1] * c[0] * c[:-1] - b * c[1:]
    np.testing.assert_allclose(flux[20:40] / exact, 1.0, atol=1e-6)


def test_mass_is_exact_over_a_run_with_a_ramp() -> None:
    ladder = Ladder(chemistry(), Ramp(jnp.asarray(450.0), jnp.asarray(0.05)))
    start = State(jnp.asarray(FEED), jnp.zeros(1200))
    times = np.array([10.0, 100.0, 777.0, 1000.0])
    run = integrate(ladder, start, times, Tolerances(1e-4, 1e-9))
    units = np.asarray(run.rungs) @ np.arange(1.0, 1201.0)
    assert np.abs((np.asarray(run.species[:, 0]) + units) / FEED[0] - 1).max() < 1e-12
    assert np.abs((np.asarray(run.species[:, 1]) + 4 * units) / FEED[1] - 1).max() < 1e-12
    assert float(run.rungs.min()) > -1e-12


def test_without_precursor_nothing_happens() -> None:
    run = integrate(held(), State(jnp.array([90.0, 0.0]), jnp.zeros(100)), [100.0])
    assert float(jnp.abs(run.rungs).max()) == 0.0
    assert float(run.species[0, 0]) == 90.0


def test_a_short_ladder_asks_for_more_rungs() -> None:
    with pytest.raises(TopRungError, match="Ask for more rungs, such as 200") as caught:
        integrate(held(), State(jnp.asarray(FEED), jnp.zeros(100)), [2000.0])
    assert caught.value.exit_code == 2


def test_too_few_steps_are_told() -> None:
    with pytest.raises(SimulationError, match="stopped after 20 steps"):
        integrate(held(), State(jnp.asarray(FEED), jnp.zeros(100)), [2000.0], Tolerances(max_steps=20))


@pytest.mark.parametrize("times", [[], [0.0], [2.0, 1.0], [1.0, 1.0]])
def test_times_must_rise(times: list[float]) -> None:
    with pytest.raises(InputError, match="rising times"):
        integrate(held(), State(jnp.asarray(FEED), jnp.zeros(10)), times)


@pytest.mark.parametrize("feed", [(-1.0, 1.0), (float("nan"), 1.0)])
def test_no_negative_or_missing_feed(feed: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="starting concentration"):
        integrate(held(), State(jnp.asarray(feed), jnp.zeros(10)), [1.0])

"""The Rosenbrock step: order of convergence, dense output, derivatives."""

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from aliquot.kinetics.integrate import Tolerances, trajectory
from aliquot.kinetics.ladder import Ladder, State
from aliquot.kinetics.laws import Arrhenius
from aliquot.kinetics.rosenbrock import Rosenbrock
from aliquot.kinetics.tableau import RODAS4
from ladders import REFERENCE, Held, Ramp, chemistry, held

START = State(jnp.array([90.0, 360.0]), jnp.zeros(80))


@eqx.filter_jit
def _fixed_steps(ladder: Ladder, step: jax.Array, at: jax.Array) -> jax.Array:
    saves = diffrax.SaveAt(ts=jnp.stack([40.0 * at]))
    return diffrax.diffeqsolve(ladder, Rosenbrock(RODAS4), 0.0, 40.0, step, START, saveat=saves).ys.rungs[0]


def fixed_steps(ladder: Ladder, n_steps: int, at: float = 1.0) -> np.ndarray:
    """Rungs after a share ``at`` of 40 s in equal steps, by dense output where no step ends there."""
    return np.asarray(_fixed_steps(ladder, jnp.asarray(40.0 / n_steps), jnp.asarray(at)))


LADDERS = {
    "held": held(attach=0.02, theta=6.0),
    "ramp": Ladder(chemistry(attach=0.02, theta=6.0), Ramp(jnp.asarray(440.0), jnp.asarray(1.0))),
}


@pytest.mark.parametrize("name", LADDERS)
def test_converges_with_order_four(name: str) -> None:
    exact = fixed_steps(LADDERS[name], 1024)
    errors = [np.abs(fixed_steps(LADDERS[name], n) - exact).max() for n in (64, 128, 256)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders.min() > 3.6, orders


def test_dense_output_converges_with_order_three() -> None:
    errors = []
    for n in (32, 64, 128):
        at = 0.5 + 0.5 / n  # the middle of a step, whatever its length
        exact = fixed_steps(LADDERS["ramp"], 2048, at=at)
        errors.append(np.abs(fixed_steps(LADDERS["ramp"], n, at=at) - exact).max())
    assert np.log2(np.array(errors[:-1]) / errors[1:]).min() > 2.7, errors


def test_dense_output_keeps_the_ends_and_the_mass() -> None:
    solution = diffrax.diffeqsolve(
        LADDERS["held"],
        Rosenbrock(RODAS4),
        0.0,
        40.0,
        5.0,
        START,
        saveat=diffrax.SaveAt(ts=jnp.linspace(0.0, 40.0, 33)),
    )
    units = np.asarray(solution.ys.rungs) @ np.arange(1.0, 81.0) + np.asarray(solution.ys.species[:, 0])
    assert np.abs(units / 90.0 - 1).max() < 1e-12


def mean_units(constants: jax.Array, derivative: str = "forward") -> jax.Array:
    """A read-out of everything: mean size of what has formed, as a function of all eight constants."""
    log_k, e_k, gamma, log_a, e_a, log_c, e_c, m = constants
    base = chemistry()
    tuned = eqx.tree_at(
        lambda c: (
            c.reactions[0].rate,
            c.attachment.rate,
            c.attachment.size_exponent,
            c.solubility.rate,
            c.landscape.surface_energy,
        ),
        base,
        (
            Arrhenius(log_k, e_k, REFERENCE),
            Arrhenius(log_a, e_a, REFERENCE),
            m,
            Arrhenius(log_c, e_c, REFERENCE),
            gamma,
        ),
    )
    start = State(jnp.array([90.0, 360.0]), jnp.zeros(500))
    end = trajectory(
        Ladder(tuned, Held(jnp.asarray(490.0))),
        start,
        jnp.array([60.0]),
        Tolerances(1e-8, 1e-13),
        derivative=derivative,
    )
    n = jnp.arange(1.0, 501.0)
    return (n**2 @ end.rungs[0]) / (n @ end.rungs[0])


CONSTANTS = jnp.array([np.log(7e-6), 1.3, 0.72, 0.0, 0.8, np.log(1e-4), 0.4, 0.3])


@pytest.mark.parametrize(
    "derivative", ["forward", pytest.param("reverse", marks=pytest.mark.slow)]
)  # reverse takes long to compile
def test_gradients_are_those_of_finite_differences(derivative: str) -> None:
    mode = jax.jacfwd if derivative == "forward" else jax.grad
    gradient = jax.jit(mode(lambda p: mean_units(p, derivative)))(CONSTANTS)
    value = jax.jit(mean_units)
    largest = float(jnp.abs(gradient).max())
    for i in range(CONSTANTS.size):
        step = 1e-5
        difference = (value(CONSTANTS.at[i].add(step)) - value(CONSTANTS.at[i].add(-step))) / (2 * step)
        assert float(gradient[i]) == pytest.approx(float(difference), rel=1e-5, abs=1e-6 * largest)

"""Speed of the ladder against SciPy, and of its gradients, in one run and as ratios.

The InP flow run of 36 min at 250 degC (the broadest of the paper), N rungs, rtol 1e-5, warm. Both solvers get
the same equations, tolerances and exact sparse Jacobian; errors are against our own solver at rtol 1e-9.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.integrate import solve_ivp
from scipy.sparse import csc_matrix, diags_array, hstack, vstack

from aliquot.kinetics.chemistry import Chemistry, from_card
from aliquot.kinetics.integrate import Derivative, Tolerances, trajectory
from aliquot.kinetics.ladder import Ladder, State
from aliquot.knowledge.store import chemistry, material
from aliquot.reactors.tube import WallHeating

FEED, WALL, END = np.array([90.1, 350.9]), 523.15, 2157.0
TOLERANCES = Tolerances(1e-5, 1e-9)


def constants() -> Chemistry:
    """Return the calibrated constants of the paper."""
    return from_card(chemistry("inp_wang2023"), material("InP").unit_volume)


def heating() -> WallHeating:
    """Return the temperature of the liquid: hot from the start, so that SciPy's Jacobian is exact as well."""
    return WallHeating.of(WALL, [WALL], [END], 1.1)


def final(constants: Chemistry, size: int, tolerances: Tolerances, derivative: Derivative = "none") -> State:
    """Integrate to the end of the tube."""
    run = trajectory(
        Ladder(constants, heating()),
        State(jnp.asarray(FEED), jnp.zeros(size)),
        jnp.array([END]),
        tolerances,
        derivative=derivative,
    )
    return State(run.species[0], run.rungs[0])


def mean_diameter(rungs: Float[Array, " N"]) -> Float[Array, ""]:
    """Return the volume-weighted mean diameter of dots [nm]."""
    n = jnp.arange(1.0, rungs.shape[0] + 1.0)
    volume = jnp.where(n >= 30, n * rungs, 0.0)
    return volume @ jnp.cbrt(6.0 * material("InP").unit_volume * n / jnp.pi) / volume.sum()


def with_scipy(size: int) -> np.ndarray:
    """Integrate the same ladder with SciPy's BDF and the exact sparse Jacobian."""
    ladder = Ladder(constants(), heating())
    a, b, k = (np.asarray(part) for part in ladder.rates(jnp.asarray(WALL), size))
    consumes = np.array(ladder.chemistry.conversion.consumes)

    def change(_: float, y: np.ndarray) -> np.ndarray:
        species, c = y[:2], y[2:]
        speed = k * species[0] * species[1]
        flux = a[:-1] * c[0] * c[:-1] - b[1:] * c[1:]
        return np.concatenate(
            [-speed * consumes, [speed - flux[0] - flux.sum()], flux[:-1] - flux[1:], flux[-1:]]
        )

    def jacobian(_: float, y: np.ndarray) -> csc_matrix:
        species, c = y[:2], y[2:]
        up, taken = a * c[0], a * c
        slopes = k * species[::-1]
        arrival = taken[:-1].copy()
        arrival[0] *= 2.0
        column = np.concatenate([[-4.0 * up[0] - taken[1:].sum()], arrival - taken[1:]])
        row = b - up
        row[0], row[1] = 0.0, row[1] + b[1]
        rungs = diags_array([up[:-1], -(up + b), b[1:]], offsets=[-1, 0, 1]).tolil()
        rungs[0, :], rungs[:, 0] = row, column
        feed = np.zeros((size, 2))
        feed[0] = slopes
        top = hstack([csc_matrix(-np.outer(consumes, slopes)), csc_matrix((2, size))])
        return vstack([top, hstack([csc_matrix(feed), rungs])]).tocsc()

    start = np.concatenate([FEED, np.zeros(size)])
    run = solve_ivp(change, (0.0, END), start, method="BDF", jac=jacobian, rtol=1e-5, atol=1e-9)
    return run.y[2:, -1]


def seconds(work: Callable[[], object], repeats: int = 7) -> float:
    """Return the median time of a warm call [s]."""
    work()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        jax.block_until_ready(work())
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def compare(size: int) -> str:
    """Return one row: times and errors of both solvers on a ladder of ``size`` rungs."""

    def at(tolerances: Tolerances) -> Callable[[], np.ndarray]:
        solve = jax.jit(lambda constants: final(constants, size, tolerances).rungs)
        return lambda: np.asarray(solve(constants()))

    ours, theirs, exact = (
        at(TOLERANCES),
        partial(with_scipy, size),
        at(Tolerances(1e-9, 1e-14, max_steps=100_000))(),
    )
    times = seconds(ours), seconds(theirs, repeats=3)
    errors = [np.abs(found() - exact).max() / exact[29:].max() for found in (ours, theirs)]
    ratio = times[1] / times[0]
    return f"{size:6d} {times[0]:10.4f} {times[1]:14.3f} {ratio:7.1f} {errors[0]:10.1e} {errors[1]:10.1e}"


def slope_costs(k: int, size: int) -> tuple[float, float]:
    """Return the time of a gradient by k constants, forward and reverse [s]."""
    leaves, structure = jax.tree.flatten(constants())
    chosen = list(range(0, 8, 8 // k))

    def size_of(values: list[Array], derivative: Derivative) -> Array:
        mixed = list(leaves)
        for place, value in zip(chosen, values, strict=True):
            mixed[place] = value
        return mean_diameter(final(jax.tree.unflatten(structure, mixed), size, TOLERANCES, derivative).rungs)

    values = [leaves[place] for place in chosen]
    forward = jax.jit(jax.jacfwd(lambda v: size_of(v, "forward")))
    reverse = jax.jit(jax.grad(lambda v: size_of(v, "reverse")))
    return seconds(lambda: forward(values), 5), seconds(lambda: reverse(values), 5)


def main() -> None:
    """Run both comparisons."""
    print(
        "36 min of InP at 250 degC, rtol 1e-5, atol 1e-9 mol m-3; error: of any rung, over the largest rung"
    )
    print(f"{'N':>6} {'ours / s':>10} {'SciPy BDF / s':>14} {'ratio':>7} {'our error':>10} {'BDF error':>10}")
    for size in (1500, 2500):
        print(compare(size))

    size = 1500
    solve = jax.jit(lambda c: mean_diameter(final(c, size, TOLERANCES).rungs))
    run = seconds(lambda: solve(constants()))
    print(f"\ngradient of the mean diameter, N = {size}, in runs of {run:.4f} s")
    print(f"{'constants':>10} {'forward':>9} {'reverse':>9} {'allowed':>9}")
    for k in (1, 2, 4, 8):
        forward, reverse = (cost / run for cost in slope_costs(k, size))
        print(f"{k:10d} {forward:9.2f} {reverse:9.2f} {2 + 0.5 * k:9.2f}")


if __name__ == "__main__":
    main()

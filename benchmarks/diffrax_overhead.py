"""What diffrax costs around our Rosenbrock step: the same step in a bare loop, both compiled and timed.

The measurement behind decision record 0002.
"""

import time
from typing import TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array

from aliquot.kinetics.ladder import Ladder, State
from aliquot.kinetics.rosenbrock import Memory, solver_of
from aliquot.kinetics.trust import norm
from aliquot.reactors.profile import Profile
from benchmarks.flow import PASSAGE, TOLERANCES, WALL, constants, run, start
from benchmarks.timing import load, seconds

Carry: TypeAlias = tuple[Array, Array, State, Memory]
"""Time, next step, state, and what the step leaves to the next."""


def bare_loop(size: int) -> State:
    """Integrate with the same step and tolerances, and the controller of Hairer & Wanner, in a bare loop."""
    ladder = Ladder(constants(), Profile.towards(WALL))
    solver = solver_of(ladder)
    rtol, atol = TOLERANCES.relative, TOLERANCES.absolute

    def body(carry: Carry) -> Carry:
        t, h, y, memory = carry
        h = jnp.minimum(h, PASSAGE - t)
        y1, error, _, fresh, _ = solver.step(ladder, t, t + h, y, None, memory, jnp.asarray(False))
        scaled = jax.tree.map(
            lambda e, a, b: e / (atol + rtol * jnp.maximum(jnp.abs(a), jnp.abs(b))), error, y, y1
        )
        size_of_error = norm(scaled)
        factor = jnp.clip(0.9 * size_of_error**-0.25, 0.2, 6.0)
        accepted = size_of_error <= 1.0
        y, memory = jax.tree.map(lambda new, old: jnp.where(accepted, new, old), (y1, fresh), (y, memory))
        return jnp.where(accepted, t + h, t), h * factor, y, memory

    begin, first = start(size), 1e-6
    carry = (jnp.asarray(0.0), jnp.asarray(first), begin, solver.init(ladder, 0.0, first, begin, None))
    return jax.lax.while_loop(lambda c: c[0] < PASSAGE, body, carry)[2]


def main(size: int = 1500) -> None:
    """Print compile and run time of both."""
    print(f"{'':12s} {'compile / s':>12} {'run / s':>9}    N = {size}; {load()}")
    for name, solve in (
        ("diffrax", jax.jit(lambda: run(constants(), size, PASSAGE, TOLERANCES))),
        ("bare loop", jax.jit(lambda: bare_loop(size))),
    ):
        began = time.perf_counter()
        compiled = solve.lower().compile()
        compiling = time.perf_counter() - began
        print(f"{name:12s} {compiling:12.2f} {seconds(compiled):9.4f}")


if __name__ == "__main__":
    main()

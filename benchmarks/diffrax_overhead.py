"""What diffrax costs around our Rosenbrock step: the same step in a bare loop, both compiled and timed.

The measurement behind decision record 0002.
"""

import time

import jax
import jax.numpy as jnp
from jaxtyping import Array

from aliquot.kinetics.integrate import _norm as norm
from aliquot.kinetics.ladder import Ladder, State
from aliquot.kinetics.rosenbrock import Rodas4
from benchmarks.ladder import END, FEED, TOLERANCES, constants, final, heating, seconds


def bare_loop(size: int) -> State:
    """Integrate with the same step and tolerances, and the controller of Hairer & Wanner, in a bare loop."""
    ladder, solver = Ladder(constants(), heating()), Rodas4()
    rtol, atol = TOLERANCES.relative, TOLERANCES.absolute

    def body(carry: tuple[Array, Array, State]) -> tuple[Array, Array, State]:
        t, h, y = carry
        h = jnp.minimum(h, END - t)
        y1, error, *_ = solver.step(ladder, t, t + h, y, None, None, False)
        scaled = jax.tree.map(
            lambda e, a, b: e / (atol + rtol * jnp.maximum(jnp.abs(a), jnp.abs(b))), error, y, y1
        )
        size_of_error = norm(scaled)
        factor = jnp.clip(0.9 * size_of_error**-0.25, 0.2, 6.0)
        accepted = size_of_error <= 1.0
        y = jax.tree.map(lambda new, old: jnp.where(accepted, new, old), y1, y)
        return jnp.where(accepted, t + h, t), h * factor, y

    start = State(jnp.asarray(FEED), jnp.zeros(size))
    return jax.lax.while_loop(lambda c: c[0] < END, body, (jnp.asarray(0.0), jnp.asarray(1e-6), start))[2]


def main(size: int = 1500) -> None:
    """Print compile and run time of both."""
    print(f"{'':12s} {'compile / s':>12} {'run / s':>9}    N = {size}")
    for name, solve in (
        ("diffrax", jax.jit(lambda: final(constants(), size, TOLERANCES))),
        ("bare loop", jax.jit(lambda: bare_loop(size))),
    ):
        began = time.perf_counter()
        compiled = solve.lower().compile()
        compiling = time.perf_counter() - began
        print(f"{name:12s} {compiling:12.2f} {seconds(compiled):9.4f}")


if __name__ == "__main__":
    main()

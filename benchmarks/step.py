"""A step of the ladder, beside nothing but the tridiagonal solves that it needs.

A step of RODAS4 has one matrix and six stages. JAX has no tridiagonal solve that factors once, so the bare
measure is what there is: one solve with two right-hand sides and five with one.
"""

import jax
import jax.numpy as jnp
from jax.lax.linalg import tridiagonal_solve
from jaxtyping import Array, Float

from benchmarks.flow import TOLERANCES, constants, run
from benchmarks.timing import load, seconds

ALLOWED = 1.7
SOLVES = 100
"""Steps' worth of solves in one call, so that calling costs nothing."""
END = 600.0
"""Length of the run whose steps are timed [s]."""

Columns = Float[Array, "N columns"]


def step(size: int) -> float:
    """Return the time of one step, taken or rejected, of a whole run [s]."""
    solve = jax.jit(lambda constants: run(constants, size, END, TOLERANCES))
    known = constants()
    taken = seconds(lambda: solve(known).rungs)
    return taken / int(solve(known).steps)


def bare(size: int) -> float:
    """Return the time of the solves of one step [s]."""
    side, diagonal = jnp.full(size, -0.1), jnp.full(size, 2.0)

    def once(_: int, x: Columns) -> Columns:
        # A diagonal that depends on what was found keeps the compiler from solving once for all.
        moved = diagonal + 1e-9 * x[0, 0]
        both = tridiagonal_solve(side, moved, side, jnp.concatenate([x, x], axis=1))
        x = both[:, :1]
        for _stage in range(5):
            x = tridiagonal_solve(side, moved, side, x)
        return x

    solve = jax.jit(lambda x: jax.lax.fori_loop(0, SOLVES, once, x))
    begin = jnp.ones((size, 1))
    return seconds(lambda: solve(begin)) / SOLVES


def main() -> None:
    """Compare at several lengths of ladder."""
    print(f"one step of RODAS4 on InP at 250 degC; {load()}")
    print(f"{'N':>6} {'step / us':>10} {'bare solves / us':>17} {'ratio':>6} {'allowed':>8}")
    for size in (300, 1200, 3000):
        mine, least = step(size), bare(size)
        asked = f"{ALLOWED:8.1f}" if size == 3000 else ""
        print(f"{size:6d} {1e6 * mine:10.0f} {1e6 * least:17.0f} {mine / least:6.2f} {asked}", flush=True)


if __name__ == "__main__":
    main()

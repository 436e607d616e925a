"""Gradient of the mean diameter by k constants, forward and reverse, in runs without a gradient.

36 min of InP at 250 degC. Forward carries one tangent for each constant; reverse costs the same for any k.
"""

from collections.abc import Callable

import equinox as eqx
import jax
from jaxtyping import Array

from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.integrate import Derivative
from benchmarks.flow import PASSAGE, TOLERANCES, constants, mean_diameter, run
from benchmarks.timing import load, seconds

Places = Callable[[Chemistry], tuple[Array, ...]]


def fitted(known: Chemistry) -> tuple[Array, ...]:
    """Return the eight constants that the paper's calibration fits."""
    conversion = known.reactions[0].rate
    attachment, solubility = known.attachment.rate, known.solubility.rate
    return (
        conversion.log_k, known.landscape.surface_energy, attachment.log_k, solubility.log_k,
        known.attachment.size_exponent, conversion.activation, attachment.activation, solubility.activation,
    )  # fmt: skip


def diameter(values: tuple[Array, ...], size: int, derivative: Derivative) -> Array:
    """Return the mean diameter [nm] with some constants replaced."""
    known = constants()
    changed = eqx.tree_at(lambda c: fitted(c)[: len(values)], known, values)
    return mean_diameter(run(changed, size, PASSAGE, TOLERANCES, derivative).rungs[0])


def costs(k: int, size: int) -> tuple[float, float]:
    """Return the time of a gradient by k constants, forward and reverse [s]."""
    values = fitted(constants())[:k]
    forward = jax.jit(jax.jacfwd(lambda v: diameter(v, size, "forward")))
    reverse = jax.jit(jax.grad(lambda v: diameter(v, size, "reverse")))
    return seconds(lambda: forward(values), 5), seconds(lambda: reverse(values), 5)


def main(size: int = 1500) -> None:
    """Print the cost of both, and the better of them."""
    plain = jax.jit(lambda v: diameter(v, size, "none"))
    values = fitted(constants())
    once = seconds(lambda: plain(values))
    print(f"gradient of the mean diameter, N = {size}, in runs of {once:.4f} s; {load()}")
    print(f"{'constants':>10} {'forward':>9} {'reverse':>9} {'allowed':>9}   better")
    for k in (1, 2, 4, 8):
        forward, reverse = (cost / once for cost in costs(k, size))
        better = "forward" if forward < reverse else "reverse"
        print(f"{k:10d} {forward:9.2f} {reverse:9.2f} {2 + 0.5 * k:9.2f}   {better}", flush=True)


if __name__ == "__main__":
    main()

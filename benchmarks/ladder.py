"""One hour of InP at 250 degC on N rungs: time and error beside general integrators, in one run.

All get the same equations and, where they take one, the exact Jacobian; times are warm. Each peer is compared
with the cheapest of our tolerances that makes a smaller error than it does. Errors are against our own solver
at rtol 1e-9, which is checked against two peers at tight tolerances.
"""

import jax
import numpy as np
from jaxtyping import Float

from aliquot.kinetics.integrate import Tolerances
from benchmarks.flow import EXACT, constants, mean_diameter, run
from benchmarks.peers import PEERS, timed
from benchmarks.timing import load, seconds, within

HOUR = 3600.0
PATIENCE = 600.0
"""After which a peer is ended [s]."""
ASKED = 30.0
"""Times as fast as the best peer."""
OURS = (1e-4, 3e-5, 1e-5)
THEIRS = (1e-4, 1e-5)
ABSOLUTE = 1e-9
"""Of all [mol m-3]: a front of a peak stands at a millionth of the dots."""

Rungs = Float[np.ndarray, " N"]


def ours(size: int, tolerances: Tolerances, end: float, repeats: int = 7) -> tuple[float, Rungs]:
    """Return the time of a warm call [s], and the rungs at the end [mol m-3]."""
    solve = jax.jit(lambda constants: run(constants, size, end, tolerances).rungs[0])
    known = constants()
    return seconds(lambda: solve(known), repeats), np.asarray(solve(known))


def error(found: Rungs, exact: Rungs) -> float:
    """Return the largest error of any rung, over the largest concentration of dots [1]."""
    return float(np.abs(found - exact).max() / exact[29:].max())


def row(name: str, taken: float, found: Rungs, exact: Rungs) -> str:
    """Return a line of the table."""
    off = float(mean_diameter(found) - mean_diameter(exact))
    return f"{name:34s} {taken:10.4f} {error(found, exact):10.1e} {off:13.1e}"


def compare(size: int, end: float = HOUR, patience: float = PATIENCE) -> None:
    """Print the table of one length of ladder."""
    _, exact = ours(size, EXACT, end, 1)
    n = np.arange(1.0, size + 1.0)
    top = float((n * exact)[-size // 20 :].sum() / (n @ exact))
    print(f"N = {size}, {end:.0f} s, {top:.0e} of all units on the top twentieth of the rungs; {load()}")
    print(f"{'':34s} {'time / s':>10} {'error':>10} {'diameter / nm':>13} {'/ ours':>8}")
    mine = []
    for rtol in OURS:
        taken, found = ours(size, Tolerances(rtol, ABSOLUTE), end)
        mine.append((taken, error(found, exact)))
        print(row(f"ours, rtol {rtol:.0e}", taken, found, exact), flush=True)
    ratios = {}
    for name, rtol in [(name, rtol) for name in PEERS for rtol in THEIRS]:
        label = f"{name}, rtol {rtol:.0e}"
        got = within(patience, timed, name, size, end, rtol, ABSOLUTE)
        if isinstance(got, str):
            print(f"{label:34s} {got}", flush=True)
            continue
        taken, theirs = got
        at_least_as_good = [cost for cost, wrong in mine if wrong <= error(theirs, exact)]
        told = "we err more"
        if at_least_as_good:
            ratios[label] = taken / min(at_least_as_good)
            told = f"{ratios[label]:8.1f}"
        print(row(label, taken, theirs, exact), told, flush=True)
    if ratios:
        best = min(ratios, key=ratios.__getitem__)
        print(f"the best peer, {best}, takes {ratios[best]:.1f} times as long (asked for: {ASKED:.0f})")


def cross_check(size: int = 300, end: float = HOUR) -> None:
    """Print how far our reference is from those of the peers at tight tolerances."""
    _, exact = ours(size, EXACT, end, 1)
    for name in ("SciPy BDF, sparse", "SUNDIALS CVODE, sparse"):
        got = within(PATIENCE, timed, name, size, end, 1e-10, 1e-14)
        told = got if isinstance(got, str) else f"{error(got[1], exact):.1e} apart"
        print(f"our reference and {name} at rtol 1e-10, N = {size}: {told}", flush=True)


def main() -> None:
    """Compare on two ladders."""
    print(f"one hour of InP at 250 degC, atol {ABSOLUTE:.0e} mol m-3")
    print("error: of any rung, over the largest concentration of dots")
    cross_check()
    for size in (1000, 3000):
        print()
        compare(size)


if __name__ == "__main__":
    main()

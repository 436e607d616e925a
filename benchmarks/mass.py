"""Isotope envelopes and formulas against named peers, in one run.

The cluster is Cd32P20(oleate)5. IsoSpecPy enumerates isotopologues exactly and is the reference for shape;
OpenMS (coarse generator) and brainpy follow the proteomics' picture of one light commonest isotope and equal
steps above it, which metals do not have. The same isotope table goes to IsoSpecPy, so that the difference is
that of the methods.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from jaxtyping import Float

from aliquot.instruments.mass.assign import assign
from aliquot.instruments.mass.blocks import ClusterFormula, Family
from aliquot.instruments.mass.envelope import Envelope, envelope
from aliquot.instruments.mass.isotopes import ISOTOPES

CLUSTER = ClusterFormula.parse("Cd32P20(oleate)5")
ATOMS = CLUSTER.composition
SHARE = 0.999
"""Share of the ions that the exact calculation covers [1]."""


def timed(call: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Return the median time of a call [s], after one to warm up if there are several, and its answer."""
    answer = call() if times > 1 else None
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        answer = call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken), answer


def exact() -> tuple[Float[np.ndarray, " isotopologues"], Float[np.ndarray, " isotopologues"]]:
    """Return masses [Da] and shares of all isotopologues that make up :data:`SHARE`, by IsoSpecPy."""
    found = import_module("IsoSpecPy").IsoTotalProb(
        SHARE,
        atomCounts=list(ATOMS.values()),
        isotopeMasses=[ISOTOPES[element].masses.tolist() for element in ATOMS],
        isotopeProbabilities=[ISOTOPES[element].shares.tolist() for element in ATOMS],
    )
    return np.asarray(found.np_masses()), np.asarray(found.np_probs())


def largest_difference(
    ours: Envelope, masses: Float[np.ndarray, " n"], shares: Float[np.ndarray, " n"]
) -> float:
    """Return the largest difference of the share of a nominal mass [1]."""
    nominal = np.rint(masses - ours.offset).astype(int)
    low = min(int(nominal.min()), int(ours.nominal[0]))
    size = max(int(nominal.max()), int(ours.nominal[-1])) - low + 1
    reference = np.bincount(nominal - low, weights=shares, minlength=size)
    mine = np.bincount(ours.nominal - low, weights=ours.shares, minlength=size)
    return float(np.abs(reference - mine).max())


def moments(masses: Float[np.ndarray, " n"], shares: Float[np.ndarray, " n"]) -> tuple[float, float]:
    """Return mean and standard deviation [Da]."""
    weights = shares / shares.sum()
    mean = float(weights @ masses)
    return mean, float(np.sqrt(weights @ (masses - mean) ** 2))


def coarse() -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return masses [Da] and shares of the coarse envelope of OpenMS."""
    openms = import_module("pyopenms")
    formula = openms.EmpiricalFormula("".join(f"{element}{number}" for element, number in ATOMS.items()))
    found = formula.getIsotopeDistribution(openms.CoarseIsotopePatternGenerator(0)).getContainer()
    return np.array([peak.getMZ() for peak in found]), np.array([peak.getIntensity() for peak in found])


def variants() -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return masses [Da] and shares of the envelope of brainpy, its number of peaks left to itself."""
    found = import_module("brainpy").isotopic_variants(ATOMS, charge=0)
    return np.array([peak.mz for peak in found]), np.array([peak.intensity for peak in found])


def show(name: str, taken: float, mean: float, sd: float, note: str = "") -> None:
    """Print a row."""
    print(f"{name:28} {1e3 * taken:10.3f} ms   mean {mean:9.2f}   sd {sd:6.2f}   {note}")


def against_exact(taken: float, ours: Envelope) -> None:
    """Compare with IsoSpecPy."""
    if find_spec("IsoSpecPy") is None:
        print("IsoSpecPy                    skipped: not installed")
        return
    slow, (masses, shares) = timed(exact, 1)
    show(
        "IsoSpecPy, exact, 99.9 %", slow, *moments(masses, shares), f"{masses.size / 1e6:.1f} M isotopologues"
    )
    print(f"    largest difference of a share {largest_difference(ours, masses, shares):.1e}")
    print(f"    ours is {slow / taken:.0f} times as fast")


def against_wrong() -> None:
    """Show the envelopes of tools that were made for peptides."""
    for name, module, call in (("OpenMS, coarse", "pyopenms", coarse), ("brainpy", "brainpy", variants)):
        if find_spec(module) is None:
            print(f"{name:28} skipped: not installed")
            continue
        taken, (masses, shares) = timed(call, 5)
        mean, sd = moments(masses, shares)
        show(name, taken, mean, sd, f"mean off by {mean - CLUSTER.mass:+.2f} Da, {masses.size} peaks")


def main() -> None:
    """Print all."""
    print(CLUSTER.text)
    taken, ours = timed(lambda: envelope(ATOMS), 500)
    show("aliquot, nominal masses", taken, ours.mean, ours.sd, f"average mass {CLUSTER.mass:.2f}")
    against_exact(taken, ours)
    against_wrong()
    family = Family("Cd", "P", "oleate")
    for mass in (5623.4, 9513.0):
        taken, found = timed(partial(assign, mass, family, 1.5, control=0), 20)
        print(f"enumeration and ranking of {mass:.1f} Da: {1e3 * taken:.1f} ms, {found.found} formulas")
        taken, _ = timed(partial(assign, mass, family, 1.5), 5)
        print(f"    with the control of 400 random masses: {1e3 * taken:.1f} ms")


if __name__ == "__main__":
    main()

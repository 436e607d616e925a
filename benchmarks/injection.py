"""The hot injection of quantum dots by three methods: what refining each of them does to the dispersity.

A precursor converts to monomer, dots nucleate and grow under mixed control, and the smallest dissolve.
Finite volumes and moving cohorts solve the continuum with classical nucleation; they are sketches that are no
part of the repository, and are skipped where their folder is absent. Our ladder solves the same problem in
steps of one formula unit:

- conversion, solubility and growth dr/dt = G (S - exp(al/r)) / (r + rho exp(a al/r)) are the same, exactly;
- the unit volume is that at which al gives the barrier B of nucleation, B = 2 pi al^3 / (3 v);
- nucleation is no law but follows from the same steps. Its prefactor can then not be chosen, and that of the
  problem outruns what attachment allows (printed below). Raising the monomer's energy to meet it would put a
  fifth of the material into dimers, so it is not met: fewer dots form, over a longer time;
- every particle adds and loses units by chance, which broadens small dots by itself.

So the dispersities do not agree. What is asked is whether each of them stays when its method is refined.
"""

import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aliquot.kinetics.attachment import Attachment
from aliquot.kinetics.chemistry import Agglomeration, Chemistry, Solubility
from aliquot.kinetics.integrate import Tolerances, Trajectory, trajectory
from aliquot.kinetics.ladder import Ladder, State
from aliquot.kinetics.landscape import Landscape
from aliquot.kinetics.laws import Arrhenius, Order, Reaction
from aliquot.reactors.profile import Profile
from aliquot.units import BOLTZMANN_EV
from benchmarks.sketches import FOLDER, sketch
from benchmarks.timing import load

TEMPERATURE = 500.0
"""Any: the problem is posed without one [K]."""
CAPILLARY, GROWTH, MIXED, TRANSFER = 1.2, 0.1, 20.0, 0.5
"""al [nm], G [nm2 s-1], rho [nm], a [1]."""
FLUX, BARRIER = 4.0e4, 60.0
"""Nucleation: prefactor [numbers s-1] and exponent of 1 / (ln S)^2."""
CONVERSION, PRECURSOR = 0.01, 400.0
"""Rate constant [s-1], and precursor at the start in units of the solubility."""
DENSITY = 2.0
"""Monomer in a volume of solid, in units of the solubility [nm-3 per number]."""
SMALLEST = 0.35
"""Radius from which on all three count a particle [nm]."""
LOOK = (100.0, 2000.0)
"""Times at which is looked [s]."""
NUCLEATING = 8.0
"""Supersaturation at which rates of nucleation are compared: where it stands while nuclei form."""

VOLUME = 2.0 * np.pi * CAPILLARY**3 / (3.0 * BARRIER)
"""Unit volume at which the ladder has the barrier of the problem [nm3]."""
UNIT_RADIUS = np.cbrt(3.0 * VOLUME / (4.0 * np.pi))
"""Radius of a formula unit [nm]."""
NUMBER = DENSITY * VOLUME
"""One number of the problem, in units of the solubility."""


class Mixed(Attachment):
    """Attachment whose surface step is helped by curvature, as Talapin and co-workers write it."""

    def __call__(self, n: Float[Array, " N"], temperature: Float[Array, ""]) -> Float[Array, " N"]:
        """Return a_n; the solubility is the unit of concentration."""
        del temperature
        r = UNIT_RADIUS * jnp.cbrt(n)
        return 4.0 * jnp.pi * GROWTH / VOLUME * r**2 / (r + MIXED * jnp.exp(TRANSFER * CAPILLARY / r))


def _law(value: float) -> Arrhenius:
    return Arrhenius(jnp.asarray(np.log(value)), jnp.asarray(0.0), TEMPERATURE)


def chemistry() -> Chemistry:
    """Return the problem as a ladder."""
    kt = BOLTZMANN_EV * TEMPERATURE
    return Chemistry(
        reactions=(Reaction(_law(CONVERSION), (Order(0),), (-1.0, 1.0)),),
        attachment=Mixed(_law(1.0), jnp.asarray(0.0), 1.0),
        solubility=Solubility(_law(1.0)),
        landscape=Landscape(jnp.asarray(CAPILLARY * kt / (2.0 * VOLUME)), VOLUME),
        agglomeration=Agglomeration(),
        species=("precursor",),
    )


def steady_flux(supersaturation: float, size: int = 400) -> float:
    """Return the steady flux of nuclei up an empty ladder [numbers s-1]."""
    temperature = jnp.asarray(TEMPERATURE)
    rates = Ladder(chemistry(), Profile.towards(TEMPERATURE)).rates(temperature, size)
    up, down = np.asarray(rates.up)[:-1] * supersaturation, np.asarray(rates.down)[1:]
    steps = np.concatenate([[0.0], np.cumsum(np.log(up[:-1] / down[:-1]))])
    return float(supersaturation / np.sum(np.exp(-steps) / up) / NUMBER)


def outrun(supersaturation: float) -> float:
    """Return by how much the nucleation law of the problem outruns the ladder's own [1]."""
    asked = FLUX * supersaturation**2 * np.exp(-BARRIER / np.log(supersaturation) ** 2)
    return float(asked / steady_flux(supersaturation))


@dataclass(frozen=True)
class Dots:
    """What a method finds."""

    number: float
    """In the problem's numbers."""
    radius: float
    """Mean [nm]."""
    rsd: float
    """Of the radius [%]."""

    @property
    def text(self) -> str:
        """A cell of the table."""
        return f"{self.number:9.3f} {self.radius:8.4f} {self.rsd:7.2f}"


def counted(rungs: Float[np.ndarray, " N"], smallest: float = SMALLEST) -> Dots:
    """Return number, mean radius and RSD of the particles above a radius [nm]."""
    r = UNIT_RADIUS * np.cbrt(np.arange(1.0, rungs.size + 1.0))
    weights = np.where(r > smallest, rungs, 0.0)
    total = weights.sum()
    mean = weights @ r / total
    return Dots(total / NUMBER, mean, 100.0 * np.sqrt(weights @ (r - mean) ** 2 / total) / mean)


def solved(constants: Chemistry, size: int, tolerances: Tolerances) -> Trajectory:
    """Run the problem on a ladder; pure."""
    begin = State(jnp.array([PRECURSOR]), jnp.zeros(size).at[0].set(1.0))
    ladder = Ladder(constants, Profile.towards(TEMPERATURE))
    return trajectory(ladder, begin, jnp.array(LOOK), tolerances)


def by_ladder(size: int, tolerances: Tolerances) -> tuple[float, Trajectory]:
    """Return the time of a warm run [s], and the run."""
    known, solve = chemistry(), jax.jit(partial(solved, size=size, tolerances=tolerances))
    jax.block_until_ready(solve(known).rungs)
    began = time.perf_counter()
    found = jax.block_until_ready(solve(known))
    return time.perf_counter() - began, found


def by_volumes(method: Any, cells: int) -> tuple[float, list[Dots]]:  # noqa: ANN401  a sketch
    """Return the time of finite volumes [s] and what they find."""
    taken, _, found, *_ = method.fv(cells)
    return taken, [Dots(n, r, 100.0 * rsd) for n, r, rsd, _ in found]


def by_cohorts(method: Any, courant: float) -> tuple[float, list[Dots]]:  # noqa: ANN401  a sketch
    """Return the time of moving cohorts [s] and what they find."""
    began = time.perf_counter()
    found, *_ = method.cohort(courant, LOOK[1], LOOK[0], 400_000, courant)
    return time.perf_counter() - began, [Dots(n, r, 100.0 * rsd) for n, r, rsd, _ in found]


def row(name: str, taken: float, found: list[Dots]) -> None:
    """Print a line."""
    print(f"{name:34s} {taken:8.3f}   " + "   ".join(dots.text for dots in found), flush=True)


def ladders() -> None:
    """Refine the ladder in tolerance, then give it more rungs than it needs; then count without clusters."""
    cases = [(10.0**-i, 12_000) for i in (3, 4, 5, 6)]
    for relative, size in (*cases, (1e-5, 20_000)):
        taken, found = by_ladder(size, Tolerances(relative, 1e-3 * relative * NUMBER, 100_000))
        states = np.asarray(found.rungs)
        row(f"ladder, rtol {relative:.0e}, N = {size}", taken, [counted(state) for state in states])
    for smallest in (0.5, 0.6):
        row(f"  of it, above {smallest} nm", taken, [counted(state, smallest) for state in states])
    units = np.arange(1.0, states.shape[1] + 1.0)
    balance = (states @ units + np.asarray(found.species)[:, 0]) / (PRECURSOR + 1.0) - 1.0
    top = states[:, -states.shape[1] // 20 :].max() / NUMBER
    print(
        f"  mass to {np.abs(balance).max():.0e}; S = {states[0, 0]:.3f} and {states[1, 0]:.3f}; top {top:.0e}"
    )


def main() -> None:
    """Refine each method."""
    print(f"hot injection, radii above {SMALLEST} nm; {load()}")
    print(f"unit volume {VOLUME:.4f} nm3; at S = {NUCLEATING:.0f} nucleation by the law of the problem is")
    print(f"{outrun(NUCLEATING):.0f} times what the ladder's steps make of the same barrier")
    print(f"{'':34s} {'time / s':>8}   " + "   ".join(f"t = {t:.0f} s: N, r / nm, RSD / %" for t in LOOK))
    if FOLDER.is_dir():
        method = sketch("run_p2")
        method.cohort(0.5, 100.0, 50.0, 400, 0.5)  # compiles
        method.fv(10)
        for cells in (100, 200, 400):
            row(f"finite volumes, {cells} cells", *by_volumes(method, cells))
        for courant in (0.25, 0.1, 0.05):
            row(f"cohorts, cfl {courant}", *by_cohorts(method, courant))
    else:
        print("finite volumes and cohorts: skipped, the folder of the sketches is not here")
    ladders()


if __name__ == "__main__":
    main()

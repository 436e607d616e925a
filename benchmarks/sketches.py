"""Times beside the sketches with which feasibility was measured: numba loops, no checks, an active window.

The sketches are no part of the repository; where their folder is absent, this is skipped. Constants,
tolerances and times of output are the same on both sides, and all is warm. Two of ours: what a user calls,
with everything checked and the ladder handed on as dots grow, and the bare compiled trajectory.
"""

import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aliquot.kinetics.cards import from_card
from aliquot.kinetics.integrate import SIZES, Tolerances, integrate, trajectory
from aliquot.kinetics.ladder import Ladder, State
from aliquot.knowledge.store import chemistry, material
from aliquot.reactors.profile import Profile
from benchmarks import flow
from benchmarks.timing import load, seconds

FOLDER = Path(__file__).parents[2] / "shared" / "sketches"
ALLOWED = 3.0
KJ = 1e3 / 96485.33212
"""One kJ/mol [eV]."""
LONG = 3000
"""Rungs of the InP flow run."""
SHORT = 600
"""Rungs of the CdTe recipes."""

Rungs = Float[np.ndarray, " N"]


def sketch(name: str) -> Any:  # noqa: ANN401  a module without types
    """Return a sketch."""
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    return import_module(name)


def flow_by_sketch(celsius: float, rtol: float) -> Callable[[], Rungs]:
    """Return the InP flow run by the sketch with an active window; it gives the rungs [mol m-3]."""
    base, active = sketch("ladder"), sketch("ladder_act")
    known = flow.constants()
    conversion, attachment, solubility = (
        known.reactions[0].rate, known.attachment.rate, known.solubility.rate
    )  # fmt: skip
    reference = conversion.reference
    values = [
        1e3 * np.exp(conversion.log_k), conversion.activation / KJ * 1e3,
        1e3 * np.exp(attachment.log_k), attachment.activation / KJ * 1e3,
        1e-3 * np.exp(solubility.log_k), solubility.activation / KJ * 1e3, reference,
    ]  # fmt: skip
    rungs = base.Ladder(
        np.arange(1.0, LONG + 1.0), law="react", T=reference, n0=50.0,
        theta=float(known.landscape.theta(jnp.asarray(reference))),
        msize=float(known.attachment.size_exponent),
    )  # fmt: skip
    begin = rungs.zeros()
    begin[:2] = 1e-3 * flow.FEED[:2]

    def solve() -> Rungs:
        found = active.run_act(
            rungs, begin, flow.PASSAGE, [float(v) for v in values], T=celsius + 273.15, sB=4.0, ord2=True,
            rtol=rtol, atol=1e-11,
        )  # fmt: skip
        return 1e3 * np.asarray(found[0][2:])

    return solve


def flow_by_us(celsius: float, tolerances: Tolerances) -> tuple[Callable[[], Rungs], Callable[[], Rungs]]:
    """Return the same by what a user calls, and by the bare trajectory on all rungs."""
    known, wall = flow.constants(), Profile.towards(celsius + 273.15)

    def called() -> Rungs:
        found = integrate(
            Ladder(known, wall), flow.start(SIZES[0]), [flow.PASSAGE], tolerances, most=SIZES[-1]
        )
        rungs = np.asarray(found.rungs[0])
        return np.pad(rungs, (0, max(LONG - rungs.size, 0)))[:LONG]

    compiled = jax.jit(
        lambda ladder: trajectory(ladder, flow.start(LONG), jnp.array([flow.PASSAGE]), tolerances).rungs[0]
    )
    return called, lambda: np.asarray(compiled(Ladder(known, wall)))


def recipes_by_sketch() -> Callable[[], list[Rungs]]:
    """Return the sixteen recipes of a day by the sketch; it gives the rungs at the end of each [mol m-3]."""
    recipes = sketch("cdte_recipes")
    constants = json.loads((FOLDER / "cdte_constants.json").read_text())["sB"]
    values = [constants[name] for name in recipes.NAMES]

    def solve() -> list[Rungs]:
        ends = [recipes.raw(values, name, N=SHORT)[0][-1] for name in recipes.CR]
        return [1e3 * np.asarray(end[1 : SHORT + 1]) for end in ends]

    return solve


def jobs(size: int) -> list[tuple[Ladder, State]]:
    """Return constants and start of the sixteen recipes."""
    recipes = sketch("cdte_recipes")
    card, volume = chemistry("cdte_mech2023_wide"), material("CdTe").unit_volume
    solvents = {"ode": "ODE", "tol": "TOL"}
    known = {short: from_card(card, volume, name) for short, name in solvents.items()}
    return [
        (
            Ladder(known[solvent], Profile.towards(celsius + 273.15)),
            State(jnp.array([20.0, cadmium, phosphine, amine, 0.0]), jnp.zeros(size)),
        )
        for cadmium, amine, phosphine, solvent, celsius in recipes.CR.values()
    ]


def looks() -> Float[np.ndarray, " T"]:
    """Return the times at which the flasks are looked at [s]."""
    return np.asarray(sketch("cdte_recipes").TT[1:] * 3600.0)


def recipes_by_us(tolerances: Tolerances) -> tuple[Callable[[], list[Rungs]], Callable[[], list[Rungs]]]:
    """Return the same by what a user calls, and by the bare trajectory."""
    times, known = looks(), jobs(SHORT)

    def called() -> list[Rungs]:
        return [np.asarray(integrate(ladder, start, times, tolerances).rungs[-1]) for ladder, start in known]

    compiled = jax.jit(
        lambda ladder, start: trajectory(ladder, start, jnp.asarray(times), tolerances).rungs[-1]
    )
    return called, lambda: [np.asarray(compiled(*job)) for job in known]


def as_recipes_run(tolerances: Tolerances) -> Callable[[], list[Rungs]]:
    """Return the recipes as a flask runs them: handed on to ladders that are long enough, and checked."""
    times, known = looks(), jobs(SIZES[1])

    def called() -> list[Rungs]:
        return [
            np.asarray(integrate(ladder, start, times, tolerances, most=SIZES[-1]).rungs[-1])
            for ladder, start in known
        ]

    return called


def row(name: str, works: list[Callable[[], Any]], error: Callable[[Any], float]) -> None:
    """Print times and errors of the sketch, of what a user calls, and of the bare trajectory."""
    times = [seconds(work) for work in works]
    errors = [error(work()) for work in works]
    told = "".join(
        f"{1e3 * taken:9.1f} ms {wrong:8.1e} {taken / times[0]:6.2f}"
        for taken, wrong in zip(times, errors, strict=True)
    )
    print(f"{name:22s}{told}", flush=True)


def apart(found: Rungs, exact: Rungs, first: int) -> float:
    """Return the largest error of any rung, over the largest of those from ``first`` on [1]."""
    return float(np.abs(found - exact).max() / exact[first - 1 :].max())


def main() -> None:
    """Compare both runs."""
    if not FOLDER.is_dir():
        print("skipped: the folder of the sketches is not here")
        return
    print(f"{load()}; columns: time, error, ratio to the sketch (allowed: {ALLOWED:.0f})")
    print(f"{'':22s}{'sketch':>27}{'as a user calls it':>27}{'bare trajectory':>27}")
    for celsius in (180.0, 250.0):
        exact = flow_by_us(celsius, flow.EXACT)[1]()
        works = [flow_by_sketch(celsius, 1e-4), *flow_by_us(celsius, Tolerances(1e-4, 1e-8))]
        row(f"InP flow, {celsius:.0f} degC", works, lambda found, exact=exact: apart(found, exact, 30))
    exacts = recipes_by_us(Tolerances(1e-7, 1e-12, max_steps=100_000))[1]()
    # The sketch does not ask what stands at the top of its 600 rungs: at 150 degC too much. Nor do we here.
    works = [recipes_by_sketch(), *recipes_by_us(Tolerances(3e-4, 1e-8, top_share=1.0))]

    def usual(ends: list[Rungs]) -> float:
        # The median: where next to nothing forms, or cadmium ends, the sketch's laws differ in detail.
        pairs = zip(ends, exacts, strict=True)
        return float(np.median([apart(end, exact, 30) for end, exact in pairs if exact[29:].max() > 1e-3]))

    row("CdTe, 16 recipes", works, usual)
    whole = seconds(as_recipes_run(Tolerances(3e-4, 1e-8)), 3)
    print(f"the 16 recipes from {SIZES[1]} rungs upwards, so that no top fills: {1e3 * whole:.1f} ms")


if __name__ == "__main__":
    main()

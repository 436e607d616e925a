"""How many kernels ten recipes of one chemistry compile: one for each length of ladder, if all goes well.

A kernel is compiled anew for every new shape of its arrays and every new structure of its constants. The
recipes differ in temperature, in solvent, in amounts and in the number of their aliquots.
"""

import logging
import re
from collections import Counter

import jax

from aliquot.kinetics.integrate import SIZES
from aliquot.recipe import read_recipe
from aliquot.synthesis import simulate
from benchmarks.timing import load

RECIPES = (
    "cdte_mech2023_ode", "cdte_mech2023_toluene", "cdte_mech2023_octane", "cdte_mech2023_temperature:50C",
    "cdte_mech2023_temperature:150C", "cdte_mech2023_top:0mL", "cdte_mech2023_top:5mmol",
    "cdte_mech2023_amine:0mmol", "cdte_mech2023_amine:6mmol", "cdte_mech2023_ratio:4.8",
)  # fmt: skip


LOGS = ("interpreters.pxla", "dispatch", "compiler", "pjit")
"""Where JAX tells what it compiles; all of them are kept from the screen."""


class Compiled(logging.Handler):
    """Counts the kernels of the ladder that JAX compiles, by the number of rungs."""

    def __init__(self) -> None:
        super().__init__()
        self.rungs: Counter[int] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Read what JAX tells."""
        told = record.getMessage()
        if told.startswith("Compiling jit(_stretch)"):
            lengths = {int(length) for length in re.findall(r"float64\[(?:\d+,)*(\d+)\]", told)}
            self.rungs[max(lengths)] += 1


def main() -> None:
    """Simulate the recipes, and tell what each of them made JAX compile."""
    compiled, logs = Compiled(), [logging.getLogger(f"jax._src.{name}") for name in LOGS]
    for log in logs:
        log.addHandler(compiled)
        log.propagate = False
    jax.clear_caches()
    before: Counter[int] = Counter()
    print(f"kernels compiled, by rungs (a run may be handed on along {SIZES[:4]}); {load()}")
    with jax.log_compiles():
        for name in RECIPES:
            run = simulate(read_recipe(name), extrapolate=True)
            fresh, before = compiled.rungs - before, compiled.rungs.copy()
            told = ", ".join(f"{count} of {rungs}" for rungs, count in fresh.items()) or "none"
            print(f"{name:32s} {len(run.aliquots):3d} aliquots {run.wall_s:7.1f} s   {told}", flush=True)
    for log in logs:
        log.removeHandler(compiled)
        log.propagate = True
    worst = max(compiled.rungs.values(), default=0)  # 0: the kernel is called something else by now
    print(f"at most {worst} for one length of ladder (asked for: 1)")


if __name__ == "__main__":
    main()

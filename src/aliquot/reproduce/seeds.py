"""Seeds: runs that start with dots as a paper measured them, not as their own recipe would give them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from aliquot.errors import Where
from aliquot.inference.dual import Dual
from aliquot.inference.forward import Forward, Seen
from aliquot.inference.plan import FlaskPlan, Plan
from aliquot.inference.problem import Problem
from aliquot.knowledge.records.observations import Condition, Seeds


@dataclass(frozen=True, slots=True)
class Seeded(Forward):
    """A forward map in which the products of some plans are measured dots.

    Attributes:
        measured: Seeds by the identity of the plan whose product they stand for.
    """

    measured: Mapping[int, Seeds] = field(default_factory=dict)

    def _passes(
        self, theta: Float[np.ndarray, " free"], plan: Plan, size: int, where: Where, *, slopes: bool
    ) -> Seen:
        """Compute one plan, or return the dots that stand for its product."""
        seeds = self.measured.get(id(plan))
        if seeds is None:
            return Forward._passes(self, theta, plan, size, where, slopes=slopes)  # noqa: SLF001
        constants = self.constants.leaves(theta, plan.variant).constants if slopes else 0
        found = distribution(seeds, size, self.constants.unit_volume)
        look = plan.looks[-1]
        species = np.zeros((1, look.brought.size))
        return Seen((look,), Dual.still(species, constants), Dual.still(found[None, :], constants), 0)


def distribution(seeds: Seeds, size: int, unit_volume: float) -> Float[np.ndarray, " N"]:
    """Return a normal distribution of diameters on the rungs of a ladder, by number, of any amount.

    Args:
        seeds: Mean diameter and relative standard deviation.
        size: Length of the ladder.
        unit_volume: Volume of a formula unit [nm3].

    Example:
        >>> from aliquot.knowledge.store import material, observations
        >>> seeds = observations("tiwari2025").conditions["overgrowth-1102"].seeds
        >>> volume = material("Cd3P2").unit_volume
        >>> found = distribution(seeds, 900, volume)
        >>> d = np.cbrt(6 / np.pi * volume * np.arange(1, 901))
        >>> round(float(found @ d / found.sum()), 2)                                # nm
        3.4
    """
    n = np.arange(1.0, size + 1.0)
    d = np.cbrt(6.0 / np.pi * unit_volume * n)
    away = (d / seeds.diameter.value - 1.0) / seeds.rsd.value
    # dots of a rung stand for a stretch of diameters that shrinks with size: dd/dn = d/(3n)
    return np.asarray(np.exp(-0.5 * away**2) * d / n)


def seeded(problem: Problem, runs: Mapping[str, Condition]) -> Problem:
    """Return a problem whose runs start with the dots that their conditions measure.

    Args:
        problem: Rows and plans, the products of recipes among them.
        runs: Conditions by name.
    """
    measured = {
        id(made): seeds
        for name, plan in problem.forward.plans.items()
        if isinstance(plan, FlaskPlan) and name in runs and (seeds := runs[name].seeds) is not None
        for made in plan.products.values()
    }
    if not measured:
        return problem
    known = problem.forward
    return replace(problem, forward=Seeded(known.constants, known.plans, known.accuracy, measured))

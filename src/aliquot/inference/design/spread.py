"""The spread of what is predicted: the recipe computed again with every set of constants that is believed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, SimulationError
from aliquot.finding import Interval
from aliquot.inference.constants import Constants
from aliquot.inference.design.belief import Believed, Rival
from aliquot.inference.design.moved import Moved
from aliquot.inference.design.numbers import number
from aliquot.inference.design.point import Made
from aliquot.inference.design.problem import Problem, seen_of
from aliquot.inference.design.record import Drawn
from aliquot.inference.forward import Forward
from aliquot.inference.planning import plan_of_recipe
from aliquot.inference.problem import Told, accuracy_of
from aliquot.inference.reading import Reading

_LEVEL = (2.5, 50.0, 97.5)


@dataclass(frozen=True, slots=True)
class Spread:
    """Numbers of a recipe over sets of constants.

    Attributes:
        numbers: Objective and targets of each set that could be computed, shape (sets, aims).
        drawn: Where the sets come from, and how often all targets are met.
        chances: Share of all sets that meet each target [1], in the order of the study.
    """

    numbers: Float[np.ndarray, "sets aims"]
    drawn: Drawn
    chances: tuple[float, ...]

    def interval(self, place: int) -> Interval | None:
        """Return median and 95 % interval of the objective (0) or a target (1 and on) [unit]."""
        if not len(self.numbers):
            return None
        low, middle, high = np.percentile(self.numbers[:, place], _LEVEL)
        return Interval(float(middle), float(low), float(high))


def spread(problem: Problem, made: Made, believed: Believed, told: Told | None = None) -> Spread:
    """Compute a recipe with every set of constants that is believed.

    Args:
        problem: The design.
        made: The recipe.
        believed: Sets of constants.
        told: Called after each.
    """
    targets = problem.study.targets
    found, count = [], 0
    for rival in believed.rivals:
        for numbers in _numbers(problem, made, rival):
            count += 1
            if numbers is not None:
                found.append(numbers)
            if told is not None:
                told(f"spread, {count}")
    values = np.array(found).reshape(-1, 1 + len(targets))
    met = np.array(
        [[target.is_met(x) for target, x in zip(targets, row[1:], strict=True)] for row in values.tolist()],
        dtype=bool,
    ).reshape(-1, len(targets))
    chances = tuple((met.sum(axis=0) / count).tolist())
    together = float(met.all(axis=1).sum() / count)
    return Spread(values, Drawn(believed.source, count, count - len(found), together), chances)


def _numbers(problem: Problem, made: Made, rival: Rival) -> Iterator[list[float] | None]:
    """Yield objective and targets for each set of a rival, None where nothing could be computed."""
    plan = plan_of_recipe(made.recipe, rival.card, problem.where)
    constants = Constants.of(rival.card, rival.free, [plan.variant])
    forward = Forward(constants, {}, accuracy_of(problem.study.numerics))
    moved = Moved(replace(made, plan=plan), ())
    for theta in rival.thetas:
        try:
            seen = seen_of(forward, plan, theta)
            reading = Reading(seen, rival.card, constants.unit_volume, constants.reach)
            aims = (problem.study.objective, *problem.study.targets)
            duals = [number(aim, reading, moved, problem.where) for aim in aims]
            yield [float(dual.value.ravel()[-1]) for dual in duals]
        except (SimulationError, InputError):
            yield None

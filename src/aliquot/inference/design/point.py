"""Points of a design: recipes with their knobs turned, and what was found there."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.inference.design.limits import CALIBRATION, Limit
from aliquot.inference.dual import Dual
from aliquot.inference.plan import Plan
from aliquot.recipe.record import Recipe

Places = Float[np.ndarray, " knobs"]
"""Where each knob stands between its ends: 0 to 1."""


@dataclass(frozen=True, slots=True)
class Made:
    """A recipe with its knobs turned, before anything is simulated."""

    recipe: Recipe
    """The recipe."""
    plan: Plan
    """What its reactor does."""
    limits: tuple[Limit, ...]
    """How much room is left to every limit."""
    faults: tuple[str, ...]
    """What the checks of recipes call an error."""

    @property
    def calibration(self) -> dict[str, Limit]:
        """Limits that keep set points within the calibration, by name."""
        return {limit.name: limit for limit in self.limits if limit.name.startswith(CALIBRATION)}

    @property
    def is_admissible(self) -> bool:
        """Whether it crosses no limit and no check calls it an error."""
        return not self.faults and all(limit.room >= -1e-9 * limit.scale for limit in self.limits)


@dataclass(frozen=True, slots=True)
class Point:
    """What was computed for a recipe.

    Attributes:
        places: Where the knobs stand, shape (knobs,).
        objective: Its number [unit], with slopes where they were asked for.
        targets: Numbers of the targets [their units], in the order of the study.
        rooms: Room left by limits over their scales [1], with slopes.
        made: The recipe.
    """

    places: Places
    objective: Dual
    targets: tuple[Dual, ...]
    rooms: Dual
    made: Made

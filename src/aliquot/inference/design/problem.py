"""A design made ready: places of knobs in, numbers with slopes out, nothing beyond a limit ever computed."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import AliquotError, InputError, RangeError, RecipeError, SimulationError, Where
from aliquot.inference.constants import Constants
from aliquot.inference.design.base import Base
from aliquot.inference.design.limits import SLACK, Limit, faults_of, limits_of
from aliquot.inference.design.moved import STENCILS, STEP, Moved
from aliquot.inference.design.numbers import number
from aliquot.inference.design.point import Made, Places, Point
from aliquot.inference.design.reactor import seen_with_slopes
from aliquot.inference.design.study import Design
from aliquot.inference.dual import Dual, joined
from aliquot.inference.forward import Forward, Seen
from aliquot.inference.plan import FlaskPlan, Plan, TubePlan, Variant
from aliquot.inference.planning import plan_of_recipe
from aliquot.inference.problem import Told, accuracy_of
from aliquot.inference.reading import Reading
from aliquot.knowledge import records

_INSIDE = 1e-12  # of a range: rounding of a place, which is no crossing


@dataclass(slots=True)
class Problem:
    """A design that can be computed.

    Attributes:
        study: What shall come of which recipe.
        base: The recipe.
        card: The chemistry that predicts.
        told: Called with a line after each evaluation.
        asked: Places that were computed, in order: the record of what a search tried.
        sloped: How many of them with slopes.
    """

    study: Design
    base: Base
    card: records.Chemistry
    told: Told | None = None
    asked: list[Places] = field(default_factory=list)
    sloped: int = 0
    _made: dict[bytes, Made | AliquotError] = field(default_factory=dict)
    _points: dict[tuple[bytes, bool], Point | AliquotError] = field(default_factory=dict)
    _forwards: dict[Variant, Forward] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        study: Design,
        card: records.Chemistry,
        folder: Path | None = None,
        told: Told | None = None,
    ) -> "Problem":
        """Make a design ready.

        Args:
            study: The study.
            card: The chemistry that predicts.
            folder: Folder beside which its recipe lies.
            told: Called with a line after each evaluation.

        Raises:
            InputError: If a name of the study means nothing.
            RangeError: If a knob's range leaves the temperatures of the calibration.
            RecipeError: If recipe and chemistry do not fit together.
        """
        found = cls(study, Base.of(study, folder), card, told)
        for i in range(len(study.knobs)):
            found._check_range(i)
        return found

    def _check_range(self, i: int) -> None:
        """Refuse a knob that leaves the calibration, as a simulation refuses the set point.

        Raises:
            RangeError: If it does.
        """
        ends = []
        for end in (0.0, 1.0):
            places = np.full(len(self.study.knobs), 0.5)
            places[i] = end
            made = self.made(places)
            ends.append(made.calibration if isinstance(made, Made) else {})
        for place, name in enumerate(("low", "high")):
            for limit in ends[place].values():
                turned = ends[1 - place].get(limit.name, limit).value != limit.value
                if turned and limit.room < -SLACK:
                    raise self._beyond(i, name, limit)

    def _beyond(self, i: int, end: str, limit: Limit) -> RangeError:
        """Return the error of a range that leaves the calibration."""
        low, high = (bound.value - 273.15 for bound in self.card.temperatures)
        return RangeError(
            given=f"the knob '{self.study.knobs[i].name}' with a set point of {limit.value:.0f} degC",
            expected=f"{low:.0f} to {high:.0f} degC, where '{self.card.id}' was calibrated",
            why="its rate constants are not known beyond, and Arrhenius' law carries errors far",
            remedy=f"End the knob at {limit.end:.0f} degC, take another chemistry, or accept an "
            "extrapolation: --extrapolate, or 'limits: {extrapolate: true}'.",
            where=Where(self.study.id, key=f"knobs.{i}.{end}"),
        )

    @property
    def faults(self) -> list[tuple[Places, AliquotError]]:
        """Places that were tried and gave nothing, each with the reason; each place once."""
        found = {
            places: point for (places, _), point in self._points.items() if isinstance(point, AliquotError)
        }
        return [(np.frombuffer(places), fault) for places, fault in found.items()]

    @property
    def where(self) -> Where:
        """The study, for errors."""
        return Where(self.study.id)

    def values(self, places: Places) -> list[float]:
        """Return the settings at these places [unit of each knob]."""
        return [knob.value(float(place)) for knob, place in zip(self.study.knobs, places, strict=True)]

    def made(self, places: Places) -> Made | AliquotError:
        """Return the recipe at these places with the room that it leaves, or why there is none."""
        key = np.ascontiguousarray(places, float).tobytes()
        if key not in self._made:
            try:
                self._made[key] = self._make(places)
            except (RecipeError, InputError) as fault:
                self._made[key] = fault
        return self._made[key]

    def _make(self, places: Places) -> Made:
        recipe = self.base.recipe(self.base.settings(self.values(places)))
        plan = plan_of_recipe(recipe, self.card, self.where)
        return Made(recipe, plan, limits_of(recipe, plan, self.card, self.study), faults_of(recipe))

    def is_admissible(self, places: Places) -> bool:
        """Tell whether places lie within the ends of their knobs and cross no limit."""
        if bool((places < -_INSIDE).any() or (places > 1.0 + _INSIDE).any()):
            return False
        made = self.made(np.clip(places, 0.0, 1.0))
        return isinstance(made, Made) and made.is_admissible

    def at(self, places: Places, *, slopes: bool = False) -> Point | AliquotError:
        """Return what a recipe gives, or why it gives nothing.

        Args:
            places: Where the knobs stand.
            slopes: Whether slopes by the knobs are wanted, at some three times the cost.

        Raises:
            ValueError: If a limit is crossed: that is never to be computed.
        """
        if not self.is_admissible(places):
            message = f"{places.tolist()} crosses a limit"
            raise ValueError(message)
        places = np.clip(places, 0.0, 1.0)
        for known in {slopes, True}:
            if (places.tobytes(), known) in self._points:
                return self._points[places.tobytes(), known]
        self.asked.append(places)
        self.sloped += slopes
        try:
            found: Point | AliquotError = self._compute(places, slopes=slopes)
        except (SimulationError, InputError) as fault:
            found = fault
        self._points[places.tobytes(), slopes] = found
        if self.told is not None:
            self.told(self._line(found))
        return found

    def _compute(self, places: Places, *, slopes: bool) -> Point:
        made = self.made(places)
        if isinstance(made, AliquotError):
            raise made
        moved = self._moved(places, made) if slopes else Moved(made, ())
        forward = self.forward(made.plan.variant)
        if slopes:
            plans = Moved(
                made.plan, tuple(tuple((weight, one.plan) for weight, one in side) for side in moved.beside)
            )
            seen = seen_with_slopes(forward, plans, self.where)
        else:
            seen = seen_of(forward, made.plan)
        return self.read(seen, moved, places)

    def read(self, seen: Seen, moved: Moved[Made], places: Places) -> Point:
        """Return the numbers of a run that was computed, by whatever way."""
        constants = self.forward(moved.here.plan.variant).constants
        reading = Reading(seen, constants.card, constants.unit_volume, constants.reach)
        aims = (self.study.objective, *self.study.targets)
        objective, *targets = (_last(number(aim, reading, moved, self.where)) for aim in aims)
        return Point(places, objective, tuple(targets), _rooms(moved), moved.here)

    def forward(self, variant: Variant) -> Forward:
        """Return the chemistry in a solvent, ready to be computed."""
        if variant not in self._forwards:
            self._forwards[variant] = Forward(
                Constants.of(self.card, (), [variant]), {}, accuracy_of(self.study.numerics)
            )
        return self._forwards[variant]

    def _moved(self, places: Places, here: Made) -> Moved[Made]:
        """Return a recipe with those beside it, within all limits."""
        return Moved(here, tuple(self._beside(places, here, i) for i in range(places.size)))

    def _beside(self, places: Places, here: Made, i: int) -> tuple[tuple[float, Made], ...]:
        for stencil in STENCILS:
            found = []
            for step, weight in stencil:
                there = places.copy()
                there[i] += step * STEP
                if not self.is_admissible(there):
                    break
                made = self.made(there)
                if not isinstance(made, Made) or not _alike(made.plan, here.plan):
                    break
                found.append((weight / STEP, made))
            else:
                return tuple(found)
        raise SimulationError(
            given=f"a setting of '{self.study.knobs[i].name}' with a limit on either side",
            expected="room on one side of it",
            why="slopes need a little way to go",
            remedy="Widen the range of the knob.",
            where=self.where,
        )

    def _line(self, found: Point | AliquotError) -> str:
        if isinstance(found, AliquotError):
            return "nothing could be computed"
        aims = (self.study.objective, *self.study.targets)
        numbers = (found.objective, *found.targets)
        return ", ".join(
            f"{aim.quantity} {float(one.value):.4g}{'' if aim.unit == '1' else ' ' + aim.unit}"
            for aim, one in zip(aims, numbers, strict=True)
        )


def seen_of(forward: Forward, plan: Plan, theta: Float[np.ndarray, " free"] | None = None) -> Seen:
    """Return a plan as it is seen, without slopes; raises what stopped it."""
    made = Forward(forward.constants, {"design": plan}, forward.accuracy)
    seen = made.run(np.zeros(0) if theta is None else theta)["design"]
    if isinstance(seen, AliquotError):
        raise seen
    return seen


def _last(found: Dual) -> Dual:
    return found[-1] if found.value.ndim else found


def _rooms(moved: Moved[Made]) -> Dual:
    """Return the room of every limit over its scale; one that is not everywhere does not move."""
    found = [moved(partial(_room, limit)) for limit in moved.here.limits]
    return joined(found) if found else Dual(np.zeros(0), np.zeros((0, moved.knobs)))


def _room(limit: Limit, made: Made) -> float:
    """Return the room of the same limit in another recipe, over its scale."""
    same = next((one for one in made.limits if one.name == limit.name), limit)
    return same.room / same.scale


def _alike(one: Plan, other: Plan) -> bool:
    """Tell whether two plans differ in their numbers alone."""
    if one.variant != other.variant:
        return False
    if isinstance(one, TubePlan) and isinstance(other, TubePlan):
        return [piece.stays.shape for piece in one.passages] == [
            piece.stays.shape for piece in other.passages
        ]
    if isinstance(one, FlaskPlan) and isinstance(other, FlaskPlan):
        return [(leg.where.key, leg.idle, leg.times.size) for leg in one.legs] == [
            (leg.where.key, leg.idle, leg.times.size) for leg in other.legs
        ]
    return False

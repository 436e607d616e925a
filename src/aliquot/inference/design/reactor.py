"""The reactor of a design: a plan is carried out as a fit does it, with slopes by the knobs in its place.

Stretch for stretch as :class:`aliquot.inference.forward.Reactor`, which a test compares; what moves is not
the chemistry but all that is done to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from aliquot.errors import SimulationError, TopRungError, Where
from aliquot.inference.design.moved import Moved
from aliquot.inference.design.stretch import Driven, driven
from aliquot.inference.dual import Dual, joined
from aliquot.inference.forward import Forward, Seen
from aliquot.inference.plan import FlaskPlan, Leg, Measured, Passage, Plan, TubePlan
from aliquot.inference.stretch import Drive, Inside
from aliquot.kinetics.trust import top_band, top_share

Units = Callable[[Plan], Mapping[str, float]]
"""Formula units of other recipes' products, by recipe [mol m-3]."""


def seen_with_slopes(forward: Forward, moved: Moved[Plan], where: Where) -> Seen:
    """Carry out a plan with slopes by the knobs.

    Args:
        forward: Chemistry and accuracy; nothing of it is free.
        moved: The plan, here and beside.
        where: Name of the recipe, for errors.

    Raises:
        TopRungError: If the longest ladder is too short.
        SimulationError: If the integration failed.
    """
    size = forward.accuracy.rungs
    while True:
        try:
            reactor = Moving(forward, moved, size, where)
            return reactor.flask() if isinstance(moved.here, FlaskPlan) else reactor.tube()
        except TopRungError:
            if size >= forward.accuracy.most:
                raise
            size = min(2 * size, forward.accuracy.most)


@dataclass(slots=True)
class Moving:
    """A vessel in which one plan is carried out, with the knobs moving."""

    forward: Forward
    moved: Moved[Plan]
    size: int
    where: Where
    steps: int = 0

    def flask(self) -> Seen:
        """Carry out what happens in a flask."""
        plan = _flask(self.moved.here)
        dots = {name: self._product(made) for name, made in plan.products.items()}
        inside = Inside(
            self.moved(lambda made: _flask(made).start), self._mixed(lambda made: _flask(made).dots, dots)
        )
        found = []
        for number, leg in enumerate(plan.legs):
            inside = self._join(inside, number, dots)
            places = [look.place for look in plan.looks if look.leg == number]
            if leg.idle:
                found += [inside] * len(places)
                continue
            species, rungs = self._react(inside, self._driven(number, dots))
            found += [Inside(species[i], rungs[i]) for i in places]
            inside = Inside(species[-1], rungs[-1])
        return self._seen(found)

    def tube(self) -> Seen:
        """Let a solution pass a tube."""
        inside = Inside(self.moved(lambda made: _tube(made).start), self._still(np.zeros(self.size)))
        for number in range(len(_tube(self.moved.here).passages)):
            keep = self._of(number, lambda passage: passage.keep)
            species = inside.species * keep + self._of(number, lambda passage: passage.joined)
            inside = self._through(Inside(species, inside.rungs * keep), number)
        return self._seen([inside])

    def _through(self, inside: Inside, number: int) -> Inside:
        """Let liquid pass a piece of tube and average over its residence times."""
        here = _tube(self.moved.here).passages[number]
        if len(here.drives) == 1:  # one history, left at different times
            times = self._of(number, lambda passage: passage.stays[:, 0])
            elements = Inside(*self._react(inside, self._zone(number, 0, 0, times)))
        else:
            left = [self._element(inside, number, node) for node in range(len(here.drives))]
            elements = Inside(joined([one.species for one in left]), joined([one.rungs for one in left]))
        weights = self._of(number, lambda passage: passage.weights)
        return Inside(*(_averaged(weights, part) for part in elements))

    def _element(self, inside: Inside, number: int, node: int) -> Inside:
        for zone in range(_tube(self.moved.here).passages[number].stays.shape[1]):
            times = self._of(number, partial(_stay, node, zone))
            species, rungs = self._react(inside, self._zone(number, node, zone, times))
            inside = Inside(species[-1], rungs[-1])
        return inside

    def _zone(self, number: int, node: int, zone: int, times: Dual) -> Driven:
        return self._drive(
            lambda made: _tube(made).passages[number].drives[node][zone],
            times,
            self._still(np.zeros(self.size)),
        )

    def _driven(self, number: int, dots: dict[str, Dual]) -> Driven:
        """Return what is done to a flask during a leg."""
        times = self.moved(lambda made: _leg(made, number).times)
        fed = self._mixed(lambda made: _leg(made, number).fed_dots, dots)
        return self._drive(lambda made: _leg(made, number).drive, times, fed)

    def _drive(self, of: Callable[[Plan], Drive], times: Dual, fed: Dual) -> Driven:
        base, slope, offset, lag = (
            self.moved(partial(_profiled, of, name)) for name in ("base", "slope", "offset", "lag")
        )
        rate, species = self.moved(lambda made: of(made).rate), self.moved(lambda made: of(made).species)
        return Driven(base, slope, offset, lag, rate, species, fed, times)

    def _join(self, inside: Inside, number: int, dots: dict[str, Dual]) -> Inside:
        """Return what the flask holds after something joined."""
        if _leg(self.moved.here, number).keep == 1.0:
            return inside
        keep = self.moved(lambda made: _leg(made, number).keep)
        joining = self.moved(lambda made: _leg(made, number).joined)
        more = self._mixed(lambda made: _leg(made, number).dots, dots)
        return Inside(inside.species * keep + joining, inside.rungs * keep + more)

    def _react(self, inside: Inside, drive: Driven) -> tuple[Dual, Dual]:
        """Integrate a stretch and make sure that it can be trusted."""
        constants, accuracy = self.forward.constants, self.forward.accuracy
        leaves = constants.leaves(np.zeros(0), self.moved.here.variant).value
        seen = driven(constants.structure, leaves, inside, drive, accuracy.tolerances)
        self.steps += seen.steps
        if not seen.done:
            raise SimulationError(
                given=f"an integration that stopped after {seen.steps} steps",
                expected="to reach the end of its stretch with finite numbers and slopes",
                why="with these settings the rates outrun the solver",
                remedy="Narrow the ranges of the knobs.",
                where=self.where,
            )
        band = top_band(self.size, constants.reach)
        share = float(np.max(top_share(seen.rungs.value, band, accuracy.tolerances.absolute)))
        if share > accuracy.top:
            raise TopRungError(
                given=f"{share:.1e} of all formula units on the top {band} of {self.size} rungs",
                expected=f"less than {accuracy.top:.0e}",
                why="a closed top falsifies sizes and widths",
                remedy=f"Ask for more rungs, such as 'numerics: {{most: {2 * self.size}}}'.",
                where=self.where,
            )
        return seen.species, seen.rungs

    def _product(self, plan: FlaskPlan | Measured) -> Dual:
        """Return what one formula unit of dots from elsewhere is made of, washed of what is no dot."""
        rungs = self._made(plan)
        n = np.arange(1.0, rungs.size + 1.0)
        washed = np.where(n >= self.forward.constants.card.dot_from, rungs, 0.0).clip(0.0)
        highest = int(np.flatnonzero(washed)[-1]) + 1
        if highest > self.size:
            raise TopRungError(
                given=f"a product with dots of {highest} formula units",
                expected=f"at most {self.size}",
                why="its dots are put on the ladder of this recipe",
                remedy=f"Begin with more rungs: 'numerics: {{rungs: {2 * highest}}}'.",
                where=self.where,
            )
        held = np.zeros(self.size)
        held[:highest] = washed[:highest] / float(n @ washed)
        return self._still(held)

    def _made(self, plan: FlaskPlan | Measured) -> Float[np.ndarray, " N"]:
        """Return the rungs of dots from elsewhere, of any amount."""
        if isinstance(plan, Measured):
            return plan.rungs(self.size, self.forward.constants.unit_volume)
        made = Forward(self.forward.constants, {"product": plan}, self.forward.accuracy)
        seen = made.run(np.zeros(0))["product"]
        if not isinstance(seen, Seen):
            raise seen
        return np.asarray(seen.rungs.value[-1])

    def _mixed(self, units: Units, dots: dict[str, Dual]) -> Dual:
        """Return rungs that hold so many formula units of each product [mol m-3]."""
        total = self._still(np.zeros(self.size))
        for name, made in dots.items():
            total = total + made * self.moved(partial(_held, units, name))
        return total

    def _of(self, number: int, part: Callable[[Passage], object]) -> Dual:
        """Return a number of a piece of tube."""
        return self.moved(lambda made: part(_tube(made).passages[number]))

    def _still(self, value: np.ndarray) -> Dual:
        return Dual.still(value, self.moved.knobs)

    def _seen(self, found: list[Inside]) -> Seen:
        species, rungs = (joined(list(part)) for part in zip(*found, strict=True))
        return Seen(self.moved.here.looks, species, rungs, self.steps)


def _held(units: Units, name: str, plan: Plan) -> float:
    return units(plan).get(name, 0.0)


def _stay(node: int, zone: int, passage: Passage) -> Float[np.ndarray, " 1"]:
    return passage.stays[node, [zone]]


def _profiled(of: Callable[[Plan], Drive], name: str, plan: Plan) -> float:
    return float(getattr(of(plan).profile, name))


def _averaged(weights: Dual, part: Dual) -> Dual:
    """Return an average over nodes, weights and what they weigh both moving."""
    slope = np.tensordot(weights.value, part.slope, 1) + np.tensordot(part.value.T, weights.slope, 1)
    return Dual(weights.value @ part.value, slope)


def _flask(plan: Plan) -> FlaskPlan:
    if not isinstance(plan, FlaskPlan):
        raise TypeError(plan)
    return plan


def _tube(plan: Plan) -> TubePlan:
    if not isinstance(plan, TubePlan):
        raise TypeError(plan)
    return plan


def _leg(plan: Plan, number: int) -> Leg:
    return _flask(plan).legs[number]

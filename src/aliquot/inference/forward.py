"""The forward map of a fit: free constants in; populations of all conditions out, with their slopes.

It is the same chemistry, ladder and solver that :func:`aliquot.simulate` uses, which a test compares. Three
things differ: a plan is walked once and then only integrated, every number carries its slopes by the free
constants, and the ladder has a length that is checked, and doubled where it does not suffice.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from jaxtyping import Float

from aliquot.errors import AliquotError, InputError, SimulationError, TopRungError, Where, suggestion
from aliquot.inference.constants import Constants
from aliquot.inference.dual import Dual, joined
from aliquot.inference.plan import FlaskPlan, Leg, Look, Measured, Passage, Plan
from aliquot.inference.stretch import Drive, Inside, Passed, passed
from aliquot.kinetics.trust import Tolerances, top_band, top_share

WORKERS = 2
"""Conditions that are integrated at a time: each is compiled code that lets the others run."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How to integrate for a fit."""

    rungs: int = 600
    """Length of the ladder to begin with [formula units]."""
    most: int = 3000
    """Length up to which it may be doubled where it does not suffice [formula units]."""
    top: float = 1e-6
    """Largest share of the formula units that may stand at the top of the ladder [1]."""
    tolerances: Tolerances = field(default_factory=lambda: Tolerances(3e-4, 1e-8))
    """Local errors; these give shares to 1e-4 and diameters to 1e-4 nm."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a condition comes to, at each time that it is looked at."""

    looks: tuple[Look, ...]
    """The times, and what was brought by then."""
    species: Dual
    """Concentrations of the species [mol m-3], shape (looks, species)."""
    rungs: Dual
    """Concentrations of the rungs [mol m-3], shape (looks, N)."""
    steps: int
    """Steps of the integrator."""


Outcome = Seen | AliquotError
"""A condition as it was seen, or why it could not be."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Conditions of one chemistry, ready to be computed for any constants.

    Attributes:
        constants: What is free, and how the ladder's constants follow.
        plans: What is done in each condition, by name.
        accuracy: How to integrate.

    Example:
        >>> from aliquot.inference.planning import plan_of
        >>> from aliquot.knowledge.records.observations import Condition
        >>> from aliquot.knowledge.store import chemistry
        >>> card = chemistry("inp_wang2023")
        >>> plan = plan_of(Condition(recipe="inp_wang2023", sample="180C"), card, (), Where("180C"))
        >>> forward = Forward(Constants.of(card, (), [plan.variant]), {"180C": plan})
        >>> seen = forward.run(np.zeros(0))["180C"]
        >>> seen.rungs.value.shape, round(float(1.0 - seen.species.value[0, 0] / 90.1), 2)    # conversion
        ((1, 600), 0.59)
    """

    constants: Constants
    plans: Mapping[str, Plan]
    accuracy: Accuracy = Accuracy()

    def run(
        self,
        theta: Float[np.ndarray, " free"],
        names: Iterable[str] | None = None,
        *,
        slopes: bool = False,
        told: Callable[[str], None] | None = None,
    ) -> dict[str, Outcome]:
        """Compute conditions.

        Args:
            theta: Free constants [unit, or log10 of it], shape (free,).
            names: Conditions to compute; all unless given.
            slopes: Whether slopes by the free constants are wanted, at some six times the cost.
            told: Called with the name of each condition as it is done.

        Returns:
            For each condition what was seen, or the error that says why there is nothing.
        """
        wanted = list(self.plans if names is None else names)
        for name in wanted:
            if name not in self.plans:
                raise _unknown(name, self.plans)
        one = partial(self._condition, theta, slopes=slopes, told=told)
        with ThreadPoolExecutor(WORKERS) as crew:
            return dict(zip(wanted, crew.map(one, wanted), strict=True))

    def _condition(
        self,
        theta: Float[np.ndarray, " free"],
        name: str,
        *,
        slopes: bool,
        told: Callable[[str], None] | None,
    ) -> Outcome:
        plan, size = self.plans[name], self.accuracy.rungs
        outcome: Outcome
        while True:
            try:
                outcome = self._passes(theta, plan, size, Where(name), slopes=slopes)
            except TopRungError as full:
                outcome = full
                if size < self.accuracy.most:
                    size = min(2 * size, self.accuracy.most)
                    continue
            except SimulationError as stopped:
                outcome = stopped
            break
        if told is not None:
            told(name)
        return outcome

    def _passes(
        self, theta: Float[np.ndarray, " free"], plan: Plan, size: int, where: Where, *, slopes: bool
    ) -> Seen:
        """Compute one plan on a ladder of one length."""
        leaves = self.constants.leaves(theta, plan.variant)
        if not slopes:
            leaves = Dual(leaves.value, leaves.slope[:, :0])
        reactor = Reactor(self, theta, leaves, size, where)
        if isinstance(plan, FlaskPlan):
            return reactor.flask(plan)
        return reactor.tube(plan.start, plan.passages, plan.looks)


@dataclass(slots=True)
class Reactor:
    """A vessel in which one plan is carried out, with these constants and on this length of ladder."""

    forward: Forward
    theta: Float[np.ndarray, " free"]
    leaves: Dual
    size: int
    where: Where
    steps: int = 0

    def flask(self, plan: FlaskPlan) -> Seen:
        """Carry out what happens in a flask; raises TopRungError and SimulationError."""
        dots = {name: self._product(made) for name, made in plan.products.items()}
        inside = Inside(self._still(plan.start), self._mixed(plan.dots, dots))
        found = []
        for number, leg in enumerate(plan.legs):
            inside = _join(inside, leg, self._mixed(leg.dots, dots))
            places = [look.place for look in plan.looks if look.leg == number]
            if leg.idle:
                found += [inside] * len(places)
                continue
            fed = self._mixed(leg.fed_dots, dots)
            seen = self._react(inside, leg.drive, fed, leg.times, Where(self.where.file, key=leg.where.key))
            found += [Inside(seen.species[i], seen.rungs[i]) for i in places]
            inside = Inside(seen.species[-1], seen.rungs[-1])
        return self._seen(plan.looks, found)

    def tube(
        self, start: Float[np.ndarray, " species"], passages: tuple[Passage, ...], looks: tuple[Look, ...]
    ) -> Seen:
        """Let a solution pass a tube; raises TopRungError and SimulationError."""
        inside = Inside(self._still(start), self._still(np.zeros(self.size)))
        for passage in passages:
            species, rungs = (part * passage.keep for part in inside)
            inside = self._through(Inside(species + passage.joined, rungs), passage)
        return self._seen(looks, [inside])

    def _through(self, inside: Inside, passage: Passage) -> Inside:
        """Let liquid pass a piece of tube and average over its residence times."""
        nothing = self._still(np.zeros(self.size))
        if len(passage.drives) == 1:  # one history, left at different times
            seen = self._react(inside, passage.drives[0][0], nothing, passage.stays[:, 0], self.where)
            elements = Inside(seen.species, seen.rungs)
        else:
            left = [
                self._element(inside, row, stays)
                for row, stays in zip(passage.drives, passage.stays, strict=True)
            ]
            elements = Inside(joined([one.species for one in left]), joined([one.rungs for one in left]))
        averaged = [
            Dual(passage.weights @ part.value, np.tensordot(passage.weights, part.slope, 1))
            for part in elements
        ]
        return Inside(*averaged)

    def _element(self, inside: Inside, row: tuple[Drive, ...], stays: Float[np.ndarray, " zones"]) -> Inside:
        nothing = self._still(np.zeros(self.size))
        for drive, stay in zip(row, stays, strict=True):
            seen = self._react(inside, drive, nothing, np.array([stay]), self.where)
            inside = Inside(seen.species[-1], seen.rungs[-1])
        return inside

    def _react(
        self, inside: Inside, drive: Drive, fed: Dual, times: Float[np.ndarray, " T"], where: Where
    ) -> Passed:
        """Integrate a stretch and make sure that it can be trusted."""
        accuracy = self.forward.accuracy
        seen = passed(
            self.forward.constants.structure, self.leaves, inside, drive, fed, times, accuracy.tolerances
        )
        self.steps += seen.steps
        if not seen.done:
            raise _stopped(seen.steps, accuracy, where)
        band = top_band(self.size, self.forward.constants.reach)
        share = float(np.max(top_share(seen.rungs.value, band, accuracy.tolerances.absolute)))
        if share > accuracy.top:
            raise _full(share, band, self.size, accuracy, where)
        return seen

    def _product(self, plan: FlaskPlan | Measured) -> Dual:
        """Return what one formula unit of dots from elsewhere is made of, washed of what is no dot."""
        if isinstance(plan, Measured):
            made = self._still(plan.rungs(self.size, self.forward.constants.unit_volume))
        else:
            slopes = self.leaves.constants > 0
            made = self.forward._passes(self.theta, plan, self.size, self.where, slopes=slopes).rungs[-1]  # noqa: SLF001
        n = np.arange(1.0, self.size + 1.0)
        washed = made * (n >= self.forward.constants.card.dot_from)
        washed = washed.at_least(0.0)
        return washed / washed.through(n[:, None])

    def _mixed(self, units: Mapping[str, float], dots: Mapping[str, Dual]) -> Dual:
        """Return rungs that hold so many formula units of each product [mol m-3]."""
        total = self._still(np.zeros(self.size))
        for name, amount in units.items():
            total = total + dots[name] * amount
        return total

    def _still(self, value: np.ndarray) -> Dual:
        return Dual.still(value, self.leaves.constants)

    def _seen(self, looks: tuple[Look, ...], found: list[Inside]) -> Seen:
        species, rungs = (joined(list(part)) for part in zip(*found, strict=True))
        return Seen(looks, species, rungs, self.steps)


def _join(inside: Inside, leg: Leg, dots: Dual) -> Inside:
    """Return what a vessel holds after something joined."""
    if leg.keep == 1.0:
        return inside
    return Inside(inside.species * leg.keep + leg.joined, inside.rungs * leg.keep + dots)


def _stopped(steps: int, accuracy: Accuracy, where: Where) -> SimulationError:
    return SimulationError(
        given=f"an integration that stopped after {steps} steps",
        expected="to reach the end of its stretch with finite numbers",
        why="with these constants the rates outrun the solver",
        remedy=f"Narrow the bounds of the priors, or allow more than {accuracy.tolerances.max_steps} steps.",
        where=where,
    )


def _full(share: float, band: int, size: int, accuracy: Accuracy, where: Where) -> TopRungError:
    return TopRungError(
        given=f"{share:.1e} of all formula units on the top {band} of {size} rungs",
        expected=f"less than {accuracy.top:.0e}",
        why="a closed top falsifies sizes and widths",
        remedy=f"Ask for more rungs, such as 'numerics: {{most: {2 * size}}}'.",
        where=where,
    )


def _unknown(name: str, plans: Mapping[str, Plan]) -> InputError:
    return InputError(
        given=f"the condition '{name}'",
        expected="a condition of the study",
        why="only what is planned can be computed",
        remedy=suggestion(name, plans),
    )

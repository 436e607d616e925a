"""A design from beginning to end: search, dial, write, simulate, and say how sure it is."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aliquot.inference.design.belief import believed, card_of, run_folder
from aliquot.inference.design.blocked import blocked
from aliquot.inference.design.data import beyond_data
from aliquot.inference.design.dial import Dialled, dialled
from aliquot.inference.design.failed import failed
from aliquot.inference.design.front import front
from aliquot.inference.design.merit import Merit, violation
from aliquot.inference.design.point import Point
from aliquot.inference.design.problem import Problem
from aliquot.inference.design.record import Bound, Designed, Reached, Setting
from aliquot.inference.design.scan import scan
from aliquot.inference.design.seek import Seeker
from aliquot.inference.design.spread import Spread, spread
from aliquot.inference.design.study import Aim, Design
from aliquot.inference.problem import Told

_NOTHING = 1e-9  # a change that differences of a recipe's own numbers leave over


def design(study: Design, *, folder: Path | None = None, told: Told | None = None) -> Designed:
    """Find the recipe that meets the targets of a study, and is the best of those that do.

    Its numbers are believed only where a full simulation of the written recipe gives them again. Where no
    recipe within the limits meets all targets, it is the one that misses them by least, and says so.

    Args:
        study: What shall come of which recipe.
        folder: Folder beside which its recipe and fit lie.
        told: Called with a line after each evaluation.

    Returns:
        Settings, what they give with its spread, limits that are touched, the recipe as a file.

    Raises:
        InputError: If the study can not be made ready, or no recipe within its limits can be computed.
        SimulationError: If nothing can be computed from any start.

    Example:
        >>> from aliquot.inference.design.study import read_design
        >>> found = design(read_design("inp_design"))                               # doctest: +SKIP
        >>> found.feasible, round(found.targets[0].simulated, 2)                    # doctest: +SKIP
        (True, 3.05)
    """
    return Designer(Problem.of(study, card_of(study, folder), folder, told), folder).designed()


@dataclass(slots=True)
class Designer:
    """Carries out a design.

    Attributes:
        problem: The design, ready to be computed.
        folder: Folder beside which a fit lies.
    """

    problem: Problem
    folder: Path | None = None

    def designed(self) -> Designed:
        """Look, search, dial, write, simulate; then spread, errors of settings and the trade-off."""
        study, seeker = self.problem.study, Seeker(self.problem)
        seen = scan(self.problem)
        merit = Merit(study, seen.scale)
        best = seeker.best(seen.starts(merit, study.starts), merit, seen)
        set_up = dialled(self.problem, best, merit, _asked(study))
        belief = believed(study, self.problem.card, self.folder)
        spreading = None
        if belief is not None:
            spreading = spread(self.problem, set_up.simulated.made, belief, self.problem.told)
        compromises = front(self.problem, best, merit, seen)
        found = _Record(self.problem, set_up, best, spreading)
        flags = (*self._beyond(set_up), *set_up.run.aliquots[-1].flags)
        flags += (*set_up.run.assumptions, *set_up.run.flags, *(() if belief is None else belief.flags))
        return Designed(
            study=study.id,
            title=study.title,
            base=study.recipe,
            chemistry=f"{self.problem.card.id}/{self.problem.card.version}",
            feasible=violation(study, set_up.simulated) == 0.0,
            settings=found.settings(),
            objective=found.reached(study.objective, 0),
            targets=tuple(found.reached(target, i) for i, target in enumerate(study.targets, 1)),
            violation=violation(study, set_up.simulated),
            bounds=found.bounds(),
            blocked=blocked(self.problem, best, set_up.point.places),
            failed=failed(self.problem),
            drawn=None if spreading is None else spreading.drawn,
            front=compromises,
            front_target=None if study.front is None else study.front.target,
            recipe=set_up.text,
            searches=tuple(
                f"{one.message[:-1]}, after {one.evaluations} evaluations." for one in seeker.ended
            ),
            looked_at=len(self.problem.asked),
            with_slopes=self.problem.sloped,
            citations=set_up.run.citations,
            flags=tuple(dict.fromkeys((*flags, *found.doubts(), *seeker.doubts()))),
        )

    def _beyond(self, set_up: Dialled) -> tuple[str, ...]:
        """Return in what the recipe leaves the data of its constants, a sentence each."""
        spread_of = self.problem.study.spread
        fitted = spread_of is not None and spread_of.fit is not None
        folder = run_folder(self.problem.study, self.folder) if fitted else None
        return beyond_data(self.problem.study, self.problem.card, set_up.simulated.made, folder)


@dataclass(frozen=True, slots=True)
class _Record:
    """Writes down what was found.

    Attributes:
        problem: The design.
        dialled: The recipe that can be set at the bench.
        searched: Where the search ended, with slopes.
        spread: What constants leave open, None where no spread was asked for.
    """

    problem: Problem
    dialled: Dialled
    searched: Point
    spread: Spread | None

    def settings(self) -> tuple[Setting, ...]:
        """Return how each knob is set."""
        knobs = self.problem.study.knobs
        return tuple(
            Setting(knob.name, knob.keys, value, *knob.ends, knob.unit, knob.error_at(value))
            for knob, value in zip(knobs, self.dialled.values, strict=True)
        )

    def reached(self, aim: Aim, place: int) -> Reached:
        """Return what the recipe comes to of an aim: the objective at place 0, then the targets in order."""
        study, point, simulated = self.problem.study, self.dialled.point, self.dialled.simulated
        target = study.targets[place - 1] if place else None
        found = float(simulated.targets[place - 1].value if place else simulated.objective.value)
        slope = (self.searched.targets[place - 1] if place else self.searched.objective).slope
        return Reached(
            name=aim.words if target is None else target.name,
            text=study.sense if target is None else target.text,
            unit=aim.unit,
            searched=float(point.targets[place - 1].value if place else point.objective.value),
            simulated=found,
            met=None if target is None else target.is_met(found),
            miss=0.0 if target is None else target.miss(found),
            spread=None if self.spread is None else self.spread.interval(place),
            chance=None if self.spread is None or not place else self.spread.chances[place - 1],
            by_knob=tuple(self._by_knob(float(one), i) for i, one in enumerate(slope)),
        )

    def _by_knob(self, slope: float, i: int) -> float | None:
        """Return the change by one standard error of a knob [unit], by the slope where the search ended."""
        knob, value = self.problem.study.knobs[i], self.dialled.values[i]
        error = knob.error_at(value)
        if error is None:
            return None
        low, high = knob.ends
        per_unit = 1.0 / (value * np.log(high / low)) if knob.scale == "log" else 1.0 / (high - low)
        change = float(slope * error * per_unit)
        return 0.0 if abs(change) < _NOTHING else change

    def bounds(self) -> tuple[Bound, ...]:
        """Return limits that are touched, and ends of knobs."""
        found = [
            Bound(limit.words, limit.value, limit.end, limit.unit)
            for limit in self.dialled.simulated.made.limits
            if limit.binds
        ]
        for one in self.settings():
            if one.at_end is not None:
                end = one.low if one.at_end == "low" else one.high
                found.append(
                    Bound(f"the {one.at_end} end of the knob '{one.name}'", one.value, end, one.unit)
                )
        return tuple(dict.fromkeys(found))

    def doubts(self) -> list[str]:
        """Return doubts about the design itself."""
        found = []
        if self.dialled.as_searched:
            found.append("No setting that can be dialled meets all targets; those of the search are kept.")
        for aim, searched, simulated in zip(
            (self.problem.study.objective, *self.problem.study.targets),
            (self.dialled.point.objective, *self.dialled.point.targets),
            (self.dialled.simulated.objective, *self.dialled.simulated.targets),
            strict=True,
        ):
            off = abs(float(simulated.value) - float(searched.value))
            if off > 1e-3 * abs(float(simulated.value)):
                found.append(
                    f"The simulation gives another {aim.words} than the search, by {off:.2g} {aim.unit}: "
                    "ask for smaller tolerances in 'numerics'."
                )
        return found


def _asked(study: Design) -> str:
    """Return what a recipe is designed for, as a sentence of its file."""
    parts = [f"{target.words} {target.text}" for target in study.targets]
    doing = "most" if study.sense == "maximise" else "least"
    return ", ".join([*parts, f"{doing} {study.objective.words}"])

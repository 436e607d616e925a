"""A walk through the schedule of a batch, which turns it into a plan: what the flask does, without chemistry.

Stretch for stretch as :class:`~aliquot.reactors.batch.Flask` does it, which a test compares.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where
from aliquot.inference.plan import FlaskPlan, Leg, Look, Measured, Variant
from aliquot.inference.stretch import Drive
from aliquot.reactors.additions import Addition
from aliquot.reactors.events import Shot, Stretch
from aliquot.reactors.profile import Profile
from aliquot.reactors.schedule import Schedule
from aliquot.synthesis.dissolve import System
from aliquot.units import show

SAME = 1e-9
"""Share of a time by which two times may differ and still are one [1]: the rounding of sums."""


class Walk:
    """A walk through a schedule.

    Args:
        system: The chemistry, in the solvent of the recipe.
        variant: What of the chemistry differs here.
        times: Rising times since the reaction began at which the flask is looked at [s]; the end if none.
        further: Times at which it is looked at too if it lasts so long [s].
        where: Name of the condition, for errors.
    """

    def __init__(
        self, system: System, variant: Variant, times: Sequence[float], further: Sequence[float], where: Where
    ) -> None:
        self.system, self.variant, self.where = system, variant, where
        self.wanted, self.further = list(times), list(further)
        self.volume = self.units = self.clock = 0.0
        self.brought: Float[np.ndarray, " species"] = np.zeros(len(system.card.species))
        self.start, self.start_dots = self.brought, dict[str, float]()
        self.reacted = False
        self.legs: list[Leg] = []
        self.looks: list[Look] = []
        self.joins: list[tuple[float, Float[np.ndarray, " species"], dict[str, float]]] = []
        self.products: dict[str, None] = {}

    def plan(self, products: Mapping[str, FlaskPlan | Measured]) -> FlaskPlan:
        """Return the plan, when the walk is done, with where the dots of other recipes come from."""
        return FlaskPlan(
            self.start,
            self.start_dots,
            tuple(self.legs),
            tuple(self.looks),
            self.variant,
            dict(products),
        )

    def through(self, schedule: Schedule) -> None:
        """Walk from the first event to the last.

        Raises:
            InputError: If it ends before a time at which the flask is to be looked at.
        """
        self.clock = -schedule.zero
        end = schedule.duration - schedule.zero
        lasting = [time for time in self.further if time <= end * (1.0 + SAME)]
        self.wanted = sorted({*self.wanted, *lasting}) or [end]
        self._start(schedule.start)
        for event in schedule.events:
            if isinstance(event, Shot):
                self._join(event.addition)
            else:
                self._pass(event)
        if self.wanted:
            raise InputError(
                given=f"an observation at {show(self.wanted[-1] / 3600.0, 'h')}",
                expected=f"one before the recipe ends at {show(end / 3600.0, 'h')}",
                why="nothing is computed after the end",
                remedy="Give the recipe a longer time, or correct 'at'.",
                where=self.where,
            )

    def _start(self, addition: Addition) -> None:
        self.volume = addition.volume
        self.start = self.brought = self._species(addition)
        self.start_dots = self._dots(addition, addition.volume)
        self.units = sum(self.start_dots.values())

    def _species(self, addition: Addition) -> Float[np.ndarray, " species"]:
        return self.system.species(addition.amounts, addition.volume)

    def _dots(self, addition: Addition, volume: float) -> dict[str, float]:
        """Return formula units of other recipes' products in a volume [mol m-3]."""
        self.products.update(dict.fromkeys(addition.products))
        return {recipe: moles / volume for recipe, moles in addition.products.items() if volume > 0.0}

    def _join(self, addition: Addition) -> None:
        """Let something join at once, before the next leg."""
        volume = self.volume + addition.volume
        keep = self.volume / volume
        joined = (1.0 - keep) * self._species(addition)
        dots = self._dots(addition, volume)
        self.brought = keep * self.brought + joined
        self.units = keep * self.units + sum(dots.values())
        self.volume = volume
        self.joins.append((keep, joined, dots))

    def _pass(self, stretch: Stretch) -> None:
        """Let a stretch pass, broken where a sample makes the volume smaller while something flows in."""
        fed = stretch.feed
        for begin, end in _parts(stretch):
            share = (end - begin) / stretch.duration
            inflow = 0.0 if fed is None else fed.volume * share
            self._leg(stretch, begin, end, inflow)
            self.volume += inflow
            drawn = sum(begin < time <= end for time in stretch.samples)
            self.volume -= drawn * (stretch.sample_volume or 0.0)
        self.clock += stretch.duration

    def _leg(self, stretch: Stretch, begin: float, end: float, inflow: float) -> None:
        """Add the leg between two moments of a stretch [s], during which ``inflow`` [m3] is fed."""
        fed = None if stretch.feed is None or inflow <= 0.0 else stretch.feed
        content = np.zeros(self.brought.size) if fed is None else self._species(fed)
        dots = {} if fed is None else self._dots(fed, fed.volume)
        rate = 0.0 if fed is None else inflow / (self.volume * (end - begin))
        seen = list(self._seen(begin, end))
        times = sorted({*seen, end - begin})
        keep, joined, joined_dots = self._joined()
        idle = not self._reacts(content, dots) and rate == 0.0
        drive = Drive(_profile(stretch, begin), np.asarray(rate), content)
        leg = Leg(
            drive,
            np.asarray(times),
            keep,
            joined,
            joined_dots,
            dots,
            idle,
            Where(self.where.file, key=stretch.key),
        )
        for time in seen:
            there = 1.0 / (1.0 + rate * time)
            self.looks.append(
                Look(
                    time=self.clock + begin + time,
                    leg=len(self.legs),
                    place=times.index(time),
                    brought=there * self.brought + (1.0 - there) * content,
                    dots=there * self.units + (1.0 - there) * sum(dots.values()),
                    temperature=stretch.temperature(begin + time),
                )
            )
        self.legs.append(leg)
        there = self.volume / (self.volume + inflow)
        self.brought = there * self.brought + (1.0 - there) * content
        self.units = there * self.units + (1.0 - there) * sum(dots.values())

    def _seen(self, begin: float, end: float) -> Iterator[float]:
        """Yield the wanted times within a leg, from its beginning [s], and take them off the list."""
        while self.wanted and self.wanted[0] <= (self.clock + end) + SAME * abs(self.clock + end):
            time = self.wanted.pop(0) - self.clock - begin
            yield min(max(time, SAME * (end - begin)), end - begin)

    def _joined(self) -> tuple[float, Float[np.ndarray, " species"], dict[str, float]]:
        """Return all that joined since the last leg, as one."""
        keep, joined, dots = 1.0, np.zeros(self.brought.size), dict[str, float]()
        for share, species, more in self.joins:
            keep, joined = share * keep, share * joined + species
            dots = {name: share * units for name, units in dots.items()}
            for name, units in more.items():
                dots[name] = dots.get(name, 0.0) + units
        self.joins.clear()
        return keep, joined, dots

    def _reacts(self, fed: Float[np.ndarray, " species"], dots: Mapping[str, float]) -> bool:
        """Return whether anything is there that could react: a species of a reaction, or particles."""
        present = self.brought + fed
        used = [np.asarray(reaction.change[:-1]) < 0 for reaction in self.system.constants.reactions]
        ready = any(bool(np.all(present[asked] > 0.0)) for asked in used if asked.any())
        self.reacted = self.reacted or ready or self.units > 0.0 or bool(dots)
        return self.reacted


def _parts(stretch: Stretch) -> list[tuple[float, float]]:
    """Return the parts of a stretch between which the volume jumps."""
    if stretch.duration <= 0.0:
        return []
    breaks: list[float] = []
    if stretch.feed is not None and stretch.sample_volume:
        breaks = [time for time in stretch.samples if 0.0 < time < stretch.duration]
    return list(pairwise([0.0, *breaks, stretch.duration]))


def _profile(stretch: Stretch, begin: float) -> Profile:
    """Return the temperature of a stretch from a moment within it on."""
    now = stretch.temperature(begin)
    if stretch.rate is not None:
        return Profile.ramp(now, stretch.rate if stretch.target > stretch.start else -stretch.rate)
    return Profile.towards(stretch.target, start=now, lag=stretch.lag)

"""The stirred flask: a schedule is carried out, stretch by stretch, shot by shot, aliquot by aliquot."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from aliquot.errors import RangeError, Where
from aliquot.kinetics.chemistry import Chemistry
from aliquot.reactors.additions import Addition
from aliquot.reactors.advance import Numerics, advance
from aliquot.reactors.content import Content
from aliquot.reactors.events import Shot, Stretch
from aliquot.reactors.profile import Profile
from aliquot.reactors.schedule import Schedule

Dissolve = Callable[[Addition], Content]
"""What an addition is to the chemistry: species and seeds in a volume."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn from a vessel, or is left in it at the end."""

    key: str
    """Step of the recipe during which it was drawn."""
    time: float
    """Time since the reaction began [s]."""
    content: Content
    """The vessel at that moment."""
    unreacted: Content
    """The same as if nothing had reacted: what balances and conversions are counted against."""
    sampled: bool
    """Whether the recipe asks for it; else it is the end of a step."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Temperatures for which a chemistry is calibrated."""

    low: float
    """[K]."""
    high: float
    """[K]."""
    name: str
    """Name of the chemistry."""

    def check(self, temperature: float, where: Where) -> None:
        """Refuse a set point outside; ramps may pass through the cold.

        Raises:
            RangeError: If the temperature lies more than half a kelvin outside.
        """
        if self.low - 0.5 <= temperature <= self.high + 0.5:
            return
        low, high, asked = (kelvin - 273.15 for kelvin in (self.low, self.high, temperature))
        raise RangeError(
            given=f"{asked:.0f} degC",
            expected=f"{low:.0f} to {high:.0f} degC, where '{self.name}' was calibrated",
            why="its rate constants are not known beyond, and Arrhenius' law carries errors far",
            remedy="Take another chemistry, or accept an extrapolation: --extrapolate, extrapolate=True.",
            where=where,
        )


class Flask:
    """A flask in which a schedule is carried out.

    Args:
        chemistry: Constants.
        dissolve: What an addition is to the chemistry.
        numerics: How to integrate.
        limits: Temperatures that are allowed at set points, None for all.
        recipe: Name of the recipe, for errors.
    """

    def __init__(
        self, chemistry: Chemistry, dissolve: Dissolve, numerics: Numerics, limits: Limits | None, recipe: str
    ) -> None:
        self.chemistry, self.dissolve, self.numerics = chemistry, dissolve, numerics
        self.limits, self.recipe = limits, recipe
        self.content = self.unreacted = Content.empty(len(chemistry.species))
        self.clock, self.steps = 0.0, 0

    def run(self, schedule: Schedule) -> Iterator[Drawn]:
        """Carry out a schedule.

        Args:
            schedule: What happens, and when.

        Yields:
            Every sample, and the vessel at the end of every hold and feed.

        Raises:
            RangeError: If a set point lies outside the limits.
            TopRungError: If the longest ladder is too short.
            SimulationError: If an integration failed, or more was drawn than there was.
        """
        self.clock = -schedule.zero
        self.content = self.unreacted = self.dissolve(schedule.start)
        for event in schedule.events:
            if isinstance(event, Shot):
                self._join(event)
            else:
                yield from self._pass(event)

    def _join(self, shot: Shot) -> None:
        addition = self.dissolve(shot.addition)
        self.content = replace(self.content.joined(addition), temperature=shot.temperature)
        self.unreacted = self.unreacted.joined(addition)

    def _pass(self, stretch: Stretch) -> Iterator[Drawn]:
        """Let a stretch pass, broken where a sample makes the volume smaller while something flows in."""
        where = Where(self.recipe, key=stretch.key)
        reacting = stretch.key.rpartition(".")[2] in {"hold", "feed", "inject"}
        feed = None if stretch.feed is None else self.dissolve(stretch.feed)
        if self.limits is not None and reacting and self._reacts(feed):
            self.limits.check(stretch.target, where)
        for begin, end in self._parts(stretch):
            within = [time for time in stretch.samples if begin < time <= end]
            times = sorted({*within, end})
            before, taken = self.unreacted, 0.0
            for time, content in zip(times, self._advance(stretch, feed, begin, times, where), strict=True):
                fed = before.joined(_part(feed, (time - begin) / stretch.duration))
                self.content, self.unreacted = content.without(taken, where), fed.without(taken, where)
                if time in within:
                    yield self._drawn(stretch.key, self.clock + time, sampled=True)
                    taken += stretch.sample_volume or 0.0
            self.content = self.content.without(taken - (content.volume - self.content.volume), where)
            self.unreacted = self.unreacted.without(taken - (fed.volume - self.unreacted.volume), where)
        self.clock += stretch.duration
        if reacting and stretch.duration not in stretch.samples:
            yield self._drawn(stretch.key, self.clock, sampled=False)

    def _drawn(self, key: str, time: float, *, sampled: bool) -> Drawn:
        return Drawn(key, time, self.content, self.unreacted, sampled)

    def _reacts(self, feed: Content | None) -> bool:
        """Return whether anything is there that could react: a species of a reaction, or particles."""
        present = self.content.species if feed is None else self.content.species + feed.species
        used = [np.asarray(reaction.change[:-1]) < 0 for reaction in self.chemistry.reactions]
        ready = any(bool(np.all(present[asked] > 0.0)) for asked in used if asked.any())
        return ready or bool(np.any(self.content.rungs > 0.0))

    def _parts(self, stretch: Stretch) -> list[tuple[float, float]]:
        """Return the parts of a stretch between which the volume jumps."""
        if stretch.duration <= 0.0:
            return []
        breaks: list[float] = []
        if stretch.feed is not None and stretch.sample_volume:
            breaks = [time for time in stretch.samples if 0.0 < time < stretch.duration]
        edges = [0.0, *breaks, stretch.duration]
        return list(pairwise(edges))

    def _advance(
        self, stretch: Stretch, feed: Content | None, begin: float, times: list[float], where: Where
    ) -> list[Content]:
        """Integrate from one break to the next; where nothing can react only the thermometer moves."""
        start, part = self.content, None
        if feed is not None:
            part = _part(feed, (times[-1] - begin) / stretch.duration)
        elif not self._reacts(None):
            return [replace(start, temperature=stretch.temperature(time)) for time in times]
        if start.volume <= 0.0:
            raise _dry(where)
        relative = [time - begin for time in times]
        reached = advance(
            self.chemistry,
            start,
            _profile(stretch, begin),
            relative,
            feed=part,
            numerics=self.numerics,
            where=where,
        )
        self.steps += reached.steps
        return list(reached.contents)


def _part(feed: Content | None, share: float) -> Content:
    """Return a share of what is fed; nothing where nothing is."""
    if feed is None:
        return Content.empty(0)
    return replace(feed, volume=feed.volume * share)


def _dry(where: Where) -> RangeError:
    return RangeError(
        given="a feed into an empty vessel",
        expected="a liquid that it flows into",
        why="nothing is diluted or heated there",
        remedy="Charge a solvent first.",
        where=where,
    )


def _profile(stretch: Stretch, begin: float) -> Profile:
    """Return the temperature of a stretch from a moment within it on."""
    now = stretch.temperature(begin)
    if stretch.rate is not None:
        rate = stretch.rate if stretch.target > stretch.start else -stretch.rate
        return Profile.ramp(now, rate if stretch.duration > 0.0 else 0.0)
    return Profile.towards(stretch.target, start=now, lag=stretch.lag)

"""The cascade of stirred tanks: start-up and steady state of liquid that is mixed again and again.

A tube in plug flow and one stirred tank are the two ends; N tanks in series stand between them, with a
relative spread of residence times of 1/sqrt(N) (levenspiel). A stirred tank mixes, so that dots of one burst
starve the next: where nucleation is much steeper in supersaturation than growth, it never comes to rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np

from aliquot.errors import InputError, SimulationError, Where
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.ladder import State
from aliquot.kinetics.march import Marched, march
from aliquot.kinetics.tanks import Tanks
from aliquot.kinetics.trust import check_times
from aliquot.reactors.advance import Numerics
from aliquot.reactors.content import Content
from aliquot.reactors.tube import Outflow
from aliquot.recipe.flow import Sample, Tube

PLAIN = Numerics()
"""Tolerances and ladders unless others are given."""


@dataclass(frozen=True, slots=True)
class StartUp:
    """A cascade on its way from the first drop."""

    times: tuple[float, ...]
    """Since the feed was turned on [s]."""
    contents: tuple[tuple[Content, ...], ...]
    """What every tank holds at each time."""
    collected: tuple[Content, ...]
    """What has left by each time, all of it together."""
    steps: int
    """Steps of the integrator."""


@dataclass(frozen=True, slots=True)
class Steady:
    """A cascade at rest: ``steady[-1]`` is its last tank, and what leaves."""

    contents: tuple[Content, ...]
    """What every tank holds."""
    unrest: float
    """Change within one residence time over what is fed, in the tank where it is largest [1]."""
    time: float
    """How long it took to come to rest [s]."""
    steps: int
    """Steps of the integrator."""

    def __getitem__(self, tank: int) -> Content:
        """Return what a tank holds, counted from 0."""
        return self.contents[tank]

    def __len__(self) -> int:
        """Return the number of tanks."""
        return len(self.contents)


@dataclass(frozen=True, slots=True)
class Cascade:
    """Stirred tanks in series, each held at its temperature, through which one flow passes.

    Attributes:
        volumes: Of each tank [m3].
        temperatures: Of each tank [K].
        flow: Through all of them [m3 s-1].

    Raises:
        InputError: If there is no tank, if volumes or flow are not positive, or a temperature is missing.

    Example:
        >>> tanks = Cascade(volumes=(1e-6, 2e-6), temperatures=(473.15, 473.15), flow=1e-9)
        >>> round(tanks.residence_time)                                                            # s
        3000
    """

    volumes: tuple[float, ...]
    temperatures: tuple[float, ...]
    flow: float

    def __post_init__(self) -> None:
        """Refuse what can not be built."""
        sound = len(self.volumes) == len(self.temperatures) > 0
        if sound and self.flow > 0.0 and min(self.volumes) > 0.0 and min(self.temperatures) > 0.0:
            return
        raise InputError(
            given=f"{len(self.volumes)} volumes, {len(self.temperatures)} temperatures and a flow of "
            f"{self.flow:.3g} m3/s",
            expected="at least one tank; for each a positive volume and a temperature; a positive flow",
            why="residence times follow from them",
            remedy="Check volumes, temperatures and flow.",
        )

    @property
    def residence_times(self) -> tuple[float, ...]:
        """Mean residence time in each tank [s]."""
        return tuple(volume / self.flow for volume in self.volumes)

    @property
    def residence_time(self) -> float:
        """Mean residence time in all tanks [s]."""
        return sum(self.residence_times)

    def start_up(
        self,
        chemistry: Chemistry,
        feed: Content,
        times: Sequence[float],
        *,
        filled: Content | Sequence[Content] | None = None,
        numerics: Numerics = PLAIN,
        where: Where | None = None,
    ) -> StartUp:
        """Turn the feed on and look at every tank at given times.

        Args:
            chemistry: Constants.
            feed: What flows into the first tank; its volume and temperature do not matter.
            times: Rising, positive times [s].
            filled: What all tanks hold at the beginning, or each of them; solvent unless given.
            numerics: How to integrate.
            where: Place in the recipe, for errors.

        Returns:
            The tanks, and what has left them, at each time.

        Raises:
            InputError: If the times do not rise from 0, or ``filled`` does not fit the tanks.
            TopRungError: If the longest ladder is too short.
            SimulationError: If the integration failed.
        """
        check_times(np.asarray(times, float), where)
        nothing = replace(feed, species=np.zeros(feed.species.size), rungs=np.zeros(0))
        before = self._filled(nothing if filled is None else filled, where)
        done = self._marched(chemistry, feed, before, times, numerics, where=where)
        taken = []
        for time, state in zip(times, done.states, strict=True):
            share = sum(self.volumes) / (self.flow * time)
            taken.append(
                Content(
                    self.flow * time,
                    self.temperatures[-1],
                    share * np.asarray(state.species[-1]),
                    share * np.asarray(state.rungs[-1]),
                )
            )
        contents = tuple(self._contents(state) for state in done.states)
        return StartUp(tuple(times), contents, tuple(taken), done.steps)

    def steady(
        self,
        chemistry: Chemistry,
        feed: Content,
        *,
        filled: Content | Sequence[Content] | None = None,
        rest: float = 1e-9,
        patience: float = 200.0,
        numerics: Numerics = PLAIN,
        where: Where | None = None,
    ) -> Steady:
        """March until nothing changes any more, with steps that grow as it calms down.

        The tanks start full of feed: what reaction does conserves atoms, so that at any time, and so at rest,
        as much of each element leaves as enters, to rounding.

        Args:
            chemistry: Constants.
            feed: What flows into the first tank; its volume and temperature do not matter.
            filled: What the tanks hold at the beginning; where several states are at rest, it decides.
            rest: Change within a residence time over what is fed at which a tank is at rest [1].
            patience: Residence times of the whole cascade after which to give up [1].
            numerics: How to integrate.
            where: Place in the recipe, for errors.

        Returns:
            The tanks at rest.

        Raises:
            TopRungError: If the longest ladder is too short.
            SimulationError: If the integration failed, or the tanks do not come to rest.
        """
        before = self._filled(feed if filled is None else filled, where)
        end = patience * self.residence_time
        done = self._marched(chemistry, feed, before, [end], numerics, rest=rest, where=where)
        unrest = float(done.unrest.max())
        if not unrest < rest:
            raise SimulationError(
                given=f"tanks that after {done.time:.3g} s still change by {unrest:.1e} of the feed within a "
                f"residence time, most in tank {int(done.unrest.argmax()) + 1}",
                expected=f"less than {rest:.0e}",
                why="they may oscillate: nuclei of one burst starve the next until they are washed out",
                remedy="Look at start_up() over several residence times; if the change only falls slowly, "
                "allow more patience or a larger rest.",
                where=where,
            )
        return Steady(self._contents(done.states[-1]), unrest, done.time, done.steps)

    def through(
        self, chemistry: Chemistry, feed: Content, numerics: Numerics = PLAIN, *, where: Where | None = None
    ) -> Outflow:
        """Return what leaves at steady state, per volume of the feed, as a tube does.

        Args:
            chemistry: Constants.
            feed: What flows into the first tank.
            numerics: How to integrate.
            where: Sample of the recipe, for errors.
        """
        rested = self.steady(chemistry, feed, numerics=numerics, where=where)
        return Outflow(replace(rested[-1], volume=feed.volume), rested.steps)

    def _filled(self, filled: Content | Sequence[Content], where: Where | None) -> tuple[Content, ...]:
        """Return what each tank holds at the beginning."""
        each = (filled,) * len(self.volumes) if isinstance(filled, Content) else tuple(filled)
        if len(each) != len(self.volumes):
            raise InputError(
                given=f"contents of {len(each)} tanks",
                expected=f"one for all or one for each of {len(self.volumes)}",
                why="a tank holds one liquid",
                remedy="Give as many contents as tanks.",
                where=where,
            )
        return each

    def _marched(
        self,
        chemistry: Chemistry,
        feed: Content,
        before: tuple[Content, ...],
        times: Sequence[float],
        numerics: Numerics,
        *,
        rest: float | None = None,
        where: Where | None = None,
    ) -> Marched:
        """Integrate all tanks from what they hold before."""
        highest = max((feed, *before), key=lambda content: numerics.ladder(content, chemistry).rungs.size)
        size = numerics.ladder(highest, chemistry).rungs.size
        inlet, *rows = (content.on(size) for content in (feed, *before))
        volumes = (*self.volumes, sum(self.volumes))
        tanks = Tanks(
            chemistry,
            jnp.asarray(self.temperatures, float),
            jnp.asarray([self.flow / volume for volume in volumes]),
            State(jnp.asarray(inlet.species), jnp.asarray(inlet.rungs), jnp.zeros(0)),
        )
        empty = np.zeros(inlet.species.size), np.zeros(size)
        start = State(
            jnp.asarray([*(row.species for row in rows), empty[0]]),
            jnp.asarray([*(row.rungs for row in rows), empty[1]]),
            jnp.zeros((len(volumes), 0)),
        )
        most = max(numerics.most, size)
        return march(tanks, start, times, numerics.tolerances, most=most, rest=rest, where=where)

    def _contents(self, state: State) -> tuple[Content, ...]:
        """Return what every tank holds."""
        return tuple(
            Content(volume, kelvin, np.asarray(state.species[i]), np.asarray(state.rungs[i]))
            for i, (volume, kelvin) in enumerate(zip(self.volumes, self.temperatures, strict=True))
        )


def tanks_of(tube: Tube, sample: Sample, count: int) -> Cascade:
    """Cut a tube with one feed into equal stirred tanks.

    A tank that lies across the border of two zones is held at the mean of their temperatures by volume.

    Args:
        tube: The tube.
        sample: Its flow, and the temperature of each zone.
        count: Number of tanks.

    Returns:
        The tanks, with the residence time of the tube.

    Raises:
        InputError: If there is no tank, or something joins the stream on the way.

    Example:
        >>> from aliquot.recipe import flow_recipe, read_recipe
        >>> recipe = flow_recipe(read_recipe("inp_wang2023"))
        >>> tanks = tanks_of(recipe.tube, recipe.samples[0], 10)
        >>> len(tanks.volumes), round(tanks.residence_time / recipe.samples[0].residence_time, 9)
        (10, 1.0)
    """
    joined = [zone.name for zone in tube.zones[1:] if zone.inlet is not None]
    if count < 1 or joined:
        raise InputError(
            given=f"{count} tanks in place of a tube" + (f" that {joined[0]} joins" if joined else ""),
            expected="at least one tank, and one feed",
            why="one flow passes through all tanks of a cascade",
            remedy="Cut the tube at its inlets first, and make a cascade of each piece.",
        )
    ends = np.cumsum([0.0, *(zone.length for zone in tube.zones)]) / tube.length
    cuts = np.linspace(0.0, 1.0, count + 1)
    overlap = np.minimum(cuts[1:, None], ends[1:]) - np.maximum(cuts[:-1, None], ends[:-1])
    temperatures = count * overlap.clip(0.0) @ np.asarray(sample.temperatures)
    flow = sample.flow * (1.0 + tube.expansion)
    return Cascade((tube.volume / count,) * count, tuple(temperatures.tolist()), flow)

"""One stretch of time in one vessel: the single call by which every reactor integrates a ladder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np

from aliquot.errors import Where
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.coarse_run import integrate_coarse
from aliquot.kinetics.coating import Cores
from aliquot.kinetics.integrate import SIZES, Trajectory, fitting, integrate
from aliquot.kinetics.ladder import Feed, Ladder
from aliquot.kinetics.trust import DEFAULT, Tolerances
from aliquot.reactors.content import Content
from aliquot.reactors.profile import Profile

LONGEST = SIZES[-1]
"""Rungs at which a run is given up unless told otherwise: 17 nm of InP."""


@dataclass(frozen=True, slots=True)
class Numerics:
    """How to integrate."""

    tolerances: Tolerances = DEFAULT
    """How exactly."""
    most: int = LONGEST
    """Rungs up to which a ladder may grow."""
    least: int = SIZES[0]
    """Rungs to begin with."""
    coarse: float | None = None
    """Distance of coarse rungs in n^(1/3), None for every rung [1]; their error is stated beforehand."""

    def ladder(self, content: Content, chemistry: Chemistry) -> Content:
        """Return a content on a ladder with room for its particles and for the jumps of its chemistry."""
        occupied = np.flatnonzero(content.rungs > 0.0)
        highest = int(occupied[-1]) + 1 if occupied.size else 1
        features = [int(feature.rung) for feature in chemistry.landscape.features]
        need = max(
            self.least, int(1.2 * highest) + 6 * (chemistry.reach if chemistry.reach > 1 else 0), *features, 2
        )
        return content.on(max(fitting(need, self.most), content.rungs.size))


@dataclass(frozen=True, slots=True)
class Reached:
    """What a stretch leads to."""

    contents: tuple[Content, ...]
    """The vessel at each time that was asked for."""
    steps: int
    """Steps of the integrator."""


def advance(  # noqa: PLR0913  the one call that all reactors share
    chemistry: Chemistry,
    content: Content,
    profile: Profile,
    times: Sequence[float],
    *,
    feed: Content | None = None,
    cores: Cores | None = None,
    numerics: Numerics,
    where: Where | None = None,
) -> Reached:
    """Let a vessel react for a while.

    Args:
        chemistry: Constants.
        content: What it holds at the beginning.
        profile: Its temperature, counted from the beginning of the stretch.
        times: Rising times at which it is looked at [s].
        feed: What flows in evenly until the last of these times; its temperature does not matter.
        cores: Cores that are coated, in the classes of the content's coat.
        numerics: How to integrate.
        where: Step of the recipe, for errors.

    Returns:
        The vessel at each time.

    Raises:
        TopRungError: If the longest ladder is too short.
        SimulationError: If the integration failed.
    """
    begin = numerics.ladder(content, chemistry)
    seeds = None
    if feed is not None and feed.rungs.any():
        begin = numerics.ladder(begin.on(feed.rungs.size), chemistry)
        seeds = jnp.asarray(feed.rungs)
    inflow = 0.0 if feed is None else feed.volume / (content.volume * times[-1])
    brought = np.zeros(content.species.size) if feed is None else feed.species
    ladder = Ladder(chemistry, profile, Feed(jnp.asarray(inflow, float), jnp.asarray(brought), seeds), cores)
    found = _integrated(ladder, begin, times, numerics, where)
    contents = []
    for i in range(len(times)):
        state = found.state(i)
        contents.append(
            replace(
                content,
                volume=content.volume * float(found.swelling[i]),
                temperature=float(found.temperatures[i]),
                species=np.asarray(state.species),
                rungs=np.asarray(state.rungs),
                coat=np.asarray(state.coat),
            )
        )
    return Reached(tuple(contents), int(found.steps))


def _integrated(
    ladder: Ladder, begin: Content, times: Sequence[float], numerics: Numerics, where: Where | None
) -> Trajectory:
    """Integrate on every rung, or on coarse ones."""
    if numerics.coarse is not None:
        spacing = numerics.coarse
        coarse = integrate_coarse(ladder, begin.state, times, numerics.tolerances, spacing, where=where)
        return coarse.trajectory
    most = max(numerics.most, begin.rungs.size)
    return integrate(ladder, begin.state, times, numerics.tolerances, most=most, where=where)

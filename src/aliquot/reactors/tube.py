"""The tubular reactor: a batch that travels, is heated by the wall, and leaves after its own time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from aliquot.errors import Where
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.coating import Cores
from aliquot.knowledge.records import Solvent
from aliquot.reactors.advance import Numerics, advance
from aliquot.reactors.content import Content
from aliquot.reactors.profile import Profile
from aliquot.reactors.residence import Dispersion, ResidenceTimes, in_tube
from aliquot.recipe.flow import Sample, Tube

NUSSELT = 3.66
"""Nusselt number of laminar flow in a tube with a wall at constant temperature [1]."""


def thermal_lag(tube: Tube, liquid: Solvent) -> float:
    """Return the time constant [s] with which the liquid follows the wall.

    Args:
        tube: The tube.
        liquid: Its density, heat capacity and conductivity.
    """
    if liquid.conductivity is None or liquid.density is None or liquid.heat_capacity is None:
        return 0.0
    diffusivity = liquid.conductivity.to("W/m/K") / (
        liquid.density.to("kg/m3") * liquid.heat_capacity.to("J/kg/K")
    )
    return (0.5 * tube.bore) ** 2 / (NUSSELT * diffusivity)


@dataclass(frozen=True, slots=True)
class Passage:
    """What elements of liquid meet on their way through a tube.

    Attributes:
        inlet: Temperature at the inlet [K].
        walls: Temperature of each zone's wall [K].
        shares: Share of the tube's volume in each zone [1].
        lag: Time constant of heating [s].
        residence: How long elements of liquid stay.
    """

    inlet: float
    walls: tuple[float, ...]
    shares: tuple[float, ...]
    lag: float
    residence: ResidenceTimes

    @classmethod
    def of(
        cls, tube: Tube, sample: Sample, liquid: Solvent, dispersion: Dispersion | None = None
    ) -> "Passage":
        """Return the passage of a sample, dispersed by the model that is valid or the one asked for."""
        return cls(
            inlet=tube.inlet_temperature,
            walls=sample.temperatures,
            shares=tuple(zone.length / tube.length for zone in tube.zones),
            lag=thermal_lag(tube, liquid),
            residence=in_tube(tube, sample.flow, sample.temperatures[-1], liquid, dispersion=dispersion),
        )

    def through(
        self,
        chemistry: Chemistry,
        feed: Content,
        numerics: Numerics,
        *,
        cores: Cores | None = None,
        where: Where | None = None,
    ) -> "Outflow":
        """Let a solution react in the tube and average what leaves over its residence times.

        In one zone all elements have one history, which they leave at different times; in several, each
        element is followed through all of them.

        Args:
            chemistry: Constants.
            feed: What enters.
            numerics: How to integrate.
            cores: Cores that are coated on the way.
            where: Sample of the recipe, for errors.

        Returns:
            What leaves the tube.

        Raises:
            TopRungError: If the longest ladder is too short.
            SimulationError: If the integration failed.
        """
        times = self.residence.times
        if len(self.walls) == 1:
            profile = Profile.towards(self.walls[0], start=feed.temperature, lag=self.lag)
            reached = advance(
                chemistry, feed, profile, times.tolist(), cores=cores, numerics=numerics, where=where
            )
            left, steps = list(reached.contents), reached.steps
        else:
            left, steps = [], 0
            for time in times:
                element, taken = self._followed(chemistry, feed, float(time), numerics, cores, where)
                left.append(element)
                steps += taken
        return Outflow(averaged(left, self.residence.weights), steps)

    def _followed(
        self,
        chemistry: Chemistry,
        feed: Content,
        stay: float,
        numerics: Numerics,
        cores: Cores | None,
        where: Where | None,
    ) -> tuple[Content, int]:
        """Follow an element that stays ``stay`` [s] in all through every zone."""
        element, steps = feed, 0
        for wall, share in zip(self.walls, self.shares, strict=True):
            profile = Profile.towards(wall, start=element.temperature, lag=self.lag)
            reached = advance(
                chemistry, element, profile, [share * stay], cores=cores, numerics=numerics, where=where
            )
            element, steps = reached.contents[-1], steps + reached.steps
        return element, steps


@dataclass(frozen=True, slots=True)
class Stage:
    """A piece of a tube from one inlet to the next."""

    tube: Tube
    """The piece alone."""
    sample: Sample
    """Flow through it, and the temperatures of its zones."""
    inlet: str | None
    """Solution that joins at its beginning, None for the first piece."""
    joining: float
    """Flow of that solution [m3 s-1]."""


def stages(tube: Tube, sample: Sample) -> tuple[Stage, ...]:
    """Part a tube at its inlets: what flows through a piece is mixed at its beginning.

    Args:
        tube: The whole tube.
        sample: Flows and temperatures.

    Example:
        >>> from aliquot.recipe import flow_recipe, read_recipe
        >>> recipe = flow_recipe(read_recipe("inp_zns_wang2023"))
        >>> pieces = stages(recipe.tube, recipe.samples[0])
        >>> [(piece.inlet, round(piece.sample.flow * 6e7, 3)) for piece in pieces]                 # mL/min
        [(None, 0.06), ('sulfur', 0.09)]
    """
    side = sample.side_flows or (0.0,) * len(tube.zones)
    first = [i for i, zone in enumerate(tube.zones) if i == 0 or zone.inlet is not None]
    parts, flow = [], sample.flow
    for begin, end in zip(first, [*first[1:], len(tube.zones)], strict=True):
        flow += side[begin]
        zones = tube.zones[begin:end]
        piece = replace(tube, zones=zones, length=sum(zone.length for zone in zones))
        passed = Sample(sample.name, flow, sample.temperatures[begin:end], sample.residence_times[begin:end])
        parts.append(Stage(piece, passed, zones[0].inlet, side[begin]))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Outflow:
    """What leaves a tube."""

    content: Content
    """Average over all elements of liquid, per volume of the feed."""
    steps: int
    """Steps of the integrator."""


def averaged(elements: Sequence[Content], weights: Float[np.ndarray, " nodes"]) -> Content:
    """Return the average of elements of liquid, each with its share of the volume.

    Args:
        elements: What leaves at each residence time.
        weights: Their shares, summing to 1, shape (nodes,).
    """
    size = max(element.rungs.size for element in elements)
    return Content(
        elements[0].volume,
        float(weights @ np.array([element.temperature for element in elements])),
        weights @ np.stack([element.species for element in elements]),
        weights @ np.stack([element.on(size).rungs for element in elements]),
        weights @ np.stack([element.coat for element in elements]),
    )

"""The tubular reactor: a batch that travels, is heated by the wall, and leaves after its own time."""

from collections.abc import Sequence
from dataclasses import dataclass

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aliquot.errors import Where
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.integrate import DEFAULT, Tolerances, integrate
from aliquot.kinetics.ladder import Ladder, Scalar, State
from aliquot.knowledge.records import Solvent
from aliquot.reactors.residence import Dispersion, ResidenceTimes, in_tube
from aliquot.recipe.flow import Sample, Tube

NUSSELT = 3.66
"""Nusselt number of laminar flow in a tube with a wall at constant temperature [1]."""


class WallHeating(eqx.Module):
    """Temperature of an element of liquid that passes zones of constant wall temperature.

    dT/dt = (T_wall - T) / lag, with lag = R^2 / (3.66 a) for developed laminar flow and a the thermal
    diffusivity; for 1 mm of hot amine about 1 s, against minutes of residence.

    Attributes:
        starts: Times at which each zone is entered [s], the first 0, shape (zones,).
        walls: Temperature of each zone's wall [K], shape (zones,).
        entries: Temperature of the liquid on entering each zone [K], shape (zones,).
        lag: Time constant [s].
    """

    starts: Float[Array, " zones"]
    walls: Float[Array, " zones"]
    entries: Float[Array, " zones"]
    lag: Float[Array, ""]

    @classmethod
    def of(cls, inlet: float, walls: Sequence[float], stays: Sequence[float], lag: float) -> "WallHeating":
        """Make the profile of liquid at ``inlet`` [K] past ``walls`` [K], staying ``stays`` [s] at each."""
        starts = np.concatenate([[0.0], np.cumsum(stays)[:-1]])
        entries = [inlet]
        for wall, stay in zip(walls[:-1], stays[:-1], strict=True):
            entries.append(wall + (entries[-1] - wall) * np.exp(-stay / lag))
        return cls(
            jnp.asarray(starts), jnp.asarray(walls, float), jnp.asarray(entries), jnp.asarray(lag, float)
        )

    @property
    def kinks(self) -> Float[np.ndarray, " kinks"]:
        """Times at which a new zone is entered [s], shape (zones - 1,)."""
        return np.asarray(self.starts[1:])

    def __call__(self, t: Scalar) -> Float[Array, ""]:
        """Return the temperature [K] at a time [s]; beyond the last zone it goes on."""
        t = jnp.asarray(t)
        zone = (self.starts <= t).sum() - 1
        wall = self.walls[zone]
        return wall + (self.entries[zone] - wall) * jnp.exp(-(t - self.starts[zone]) / self.lag)


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

    def heating(self, stay: float) -> WallHeating:
        """Return the temperature of an element that stays ``stay`` [s] in all."""
        return WallHeating.of(self.inlet, self.walls, [share * stay for share in self.shares], self.lag)

    def journeys(self) -> list[tuple[WallHeating, Float[np.ndarray, " times"]]]:
        """Return the histories of temperature to follow, and the times [s] at which elements leave each.

        In one zone all elements have one history, which they leave at different times.
        """
        times = self.residence.times
        if len(self.walls) == 1:
            return [(self.heating(times[-1]), times)]
        return [(self.heating(time), np.array([time])) for time in times]


@dataclass(frozen=True, slots=True)
class Outflow:
    """What leaves a tube.

    Attributes:
        species: Concentrations of the precursors [mol m-3], shape (species,).
        rungs: Concentrations of the rungs [mol m-3], shape (N,).
        steps: Steps of the integrator.
    """

    species: Float[np.ndarray, " species"]
    rungs: Float[np.ndarray, " N"]
    steps: int


def flow_through(
    chemistry: Chemistry,
    feed: Float[np.ndarray, " species"],
    passage: Passage,
    *,
    rungs: int,
    tolerances: Tolerances = DEFAULT,
    where: Where | None = None,
) -> Outflow:
    """Let a solution react in a tube and average what leaves over its residence times.

    Args:
        chemistry: Constants.
        feed: Concentrations of the precursors at the inlet [mol m-3].
        passage: Temperatures and residence times.
        rungs: Number of rungs N.
        tolerances: How exactly to integrate.
        where: Sample of the recipe, for errors.

    Returns:
        What leaves the tube.

    Raises:
        TopRungError: If the ladder is too short.
        SimulationError: If the integration failed.
    """
    start = State(jnp.asarray(np.asarray(feed, float)), jnp.asarray(np.zeros(rungs)))
    passed = [
        integrate(Ladder(chemistry, heating), start, times, tolerances, jumps=heating.kinks, where=where)
        for heating, times in passage.journeys()
    ]
    weights = passage.residence.weights
    return Outflow(
        species=weights @ np.concatenate([np.asarray(run.species) for run in passed]),
        rungs=weights @ np.concatenate([np.asarray(run.rungs) for run in passed]),
        steps=sum(int(run.steps) for run in passed),
    )

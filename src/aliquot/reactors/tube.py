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
from aliquot.kinetics.ladder import Ladder, State
from aliquot.knowledge.records import Solvent
from aliquot.reactors.residence import ResidenceTimes
from aliquot.recipe.record import Tube

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
        """Make the profile of liquid at ``inlet`` [K] through ``walls`` [K], staying ``stays`` [s] in each."""
        starts = np.concatenate([[0.0], np.cumsum(stays)[:-1]])
        entries = [inlet]
        for wall, stay in zip(walls[:-1], stays[:-1], strict=True):
            entries.append(wall + (entries[-1] - wall) * np.exp(-stay / lag))
        return cls(jnp.asarray(starts), jnp.asarray(walls, float), jnp.asarray(entries), jnp.asarray(lag, float))

    def __call__(self, t: Float[Array, ""]) -> Float[Array, ""]:
        """Return the temperature [K] at a time [s]; beyond the last zone it goes on."""
        zone = jnp.searchsorted(self.starts, t, side="right") - 1
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
    *,
    inlet: float,
    walls: Sequence[float],
    shares: Sequence[float],
    residence: ResidenceTimes,
    lag: float,
    rungs: int,
    tolerances: Tolerances = DEFAULT,
    where: Where | None = None,
) -> Outflow:
    """Let a solution react in a tube and average what leaves over its residence times.

    Args:
        chemistry: Constants.
        feed: Concentrations of the precursors at the inlet [mol m-3].
        inlet: Temperature at the inlet [K].
        walls: Temperature of each zone [K].
        shares: Share of the tube's volume in each zone [1].
        residence: How long elements of liquid stay.
        lag: Time constant of heating [s].
        rungs: Number of rungs N.
        tolerances: How exactly to integrate.
        where: Sample of the recipe, for errors.

    Returns:
        What leaves the tube.

    Raises:
        TopRungError: If the ladder is too short.
        SimulationError: If the integration failed.
    """
    start = State(jnp.asarray(feed, float), jnp.zeros(rungs))
    if len(walls) == 1:  # all elements have one history, which they leave at different times
        journeys = [(residence.times, residence.times[-1])]
    else:
        journeys = [(np.array([time]), time) for time in residence.times]
    species, ladder_rungs, steps = [], [], 0
    for times, stay in journeys:
        heating = WallHeating.of(inlet, walls, [share * stay for share in shares], lag)
        passed = integrate(
            Ladder(chemistry, heating), start, times, tolerances, jumps=np.asarray(heating.starts[1:]), where=where
        )
        species.append(np.asarray(passed.species))
        ladder_rungs.append(np.asarray(passed.rungs))
        steps += int(passed.steps)
    weights = residence.weights
    return Outflow(weights @ np.concatenate(species), weights @ np.concatenate(ladder_rungs), steps)

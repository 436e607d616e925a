"""The InP flow chemistry at 250 degC, held: the problem that most of the kinetics' benchmarks share."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aliquot.kinetics.cards import from_card
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.integrate import Derivative, Tolerances, Trajectory, trajectory
from aliquot.kinetics.ladder import Ladder, State
from aliquot.knowledge.store import chemistry, material
from aliquot.reactors.profile import Profile

FEED = np.array([90.1, 350.9, 0.0])
"""Indium, phosphorus, and phosphonium, of which there is none yet [mol m-3]."""
WALL = 523.15
"""Of the broadest sample of the paper [K]."""
PASSAGE = 2157.0
"""Residence time of that sample [s]."""
TOLERANCES = Tolerances(1e-5, 1e-9)
EXACT = Tolerances(1e-9, 1e-14, max_steps=100_000)


def constants() -> Chemistry:
    """Return the calibrated constants of the paper."""
    return from_card(chemistry("inp_wang2023"), material("InP").unit_volume)


def start(size: int) -> State:
    """Return the feed on an empty ladder."""
    return State(jnp.asarray(FEED), jnp.zeros(size))


def run(
    constants: Chemistry,
    size: int,
    end: float,
    tolerances: Tolerances = TOLERANCES,
    derivative: Derivative = "none",
) -> Trajectory:
    """Let the feed react at the wall's temperature until a time [s]; pure."""
    ladder = Ladder(constants, Profile.towards(WALL))
    return trajectory(ladder, start(size), jnp.array([end]), tolerances, derivative=derivative)


def mean_diameter(rungs: Float[Array, " N"]) -> Float[Array, ""]:
    """Return the volume-weighted mean diameter of dots [nm]."""
    n = jnp.arange(1.0, rungs.shape[0] + 1.0)
    volume = jnp.where(n >= 30, n * rungs, 0.0)
    return volume @ jnp.cbrt(6.0 * material("InP").unit_volume * n / jnp.pi) / volume.sum()

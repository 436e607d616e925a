"""A block of flasks on the ladder: the only compiled program of a map.

Flasks of a block are integrated one after the other in one call, and only the shares of the kinds come back.
So no time goes into handing over, every flask takes the steps that it needs, and what comes of one does not
depend on the company it was computed in.
"""

from threading import Lock
from typing import Any, NamedTuple

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from aliquot.inference.stretch import Structure
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.integrate import padded, trajectory
from aliquot.kinetics.ladder import Ladder, State
from aliquot.kinetics.trust import Tolerances, top_band, top_share
from aliquot.reactors.profile import Profile

SIZE = 32
"""Flasks of a block: a quarter of a second of work for CdTe over a day."""


class Weights(NamedTuple):
    """How much of the limiting element counts as each kind, and how much there is."""

    rungs: Float[np.ndarray, "N kinds"]
    """In a particle of each rung [1]."""
    species: Float[np.ndarray, "species kinds"]
    """In each species [1]."""
    total: Float[np.ndarray, " species"]
    """In each species that was brought [1]."""


class Found(NamedTuple):
    """What a block comes to."""

    shares: Float[np.ndarray, "n times kinds"]
    """Share of the limiting element in each kind [1]."""
    top: Float[np.ndarray, " n"]
    """Largest share of the formula units at the top of the ladder [1]."""
    steps: Int[np.ndarray, " n"]
    """Steps of the integrator."""
    done: Bool[np.ndarray, " n"]
    """Whether the end was reached with finite numbers."""


def computed(
    structure: Structure,
    leaves: Float[np.ndarray, "n leaves"],
    starts: Float[np.ndarray, "n species"],
    temperatures: Float[np.ndarray, " n"],
    times: Float[np.ndarray, " times"],
    weights: Weights,
    tolerances: Tolerances,
) -> Found:
    """Compute up to :data:`SIZE` flasks.

    Args:
        structure: Tree of the chemistry without its constants.
        leaves: Its constants for each flask, which differ by solvent.
        starts: What each flask holds at the beginning [mol m-3].
        temperatures: How warm each is [K].
        times: When they are looked at [s].
        weights: How shares are read from rungs and species.
        tolerances: How exactly to integrate.
    """
    count = temperatures.size
    # One shape is compiled: empty flasks, in which nothing happens, fill up the block.
    full, there = np.minimum(np.arange(SIZE), count - 1), np.arange(SIZE) < count
    asked = padded(times)
    given = (leaves[full], starts[full] * there[:, None], temperatures[full])
    key = (structure, weights.rungs.shape, asked.size)
    if key in _COMPILED:
        found = _block(structure, given, asked, weights, tolerances)
    else:
        with _COMPILING:  # two threads would else compile the same
            found = _block(structure, given, asked, weights, tolerances)
            _COMPILED.add(key)
    shares, top, steps, done = (np.asarray(part)[:count] for part in found)
    shares = np.asarray(shares[:, : times.size])
    return Found(shares, top, steps, done & np.isfinite(shares).all(axis=(1, 2)))


_COMPILED: set[tuple[Any, ...]] = set()
_COMPILING = Lock()


@eqx.filter_jit
def _block(
    structure: Structure,
    flasks: tuple[Any, ...],
    times: Any,  # noqa: ANN401  NumPy's on entering, JAX's inside
    weights: Weights,
    tolerances: Tolerances,
) -> tuple[Array, Array, Array, Array]:
    size = weights.rungs.shape[0]

    def one(flask: tuple[Array, Array, Array]) -> tuple[Array, Array, Array, Array]:
        leaves, start, temperature = flask
        chemistry: Chemistry = jax.tree.unflatten(structure, list(leaves))
        ladder = Ladder(chemistry, Profile.towards(temperature))
        found = trajectory(ladder, State(start, jnp.zeros(size)), times, tolerances)
        held = found.rungs @ weights.rungs + found.species @ weights.species
        top = jnp.max(top_share(found.rungs, top_band(size, chemistry.reach), tolerances.absolute))
        done = jnp.asarray(found.result == diffrax.RESULTS.successful)
        return held / (weights.total @ start), top, jnp.asarray(found.steps), done

    found: tuple[Array, Array, Array, Array] = jax.lax.map(one, tuple(map(jnp.asarray, flasks)))
    return found
